package sim

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// Apply is `kubectl apply`: it creates what does not exist and changes what does.
// Defaults are filled in and everything is validated as the API server does;
// either all objects are applied or none. A namespace comes into being with its
// first object. Objects that the caller goes on to change are not affected: they
// are copied.
func (c *Cluster) Apply(objects ...model.Object) error { return c.Do(Apply{Objects: objects}) }

// Create is `kubectl create`: it fails if one of the objects exists.
func (c *Cluster) Create(objects ...model.Object) error {
	return c.Do(Apply{Objects: objects, MustCreate: true})
}

// Apply is [Cluster.Apply] as an operation; with MustCreate it is [Cluster.Create].
type Apply struct {
	Objects    []model.Object
	MustCreate bool
}

// own is the operation with copies of its objects, which nobody else changes.
func (o Apply) own() Apply {
	objects := make([]model.Object, len(o.Objects))
	for i := range objects {
		objects[i] = cloneObject(o.Objects[i])
	}
	return Apply{Objects: objects, MustCreate: o.MustCreate}
}

// String implements [Operation].
func (o Apply) String() string {
	var names []string
	for _, object := range o.Objects {
		names = append(names, shortKind(object.Kind())+"/"+object.Meta().Name)
	}
	if o.MustCreate {
		return "kubectl create " + strings.Join(names, " ")
	}
	return "kubectl apply " + strings.Join(names, " ")
}

func (o Apply) prepare(w *world) (func(), error) {
	var commits []func()
	var seen []string
	for _, object := range o.Objects {
		object = cloneObject(object)
		meta := object.Meta()
		if object.Kind().Namespaced() {
			meta.Namespace = orDefault(meta.Namespace)
		} else {
			meta.Namespace = ""
		}
		id := string(object.Kind()) + " " + meta.Namespace + "/" + meta.Name
		if slices.Contains(seen, id) {
			return nil, validation.AlreadyExists(object.Kind(), meta.Name)
		}
		seen = append(seen, id)
		commit, err := w.prepareObject(object, o.MustCreate)
		if err != nil {
			return nil, err
		}
		commits = append(commits, commit)
	}
	return func() {
		for i, commit := range commits {
			w.openNamespace(o.Objects[i])
			commit()
		}
	}, nil
}

func cloneObject(o model.Object) model.Object {
	return reflect.ValueOf(model.Clone(reflect.ValueOf(o).Interface())).Interface().(model.Object)
}

// openNamespace makes the namespace of an object exist.
func (w *world) openNamespace(o model.Object) {
	if !o.Kind().Namespaced() {
		return
	}
	sym := w.symbol(orDefault(o.Meta().Namespace))
	if !slices.Contains(w.namespaces, sym) {
		w.namespaces = append(w.namespaces, sym)
	}
}

// prepareObject checks one object and returns what stores it.
func (w *world) prepareObject(object model.Object, mustCreate bool) (func(), error) {
	old := w.object(object.Kind(), object.Meta().Namespace, object.Meta().Name)
	if old == nil {
		return w.prepareCreate(object)
	}
	if mustCreate {
		return nil, validation.AlreadyExists(object.Kind(), object.Meta().Name)
	}
	if set, ok := object.(*model.StatefulSet); ok {
		return w.prepareApplySet(set, old.(*model.StatefulSet))
	}
	inherit(object, old)
	return w.prepareUpdate(object, old)
}

// prepareCreate checks a new object.
func (w *world) prepareCreate(object model.Object) (func(), error) {
	var applied *model.StatefulSet // as its manifest says; what is shared is never edited
	if set, ok := object.(*model.StatefulSet); ok {
		applied = copied(*set)
	}
	refused := w.complete(object, nil)
	if err := validation.Invalid(object.Kind(), object.Meta().Name, validation.CreateIn(object, w.rules)); err != nil {
		return nil, err
	}
	if refused != nil {
		return nil, refused
	}
	if set, ok := object.(*model.StatefulSet); ok {
		if err := countable(&set.Spec, set.Name); err != nil {
			return nil, err
		}
	}
	switch o := object.(type) {
	case *model.StatefulSet:
		return func() {
			w.createSet(o)
			s, _ := w.sets.find(w.name(o.Namespace, o.Name))
			w.sets.at(s).applied = applied
		}, nil
	case *model.Service:
		return func() { w.addService(o) }, nil
	case *model.PersistentVolumeClaim:
		return func() { w.applyClaim(o) }, nil
	case *model.PersistentVolume:
		return func() { w.addVolume(o) }, nil
	case *model.StorageClass:
		return func() { w.addClass(o) }, nil
	case *model.Node:
		return func() { w.applyNode(o) }, nil
	case *model.PodDisruptionBudget:
		return func() { w.addBudget(o) }, nil
	case *model.Deployment:
		return func() { w.createDeployment(o) }, nil
	case *model.ReplicaSet:
		return func() { w.createReplicaSetByHand(o) }, nil
	case *model.HorizontalPodAutoscaler:
		return func() { w.addAutoscaler(o) }, nil
	default:
		return nil, notByHand(object.Kind(), object.Meta().Name)
	}
}

// notByHand refuses what only controllers make here.
func notByHand(kind model.Kind, name string) error {
	return validation.Forbidden(kind, name, "the simulator leaves it to the controllers to make and change such objects")
}

// prepareUpdate checks the change of an object that is not a set.
func (w *world) prepareUpdate(object, old model.Object) (func(), error) {
	refused := w.complete(object, old)
	if err := validation.Invalid(object.Kind(), object.Meta().Name, validation.UpdateIn(object, old, w.rules)); err != nil {
		return nil, err
	}
	if refused != nil {
		return nil, refused
	}
	if same(object, old) {
		return func() {}, nil
	}
	switch o := object.(type) {
	case *model.Service:
		return func() { w.addService(o) }, nil
	case *model.PersistentVolumeClaim:
		if err := validation.ClaimResize(o, old.(*model.PersistentVolumeClaim), w.classOf(o)); err != nil {
			return nil, err
		}
		return func() { w.updateClaim(o) }, nil
	case *model.PersistentVolume:
		return func() { w.updateVolume(o) }, nil
	case *model.StorageClass:
		return func() { w.updateClass(o) }, nil
	case *model.Node:
		return func() { w.applyNode(o) }, nil
	case *model.PodDisruptionBudget:
		return func() { w.addBudget(o) }, nil
	case *model.Deployment:
		d, err := w.mustDeployment(o.Namespace, o.Name)
		o.Annotations = o.Annotations.Without(model.AnnotationDeploymentRevision) // the controller's
		return func() { w.updateDeployment(d, o) }, err
	case *model.ReplicaSet:
		return func() { w.updateReplicaSet(o) }, nil
	case *model.HorizontalPodAutoscaler:
		return func() { w.addAutoscaler(o) }, nil
	case *model.Pod:
		return w.preparePod(o, old.(*model.Pod))
	default:
		return nil, notByHand(object.Kind(), object.Meta().Name)
	}
}

// preparePod checks the change of a pod: its labels may change, and who controls it.
func (w *world) preparePod(updated, old *model.Pod) (func(), error) {
	rest := *updated
	rest.Labels, rest.OwnerReferences = old.Labels, old.OwnerReferences
	owners := updated.OwnerReferences
	if !same(&rest, old) || len(owners) > 1 || len(owners) == 1 && !owners[0].Controller {
		return nil, notByHand(model.KindPod, updated.Name)
	}
	return func() {
		p, ok := w.pods.find(w.name(updated.Namespace, updated.Name))
		if !ok {
			return
		}
		w.givePod(p, owners)
		w.relabelPod(p, updated.Labels)
	}, nil
}

// same reports whether an object is what is stored, apart from what only the API
// server writes.
func same(object, old model.Object) bool {
	a, b := object.Meta(), old.Meta()
	a.UID, a.ResourceVersion, a.Generation, a.CreatedAt = b.UID, b.ResourceVersion, b.Generation, b.CreatedAt
	a.DeletedAt = b.DeletedAt
	if !finalizable(object.Kind()) {
		a.Finalizers = b.Finalizers
	}
	return jsonText(object) == jsonText(old)
}

// inherit fills what a manifest leaves out with what the API server has given the
// object since: nobody takes a claim's volume away by applying the manifest again.
func inherit(object, old model.Object) {
	switch o := object.(type) {
	case *model.Service:
		before := old.(*model.Service)
		inheritAddresses(&o.Spec, &before.Spec)
	case *model.PersistentVolumeClaim:
		before := old.(*model.PersistentVolumeClaim)
		if o.Spec.VolumeName == "" {
			o.Spec.VolumeName = before.Spec.VolumeName
		}
		if o.Spec.StorageClassName == nil {
			o.Spec.StorageClassName = before.Spec.StorageClassName
		}
		if len(o.OwnerReferences) == 0 {
			o.OwnerReferences = before.OwnerReferences
		}
		inheritNotes(&o.ObjectMeta, &before.ObjectMeta)
		o.Status = before.Status
	case *model.PersistentVolume:
		before := old.(*model.PersistentVolume)
		if o.Spec.ClaimRef == nil {
			o.Spec.ClaimRef = before.Spec.ClaimRef
		}
		inheritNotes(&o.ObjectMeta, &before.ObjectMeta)
		o.Status = before.Status
	case *model.HorizontalPodAutoscaler:
		o.Status = old.(*model.HorizontalPodAutoscaler).Status
	case *model.PodDisruptionBudget:
		o.Status = old.(*model.PodDisruptionBudget).Status
	}
}

// finalizable reports whether somebody may take the finalizers of an object away by hand.
func finalizable(kind model.Kind) bool {
	return kind == model.KindPersistentVolumeClaim || kind == model.KindPersistentVolume
}

// inheritNotes keeps the annotations that a manifest does not speak of, and the
// finalizers.
func inheritNotes(o, before *model.ObjectMeta) {
	if len(o.Finalizers) == 0 {
		o.Finalizers = before.Finalizers
	}
	for _, key := range before.Annotations.Keys() {
		if _, says := o.Annotations[key]; !says {
			o.Annotations = o.Annotations.With(key, before.Annotations[key])
		}
	}
}

// prepareApplySet merges a manifest into a set that exists, as `kubectl apply`
// does: what the manifest says counts; what it has never said stays as it is; and
// what it said when it was last applied, and says no more, gets its default. Of the
// pod template, labels, annotations and the containers' pull policies are merged so;
// else its spec is the manifest's.
func (w *world) prepareApplySet(set, live *model.StatefulSet) (func(), error) {
	applied := copied(*set)
	s, err := w.mustSet(set.Namespace, set.Name)
	if err != nil {
		return nil, err
	}
	last := w.sets.at(s).applied
	if last == nil {
		last = &model.StatefulSet{}
	}
	spec, old, before := &set.Spec, &live.Spec, &last.Spec
	keep(&spec.Replicas, old.Replicas, before.Replicas)
	keep(&spec.RevisionHistoryLimit, old.RevisionHistoryLimit, before.RevisionHistoryLimit)
	keep(&spec.MinReadySeconds, old.MinReadySeconds, before.MinReadySeconds)
	keep(&spec.Ordinals, old.Ordinals, before.Ordinals)
	keep(&spec.PersistentVolumeClaimRetentionPolicy, old.PersistentVolumeClaimRetentionPolicy, before.PersistentVolumeClaimRetentionPolicy)
	keep(&spec.PodManagementPolicy, old.PodManagementPolicy, before.PodManagementPolicy)
	keep(&spec.UpdateStrategy.Type, old.UpdateStrategy.Type, before.UpdateStrategy.Type)
	if spec.UpdateStrategy.Type == model.RollingUpdate {
		keepBlock(&spec.UpdateStrategy, &old.UpdateStrategy, &before.UpdateStrategy)
	}
	keepLabels(&set.Labels, live.Labels, last.Labels)
	keepLabels(&set.Annotations, live.Annotations, last.Annotations)
	keepLabels(&spec.Template.Labels, old.Template.Labels, before.Template.Labels)
	keepLabels(&spec.Template.Annotations, old.Template.Annotations, before.Template.Annotations)
	keepPolicies(&spec.Template.Spec.Containers, old.Template.Spec.Containers, before.Template.Spec.Containers)
	keepPolicies(&spec.Template.Spec.InitContainers, old.Template.Spec.InitContainers, before.Template.Spec.InitContainers)
	commit, err := w.prepareSet(s, set, live)
	if err != nil {
		return nil, err
	}
	return func() {
		commit()
		w.sets.at(s).applied = applied
	}, nil
}

// keep leaves a field that the manifest does not say, and did not say before, as it is.
func keep[T comparable](field *T, live, before T) {
	var zero T
	if *field == zero && before == zero {
		*field = live
	}
}

// keepBlock does the same for the fields of the rollingUpdate block.
func keepBlock(strategy, live, before *model.UpdateStrategy) {
	if live.RollingUpdate == nil {
		return
	}
	block, said := model.RollingUpdateStrategy{}, model.RollingUpdateStrategy{}
	if strategy.RollingUpdate != nil {
		block = *strategy.RollingUpdate
	}
	if before.RollingUpdate != nil {
		said = *before.RollingUpdate
	}
	keep(&block.Partition, live.RollingUpdate.Partition, said.Partition)
	keep(&block.MaxUnavailable, live.RollingUpdate.MaxUnavailable, said.MaxUnavailable)
	if strategy.RollingUpdate != nil || block != (model.RollingUpdateStrategy{}) {
		strategy.RollingUpdate = &block
	}
}

// keepPolicies does the same for the pull policy of each container, by its name: the
// default that a policy once got does not change with the image.
func keepPolicies(containers *[]model.Container, live, before []model.Container) {
	named := func(list []model.Container, name string) model.Container {
		if i := slices.IndexFunc(list, func(c model.Container) bool { return c.Name == name }); i >= 0 {
			return list[i]
		}
		return model.Container{}
	}
	*containers = slices.Clone(*containers) // the manifest as it was is remembered
	for i := range *containers {
		c := &(*containers)[i]
		keep(&c.ImagePullPolicy, named(live, c.Name).ImagePullPolicy, named(before, c.Name).ImagePullPolicy)
	}
}

// keepLabels does the same for each label or annotation.
func keepLabels(labels *model.Labels, live, before model.Labels) {
	for _, key := range live.Keys() {
		if _, said := before[key]; said {
			continue
		}
		if _, says := (*labels)[key]; !says {
			*labels = labels.With(key, live[key])
		}
	}
}

// prepareSet checks a new version of a set.
func (w *world) prepareSet(s int32, set, live *model.StatefulSet) (func(), error) {
	_ = w.complete(set, live) // it is about sets that this could say nothing of
	if err := countable(&set.Spec, set.Name); err != nil {
		return nil, err
	}
	if err := validation.Invalid(set.Kind(), set.Meta().Name, validation.UpdateIn(set, live, w.rules)); err != nil {
		return nil, err
	}
	specChanged := !reflect.DeepEqual(set.Spec, live.Spec)
	if !specChanged && reflect.DeepEqual(set.Labels, live.Labels) && reflect.DeepEqual(set.Annotations, live.Annotations) {
		return func() {}, nil
	}
	return func() { w.updateSet(s, set, specChanged) }, nil
}

// countable refuses ordinals that no int32 holds. Kubernetes would make such pods,
// and then not know their ordinals.
func countable(spec *model.StatefulSetSpec, name string) error {
	if last := int64(spec.StartOrdinal()) + int64(spec.DesiredReplicas()) - 1; last > math.MaxInt32 {
		return validation.Forbidden(model.KindStatefulSet, name, fmt.Sprintf("the simulator does not model the ordinal %d", last))
	}
	return nil
}

// complete makes an object what the API server stores: with its defaults, and
// without the fields whose feature gate is off. old is what is stored, nil if
// nothing is. It returns why the cluster cannot have such an object, which is said when
// nothing else is wrong with it.
func (w *world) complete(object, old model.Object) error {
	switch o := object.(type) {
	case *model.Service:
		stored, _ := old.(*model.Service)
		return completeService(o, stored)
	case *model.StatefulSet:
		stored, _ := old.(*model.StatefulSet)
		o.DefaultIn(w.rules)
		o.DropDisabled(w.rules, stored)
	case *model.HorizontalPodAutoscaler:
		stored, _ := old.(*model.HorizontalPodAutoscaler)
		o.Default()
		o.DropDisabled(w.rules, stored)
	case interface{ Default() }:
		o.Default()
	}
	return nil
}
