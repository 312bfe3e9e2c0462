package stateless

import (
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Pods of a ReplicaSet have random names, so that a controller whose cache is behind
// would create a missing pod twice without noticing. Therefore it remembers what it has
// asked for, and does nothing until its cache has shown it all: its expectations. A lost
// watch event would hold it up for ever; so it goes on at the first look after five minutes.
//
// Source: pkg/controller/controller_utils.go, ControllerExpectations and
// UIDTrackingControllerExpectations.

// patience is how long an expectation holds.
const patience = 5 * time.Minute

// expectations are what the cache has yet to show.
type expectations struct {
	creations int32
	deletions []model.UID
	since     model.Instant
	held      bool // there have been any since the controller started
}

// satisfied reports whether the cache shows everything, or has had time enough.
func (e *expectations) satisfied(now model.Instant) bool {
	if !e.held || e.creations <= 0 && len(e.deletions) == 0 {
		return true
	}
	return now.Sub(e.since) > patience
}

// Expect notes that the steps of a decision are about to be taken.
func (v *View) Expect(d *Decision) {
	if d.Create == 0 && len(d.Delete) == 0 {
		return
	}
	v.expect.creations, v.expect.deletions = d.Create, v.expect.deletions[:0]
	v.expect.since, v.expect.held = d.now, true
	for i := range d.Delete {
		v.expect.deletions = append(v.expect.deletions, d.Delete[i].UID)
	}
}

// NotCreated notes that so many of the pods that were to be created were not.
func (v *View) NotCreated(n int32) { v.expect.creations -= n }

// NotDeleted notes that a pod that was to be deleted could not be.
func (v *View) NotDeleted(uid model.UID) { v.expect.deleted(uid) }

// deleted notes that the deletion of a pod has been seen.
func (e *expectations) deleted(uid model.UID) {
	if i := slices.Index(e.deletions, uid); i >= 0 {
		e.deletions = slices.Delete(e.deletions, i, i+1)
	}
}

// Expected is what the cache has yet to show: how many creations and deletions, and since
// when they were asked for.
func (v *View) Expected() (creations int32, deletions int, since model.Instant) {
	if !v.expect.held {
		return 0, 0, 0
	}
	return v.expect.creations, len(v.expect.deletions), v.expect.since
}
