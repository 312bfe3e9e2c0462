package nodelifecycle

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// ZoneState is how much of a zone is broken, and so how fast its nodes are given
// NoExecute taints. The idea: a few silent nodes have failed; if nearly all are silent,
// it is rather the way to them that has.
type ZoneState uint8

// The states of a zone.
const (
	Initial           ZoneState = iota // no look has seen it
	Normal                             // one taint each 10 seconds
	PartialDisruption                  // at least three nodes, and 55 percent, are not ready: one taint each 100 seconds if the zone is large, else none
	FullDisruption                     // no node is ready: as Normal; but if all zones are like that, all taints are taken away and no more are given
)

var zoneStateNames = [...]string{"Initial", "Normal", "PartialDisruption", "FullDisruption"}

// String is the name that Kubernetes gives the state.
func (s ZoneState) String() string { return zoneStateNames[s] }

// zone is what is known of a zone.
type zone struct {
	nodes, ready int32 // how many exist, and how many of them are ready
	waiting      int32 // how many are in the queue
	known        bool  // the controller has a state and a limiter for it
	state        ZoneState
	limiter      limiter
}

// ZoneState is the state of a zone after the last look.
func (c *Controller) ZoneState(z Zone) ZoneState { return c.zoneAt(z).state }

func (c *Controller) zoneAt(z Zone) *zone {
	for int(z) >= len(c.zones) {
		c.zones = append(c.zones, zone{})
	}
	return &c.zones[z]
}

// count adds a node to the counts of its zone, or takes it away.
func (c *Controller) count(row *node, sign int32) {
	z := c.zoneAt(row.zone)
	z.nodes += sign
	if row.ready == IsReady {
		z.ready += sign
	}
}

// now is the state that the counts of a zone make.
//
// Source: node_lifecycle_controller.go, ComputeZoneState.
func (z *zone) now() ZoneState {
	const threshold = 55 // percent: --unhealthy-zone-threshold
	broken := z.nodes - z.ready
	switch {
	case z.ready == 0 && broken > 0:
		return FullDisruption
	case broken > 2 && int64(broken)*100 >= int64(z.nodes)*threshold:
		return PartialDisruption
	default:
		return Normal
	}
}

// limiter is a bucket of one token, which is there from an instant on. The zero limiter
// never has one.
type limiter struct {
	every time.Duration // how long after it is taken there is a token again; 0 for never
	at    model.Instant // when there is one
}

// swap exchanges the limiter for one of another rate. What somebody waits for, they wait
// for anew.
//
// Source: scheduler/rate_limited_queue.go, SwapLimiter.
func (l *limiter) swap(every time.Duration, now model.Instant) {
	if every == l.every {
		return
	}
	next := limiter{every: every, at: now}
	if every > 0 && (l.every == 0 || now < l.at) {
		next.at = now.Add(every)
	}
	*l = next
}

// setLimiter gives a zone the limiter of its new state.
//
// Source: node_lifecycle_controller.go, setLimiterInZone, ReducedQPSFunc and HealthyQPSFunc.
func (c *Controller) setLimiter(z *zone, state ZoneState, now model.Instant) {
	every := c.times.Normal
	if state == PartialDisruption {
		every = 0
		if z.nodes > c.times.Large {
			every = c.times.Reduced
		}
	}
	z.limiter.swap(every, now)
	z.state = state
}

// ZoneKey is what makes two nodes be of one zone: region and zone, of the labels that a
// node has now or had before 1.17; "" without any.
//
// Source: component-helpers node/topology/helpers.go, GetZoneKey.
func ZoneKey(labels model.Labels) string {
	either := func(key, old string) string {
		if v, ok := labels[old]; ok {
			return v
		}
		return labels[key]
	}
	zone := either(model.LabelZone, "failure-domain.beta.kubernetes.io/zone")
	region := either(model.LabelRegion, "failure-domain.beta.kubernetes.io/region")
	if zone == "" && region == "" {
		return ""
	}
	return region + ":\x00:" + zone
}
