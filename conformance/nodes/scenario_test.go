package nodes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// event is what somebody does, or what befalls a kubelet.
type event struct {
	at    time.Duration
	do    string
	node  int
	pod   int
	delay time.Duration // of up: until the first status
	taint string        // of taint and untaint
	pods  string        // of bind: what the pod tolerates
}

// scenario is a story before it is told.
type scenario struct {
	zones  int           // node i is in zone i modulo zones
	nodes  int           // how many there are at most
	offset time.Duration // how long after the passes over the taints the looks begin
	begin  time.Duration // when the collector begins
	report time.Duration // how often a kubelet posts an unchanged status
	events []event
	end    time.Duration
}

// What the taints of users are, and what pods tolerate.
var (
	userTaints = []string{
		"node.kubernetes.io/out-of-service=nodeshutdown:NoExecute", "mine:NoExecute", "mine:NoSchedule",
		"node.kubernetes.io/unreachable:NoExecute", "node.kubernetes.io/not-ready:NoExecute",
	}
	tolerations = []string{
		"default", "default", "default", "none", "short", "mine", "forever", "uneven",
	}
)

// scenarios draws scenarios.
var scenarios = rapid.Custom(func(t *rapid.T) scenario {
	s := scenario{
		zones: rapid.IntRange(1, 3).Draw(t, "zones"), nodes: rapid.IntRange(1, 7).Draw(t, "nodes"),
		offset: ms(t, 90, "offset") + 7*time.Millisecond, begin: ms(t, 19_000, "begin") + 9*time.Millisecond,
		report: rapid.SampledFrom([]time.Duration{5 * time.Minute, 30 * time.Second}).Draw(t, "report"),
	}
	at := time.Second
	add := func(e event) {
		e.at = at + 3*time.Millisecond + time.Duration(len(s.events))*20*time.Microsecond
		s.events = append(s.events, e)
	}
	pods := 0
	for n := range s.nodes {
		if n == 0 || rapid.IntRange(0, 3).Draw(t, "late") > 0 {
			add(event{do: "join", node: n, delay: ms(t, 1000, "delay")})
			at += ms(t, 3000, "gap")
			add(event{do: "bind", node: n, pod: pods, pods: rapid.SampledFrom(tolerations).Draw(t, "tolerations")})
			pods++
		}
	}
	for range rapid.IntRange(6, 30).Draw(t, "events") {
		at += ms(t, rapid.SampledFrom([]int{1000, 20_000, 100_000}).Draw(t, "longest"), "pause")
		e := event{node: rapid.IntRange(0, s.nodes-1).Draw(t, "node"), do: rapid.SampledFrom([]string{
			"crash", "crash", "crash", "crash", "outage", "up", "up", "up", "sick", "well",
			"leave", "join", "join", "create", "taint", "untaint", "bind", "bind", "bind", "force",
		}).Draw(t, "do")}
		switch e.do {
		case "up", "join": // no two statuses in one second: the API does not tell them apart
			e.delay = ms(t, 2000, "delay") + 1500*time.Millisecond
		case "taint", "untaint":
			e.taint = rapid.SampledFrom(userTaints).Draw(t, "taint")
		case "bind":
			e.pod, e.pods = pods, rapid.SampledFrom(tolerations).Draw(t, "tolerations")
			pods++
		case "force":
			e.pod = rapid.IntRange(0, max(0, pods-1)).Draw(t, "pod")
		}
		add(e)
	}
	s.end = at + 6*time.Minute
	return s
})

// ms draws up to so many milliseconds, in steps of ten.
func ms(t *rapid.T, most int, label string) time.Duration {
	return time.Duration(rapid.IntRange(0, most/10).Draw(t, label)) * 10 * time.Millisecond
}

// fact is what both sides are told: of an API object, or of a kubelet.
type fact struct {
	event
	do     string // join, leave, lease, hush, post, taint, untaint, bind, force
	ready  bool   // of post
	lease  time.Duration
	status time.Duration // of hush: when the kubelet last renewed its lease and posted its status; below 0 for never
	first  bool          // of lease: the first after a silence
}

// kubelet is a kubelet while the facts are worked out.
type kubelet struct {
	exists, known, up, well, told bool
	lease, status, posted         time.Duration // the next beats, and the last posting
	renewed                       time.Duration
}

// facts works out what kubelets do.
func (s scenario) facts() []fact {
	var out []fact
	kubelets := make([]kubelet, s.nodes)
	for _, e := range append(slices.Clone(s.events), event{at: s.end}) {
		for n := range kubelets {
			out = kubelets[n].live(n, e.at, s.report, out)
		}
		for n := range kubelets {
			if n == e.node || e.do == "outage" {
				out = s.happens(&kubelets[n], n, e, out)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b fact) int { return cmp.Compare(a.at, b.at) })
	return out
}

// live is what a kubelet does by itself before an instant.
func (k *kubelet) live(n int, until, report time.Duration, out []fact) []fact {
	const period = 10 * time.Second
	for k.up && k.lease < until {
		out = append(out, fact{event: event{at: k.lease, node: n}, do: "lease"})
		k.renewed = k.lease
		k.lease += period
	}
	for ; k.up && k.status < until; k.status += period {
		if k.told != k.well || k.posted < 0 || k.status-k.posted >= report {
			k.posted, k.told = k.status, k.well
			out = append(out, fact{event: event{at: k.status, node: n}, do: "post", ready: k.well})
		}
	}
	return out
}

// happens is what an event does to a node and its kubelet.
func (s scenario) happens(k *kubelet, n int, e event, out []fact) []fact {
	e.node = n
	switch do := e.do; {
	case do == "create" && !k.known: // what is remembered of a name is not told apart to the last second
		*k = kubelet{exists: true, known: true, posted: -1}
		out = append(out, fact{event: e, do: "join"})
	case do == "join" && !k.exists:
		*k = kubelet{exists: true, known: true, posted: -1}
		out = append(out, fact{event: e, do: "join"})
		fallthrough
	case do == "up" && k.exists && !k.up:
		k.up, k.well, k.posted = true, true, -1
		k.lease, k.renewed, k.status = e.at+10*time.Second, e.at, e.at+max(e.delay, 10*time.Millisecond)
		out = append(out, fact{event: e, do: "lease", first: true})
	case do == "crash" || do == "outage":
		out = k.hush(e, out)
	case do == "sick" || do == "well":
		k.well = do == "well"
	case do == "leave" && k.exists && s.neighbours(n) > 0:
		out = k.hush(e, out)
		k.exists = false
		out = append(out, fact{event: e, do: do})
	case (do == "taint" || do == "untaint" || do == "bind") && k.exists, do == "force":
		out = append(out, fact{event: e, do: do})
	}
	return out
}

func (k *kubelet) hush(e event, out []fact) []fact {
	if !k.up {
		return out
	}
	k.up = false
	return append(out, fact{event: e, do: "hush", lease: k.renewed, status: k.posted})
}

// neighbours are how many other nodes there may be in a node's zone. (Node 0 and the like
// never leave: a zone that is empty is forgotten by Kubernetes at once or at a later look, as
// the order of a map has it.)
func (s scenario) neighbours(n int) int { return n / s.zones }

// zone is the label of a node's zone.
func (s scenario) zone(n int) string { return string(rune('x' + n%s.zones)) }

func nodeName(n int) string { return string(rune('a' + n)) }
func podName(p int) string  { return fmt.Sprintf("pod-%d", p) }

// String is the story as one would tell it.
func (s scenario) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d nodes in %d zones; looks begin after %v, the collector's after %v; a status is posted at least each %v\n",
		s.nodes, s.zones, s.offset, s.begin, s.report)
	for _, e := range s.events {
		fmt.Fprintf(&b, "%v %s %s", e.at, nodeName(e.node), e.do)
		switch e.do {
		case "bind":
			fmt.Fprintf(&b, " %s, which tolerates %s", podName(e.pod), e.pods)
		case "force":
			fmt.Fprintf(&b, " %s", podName(e.pod))
		case "taint", "untaint":
			fmt.Fprintf(&b, " %s", e.taint)
		case "up", "join":
			fmt.Fprintf(&b, ", status after %v", e.delay)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
