package stateless

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// testNow is when the tables of this package play.
const testNow = model.Instant(100 * time.Hour)

// parsePod reads a pod from words: a phase (pending, unknown, running), "ready=5m" (for so
// long), "on=1" (a node; 0 if it is not said, "on=-" for none), "cost=3", "restarts=2",
// "sidecars=1", "age=3h", "uid=7".
func parsePod(words string) Pod {
	p := Pod{
		UID: 1, Phase: policy.Running, Created: testNow.Add(-24 * time.Hour), Ownership: policy.Ours, Matches: true, Labelled: true,
	}
	for word := range strings.FieldsSeq(words) {
		key, value, _ := strings.Cut(word, "=")
		n, d := int32(0), time.Duration(0)
		_, _ = fmt.Sscan(value, &n)
		d, _ = time.ParseDuration(value)
		switch key {
		case "pending":
			p.Phase = policy.Pending
		case "unknown":
			p.Phase = policy.Unknown
		case "running":
		case "ready":
			p.Ready, p.ReadySince = true, testNow.Add(-d)
		case "on":
			if p.Node = n; value == "-" {
				p.Node = NoNode
			}
		case "cost":
			p.Cost = n
		case "restarts":
			p.Restarts = n
		case "sidecars":
			p.Sidecars = n
		case "age":
			p.Created = testNow.Add(-d)
		case "uid":
			p.UID = model.UID(n)
		default:
			panic("stateless: test row: " + word)
		}
	}
	p.Lot = uint64(p.UID)
	return p
}

// Which of two pods goes first, whatever the order in which the view has heard of them.
var rankingRows = []struct{ rule, first, second string }{
	{"a pod without a node goes before one that has not got as far otherwise", "running ready=1h on=-", "pending on=1"},
	{"Pending before Unknown", "pending ready=1h", "unknown"},
	{"Unknown before Running", "unknown ready=1h", "running"},
	{"not ready before ready", "running", "running ready=1s"},
	{"the cheaper before the dearer, though it has been ready for longer", "running ready=9h cost=-1", "running ready=1s"},
	{"an annotation counts also among pods that are not ready", "running restarts=0 cost=1", "running restarts=9 cost=2"},
	{"ready for a shorter time before ready for a longer time", "running ready=1h", "running ready=3h"},
	{"a time is as long as another if both are between the same powers of two: then the UID decides", "running ready=70m uid=1", "running ready=65m uid=2"},
	{"ready since this instant before ready since the last nanosecond", "running ready=0s", "running ready=1ns"},
	{"more restarts before fewer", "running restarts=2 age=9h", "running restarts=1 age=1h"},
	{"restarts of sidecars count where those of the others are the same", "running sidecars=1 age=9h", "running age=1h"},
	{"younger before older", "running age=1h", "running age=3h"},
	{"an age is as high as another if both are between the same powers of two: then the UID decides", "running age=70m uid=1", "running age=65m uid=2"},
	{"nothing tells them apart: the UID decides", "running uid=1", "running uid=2"},
}

func TestRanking(t *testing.T) {
	for _, row := range rankingRows {
		t.Run(row.rule, func(t *testing.T) {
			for _, swapped := range []bool{false, true} {
				first, second := parsePod(row.first), parsePod(row.second)
				if !strings.Contains(row.first, "uid") {
					first.UID, second.UID = 2, 1 // the other way round
					first.Lot, second.Lot = 2, 1
				}
				v := viewOf(1, 0)
				pods := []Pod{first, second}
				if swapped {
					slices.Reverse(pods)
				}
				for _, p := range pods {
					v.PodChanged(p)
				}
				var d Decision
				v.Plan(testNow, nil, &d)
				require.Len(t, d.Delete, 1)
				require.Equal(t, first.UID, d.Delete[0].UID, "the pod that goes")
			}
		})
	}
}

// viewOf is a view of a ReplicaSet of so many replicas.
func viewOf(replicas, minReady int32) *View {
	v := &View{}
	v.SetChanged(ReplicaSet{UID: 1, Generation: 1, Replicas: replicas, MinReadySeconds: minReady})
	return v
}

// Pods that share a node with more pods of the Deployment go first; those of its other
// ReplicaSets count.
func TestCrowdedNodesFirst(t *testing.T) {
	v, other := viewOf(1, 0), viewOf(2, 0)
	v.PodChanged(parsePod("ready=1h on=1 uid=1"))
	v.PodChanged(parsePod("ready=9h on=2 uid=2"))
	other.PodChanged(parsePod("ready=1h on=2 uid=3"))
	var d Decision
	v.Plan(testNow, nil, &d)
	require.Equal(t, model.UID(1), d.Delete[0].UID, "a ReplicaSet that nobody controls does not look at nodes")
	v.Plan(testNow, []*View{v, other}, &d)
	require.Equal(t, model.UID(2), d.Delete[0].UID)
	gone := parsePod("ready=1h on=2 uid=3")
	gone.Terminating = true
	other.PodChanged(gone)
	v.Plan(testNow, []*View{v, other}, &d)
	require.Equal(t, model.UID(1), d.Delete[0].UID, "a pod that is on its way out does not count")
}

// before is Kubernetes' comparison of two pods, rule by rule, of which crowds say how many
// pods are on their nodes.
func before(a, b *Pod, crowdA, crowdB int32, now model.Instant) bool {
	order := map[policy.Phase]int{policy.Pending: 0, policy.Unknown: 1, policy.Running: 2}
	same := func(x, y model.Instant) bool { return power(now, x) == power(now, y) }
	switch {
	case (a.Node == NoNode) != (b.Node == NoNode):
		return a.Node == NoNode
	case a.Phase != b.Phase:
		return order[a.Phase] < order[b.Phase]
	case a.Ready != b.Ready:
		return b.Ready
	case a.Cost != b.Cost:
		return a.Cost < b.Cost
	case crowdA != crowdB:
		return crowdA > crowdB
	case a.Ready && a.ReadySince != b.ReadySince && same(a.ReadySince, b.ReadySince):
		return a.Lot < b.Lot
	case a.Ready && a.ReadySince != b.ReadySince:
		return a.ReadySince > b.ReadySince
	case a.Restarts != b.Restarts:
		return a.Restarts > b.Restarts
	case a.Sidecars != b.Sidecars:
		return a.Sidecars > b.Sidecars
	case !same(a.Created, b.Created):
		return a.Created > b.Created
	default:
		return a.Lot < b.Lot
	}
}

func drawPod(t *rapid.T, uid model.UID) Pod {
	age := func(label string) model.Instant {
		return testNow - model.Instant(rapid.SampledFrom([]int64{0, 1, 2, 3, 8, 11, 15, 16}).Draw(t, label))
	}
	p := Pod{
		UID: uid, Lot: rapid.Uint64Range(0, 1<<40).Draw(t, "lot")<<8 + uint64(uid), Node: rapid.Int32Range(-1, 2).Draw(t, "node"),
		Cost: rapid.Int32Range(0, 1).Draw(t, "cost"), Restarts: rapid.Int32Range(0, 1).Draw(t, "restarts"),
		Sidecars: rapid.Int32Range(0, 1).Draw(t, "sidecars"), Created: age("age"),
		Phase:     rapid.SampledFrom([]policy.Phase{policy.Running, policy.Running, policy.Running, policy.Pending, policy.Unknown}).Draw(t, "phase"),
		Ownership: policy.Ours, Matches: true, Labelled: true,
	}
	if p.Ready = rapid.IntRange(0, 3).Draw(t, "ready") > 0; p.Ready {
		p.ReadySince = age("ready since")
	}
	return p
}

// Wherever Kubernetes' comparison is an order of the pods that there are, they go in it;
// a few of them go as they would if more went.
func TestRankingIsKubernetes(t *testing.T) {
	ordered := 0
	rapid.Check(t, func(t *rapid.T) {
		v, crowds := viewOf(0, 0), map[int32]int32{}
		pods := map[model.UID]*Pod{}
		n := rapid.IntRange(2, 12).Draw(t, "pods")
		alike := rapid.Bool().Draw(t, "alike") // as far as rule 5
		for uid := range model.UID(n) {
			p := drawPod(t, uid+1)
			if alike {
				p.Phase, p.Ready, p.Node, p.Cost, p.ReadySince = policy.Running, true, 0, 0, testNow-model.Instant(8+p.Lot%3)
			}
			pods[p.UID] = &p
			crowds[p.Node]++
			v.PodChanged(p)
		}
		goesBefore := func(a, b *Pod) bool { return before(a, b, crowds[a.Node], crowds[b.Node], testNow) }
		all := deletions(v, int32(n), []*View{v})
		transitive := isOrder(pods, goesBefore)
		for i, a := range all {
			for _, b := range all[i+1:] {
				if transitive && !goesBefore(pods[a], pods[b]) {
					t.Fatalf("%+v goes before %+v", *pods[a], *pods[b])
				}
			}
		}
		if transitive {
			ordered++
		}
		few := rapid.Int32Range(1, int32(n)).Draw(t, "few")
		require.Equal(t, all[:few], deletions(v, few, []*View{v}))
	})
	require.Positive(t, ordered, "stories in which the comparison is an order")
}

// deletions are the first n pods that go.
func deletions(v *View, n int32, related []*View) (out []model.UID) {
	d := Decision{now: testNow}
	v.choose(n, related, &d)
	for _, p := range d.Delete {
		out = append(out, p.UID)
	}
	return out
}

// isOrder reports whether a comparison of some pods has no cycles.
func isOrder(pods map[model.UID]*Pod, goesBefore func(a, b *Pod) bool) bool {
	for _, a := range pods {
		for _, b := range pods {
			for _, c := range pods {
				if a != b && b != c && a != c && goesBefore(a, b) && goesBefore(b, c) && !goesBefore(a, c) {
					return false
				}
			}
		}
	}
	return true
}
