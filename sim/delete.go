package sim

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// Delete is `kubectl delete`, for an object named like "pod/web-0" or "sts/web".
// It does not wait for the object to be gone. See [Grace], [Force] and
// [WithCascade].
func (c *Cluster) Delete(target string, opts ...Option) error {
	o := optionsOf(opts)
	op := Delete{Namespace: o.namespace, Target: target, Force: o.force, Cascade: o.cascade}
	if o.grace != gracefully {
		op.Grace = &o.grace
	}
	return c.Do(op)
}

// Delete is [Cluster.Delete] as an operation.
type Delete struct {
	Namespace, Target string
	Grace             *int32 // seconds; nil for the pod's own
	Force             bool
	Cascade           Cascade // "" is background
}

// String implements [Operation].
func (o Delete) String() string {
	s := "kubectl delete " + o.Target
	if o.Grace != nil {
		s += fmt.Sprintf(" --grace-period=%d", *o.Grace)
	}
	if o.Force {
		s += " --force"
	}
	if o.Cascade != "" && o.Cascade != CascadeBackground {
		s += " --cascade=" + string(o.Cascade)
	}
	return s + namespaceFlag(o.Namespace)
}

func (o Delete) prepare(w *world) (func(), error) {
	kind, name, err := parseTarget(o.Target)
	if err != nil {
		return nil, err
	}
	if o.Force && o.Grace != nil && *o.Grace > 0 {
		return nil, errors.New("--force and --grace-period greater than 0 cannot be specified together")
	}
	if !slices.Contains([]Cascade{"", CascadeBackground, CascadeForeground, CascadeOrphan}, o.Cascade) {
		return nil, fmt.Errorf(`invalid cascade value (%s). Must be "background", "foreground", or "orphan"`, o.Cascade)
	}
	namespace := orDefault(o.Namespace)
	switch kind {
	case model.KindPod:
		p, err := w.mustPod(namespace, name)
		if err != nil {
			return nil, err
		}
		return func() { w.deletePod(p, o.grace()) }, nil
	case model.KindStatefulSet:
		return o.prepareSet(w, namespace, name)
	case model.KindPersistentVolumeClaim:
		c, err := must(w, &w.claims, kind, namespace, name)
		return func() { w.deleteClaim(c) }, err
	case model.KindPersistentVolume:
		v, err := must(w, &w.volumes, kind, "", name)
		return func() { w.deleteVolume(v) }, err
	case model.KindStorageClass:
		c, err := must(w, &w.classes, kind, "", name)
		return func() { w.removeClass(c) }, err
	case model.KindService:
		s, err := must(w, &w.services, kind, namespace, name)
		return func() { w.removeService(s) }, err
	case model.KindDeployment:
		d, err := w.mustDeployment(namespace, name)
		if err != nil {
			return nil, err
		}
		how, err := o.how()
		return func() { w.deleteDeployment(d, how) }, err
	case model.KindReplicaSet:
		s, err := w.mustReplicaSet(namespace, name)
		if err != nil {
			return nil, err
		}
		how, err := o.how()
		return func() { w.deleteReplicaSet(s, how) }, err
	case model.KindHorizontalPodAutoscaler:
		h, err := must(w, &w.autoscalers, kind, namespace, name)
		return func() { w.removeAutoscaler(h) }, err
	case model.KindPodDisruptionBudget:
		b, err := must(w, &w.budgets, kind, namespace, name)
		return func() { w.removeBudget(b) }, err
	case model.KindNode:
		n, err := must(w, &w.nodes, kind, "", name)
		return func() { w.deleteNode(n) }, err
	case model.KindControllerRevision:
		sym, known := w.known(name)
		r, ok := w.revisions.find(w.revisionName(w.symbol(namespace), sym))
		if !known || !ok {
			return nil, validation.NotFound(kind, name)
		}
		return func() { w.removeRevision(r) }, nil
	default:
		return nil, fmt.Errorf("sim: a %s cannot be deleted", kind)
	}
}

func (o Delete) prepareSet(w *world, namespace, name string) (func(), error) {
	s, err := w.mustSet(namespace, name)
	if err != nil {
		return nil, err
	}
	how, err := o.how()
	return func() { w.deleteSet(s, how) }, err
}

// how is what becomes of what belongs to the object.
func (o Delete) how() (deletion, error) {
	switch o.Cascade {
	case "", CascadeBackground:
		return background, nil
	case CascadeForeground:
		return foreground, nil
	case CascadeOrphan:
		return orphaning, nil
	default:
		return notDeleted, fmt.Errorf(`invalid cascade value (%s). Must be "background", "foreground", or "orphan"`, o.Cascade)
	}
}

// grace is the grace period that kubectl asks for: none only by force.
//
// Source: kubectl pkg/cmd/delete/delete.go, Complete and deleteResource.
func (o Delete) grace() int32 {
	switch {
	case o.Grace == nil && o.Force:
		return 0
	case o.Grace == nil:
		return gracefully
	case *o.Grace == 0 && !o.Force:
		return 1
	default:
		return max(*o.Grace, gracefully)
	}
}

func (w *world) removeClass(c int32) {
	w.record(record{kind: recDeletedObject, subject: w.classes.at(c).name, why: kindCode(model.KindStorageClass)})
	w.classes.remove(c)
	w.resyncClaims()
}
