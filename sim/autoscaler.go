package sim

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/model/validation"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/autoscaling"
)

// The HorizontalPodAutoscaler controller (package policy/autoscaling), and the metrics
// that it reads.
//
// It notices autoscalers, and looks at each when that is new, and every 15 seconds from
// then on. Only the looks that may find something else than the one before are events:
// after something has changed that it sees (pods, the target, the load), and where a
// window, a policy or the start of a pod ends.
//
// The metrics are those of a metrics-server that scrapes kubelets every 15 seconds: what
// it says of a pod is its share of the load of 15 seconds ago; of a pod whose containers
// have not all run for so long, or whose kubelet is not heard, it says nothing.
//
// Source: pkg/controller/podautoscaler/horizontal.go.

// autoscaler is a HorizontalPodAutoscaler and what its controller remembers of it. The
// lists in its status and in the memory are replaced, never edited.
type autoscaler struct {
	identity
	spec       *model.HorizontalPodAutoscaler
	generation int64
	status     model.HorizontalPodAutoscalerStatus
	memory     autoscaling.Memory
	trouble    model.Symbol // what the last look could not do
}

// autoscalerTimes are the periods and windows of the controller.
func (w *world) autoscalerTimes() autoscaling.Times { return autoscaling.DefaultTimes(w.rules) }

// autoscaleLater plans a look at an autoscaler for the first instant, not before the given
// one, at which its controller looks at all. An earlier one stays planned.
func (w *world) autoscaleLater(h int32, at model.Instant) {
	row, times := w.autoscalers.at(h), w.autoscalerTimes()
	if row.memory.Looked {
		w.lookAt(h, row.memory.Beat(&times).From(at))
	}
}

func (w *world) lookAt(h int32, at model.Instant) {
	if earlier, armed := w.queue.armed(purposeAutoscale, h); !armed || at < earlier {
		w.queue.arm(purposeAutoscale, h, at)
	}
}

// targetOf is what an autoscaler scales.
func (w *world) targetOf(h int32) (scale, bool) {
	row := w.autoscalers.at(h)
	ref := &row.spec.Spec.ScaleTargetRef
	name, ok := w.lookup(w.text(row.name.Namespace), ref.Name)
	if !ok {
		return scale{}, false
	}
	return w.scaleOf(ref.Kind, name)
}

// podScaled is a pod that changes, or is about to go: whoever scales it looks at the
// next opportunity.
func (w *world) podScaled(p int32) {
	if w.autoscalers.len() == 0 {
		return
	}
	for h := range w.autoscalers.all {
		if s, ok := w.targetOf(h); ok && w.scaled(s, p) {
			w.autoscaleLater(h, w.now+1)
		}
	}
}

// usageChanges is a container that does something else: the metrics of its pod change.
func (w *world) usageChanges(s int32) {
	if p := w.sandboxes[s].pod; p != nowhere {
		w.podScaled(p)
	}
}

// metricsChange is a node whose kubelet is heard from now on, or is not any more.
func (w *world) metricsChange(n int32) {
	if w.autoscalers.len() == 0 {
		return
	}
	for p := range w.pods.all {
		if w.pods.at(p).node == n {
			w.podScaled(p)
		}
	}
}

// scaleChanged is a workload that is new, gone, or another than it was.
func (w *world) scaleChanged(kind model.Kind, name model.Name) {
	for h := range w.autoscalers.all {
		ref := &w.autoscalers.at(h).spec.Spec.ScaleTargetRef
		if w.autoscalers.at(h).name.Namespace == name.Namespace && ref.Kind == kind && ref.Name == w.rendered(name) {
			w.autoscaleLater(h, w.now+1)
		}
	}
}

// scaleLoaded is a workload whose load is another one from an instant on.
func (w *world) scaleLoaded(s scale, from model.Instant) {
	for h := range w.autoscalers.all {
		if target, ok := w.targetOf(h); ok && target.kind == s.kind && target.name == s.name {
			w.autoscaleLater(h, max(from.Add(w.autoscalerTimes().Sample), w.now+1))
		}
	}
}

// rivalsChange is an autoscaler that comes or goes: it may scale what others scale.
func (w *world) rivalsChange(namespace model.Symbol) {
	for h := range w.autoscalers.all {
		if w.autoscalers.at(h).name.Namespace == namespace {
			w.autoscaleLater(h, w.now+1)
		}
	}
}

// autoscale looks at an autoscaler.
//
// Source: pkg/controller/podautoscaler/horizontal.go, reconcileAutoscaler.
func (w *world) autoscale(h int32) {
	times := w.autoscalerTimes()
	target, found := w.targetOf(h)
	sight := w.sight(h, target, found)
	sight.Times = &times
	row := w.autoscalers.at(h)
	held := row.status.Conditions
	d := autoscaling.Look(&sight, row.memory)
	row.memory = d.Memory // what comes of this look plans the next one
	if d.Rescales {
		w.rescale(h, target, &d)
	}
	row = w.autoscalers.at(h)
	row.memory = d.Memory
	w.tellTrouble(h, d.Trouble)
	w.tellHold(h, held, d.Status.Conditions)
	w.writeAutoscaler(h, d.Status)
	if at, ok := d.Next(); ok {
		w.lookAt(h, at)
	}
	if found {
		w.loadSteps(target, w.now.Add(-times.Sample), func(at model.Instant) { w.autoscaleLater(h, at.Add(times.Sample)) })
	}
}

// rescale writes the scale of a target. If that is refused by a fault, the next look
// tries again; one that the API server refuses would be refused again.
func (w *world) rescale(h int32, target scale, d *autoscaling.Decision) {
	name := w.autoscalers.at(h).name
	commit, err := w.prepareScale(target, d.Replicas)
	if err != nil {
		d.Refused(err)
		var refused *validation.StatusError
		if !errors.As(err, &refused) || isConflict(err) {
			w.autoscaleLater(h, w.now+1)
		}
		return
	}
	d.Done()
	w.record(record{kind: recRescaled, subject: name, object: target.name, a: int64(target.replicas), b: int64(d.Replicas), text: w.symbol(d.Reason)})
	commit()
}

// sight is what the controller sees of an autoscaler and its target.
func (w *world) sight(h int32, target scale, found bool) autoscaling.Sight {
	row := w.autoscalers.at(h)
	out := autoscaling.Sight{Now: w.now, Spec: &row.spec.Spec, Status: &row.status}
	if !found {
		ref := &row.spec.Spec.ScaleTargetRef
		out.Broken = validation.NotFound(ref.Kind, ref.Name).Error()
		return out
	}
	out.Replicas = target.replicas
	var ready []int
	for p := range w.pods.all {
		if !w.scaled(target, p) {
			continue
		}
		if out.Rivals == "" {
			out.Rivals = w.rivals(h, target, p)
		}
		if w.serves(p) {
			ready = append(ready, len(out.Pods))
		}
		out.Pods = append(out.Pods, w.podSight(p))
	}
	w.share(out.Pods, ready, target)
	return out
}

// serves reports whether a pod takes its share of the load.
func (w *world) serves(p int32) bool {
	r := w.pods.at(p)
	return r.phase == policy.Running && r.ready && !r.deleting
}

// share gives the pods that are ready their shares of the load.
func (w *world) share(pods []autoscaling.Pod, ready []int, target scale) {
	then := w.now.Add(-w.autoscalerTimes().Sample)
	for _, resource := range []struct {
		name string
		use  func(*autoscaling.Pod) *autoscaling.Use
	}{
		{"cpu", func(p *autoscaling.Pod) *autoscaling.Use { return &p.CPU }},
		{"memory", func(p *autoscaling.Pod) *autoscaling.Use { return &p.Memory }},
	} {
		load, known := w.loadOf(target, resource.name, then)
		for i := range pods {
			resource.use(&pods[i]).Known = known
		}
		for i, place := range ready {
			n := int64(len(ready))
			resource.use(&pods[place]).Amount = (load + n - 1 - int64(i)) / n // the first get what is left over
		}
	}
}

// podSight is what the controller sees of a pod, but for its usage.
func (w *world) podSight(p int32) autoscaling.Pod {
	r := w.pods.at(p)
	out := autoscaling.Pod{
		Gone: r.deleting || r.phase == policy.Failed, Pending: r.phase == policy.Pending,
		Ready: r.ready, Since: r.readySince, Started: r.started,
	}
	out.Sampled, out.Samples = w.sampled(p)
	spec := &w.template(r.template).spec.Spec
	for i := range spec.Containers {
		w.request(&out, p, &spec.Containers[i])
	}
	for i := range spec.InitContainers {
		if spec.InitContainers[i].Sidecar() {
			w.request(&out, p, &spec.InitContainers[i])
		}
	}
	return out
}

// request adds what a container asks for.
//
// Source: pkg/controller/podautoscaler/replica_calculator.go,
// calculatePodRequestsFromContainers.
func (w *world) request(out *autoscaling.Pod, p int32, c *model.Container) {
	for _, r := range []struct {
		use    *autoscaling.Use
		amount int64
	}{
		{&out.CPU, int64(c.Resources.Requests.CPU)},
		{&out.Memory, int64(c.Resources.Requests.Memory) * 1000},
	} {
		if r.use.Request += r.amount; r.amount == 0 && r.use.Lacks == "" {
			r.use.Lacks = fmt.Sprintf("container %s of Pod %s", c.Name, w.rendered(w.pods.at(p).name))
		}
	}
}

// sampled is from when on there are samples of a pod: all of its containers that are to
// run have run for a whole sample.
func (w *world) sampled(p int32) (from model.Instant, ok bool) {
	r := w.pods.at(p)
	if r.phase != policy.Running || r.node != nowhere && !w.hears(r.node) {
		return 0, false
	}
	from = r.started
	for c := range w.containersOf(p) {
		row := &w.containers[c]
		if row.kind == initContainer {
			continue
		}
		if row.state != containerRunning {
			return 0, false
		}
		from = max(from, row.started)
	}
	return from.Add(w.autoscalerTimes().Sample), true
}

// rivals says that another autoscaler scales a pod; "" if none does.
//
// Source: pkg/controller/podautoscaler/horizontal.go, validateAndParseSelector.
func (w *world) rivals(h int32, target scale, p int32) string {
	for other := range w.autoscalers.all {
		if other == h || !w.autoscalers.at(other).memory.Looked {
			continue
		}
		if s, ok := w.targetOf(other); ok && w.scaled(s, p) {
			first, second := w.autoscalers.at(min(h, other)), w.autoscalers.at(max(h, other))
			namespace := w.text(first.name.Namespace)
			return fmt.Sprintf("pods by selector %s are controlled by more than one HPA (e.g. [{%s %s} {%s %s}])",
				target.selector, w.rendered(first.name), namespace, w.rendered(second.name), namespace)
		}
	}
	return ""
}

// tellTrouble records what a look could not do, if that is news.
func (w *world) tellTrouble(h int32, trouble []autoscaling.Notice) {
	row := w.autoscalers.at(h)
	if len(trouble) == 0 {
		row.trouble = 0
		return
	}
	said := w.symbol(trouble[0].Message)
	if row.trouble == said {
		return
	}
	row.trouble = said
	for _, n := range trouble {
		w.record(record{kind: recAutoscalerFailed, subject: row.name, object: w.lookupName(n.Reason), text: w.symbol(n.Message)})
	}
}

// lookupName is a word as the name of an object, for a record that has two words.
func (w *world) lookupName(word string) model.Name {
	return model.Name{Base: w.symbol(word), Ordinal: model.NoOrdinal}
}

// tellHold records that an earlier recommendation counts, when that begins.
func (w *world) tellHold(h int32, before, now []model.DeploymentCondition) {
	was, is := ableToScale(before), ableToScale(now)
	if is.Reason != was.Reason && (is.Reason == "ScaleDownStabilized" || is.Reason == "ScaleUpStabilized") {
		w.record(record{kind: recAutoscalerHolds, subject: w.autoscalers.at(h).name, text: w.symbol(is.Message)})
	}
}

func ableToScale(conditions []model.DeploymentCondition) model.DeploymentCondition {
	for _, c := range conditions {
		if c.Type == "AbleToScale" {
			return c
		}
	}
	return model.DeploymentCondition{}
}

// writeAutoscaler stores a status that differs from the stored one.
//
// Source: pkg/controller/podautoscaler/horizontal.go, setStatus and updateStatusIfNeeded.
func (w *world) writeAutoscaler(h int32, status model.HorizontalPodAutoscalerStatus) {
	row := w.autoscalers.at(h)
	if !w.rules.Has(release.NoAutoscalerGeneration) {
		status.ObservedGeneration = row.generation
	}
	if reflect.DeepEqual(row.status, status) {
		return
	}
	if err := w.admitUpdate(VerbUpdateStatus, model.KindHorizontalPodAutoscaler, row.name, once); err != nil {
		w.record(record{kind: recAutoscalerFailed, subject: row.name, object: w.lookupName("FailedUpdateStatus"), text: w.symbol(err.Error())})
		w.autoscaleLater(h, w.now+1)
		return
	}
	row.status, row.version = status, w.bump()
}
