package policy

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// The reference's part about claims.

func (r *reference) claimsOf(ordinal int32) (out []Claim) {
	for t := range r.set.Spec.VolumeClaimTemplates {
		if c, ok := r.claims[claimKey{ordinal, int32(t)}]; ok {
			out = append(out, c)
		}
	}
	return out
}

func (r *reference) lacksClaim(pod Pod) bool {
	claims := r.claimsOf(pod.Ordinal)
	return len(claims) < len(r.set.Spec.VolumeClaimTemplates) ||
		slices.ContainsFunc(claims, func(c Claim) bool { return c.Terminating })
}

func (r *reference) claimsFit(pod Pod) bool {
	for _, c := range r.claimsOf(pod.Ordinal) {
		if r.retain(pod, c.Owners).Write {
			return false
		}
	}
	return true
}

func (r *reference) stale(pod Pod) bool {
	if r.has(release.NoRetention) { // the question was asked with the gate on only
		return false
	}
	for _, c := range r.claimsOf(pod.Ordinal) {
		for _, o := range c.Owners {
			if r.set.Spec.Retention().WhenScaled == model.DeleteClaim && o.Kind == model.KindPod && o.Name == podNameOf(pod.Ordinal) {
				return true
			}
		}
	}
	return false
}

// retain follows the four steps of the retention policy.
func (r *reference) retain(pod Pod, owners []model.Owner) Retained {
	if r.has(release.NoRetention) {
		return Retained{} // nobody looks at the owners
	}
	if r.has(release.UncontrolledClaims) {
		return r.retainByUID(pod, owners)
	}
	ours := func(o model.Owner) bool { return o.Kind == model.KindStatefulSet && o.Name == r.set.Name }
	pods := func(o model.Owner) bool { return o.Kind == model.KindPod && o.Name == podNameOf(pod.Ordinal) }
	either := func(o model.Owner) bool { return ours(o) || pods(o) }
	rest := slices.DeleteFunc(slices.Clone(owners), either)
	policy := r.set.Spec.Retention()
	both := policy.WhenDeleted == model.RetainClaim && policy.WhenScaled == model.RetainClaim

	// 1. An owner from an earlier life: leave it alone.
	for _, o := range owners {
		if ours(o) && o.UID != r.set.UID || pods(o) && o.UID != pod.UID {
			return Retained{}
		}
	}
	// 2. Another controller's: take our hands off.
	if !both && slices.ContainsFunc(rest, func(o model.Owner) bool { return o.Controller }) {
		if slices.ContainsFunc(owners, either) {
			return Retained{Owners: rest, Write: true, Conflicting: true}
		}
		return Retained{Conflicting: true}
	}
	// 4. The table.
	var want []model.Owner
	switch {
	case policy.WhenScaled == model.DeleteClaim && !r.inRange(pod.Ordinal):
		want = []model.Owner{{Kind: model.KindPod, Name: podNameOf(pod.Ordinal), UID: pod.UID, Controller: true, BlockOwnerDeletion: true}}
	case policy.WhenDeleted == model.DeleteClaim:
		want = []model.Owner{{Kind: model.KindStatefulSet, Name: r.set.Name, UID: r.set.UID, Controller: true, BlockOwnerDeletion: true}}
	}
	matches := true
	for _, o := range owners {
		if !either(o) {
			continue
		}
		// 3. An owner that is there without being the controller is not enough.
		if !o.Controller || len(want) == 0 || o.Kind != want[0].Kind {
			matches = false
		}
	}
	if matches && len(want) > 0 && !slices.ContainsFunc(owners, either) {
		matches = false
	}
	if matches {
		return Retained{}
	}
	return Retained{Owners: append(rest, want...), Write: true}
}

// retainByUID mirrors claimOwnerMatchesSetAndPod and updateClaimOwnerRefForSetAndPod of
// 1.27, which knew an owner by its UID: each of the two is added at the end if it is
// wanted and not there, and taken out if it is there and not wanted.
func (r *reference) retainByUID(pod Pod, owners []model.Owner) Retained {
	policy := r.set.Spec.Retention()
	scaled := policy.WhenScaled == model.DeleteClaim && !r.inRange(pod.Ordinal)
	out := slices.Clone(owners)
	for _, o := range []struct {
		owner  model.Owner
		wanted bool
	}{
		{model.Owner{Kind: model.KindStatefulSet, Name: r.set.Name, UID: r.set.UID}, policy.WhenDeleted == model.DeleteClaim && !scaled},
		{model.Owner{Kind: model.KindPod, Name: podNameOf(pod.Ordinal), UID: pod.UID}, scaled},
	} {
		same := func(other model.Owner) bool { return other.UID == o.owner.UID }
		switch there := slices.ContainsFunc(out, same); {
		case there && !o.wanted:
			out = slices.DeleteFunc(out, same)
		case !there && o.wanted:
			out = append(out, o.owner)
		}
	}
	if slices.Equal(out, owners) {
		return Retained{}
	}
	return Retained{Owners: out, Write: true}
}
