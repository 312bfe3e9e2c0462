package sim

import (
	"fmt"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// Optimistic locking: an update names the version of the object that it was made from, and
// is refused if there is a newer one. In a world where one thing happens after the other that
// is somebody else's hand, and so a fault.

// ConflictWrite is a fault: of the updates of one kind that controllers make from now on, the
// Nth conflicts (1 is the next), and so do those after it until Times have: somebody else was
// faster, and the API server answers 409, "the object has been modified". Where a controller
// tries again at once, each try is an update that counts; the tens of milliseconds that it
// waits in between are left out.
//
// Only an update that names a version can conflict. Creating and deleting cannot, nor can
// a patch, such as the one that adopts a pod.
type ConflictWrite struct {
	Verb  Verb // VerbUpdate or VerbUpdateStatus
	Kind  model.Kind
	Nth   int // 0 means 1
	Times int // 0 means 1
}

// versioned are the updates of controllers that name a version.
var versioned = map[Verb][]model.Kind{
	VerbUpdate: {
		model.KindPod, model.KindPersistentVolumeClaim, model.KindControllerRevision, model.KindReplicaSet,
		model.KindStatefulSet, model.KindDeployment, kindEndpointSlice,
	},
	VerbUpdateStatus: {
		model.KindStatefulSet, model.KindReplicaSet, model.KindDeployment, model.KindHorizontalPodAutoscaler,
	},
}

// String implements [Operation].
func (o ConflictWrite) String() string {
	return fmt.Sprintf("conflict write %d (%s %s)%s", max(1, o.Nth), o.Verb, o.Kind, howOftenMore(o.Times))
}

// howOftenMore says how often something happens that happens once if nobody says so.
func howOftenMore(times int) string {
	if times <= 1 {
		return ""
	}
	return howOften(times)
}

func (o ConflictWrite) prepare(w *world) (func(), error) {
	if o.Nth < 0 || o.Times < 0 {
		return nil, fmt.Errorf("sim: ConflictWrite: Nth and Times must not be negative")
	}
	if !slices.Contains(versioned[o.Verb], o.Kind) {
		return nil, fmt.Errorf("sim: ConflictWrite: no controller makes a write that can conflict: %s %s", o.Verb, o.Kind)
	}
	return func() {
		w.failing = append(w.failing, writeFault{
			verb: o.Verb, kind: o.Kind, skip: int32(max(1, o.Nth)) - 1, times: int32(max(1, o.Times)), text: conflicting,
		})
	}, nil
}

// conflicting is the text of a writeFault whose answer is a conflict. An error of a
// FailWrite is never empty.
const conflicting model.Symbol = 0

// admitUpdate is where an update of a controller passes that names the version of the object
// that it was made from, made so many times if it conflicts.
//
// Source: client-go util/retry/util.go, RetryOnConflict.
func (w *world) admitUpdate(verb Verb, kind model.Kind, name model.Name, tries int) error {
	if len(w.failing) == 0 {
		return nil
	}
	for {
		err := w.answer(verb, kind, &name)
		if tries--; tries == 0 || !isConflict(err) {
			return err
		}
	}
}

// How often controllers make an update that conflicts.
//
// Source: client-go util/retry/util.go.
const (
	once           = 1
	defaultBackoff = 4 // tries of DefaultBackoff
	defaultRetry   = 5 // tries of DefaultRetry
)

func isConflict(err error) bool { return hasReason(err, validation.ReasonConflict) }
