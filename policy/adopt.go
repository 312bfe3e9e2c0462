package policy

import "slices"

// stray reports whether a pod has to be adopted or released.
func (v *View) stray(p *Pod) bool {
	if v.set.Deleting {
		return false
	}
	return p.Ownership == Ours && !p.Matches || p.Ownership == Orphan && p.Matches && !p.Terminating
}

// Adopt lists the pods whose controller reference has to change, by ascending
// ordinal: an orphan that the selector matches gets one, a pod of the set's that
// it no longer matches loses it. If any of the writes fails, the sync ends there.
//
// Source: pkg/controller/controller_ref_manager.go, ClaimPods and ClaimObject.
func (v *View) Adopt(out []Pod) []Pod {
	out = out[:0]
	if v.count.strays == 0 {
		return out
	}
	for i := range v.seats {
		v.visited++
		if p := &v.seats[i].pod; p.exists() && v.stray(p) {
			out = append(out, *p)
		}
	}
	slices.SortFunc(out, func(a, b Pod) int { return int(a.Ordinal) - int(b.Ordinal) })
	return out
}
