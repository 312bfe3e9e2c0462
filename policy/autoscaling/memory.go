package autoscaling

import (
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Memory is what the controller remembers of an autoscaler from one look to the next.
// The zero Memory is that of one that it has never looked at. It is a value: its lists
// are replaced, never edited, so that copies of it go their own ways.
type Memory struct {
	// Recommended are the replicas that metrics have asked for, oldest first. Looks in a
	// row that asked for the same are one entry, of the last of them.
	Recommended []Recommendation
	// Up and Down are the changes that were made, oldest first; none for an autoscaler
	// without a behavior.
	Up, Down []Change

	First  model.Instant // of the looks
	Looked bool          // there has been one
	// Repeats says that every look since the last one that was taken would have asked for
	// the same once more. That is how looks that change nothing are left out: the next
	// that is taken remembers those before it.
	Repeats bool
}

// Recommendation is how many replicas metrics asked for, before limits and windows.
type Recommendation struct {
	Replicas int32
	At       model.Instant // of the last look that asked for so many
}

// Change is a change of the replicas that the controller has made.
type Change struct {
	Pods int32 // how many more, or how many fewer
	At   model.Instant
	Old  bool // the policies of its direction have forgotten it: the next change takes its place
}

// Beat is when the controller looks at the autoscaler, whatever happens.
func (m *Memory) Beat(t *Times) Beat { return Beat{First: m.First, Every: t.Period} }

// catchUp is the memory with the looks before now that were left out.
func (m Memory) catchUp(t *Times, now model.Instant) Memory {
	if !m.Looked {
		m.Looked, m.First = true, now
	}
	if last := len(m.Recommended) - 1; m.Repeats && now > m.First {
		if before := m.Beat(t).Before(now); before > m.Recommended[last].At {
			m.Recommended = slices.Clone(m.Recommended)
			m.Recommended[last].At = before
		}
	}
	m.Repeats = false
	return m
}

// begin makes what there is the first recommendation.
//
// Source: pkg/controller/podautoscaler/horizontal.go, recordInitialRecommendation.
func (m *Memory) begin(replicas int32, now model.Instant) {
	if len(m.Recommended) == 0 {
		m.Recommended = []Recommendation{{replicas, now}}
	}
}

// recommend remembers a recommendation, and forgets those that no window reaches.
func (m *Memory) recommend(replicas int32, window time.Duration, now model.Instant) {
	out := make([]Recommendation, 0, len(m.Recommended)+1)
	for _, r := range m.Recommended {
		if r.Replicas != replicas && within(r.At, window, now) {
			out = append(out, r)
		}
	}
	m.Recommended = append(out, Recommendation{replicas, now})
	m.Repeats = true
}

// changed remembers a change.
//
// Source: pkg/controller/podautoscaler/horizontal.go, storeScaleEvent.
func (m *Memory) changed(b *model.AutoscalerBehavior, from, to int32, now model.Instant) {
	switch {
	case b == nil:
	case to > from:
		m.Up = remember(m.Up, b.ScaleUp, Change{Pods: to - from, At: now})
	default:
		m.Down = remember(m.Down, b.ScaleDown, Change{Pods: from - to, At: now})
	}
}

// remember puts a change in the place of the last one that the policies of its direction
// have forgotten, if there is one. The other direction's may have longer periods and
// still count it: then that forgets it too, as in Kubernetes.
//
// Source: pkg/controller/podautoscaler/horizontal.go, markScaleEventsOutdated.
func remember(changes []Change, rules *model.ScalingRules, c Change) []Change {
	longest := int32(0)
	for _, p := range rules.Policies {
		longest = max(longest, p.PeriodSeconds)
	}
	out, place := make([]Change, len(changes), len(changes)+1), -1
	copy(out, changes)
	for i := range out {
		out[i].Old = out[i].Old || !within(out[i].At, seconds(longest), c.At)
		if out[i].Old {
			place = i
		}
	}
	if place < 0 {
		return append(out, c)
	}
	out[place] = c
	return out
}

// recent are the pods of the changes of the last seconds.
//
// Source: pkg/controller/podautoscaler/horizontal.go, getReplicasChangePerPeriod.
func recent(changes []Change, period int32, now model.Instant) int32 {
	pods := int32(0)
	for _, c := range changes {
		if within(c.At, seconds(period), now) {
			pods += c.Pods
		}
	}
	return pods
}

// within reports whether something is less than a window ago. What is remembered is
// written down a little after the look that it belongs to has asked for the time, and
// each look is a little later than the period says: so the look that comes exactly a
// window after another finds it over.
func within(at model.Instant, window time.Duration, now model.Instant) bool {
	return now.Sub(at) < window
}

func seconds(n int32) time.Duration { return time.Duration(n) * time.Second }

// highest and lowest are the extremes of a recommendation and of those in a window.
func (m *Memory) highest(replicas int32, window time.Duration, now model.Instant) int32 {
	for _, r := range m.Recommended {
		if within(r.At, window, now) {
			replicas = max(replicas, r.Replicas)
		}
	}
	return replicas
}

func (m *Memory) lowest(replicas int32, window time.Duration, now model.Instant) int32 {
	for _, r := range m.Recommended {
		if within(r.At, window, now) {
			replicas = min(replicas, r.Replicas)
		}
	}
	return replicas
}

// forgets yields the instants at which a window moves past a recommendation that was
// an extreme of it until then. The last one is not forgotten: it is repeated.
func (m *Memory) forgets(up, down time.Duration, yield func(model.Instant)) {
	last := len(m.Recommended) - 1
	least, most := m.Recommended[last].Replicas, m.Recommended[last].Replicas
	for _, r := range slices.Backward(m.Recommended[:last]) {
		if r.Replicas > most {
			yield(r.At.Add(down))
		}
		if r.Replicas < least {
			yield(r.At.Add(up))
		}
		least, most = min(least, r.Replicas), max(most, r.Replicas)
	}
}
