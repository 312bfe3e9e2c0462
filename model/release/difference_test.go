package release

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The differences of each release with its default gates: x where one holds.
const ruleTable = `
                             1.27.1 1.33 1.34.1 1.34.4 1.35.0 1.35.4 1.36 1.37
PreStopDoublesGrace          x      .    .      .      .      .      .    .
CountsOwnWork                x      .    .      .      .      .      .    .
CompletesByPods              x      .    .      .      .      .      .    .
SucceededStays               x      .    .      .      .      .      .    .
RecreatesAtOnce              x      .    .      .      .      .      .    .
TaintsNextLook               x      .    .      .      .      .      .    .
ShortNodeGrace               x      .    .      .      .      .      .    .
WaitsForBackoff              x      .    .      .      .      .      .    .
SequentialParallel           x      .    .      .      .      .      .    .
UncontrolledClaims           x      .    .      .      .      .      .    .
NoPodIndexLabel              x      .    .      .      .      .      .    .
NoRetention                  .      .    .      .      .      .      .    .
NoStartOrdinal               .      .    .      .      .      .      .    .
ReadyIsHealthy               x      x    .      .      .      .      .    .
NoDevices                    x      x    .      .      .      .      .    .
HopesForTooBig               x      x    .      .      .      .      .    .
NamesTaint                   x      x    x      .      .      .      .    .
SpeaksOfDevices              .      .    x      x      x      x      x    .
ComparesHashes               x      x    x      .      .      .      .    .
WritesCreationTimestamp      x      x    .      .      .      .      .    .
ComparesBytes                x      x    x      .      .      .      .    .
LowerCaseEvents              x      x    x      x      .      .      .    .
KubeletRestartUnreadies      x      x    x      x      .      .      .    .
KubeletListsPast             x      x    x      x      .      .      .    .
CoarseRequeue                x      x    x      x      x      .      .    .
OneBudget                    .      .    .      .      x      .      .    .
IgnoresMaxUnavailable        x      x    x      x      .      x      x    .
ReadsStaleCache              x      x    x      x      x      x      .    .
GoneIsError                  x      x    x      x      x      x      .    .
OnlyRollingUpdateCompletes   x      x    x      x      x      x      x    .
DropsConditions              x      x    x      x      x      x      x    .
HistoryLimitIsImmutable      x      .    .      .      .      .      .    .
RecreateGoesByLabels         x      x    x      x      x      x      .    .
ServiceNamesBeginWithLetter  x      x    x      x      x      x      .    .
OneWordForImmutable          x      x    x      x      x      x      x    .
NoUnusedCondition            x      x    x      x      x      x      x    .
SaysMultiAttach              x      x    x      x      x      x      x    .
RecreateIsUnknown            x      x    x      x      x      x      x    .
RecreateIsRefused            .      .    .      .      .      .      .    x
IgnoresTolerance             x      x    x      x      .      .      .    .
AutoscalerKeepsOne           x      x    x      x      x      x      x    .
NoAutoscalerGeneration       x      x    x      x      x      x      x    .
`

func TestRules(t *testing.T) {
	var got strings.Builder
	fmt.Fprintf(&got, "%-29s%s\n", "", "1.27.1 1.33 1.34.1 1.34.4 1.35.0 1.35.4 1.36 1.37")
	for _, d := range Differences() {
		fmt.Fprintf(&got, "%-29s", d)
		for i, r := range Profiles() {
			cell := "."
			if r.Rules().Has(d) {
				cell = "x"
			}
			if i < profiles-1 {
				cell = fmt.Sprintf("%-*s", len(r.Version())+1, cell)
			}
			got.WriteString(cell)
		}
		got.WriteString("\n")
	}
	want, have := strings.Split(strings.Trim(ruleTable, "\n"), "\n"), strings.Split(strings.Trim(got.String(), "\n"), "\n")
	require.Equal(t, len(want), len(have), "rows of\n%s", got.String())
	for i := range want {
		require.Equal(t, want[i], have[i])
	}
}

// What a switched gate changes, profile by profile: the differences that come and go.
var switchRows = []struct{ release, changes string }{
	{"1.27.1 MaxUnavailableStatefulSet=true", "+OneBudget -IgnoresMaxUnavailable"},
	{"1.27.1 StatefulSetAutoDeletePVC=false", "+NoRetention"},
	{"1.27.1 StatefulSetStartOrdinal=false", "+NoStartOrdinal"},
	{"1.33 MaxUnavailableStatefulSet=true", "+OneBudget -IgnoresMaxUnavailable"},
	{"1.34.1 MaxUnavailableStatefulSet=true", "+OneBudget -IgnoresMaxUnavailable"},
	{"1.34.4 MaxUnavailableStatefulSet=true", "+OneBudget -IgnoresMaxUnavailable"},
	{"1.34.4 StatefulSetSemanticRevisionComparison=false", "+ComparesBytes"},
	{"1.35.0 MaxUnavailableStatefulSet=false", "-OneBudget +IgnoresMaxUnavailable"},
	{"1.35.0 StatefulSetSemanticRevisionComparison=false", "+ComparesBytes"},
	{"1.35.4 MaxUnavailableStatefulSet=true", "+OneBudget -IgnoresMaxUnavailable"},
	{"1.35.4 StatefulSetSemanticRevisionComparison=false", "+ComparesBytes"},
	{"1.36 MaxUnavailableStatefulSet=true", "+OneBudget -IgnoresMaxUnavailable"},
	{"1.36 StaleControllerConsistencyStatefulSet=false", "+ReadsStaleCache"},
	{"1.36 StatefulSetSemanticRevisionComparison=false", "+ComparesBytes"},
	{"1.37 MaxUnavailableStatefulSet=false", "+IgnoresMaxUnavailable"},
	{"1.37 StatefulSetRecreateStrategy=true", "-RecreateIsRefused"},
	{"1.37 StaleControllerConsistencyStatefulSet=false", "+ReadsStaleCache"},
	{"1.37 StatefulSetSemanticRevisionComparison=false", "+ComparesBytes"},
}

func TestRulesOfSwitchedGates(t *testing.T) {
	seen := 0
	for _, profile := range Profiles() {
		for _, g := range profile.Gates() {
			r := profile.mustSwitch([]Gate{g}, !profile.Enabled(g))
			var changes []string
			for _, d := range Differences() {
				switch before, after := profile.Rules().Has(d), r.Rules().Has(d); {
				case after && !before:
					changes = append(changes, "+"+d.String())
				case before && !after:
					changes = append(changes, "-"+d.String())
				}
			}
			at := slices.IndexFunc(switchRows, func(row struct{ release, changes string }) bool { return row.release == r.String() })
			require.GreaterOrEqual(t, at, 0, "no row for %v, which changes %v", r, changes)
			require.Equal(t, switchRows[at].changes, strings.Join(changes, " "), "%v", r)
			seen++
		}
	}
	require.Len(t, switchRows, seen)
}

// Gates are switched each for itself: what holds of a release with several switched is
// what each of them alone makes of it.
func TestGatesAreIndependent(t *testing.T) {
	for _, r := range everyRelease() {
		profile := r.profile()
		want := profile.Rules()
		for _, g := range profile.Gates() {
			if r.Enabled(g) != profile.Enabled(g) {
				want ^= profile.Rules() ^ profile.mustSwitch([]Gate{g}, r.Enabled(g)).Rules()
			}
		}
		require.Equal(t, want, r.Rules(), "%v", r)
	}
}

// The zero Rules has no difference at all: the newest release, with Recreate allowed.
func TestZeroRules(t *testing.T) {
	require.Zero(t, V1_37.With(StatefulSetRecreateStrategy).Rules())
	for _, d := range Differences() {
		require.False(t, Rules(0).Has(d), "%v", d)
	}
	require.LessOrEqual(t, len(Differences()), 64, "Rules has a bit for each")
}

// Rules are a set.
func TestRulesAreASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, want := Rules(0), map[Difference]bool{}
		t.Repeat(map[string]func(*rapid.T){
			"With": func(t *rapid.T) {
				d := rapid.SampledFrom(Differences()).Draw(t, "difference")
				rules, want[d] = rules.With(d), true
			},
			"Without": func(t *rapid.T) {
				d := rapid.SampledFrom(Differences()).Draw(t, "difference")
				rules, want[d] = rules.Without(d), false
			},
			"": func(t *rapid.T) {
				for _, d := range Differences() {
					if rules.Has(d) != want[d] {
						t.Fatalf("%v is in the set: %t", d, rules.Has(d))
					}
				}
			},
		})
	})
}

// What is known of a difference agrees with where it holds: in the profiles before the
// first release without it, and in none from there on. Where a gate alone decides there
// is no such release.
func TestFacts(t *testing.T) {
	names := map[string]bool{}
	for _, d := range Differences() {
		f := d.Facts()
		require.NotEmpty(t, f.What, "%v", d)
		require.Equal(t, f.Name, d.String())
		require.False(t, f.Name == "" || names[f.Name], "the name %q", f.Name)
		names[f.Name] = true
		require.False(t, f.Until == "" && f.Gate == "", "%v: something must end it", d)
		for _, r := range Profiles() {
			switch {
			case f.Until == "":
			case !older(r.Version(), f.Until) && f.Gate == "":
				require.False(t, r.Rules().Has(d), "%v ended with %s, and is in %v", d, f.Until, r)
			case older(r.Version(), f.Until) && f.Gate == "":
				require.True(t, r.Rules().Has(d), "%v ended with %s, and is not in %v", d, f.Until, r)
			}
		}
	}
}

// older reports whether one version comes before another: by each of its numbers, a
// missing one standing for the last patch release.
func older(a, b string) bool {
	const last = 1000
	numbers := func(version string) (out [3]int) {
		out[2] = last
		for i, word := range strings.Split(version, ".") {
			n, err := strconv.Atoi(word)
			if err != nil {
				panic("release: test: " + err.Error())
			}
			out[i] = n
		}
		return out
	}
	x, y := numbers(a), numbers(b)
	if y[2] == last {
		y[2] = 0 // an end that names no patch release is the first of them
	}
	return slices.Compare(x[:], y[:]) < 0
}
