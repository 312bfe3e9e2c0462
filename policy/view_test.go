package policy

import (
	"fmt"
	"testing"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/stretchr/testify/require"
)

// answers are what a view says about itself, as one text.
func answers(v *View, now model.Instant) string {
	var d Decision
	v.Plan(now, &d)
	after, ok := v.Recheck(now, d.Status)
	return fmt.Sprintf("%v\n%s; %s; %s\n%v %t\n%v\n%v\n%v\n", v.Revise(), read(d.Steps), readWait(d.Wait),
		readStatus(d.Status), after, ok, v.Adopt(nil), v.Truncate(true, nil), v.Revisions())
}

// crowded has something of everything, also a seat that was given up (7).
func crowded() *View {
	v := crowd.build()
	v.PodGone(7, podUIDs+7)
	return v
}

var crowd = scene{
	set:    "Parallel 5 minReady=30 m=2 keep=Delete/Delete update=B limit=0 old=2",
	pods:   "0:Ar 1:By 2:An 3:ArX 5:Ar 6:Aro 7:Ar",
	claims: "0:set 1:- 2:pod 5:set 8:-",
}

// A copy is equal to its source, and neither follows the other.
func TestCopyIsIndependent(t *testing.T) {
	change := map[string]func(v *View){
		"a pod becomes ready":    func(v *View) { v.PodChanged(parsePod("2:By")) },
		"a pod goes":             func(v *View) { v.PodGone(0, podUIDs) },
		"a pod comes":            func(v *View) { v.PodChanged(parsePod("4:Bp")) },
		"a condemned pod comes":  func(v *View) { v.PodChanged(parsePod("9:Bp")) },
		"a claim changes owners": func(v *View) { v.ClaimChanged(0, 0, Claim{}) },
		"a claim goes":           func(v *View) { v.ClaimGone(5, 0) },
		"a revision is bumped": func(v *View) {
			v.RevisionChanged(Revision{Name: 1, Text: "A", Number: 5, Template: 1})
		},
		"a revision goes":    func(v *View) { v.RevisionGone(1) },
		"the update changes": func(v *View) { v.Settle(1) },
		"time passes":        func(v *View) { v.Advance(testNow.Add(time.Minute)) },
		"one seat is taken and another given up": func(v *View) {
			v.PodChanged(parsePod("9:Bp"))
			v.PodGone(3, podUIDs+3)
		},
		"the set is scaled":    func(v *View) { set, _, _ := (scene{set: "Parallel 2", claims: "none"}).parseSet(); v.SetChanged(set) },
		"the set begins to go": func(v *View) { set := *v.Set(); set.Deleting = true; v.SetChanged(set) },
	}
	later := func(v *View) *View { // more of the same for the one that was not changed
		v.PodChanged(parsePod("10:Br"))
		v.PodGone(1, podUIDs+1)
		v.PodGone(3, podUIDs+3)
		v.PodChanged(parsePod("4:Ay"))
		return v
	}
	used := func() *View { // memory that was another view's
		v := scene{set: "Parallel 9 update=C", pods: "0:Ar 3:Br 8:Cr 11:Ar", claims: "2:set"}.build()
		v.PodGone(3, podUIDs+3)
		return v
	}
	for name, change := range change {
		for which, into := range map[string]*View{"a fresh view": {}, "a used view": used()} {
			t.Run(name+", into "+which, func(t *testing.T) {
				source := crowded()
				before := answers(crowded(), testNow)
				into.CopyFrom(source)
				change(source)
				require.Equal(t, before, answers(into, testNow), "the copy follows its source")
				require.Equal(t, answers(later(crowded()), testNow), answers(later(into), testNow), "the copy has lost something to its source")

				source, after := crowded(), crowded()
				change(after)
				into.CopyFrom(source)
				change(into)
				require.Equal(t, before, answers(source, testNow), "the source follows its copy")
				require.Equal(t, answers(later(crowded()), testNow), answers(later(source), testNow), "the source has lost something to its copy")
				require.Equal(t, answers(after, testNow), answers(into, testNow), "the copy does not hear as its source does")
			})
		}
	}
}

// large is a settled set.
func large(n int, words string) *View {
	v := scene{set: fmt.Sprintf("%d %s", n, words)}.build()
	for ordinal := range int32(n) {
		p := parsePod("0:Ar")
		p.Ordinal, p.UID = ordinal, podUIDs+model.UID(ordinal)
		v.PodChanged(p)
	}
	return v
}

// What a decision costs does not depend on how many replicas there are, only on
// how many of them there is something to do about.
func TestCostFollowsChange(t *testing.T) {
	for _, c := range []struct {
		rule    string
		set     string
		change  func(v *View, n int32)
		steps   string // at n = 100
		visited int64
	}{
		{"nothing to do", "", func(*View, int32) {}, "", 0},
		{"the last is not ready", "", func(v *View, n int32) { v.feedWord(n-1, "0:An") }, "", 1},
		{"one in the middle is lost", "Parallel", func(v *View, n int32) { v.PodGone(n/2, podUIDs+model.UID(n/2)) }, "create 50@A", 1},
		{"one has failed", "", func(v *View, n int32) { v.feedWord(n-2, "0:Af") }, "delete 98 Finished", 1},
		{"one is condemned", "", func(v *View, n int32) { v.feedWord(n, "0:Ar") }, "delete 100 OutOfRange", 1},
		{"the condemned are all on their way out", "Parallel", func(v *View, n int32) {
			v.feedWord(n, "0:ArX")
			v.feedWord(n+1, "0:ArX")
		}, "", 0},
		{"all are outdated, one may go", "", func(v *View, _ int32) { v.Settle(2) }, "delete 99 Outdated", 1},
		{"all are outdated and below the partition", "partition=999999", func(v *View, _ int32) { v.Settle(2) }, "", 0},
	} {
		t.Run(c.rule, func(t *testing.T) {
			for _, n := range []int32{100, 10_000} {
				v := large(int(n), c.set)
				c.change(v, n)
				var d Decision
				before := v.Visited()
				v.Plan(testNow, &d)
				require.Equal(t, c.visited, v.Visited()-before, "seats visited of %d", n)
				if n == 100 {
					require.Equal(t, c.steps, read(d.Steps))
				}
			}
		})
	}
}

// feedWord feeds a pod like the word says, at an ordinal.
func (v *View) feedWord(ordinal int32, word string) {
	p := parsePod(word)
	p.Ordinal, p.UID = ordinal, podUIDs+model.UID(ordinal)
	v.PodChanged(p)
}

// In the steady state a change of a pod and the plan after it allocate nothing,
// and neither does a fork into a view that has the room.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	for _, words := range []string{"", "Parallel", "Parallel minReady=5"} {
		v := large(1000, words)
		var d Decision
		now := testNow
		round := func() {
			now = now.Add(10 * time.Second)
			p := parsePod("0:Ar")
			for _, ordinal := range []int32{3, 500, 999} {
				p.Ordinal, p.UID = ordinal, podUIDs+model.UID(ordinal)
				p.Phase, p.Ready = Running, false
				v.PodChanged(p)
				v.Plan(now, &d)
				p.Ready, p.ReadySince = true, now
				v.PodChanged(p)
				v.Plan(now, &d)
			}
			v.PodGone(500, podUIDs+500)
			v.Plan(now, &d)
			p.Ordinal, p.UID = 500, podUIDs+500
			v.PodChanged(p)
			v.Plan(now, &d)
			v.Final(&d, false)
			v.Recheck(now, d.Status)
		}
		require.Zero(t, testing.AllocsPerRun(100, round), "%q", words)
		var fork View
		fork.CopyFrom(v)
		require.Zero(t, testing.AllocsPerRun(100, func() { fork.CopyFrom(v) }), "%q", words)
	}
}

// A seat with neither pod nor claim is given up and used again, so that a view does not
// grow with the ordinals that have been.
func TestSeatsAreUsedAgain(t *testing.T) {
	v := scene{set: "0", claims: "none"}.build()
	for ordinal := range int32(100) {
		v.PodChanged(Pod{Ordinal: ordinal, UID: 1, Phase: Running})
		v.ClaimChanged(ordinal, 0, Claim{})
		v.PodGone(ordinal, 1)
		_, there := v.Claim(ordinal, 0)
		require.True(t, there, "the claim outlives the pod")
		v.ClaimGone(ordinal, 0)
		_, there = v.Pod(ordinal)
		require.False(t, there)
	}
	require.Len(t, v.seats, 1)
}

func TestClaimTemplatesCannotChange(t *testing.T) {
	v := scene{set: "1", pods: "0:Ar"}.build()
	set, _, _ := scene{set: "1", claims: "none"}.parseSet()
	require.PanicsWithValue(t, "policy: the claim templates of a set cannot change", func() { v.SetChanged(set) })
}

// A phase survives the way through the API's spelling.
func TestPhases(t *testing.T) {
	for p := NoPod; p <= Unknown; p++ {
		require.Equal(t, p, PhaseOf(p.Model()))
	}
	require.Equal(t, NoPod, PhaseOf("Nonsense"))
}
