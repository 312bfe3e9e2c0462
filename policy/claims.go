package policy

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// A pod's claims outlive it. Whether they outlive the set, or the pod's being
// scaled away, is said by persistentVolumeClaimRetentionPolicy, and done by the
// garbage collector: the controller only writes the owner references that make
// it happen. A claim is owned by nobody (it stays), by the set (it goes with the
// set) or by its condemned pod (it goes with the pod).

// Claim is what the controller sees of one claim.
type Claim struct {
	Owners      []model.Owner // replaced as a whole, never edited
	Terminating bool          // deletionTimestamp is set
	exists      bool
}

// claimsMissing reports whether a pending pod has to be given claims again.
//
// Source: pkg/controller/statefulset/stateful_pod_control.go,
// createMissingPersistentVolumeClaims; a claim that is being deleted counts,
// because the attempt ends in an error.
func (v *View) claimsMissing(place int32) bool {
	for t := range v.templates {
		if c := v.claim(place, t); !c.exists || c.Terminating {
			return true
		}
	}
	return false
}

// claimsFit reports whether the owners of the pod's claims are what the
// retention policy asks for. A claim that does not exist fits.
//
// Source: pkg/controller/statefulset/stateful_pod_control.go,
// ClaimsMatchRetentionPolicy.
func (v *View) claimsFit(place int32, condemned bool) bool {
	pod := &v.seats[place].pod
	for t := range v.templates {
		c := v.claim(place, t)
		if !c.exists || len(c.Owners) == 0 && v.wantedOwner(condemned) == nobody {
			continue
		}
		if r := v.retain(c.Owners, pod.Ordinal, pod.UID, condemned); !r.upToDate {
			return false
		}
	}
	return true
}

// claimsStale reports whether a pod must not be created yet: one of its claims
// still belongs to an earlier pod of its name, and goes with it.
//
// Source: pkg/controller/statefulset/stateful_pod_control.go, PodClaimIsStale.
func (v *View) claimsStale(place int32) bool {
	if v.retention.WhenScaled != model.DeleteClaim {
		return false
	}
	for t := range v.templates {
		for _, o := range v.claim(place, t).Owners {
			if o.Kind == model.KindPod && o.Name == v.podName(v.seats[place].pod.Ordinal) {
				return true
			}
		}
	}
	return false
}

// podName is the name of the set's pod at an ordinal.
func (v *View) podName(ordinal int32) model.Name {
	return model.Name{Namespace: v.set.Name.Namespace, Base: v.set.PodBase, Ordinal: ordinal}
}

// Retained is what the retention policy makes of one claim's owners.
type Retained struct {
	Owners      []model.Owner // what they have to be; only if they are to be written
	Write       bool
	Conflicting bool // another controller owns the claim, so that the policy is ignored

	upToDate bool
}

// Retain decides about the owners of the claim that a pod has for a claim template.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, isClaimOwnerUpToDate
// and updateClaimOwnerRefForSetAndPod.
func (v *View) Retain(pod Pod, owners []model.Owner) Retained {
	_, inRange := v.index(pod.Ordinal)
	return v.retain(owners, pod.Ordinal, pod.UID, !inRange)
}

type claimOwner uint8

const (
	nobody claimOwner = iota
	theSet
	thePod
)

// wantedOwner is the table of the retention policy.
func (v *View) wantedOwner(condemned bool) claimOwner {
	switch {
	case condemned && v.retention.WhenScaled == model.DeleteClaim:
		return thePod
	case v.retention.WhenDeleted == model.DeleteClaim:
		return theSet
	default:
		return nobody
	}
}

func (v *View) retain(owners []model.Owner, ordinal int32, podUID model.UID, condemned bool) Retained {
	if v.rules.Has(release.NoRetention) {
		return Retained{upToDate: true} // nobody looks at the owners
	}
	if v.rules.Has(release.UncontrolledClaims) {
		return v.retainByReference(owners, ordinal, podUID, condemned)
	}
	pod := v.podName(ordinal)
	isSet := func(o model.Owner) bool { return o.Kind == model.KindStatefulSet && o.Name == v.set.Name }
	isPod := func(o model.Owner) bool { return o.Kind == model.KindPod && o.Name == pod }
	var hasSet, hasPod, uncontrolled, foreign bool
	for _, o := range owners {
		switch {
		case isSet(o) && o.UID != v.set.UID, isPod(o) && o.UID != podUID:
			return Retained{upToDate: true} // stale: the garbage collector will see to it
		case isSet(o):
			hasSet = true
			uncontrolled = uncontrolled || !o.Controller
		case isPod(o):
			hasPod = true
			uncontrolled = uncontrolled || !o.Controller
		case o.Controller:
			foreign = true
		}
	}
	want := v.wantedOwner(condemned)
	keepsAll := v.retention.WhenDeleted == model.RetainClaim && v.retention.WhenScaled == model.RetainClaim
	conflicting := foreign && !keepsAll
	switch {
	case conflicting && !hasSet && !hasPod:
		return Retained{upToDate: true, Conflicting: true}
	case conflicting:
		want = nobody
	case !uncontrolled && hasSet == (want == theSet) && hasPod == (want == thePod):
		return Retained{upToDate: true}
	}
	out := slices.DeleteFunc(slices.Clone(owners), func(o model.Owner) bool { return isSet(o) || isPod(o) })
	switch want {
	case theSet:
		out = append(out, model.Owner{Kind: model.KindStatefulSet, Name: v.set.Name, UID: v.set.UID, Controller: true, BlockOwnerDeletion: true})
	case thePod:
		out = append(out, model.Owner{Kind: model.KindPod, Name: pod, UID: podUID, Controller: true, BlockOwnerDeletion: true})
	}
	return Retained{Owners: out, Write: true, Conflicting: conflicting}
}

// retainByReference is how releases before 1.31 did it: they looked for the UIDs of
// the set and the pod, and at no other owner.
//
// Source: claimOwnerMatchesSetAndPod.
func (v *View) retainByReference(owners []model.Owner, ordinal int32, podUID model.UID, condemned bool) Retained {
	isSet := func(o model.Owner) bool { return o.UID == v.set.UID }
	isPod := func(o model.Owner) bool { return o.UID == podUID }
	want := v.wantedOwner(condemned)
	hasSet, hasPod := slices.ContainsFunc(owners, isSet), slices.ContainsFunc(owners, isPod)
	if hasSet == (want == theSet) && hasPod == (want == thePod) {
		return Retained{upToDate: true}
	}
	out := slices.Clone(owners)
	switch {
	case want == theSet && !hasSet:
		out = append(out, model.Owner{Kind: model.KindStatefulSet, Name: v.set.Name, UID: v.set.UID})
	case want == thePod && !hasPod:
		out = append(out, model.Owner{Kind: model.KindPod, Name: v.podName(ordinal), UID: podUID})
	}
	out = slices.DeleteFunc(out, func(o model.Owner) bool { return want != theSet && isSet(o) || want != thePod && isPod(o) })
	return Retained{Owners: out, Write: true}
}
