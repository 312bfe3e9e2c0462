package scheduling

import (
	"math"

	"github.com/ordinal-sim/ordinal/model"
)

// Score is how good a node would be for a pod; [Score.Better] compares two. Of equal nodes
// the first one is taken.
type Score struct {
	Avoided int32 // taints of effect PreferNoSchedule that the pod does not tolerate
	Crowded int32 // pods in the node's domains from which it had better be away: constraints of ScheduleAnyway, or of its group in the zone
	Free    int64 // percent of CPU and memory that would be left, on the average
	Pods    int32 // how many pods there are
}

// Score is how good a node would be.
//
// Source: tainttoleration, podtopologyspread and noderesources/least_allocated.go, Score.
func (v *View) Score(q *Query, n Node) Score {
	row, of := &v.nodes[n], &v.kinds[q.kind]
	s := Score{Pods: row.pods, Free: row.free(of.request)}
	for _, taint := range row.Taints {
		if taint.Effect == model.PreferNoSchedule {
			tolerated := false
			for _, t := range of.Spec.Tolerations {
				tolerated = tolerated || t.Tolerates(taint)
			}
			if !tolerated {
				s.Avoided++
			}
		}
	}
	for i := range q.soft {
		d := v.domain(q.soft[i].topology, n)
		if d == nowhere {
			s.Crowded = math.MaxInt32 // without the label the node is the last choice
			break
		}
		s.Crowded += max(0, q.counts[q.soft[i].at+d])
	}
	return s
}

// free is how much of a node's CPU and memory would be left, in percent; of what has a limit.
//
// Source: noderesources/least_allocated.go, leastResourceScorer.
func (row *node) free(r Request) int64 {
	var sum, resources int64
	add := func(used, limit int64) {
		if limit > 0 {
			sum += max(0, (limit-used)*100/limit)
			resources++
		}
	}
	add(int64(row.used.AssumedCPU+r.AssumedCPU), int64(row.Allocatable.CPU))
	add(int64(row.used.AssumedMemory+r.AssumedMemory), int64(row.Allocatable.Memory))
	if resources == 0 {
		return 100
	}
	return sum / resources
}

// Better reports whether a node with this score is taken rather than one with another.
func (s Score) Better(than Score) bool {
	switch {
	case s.Avoided != than.Avoided:
		return s.Avoided < than.Avoided
	case s.Crowded != than.Crowded:
		return s.Crowded < than.Crowded
	case s.Free != than.Free:
		return s.Free > than.Free
	default:
		return s.Pods < than.Pods
	}
}
