package release

import (
	"fmt"
	"strings"
)

// Release is a profile of Kubernetes and its feature gates. The zero Release is
// the newest profile with its default gates. Releases can be compared with ==.
type Release uint32

// The profiles, the newest first.
const (
	V1_37   Release = iota // 1.37.0 to 1.37.2
	V1_36                  // 1.36.0 to 1.36.3
	V1_35_4                // 1.35.4 and later: MaxUnavailableStatefulSet is off again
	V1_35_0                // 1.35.0: MaxUnavailableStatefulSet is on, and rollouts can deadlock
	V1_34_4                // 1.34.2 to 1.34.4: templates are compared by meaning
	V1_34_1                // 1.34.0 and 1.34.1: an upgrade to them rolls every set
	V1_33                  // 1.33
	V1_27_1                // 1.27.1

	profiles = iota
)

// profileNames are the versions as one says them.
var profileNames = [profiles]string{"1.37", "1.36", "1.35.4", "1.35.0", "1.34.4", "1.34.1", "1.33", "1.27.1"}

// Profiles are all profiles with their default gates, the oldest first.
func Profiles() []Release {
	out := make([]Release, profiles)
	for i := range out {
		out[i] = Release(profiles - 1 - i)
	}
	return out
}

// gateShift is where the gates begin: a bit is set for each gate that is not as by
// default.
const gateShift = 8

// profile is the release without its gates.
func (r Release) profile() Release { return r & (1<<gateShift - 1) }

// Version is the profile's version, like "1.36".
func (r Release) Version() string {
	if int(r.profile()) >= profiles {
		panic(fmt.Sprintf("release: there is no profile %d", r.profile()))
	}
	return profileNames[r.profile()]
}

// With is the release with feature gates switched on. It panics if the release
// does not have the gate; [Parse] returns an error instead.
func (r Release) With(gates ...Gate) Release { return r.mustSwitch(gates, true) }

// Without is the release with feature gates switched off. It panics as [Release.With] does.
func (r Release) Without(gates ...Gate) Release { return r.mustSwitch(gates, false) }

func (r Release) mustSwitch(gates []Gate, on bool) Release {
	for _, g := range gates {
		var err error
		if r, err = r.switched(g, on); err != nil {
			panic("release: " + err.Error())
		}
	}
	return r
}

func (r Release) switched(g Gate, on bool) (Release, error) {
	known, byDefault := gates[g].in(r.profile())
	if !known {
		return r, fmt.Errorf("release %s of Kubernetes has no feature gate %s", r.Version(), g)
	}
	bit := Release(1) << (gateShift + g)
	if on != byDefault {
		return r | bit, nil
	}
	return r &^ bit, nil
}

// Enabled reports whether a feature gate is on. A gate that the release does not
// have is off.
func (r Release) Enabled(g Gate) bool {
	known, byDefault := gates[g].in(r.profile())
	return known && byDefault != (r>>(gateShift+g)&1 == 1)
}

// String is the release as [Parse] reads it: "1.36 MaxUnavailableStatefulSet=true".
func (r Release) String() string {
	var b strings.Builder
	b.WriteString(r.Version())
	for g := range Gate(len(gates)) {
		if r>>(gateShift+g)&1 == 1 {
			fmt.Fprintf(&b, " %s=%t", g, r.Enabled(g))
		}
	}
	return b.String()
}

// GoString implements [fmt.GoStringer], so that tests print a release as String does, and not as
// a number.
func (r Release) GoString() string { return r.String() }

// Parse reads a release: the version of a profile, with or without a v, and any
// gates that are not as by default, after spaces or commas.
//
// It is an error if there is no profile of that version, or if that release has
// no such gate.
func Parse(text string) (Release, error) {
	words := strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ',' })
	if len(words) == 0 {
		return 0, fmt.Errorf("a release needs a version, one of %s", strings.Join(profileNames[:], ", "))
	}
	r, ok := profileOf(strings.TrimPrefix(words[0], "v"))
	if !ok {
		return 0, fmt.Errorf("there is no profile of Kubernetes %s, only of %s", words[0], strings.Join(profileNames[:], ", "))
	}
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		g, ok := gateNamed(name)
		if !ok {
			return 0, fmt.Errorf("unrecognized feature gate: %s", name)
		}
		if value != "true" && value != "false" {
			return 0, fmt.Errorf("invalid value of %s: %q, must be true or false", name, value)
		}
		var err error
		if r, err = r.switched(g, value == "true"); err != nil {
			return 0, err
		}
	}
	return r, nil
}

func profileOf(version string) (Release, bool) {
	for i, name := range profileNames {
		if name == version {
			return Release(i), true
		}
	}
	return 0, false
}
