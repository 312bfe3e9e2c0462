package sim

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// The rows as objects of package model. They share what never changes with the
// world, so that what goes to the user is cloned first.

// Objects are all objects of the world, by kind, namespace and name, as Kubernetes
// would show them now. Package model/manifest writes them as YAML.
func (c *Cluster) Objects() []model.Object {
	w := c.w
	var out []model.Object
	for n := range w.nodes.all {
		out = append(out, w.modelNode(n))
	}
	for k := range w.classes.all {
		out = append(out, w.modelClass(k))
	}
	for v := range w.volumes.all {
		out = append(out, w.modelVolume(v))
	}
	for k := range w.claims.all {
		out = append(out, w.modelClaim(k))
	}
	for s := range w.services.all {
		out = append(out, w.modelService(s))
	}
	for h := range w.autoscalers.all {
		out = append(out, w.modelAutoscaler(h))
	}
	for b := range w.budgets.all {
		out = append(out, w.modelBudget(b))
	}
	for d := range w.deployments.all {
		out = append(out, w.modelDeployment(d))
	}
	for s := range w.replicaSets.all {
		out = append(out, w.modelReplicaSet(s))
	}
	for s := range w.sets.all {
		out = append(out, w.modelSet(s))
	}
	for r := range w.revisions.all {
		out = append(out, w.modelRevision(r))
	}
	for p := range w.pods.all {
		out = append(out, w.modelPod(p))
	}
	for i := range out {
		out[i] = cloneObject(out[i])
	}
	slices.SortStableFunc(out, func(a, b model.Object) int {
		if a.Kind() != b.Kind() {
			return 0
		}
		return compareMeta(a.Meta(), b.Meta())
	})
	return out
}

// compareMeta orders objects by namespace and name; "web-9" comes before "web-10".
func compareMeta(a, b *model.ObjectMeta) int {
	aBase, aOrdinal := splitName(a.Name)
	bBase, bOrdinal := splitName(b.Name)
	if aOrdinal < model.NoOrdinal && bOrdinal < model.NoOrdinal {
		aOrdinal, bOrdinal = bOrdinal, aOrdinal // they count down: see splitName
	}
	if aOrdinal < model.NoOrdinal && bOrdinal < model.NoOrdinal { // random suffixes: as they are spelled
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	}
	return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(aBase, bBase), cmp.Compare(aOrdinal, bOrdinal))
}

// object is the object of a name; nil if there is none.
func (w *world) object(kind model.Kind, namespace, name string) model.Object {
	if !kind.Namespaced() {
		namespace = ""
	}
	n, ok := w.lookup(namespace, name)
	if !ok {
		return nil
	}
	switch kind {
	case model.KindStatefulSet:
		if s, ok := w.sets.find(n); ok {
			return w.modelSet(s)
		}
	case model.KindPod:
		if p, ok := w.pods.find(n); ok {
			return w.modelPod(p)
		}
	case model.KindService:
		if s, ok := w.services.find(n); ok {
			return w.modelService(s)
		}
	case model.KindPersistentVolumeClaim:
		if c, ok := w.claims.find(n); ok {
			return w.modelClaim(c)
		}
	case model.KindPersistentVolume:
		if v, ok := w.volumes.find(n); ok {
			return w.modelVolume(v)
		}
	case model.KindStorageClass:
		if c, ok := w.classes.find(n); ok {
			return w.modelClass(c)
		}
	case model.KindNode:
		if n, ok := w.nodes.find(n); ok {
			return w.modelNode(n)
		}
	case model.KindDeployment:
		if d, ok := w.deployments.find(n); ok {
			return w.modelDeployment(d)
		}
	case model.KindReplicaSet:
		if s, ok := w.replicaSets.find(n); ok {
			return w.modelReplicaSet(s)
		}
	case model.KindHorizontalPodAutoscaler:
		if h, ok := w.autoscalers.find(n); ok {
			return w.modelAutoscaler(h)
		}
	case model.KindPodDisruptionBudget:
		if b, ok := w.budgets.find(n); ok {
			return w.modelBudget(b)
		}
	}
	return nil
}

// copied is a pointer to a value of its own: rows change.
func copied[T any](v T) *T { return &v }

// meta is what every object has.
func (w *world) meta(id identity, labels, annotations model.Labels) model.ObjectMeta {
	return model.ObjectMeta{
		Name: w.rendered(id.name), Namespace: w.text(id.name.Namespace), UID: id.uid, ResourceVersion: id.version,
		CreatedAt: id.created, Labels: labels, Annotations: annotations,
	}
}

func (w *world) modelSet(s int32) *model.StatefulSet {
	set := w.sets.at(s)
	out := &model.StatefulSet{
		ObjectMeta: w.meta(set.identity, set.labels, set.annotations),
		Spec:       *set.spec,
		Status:     w.modelStatus(&set.status),
	}
	out.Generation = set.generation
	if set.deleting != notDeleted {
		out.DeletedAt = copied(set.deletedAt)
		out.Finalizers = []string{"foregroundDeletion"}
		if set.deleting == orphaning {
			out.Finalizers = []string{"orphan"}
		}
	}
	return out
}

func (w *world) modelRevision(r int32) *model.ControllerRevision {
	row := w.revisions.at(r)
	template := w.template(row.template).spec
	name := w.text(row.name.Base)
	out := &model.ControllerRevision{
		ObjectMeta: w.meta(row.identity, template.Labels.With(model.LabelRevisionHash, revisionHash(name)), row.annotations),
		Template:   *template,
		Revision:   row.number,
	}
	out.Name = name
	if row.owner != 0 {
		out.OwnerReferences = w.controllerRef(row.set, row.owner)
	}
	return out
}

// controllerRef is the reference to the set that controls a pod or a revision.
func (w *world) controllerRef(s int32, owner model.UID) []model.OwnerReference {
	ref := model.OwnerReference{Kind: model.KindStatefulSet, UID: owner, Controller: true, BlockOwnerDeletion: true}
	if s != nowhere {
		ref.Name = w.text(w.sets.at(s).podBase)
	}
	return []model.OwnerReference{ref}
}

func (w *world) modelPod(p int32) *model.Pod {
	r := w.pods.at(p)
	out := &model.Pod{
		ObjectMeta: w.meta(r.identity, w.podLabels(r), w.template(r.template).spec.Annotations),
		Spec:       w.podSpec(r),
		Status:     model.PodStatus{Phase: r.phase.Model(), StartTime: r.started},
	}
	out.Generation = 1
	switch {
	case r.givenTo != nil:
		out.OwnerReferences = []model.OwnerReference{*r.givenTo}
	case r.replicaSet != nowhere && r.owner == w.replicaSets.at(r.replicaSet).uid:
		out.OwnerReferences = []model.OwnerReference{{
			Kind: model.KindReplicaSet, Name: w.text(w.replicaSets.at(r.replicaSet).symbol), UID: r.owner, Controller: true, BlockOwnerDeletion: true,
		}}
	case r.owner != 0:
		out.OwnerReferences = w.controllerRef(r.set, r.owner)
		if r.set == nowhere {
			out.OwnerReferences[0].Name = w.text(r.name.Base)
		}
	}
	if r.deleting {
		out.DeletedAt = copied(r.deletedAt)
	}
	if r.ip != 0 {
		out.Status.PodIP = podAddr(r.ip).String()
	}
	out.Spec.Volumes = w.podVolumes(r)
	if r.failure != nil {
		out.Status.Reason, out.Status.Message = r.failure.reason, r.failure.message
	}
	shown := w.statuses(p)
	if shown != nil {
		out.Status.InitContainerStatuses, out.Status.ContainerStatuses = shown.inits, shown.containers
	}
	out.Status.Conditions = w.podConditions(r, shown)
	return out
}

// podVolumes are a pod's volumes: the claims that its set makes for it take the
// place of template volumes of the same name.
func (w *world) podVolumes(r *pod) []model.Volume {
	var out []model.Volume
	own := map[string]bool{}
	for _, base := range r.claimBases {
		volume := strings.TrimSuffix(w.text(base), "-"+w.text(r.name.Base))
		own[volume] = true
		out = append(out, model.Volume{
			Name:                  volume,
			PersistentVolumeClaim: w.rendered(model.Name{Namespace: r.name.Namespace, Base: base, Ordinal: r.name.Ordinal}),
		})
	}
	for _, v := range w.template(r.template).spec.Spec.Volumes {
		if !own[v.Name] {
			out = append(out, v)
		}
	}
	return out
}

func (w *world) modelClaim(c int32) *model.PersistentVolumeClaim {
	row := w.claims.at(c)
	id := identity{name: row.Name, uid: row.UID, version: row.version, created: row.created}
	out := &model.PersistentVolumeClaim{
		ObjectMeta: w.meta(id, row.labels, w.claimAnnotations(row)),
		Spec:       *row.Spec,
		Status: model.PersistentVolumeClaimStatus{
			Phase: row.Phase, AccessModes: row.modes, Capacity: row.Capacity,
			AllocatedResources: row.growth.Allocated, AllocatedResourceStatus: row.growth.Status,
		},
	}
	out.Finalizers = []string{claimProtection}
	out.Status.Conditions = append(claimConditions(row), row.growings...)
	for _, o := range row.owners {
		out.OwnerReferences = append(out.OwnerReferences, model.OwnerReference{
			Kind: o.Kind, Name: w.rendered(o.Name), UID: o.UID, Controller: o.Controller, BlockOwnerDeletion: o.BlockOwnerDeletion,
		})
	}
	if row.Class.Given {
		class := w.text(row.Class.Name)
		out.Spec.StorageClassName = &class
	}
	if row.VolumeName != (model.Name{}) {
		out.Spec.VolumeName = w.rendered(row.VolumeName)
	}
	if row.Deleting {
		out.DeletedAt = copied(row.deletedAt)
	}
	return out
}

// claimConditions are the conditions of a claim.
func claimConditions(c *claim) (out []model.ClaimCondition) {
	switch c.unused {
	case model.ConditionTrue:
		out = append(out, model.ClaimCondition{
			Type: model.ClaimUnused, Status: c.unused, LastTransitionTime: c.unusedSince,
			Reason: "NoPodsUsingPVC", Message: "No pods are currently referencing this PVC",
		})
	case model.ConditionFalse:
		out = append(out, model.ClaimCondition{
			Type: model.ClaimUnused, Status: c.unused, LastTransitionTime: c.unusedSince,
			Reason: "PodUsingPVC", Message: "A pod is currently referencing this PVC",
		})
	}
	return out
}

func (w *world) modelVolume(v int32) *model.PersistentVolume {
	row := w.volumes.at(v)
	id := identity{name: row.Name, uid: row.UID, version: row.version, created: row.created}
	out := &model.PersistentVolume{
		ObjectMeta: w.meta(id, row.Labels, w.volumeAnnotations(row)),
		Spec:       *row.Spec,
		Status:     model.PersistentVolumeStatus{Phase: row.Phase, Message: row.trouble.Message(spelling{w})},
	}
	if !row.unprotected {
		out.Finalizers = []string{volumeProtection}
	}
	if row.Guarded {
		out.Finalizers = append(out.Finalizers, provisionerProtection)
	}
	out.Spec.Source = sourceOf(out)
	out.Spec.StorageClassName = w.text(row.Class)
	out.Spec.ClaimRef = nil
	if row.ClaimRef.Set {
		out.Spec.ClaimRef = &model.ClaimReference{
			Namespace: w.text(row.ClaimRef.Name.Namespace), Name: w.rendered(row.ClaimRef.Name), UID: row.ClaimRef.UID,
		}
	}
	if row.Deleting {
		out.DeletedAt = copied(row.deletedAt)
	}
	return out
}

// sourceOf is the source of a volume as it is shown. Claims of one template share the spec of their
// volumes, so that what a provisioner calls each is only known here.
func sourceOf(v *model.PersistentVolume) model.VolumeSource {
	source := v.Spec.Source
	switch {
	case source.Type == model.SourceCSI && source.Handle == "":
		source.Handle = v.Name
	case source.Type == model.SourceHostPath && source.Path == "":
		source.Path = "/var/local/" + v.Name
	case source.Type == model.SourceNFS && source.Path == "":
		source.Server, source.Path = "nfs", "/"+v.Name
	}
	return source
}

func (w *world) modelClass(c int32) *model.StorageClass {
	out := *w.classes.at(c).spec
	id := w.classes.at(c).identity
	out.UID, out.ResourceVersion, out.CreatedAt = id.uid, id.version, id.created
	return &out
}

func (w *world) modelService(s int32) *model.Service {
	out := *w.services.at(s).spec
	id := w.services.at(s).identity
	out.UID, out.ResourceVersion, out.CreatedAt = id.uid, id.version, id.created
	return &out
}

func (w *world) modelNode(n int32) *model.Node {
	row := w.nodes.at(n)
	ready := model.NodeCondition{
		Type: "Ready", Status: model.ConditionTrue, LastTransitionTime: row.healthSince, Reason: "KubeletReady", Message: "kubelet is posting ready status",
	}
	if row.health == healthUnknown {
		ready.Status, ready.Reason, ready.Message = model.ConditionUnknown, "NodeStatusUnknown", "Kubelet stopped posting node status."
	}
	if row.health == healthNotReady {
		ready.Status, ready.Reason, ready.Message = model.ConditionFalse, "KubeletNotReady", "node is shutting down"
	}
	return &model.Node{
		ObjectMeta: w.meta(row.identity, row.labels, nil),
		Spec:       model.NodeSpec{Unschedulable: row.cordoned, Taints: row.taints},
		Status:     model.NodeStatus{Allocatable: row.allocatable, Pods: row.capacity, Conditions: append(row.pressure(), ready)},
	}
}

// classOf is the class of a claim; nil if it does not exist.
func (w *world) classOf(c *model.PersistentVolumeClaim) *model.StorageClass {
	if c.Spec.StorageClassName == nil {
		return nil
	}
	if sym, ok := w.known(*c.Spec.StorageClassName); ok {
		class, _ := w.Class(sym)
		return class
	}
	return nil
}
