package disruption

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

// web are pods of one set: "rr-t" is two that are ready, one that is not, and one that
// is terminating.
func web(states string, scale int32) []Pod {
	var pods []Pod
	for i, state := range states {
		pods = append(pods, Pod{
			Name: fmt.Sprintf("web-%d", i), Controller: 7, Scale: scale,
			Ready: state == 'r', Terminating: state == 't',
		})
	}
	return pods
}

func minAvailable(v model.IntOrString) *model.PodDisruptionBudgetSpec {
	return &model.PodDisruptionBudgetSpec{MinAvailable: &v}
}

func maxUnavailable(v model.IntOrString) *model.PodDisruptionBudgetSpec {
	return &model.PodDisruptionBudgetSpec{MaxUnavailable: &v}
}

var (
	one     = model.FromInt(1)
	three   = model.FromInt(3)
	percent = func(n int) model.IntOrString { return model.FromString(fmt.Sprintf("%d%%", n)) }
)

// synced is what a controller that has seen all of this writes.
func synced(spec *model.PodDisruptionBudgetSpec, was Budget, pods []Pod, now model.Instant) Budget {
	seen := Count(pods, &was)
	return Sync(spec, was, &seen, now)
}

// TestSpec is what is known of budgets and evictions, rule by rule.
func TestSpec(t *testing.T) {
	ready, unready := Evictee{Phase: model.PodRunning, Ready: true}, Evictee{Phase: model.PodRunning}
	for _, row := range []struct {
		id, rule string
		spec     *model.PodDisruptionBudgetSpec
		pods     []Pod
		evict    Evictee
		want     string // "allowed", "allowed, spends one", or what is said
	}{
		{"P60", "the first of three that are ready may go", maxUnavailable(one), web("rrr", 3), ready, "allowed, spends one"},
		{"P60-second", "the second may not", maxUnavailable(one), web("trr", 3), ready,
			"429 The disruption budget web needs 2 healthy pods and has 2 currently"},
		{"P61", "a pod that is not ready may go while the others are", maxUnavailable(one), web("rr-", 3), unready, "allowed"},
		{"P62", "but not if they are not", maxUnavailable(one), web("r--", 3), unready,
			"429 The disruption budget web needs 2 healthy pods and has 1 currently"},
		{"P62-always", "unless it is always allowed", &model.PodDisruptionBudgetSpec{MaxUnavailable: &one, UnhealthyPodEvictionPolicy: model.AlwaysAllow},
			web("r--", 3), unready, "allowed"},
		{"P63", "a Pending pod is not asked about", minAvailable(three), web("rr-", 3), Evictee{Phase: model.PodPending}, "allowed"},
		{"P63-ended", "nor one that has ended", minAvailable(three), web("rrr", 3), Evictee{Phase: model.PodFailed}, "allowed"},
		{"P63-terminating", "nor one that is being deleted", minAvailable(three), web("rrt", 3), Evictee{Phase: model.PodRunning, Ready: true, Terminating: true}, "allowed"},
		{"P64", "a pod that a rolling update takes down counts", maxUnavailable(one), web("rrt", 3), ready,
			"429 The disruption budget web needs 2 healthy pods and has 2 currently"},
		{"P66", "who needs all has none to spare", minAvailable(three), web("rrr", 3), ready,
			"429 The disruption budget web needs 3 healthy pods and has 3 currently"},
		{"P68", "a percentage of what is asked for is rounded up: 30% of 3 is 1", maxUnavailable(percent(30)), web("rrr", 3), ready, "allowed, spends one"},
		{"P68-min", "the same for what has to be there: 30% of 3 is 1", minAvailable(percent(30)), web("rr", 3), ready, "allowed, spends one"},
		{"P68-scale", "it is of what is asked for, not of what there is", maxUnavailable(percent(50)), web("rr", 10), ready,
			"429 The disruption budget web needs 5 healthy pods and has 2 currently"},
		{"P66-none", "nothing is allowed while nothing is expected", maxUnavailable(one), nil, ready,
			"429 The disruption budget web needs 0 healthy pods and has 0 currently"},
		{"P66-orphan", "a pod without controller does not count among what is expected", maxUnavailable(one), []Pod{{Name: "a", Ready: true}}, ready,
			"429 The disruption budget web does not allow evicting pods currently"},
		{"P66-missing", "a controller that nobody finds stops everything", maxUnavailable(one), []Pod{{Name: "a", Ready: true, Controller: 9, Missing: true}}, ready,
			`429 The disruption budget web does not allow evicting pods currently because it failed sync: found no controllers for pod "a"`},
	} {
		t.Run("pod_lifecycle/"+row.id, func(t *testing.T) {
			v := Evict(row.evict, []Guard{{"web", row.spec.UnhealthyPodEvictionPolicy, synced(row.spec, Budget{Observed: true}, row.pods, 0)}})
			got := "allowed"
			switch {
			case !v.Allowed:
				require.Equal(t, WouldViolate, v.Message)
				require.True(t, v.Retry())
				got = fmt.Sprintf("%d %s", v.Code, v.Cause)
			case v.Spends:
				got = "allowed, spends one"
			}
			require.Equal(t, row.want, got, row.rule)
		})
	}
	t.Run("pod_lifecycle/P65", func(t *testing.T) {
		v := Evict(ready, []Guard{{Name: "a", Budget: Budget{Observed: true, Allowed: 1}}, {Name: "b", Budget: Budget{Observed: true, Allowed: 1}}})
		require.Equal(t, Verdict{Code: 500, Message: TooManyBudgets}, v)
		require.False(t, v.Retry())
		require.True(t, Evict(ready, nil).Allowed, "without a budget everybody may go")
	})
	t.Run("pod_lifecycle/P60-at-once", func(t *testing.T) {
		b := synced(maxUnavailable(one), Budget{}, web("rrr", 3), 0).Spend("web-0", 5)
		require.Equal(t, "The disruption budget web does not allow evicting pods currently", Evict(ready, []Guard{{"web", "", b}}).Cause,
			"before the controller has seen the first eviction, the budget has three and needs two, and allows none")
		require.Equal(t, []Disrupted{{"web-0", 5}}, b.Disrupted)
		require.Equal(t, []Disrupted{{"web-0", 6}}, b.Spend("web-0", 6).Disrupted, "a pod is noted once")
	})
	t.Run("pod_lifecycle/P60-new", func(t *testing.T) {
		require.Equal(t, Verdict{Code: 429, Message: WouldViolate, Cause: "The disruption budget web is still being processed by the server."},
			Evict(ready, []Guard{{"web", "", Budget{Allowed: 1}}}), "a budget that is new allows nothing before the controller has seen it")
		b := synced(maxUnavailable(one), Budget{}, []Pod{{Name: "a", Ready: true, Controller: 9, Missing: true}}, 0)
		require.Equal(t, Budget{Failed: `found no controllers for pod "a"`}, b, "nor one that the controller has failed at since")
	})
	t.Run("pod_lifecycle/P60-many", func(t *testing.T) {
		v := Evict(ready, []Guard{{"web", "", Budget{Observed: true, Allowed: 9, Disrupted: make([]Disrupted, 2001)}}})
		require.Equal(t, 403, v.Code)
		require.False(t, v.Retry())
	})
	t.Run("pod_lifecycle/P67", func(t *testing.T) {
		pods, out := web("rrr", 3), []Disrupted{{"web-0", 5}}
		at := model.Instant(5).Add(2 * time.Minute)
		b := Budget{ExpectedPods: 3, DesiredHealthy: 2, CurrentHealthy: 2, Disrupted: out, Observed: true, Recheck: at}
		require.Equal(t, b, synced(maxUnavailable(one), Budget{Disrupted: out}, pods, at-1))
		require.Equal(t, Budget{ExpectedPods: 3, DesiredHealthy: 2, CurrentHealthy: 3, Allowed: 1, Observed: true}, synced(maxUnavailable(one), b, pods, at+1),
			"an eviction that came to nothing is forgotten after two minutes")
		pods[0].Terminating = true
		require.Empty(t, synced(maxUnavailable(one), b, pods, 6).Disrupted, "one that came to something is at once")
	})
}

// However many are evicted one after the other, and whatever else happens between them, a
// budget that is obeyed never lets the healthy pods become fewer than it needs.
func TestBudgetHolds(t *testing.T) {
	spent := 0
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.Map(rapid.IntRange(0, 6), func(n int) model.IntOrString { return model.FromInt(int32(n)) }),
			rapid.Map(rapid.IntRange(0, 100), percent)).Draw(t, "value")
		spec := minAvailable(value)
		if rapid.Bool().Draw(t, "maxUnavailable") {
			spec = maxUnavailable(value)
		}
		states := rapid.StringOfN(rapid.RuneFrom([]rune("rrr-t")), 0, 6, -1).Draw(t, "pods")
		pods := web(states, rapid.Int32Range(0, 6).Draw(t, "scale"))
		b := synced(spec, Budget{}, pods, 0)
		for now := model.Instant(1); now < 20; now++ {
			if len(pods) == 0 {
				return
			}
			p := &pods[rapid.IntRange(0, len(pods)-1).Draw(t, "pod")]
			if rapid.Bool().Draw(t, "seen") {
				b = synced(spec, b, pods, now)
			}
			v := Evict(Evictee{Phase: model.PodRunning, Ready: p.Ready, Terminating: p.Terminating}, []Guard{{"b", "", b}})
			if !v.Allowed {
				continue
			}
			if v.Spends {
				spent++
				b = b.Spend(p.Name, now)
			}
			healthy := int32(0) // if all that was allowed comes to pass
			for i := range pods {
				if gone := slices.ContainsFunc(b.Disrupted, func(d Disrupted) bool { return d.Pod == pods[i].Name }); !gone && pods[i].Ready && !pods[i].Terminating {
					healthy++
				}
			}
			require.True(t, !v.Spends || healthy >= b.DesiredHealthy)
			p.Terminating = p.Terminating || rapid.Bool().Draw(t, "deleted")
		}
	})
	require.NotZero(t, spent)
}
