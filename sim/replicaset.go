package sim

import (
	"cmp"
	"strconv"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/stateless"
)

// The ReplicaSet controller (package policy/stateless).
//
// It notices its ReplicaSets and their pods. A moment later it creates the pods that are
// missing, all at once, or deletes those that are too many, and writes the status. Its pods
// have random names, and a replacement is made when the deletion of a pod is asked for,
// not when it is gone.
//
// Source: pkg/controller/replicaset/replica_set.go.

// replicaSet is a ReplicaSet and its controller's cache of it.
type replicaSet struct {
	identity
	symbol     model.Symbol // its whole name: its pods' names begin with it
	deployment int32        // that controls it; nowhere if none does
	spec       *model.ReplicaSetSpec
	labels     model.Labels
	template   policy.Template // of its pods
	source     policy.Template // of the Deployment, without the hash of it
	replicas   int32
	generation int64
	deleting   deletion
	deletedAt  model.Instant
	status     stateless.ReplicaStatus
	view       stateless.View
	failures   int32

	annotations   model.Labels // those that come from the Deployment
	revision      int64
	history       string
	desired, most int32
}

// copyReplicaSets copies the table of ReplicaSets. A view has memory of its own, which a
// plain copy of the row would share.
func (w *world) copyReplicaSets(own, src *world) {
	w.replicaSets = own.replicaSets
	w.replicaSets.free = append(own.replicaSets.free[:0], src.replicaSets.free...)
	w.replicaSets.names.CopyFrom(&src.replicaSets.names)
	rows := own.replicaSets.rows[:cap(own.replicaSets.rows)]
	for len(rows) < len(src.replicaSets.rows) {
		rows = append(rows, replicaSet{})
	}
	w.replicaSets.rows = rows[:len(src.replicaSets.rows)]
	for i := range src.replicaSets.rows {
		view := rows[i].view
		rows[i] = src.replicaSets.rows[i]
		view.CopyFrom(&src.replicaSets.rows[i].view)
		rows[i].view = view
	}
}

// feedReplicaSet tells the controllers of a change of a ReplicaSet.
func (w *world) feedReplicaSet(s int32) {
	row := w.replicaSets.at(s)
	row.version = w.bump()
	row.view.SetChanged(stateless.ReplicaSet{
		UID: row.uid, Generation: row.generation, Replicas: row.replicas, MinReadySeconds: row.spec.MinReadySeconds,
		Deleting: row.deleting != notDeleted, Status: row.status,
	})
	w.lookAtReplicaSet(s)
	if row.deployment != nowhere {
		w.lookAtDeployment(row.deployment)
	}
}

// lookAtReplicaSet makes the controller look at a ReplicaSet.
func (w *world) lookAtReplicaSet(s int32) {
	at := w.soon()
	if planned, armed := w.queue.armed(purposeReplicaSet, s); !armed || planned > at {
		w.queue.arm(purposeReplicaSet, s, at)
	}
}

// feedReplica tells the controller of a change of one of its pods.
func (w *world) feedReplica(p int32) {
	r := w.pods.at(p)
	row := w.replicaSets.at(r.replicaSet)
	labels := w.podLabels(r)
	pod := stateless.Pod{
		Handle: p, Node: r.node, UID: r.uid, Lot: uint64(uint32(r.name.Ordinal)), Created: r.created, ReadySince: r.readySince,
		Phase: r.phase, Ready: r.ready, Terminating: r.deleting, Matches: row.spec.Selector.Matches(labels),
		Labelled: model.LabelSelector{MatchLabels: w.template(row.template).spec.Labels}.Matches(labels), Cost: deletionCost(w.template(r.template).spec.Annotations),
	}
	for c := range w.containersOf(p) {
		pod.Restarts = max(pod.Restarts, w.containers[c].restarts)
	}
	switch r.owner {
	case 0:
		pod.Ownership = policy.Orphan
	case row.uid:
		pod.Ownership = policy.Ours
	default:
		pod.Ownership = policy.Foreign
	}
	row.view.PodChanged(pod)
	w.lookAtReplicaSet(r.replicaSet)
}

// replicaGone tells the controllers of the end of a pod.
func (w *world) replicaGone(gone *pod) {
	row := w.replicaSets.at(gone.replicaSet)
	row.view.PodGone(gone.uid)
	w.lookAtReplicaSet(gone.replicaSet)
	if d := row.deployment; d != nowhere && w.deployments.at(d).spec.Strategy.Type == model.Recreate {
		w.lookAtDeployment(d) // nobody else waits for pods to be gone
	}
}

// syncReplicaSet is one look at a ReplicaSet.
func (w *world) syncReplicaSet(s int32) {
	row := w.replicaSets.at(s)
	if !row.inUse() {
		return
	}
	if row.deleting != notDeleted {
		w.endReplicaSet(s)
		return
	}
	w.adoptReplicas(s)
	var related []*stateless.View
	for other := range w.replicaSets.all {
		if row.deployment != nowhere && w.replicaSets.at(other).deployment == row.deployment {
			related = append(related, &w.replicaSets.at(other).view)
		}
	}
	d := &w.scratch.replicas
	row.view.Plan(w.now, related, d)
	row.view.Expect(d)
	failed := w.createReplicas(s, d)
	for i := range d.Delete {
		pod := &d.Delete[i]
		if err := w.admit(VerbDelete, model.KindPod); err != nil {
			w.replicaSets.at(s).view.NotDeleted(pod.UID)
			failed = join(failed, err)
			continue
		}
		w.record(record{kind: recReplicaDeleted, subject: w.replicaSets.at(s).name, object: w.pods.at(pod.Handle).name})
		w.deletePod(pod.Handle, gracefully)
	}
	row = w.replicaSets.at(s)
	message := model.Symbol(0)
	if failed != nil {
		message = w.symbol(failed.Error())
	}
	status := row.view.Final(d, failed != nil, message)
	if row.view.Differs(status) {
		if err := w.admitUpdate(VerbUpdateStatus, model.KindReplicaSet, row.name, 2); err != nil {
			failed = join(failed, err)
		} else {
			row.status = status
			w.feedReplicaSet(s)
		}
	}
	w.replicaSetAgain(s, failed != nil, status)
}

// replicaSetAgain plans the next look: a retry, or a pod that becomes available.
func (w *world) replicaSetAgain(s int32, failed bool, status stateless.ReplicaStatus) {
	row := w.replicaSets.at(s)
	if at, armed := w.queue.armed(purposeReplicaSet, s); armed {
		// What this look has written itself is looked at when it is over: after the
		// Deployment's controller has seen the status that it has written.
		w.queue.cancel(purposeReplicaSet, s)
		w.queue.arm(purposeReplicaSet, s, at)
	}
	if failed {
		row.failures++
		w.lookLater(purposeReplicaSet, s, retryDelay(row.failures))
		return
	}
	row.failures = 0
	if after, ok := row.view.Recheck(w.now, status); ok {
		w.lookLater(purposeReplicaSet, s, after)
	}
}

// adoptReplicas takes pods that nobody controls, and lets those go that have other labels.
func (w *world) adoptReplicas(s int32) {
	w.scratch.strays = w.replicaSets.at(s).view.Adopt(w.scratch.strays)
	for _, pod := range w.scratch.strays {
		if pod.Ownership == policy.Orphan {
			w.pods.at(pod.Handle).owner = w.replicaSets.at(s).uid
		} else {
			w.pods.at(pod.Handle).owner = 0
		}
		w.podChanged(pod.Handle)
	}
}

// createReplicas creates the pods that are missing, in batches that double; the first
// batch in which one fails is the last.
func (w *world) createReplicas(s int32, d *stateless.Decision) (failed error) {
	for i := range d.Create {
		if failed != nil && stateless.Batch(i) > stateless.Batch(i-1) {
			w.replicaSets.at(s).view.NotCreated(d.Create - i)
			break
		}
		if err := w.createReplicaPod(s); err != nil {
			w.replicaSets.at(s).view.NotCreated(1)
			w.record(record{kind: recReplicaNotCreated, subject: w.replicaSets.at(s).name, text: w.symbol(err.Error())})
			failed = err
		}
	}
	return failed
}

// createReplicaPod makes a pod with a name that nobody has.
func (w *world) createReplicaPod(s int32) error {
	row := w.replicaSets.at(s)
	if err := w.admit(VerbCreate, model.KindPod); err != nil {
		return err
	}
	lot := int32(w.choose("name", model.RandomSuffixes))
	name := w.replicaName(row, lot)
	for w.nameTaken(name) {
		lot = (lot + 1) % model.RandomSuffixes
		name = w.replicaName(row, lot)
	}
	template := w.template(row.template)
	p := w.pods.add(pod{
		identity: w.stamp(name), set: nowhere, replicaSet: s, owner: row.uid, template: row.template,
		shared: w.mountedClaims(row.name.Namespace, row.template), service: w.symbol(template.spec.Spec.Subdomain), matches: true,
		phase: policy.Pending, node: nowhere, sandbox: nowhere,
	})
	w.record(record{kind: recReplicaCreated, subject: row.name, object: name})
	w.podChanged(p)
	w.podMoved(w.pods.at(p), 1)
	w.publishSoon(p)
	if !w.settings.config.Manual {
		w.queue.arm(purposeSchedule, p, w.after(&w.settings.latencies.Schedule, "schedule"))
	}
	return nil
}

func (w *world) nameTaken(name model.Name) bool {
	_, taken := w.pods.find(name)
	return taken
}

// replicaName is a name for a new pod: one of fourteen million, which nobody chooses.
func (w *world) replicaName(row *replicaSet, lot int32) model.Name {
	return w.name(w.text(row.name.Namespace), model.GeneratedPodName(w.text(row.symbol), model.RandomSuffix(lot)))
}

// deleteReplicaSet begins the end of a ReplicaSet, and of its pods with it unless they
// are to stay behind.
func (w *world) deleteReplicaSet(s int32, how deletion) {
	row := w.replicaSets.at(s)
	if row.deleting != notDeleted {
		return
	}
	row.deleting, row.deletedAt = how, w.now
	w.feedReplicaSet(s)
}

// endReplicaSet does what the garbage collector does about a ReplicaSet that is being
// deleted: its pods go, each with its grace period, or they are let go.
func (w *world) endReplicaSet(s int32) {
	left := false
	for p := range w.pods.all {
		r := w.pods.at(p)
		if r.replicaSet != s {
			continue
		}
		switch how := w.replicaSets.at(s).deleting; {
		case how == orphaning:
			r.owner, r.replicaSet = 0, nowhere
			w.podChanged(p)
			continue
		case !r.deleting && r.owner == w.replicaSets.at(s).uid:
			w.deletePod(p, gracefully)
		}
		if how := w.replicaSets.at(s).deleting; how == foreground {
			left = left || w.pods.at(p).replicaSet == s && w.pods.at(p).inUse()
		} else if q := w.pods.at(p); q.inUse() && q.replicaSet == s {
			q.replicaSet = nowhere
		}
	}
	if left {
		return // until they are gone
	}
	row := w.replicaSets.at(s)
	deployment := row.deployment
	w.record(record{kind: recDeletedObject, subject: row.name, why: kindCode(model.KindReplicaSet)})
	w.queue.cancel(purposeReplicaSet, s)
	w.replicaSets.remove(s)
	if deployment != nowhere {
		w.lookAtDeployment(deployment)
	}
}

// mustReplicaSet finds a ReplicaSet.
func (w *world) mustReplicaSet(namespace, name string) (int32, error) {
	return must(w, &w.replicaSets, model.KindReplicaSet, namespace, name)
}

// createReplicaSetByHand puts a ReplicaSet into the world that no Deployment made.
func (w *world) createReplicaSetByHand(o *model.ReplicaSet) {
	name := w.name(o.Namespace, o.Name)
	spec := o.Spec
	template := w.learn(&spec.Template)
	s := w.replicaSets.add(replicaSet{
		identity: w.stamp(name), symbol: w.symbol(o.Name), deployment: nowhere, spec: &spec, labels: o.Labels, template: template, source: template,
		replicas: orOne(spec.Replicas), generation: 1, desired: stateless.NoSize, most: stateless.NoSize,
	})
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindReplicaSet), a: 1})
	w.feedReplicaSet(s)
}

// updateReplicaSet stores a new spec of a ReplicaSet.
func (w *world) updateReplicaSet(o *model.ReplicaSet) {
	s, ok := w.replicaSets.find(w.name(o.Namespace, o.Name))
	if !ok {
		return
	}
	row := w.replicaSets.at(s)
	spec := o.Spec
	row.spec, row.replicas, row.template = &spec, orOne(spec.Replicas), w.learn(&spec.Template)
	row.generation++
	w.record(record{kind: recApplied, subject: row.name, why: kindCode(model.KindReplicaSet)})
	w.feedReplicaSet(s)
}

func (w *world) modelReplicaSet(s int32) *model.ReplicaSet {
	row := w.replicaSets.at(s)
	annotations := row.annotations
	if row.deployment != nowhere {
		for _, pair := range row.bookkeeping() {
			annotations = annotations.With(pair[0], pair[1])
		}
	}
	out := &model.ReplicaSet{ObjectMeta: w.meta(row.identity, row.labels, annotations), Spec: *row.spec}
	out.Generation = row.generation
	out.Spec.Replicas = copied(row.replicas)
	out.Status = model.ReplicaSetStatus{
		Replicas: row.status.Replicas, FullyLabeledReplicas: row.status.FullyLabeled, ReadyReplicas: row.status.Ready,
		AvailableReplicas: row.status.Available, ObservedGeneration: row.status.ObservedGeneration,
	}
	if row.deleting != notDeleted {
		out.DeletedAt = copied(row.deletedAt)
	}
	if row.deployment != nowhere {
		d := w.deployments.at(row.deployment)
		out.OwnerReferences = []model.OwnerReference{{
			Kind: model.KindDeployment, Name: w.rendered(d.name), UID: d.uid, Controller: true, BlockOwnerDeletion: true,
		}}
	}
	return out
}

func replicaSetTable(sets []model.ReplicaSet, now model.Instant) *textTable {
	t := newTable("NAME", "DESIRED", "CURRENT", "READY", "AGE")
	for i := range sets {
		s := &sets[i]
		t.row(s.Name, number(orOne(s.Spec.Replicas)), number(s.Status.Replicas), number(s.Status.ReadyReplicas), age(now, s.CreatedAt))
	}
	return t
}

// ReplicaSets are the ReplicaSets of a namespace, by name.
func (c *Cluster) ReplicaSets(opts ...Option) List[model.ReplicaSet] {
	return listOf(c.w, c.w.replicaSets.all, c.w.modelReplicaSet, func(s *model.ReplicaSet) *model.ObjectMeta { return &s.ObjectMeta }, inNamespace(opts), replicaSetTable)
}

func orOne(n *int32) int32 {
	if n == nil {
		return 1
	}
	return *n
}

// byNewest orders ReplicaSets by their revisions.
func byNewest(a, b *replicaSet) int { return cmp.Compare(a.revision, b.revision) }

// deletionCost is what a pod's annotation says that its deletion costs; 0 if it says
// nothing.
func deletionCost(annotations model.Labels) int32 {
	n, err := strconv.ParseInt(annotations[model.AnnotationPodDeletionCost], 10, 32)
	if err != nil {
		return 0
	}
	return int32(n)
}
