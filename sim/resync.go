package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// What the volume controller only sees when it looks at everything: that a volume or a
// class has appeared which a claim waits for, that a claim has lost its volume by
// somebody's edit, that a pod which was in the way is gone. It does so every 15 seconds.
// Here it does so once something has happened that it may see, and looks at nothing but
// what that may be about.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller_base.go, resync;
// pkg/controller/volume/persistentvolume/config/v1alpha1/defaults.go.

const volumeResync = 15 * time.Second

// nextResync is when the controller next looks at everything.
func (w *world) nextResync() model.Instant {
	return (w.now/model.Instant(volumeResync) + 1) * model.Instant(volumeResync)
}

// resyncClaims lets the claims that wait be looked at when the controller next looks at
// everything: something has changed that they may wait for.
func (w *world) resyncClaims() {
	if _, armed := w.queue.armed(purposeResync, 0); !armed && w.unsettled > 0 {
		w.queue.arm(purposeResync, 0, w.nextResync())
	}
}

// resyncNamers does so for claims that ask for a volume by name: what is said of them
// changes when the volume becomes another's, or goes. Those that would take any lose by
// that what they have not got.
func (w *world) resyncNamers() {
	if w.namers > 0 {
		w.resyncClaims()
	}
}

// resync looks at the claims that wait. Kubernetes takes them as they fall out of a map:
// here they come in the order of their names.
func (w *world) resync() {
	var waiting []int32
	for c := range w.claims.all {
		if w.claims.at(c).unsettled {
			waiting = append(waiting, c)
		}
	}
	slices.SortFunc(waiting, func(a, b int32) int {
		return strings.Compare(w.rendered(w.claims.at(a).Name), w.rendered(w.claims.at(b).Name))
	})
	for _, c := range waiting {
		w.syncClaim(c)
	}
}

// countUnsettled keeps the number of claims that wait. With the last of them goes the
// need to look.
func (w *world) countUnsettled(c int32) {
	row := w.claims.at(c)
	unsettled := row.inUse() && (row.doubtful || !row.BindCompleted || row.Phase != model.ClaimBound)
	names := unsettled && row.VolumeName != model.Name{}
	w.unsettled += toggled(row.unsettled, unsettled)
	w.namers += toggled(row.namer, names)
	row.unsettled, row.namer = unsettled, names
	if w.unsettled == 0 {
		w.queue.cancel(purposeResync, 0)
	}
}

// podMoved tells the claims of a pod that something about it has changed. Those that wait
// are looked at when the controller next looks at everything: what is said of them names
// the pods that have no node. So it is with volumes that are to be scrubbed when no pod
// uses them any more. References is by how many more pods mount the claims.
func (w *world) podMoved(p *pod, references int32) {
	for i := 0; ; i++ {
		name, ok := p.podClaim(i)
		if !ok {
			return
		}
		if c, ok := w.claims.find(name); ok {
			row := w.claims.at(c)
			row.refs += references
			if row.unsettled && (row.notice.Reason == storage.NoConsumer || row.notice.Reason == storage.PodNotScheduled) {
				w.resyncClaims()
			}
			w.noteUse(c)
		}
		if w.oddScrubs {
			w.resyncVolumesOf(name, model.Name{})
		}
	}
}

// toggled is how a count changes of those of which something holds.
func toggled(before, now bool) int32 { return int32(boolByte(now)) - int32(boolByte(before)) }

// resyncVolumesOf lets the volumes that are reserved for a claim, and are not its own, be
// looked at when the controller next looks at everything: it begins with the claims.
func (w *world) resyncVolumesOf(claim, own model.Name) {
	at := w.nextResync()
	if w.now%model.Instant(volumeResync) == 0 {
		at = w.now
	}
	at++
	for _, v := range w.free {
		vol := w.volumes.at(v)
		if !vol.ClaimRef.Set || vol.ClaimRef.Name != claim || vol.Name == own {
			continue
		}
		if _, armed := w.queue.armed(purposeReclaim, v); !armed {
			w.queue.arm(purposeReclaim, v, at)
		}
	}
}

// volumeIsFree lets those look again who may want it: claims, and the scheduler
// for pods whose claims wait for it.
func (w *world) volumeIsFree() {
	w.resyncClaims()
	w.volumeMayHelp()
}
