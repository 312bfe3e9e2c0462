package nodes

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
)

// world is a small world around package nodelifecycle: nothing in it ticks.
type world struct {
	scenario scenario
	times    nodelifecycle.Times
	collects nodelifecycle.Beat
	now      model.Instant
	c        nodelifecycle.Controller
	nodes    []node
	pods     []*pod // that exist
	notes    []note
	states   map[nodelifecycle.ZoneState]int // that zones have come to
	real     told                            // to be told by which of several nodes is tainted

	dueOrphans map[int]model.Instant // when the pods of a node that is gone are thrown away, by node
	dueOthers  model.Instant         // the look of the collector that has something else to do; 0 for none
}

type node struct {
	exists     bool
	labels     model.Labels
	conditions []model.NodeCondition
	taints     []model.Taint
	quarantine nodelifecycle.Quarantine
}

type pod struct {
	name               string
	node               int
	tolerations        []model.Toleration
	ready, terminating bool
	phase, target      string
	eviction           nodelifecycle.Eviction
}

// runOrdinal lets Ordinal's decisions live through the scenario.
func runOrdinal(s scenario, times nodelifecycle.Times, real told) *world {
	w := &world{
		states:   map[nodelifecycle.ZoneState]int{},
		scenario: s, times: times, real: real, nodes: make([]node, s.nodes), dueOrphans: map[int]model.Instant{},
		collects: nodelifecycle.Beat{First: model.Instant(real.collect), Every: times.Collect},
	}
	w.c.Start(times, model.Instant(real.look), model.Instant(real.pass))
	for _, f := range s.facts() {
		w.run(model.Instant(f.at))
		w.now = model.Instant(f.at)
		w.happens(f)
	}
	w.run(model.Instant(s.end))
	return w
}

// run lets everything happen that is due before an instant: of what is due together
// evictions come first, then the collector, then the controller.
func (w *world) run(until model.Instant) {
	for {
		next, act := until, func() {}
		if turn, ok := w.c.Next(); ok && turn.At < next {
			next, act = turn.At, func() { w.take(turn) }
		}
		if w.dueOthers > 0 && w.dueOthers <= next && w.dueOthers < until {
			next, act = w.dueOthers, w.collect
		}
		for n := range w.nodes {
			if at, ok := w.dueOrphans[n]; ok && at <= next && at < until {
				next, act = at, func() { w.collectOrphans(n) }
			}
		}
		for _, p := range w.pods {
			if p.eviction.Planned && p.eviction.At <= next && p.eviction.At < until {
				next, act = p.eviction.At, func() { w.evict(p) }
			}
		}
		if next == until {
			return
		}
		w.now = next
		act()
	}
}

func (w *world) note(format string, args ...any) {
	w.notes = append(w.notes, note{time.Duration(w.now).Truncate(grain), fmt.Sprintf(format, args...)})
}

// take takes a turn of the controller.
func (w *world) take(turn nodelifecycle.Turn) {
	for _, a := range w.c.Take(turn, w.pick(turn), nil) {
		n := &w.nodes[a.Node]
		switch a.Do {
		case nodelifecycle.DeclareUnknown:
			n.conditions = nodelifecycle.LostConditions(n.conditions, w.now)
			w.note("%s: %s", nodeName(int(a.Node)), said(n.conditions))
			w.conditionsChanged(int(a.Node))
		case nodelifecycle.FailPods:
			for _, p := range w.pods {
				if p.node == int(a.Node) {
					w.fail(p)
				}
			}
		case nodelifecycle.Retaint:
			w.setTaints(int(a.Node), a.Apply(n.taints, w.now))
		case nodelifecycle.ZoneBecomes:
			w.states[a.State]++
		}
	}
}

// pick is the place, among those that wait, of the one that Kubernetes has tainted. If it
// has tainted none, one must have been taken that is gone, or ready again, or has been
// tainted in the same second.
func (w *world) pick(turn nodelifecycle.Turn) int32 {
	if turn.Among == 0 {
		return 0
	}
	waiting := w.c.Candidates(turn.Zone, nil)
	at := time.Duration(turn.At).Truncate(grain)
	idle := int32(0)
	for i, n := range waiting {
		for _, note := range w.real.notes {
			name, rest, _ := strings.Cut(note.text, " ")
			if note.at == at && name == nodeName(int(n)) && (rest[0] == '+' || rest[0] == '~') && strings.HasSuffix(rest, ":NoExecute") {
				return int32(i)
			}
		}
		if r := w.c.Ready(n); !w.nodes[n].exists || r == nodelifecycle.IsReady || w.justTainted(int(n)) {
			idle = int32(i)
		}
	}
	return idle
}

// justTainted reports whether a node has been given a taint of effect NoExecute in this
// second.
func (w *world) justTainted(n int) bool {
	return slices.ContainsFunc(w.nodes[n].taints, func(t model.Taint) bool {
		return t.Effect == model.NoExecute && addedAt(t) == w.now.Second()
	})
}

func (w *world) fail(p *pod) {
	if p.ready {
		p.ready = false
		w.note("%s is Ready=False", p.name)
	}
}

// conditionsChanged lets the taints of effect NoSchedule follow.
func (w *world) conditionsChanged(n int) {
	w.setTaints(n, nodelifecycle.ConditionTaints(w.nodes[n].taints, w.nodes[n].conditions, false, w.now))
}

// setTaints notes how a controller changes the taints of a node.
func (w *world) setTaints(n int, taints []model.Taint) {
	old := w.nodes[n].taints
	text := func(t model.Taint) string {
		return strings.TrimPrefix(t.Key, "node.kubernetes.io/") + ":" + string(t.Effect)
	}
	find := func(in []model.Taint, t model.Taint) int {
		return slices.IndexFunc(in, func(u model.Taint) bool { return u.Key == t.Key && u.Effect == t.Effect })
	}
	for _, t := range taints {
		switch at := find(old, t); {
		case at < 0:
			w.note("%s +%s", nodeName(n), text(t))
		case addedAt(t) != addedAt(old[at]):
			w.note("%s ~%s", nodeName(n), text(t))
		}
	}
	for _, t := range old {
		if find(taints, t) < 0 {
			w.note("%s -%s", nodeName(n), text(t))
		}
	}
	w.taintsChanged(n, taints)
}

// addedAt is when a taint was added, as the API stores it; below 0 if it does not say.
func addedAt(t model.Taint) model.Instant {
	if t.TimeAdded == nil {
		return -1
	}
	return t.TimeAdded.Second()
}

// taintsChanged looks at the evictions from a node, and has the collector look.
func (w *world) taintsChanged(n int, taints []model.Taint) {
	before := noExecute(w.nodes[n].taints)
	w.nodes[n].taints = taints
	if !slices.Equal(before, noExecute(taints)) {
		for _, p := range w.pods {
			if p.node == n {
				p.eviction = p.eviction.Next(taints, p.tolerations, w.now)
			}
		}
	}
	w.mayCollect()
}

func noExecute(taints []model.Taint) (out []model.Taint) {
	for _, t := range taints {
		if t.Effect == model.NoExecute {
			out = append(out, t)
		}
	}
	return out
}

// evict deletes a pod whose node is tainted.
func (w *world) evict(p *pod) {
	p.eviction = nodelifecycle.Eviction{}
	if p.target == "" || !strings.HasPrefix(p.target, nodelifecycle.EvictionReason) {
		p.target = nodelifecycle.EvictionReason + ": " + nodelifecycle.EvictionMessage
	}
	if p.terminating {
		return
	}
	w.noteDeletion(p, "gracefully")
	p.terminating = true
	w.mayCollect()
}

func (w *world) noteDeletion(p *pod, how string) {
	target := ""
	if p.target != "" {
		target = "; " + p.target
	}
	w.note("%s is deleted %s, %s%s", p.name, how, p.phase, target)
}

// mayCollect has the collector look, if there is something to be thrown away on a node.
func (w *world) mayCollect() {
	for _, p := range w.pods {
		if w.outOfService(p) && w.dueOthers == 0 {
			w.dueOthers = w.collects.From(w.now)
		}
	}
}

func (w *world) outOfService(p *pod) bool {
	n := &w.nodes[p.node]
	return n.exists && nodelifecycle.OutOfService(p.terminating, w.c.Ready(nodelifecycle.Node(p.node)), n.taints)
}

// collect throws away what is terminating on nodes that are out of service.
func (w *world) collect() {
	w.dueOthers = 0
	for _, p := range slices.Clone(w.pods) {
		if w.outOfService(p) {
			w.throwAway(p)
		}
	}
}

// collectOrphans throws away the pods of a node that is still missing.
func (w *world) collectOrphans(n int) {
	delete(w.dueOrphans, n)
	if w.nodes[n].exists {
		return
	}
	any := false
	for _, p := range slices.Clone(w.pods) {
		if p.node == n {
			any = true
			p.target = nodelifecycle.OrphanReason + ": " + nodelifecycle.OrphanMessage
			w.throwAway(p)
		}
	}
	if any {
		w.nodes[n].quarantine = w.nodes[n].quarantine.Collected(w.times, w.now)
	}
}

func (w *world) throwAway(p *pod) {
	p.phase = "Failed"
	w.noteDeletion(p, "by force")
	w.gone(p)
}

// gone is the end of a pod object.
func (w *world) gone(p *pod) {
	w.pods = slices.DeleteFunc(w.pods, func(o *pod) bool { return o == p })
	if !slices.ContainsFunc(w.pods, func(o *pod) bool { return o.node == p.node }) {
		w.lift(p.node)
	}
}

func (w *world) lift(n int) {
	if w.nodes[n].quarantine = w.nodes[n].quarantine.Lifted(w.times, w.now); !w.nodes[n].quarantine.Begun {
		delete(w.dueOrphans, n)
	}
}

// happens is a fact.
func (w *world) happens(f fact) {
	n, row := nodelifecycle.Node(f.node), &w.nodes[f.node]
	switch f.do {
	case "join":
		*row = node{exists: true, quarantine: row.quarantine, labels: model.Labels{model.LabelZone: w.scenario.zone(f.node)}}
		w.c.Join(n, nodelifecycle.Zone(f.node%w.scenario.zones), w.now)
		w.lift(f.node)
		for _, p := range w.pods {
			if p.node == f.node {
				p.eviction = p.eviction.Next(nil, p.tolerations, w.now)
			}
		}
		w.mayCollect()
	case "leave":
		*row = node{quarantine: row.quarantine}
		w.c.Leave(n, w.now)
		if slices.ContainsFunc(w.pods, func(p *pod) bool { return p.node == f.node }) {
			w.missing(f.node)
		}
	case "lease":
		if f.first {
			w.c.Speak(n, w.now)
		}
	case "hush":
		w.c.Hush(n, model.Instant(f.lease), model.Instant(f.status), w.now)
	case "post":
		w.post(f)
	case "taint", "untaint":
		t := userTaint(f.taint)
		taints := nodelifecycle.WithoutTaint(row.taints, t.Key, model.TaintEffect(t.Effect))
		if f.do == "taint" {
			taints = nodelifecycle.WithTaint(taints, model.Taint{Key: t.Key, Value: t.Value, Effect: model.TaintEffect(t.Effect)})
		}
		own := nodelifecycle.Own(row.taints)
		w.taintsChanged(f.node, taints)
		if nodelifecycle.Own(taints) != own {
			w.c.Edit(n, nodelifecycle.Own(taints), w.now)
		}
		w.conditionsChanged(f.node)
	case "bind":
		w.bind(f)
	case "force":
		for _, p := range w.pods {
			if p.name == podName(f.pod) {
				w.gone(p)
				break
			}
		}
	}
}

// missing begins a quarantine.
func (w *world) missing(n int) {
	q, at := w.nodes[n].quarantine.Missing(w.times, w.collects, w.now)
	w.nodes[n].quarantine, w.dueOrphans[n] = q, at
}

// post is a kubelet's status.
func (w *world) post(f fact) {
	row := &w.nodes[f.node]
	status, ready := model.ConditionFalse, nodelifecycle.NotReady
	if f.ready {
		status, ready = model.ConditionTrue, nodelifecycle.IsReady
	}
	reasons := map[model.ConditionStatus][2]string{
		model.ConditionTrue:  {"KubeletReady", "kubelet is posting ready status"},
		model.ConditionFalse: {"KubeletNotReady", "container runtime is down"},
	}
	for _, c := range []model.NodeCondition{
		{Type: "MemoryPressure", Status: model.ConditionFalse, Reason: "KubeletHasSufficientMemory", Message: "kubelet has sufficient memory available"},
		{Type: "Ready", Status: status, Reason: reasons[status][0], Message: reasons[status][1]},
	} {
		at := slices.IndexFunc(row.conditions, func(o model.NodeCondition) bool { return o.Type == c.Type })
		row.conditions = slices.Clone(row.conditions)
		if at < 0 {
			row.conditions = append(row.conditions, c)
		} else {
			row.conditions[at] = c
		}
	}
	w.c.Post(nodelifecycle.Node(f.node), ready, w.now)
	w.conditionsChanged(f.node)
	w.mayCollect()
}

func (w *world) bind(f fact) {
	p := &pod{name: podName(f.pod), node: f.node, tolerations: podTolerations(f.pods), ready: true, phase: "Running"}
	w.pods = append(w.pods, p)
	if !w.nodes[f.node].exists {
		w.missing(f.node)
		return
	}
	if w.c.FailsNewPod(nodelifecycle.Node(f.node)) {
		w.fail(p)
	}
	p.eviction = p.eviction.Next(w.nodes[f.node].taints, p.tolerations, w.now)
}

// said are conditions as the notes have them.
func said(conditions []model.NodeCondition) string {
	var out []string
	for _, c := range conditions {
		out = append(out, fmt.Sprintf("%s=%s (%s: %s)", c.Type, c.Status, c.Reason, c.Message))
	}
	return strings.Join(out, ", ")
}
