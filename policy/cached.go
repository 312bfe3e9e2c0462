package policy

// Pods hands out the pods that the view has, in no order that means something. They belong to
// the view.
func (v *View) Pods(yield func(*Pod)) {
	for i := range v.seats {
		if s := &v.seats[i]; s.inUse && s.pod.exists() {
			yield(&s.pod)
		}
	}
}

// Claims hands out the claims that the view has, in no order that means something. They belong
// to the view.
func (v *View) Claims(yield func(ordinal, template int32, claim *Claim)) {
	for i := range v.seats {
		if !v.seats[i].inUse {
			continue
		}
		for t := range v.templates {
			if c := v.claim(int32(i), t); c.exists {
				yield(v.seats[i].pod.Ordinal, t, c)
			}
		}
	}
}
