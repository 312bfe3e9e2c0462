package release

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// everyRelease are all profiles with all settings of their gates.
func everyRelease() (out []Release) {
	for _, profile := range Profiles() {
		gates := profile.Gates()
		for switches := range 1 << len(gates) {
			r := profile
			for i, g := range gates {
				if switches>>i&1 == 1 {
					r = r.mustSwitch([]Gate{g}, !profile.Enabled(g))
				}
			}
			out = append(out, r)
		}
	}
	return out
}

// What a release says of itself is read back as that release, and no two say the same.
func TestStringAndParse(t *testing.T) {
	said := map[string]Release{}
	for _, r := range everyRelease() {
		text := r.String()
		if other, twice := said[text]; twice {
			t.Errorf("two releases are %q: %#x and %#x", text, uint32(other), uint32(r))
		}
		said[text] = r
		for _, spelling := range []string{text, "v" + text, strings.ReplaceAll(text, " ", ","), " " + strings.ReplaceAll(text, " ", " , ") + " "} {
			got, err := Parse(spelling)
			require.NoError(t, err, spelling)
			require.Equal(t, r, got, spelling)
		}
	}
	// Of 6, 1, 1, 2, 2, 2, 3 and 4 gates two settings each, the oldest profile first.
	require.Len(t, said, 1<<3+1<<1+1<<1+1<<2+1<<2+1<<2+1<<3+1<<4)
}

// A release says the gates that are not as by default, and those alone.
func TestStringSaysWhatIsSwitched(t *testing.T) {
	for text, want := range map[string]string{
		"1.37":                                 "1.37",
		"1.37 MaxUnavailableStatefulSet=true":  "1.37",
		"1.37 MaxUnavailableStatefulSet=false": "1.37 MaxUnavailableStatefulSet=false",
		"1.36 MaxUnavailableStatefulSet=true":  "1.36 MaxUnavailableStatefulSet=true",
		"1.36 MaxUnavailableStatefulSet=true MaxUnavailableStatefulSet=false":    "1.36",
		"1.37,StatefulSetRecreateStrategy=true,MaxUnavailableStatefulSet=false":  "1.37 MaxUnavailableStatefulSet=false StatefulSetRecreateStrategy=true",
		"v1.27.1  StatefulSetStartOrdinal=false, StatefulSetAutoDeletePVC=false": "1.27.1 StatefulSetAutoDeletePVC=false StatefulSetStartOrdinal=false",
	} {
		r, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, r.String())
		require.Equal(t, want, fmt.Sprintf("%#v", r), "as tests print it")
	}
}

// What is no release, and why.
func TestParseRefuses(t *testing.T) {
	const versions = "1.37, 1.36, 1.35.4, 1.35.0, 1.34.4, 1.34.1, 1.33, 1.27.1"
	for text, want := range map[string]string{
		"":                                       "a release needs a version, one of " + versions,
		" , ":                                    "a release needs a version, one of " + versions,
		"1.38":                                   "there is no profile of Kubernetes 1.38, only of " + versions,
		"1.36.3":                                 "there is no profile of Kubernetes 1.36.3, only of " + versions,
		"1":                                      "there is no profile of Kubernetes 1, only of " + versions,
		"vv1.36":                                 "there is no profile of Kubernetes vv1.36, only of " + versions,
		"MaxUnavailableStatefulSet=true":         "there is no profile of Kubernetes MaxUnavailableStatefulSet=true, only of " + versions,
		"1.36 MaxUnavailable=true":               "unrecognized feature gate: MaxUnavailable",
		"1.36 maxunavailablestatefulset=true":    "unrecognized feature gate: maxunavailablestatefulset",
		"1.36 1.37":                              "unrecognized feature gate: 1.37",
		"1.36 MaxUnavailableStatefulSet":         `invalid value of MaxUnavailableStatefulSet: "", must be true or false`,
		"1.36 MaxUnavailableStatefulSet=":        `invalid value of MaxUnavailableStatefulSet: "", must be true or false`,
		"1.36 MaxUnavailableStatefulSet=on":      `invalid value of MaxUnavailableStatefulSet: "on", must be true or false`,
		"1.36 MaxUnavailableStatefulSet=true=no": `invalid value of MaxUnavailableStatefulSet: "true=no", must be true or false`,
		"1.36 StatefulSetRecreateStrategy=true":  "release 1.36 of Kubernetes has no feature gate StatefulSetRecreateStrategy",
		"1.36 StatefulSetRecreateStrategy=false": "release 1.36 of Kubernetes has no feature gate StatefulSetRecreateStrategy",
		"1.37 StatefulSetAutoDeletePVC=false":    "release 1.37 of Kubernetes has no feature gate StatefulSetAutoDeletePVC",
	} {
		_, err := Parse(text)
		require.EqualError(t, err, want, "%q", text)
	}
}

// Switching a gate and back is no change, and the order of switching does not matter.
func TestSwitching(t *testing.T) {
	for _, r := range everyRelease() {
		for _, g := range r.Gates() {
			on, off := r.With(g), r.Without(g)
			require.True(t, on.Enabled(g), "%v with %v", r, g)
			require.False(t, off.Enabled(g), "%v without %v", r, g)
			require.Equal(t, on, off.With(g))
			require.Equal(t, off, on.Without(g))
			require.Equal(t, r.Version(), on.Version())
			require.True(t, r == on || r == off, "%v is one of the two", r)
			for _, other := range r.Gates() {
				if other != g {
					require.Equal(t, r.Enabled(other), on.Enabled(other), "%v is not %v's business", other, g)
				}
			}
		}
	}
	require.Equal(t, V1_37.With(StatefulSetRecreateStrategy).Without(MaxUnavailableStatefulSet),
		V1_37.Without(MaxUnavailableStatefulSet).With(StatefulSetRecreateStrategy))
}

// A release does not have a gate that came later or has gone, and it cannot be switched.
func TestGateThatIsNotThere(t *testing.T) {
	require.False(t, V1_36.Enabled(StatefulSetRecreateStrategy))
	require.PanicsWithValue(t, "release: release 1.36 of Kubernetes has no feature gate StatefulSetRecreateStrategy",
		func() { V1_36.With(StatefulSetRecreateStrategy) })
	require.PanicsWithValue(t, "release: release 1.33 of Kubernetes has no feature gate StatefulSetStartOrdinal",
		func() { V1_33.Without(StatefulSetStartOrdinal) })
	require.PanicsWithValue(t, "release: there is no profile 99", func() { _ = Release(99).Version() })
}

// The zero Release is the newest one, and profiles are listed from the oldest on.
func TestProfiles(t *testing.T) {
	require.Equal(t, V1_37, Release(0))
	require.Equal(t, "[1.27.1 1.33 1.34.1 1.34.4 1.35.0 1.35.4 1.36 1.37]", fmt.Sprint(Profiles()))
	for _, r := range Profiles() {
		require.Equal(t, r.String(), r.Version())
	}
}
