package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// `kubectl rollout`. All of it happens in kubectl: it reads the set and its
// revisions, and writes the set.
//
// Source: kubectl pkg/cmd/rollout and pkg/polymorphichelpers: rollout_status.go,
// history.go, rollback.go and objectrestarter.go.

// RolloutStatus is what `kubectl rollout status --watch=false` says of a set as the
// API shows it, and whether kubectl would stop watching. It is an error for another
// strategy than RollingUpdate.
//
// Neither availability nor currentRevision matters where the strategy has its block
// rollingUpdate: kubectl is content when the pods at or above the partition are
// updated and all pods are ready.
//
// Source: kubectl pkg/polymorphichelpers/rollout_status.go, StatefulSetStatusViewer.
func RolloutStatus(set *model.StatefulSet) (message string, done bool, err error) {
	spec, status := &set.Spec, &set.Status
	if spec.UpdateStrategy.Type != model.RollingUpdate {
		return "", true, fmt.Errorf("rollout status is only available for %s strategy type", model.RollingUpdate)
	}
	if status.ObservedGeneration == 0 || set.Generation > status.ObservedGeneration {
		return "Waiting for statefulset spec update to be observed...\n", false, nil
	}
	if spec.Replicas != nil && status.ReadyReplicas < *spec.Replicas {
		return fmt.Sprintf("Waiting for %d pods to be ready...\n", *spec.Replicas-status.ReadyReplicas), false, nil
	}
	if block := spec.UpdateStrategy.RollingUpdate; block != nil {
		if spec.Replicas != nil && block.Partition != nil && status.UpdatedReplicas < *spec.Replicas-*block.Partition {
			return fmt.Sprintf("Waiting for partitioned roll out to finish: %d out of %d new pods have been updated...\n",
				status.UpdatedReplicas, *spec.Replicas-*block.Partition), false, nil
		}
		return fmt.Sprintf("partitioned roll out complete: %d new pods have been updated...\n", status.UpdatedReplicas), true, nil
	}
	if status.UpdateRevision != status.CurrentRevision {
		return fmt.Sprintf("waiting for statefulset rolling update to complete %d pods at revision %s...\n",
			status.UpdatedReplicas, status.UpdateRevision), false, nil
	}
	return fmt.Sprintf("statefulset rolling update complete %d pods at revision %s...\n", status.CurrentReplicas, status.CurrentRevision), true, nil
}

// RolloutStatus is `kubectl rollout status --watch=false`: what the function
// [RolloutStatus] says of the set as it is now.
func (c *Cluster) RolloutStatus(set string, opts ...Option) (message string, done bool, err error) {
	if name, ok := deploymentName(set); ok {
		return c.w.rolloutStatusOf(namespaceOf(opts), name)
	}
	s, err := c.w.mustSet(namespaceOf(opts), set)
	if err != nil {
		return "", false, err
	}
	return RolloutStatus(c.w.modelSet(s))
}

// Revisions are the ControllerRevisions of a set, the oldest first.
func (c *Cluster) Revisions(set string, opts ...Option) ([]model.ControllerRevision, error) {
	s, err := c.w.mustSet(namespaceOf(opts), set)
	if err != nil {
		return nil, err
	}
	var out []model.ControllerRevision
	for _, r := range c.w.history(s) {
		out = append(out, model.Clone(*c.w.modelRevision(r)))
	}
	return out, nil
}

// history are the revisions that a set controls, the oldest first. An adopted
// revision may bear the number of another; then their names decide, as in the API
// server's lists.
func (w *world) history(s int32) []int32 {
	var out []int32
	for r := range w.revisions.all {
		if w.revisions.at(r).owner == w.sets.at(s).uid {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b int32) int {
		x, y := w.revisions.at(a), w.revisions.at(b)
		return cmp.Or(cmp.Compare(x.number, y.number), strings.Compare(w.text(x.name.Base), w.text(y.name.Base)))
	})
	return out
}

// changeCause is the annotation that kubectl shows in a history.
const changeCause = "kubernetes.io/change-cause"

// RolloutHistory is `kubectl rollout history`: the table of revisions or, for a
// revision other than 0, its template. Of revisions with one number the last by
// name counts. As for [Cluster.RolloutUndo], the line ending with which kubectl
// ends whatever it has to say is left out: here it makes an empty line.
func (c *Cluster) RolloutHistory(set string, revision int64, opts ...Option) (string, error) {
	if revision < 0 {
		return "", fmt.Errorf("revision must be a positive integer: %d", revision)
	}
	if name, ok := deploymentName(set); ok {
		return c.w.deploymentHistory(namespaceOf(opts), name, revision)
	}
	revisions, err := c.Revisions(set, opts...)
	if err != nil {
		return "", err
	}
	name := "statefulset.apps/" + set + " "
	if revision > 0 {
		name += fmt.Sprintf("with revision #%d", revision)
	}
	if len(revisions) == 0 {
		return name + "\nNo rollout history found.", nil
	}
	if revision == 0 {
		return name + "\n" + historyTable(revisions), nil
	}
	for _, r := range slices.Backward(revisions) {
		if r.Revision == revision {
			return name + "\n" + describeTemplate(&r.Template), nil
		}
	}
	return "", fmt.Errorf("unable to find the specified revision")
}

// historyTable is kubectl's table of revisions.
//
// Source: kubectl pkg/polymorphichelpers/history.go, printHistory.
func historyTable(revisions []model.ControllerRevision) string {
	var b strings.Builder
	b.WriteString("REVISION\tCHANGE-CAUSE\n")
	for i := range revisions {
		if i+1 < len(revisions) && revisions[i+1].Revision == revisions[i].Revision {
			continue
		}
		fmt.Fprintf(&b, "%d\t%s\n", revisions[i].Revision, orNone(revisions[i].Annotations[changeCause]))
	}
	return inColumns(b.String())
}

// RolloutUndo is `kubectl rollout undo`: it puts the template of a revision, or of
// the last one but one if revision is 0, into the set. It returns what kubectl says,
// without the line's end.
func (c *Cluster) RolloutUndo(set string, revision int64, opts ...Option) (string, error) {
	op := RolloutUndo{Namespace: namespaceOf(opts), Set: set, ToRevision: revision}
	if name, ok := deploymentName(set); ok {
		_, same, err := c.w.undoDeployment(op.Namespace, name, revision)
		switch {
		case err != nil:
			return "", err
		case same:
			return fmt.Sprintf("deployment.apps/%s skipped rollback (current template already matches revision %d)", name, revision), nil
		}
		return "deployment.apps/" + name + " rolled back", c.Do(op)
	}
	r, err := op.revision(c.w)
	if err != nil {
		return "", err
	}
	if s, _ := c.w.mustSet(op.Namespace, op.Set); c.w.hasTemplate(s, r) {
		// The number is the one that was asked for, be it 0.
		return fmt.Sprintf("statefulset.apps/%s skipped rollback (current template already matches revision %d)", set, revision), nil
	}
	return "statefulset.apps/" + set + " rolled back", c.Do(op)
}

// hasTemplate reports whether a set has the template of a revision already. kubectl compares
// bytes, those of the revision with those that it would have stored itself: of a
// revision from before Kubernetes left out the template's creationTimestamp it does
// not see it, and an undo changes nothing.
//
// Source: kubectl pkg/polymorphichelpers/rollback.go, statefulsetMatch.
func (w *world) hasTemplate(s, r int32) bool {
	row := w.revisions.at(r)
	return row.template == w.sets.at(s).template && row.timestamped == w.rules.Has(release.WritesCreationTimestamp)
}

// RolloutUndoDryRun is `kubectl rollout undo --dry-run=client`: it says what the
// template would be, and changes nothing. It fails as [Cluster.RolloutUndo] does.
func (c *Cluster) RolloutUndoDryRun(set string, revision int64, opts ...Option) (string, error) {
	r, err := RolloutUndo{Namespace: namespaceOf(opts), Set: set, ToRevision: revision}.revision(c.w)
	if err != nil {
		return "", err
	}
	template := c.w.template(c.w.revisions.at(r).template).spec
	return "statefulset.apps/" + set + " will roll back to " + describeTemplate(template) + " (dry run)", nil
}

// RolloutUndo is [Cluster.RolloutUndo] as an operation.
type RolloutUndo struct {
	Namespace, Set string
	ToRevision     int64 // 0 is the last one but one
}

// String implements [Operation].
func (o RolloutUndo) String() string {
	s := "kubectl rollout undo " + targetOf(o.Set)
	if o.ToRevision != 0 {
		s += fmt.Sprintf(" --to-revision=%d", o.ToRevision)
	}
	return s + namespaceFlag(o.Namespace)
}

// revision finds the revision to go to.
//
// Source: kubectl pkg/polymorphichelpers/rollback.go, StatefulSetRollbacker and findHistory.
func (o RolloutUndo) revision(w *world) (int32, error) {
	s, err := w.mustSet(o.Namespace, o.Set)
	if err != nil {
		return 0, err
	}
	history := w.history(s)
	if o.ToRevision == 0 {
		if len(history) <= 1 {
			return 0, fmt.Errorf("no last revision to roll back to")
		}
		return history[len(history)-2], nil
	}
	for _, r := range history {
		if w.revisions.at(r).number == o.ToRevision {
			return r, nil
		}
	}
	return 0, fmt.Errorf("unable to find specified revision %d in history", o.ToRevision)
}

func (o RolloutUndo) prepare(w *world) (func(), error) {
	if name, ok := deploymentName(o.Set); ok {
		template, _, err := w.undoDeployment(o.Namespace, name, o.ToRevision)
		if err != nil {
			return nil, err
		}
		return w.changeDeployment(o.Namespace, name, func(d *model.Deployment) error {
			d.Spec.Template = model.Clone(*template)
			return nil
		})
	}
	r, err := o.revision(w)
	if err != nil {
		return nil, err
	}
	template := w.template(w.revisions.at(r).template).spec
	commit, err := w.changeSet(o.Namespace, o.Set, func(s *model.StatefulSet) error {
		s.Spec.Template = *template
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("failed restoring revision %d: %w", o.ToRevision, err)
	}
	return commit, nil
}

// restartedAt is the annotation by which kubectl makes a template a new one.
const restartedAt = "kubectl.kubernetes.io/restartedAt"

// RolloutRestart is `kubectl rollout restart`: a new revision that differs in an
// annotation only. Twice within a second is an error.
func (c *Cluster) RolloutRestart(set string, opts ...Option) error {
	return c.Do(RolloutRestart{Namespace: namespaceOf(opts), Set: set})
}

// RolloutRestart is [Cluster.RolloutRestart] as an operation.
type RolloutRestart struct{ Namespace, Set string }

// String implements [Operation].
func (o RolloutRestart) String() string {
	return "kubectl rollout restart " + targetOf(o.Set) + namespaceFlag(o.Namespace)
}

func (o RolloutRestart) prepare(w *world) (func(), error) {
	if name, ok := deploymentName(o.Set); ok {
		return w.restartDeployment(o.Namespace, name)
	}
	now := w.now.Time().Format(time.RFC3339)
	return w.changeSet(o.Namespace, o.Set, func(s *model.StatefulSet) error {
		if s.Spec.Template.Annotations[restartedAt] == now {
			return fmt.Errorf("failed to create patch for %s: if restart has already been triggered within the past second, please wait before attempting to trigger another", o.Set)
		}
		s.Spec.Template.Annotations = s.Spec.Template.Annotations.With(restartedAt, now)
		return nil
	})
}

// RolloutPause is `kubectl rollout pause`, which is for Deployments ("deploy/web"): for a
// set kubectl refuses it. A partition as large as the replicas is as good
// ([Cluster.SetPartition]).
func (c *Cluster) RolloutPause(set string, opts ...Option) error {
	return c.Do(RolloutPause{Namespace: namespaceOf(opts), Set: set})
}

// RolloutResume is `kubectl rollout resume`, for Deployments.
func (c *Cluster) RolloutResume(set string, opts ...Option) error {
	return c.Do(RolloutPause{Namespace: namespaceOf(opts), Set: set, Undo: true})
}

// rolloutRefused refuses what kubectl does to Deployments only.
//
// Source: kubectl pkg/polymorphichelpers/objectpauser.go and objectresumer.go.
func (w *world) rolloutRefused(namespace, set, what string) error {
	if _, err := w.mustSet(namespace, set); err != nil {
		return err
	}
	return fmt.Errorf("%s %q %s is not supported", model.KindStatefulSet.Resource(), set, what)
}
