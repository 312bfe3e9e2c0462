package release

// Gate is a feature gate that changes what a StatefulSet does.
//
// Source: pkg/features/kube_features.go.
type Gate uint8

// The gates, by Kubernetes' own names.
const (
	// MaxUnavailableStatefulSet makes rolling updates read maxUnavailable. It is off
	// before 1.35.0, on in 1.35.0, off again in 1.35.4 and 1.36, and on in 1.37.
	// While it is off the API server drops the field, unless it is stored already,
	// and the controller ignores it.
	MaxUnavailableStatefulSet Gate = iota
	// StatefulSetRecreateStrategy allows the update strategy Recreate. 1.37, off.
	StatefulSetRecreateStrategy
	// StaleControllerConsistencyStatefulSet makes the controller wait until its cache
	// shows its own last writes. From 1.36 on, on.
	StaleControllerConsistencyStatefulSet
	// StatefulSetSemanticRevisionComparison makes the controller compare templates by
	// what they mean, not by their bytes. From 1.34.2 on, on.
	StatefulSetSemanticRevisionComparison
	// StatefulSetAutoDeletePVC makes the controller follow
	// persistentVolumeClaimRetentionPolicy. On; locked since 1.32.
	StatefulSetAutoDeletePVC
	// StatefulSetStartOrdinal makes the controller follow ordinals.start. On; locked
	// since 1.31.
	StatefulSetStartOrdinal
)

// gate is what a feature gate is by default, release by release.
type gate struct {
	name string
	// first and last are the profiles that have it; last is the newest.
	first, last Release
	// on are the profiles in which it is on by default.
	on []Release
}

var gates = [...]gate{
	MaxUnavailableStatefulSet:             {"MaxUnavailableStatefulSet", V1_27_1, V1_37, []Release{V1_35_0, V1_37}},
	StatefulSetRecreateStrategy:           {"StatefulSetRecreateStrategy", V1_37, V1_37, nil},
	StaleControllerConsistencyStatefulSet: {"StaleControllerConsistencyStatefulSet", V1_36, V1_37, []Release{V1_36, V1_37}},
	StatefulSetSemanticRevisionComparison: {"StatefulSetSemanticRevisionComparison", V1_34_4, V1_37, []Release{V1_34_4, V1_35_0, V1_35_4, V1_36, V1_37}},
	StatefulSetAutoDeletePVC:              {"StatefulSetAutoDeletePVC", V1_27_1, V1_27_1, []Release{V1_27_1}},
	StatefulSetStartOrdinal:               {"StatefulSetStartOrdinal", V1_27_1, V1_27_1, []Release{V1_27_1}},
}

// Gates are all gates that a release has, in the order of their constants.
func (r Release) Gates() []Gate {
	var out []Gate
	for g := range Gate(len(gates)) {
		if known, _ := gates[g].in(r.profile()); known {
			out = append(out, g)
		}
	}
	return out
}

// String is the gate's name.
func (g Gate) String() string { return gates[g].name }

// in reports whether a profile has the gate, to be switched, and whether it is on
// by default. Profiles count from the newest, so that an older one is greater.
func (g *gate) in(profile Release) (known, on bool) {
	for _, p := range g.on {
		on = on || p == profile
	}
	return g.first >= profile && profile >= g.last, on
}

func gateNamed(name string) (Gate, bool) {
	for g := range gates {
		if gates[g].name == name {
			return Gate(g), true
		}
	}
	return 0, false
}
