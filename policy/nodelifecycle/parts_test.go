package nodelifecycle

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

const second = model.Instant(time.Second)

// A beat is what a loop does that counts.
func TestBeat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Beat{model.Instant(rapid.IntRange(0, 50).Draw(t, "first")), time.Duration(rapid.IntRange(1, 20).Draw(t, "every"))}
		at := model.Instant(rapid.IntRange(0, 200).Draw(t, "at"))
		last, from := never, never
		for i := b.First; from == never; i = i.Add(b.Every) {
			if i >= at {
				from = i
			}
			if i <= at {
				last = i
			}
		}
		require.Equal(t, from, b.From(at))
		got, ok := b.Last(at)
		require.Equal(t, last, got)
		require.Equal(t, last != never, ok)
	})
}

// The delays between two taints are the shortest in which the token buckets of Kubernetes,
// which count in floating point, make a whole token.
func TestDelaysAreThoseOfTheBuckets(t *testing.T) {
	whole := func(rate float32, d time.Duration) bool {
		b := refBucket{rate: rate, tokens: 0, at: 0}
		return b.take(model.Instant(d))
	}
	times := DefaultTimes(0)
	for _, c := range []struct {
		rate  float32
		delay time.Duration
	}{{refNormal, times.Normal}, {refReduced, times.Reduced}} {
		require.True(t, whole(c.rate, c.delay), c.delay)
		require.False(t, whole(c.rate, c.delay-time.Nanosecond), c.delay)
	}
}

// The state of a zone, also where the threshold is met exactly.
func TestZoneStates(t *testing.T) {
	for _, c := range []struct {
		ready, broken int32
		state         ZoneState
	}{
		{1, 0, Normal}, {0, 1, FullDisruption}, {0, 3, FullDisruption}, {1, 2, Normal}, {2, 3, PartialDisruption},
		{3, 3, Normal}, {9, 11, PartialDisruption}, {10, 11, Normal}, {0, 0, Normal},
	} {
		z := zone{nodes: c.ready + c.broken, ready: c.ready}
		require.Equal(t, c.state, z.now(), "%d ready, %d not", c.ready, c.broken)
	}
	for nodes := int32(1); nodes < 400; nodes++ {
		for ready := range nodes + 1 {
			conditions := make([]Ready, nodes)
			for i := range ready {
				conditions[i] = IsReady
			}
			z := zone{nodes: nodes, ready: ready}
			require.Equal(t, refState(conditions), z.now(), "%d of %d are ready", ready, nodes)
		}
	}
}

func TestZoneKey(t *testing.T) {
	for _, c := range []struct {
		labels model.Labels
		key    string
	}{
		{nil, ""},
		{model.Labels{"topology.kubernetes.io/zone": "a"}, ":\x00:a"},
		{model.Labels{"topology.kubernetes.io/region": "r", "topology.kubernetes.io/zone": "a"}, "r:\x00:a"},
		{model.Labels{"topology.kubernetes.io/region": "r"}, "r:\x00:"},
		{model.Labels{"topology.kubernetes.io/zone": "a", "failure-domain.beta.kubernetes.io/zone": "b"}, ":\x00:b"},
	} {
		require.Equal(t, c.key, ZoneKey(c.labels))
	}
}

// words writes taints as kubectl takes them.
func words(taints []model.Taint) string {
	var out []string
	for _, t := range taints {
		word := strings.TrimPrefix(t.Key, "node.kubernetes.io/")
		if t.Value != "" {
			word += "=" + t.Value
		}
		word += ":" + string(t.Effect)
		if t.TimeAdded != nil {
			word += fmt.Sprintf("@%d", *t.TimeAdded/second)
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

// taints reads them: "key=value:Effect".
func taintsOf(text string) (out []model.Taint) {
	for _, word := range strings.Fields(text) {
		key, effect, _ := strings.Cut(word, ":")
		key, value, _ := strings.Cut(key, "=")
		for _, known := range []string{"not-ready", "unreachable", "unschedulable", "memory-pressure", "disk-pressure", "pid-pressure", "network-unavailable", "out-of-service"} {
			if key == known {
				key = "node.kubernetes.io/" + key
			}
		}
		out = append(out, model.Taint{Key: key, Value: value, Effect: model.TaintEffect(effect)})
	}
	return out
}

func TestConditionTaints(t *testing.T) {
	condition := func(kind string, status model.ConditionStatus) model.NodeCondition {
		return model.NodeCondition{Type: kind, Status: status}
	}
	for _, c := range []struct {
		rule, taints string
		conditions   []model.NodeCondition
		cordoned     bool
		want         string
	}{
		{"a ready node has none", "", []model.NodeCondition{condition("Ready", "True")}, false, ""},
		{"not ready", "", []model.NodeCondition{condition("Ready", "False")}, false, "not-ready:NoSchedule@7"},
		{"unknown, and what is unknown besides is no pressure", "",
			[]model.NodeCondition{condition("MemoryPressure", "Unknown"), condition("Ready", "Unknown")}, false, "unreachable:NoSchedule@7"},
		{"pressures", "", []model.NodeCondition{
			condition("MemoryPressure", "True"), condition("DiskPressure", "True"), condition("PIDPressure", "True"),
			condition("NetworkUnavailable", "True"), condition("Ready", "True"), condition("Odd", "True"),
		}, false, "memory-pressure:NoSchedule@7 disk-pressure:NoSchedule@7 pid-pressure:NoSchedule@7 network-unavailable:NoSchedule@7"},
		{"a cordoned node", "mine:NoSchedule", []model.NodeCondition{condition("Ready", "True")}, true, "mine:NoSchedule unschedulable:NoSchedule@7"},
		{"one that is there stays as it is", "not-ready=x:NoSchedule", []model.NodeCondition{condition("Ready", "False")}, false, "not-ready=x:NoSchedule"},
		{"the one for the other", "not-ready:NoSchedule mine:NoExecute", []model.NodeCondition{condition("Ready", "Unknown")}, false,
			"mine:NoExecute unreachable:NoSchedule@7"},
		{"healed and uncordoned; NoExecute is not its business", "unreachable:NoSchedule unreachable:NoExecute unschedulable:NoSchedule disk-pressure:NoSchedule pid-pressure:NoSchedule network-unavailable:NoSchedule mine:NoSchedule",
			[]model.NodeCondition{condition("Ready", "True")}, false, "unreachable:NoExecute mine:NoSchedule"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			before := taintsOf(c.taints)
			require.Equal(t, c.want, words(ConditionTaints(before, c.conditions, c.cordoned, 7*second)))
			require.Equal(t, c.taints, words(before), "what was given has not changed")
		})
	}
}

// The two taints of effect NoExecute, as actions write them.
func TestApply(t *testing.T) {
	for _, c := range []struct {
		action       Action
		before, then string
		own          Taints
	}{
		{Action{Add: TaintUnreachable}, "mine:NoExecute unreachable:NoSchedule", "mine:NoExecute unreachable:NoSchedule unreachable:NoExecute@7", TaintUnreachable},
		{Action{Add: TaintUnreachable, Remove: TaintNotReady}, "not-ready:NoExecute not-ready:NoSchedule", "not-ready:NoSchedule unreachable:NoExecute@7", TaintUnreachable},
		{Action{Add: TaintNotReady, Remove: TaintUnreachable}, "unreachable:NoExecute", "not-ready:NoExecute@7", TaintNotReady},
		{Action{Remove: TaintUnreachable | TaintNotReady}, "not-ready:NoExecute mine:NoExecute unreachable:NoExecute", "mine:NoExecute", 0},
		{Action{Add: TaintUnreachable}, "unreachable=x:NoExecute mine:NoExecute", "unreachable:NoExecute@7 mine:NoExecute", TaintUnreachable},
	} {
		got := c.action.Apply(taintsOf(c.before), 7*second)
		require.Equal(t, c.then, words(got))
		require.Equal(t, c.own, Own(got))
	}
	require.Equal(t, TaintNotReady|TaintUnreachable, Own(taintsOf("not-ready:NoExecute unreachable:NoExecute")))
	require.Zero(t, Own(taintsOf("not-ready:NoSchedule unreachable:PreferNoSchedule")))
}

func TestLostConditions(t *testing.T) {
	before := []model.NodeCondition{
		{Type: "NetworkUnavailable", Status: "False"},
		{Type: "MemoryPressure", Status: "True", Reason: "KubeletHasInsufficientMemory", LastTransitionTime: second},
		{Type: "DiskPressure", Status: "Unknown", Reason: "NodeStatusUnknown", Message: "Kubelet stopped posting node status.", LastTransitionTime: 2 * second},
		{Type: "Ready", Status: "True", Reason: "KubeletReady", LastTransitionTime: second},
	}
	after := LostConditions(before, 9*second)
	stopped := func(kind string, at model.Instant) model.NodeCondition {
		return model.NodeCondition{Type: kind, Status: "Unknown", Reason: "NodeStatusUnknown", Message: "Kubelet stopped posting node status.", LastTransitionTime: at}
	}
	require.Equal(t, []model.NodeCondition{
		before[0], stopped("MemoryPressure", 9*second), stopped("DiskPressure", 2*second), stopped("Ready", 9*second),
		{Type: "PIDPressure", Status: "Unknown", Reason: "NodeStatusNeverUpdated", Message: "Kubelet never posted node status.", LastTransitionTime: 9 * second},
	}, after)
	require.Equal(t, model.ConditionTrue, before[1].Status, "what was given has not changed")
	kinds := ""
	for _, c := range LostConditions(nil, 0) {
		kinds += c.Type + " "
	}
	require.Equal(t, "Ready MemoryPressure DiskPressure PIDPressure ", kinds)
}

// tolerationsOf reads tolerations: "key=value:Effect:seconds", "key:Effect" (of every
// value), "*" (of everything).
func tolerationsOf(text string) (out []model.Toleration) {
	for _, word := range strings.Fields(text) {
		parts := strings.Split(word, ":")
		var t model.Toleration
		key, value, equal := strings.Cut(parts[0], "=")
		t.Key, t.Value = taintsOf(key + ":")[0].Key, value
		if !equal {
			t.Operator = model.TolerationExists
		}
		if t.Key == "*" {
			t.Key = ""
		}
		if len(parts) > 1 {
			t.Effect = model.TaintEffect(parts[1])
		}
		if len(parts) > 2 {
			var seconds int64
			fmt.Sscan(parts[2], &seconds)
			t.TolerationSeconds = &seconds
		}
		out = append(out, t)
	}
	return out
}

// A pod's eviction, one look after the other, each at its second: the taints of its node,
// and when it is to be deleted.
func TestEvictions(t *testing.T) {
	const usual = "not-ready:NoExecute:300 unreachable:NoExecute:300"
	for _, c := range []struct {
		rule, tolerations string
		looks             []string // "second: taints"
		at                []string // "never", or the second
	}{
		{"no taint, no eviction", "", []string{"0:"}, []string{"never"}},
		{"a taint that is not of effect NoExecute evicts nobody", "", []string{"0: unreachable:NoSchedule mine:PreferNoSchedule"}, []string{"never"}},
		{"one that is not tolerated evicts at once", usual, []string{"5: mine:NoExecute"}, []string{"5"}},
		{"P40: as every pod is by default, 300 seconds after the taint", usual, []string{"5: unreachable:NoExecute"}, []string{"305"}},
		{"the 300 seconds go on when not-ready becomes unreachable, with both for an instant", usual,
			[]string{"5: not-ready:NoExecute", "55: not-ready:NoExecute unreachable:NoExecute", "55: unreachable:NoExecute"}, []string{"305", "305", "305"}},
		{"also if the pod would tolerate the new taint for a shorter time", "not-ready:NoExecute:300 unreachable:NoExecute:10",
			[]string{"5: not-ready:NoExecute", "55: unreachable:NoExecute"}, []string{"305", "305"}},
		{"P44: without the taint the eviction is off, and the next begins anew", usual,
			[]string{"5: unreachable:NoExecute", "200:", "210: unreachable:NoExecute"}, []string{"305", "never", "510"}},
		{"tolerated for ever", "unreachable:NoExecute", []string{"5: unreachable:NoExecute"}, []string{"never"}},
		{"of several the shortest counts, and those without an end do not", "a:NoExecute b:NoExecute:30 c:NoExecute:20",
			[]string{"0: a:NoExecute b:NoExecute c:NoExecute"}, []string{"20"}},
		{"for each taint the first toleration that fits counts", "*::7 unreachable:NoExecute:300", []string{"0: unreachable:NoExecute"}, []string{"7"}},
		{"tolerated for 0 seconds, and for less", "a:NoExecute:0 b:NoExecute:-9", []string{"3: a:NoExecute", "4: b:NoExecute"}, []string{"3", "3"}},
		{"a planned eviction is off when what is left is tolerated for ever", "a:NoExecute:30 b:NoExecute",
			[]string{"0: a:NoExecute", "10: b:NoExecute"}, []string{"30", "never"}},
		{"and at once when something comes that is not tolerated (P46)", usual,
			[]string{"5: unreachable:NoExecute", "60: unreachable:NoExecute out-of-service=nodeshutdown:NoExecute"}, []string{"305", "60"}},
		{"a toleration of another value, or effect, does not help", "a=x:NoExecute a:NoSchedule", []string{"1: a=y:NoExecute"}, []string{"1"}},
		{"a toleration of the same value does", "a=x:NoExecute", []string{"1: a=x:NoExecute"}, []string{"never"}},
		{"longer than there is time", "a:NoExecute:9223372036 b:NoExecute:9223372037", []string{"0: a:NoExecute", "1:", "1: a:NoExecute", "2:", "2: b:NoExecute"},
			[]string{"9223372036", "never", "never", "never", "never"}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var e Eviction
			for i, look := range c.looks {
				var at int64
				when, taints, _ := strings.Cut(look, ":")
				fmt.Sscan(when, &at)
				e = e.Next(taintsOf(taints), tolerationsOf(c.tolerations), model.Instant(at)*second)
				got := "never"
				if e.Planned {
					got = fmt.Sprint(int64(e.At / second))
				}
				require.Equal(t, c.at[i], got, look)
			}
		})
	}
}

func TestDefaultTolerations(t *testing.T) {
	for _, c := range []struct{ given, stored string }{
		{"", "not-ready:NoExecute:300 unreachable:NoExecute:300"},
		{"a:NoExecute", "a:NoExecute not-ready:NoExecute:300 unreachable:NoExecute:300"},
		{"unreachable:NoExecute:5", "unreachable:NoExecute:5 not-ready:NoExecute:300"},
		{"not-ready:NoSchedule unreachable", "not-ready:NoSchedule unreachable not-ready:NoExecute:300"},
		{"*", "*"},
		{"*:NoSchedule", "*:NoSchedule not-ready:NoExecute:300 unreachable:NoExecute:300"},
		{"=x", "=x"}, // says so of every key, and tolerates only what has that value
	} {
		given := tolerationsOf(c.given)
		require.Equal(t, tolerationsOf(c.stored), model.WithDefaultTolerations(given))
		require.Equal(t, tolerationsOf(c.given), given)
	}
}

func TestCollectorCauses(t *testing.T) {
	gone := taintsOf("out-of-service=nodeshutdown:NoExecute")
	require.True(t, OutOfService(true, Unknown, gone))
	require.True(t, OutOfService(true, NotReady, taintsOf("out-of-service:NoSchedule")))
	require.True(t, OutOfService(true, NeverPosted, gone))
	require.False(t, OutOfService(true, IsReady, gone), "the node is back")
	require.False(t, OutOfService(false, Unknown, gone), "nobody has deleted the pod")
	require.False(t, OutOfService(true, Unknown, taintsOf("unreachable:NoExecute")))
	require.True(t, Unscheduled(true))
	require.False(t, Unscheduled(false))
}

// P45: the pods of a node that is deleted at T are thrown away at T+40s to T+60s. (The
// collector looks at 0, 20 and so on; the first look begins the quarantine.)
func TestQuarantine(t *testing.T) {
	times := DefaultTimes(0)
	looks := Beat{0, times.Collect}
	for _, c := range []struct{ gone, thrown model.Instant }{{1, 60}, {19, 60}, {20, 60}, {21, 80}} {
		_, at := Quarantine{}.Missing(times, looks, c.gone*second)
		require.Equal(t, c.thrown*second, at)
	}
}

// The quarantine is what a collector makes of a node that comes and goes, one that really
// looks every 20 seconds.
func TestQuarantineIsTheLoop(t *testing.T) {
	seen := 0
	rapid.Check(t, func(t *rapid.T) {
		times := DefaultTimes(0)
		looks := Beat{model.Instant(rapid.IntRange(0, 19).Draw(t, "phase")) * second, times.Collect}
		var want, got []model.Instant

		exists, pods, mine := true, 0, 0
		waiting := never // the entry of the delaying queue
		var q Quarantine
		due := never
		events := rapid.SliceOfN(rapid.IntRange(0, 399), 0, 30).Draw(t, "events")
		binds := rapid.SliceOfN(rapid.IntRange(0, 399), 0, 30).Draw(t, "binds")
		for now := model.Instant(0); now < 400*second; now += second {
			if slices.Contains(events, int(now/second)) {
				if exists = !exists; exists {
					q = q.Lifted(times, now)
				} else if mine > 0 {
					q, due = q.Missing(times, looks, now)
				}
			}
			if slices.Contains(binds, int(now/second)) {
				pods++
				mine++
				if !exists {
					q, due = q.Missing(times, looks, now)
				}
			}
			if looks.From(now) == now {
				ready := waiting != never && waiting <= now
				if ready {
					waiting = never
				}
				if pods > 0 && !exists && waiting == never {
					waiting = now.Add(times.Quarantine)
				}
				if ready && !exists && pods > 0 {
					want, pods = append(want, now), 0
				}
			}
			if due == now {
				due = never
				if !exists && mine > 0 {
					got, mine = append(got, now), 0
					q = q.Collected(times, now)
				}
			}
		}
		require.Equal(t, want, got)
		seen += len(want)
	})
	require.NotZero(t, seen)
}

// An eviction is what a queue of timed workers makes of the looks at a pod.
func TestEvictionIsTheWorkers(t *testing.T) {
	deleted := 0
	rapid.Check(t, func(t *rapid.T) {
		tolerations := tolerationsOf(strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"a:NoExecute:3", "a:NoExecute:20", "b:NoExecute:7", "b:NoExecute", "c:NoExecute:0", "*:NoExecute:9", "a=x:NoExecute",
		}), 0, 4).Draw(t, "tolerations"), " "))
		var e Eviction
		type worker struct{ created, fire model.Instant }
		var work *worker
		taints := ""
		changes := rapid.SliceOfN(rapid.IntRange(0, 59), 1, 12).Draw(t, "changes")
		for now := range 60 {
			at := model.Instant(now) * second
			for _, when := range changes {
				if when != now {
					continue
				}
				taints = strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a:NoExecute", "b:NoExecute", "c:NoExecute", "d:NoSchedule"}), 0, 3).Draw(t, "taints"), " ")
				e = e.Next(taintsOf(taints), tolerations, at)

				var of []model.Taint
				for _, taint := range taintsOf(taints) {
					if taint.Effect == model.NoExecute {
						of = append(of, taint)
					}
				}
				if len(of) == 0 {
					work = nil
					continue
				}
				all, least := true, int64(math.MaxInt64)
				for _, taint := range of {
					found := false
					for _, tol := range tolerations {
						if tol.Tolerates(taint) {
							if tol.TolerationSeconds != nil {
								least = min(least, max(0, *tol.TolerationSeconds))
							}
							found = true
							break
						}
					}
					all = all && found
				}
				switch {
				case !all:
					work = &worker{at, at}
				case least == math.MaxInt64:
					work = nil
				case work == nil || work.created == at:
					work = &worker{at, at + model.Instant(least)*second}
				}
			}
			require.Equal(t, work != nil, e.Planned)
			if work != nil {
				require.Equal(t, work.fire, e.At)
				if work.fire <= at {
					deleted++
					return
				}
			}
		}
	})
	require.NotZero(t, deleted)
}
