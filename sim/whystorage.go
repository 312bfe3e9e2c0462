package sim

import (
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// What a claim waits for, and what a pod that waits for a volume.

func (w *world) linkClaim(l *whyLink) {
	row := w.claims.at(l.of.place)
	l.Since = row.created
	if row.Deleting {
		l.Since = row.deletedAt
		l.says(causePasses, "is being deleted")
		for p := range w.podsOf(row.Name) {
			if !w.pods.at(p).ended() {
				l.says(causeInUse, "is being deleted, and stays as long as "+w.nameOf(thing{model.KindPod, p})+" uses it")
				l.by("a claim that a pod uses is protected", "pkg/controller/volume/pvcprotection")
				if w.pods.at(p).deleting {
					l.waitsFor(model.KindPod, p)
				}
				return
			}
		}
		return
	}
	why, _ := w.claimReason(l.of.place)
	phase, said, _ := strings.Cut(why, ": ")
	switch notice := storage.SyncClaim(&row.Claim, w).Notice; {
	case row.Bound() && row.Phase == model.ClaimBound && why != "":
		l.says(causeUnbound, why)
	case row.Bound():
		l.says(causeNone, "is bound")
	case why == "" && notice.Reason == storage.NoConsumer:
		l.says(causeNoConsumer, "it is Pending until a pod uses it")
		l.by("the binding mode of its class is WaitForFirstConsumer", "pkg/controller/volume/persistentvolume, syncUnboundClaim")
	case why == "" || w.beingProvided(&row.Claim):
		l.says(causePasses, "is Pending: its volume is being made")
	default:
		l.says(causeUnbound, "is "+phase+": "+strings.TrimSuffix(said, "."))
		l.by(w.claimRule(&row.Claim), "pkg/controller/volume/persistentvolume")
	}
}

// beingProvided reports whether somebody is making a volume for a claim.
func (w *world) beingProvided(c *storage.Claim) bool {
	for o := range w.orders.all {
		if w.orders.at(o).claim.UID == c.UID {
			return true
		}
	}
	return false
}

// claimRule is why nobody makes a volume for a claim.
func (w *world) claimRule(c *storage.Claim) string {
	class, ok := w.Class(c.Class.Name)
	switch {
	case c.Class.Name == 0:
		return "a claim without a class takes a volume that somebody has made by hand"
	case !ok:
		return "there is no class of that name"
	}
	if driver, known := storage.Driver(class.Provisioner); known && !w.runsProvisioner(driver) {
		return "nobody runs the provisioner " + class.Provisioner
	}
	return ""
}

// elsewhere says that a volume is at another node, if that is what a pod waits for.
func (w *world) elsewhere(l *whyLink, r *pod, v int32, claim string) bool {
	vol := w.volumes.at(v)
	if a := w.attachmentAt(v, r.node); a != nowhere && w.attachments[a].state == attachmentAttached {
		return false
	} else if a != nowhere {
		l.says(causePasses, "waits for the volume of "+claim+", which is being attached to "+w.nodeName(r.node))
		return true
	}
	a := vol.attachments
	if a == nowhere {
		return false
	}
	row := &w.attachments[a]
	l.says(causeElsewhere, fmt.Sprintf("waits for the volume of %s, which is still attached to %s", claim, w.nodeName(row.node)))
	at, armed := w.queue.armed(purposeAttach, a)
	switch {
	case w.wanted(a):
		l.Why += ", where another pod uses it"
		l.by("it is attached to one node at a time", "pkg/controller/volume/attachdetach")
	case row.state == attachmentDetaching && w.nodes.at(row.node).clinging:
		l.Why += ", whose driver hangs"
	case armed && !w.hears(row.node):
		l.Why += ", and is taken away by force at " + clock(at)
		l.by("a node that does not answer keeps its volumes for 6m, and gives them up at once if it is out of service", "pkg/controller/volume/attachdetach/reconciler")
	case w.nodes.at(row.node).holding:
		l.says(causeHolds, l.Why)
		l.waitsFor(model.KindNode, row.node)
	}
	return true
}
