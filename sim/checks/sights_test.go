package checks_test

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// sight is something that a rule has to be held in: one that is never seen is not tested.
type sight struct {
	name string
	seen func(sim.View) bool
}

var sights = []sight{
	{"two pods of an identity run", func(v sim.View) bool {
		for one := range v.Running {
			for other := range v.Running {
				if one != other && one.SameIdentity(other) {
					return true
				}
			}
		}
		return false
	}},
	{"containers run whose pod is gone", func(v sim.View) bool {
		for one := range v.Running {
			if one.Orphaned() {
				return true
			}
		}
		return false
	}},
	{"OrderedReady creates a pod after another", created(func(set sim.SetView, p sim.PodView) bool {
		index, _ := set.Index(p.Ordinal())
		return set.Ordered() && index > 0
	})},
	{"a pod below the partition comes back at the current revision in a rollout", created(func(set sim.SetView, p sim.PodView) bool {
		index, _ := set.Index(p.Ordinal())
		return index < set.Spec().Partition() && p.Revision() == set.CurrentRevision() && p.Revision() != set.NewestRevision()
	})},
	{"OrderedReady scales a pod away and another after it", deleted(func(set sim.SetView, p sim.PodView) bool {
		index, inRange := set.Index(p.Ordinal())
		return set.Ordered() && !inRange && index > set.Spec().DesiredReplicas()
	})},
	{"OrderedReady replaces a pod that is available", replaced(func(set sim.SetView, p sim.PodView) bool { return set.Ordered() })},
	{"Parallel replaces a pod that is available", replaced(func(set sim.SetView, p sim.PodView) bool { return !set.Ordered() })},
	{"an update leaves pods below the partition behind", replaced(func(set sim.SetView, _ sim.PodView) bool { return set.Spec().Partition() > 0 })},
	{"an update takes as many pods as maxUnavailable allows, more than one", replaced(func(set sim.SetView, _ sim.PodView) bool {
		missing := int32(0)
		for i := range set.Spec().DesiredReplicas() {
			if !set.Healthy(set.Spec().StartOrdinal() + i) {
				missing++
			}
		}
		return missing > 1 && missing == set.Spec().MaxUnavailable()
	})},
	{"a replica is replaced that has ended", deleted(func(set sim.SetView, p sim.PodView) bool { return p.Ended() })},
	{"OnDelete leaves an outdated pod alone", outdated(func(set sim.SetView) bool { return set.Spec().UpdateStrategy.Type == model.OnDelete })},
	{"a rollout is half done", outdated(func(set sim.SetView) bool {
		for p := range set.Pods {
			if p.Revision() == set.NewestRevision() && p.Serving() {
				return true
			}
		}
		return false
	})},
	{"a claim goes because whenScaled says so", func(v sim.View) bool {
		for range v.DeletedClaims {
			return true
		}
		return false
	}},
	{"a claim is being deleted, and its pod runs on", func(v sim.View) bool {
		for set := range v.Sets {
			for p := range set.Pods {
				if p.ClaimGoes() && p.Serving() {
					return true
				}
			}
		}
		return false
	}},
	{"there is as much history as is allowed", anySet(func(set sim.SetView) bool {
		limit := set.Spec().RevisionHistoryLimit
		return limit != nil && *limit > 0 && set.History() == int(*limit)
	})},
	{"the status is behind the pods", anySet(func(set sim.SetView) bool { return set.Counted() != set.Counts() })},
	{"a pod crashes again and again", func(v sim.View) bool {
		for set := range v.Sets {
			for p := range set.Pods {
				if p.Restarts() > 2 {
					return true
				}
			}
		}
		return false
	}},
	{"a pod is at a node that nobody hears, and terminates for long", func(v sim.View) bool {
		for set := range v.Sets {
			for p := range set.Pods {
				if p.Terminating() && !v.NodeReady(p.Node()) {
					return true
				}
			}
		}
		return false
	}},
	{"a cache leads to a stranger, for as long as its TTL", func(v sim.View) bool {
		for m := range v.Misdirections {
			if m.Where() != "the servers" {
				return true
			}
		}
		return false
	}},
}

func anySet(is func(sim.SetView) bool) func(sim.View) bool {
	return func(v sim.View) bool {
		for set := range v.Sets {
			if is(set) {
				return true
			}
		}
		return false
	}
}

// outdated is a set of that kind with an available pod that is not at the newest revision.
func outdated(is func(sim.SetView) bool) func(sim.View) bool {
	return anySet(func(set sim.SetView) bool {
		for p := range set.Pods {
			if p.Revision() != set.NewestRevision() && p.Serving() {
				return is(set)
			}
		}
		return false
	})
}

// changes is something that the controller does.
func changes(deletion bool, is func(sim.SetView, sim.PodView) bool) func(sim.View) bool {
	return func(v sim.View) bool {
		for change := range v.Changes {
			if set, ok := change.Pod.Set(); ok && change.ByController && change.Deleted == deletion && is(set, change.Pod) {
				return true
			}
		}
		return false
	}
}

func created(is func(sim.SetView, sim.PodView) bool) func(sim.View) bool { return changes(false, is) }
func deleted(is func(sim.SetView, sim.PodView) bool) func(sim.View) bool { return changes(true, is) }

// replaced is the deletion of a replica that is available.
func replaced(is func(sim.SetView, sim.PodView) bool) func(sim.View) bool {
	return deleted(func(set sim.SetView, p sim.PodView) bool {
		_, inRange := set.Index(p.Ordinal())
		return inRange && !p.Ended() && p.Available(set.Spec().MinReadySeconds) && is(set, p)
	})
}
