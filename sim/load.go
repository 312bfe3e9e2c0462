package sim

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// The load: what the pods of a workload use of a resource, all together. Those that are
// ready share it evenly; one that is not uses nothing. It changes in steps, which are
// data, so that it forks, prints and replays.

// loadPeriod is how often a load that is given as a function is asked.
const loadPeriod = 15 * time.Second

// LoadStep is a load from an instant on.
type LoadStep struct {
	After time.Duration  // since the load was set
	Use   model.MilliCPU // of all pods together; of memory: thousandths of a byte
}

// SetLoad says what the pods of a workload, named like "sts/web", use of the CPU, all
// together, as a function of the time from now on. The function is asked here and now,
// every 15 seconds up to the horizon, and what it says there stays. A workload whose load
// was never set has no metrics. An autoscaler stands for what it scales: "hpa/web".
func (c *Cluster) SetLoad(target string, load func(since time.Duration) model.MilliCPU, horizon time.Duration, opts ...Option) error {
	op := SetLoad{Namespace: namespaceOf(opts), Target: target}
	for since := time.Duration(0); since <= max(horizon, 0); since += loadPeriod {
		use := load(since)
		if last := len(op.Steps) - 1; last < 0 || op.Steps[last].Use != use {
			op.Steps = append(op.Steps, LoadStep{since, use})
		}
	}
	return c.Do(op)
}

// SetLoad is [Cluster.SetLoad] as an operation, with any steps, in the order of their
// times.
type SetLoad struct {
	Namespace, Target string
	Resource          string // "" is cpu; or memory
	Steps             []LoadStep
}

// ConstantLoad is the load that is the same for ever.
func ConstantLoad(use model.MilliCPU) []LoadStep { return []LoadStep{{Use: use}} }

// String implements [Operation]. Of many steps it says the first, and a digest of all.
func (o SetLoad) String() string {
	const most = 4
	var all []string
	for _, s := range o.Steps {
		text := s.Use.String()
		if s.After > 0 {
			text += " after " + s.After.String()
		}
		all = append(all, text)
	}
	said := "set load of " + o.Target + namespaceFlag(o.Namespace) + " to " + strings.Join(all[:min(most, len(all))], ", ")
	if o.Resource != "" {
		said = strings.Replace(said, "load", o.Resource, 1)
	}
	if len(all) <= most {
		return said
	}
	digest := fnv.New32a()
	digest.Write([]byte(strings.Join(all, ",")))
	return fmt.Sprintf("%s and %d more steps, up to %v (%08x)", said, len(all)-most, o.Steps[len(all)-1].After, digest.Sum32())
}

// own is the operation with steps of its own, which nobody else changes.
func (o SetLoad) own() SetLoad {
	o.Steps = slices.Clone(o.Steps)
	return o
}

func (o SetLoad) prepare(w *world) (func(), error) {
	if err := checkSteps(o.Steps); err != nil {
		return nil, err
	}
	resource := o.Resource
	if resource == "" {
		resource = "cpu"
	}
	if resource != "cpu" && resource != "memory" {
		return nil, fmt.Errorf("sim: SetLoad: %q is neither cpu nor memory", resource)
	}
	kind, name, err := parseTarget(o.Target)
	if err != nil {
		return nil, err
	}
	if kind == model.KindHorizontalPodAutoscaler {
		h, err := must(w, &w.autoscalers, kind, orDefault(o.Namespace), name)
		if err != nil {
			return nil, err
		}
		ref := &w.autoscalers.at(h).spec.Spec.ScaleTargetRef
		kind, name = ref.Kind, ref.Name
	}
	s, err := w.mustScale(kind, orDefault(o.Namespace), name)
	if err != nil {
		return nil, err
	}
	return func() { w.setLoad(s, resource, o.Steps) }, nil
}

// checkSteps says what is wrong with the steps of a load.
func checkSteps(steps []LoadStep) error {
	if len(steps) == 0 {
		return errors.New("sim: SetLoad: there are no steps")
	}
	for i, s := range steps {
		if s.After < 0 || s.Use < 0 {
			return fmt.Errorf("sim: SetLoad: step %d is negative", i)
		}
		if i > 0 && s.After <= steps[i-1].After {
			return fmt.Errorf("sim: SetLoad: step %d does not come after the one before it", i)
		}
	}
	return nil
}

// load is the load of a workload.
type load struct {
	kind     model.Kind
	name     model.Name
	resource string
	points   []loadPoint // replaced, never edited
}

type loadPoint struct {
	at  model.Instant
	use int64
}

// setLoad puts a load in the place of another one, whose past stays.
func (w *world) setLoad(s scale, resource string, steps []LoadStep) {
	place := slices.IndexFunc(w.loads, func(l load) bool { return l.of(s.kind, s.name, resource) })
	if place < 0 {
		place = len(w.loads)
		w.loads = append(w.loads, load{kind: s.kind, name: s.name, resource: resource})
	}
	l := &w.loads[place]
	var points []loadPoint
	for _, p := range l.points {
		if p.at < w.now {
			points = append(points, p)
		}
	}
	for _, step := range steps {
		points = append(points, loadPoint{w.now.Add(step.After), int64(step.Use)})
	}
	l.points = points
	w.scaleLoaded(s, w.now.Add(steps[0].After))
}

func (l *load) of(kind model.Kind, name model.Name, resource string) bool {
	return l.kind == kind && l.name == name && l.resource == resource
}

// loadOf is the load of a workload at an instant; ok is false if nobody has said what it
// was.
func (w *world) loadOf(s scale, resource string, at model.Instant) (use int64, ok bool) {
	for i := range w.loads {
		if l := &w.loads[i]; l.of(s.kind, s.name, resource) {
			return l.at(at)
		}
	}
	return 0, false
}

// at is the load at an instant.
func (l *load) at(at model.Instant) (use int64, ok bool) {
	after, _ := slices.BinarySearchFunc(l.points, at+1, func(p loadPoint, at model.Instant) int { return int(min(max(p.at-at, -1), 1)) })
	if after == 0 {
		return 0, false
	}
	return l.points[after-1].use, true
}

// steps yields the instants after one at which a load of the workload changes.
func (w *world) loadSteps(s scale, after model.Instant, yield func(model.Instant)) {
	for i := range w.loads {
		if l := &w.loads[i]; l.kind == s.kind && l.name == s.name {
			next, _ := slices.BinarySearchFunc(l.points, after+1, func(p loadPoint, at model.Instant) int { return int(min(max(p.at-at, -1), 1)) })
			if next < len(l.points) {
				yield(l.points[next].at)
			}
		}
	}
}
