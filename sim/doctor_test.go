package sim

import "github.com/ordinal-sim/ordinal/model"

// Doctor makes a world wrong in a way in which no story can: so one sees that a check
// would notice.
type Doctor struct{ *Cluster }

// LoseClaim takes a claim away that a pod mounts.
func (d Doctor) LoseClaim(name string) {
	c, _ := d.w.claims.find(d.w.name(model.NamespaceDefault, name))
	d.w.claims.remove(c)
}

// Rebind binds a claim to the volume of another one.
func (d Doctor) Rebind(name, other string) {
	c, _ := d.w.claims.find(d.w.name(model.NamespaceDefault, name))
	o, _ := d.w.claims.find(d.w.name(model.NamespaceDefault, other))
	d.w.claims.at(c).VolumeName = d.w.claims.at(o).VolumeName
}

// Outdate gives a pod a revision of long ago, which nobody notices.
func (d Doctor) Outdate(name string) {
	p, _ := d.w.pods.find(d.w.name(model.NamespaceDefault, name))
	d.w.pods.at(p).revision = d.w.symbol("web-old")
}

// Miscount makes a set's status count one pod more than there is.
func (d Doctor) Miscount(set string) {
	s, _ := d.w.sets.find(d.w.name(model.NamespaceDefault, set))
	d.w.sets.at(s).status.Replicas++
}

// Misname makes a set's status tell of another revision than the newest.
func (d Doctor) Misname(set string) {
	s, _ := d.w.sets.find(d.w.name(model.NamespaceDefault, set))
	d.w.sets.at(s).status.UpdateRevision = d.w.symbol("web-old")
}

// Overlook makes a set's status tell of an older spec.
func (d Doctor) Overlook(set string) {
	s, _ := d.w.sets.find(d.w.name(model.NamespaceDefault, set))
	d.w.sets.at(s).generation++
}

// KeepRevision gives a set a revision that nobody needs any more.
func (d Doctor) KeepRevision(set, name string) {
	s, _ := d.w.sets.find(d.w.name(model.NamespaceDefault, set))
	r := revision{identity: d.w.stamp(d.w.revisionName(d.w.symbol(model.NamespaceDefault), d.w.symbol(name))), set: s, owner: d.w.sets.at(s).uid}
	d.w.revisions.add(r)
}
