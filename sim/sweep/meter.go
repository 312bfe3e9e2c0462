package sweep

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// Meter measures what the pods of a set go through: how long too few of them were ready.
// It looks after every event:
//
//	meter := sweep.NewMeter("web", 2)
//	c.RunUntil(meter.Look, time.Hour)
type Meter struct {
	set  string
	need int

	out     bool // there is an outage
	since   model.Instant
	ended   time.Duration // all outages that are over, in sum
	longest time.Duration // of them
	outages int
}

// NewMeter makes a meter for a set that needs so many ready pods to do its work.
func NewMeter(set string, need int) *Meter { return &Meter{set: set, need: need} }

// Look looks at the set. It always reports false: it is a condition for
// [sim.Cluster.RunUntil] that lets the time pass, and may be called by another one.
func (m *Meter) Look(v sim.View) bool {
	switch down := v.Ready(m.set) < m.need; {
	case down && !m.out:
		m.out, m.since = true, v.Now()
		m.outages++
	case !down && m.out:
		m.out = false
		m.ended += v.Now().Sub(m.since)
		m.longest = max(m.longest, v.Now().Sub(m.since))
	}
	return false
}

// Outages is how often the set has begun to have too few ready pods.
func (m *Meter) Outages() int { return m.outages }

// Unavailable is for how long it had too few until now, in sum.
func (m *Meter) Unavailable(now model.Instant) time.Duration {
	if m.out {
		return m.ended + now.Sub(m.since)
	}
	return m.ended
}

// Recovery is the longest time that it took from the beginning of an outage to its end:
// 0 if there was none, and [Never] if one has not ended.
func (m *Meter) Recovery() time.Duration {
	if m.out {
		return Never
	}
	return m.longest
}
