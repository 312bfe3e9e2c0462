package autoscaling

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Pod is what the controller sees of a pod that the target's selector matches.
type Pod struct {
	Gone    bool          // it is being deleted, or Failed: it does not count
	Pending bool          // its phase
	Ready   bool          // its condition
	Since   model.Instant // when that last changed
	Started model.Instant // status.startTime

	// Sampled is from when on the metrics API has a sample of the pod. It is only of
	// use where Samples.
	Sampled model.Instant
	Samples bool

	CPU, Memory Use
}

// Use is what a pod asks for and what it uses of one resource, in thousandths.
type Use struct {
	Request int64
	Lacks   string // what has no request: "container main of Pod web-0"; "" if all have one
	Known   bool   // samples tell of the resource
	Amount  int64  // what the sample of now says
}

// use is what a pod asks for and uses of a resource; nil for one that pods do not have.
func (p *Pod) use(resource string) *Use {
	switch resource {
	case cpu:
		return &p.CPU
	case memory:
		return &p.Memory
	default:
		return nil
	}
}

const (
	cpu    = "cpu"
	memory = "memory"
)

// group is what a pod counts as when replicas are calculated.
type group uint8

const (
	ignored group = iota // not at all
	unready              // as using nothing, when that keeps from scaling up
	missing              // as using nothing when scaling up, as using all it asked for when scaling down
	counted              // as using what its sample says
)

// group is what a pod counts as at an instant.
//
// A pod's CPU tells nothing while it starts: for five minutes it counts only while it is
// ready, and has been for a whole sample; after that it counts unless it never was ready.
//
// Source: pkg/controller/podautoscaler/replica_calculator.go, groupPods.
func (p *Pod) group(resource string, t *Times, now model.Instant) group {
	switch {
	case p.Gone:
		return ignored
	case p.Pending:
		return unready
	case !p.Samples || now < p.Sampled || !p.use(resource).Known:
		return missing
	case resource != cpu:
		return counted
	case now < p.Started.Add(t.Starting):
		if !p.Ready || now < p.Since.Add(t.Sample) {
			return unready
		}
	case !p.Ready && p.Since < p.Started.Add(t.Readiness):
		return unready
	}
	return counted
}

// turns yields the instants at which the pod may count as something else, though
// nothing happens to it; with starts, also for a metric of CPU.
func (p *Pod) turns(t *Times, starts bool, yield func(model.Instant)) {
	if p.Gone || p.Pending || !p.Samples {
		return
	}
	yield(p.Sampled)
	started := p.Started.Add(t.Starting)
	switch {
	case starts && p.Ready:
		yield(min(p.Since.Add(t.Sample), started))
	case starts && p.Since >= p.Started.Add(t.Readiness):
		yield(started)
	}
}

// Beat is something that happens again and again: at First, and each Every after it.
type Beat struct {
	First model.Instant
	Every time.Duration // more than 0
}

// From is the first beat at or after an instant.
func (b Beat) From(at model.Instant) model.Instant {
	if at <= b.First {
		return b.First
	}
	return b.First.Add((at.Sub(b.First) + b.Every - 1) / b.Every * b.Every)
}

// Before is the last beat before an instant, which is after the first.
func (b Beat) Before(at model.Instant) model.Instant {
	return b.First.Add((at.Sub(b.First) - 1) / b.Every * b.Every)
}
