package endpoints

import (
	"flag"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// A simulated cluster and the real controller: whatever happens to the cluster's pods,
// Services and nodes is told to the controller, event by event, and whenever the cluster
// has come to rest its endpoints and names must be what the controller has written.

// TestCluster draws what somebody does to a cluster.
func TestCluster(t *testing.T) {
	checks := flag.Lookup("rapid.checks").Value
	before := checks.String()
	if err := checks.Set(fmt.Sprint(max(1, checks.(flag.Getter).Get().(int)/10))); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = checks.Set(before) }()
	worlds, seen := 0, map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		s := lives().Draw(r, "life")
		if difference := live(t, s, seen); difference != "" {
			r.Fatal(difference)
		}
		worlds++
	})
	counts.Lives, counts.Comparisons = worlds, seen["comparisons"]
	t.Logf("%d lives: %v", worlds, seen)
	for _, want := range []string{"comparisons", "endpoints", "names", "denials", "not ready", "terminating"} {
		if worlds >= 100 && seen[want] == 0 {
			t.Errorf("there were never any: %s", want)
		}
	}
}

// life is what is done to a cluster.
type life struct {
	Seed  uint64
	Deeds []deed
}

// deed is one thing that somebody does, and how long nobody does another.
type deed struct {
	What  string
	Whom  string
	Value int
	Form  int // of a Service
	After time.Duration
}

func lives() *rapid.Generator[life] {
	return rapid.Custom(func(t *rapid.T) life {
		return life{
			Seed: rapid.Uint64().Draw(t, "seed"),
			Deeds: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) deed {
				return deed{
					What: rapid.SampledFrom(deeds).Draw(t, "what"), Whom: rapid.SampledFrom(targets).Draw(t, "whom"), Value: rapid.SampledFrom([]int{0, 1, 2, 3}).Draw(t, "value"),
					Form:  rapid.SampledFrom([]int{0, 1, 2, 3}).Draw(t, "form"),
					After: time.Duration(rapid.SampledFrom([]int{1, 40, 700, 5000, 60_000}).Draw(t, "ms")) * time.Millisecond,
				}
			}), 3, 25).Draw(t, "deeds"),
		}
	})
}

var (
	deeds = []string{"scale", "scale", "scale deployment", "delete", "force", "crash", "fail", "relabel", "label back", "publish", "select", "delete service", "apply service",
		"delete node", "add node", "partition", "heal", "image", "orphan", "rest", "rest", "rest"}
	targets = []string{"web-0", "web-1", "db-0", "db-1"}
)

// theCluster is what stands in the world at first.
func theCluster() []model.Object {
	set := func(name string, replicas int32) *model.StatefulSet {
		labels := model.Labels{"app": name, "tier": "all"}
		return &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: name}, Spec: model.StatefulSetSpec{
			ServiceName: name, Replicas: &replicas, PodManagementPolicy: model.Parallel, Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": name}},
			Template: model.PodTemplateSpec{Labels: labels, Spec: model.PodSpec{
				TerminationGracePeriodSeconds: new(int64(20)),
				Containers:                    []model.Container{{Name: "main", Image: "A", Ports: []model.ContainerPort{{Name: "http", ContainerPort: 8080}}}},
			}},
		}}
	}
	return []model.Object{
		theService("web", 0), theService("db", 1), theService("all", 2), theService("one", 3), set("web", 3), set("db", 2),
		&model.Deployment{ObjectMeta: model.ObjectMeta{Name: "app"}, Spec: model.DeploymentSpec{
			Replicas: new(int32(1)), Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": "app"}},
			Template: model.PodTemplateSpec{Labels: model.Labels{"app": "app", "tier": "all"}, Spec: model.PodSpec{
				TerminationGracePeriodSeconds: new(int64(5)), Containers: []model.Container{{Name: "main", Image: "A"}},
			}},
		}},
	}
}

// theService is a Service in one of several forms.
func theService(name string, form int) *model.Service {
	s := &model.Service{ObjectMeta: model.ObjectMeta{Name: name, Namespace: model.NamespaceDefault}, Spec: model.ServiceSpec{
		ClusterIP: model.ClusterIPNone, Selector: model.Labels{"app": name},
		Ports: []model.ServicePort{{Name: "web", Protocol: "TCP", Port: 80, TargetPort: model.FromString("http")}},
	}}
	switch form {
	case 1:
		s.Spec.PublishNotReadyAddresses = true
	case 2:
		s.Spec.Selector, s.Spec.PublishNotReadyAddresses = model.Labels{"tier": "all"}, true
	case 3:
		s.Spec.Selector = model.Labels{model.LabelPodName: "web-1"}
	}
	return s
}

// both is a cluster and the real controller.
type both struct {
	c       *sim.Cluster
	real    *controller
	told    map[string]string // what the real side was told of each object, by "resource key"
	at      model.Instant     // of the cluster, when it was last told
	seen    map[string]int
	changes int // how often it was told something
}

// live lives a life and tells the first difference; "" if there is none.
func live(t *testing.T, l life, seen map[string]int) (difference string) {
	t.Helper()
	defer quiet()()
	synctest.Test(t, func(*testing.T) {
		b := &both{told: map[string]string{}, seen: seen, real: startController(100 * time.Millisecond)}
		defer b.real.stop()
		b.c = sim.New(sim.Config{Seed: l.Seed, Nodes: 3, Latencies: sim.Latencies{
			Controller: sim.Fixed(lag), EndpointBatch: sim.Fixed(100 * time.Millisecond), EndpointWatch: sim.Fixed(lagSlices),
			Start: sim.Between(300*time.Millisecond, time.Second), Ready: sim.Between(0, 3*time.Second), Pull: sim.Between(0, 5*time.Second),
		}, Images: map[string]sim.Image{"A": {Stop: sim.Between(0, 10*time.Second)}, "B": {NeverReady: true}}})
		b.must(b.c.Apply(theCluster()...))
		for i, d := range l.Deeds {
			b.do(d)
			b.run(max(d.After, 2*lag)) // the cluster's controller sees a Service as it is, not as it was a moment ago
			if d.What == "rest" && d.Value == 0 {
				b.run(3 * time.Hour)
			}
			if d.What == "rest" || d.After > soon {
				difference = b.compare()
			}
			if difference != "" {
				difference = fmt.Sprintf("after deed %d of\n%+v\n%s\n%s", i, l, difference, b.c.Trace())
				return
			}
		}
	})
	return difference
}

func (b *both) must(err error) {
	if err != nil {
		panic("endpoints: " + err.Error())
	}
}

// do does something; what cannot be done is not.
func (b *both) do(d deed) {
	set, _, _ := strings.Cut(d.Whom, "-")
	node := fmt.Sprintf("node-%d", d.Value%3)
	service := []string{"web", "db", "all", "one"}[d.Value]
	switch d.What {
	case "scale":
		_ = b.c.Scale(set, d.Value)
	case "scale deployment":
		_ = b.c.Scale("deployment/app", d.Value)
	case "delete":
		_ = b.c.Delete("pod/" + d.Whom)
	case "force":
		_ = b.c.Delete("pod/"+d.Whom, sim.Force())
	case "crash":
		_ = b.c.Do(sim.CrashContainer{Pod: d.Whom})
	case "fail":
		_ = b.c.Do(sim.FailPod{Pod: d.Whom})
	case "relabel":
		_ = b.c.Label("pod/"+d.Whom, []string{"tier=other"})
	case "label back":
		_ = b.c.Label("pod/"+d.Whom, []string{"tier=all"})
	case "publish", "select", "apply service":
		s := theService(service, d.Form)
		if d.What == "select" && d.Value == 3 {
			s.Spec.Selector = nil
		}
		_ = b.c.Apply(s)
	case "delete service":
		_ = b.c.Delete("svc/" + service)
	case "delete node":
		_ = b.c.Delete("node/" + node)
	case "add node":
		_ = b.c.Apply(&model.Node{ObjectMeta: model.ObjectMeta{Name: node}})
	case "partition":
		_ = b.c.Do(sim.PartitionNode{Node: node})
	case "heal":
		_ = b.c.Do(sim.HealNode{Node: node})
	case "image":
		_ = b.c.SetImage(set, "main", []string{"A", "B"}[d.Value%2])
	case "orphan":
		if d.Value == 3 {
			_ = b.c.Delete("sts/"+set, sim.WithCascade(sim.CascadeOrphan))
		}
	}
	b.tell()
}

// run lets time pass on both sides.
func (b *both) run(d time.Duration) {
	b.c.RunUntil(func(sim.View) bool { b.tell(); return false }, d)
	b.tell()
}

// tell tells the real side what has changed, at the cluster's instant.
func (b *both) tell() {
	time.Sleep(b.c.Now().Sub(b.at))
	b.at = b.c.Now()
	now := map[string]func(){}
	texts := map[string]string{}
	put := func(resource string, o object) {
		k := resource + " " + keyOf(o.GetNamespace(), o.GetName())
		texts[k] = fmt.Sprintf("%+v", o)
		now[k] = func() { b.real.api.put(resource, o) }
	}
	uids := map[string]types.UID{}
	for _, o := range b.c.Objects() {
		switch o := o.(type) {
		case *model.Node:
			put("nodes", node{o.Name, ""}.api())
		case *model.Service:
			s := serviceOf(o)
			s.UID = types.UID(fmt.Sprint("service-", o.UID))
			put("services", s)
		case *model.Pod:
			p := podOf(o)
			put("pods", p.api())
			uids["pods "+keyOf(o.Namespace, o.Name)] = types.UID(p.uid())
		}
	}
	for _, k := range sortedKeys(b.told) {
		resource, key, _ := strings.Cut(k, " ")
		if stored, there := b.real.api.tables[resource].objects[key]; there && (now[k] == nil || resource == "pods" && stored.GetUID() != uids[k]) {
			b.real.api.drop(resource, key)
			delete(b.told, k)
			b.changes++
		}
	}
	for _, k := range sortedKeys(texts) {
		if b.told[k] != texts[k] {
			now[k]()
			b.changes++
			b.told[k] = texts[k]
		}
	}
}

func sortedKeys[V any](m map[string]V) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// podOf is a pod of the cluster as the real controller sees it.
func podOf(o *model.Pod) *pod {
	p := &pod{
		Namespace: o.Namespace, Name: o.Name, Life: int(o.UID), Labels: o.Labels, Hostname: o.Spec.Hostname, Subdomain: o.Spec.Subdomain,
		Node: o.Spec.NodeName, Spec: &o.Spec, Phase: corev1.PodPhase(o.Status.Phase), Ready: corev1.ConditionFalse, Deleting: o.DeletedAt != nil,
	}
	if o.Ready() {
		p.Ready = corev1.ConditionTrue
	}
	if ip, err := netip.ParseAddr(o.Status.PodIP); err == nil {
		p.IPs[0] = ip
	}
	return p
}

// soon is how long a turn may still be to come: the batch period, and a turn that found
// an informer that lay behind.
const soon = 3 * time.Second

// quietly is longer than it takes from a change until everybody has seen what comes of it,
// if nothing delays it.
const quietly = 150 * time.Millisecond

// compare wants both sides to know the same.
func (b *both) compare() string {
	b.run(soon)
	for told := -1; told != b.changes; { // nothing is on its way
		told = b.changes
		b.run(quietly)
	}
	b.seen["comparisons"]++
	for _, svc := range b.c.Services().Items {
		want, names := b.theirs(svc.Name)
		list, err := b.c.Endpoints(svc.Name)
		b.must(err)
		got := []string{}
		for _, e := range list.Items {
			got = append(got, shown(e.Pod, e.Addr, e.Ready, e.Serving, e.Terminating))
			b.seen["endpoints"]++
			b.count("not ready", !e.Ready)
			b.count("terminating", e.Terminating)
		}
		slices.Sort(got)
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			return fmt.Sprintf("endpoints of %s\n  Ordinal: %v\n  Kubernetes: %v", svc.Name, got, want)
		}
		if difference := b.names(svc.Name, names); difference != "" {
			return difference
		}
	}
	return ""
}

func (b *both) count(what string, is bool) {
	if is {
		b.seen[what]++
	}
}

func shown(pod, addr string, ready, serving, terminating bool) string {
	return fmt.Sprintf("%s %s ready %t serving %t terminating %t", pod, addr, ready, serving, terminating)
}

// theirs are the endpoints of a Service as the real controller has written them, and the
// addresses behind each hostname that is ready.
func (b *both) theirs(service string) (lines []string, names map[string]string) {
	names = map[string]string{}
	for _, s := range b.real.api.slicesOf(keyOf(model.NamespaceDefault, service)) {
		for _, e := range s.Endpoints {
			lines = append(lines, shown(e.TargetRef.Name, e.Addresses[0], *e.Conditions.Ready, *e.Conditions.Serving, *e.Conditions.Terminating))
			if e.Hostname != nil && *e.Conditions.Ready {
				names[*e.Hostname] = e.Addresses[0]
			}
		}
	}
	slices.Sort(lines)
	return lines, names
}

// names asks for the pods of a Service by name, from whatever pod can ask.
func (b *both) names(service string, want map[string]string) string {
	var from string
	for _, p := range b.c.Pods("").Items {
		if _, err := b.c.Lookup(p.Name, "localhost"); err == nil && !slices.Contains(targets, p.Name) {
			from = p.Name
		}
	}
	if from == "" {
		return ""
	}
	for _, pod := range targets {
		r, err := b.c.Lookup(from, pod+"."+service+".default.svc.cluster.local.")
		b.must(err)
		got := ""
		if r.Outcome == dnsmodel.Found {
			got = r.Addresses[0].String()
		}
		if r.Outcome != dnsmodel.Found && r.Outcome != dnsmodel.NoName {
			continue // the one who asks is cut off
		}
		if got != want[pod] {
			return fmt.Sprintf("%s.%s is %q, and should be %q", pod, service, got, want[pod])
		}
		b.count("names", got != "")
		b.count("denials", got == "")
	}
	return ""
}
