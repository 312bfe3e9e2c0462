package sim

import (
	"github.com/ordinal-sim/ordinal/model"
)

// scale is the scale of a workload: what its scale subresource shows of it. An
// autoscaler sees no more of what it scales.
type scale struct {
	kind     model.Kind
	place    int32 // in the table of its kind
	name     model.Name
	replicas int32
	selector *model.LabelSelector
}

// scaleOf is the scale of a workload; ok is false if there is none of that kind and name.
func (w *world) scaleOf(kind model.Kind, name model.Name) (s scale, ok bool) {
	switch kind {
	case model.KindStatefulSet:
		place, ok := w.sets.find(name)
		if !ok {
			return scale{}, false
		}
		spec := w.sets.at(place).spec
		return scale{kind: kind, place: place, name: name, replicas: spec.DesiredReplicas(), selector: spec.Selector}, true
	case model.KindDeployment:
		place, ok := w.deployments.find(name)
		if !ok {
			return scale{}, false
		}
		spec := w.deployments.at(place).spec
		return scale{kind: kind, place: place, name: name, replicas: orOne(spec.Replicas), selector: spec.Selector}, true
	default:
		return scale{}, false
	}
}

// prepareScale checks a write of a controller to the scale of a workload, and returns
// what stores it.
func (w *world) prepareScale(s scale, replicas int32) (func(), error) {
	if err := w.admitUpdate(VerbUpdate, s.kind, s.name, defaultRetry); err != nil {
		return nil, err
	}
	if s.kind == model.KindDeployment {
		return w.changeDeployment(w.text(s.name.Namespace), w.rendered(s.name), func(d *model.Deployment) error {
			d.Spec.Replicas = &replicas
			return nil
		})
	}
	return w.changeSet(w.text(s.name.Namespace), w.rendered(s.name), func(set *model.StatefulSet) error {
		set.Spec.Replicas = &replicas
		return nil
	})
}

// scaled reports whether the selector of a workload matches a pod, whoever made it.
func (w *world) scaled(s scale, p int32) bool {
	r := w.pods.at(p)
	switch {
	case r.name.Namespace != s.name.Namespace:
		return false
	case s.kind == model.KindStatefulSet && r.set == s.place:
		return r.matches
	default:
		return s.selector.Matches(w.podLabels(r))
	}
}
