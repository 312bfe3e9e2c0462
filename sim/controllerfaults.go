package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// What can happen to the StatefulSet controller and to what it hears: it stands still, its
// watch lies behind, or an event never arrives.

// PauseController is a fault: the StatefulSet controller stands still, as a process that
// gets no CPU. It looks at nothing and hears nothing; what it is told meanwhile waits for it.
// [ResumeController] ends it.
type PauseController struct{}

// String implements [Operation].
func (o PauseController) String() string { return "pause the controller" }

func (o PauseController) prepare(w *world) (func(), error) {
	if w.paused {
		return nil, fmt.Errorf("sim: the controller is paused")
	}
	return func() {
		w.paused = true
		w.queue.cancel(purposeWatch, 0)
	}, nil
}

// ResumeController ends a [PauseController]. The controller hears all that it has missed, and
// looks at what it was to look at.
type ResumeController struct{}

// String implements [Operation].
func (o ResumeController) String() string { return "resume the controller" }

func (o ResumeController) prepare(w *world) (func(), error) {
	if !w.paused {
		return nil, fmt.Errorf("sim: the controller is not paused")
	}
	return func() {
		w.paused = false
		w.planDelivery()
		for s := range w.sets.all {
			if set := w.sets.at(s); set.waits {
				set.waits = false
				w.enqueue(s)
			}
		}
	}, nil
}

// DelayWatch is a fault: the watch of the StatefulSet controller lies behind by so much from
// now on; 0 is not at all. What is on its way already arrives first.
type DelayWatch struct{ By time.Duration }

// String implements [Operation].
func (o DelayWatch) String() string { return fmt.Sprintf("delay the controller's watch by %v", o.By) }

func (o DelayWatch) prepare(w *world) (func(), error) {
	if o.By < 0 {
		return nil, fmt.Errorf("sim: DelayWatch: By must not be negative")
	}
	return func() { w.watchDelay = o.By }, nil
}

// LoseEvents is a fault: of what the StatefulSet controller's watch tells it of objects of a
// Kind, the next so many events never arrive. Kubernetes makes up for that only when it lists
// anew, as after [RestartController]; or by the next event of the same object, which has all
// of it.
type LoseEvents struct {
	Kind  model.Kind // StatefulSet, Pod, PersistentVolumeClaim or ControllerRevision
	Times int        // 0 means 1
}

// lostEvents is a LoseEvents at work.
type lostEvents struct {
	kind  model.Kind
	times int32
}

// watchedKinds are the kinds that the StatefulSet controller watches.
var watchedKinds = []model.Kind{model.KindStatefulSet, model.KindPod, model.KindPersistentVolumeClaim, model.KindControllerRevision}

// String implements [Operation].
func (o LoseEvents) String() string {
	return fmt.Sprintf("lose %d events of kind %s", max(1, o.Times), o.Kind)
}

func (o LoseEvents) prepare(w *world) (func(), error) {
	if !slices.Contains(watchedKinds, o.Kind) || o.Times < 0 {
		return nil, fmt.Errorf("sim: LoseEvents: Kind must be one of %v, and Times not negative", watchedKinds)
	}
	return func() { w.losing = append(w.losing, lostEvents{o.Kind, int32(max(1, o.Times))}) }, nil
}

// KeepEvents ends each [LoseEvents] of a kind, however many events it had still to come to.
// What has been lost stays so.
type KeepEvents struct{ Kind model.Kind }

// String implements [Operation].
func (o KeepEvents) String() string { return fmt.Sprintf("keep events of kind %s", o.Kind) }

func (o KeepEvents) prepare(w *world) (func(), error) {
	ends := func(l lostEvents) bool { return l.kind == o.Kind }
	if !slices.ContainsFunc(w.losing, ends) {
		return nil, fmt.Errorf("sim: no event of kind %s is to be lost", o.Kind)
	}
	return func() { w.losing = slices.DeleteFunc(w.losing, ends) }, nil
}

// missesEvent reports whether an event does not arrive.
func (w *world) missesEvent(kind model.Kind) bool {
	i := slices.IndexFunc(w.losing, func(l lostEvents) bool { return l.kind == kind })
	if i < 0 {
		return false
	}
	w.lagged = true
	if w.losing[i].times--; w.losing[i].times == 0 {
		w.losing = slices.Delete(w.losing, i, i+1)
	}
	return true
}

// missed reports whether a controller that is paused has something to do about a set.
func (w *world) missed(s int32) bool {
	return w.sets.at(s).waits || slices.ContainsFunc(w.watched.Items(), func(d dated[delivery]) bool { return d.item.set == s })
}

// prompt reports whether what happens now is heard now.
func (w *world) prompt() bool { return w.watchDelay == 0 && !w.paused && w.watched.Len() == 0 }

// live reports whether everything that happens is heard at once.
func (w *world) live() bool { return w.prompt() && len(w.losing) == 0 }

// object is the kind of object that a delivery tells of.
func (k deliveryKind) object() model.Kind {
	switch k {
	case setChanged:
		return model.KindStatefulSet
	case podChanged, podGone:
		return model.KindPod
	case claimChanged, claimGone:
		return model.KindPersistentVolumeClaim
	default:
		return model.KindControllerRevision
	}
}
