package sim

import (
	"errors"
	"maps"
	"strconv"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/stateless"
)

// The Deployment controller (package policy/stateless).
//
// It notices its Deployments and their ReplicaSets. A moment later it makes a ReplicaSet
// for a new template, moves replicas from the old ones to the new one as far as surge and
// unavailability allow, and writes the status.
//
// Source: pkg/controller/deployment/deployment_controller.go.

// deployment is a Deployment.
type deployment struct {
	identity
	symbol      model.Symbol // its whole name
	labels      model.Labels
	annotations model.Labels
	spec        *model.DeploymentSpec
	template    policy.Template
	generation  int64
	deleting    deletion
	deletedAt   model.Instant
	revision    int64
	status      stateless.DeploymentStatus
	failures    int32
	wait        stateless.Wait // of the last sync
	polls       model.Instant  // since when the controller looks again and again; 0 if it does not
}

// lookAtDeployment makes the controller look at a Deployment.
func (w *world) lookAtDeployment(d int32) {
	at := w.soon()
	if planned, armed := w.queue.armed(purposeDeployment, d); !armed || planned > at {
		w.queue.arm(purposeDeployment, d, at)
	}
}

// createDeployment puts a Deployment into the world.
func (w *world) createDeployment(o *model.Deployment) {
	spec := o.Spec
	name := w.name(o.Namespace, o.Name)
	d := w.deployments.add(deployment{
		identity: w.stamp(name), symbol: w.symbol(o.Name), labels: o.Labels, annotations: o.Annotations,
		spec: &spec, template: w.learn(&spec.Template), generation: 1,
	})
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindDeployment), a: 1})
	w.lookAtDeployment(d)
	w.scaleChanged(model.KindDeployment, name)
}

// updateDeployment stores a changed Deployment. The generation counts changes of the spec
// and of the annotations, since these are copied to the ReplicaSets.
//
// Source: pkg/registry/apps/deployment/strategy.go, PrepareForUpdate.
func (w *world) updateDeployment(d int32, o *model.Deployment) {
	row := w.deployments.at(d)
	spec := o.Spec
	if jsonText(&spec) != jsonText(row.spec) || !maps.Equal(o.Annotations, row.annotations) {
		row.generation++
	}
	row.spec, row.labels, row.annotations, row.template, row.version = &spec, o.Labels, o.Annotations, w.learn(&spec.Template), w.bump()
	w.record(record{kind: recApplied, subject: row.name, why: kindCode(model.KindDeployment)})
	w.lookAtDeployment(d)
	w.scaleChanged(model.KindDeployment, row.name)
}

// deleteDeployment begins the end of a Deployment. Its ReplicaSets go with it, or are let
// go.
func (w *world) deleteDeployment(d int32, how deletion) {
	row := w.deployments.at(d)
	if row.deleting != notDeleted {
		return
	}
	row.deleting, row.deletedAt, row.version = how, w.now, w.bump()
	w.lookAtDeployment(d)
	if how == foreground {
		return
	}
	w.endDeployment(d)
}

// endDeployment takes a Deployment away when nothing that it waits for is left.
func (w *world) endDeployment(d int32) {
	row := w.deployments.at(d)
	left := false
	for s := range w.replicaSets.all {
		set := w.replicaSets.at(s)
		if set.deployment != d {
			continue
		}
		switch row.deleting {
		case orphaning:
			set.deployment = nowhere
		case foreground:
			left = true
			w.deleteReplicaSet(s, foreground)
		default:
			set.deployment = nowhere
			w.deleteReplicaSet(s, background)
		}
	}
	if left {
		return
	}
	w.record(record{kind: recDeletedObject, subject: row.name, why: kindCode(model.KindDeployment)})
	w.queue.cancel(purposeDeployment, d)
	name := row.name
	w.deployments.remove(d)
	w.scaleChanged(model.KindDeployment, name)
}

// syncDeployment is one look at a Deployment.
func (w *world) syncDeployment(d int32) {
	row := w.deployments.at(d)
	if !row.inUse() {
		return
	}
	if row.deleting == foreground {
		w.endDeployment(d)
		return
	}
	view := w.deploymentView(d)
	out := &w.scratch.rollout
	stateless.Plan(&view, w.setsOf(d), w.now, out)
	err := w.rollOut(d, &view, out)
	row = w.deployments.at(d)
	if news := out.Wait; news != row.wait {
		row.wait = news
	}
	row.polls = 0
	if err == nil && !out.Conflict {
		row.polls = out.Polls
	}
	switch {
	case err != nil || out.Conflict:
		row.failures++
		w.lookLater(purposeDeployment, d, retryDelay(row.failures))
	case out.Recheck > 0:
		row.failures = 0
		w.lookLater(purposeDeployment, d, out.Recheck)
	default:
		row.failures = 0
	}
}

// lookLater makes a controller look after a while, unless it looks before.
func (w *world) lookLater(p purpose, entity int32, after time.Duration) {
	at := w.now.Add(after)
	if earlier, armed := w.queue.armed(p, entity); !armed || earlier > at {
		w.queue.arm(p, entity, at)
	}
}

// replicaEnded tells a Deployment's controller of a pod whose phase has become a last one,
// if it looks without being told.
func (w *world) replicaEnded(r *pod) {
	if r.replicaSet == nowhere {
		return
	}
	d := w.replicaSets.at(r.replicaSet).deployment
	if d == nowhere || w.deployments.at(d).polls == 0 {
		return
	}
	at := stateless.NextPoll(w.deployments.at(d).polls, w.soon())
	w.lookLater(purposeDeployment, d, at.Sub(w.now))
}

// deploymentView is what the controller sees of a Deployment.
func (w *world) deploymentView(d int32) stateless.Deployment {
	row := w.deployments.at(d)
	annotations := model.Labels{}
	for key, value := range row.annotations { // into another map: no order shows
		if stateless.CopiesAnnotation(key) {
			annotations[key] = value
		}
	}
	return stateless.Deployment{
		Name: row.symbol, UID: row.uid, Generation: row.generation, Spec: row.spec, Template: row.template,
		Proposed: w.symbol(w.replicaSetName(d)), Annotations: annotations, Revision: row.revision,
		Deleting: row.deleting != notDeleted, Status: row.status,
	}
}

// replicaSetName is the name that a ReplicaSet of the Deployment's template gets.
func (w *world) replicaSetName(d int32) string {
	return model.ReplicaSetName(w.rendered(w.deployments.at(d).name), w.templateHash(d))
}

func (w *world) templateHash(d int32) string {
	row := w.deployments.at(d)
	return model.TemplateHash(w.template(row.template).text, row.status.CollisionCount)
}

// setsOf are the ReplicaSets of a Deployment.
func (w *world) setsOf(d int32) []stateless.Set {
	out := w.scratch.sets[:0]
	for s := range w.replicaSets.all {
		row := w.replicaSets.at(s)
		if row.deployment != d {
			continue
		}
		out = append(out, stateless.Set{
			Handle: s, Name: row.symbol, Text: w.text(row.symbol), UID: row.uid, Created: row.created.Second(), Generation: row.generation,
			Replicas: row.replicas, MinReady: row.spec.MinReadySeconds, Template: row.source, Status: row.status, Alive: row.view.Alive(w.rules),
			Deleting: row.deleting != notDeleted, Annotations: row.annotations, Revision: row.revision, History: row.history,
			Desired: row.desired, Most: row.most,
		})
	}
	w.scratch.sets = out
	return out
}

// rollOut carries out what was decided, up to the first step that fails.
func (w *world) rollOut(d int32, view *stateless.Deployment, out *stateless.Rollout) error {
	lenient := true
	for i := range out.Steps {
		step := &out.Steps[i]
		if step.Lenient && !lenient {
			continue
		}
		if err := w.rollOutStep(d, view, out, step); err != nil {
			if !step.Lenient {
				return err
			}
			lenient = false
		}
	}
	return nil
}

func (w *world) rollOutStep(d int32, view *stateless.Deployment, out *stateless.Rollout, step *stateless.Step) error {
	switch step.Do {
	case stateless.CreateSet:
		return w.createSetOf(d, view, step)
	case stateless.ScaleSet:
		if err := w.admitUpdate(VerbUpdate, model.KindReplicaSet, w.replicaSets.at(step.Handle).name, once); err != nil {
			return err
		}
		row := w.replicaSets.at(step.Handle)
		if row.replicas != step.Replicas {
			row.generation++
			w.record(record{kind: recReplicaSetScaled, subject: w.deployments.at(d).name, object: row.name, a: int64(step.From), b: int64(step.Replicas)})
		}
		row.replicas, row.desired, row.most = step.Replicas, step.Desired, step.Most
		w.feedReplicaSet(step.Handle)
	case stateless.AnnotateSet:
		if err := w.admitUpdate(VerbUpdate, model.KindReplicaSet, w.replicaSets.at(step.Handle).name, once); err != nil {
			return err
		}
		row := w.replicaSets.at(step.Handle)
		if row.spec.MinReadySeconds != step.MinReady {
			spec := *row.spec
			spec.MinReadySeconds = step.MinReady
			row.spec = &spec
			row.generation++
		}
		row.annotations, row.revision, row.history = step.Annotations, step.Revision, step.History
		w.feedReplicaSet(step.Handle)
	case stateless.DeleteSet:
		if err := w.admit(VerbDelete, model.KindReplicaSet); err != nil {
			return err
		}
		w.deleteReplicaSet(step.Handle, background)
	case stateless.WriteStatus:
		if err := w.admitUpdate(VerbUpdateStatus, model.KindDeployment, w.deployments.at(d).name, once); err != nil {
			return err
		}
		row := w.deployments.at(d)
		row.status, row.revision, row.version = out.Status, out.Revision, w.bump()
		for i := range row.status.Conditions { // the API cuts times to the second
			c := &row.status.Conditions[i]
			c.Updated, c.Changed = c.Updated.Second(), c.Changed.Second()
		}
		w.lookAtDeployment(d)
	}
	return nil
}

// createSetOf makes the ReplicaSet of the Deployment's template.
func (w *world) createSetOf(d int32, view *stateless.Deployment, step *stateless.Step) error {
	row := w.deployments.at(d)
	hash := w.templateHash(d)
	name := w.name(w.text(row.name.Namespace), w.replicaSetName(d))
	if err := w.admit(VerbCreate, model.KindReplicaSet); err != nil {
		if status, ok := view.NotCreated(w.symbol(w.replicaSetName(d)), w.symbol(err.Error()), w.now); ok {
			row.status = status
		}
		return err
	}
	if _, taken := w.replicaSets.find(name); taken {
		row.status = view.Collided()
		return errors.New("the name is taken by a ReplicaSet of another template")
	}
	template := *w.template(row.template).spec
	template.Labels = template.Labels.With(model.LabelPodTemplateHash, hash)
	selector := model.Clone(*row.spec.Selector)
	selector.MatchLabels = selector.MatchLabels.With(model.LabelPodTemplateHash, hash)
	s := w.replicaSets.add(replicaSet{
		identity: w.stamp(name), symbol: w.symbol(w.replicaSetName(d)), deployment: d, labels: template.Labels,
		spec:     &model.ReplicaSetSpec{MinReadySeconds: step.MinReady, Selector: &selector, Template: template},
		template: w.learn(&template), source: row.template, replicas: step.Replicas, generation: 1,
		annotations: step.Annotations, revision: step.Revision, history: step.History, desired: step.Desired, most: step.Most,
	})
	w.record(record{kind: recReplicaSetCreated, subject: w.deployments.at(d).name, object: name, a: int64(step.Revision), b: int64(step.Replicas)})
	w.feedReplicaSet(s)
	return nil
}

// bookkeeping is what a Deployment's controller remembers in annotations.
func (r *replicaSet) bookkeeping() [][2]string {
	out := [][2]string{
		{model.AnnotationDeploymentRevision, strconv.FormatInt(r.revision, 10)},
		{stateless.AnnotationDesired, number(r.desired)},
		{stateless.AnnotationMost, number(r.most)},
	}
	if r.history != "" {
		out = append(out, [2]string{stateless.AnnotationRevisionHistory, r.history})
	}
	return out
}

func (w *world) modelDeployment(d int32) *model.Deployment {
	row := w.deployments.at(d)
	annotations := row.annotations
	if row.revision != 0 {
		annotations = annotations.With(model.AnnotationDeploymentRevision, strconv.FormatInt(row.revision, 10))
	}
	out := &model.Deployment{ObjectMeta: w.meta(row.identity, row.labels, annotations), Spec: *row.spec}
	out.Generation = row.generation
	if row.deleting != notDeleted {
		out.DeletedAt = copied(row.deletedAt)
	}
	s := &row.status
	out.Status = model.DeploymentStatus{
		ObservedGeneration: s.ObservedGeneration, Replicas: s.Replicas, UpdatedReplicas: s.Updated, ReadyReplicas: s.Ready,
		AvailableReplicas: s.Available, UnavailableReplicas: s.Unavailable,
	}
	if s.CollisionCount != 0 {
		out.Status.CollisionCount = copied(s.CollisionCount)
	}
	for i := range s.Conditions {
		if c := &s.Conditions[i]; c.Type != stateless.NoCondition {
			out.Status.Conditions = append(out.Status.Conditions, c.Model(w.rendered(row.name), spelling{w}))
		}
	}
	return out
}

func deploymentTable(items []model.Deployment, now model.Instant) *textTable {
	t := newTable("NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE")
	for i := range items {
		d := &items[i]
		t.row(d.Name, number(d.Status.ReadyReplicas)+"/"+number(orOne(d.Spec.Replicas)), number(d.Status.UpdatedReplicas),
			number(d.Status.AvailableReplicas), age(now, d.CreatedAt))
	}
	return t
}

func number(n int32) string { return strconv.Itoa(int(n)) }

// Deployments are the Deployments of a namespace, by name.
func (c *Cluster) Deployments(opts ...Option) List[model.Deployment] {
	return listOf(c.w, c.w.deployments.all, c.w.modelDeployment, func(d *model.Deployment) *model.ObjectMeta { return &d.ObjectMeta }, inNamespace(opts), deploymentTable)
}

// Deployment is one Deployment; the error is Kubernetes' when there is none.
func (c *Cluster) Deployment(name string, opts ...Option) (*model.Deployment, error) {
	d, err := must(c.w, &c.w.deployments, model.KindDeployment, namespaceOf(opts), name)
	if err != nil {
		return nil, err
	}
	return copied(model.Clone(*c.w.modelDeployment(d))), nil
}

// deploymentReason is why a Deployment is not what its spec asks for; "" if it is.
func (w *world) deploymentReason(d int32) string {
	row := w.deployments.at(d)
	view := w.deploymentView(d)
	if row.deleting == notDeleted && (view.Complete(&row.status) || row.spec.Paused) {
		return ""
	}
	switch row.wait.Because {
	case stateless.NewPods:
		return "waits: pods of " + w.waitedSet(row) + " are not available"
	case stateless.DeadlinePassed:
		return "waits: pods of " + w.waitedSet(row) + " are not available, and the progress deadline has passed"
	case stateless.OldPods:
		return "waits: pods of " + w.waitedSet(row) + " have not ended"
	case stateless.Lagging:
		return "waits: " + w.waitedSet(row) + " does not have the pods that it is to have"
	case stateless.Deleting:
		return "is being deleted"
	default:
		return "waits: not all of its pods are available"
	}
}

func (w *world) waitedSet(row *deployment) string {
	if row.wait.Handle < 0 {
		return "a ReplicaSet"
	}
	return w.text(w.replicaSets.at(row.wait.Handle).symbol)
}
