package sim

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/disruption"
)

// Evictions, and `kubectl drain`.
//
// A drain cordons a node and evicts its pods, all at once. An eviction that a budget
// refuses is asked for again every five seconds. That would fail in the same way until a
// pod or a budget changes, so it is planned then, for the next of these five seconds.
//
// Source: kubectl pkg/drain/drain.go, evictPods.

// evictionRetry is how long kubectl waits before it asks again.
const evictionRetry = 5 * time.Second

// drainedPod is a pod that a drain waits for.
type drainedPod struct {
	node    int32
	name    model.Name
	uid     model.UID
	since   model.Instant // the drain began
	asked   bool          // its eviction has been allowed: it only has to go
	next    model.Instant // when kubectl asks again; 0 while nothing has changed
	refused model.Symbol  // what was said last
	failed  bool          // and that is no reason to ask again: kubectl gives it up
}

// EvictionError is an eviction that is refused.
type EvictionError struct {
	Code    int    // of HTTP
	Message string // what the API server says
	Cause   string // why; may be ""
}

// Error is the message, and the cause behind it.
func (e *EvictionError) Error() string {
	return disruption.Verdict{Message: e.Message, Cause: e.Cause}.Error()
}

// Evict asks the API server to evict a pod, which a PodDisruptionBudget may refuse: then
// the error is an [*EvictionError].
func (c *Cluster) Evict(pod string, opts ...Option) error {
	return c.Do(Evict{Namespace: namespaceOf(opts), Pod: pod})
}

// Evict is [Cluster.Evict] as an operation.
type Evict struct{ Namespace, Pod string }

// String implements [Operation].
func (o Evict) String() string { return "evict " + o.Pod + namespaceFlag(o.Namespace) }

func (o Evict) prepare(w *world) (func(), error) {
	p, err := w.mustPod(o.Namespace, o.Pod)
	if err != nil {
		return nil, err
	}
	v, from := w.mayEvict(p)
	if !v.Allowed {
		return nil, &EvictionError{v.Code, v.Message, v.Cause}
	}
	return func() {
		if err := w.evict(p, from); err != nil {
			w.record(record{kind: recEvictionFailed, subject: w.pods.at(p).name, text: w.symbol(err.Error())})
		}
	}, nil
}

// Drain is `kubectl drain`: it cordons the node and evicts its pods, which get their
// grace period, and waits for budgets that refuse ([Cluster.Draining]). Time goes on
// meanwhile: let it pass. Pods without a controller are refused unless [Force] is given.
func (c *Cluster) Drain(node string, opts ...Option) error {
	return c.Do(Drain{Node: node, Force: optionsOf(opts).force})
}

// Drain is [Cluster.Drain] as an operation.
type Drain struct {
	Node  string
	Force bool // also pods that nobody creates anew
}

// String implements [Operation].
func (o Drain) String() string {
	if o.Force {
		return "kubectl drain " + o.Node + " --force"
	}
	return "kubectl drain " + o.Node
}

func (o Drain) prepare(w *world) (func(), error) {
	n, err := must(w, &w.nodes, model.KindNode, "", o.Node)
	if err != nil {
		return nil, err
	}
	var unmanaged []string
	for p := range w.pods.all {
		if r := w.pods.at(p); r.node == n && r.owner == 0 && !r.ended() {
			unmanaged = append(unmanaged, w.text(r.name.Namespace)+"/"+w.rendered(r.name))
		}
	}
	if len(unmanaged) > 0 && !o.Force {
		slices.Sort(unmanaged)
		return nil, errors.New("cannot delete Pods that declare no controller (use --force to override): " + strings.Join(unmanaged, ", "))
	}
	return func() { w.drain(n) }, nil
}

// drain cordons a node and asks for the eviction of its pods.
func (w *world) drain(n int32) {
	w.cordon(n, true)
	w.draining = slices.DeleteFunc(slices.Clone(w.draining), func(d drainedPod) bool { return d.node == n })
	for p := range w.pods.all {
		if r := w.pods.at(p); r.node == n {
			w.draining = append(w.draining, drainedPod{node: n, name: r.name, uid: r.uid, since: w.now, next: w.now})
		}
	}
	w.sortDraining()
	w.askEvictions()
}

// sortDraining puts the pods that drains wait for in the order of their names. kubectl asks for
// all at once, so that any may come first: which one is not to depend on what was before.
func (w *world) sortDraining() {
	spelled := func(d *drainedPod) string { return w.text(d.name.Namespace) + "/" + w.rendered(d.name) }
	slices.SortFunc(w.draining, func(a, b drainedPod) int { return strings.Compare(spelled(&a), spelled(&b)) })
}

// askEvictions asks for the evictions that are due, and lets the pods go that are gone.
func (w *world) askEvictions() {
	for i := 0; i < len(w.draining); i++ {
		d := &w.draining[i]
		if d.failed {
			continue
		}
		p, ok := w.pods.find(d.name)
		if !ok || w.pods.at(p).uid != d.uid {
			w.drained(i)
			i--
			continue
		}
		if d.asked || d.next == 0 || d.next > w.now {
			continue
		}
		d.next = 0
		v, from := w.mayEvict(p)
		if !v.Allowed {
			w.refuse(i, &v)
			continue
		}
		d.asked = true // it only has to go now
		if err := w.evict(p, from); err != nil {
			w.refuse(i, &disruption.Verdict{Code: 500, Message: err.Error()})
		}
	}
	w.giveUpDrains()
	w.planEvictions()
}

// giveUpDrains ends the drains of nodes that wait for nothing but pods that kubectl has
// given up. Such a node is not drained.
func (w *world) giveUpDrains() {
	hopeless := func(n int32) bool {
		return !slices.ContainsFunc(w.draining, func(d drainedPod) bool { return d.node == n && !d.failed })
	}
	if slices.ContainsFunc(w.draining, func(d drainedPod) bool { return d.failed && hopeless(d.node) }) {
		before := w.draining
		w.draining = nil
		for _, d := range before {
			if slices.ContainsFunc(before, func(o drainedPod) bool { return o.node == d.node && !o.failed }) {
				w.draining = append(w.draining, d)
			}
		}
	}
}

// refuse notes what kubectl is told. It asks again only after a 429; what else is said
// ends the drain of that pod, and of the node when nothing else is waited for.
func (w *world) refuse(i int, v *disruption.Verdict) {
	d := &w.draining[i]
	if said := w.symbol(v.Error()); said != d.refused {
		d.refused = said
		w.record(record{kind: recEvictionRefused, subject: d.name, object: w.nodes.at(d.node).name, text: said, a: int64(boolByte(v.Retry()))})
	}
	d.failed = !v.Retry()
}

// after is when kubectl asks next, not before an instant.
func (d *drainedPod) after(at model.Instant) model.Instant {
	const period = model.Instant(evictionRetry)
	return d.since + (at-d.since+period-1)/period*period
}

// drained is a pod that a drain does not wait for any more. With the last one the node
// is drained.
func (w *world) drained(i int) {
	n := w.draining[i].node
	w.draining = slices.Delete(slices.Clone(w.draining), i, i+1)
	for _, d := range w.draining {
		if d.node == n {
			return
		}
	}
	w.record(record{kind: recDrained, subject: w.nodes.at(n).name})
}

// retryEvictions lets drains ask again: something has changed that they may wait for.
func (w *world) retryEvictions() {
	if len(w.draining) == 0 {
		return
	}
	for i := range w.draining {
		if d := &w.draining[i]; d.next == 0 && !d.asked && !d.failed {
			d.next = d.after(w.now + 1)
		}
	}
	w.planEvictions()
}

func (w *world) planEvictions() {
	next := model.Instant(0)
	for i := range w.draining {
		d := &w.draining[i]
		if d.failed {
			continue
		}
		if p, ok := w.pods.find(d.name); !ok || w.pods.at(p).uid != d.uid {
			next = w.now
			break
		}
		if !d.asked && d.next > 0 && (next == 0 || d.next < next) {
			next = d.next
		}
	}
	if next == 0 {
		w.queue.cancel(purposeDrain, 0)
		return
	}
	w.queue.arm(purposeDrain, 0, next)
}

// Draining is why drains have not come to an end, by node and pod; none if there is none
// under way.
func (c *Cluster) Draining() []Reason { return c.w.drainReasons() }

func (w *world) drainReasons() (out []Reason) {
	for _, d := range w.draining {
		why := "waits for its pod " + w.rendered(d.name) + " to be gone"
		switch {
		case d.failed:
			why = fmt.Sprintf("error when evicting pods/%q -n %q: %s", w.rendered(d.name), w.text(d.name.Namespace), w.text(d.refused))
		case d.refused != 0 && !d.asked:
			why = fmt.Sprintf("error when evicting pods/%q -n %q (will retry after 5s): %s", w.rendered(d.name), w.text(d.name.Namespace), w.text(d.refused))
		}
		out = append(out, Reason{Object: "node/" + w.rendered(w.nodes.at(d.node).name), Why: "drain: " + why})
	}
	return out
}
