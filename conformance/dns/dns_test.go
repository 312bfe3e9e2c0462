package dns

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coredns/coredns/coremain"
	clog "github.com/coredns/coredns/plugin/pkg/log"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/internal/drawn"
	"github.com/ordinal-sim/ordinal/model"
)

// worlds is how many are drawn unless -rapid.checks says otherwise.
const worlds = 2000

// TestMain sets the number of worlds, and keeps CoreDNS quiet.
func TestMain(m *testing.M) {
	drawn.Checks(worlds)
	clog.Discard()
	os.Exit(m.Run())
}

// report is what is written for whoever does not read test logs.
type report struct {
	Version     string         `json:"version"` // of CoreDNS
	Worlds      int            `json:"worlds"`
	Steps       int            `json:"steps"`
	Questions   int            `json:"questions"`
	Denials     int            `json:"denials"`
	Cached      int            `json:"cached"`
	Profiles    int            `json:"profiles"`
	Differences int            `json:"differences"`
	Seen        map[string]int `json:"seen"`
}

// player plays a story on both sides.
type player struct {
	story   story
	api     *api
	server  *server
	cluster *cluster            // Ordinal's
	zone    dnsmodel.Zone       // the cluster as Ordinal's server sees it: the cluster itself, unless a bug is planted
	caches  [][]*dnsmodel.Cache // of each node, the nearest first
	begin   time.Time
	seen    map[string]int
	bug     func(*dnsmodel.Response, dnsmodel.Question)
}

// play plays a story in a bubble and tells the first difference; "" if there is none.
func play(t *testing.T, s story, seen map[string]int, plant func(*player)) (difference string) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		p := &player{story: s, api: newAPI(), cluster: newCluster(), begin: time.Now(), seen: seen}
		p.zone, p.caches = p.cluster, cachesOf(s.Setup.profile)
		if plant != nil {
			plant(p)
		}
		time.AfterFunc(s.Silent, func() { close(p.api.speaks) })
		p.server = startServer(&s.Setup, p.api)
		defer func() {
			must(p.server.stop())
			time.Sleep(time.Hour) // whoever waits to try again sees that it is over
		}()
		for i := range s.Steps {
			if difference = p.step(i); difference != "" {
				return
			}
		}
	})
	return difference
}

// cachesOf makes the caches of each node. Those that are not a node's own are the same.
func cachesOf(profile dnsmodel.Profile) [][]*dnsmodel.Cache {
	out := make([][]*dnsmodel.Cache, nodeCount)
	for _, config := range profile.Caches {
		shared := &dnsmodel.Cache{Config: config}
		for n := range out {
			c := shared
			if config.PerNode {
				c = &dnsmodel.Cache{Config: config}
			}
			out[n] = append([]*dnsmodel.Cache{c}, out[n]...)
		}
	}
	return out
}

// step does one thing on both sides.
func (p *player) step(i int) string {
	st := p.story.Steps[i]
	time.Sleep(st.After)
	switch {
	case st.Namespace != "":
		p.cluster.namespaces[st.Namespace] = true
		p.api.put(namespacesPath, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: st.Namespace}})
	case st.Service != nil:
		p.cluster.services[key(st.Service.Namespace, st.Service.Name)] = st.Service
		p.api.put(servicesPath, serviceOf(st.Service))
	case st.Slice != nil:
		p.cluster.slices[key(st.Slice.Namespace, st.Slice.Name)] = *st.Slice
		p.api.put(slicesPath, st.Slice.api())
	case st.Pod != nil:
		p.cluster.pods[key(st.Pod.Namespace, st.Pod.Name)] = *st.Pod
		p.api.put(podsPath, st.Pod.api())
	case st.Gone != "":
		p.cluster.drop(st.Gone)
		path, key, _ := strings.Cut(st.Gone, " ")
		p.api.drop(path, key)
	default:
		synctest.Wait() // CoreDNS has seen what has happened
		return p.ask(i, *st.Ask)
	}
	return ""
}

// ask asks both sides.
func (p *player) ask(i int, q question) string {
	theirs := shown(ask(p.server.nodes[q.Node], q.Name+".", uint16(q.Type)))
	answer := p.answer(q)
	if p.bug != nil {
		p.bug(&answer, dnsmodel.Question{Name: q.Name, Type: q.Type})
	}
	if ours := modelShown(answer); ours != theirs {
		return fmt.Sprintf("after step %d, at +%v, node %d asks for %s %v\n-- Ordinal:\n%s\n-- CoreDNS:\n%s\n%v",
			i, time.Since(p.begin), q.Node, q.Name, q.Type, ours, theirs, p.story)
	}
	return ""
}

// answer is what Ordinal says.
func (p *player) answer(q question) dnsmodel.Response {
	cfg := p.story.Setup.profile.Server
	cfg.Upstream = outsideModel{time.Since(p.begin)}
	zone := p.zone
	if !p.heard() {
		cfg.Syncing, zone = true, newCluster()
		p.seen["before the API is heard"]++
	}
	now := model.Instant(time.Since(p.begin))
	asked := dnsmodel.Question{Name: q.Name, Type: q.Type}
	cached := false
	for _, c := range p.caches[q.Node] {
		_, has := c.Get(asked, now)
		cached = cached || has
	}
	r := dnsmodel.Serve(zone, cfg, asked, now, p.caches[q.Node]...)
	p.count(r, q, cached)
	return r
}

// heard reports whether CoreDNS has heard the API: as soon as it speaks, or when a client
// that was not answered tries again.
func (p *player) heard() bool { return time.Since(p.begin) >= p.story.Silent }

// count counts what was compared.
func (p *player) count(r dnsmodel.Response, q question, cached bool) {
	p.seen["questions"]++
	p.seen["type "+q.Type.String()]++
	p.seen["profile "+p.story.Setup.profile.Name]++
	code := r.Rcode.String()
	if r.NoData() {
		code = "NODATA"
	}
	p.seen[code]++
	for name, is := range map[string]bool{
		"from a cache": cached, "a denial from a cache": cached && len(r.Answer) == 0, "several records": len(r.Answer) > 1, "a CNAME": len(r.Answer) > 0 && r.Answer[0].Type == dnsmodel.TypeCNAME,
		"an SRV": len(r.Answer) > 0 && r.Answer[0].Type == dnsmodel.TypeSRV, "a PTR": len(r.Answer) > 0 && r.Answer[0].Type == dnsmodel.TypePTR,
	} {
		if is {
			p.seen[name]++
		}
	}
}

// modelShown is an answer in the form of [shown].
func modelShown(r dnsmodel.Response) string {
	lines := []string{r.Rcode.String()}
	for prefix, section := range [][]dnsmodel.Record{r.Answer, r.Extra} {
		var part []string
		for _, rec := range section {
			part = append(part, [...]string{"", "extra "}[prefix]+rec.String())
		}
		slices.Sort(part)
		lines = append(lines, part...)
	}
	if r.SOA.Zone != "" {
		lines = append(lines, "authority "+r.SOA.String())
	}
	return strings.Join(lines, "\n")
}

// TestDrawn draws stories, and asks CoreDNS and Ordinal the same.
func TestDrawn(t *testing.T) {
	counts := report{Version: coremain.CoreVersion, Seen: map[string]int{}}
	failed := false
	rapid.Check(t, func(r *rapid.T) {
		s := stories().Draw(r, "story")
		seen := counts.Seen
		if failed {
			seen = map[string]int{} // what is tried while shrinking does not count
		}
		if difference := play(t, s, seen, nil); difference != "" {
			failed = true
			r.Fatal(difference)
		}
		counts.Worlds++
		counts.Steps += len(s.Steps)
	})
	counts.Questions, counts.Cached = counts.Seen["questions"], counts.Seen["from a cache"]
	counts.Denials = counts.Seen["NXDOMAIN"] + counts.Seen["NODATA"]
	for name := range counts.Seen { // a sum: no order shows
		if strings.HasPrefix(name, "profile ") {
			counts.Profiles++
		}
	}
	t.Logf("CoreDNS %s: %d worlds, %d steps, %d questions in %d setups, %d denials, %d answers from a cache, no difference",
		counts.Version, counts.Worlds, counts.Steps, counts.Questions, counts.Profiles, counts.Denials, counts.Cached)
	for _, name := range slices.Sorted(maps.Keys(counts.Seen)) {
		t.Logf("%7d %s", counts.Seen[name], name)
	}
	require.NoError(t, drawn.Report("dns", counts.Version, counts))
	for _, name := range interesting {
		if counts.Worlds >= worlds && counts.Seen[name] == 0 {
			t.Errorf("in %d worlds there was never: %s", counts.Worlds, name)
		}
	}
}

// interesting is what so many worlds must come to see: otherwise little was compared.
var interesting = []string{
	"NOERROR", "NXDOMAIN", "NODATA", "SERVFAIL", "REFUSED", "from a cache", "a denial from a cache", "several records", "a CNAME", "an SRV", "a PTR",
	"before the API is heard", "profile plain", "profile kubeadm", "profile addons", "profile nodelocal", "profile own",
}

// String tells the story.
func (s story) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\nnodes %q, loadbalance %t, silent for %v\n", s.Setup.profile.Name, s.Setup.kubernetes, s.Setup.cache, s.Setup.nodes, s.Setup.loadbalance, s.Silent)
	for i, st := range s.Steps {
		fmt.Fprintf(&b, "%2d after %v: %v\n", i, st.After, st)
	}
	return b.String()
}

func (s step) String() string {
	switch {
	case s.Namespace != "":
		return "namespace " + s.Namespace
	case s.Service != nil:
		sp := s.Service.Spec
		return fmt.Sprintf("Service %s/%s: type %q, cluster IP %q, %v, external name %q, ports %+v", s.Service.Namespace, s.Service.Name, sp.Type, sp.ClusterIP, sp.ClusterIPs, sp.ExternalName, sp.Ports)
	case s.Slice != nil:
		return s.Slice.String()
	case s.Pod != nil:
		return fmt.Sprintf("pod %+v", *s.Pod)
	case s.Gone != "":
		return "gone: " + s.Gone
	default:
		return fmt.Sprintf("node %d asks for %s %v", s.Ask.Node, s.Ask.Name, s.Ask.Type)
	}
}
