package sim

import (
	"github.com/ordinal-sim/ordinal/model"
)

// SetView is a StatefulSet.
type SetView struct {
	w     *world
	place int32
}

func (s SetView) row() *statefulSet { return s.w.sets.at(s.place) }

// Name is the set's name, as a [View] takes it.
func (s SetView) Name() string {
	row := s.row()
	if namespace := s.w.text(row.name.Namespace); namespace != model.NamespaceDefault {
		return namespace + "/" + s.w.text(row.podBase)
	}
	return s.w.text(row.podBase)
}

// Spec is what the set asks for. It must not be changed.
func (s SetView) Spec() *model.StatefulSetSpec { return s.row().spec }

// Deleted reports whether the set is being deleted.
func (s SetView) Deleted() bool { return s.row().deleting != notDeleted }

// Ordered reports whether its policy is OrderedReady.
func (s SetView) Ordered() bool { return s.row().spec.PodManagementPolicy != model.Parallel }

// UpdateRevision is the revision of the set's template, as its status has it.
func (s SetView) UpdateRevision() string { return s.w.text(s.row().status.UpdateRevision) }

// CurrentRevision is the revision that the set was rolled out to last, as its status
// has it.
func (s SetView) CurrentRevision() string { return s.w.text(s.row().status.CurrentRevision) }

// NewestRevision is the revision with the highest number: that of the set's template, as
// soon as the controller has seen it. It is "" before there is one.
func (s SetView) NewestRevision() string {
	newest, number := model.Symbol(0), int64(0)
	for r := range s.w.revisions.all {
		if row := s.w.revisions.at(r); row.set == s.place && row.owner == s.row().uid && row.number > number {
			newest, number = row.name.Base, row.number
		}
	}
	return s.w.text(newest)
}

// Observed reports whether the status tells of the present spec: observedGeneration is the
// set's generation.
func (s SetView) Observed() bool { return s.row().status.ObservedGeneration == s.row().generation }

// HasRevision reports whether the set has a revision of that name.
func (s SetView) HasRevision(name string) bool {
	for r := range s.w.revisions.all {
		if row := s.w.revisions.at(r); row.set == s.place && s.w.text(row.name.Base) == name {
			return true
		}
	}
	return false
}

// Index is an ordinal's place in the set's range, from 0 on; ok is false if the ordinal is
// not in it: its pod is condemned.
func (s SetView) Index(ordinal int32) (index int32, ok bool) {
	index = ordinal - s.Spec().StartOrdinal()
	return index, index >= 0 && index < s.Spec().DesiredReplicas()
}

// Pods yields the pods that the set owns, terminating ones included. Their order does not
// mean anything.
func (s SetView) Pods(yield func(PodView) bool) {
	uid := s.row().uid
	for i := range s.w.pods.rows {
		if p := &s.w.pods.rows[i]; p.inUse() && p.owner == uid && !yield(PodView{s.w, p}) {
			return
		}
	}
}

// Pod is the set's pod at an ordinal.
func (s SetView) Pod(ordinal int32) (PodView, bool) {
	row := s.row()
	p, ok := View{s.w}.podNamed(model.Name{Namespace: row.name.Namespace, Base: row.podBase, Ordinal: ordinal})
	return p, ok && p.row.owner == row.uid
}

// Healthy reports whether the pod at an ordinal exists, is available, and stays.
func (s SetView) Healthy(ordinal int32) bool {
	p, ok := s.Pod(ordinal)
	return ok && !p.Terminating() && p.Available(s.Spec().MinReadySeconds)
}

// RolloutStatus is what `kubectl rollout status` says: see the function [RolloutStatus].
func (s SetView) RolloutStatus() (message string, done bool, err error) {
	return RolloutStatus(s.w.modelSet(s.place))
}

// Counts is what the status of a set counts.
type Counts struct {
	Replicas, Ready, Available, Current, Updated int32
}

// Counted is what the set's status says.
func (s SetView) Counted() Counts {
	st := &s.row().status
	return Counts{st.Replicas, st.ReadyReplicas, st.AvailableReplicas, st.CurrentReplicas, st.UpdatedReplicas}
}

// Counts is what the status would say if the controller looked now.
//
// Source: pkg/controller/statefulset/stateful_set_control.go, updateStatus.
func (s SetView) Counts() Counts {
	var out Counts
	row := s.row()
	for p := range s.Pods {
		out.Replicas++
		out.Ready += int32(boolByte(p.row.ready && p.Phase() == model.PodRunning))
		out.Available += int32(boolByte(p.Available(row.spec.MinReadySeconds)))
		out.Current += int32(boolByte(!p.row.deleting && p.row.revision == row.status.CurrentRevision))
		out.Updated += int32(boolByte(!p.row.deleting && p.row.revision == row.status.UpdateRevision))
	}
	return out
}

// Looking reports whether the controller is going to look at the set: something has
// changed, it tries again what has failed, or it waits for a pod to become available. A check
// that asks for it is evaluated at every event.
func (s SetView) Looking() bool {
	s.w.asked |= askedTime
	_, soon := s.w.queue.armed(purposeSync, s.place)
	_, later := s.w.queue.armed(purposeDelayed, s.place)
	return soon || later || s.w.watched.Len() > 0 || s.row().failures > 0
}

// History is how many revisions the set keeps that none of its pods has, and that are neither
// current nor wanted.
func (s SetView) History() int {
	n := 0
	for r := range s.w.revisions.all {
		row := s.w.revisions.at(r)
		if row.set != s.place || row.owner != s.row().uid {
			continue
		}
		if live := s.carries(row.name.Base); !live {
			n++
		}
	}
	return n
}

// carries reports whether a revision is current, wanted, or that of a pod.
func (s SetView) carries(revision model.Symbol) bool {
	if st := &s.row().status; st.CurrentRevision == revision || st.UpdateRevision == revision {
		return true
	}
	for p := range s.Pods {
		if p.row.revision == revision {
			return true
		}
	}
	return false
}
