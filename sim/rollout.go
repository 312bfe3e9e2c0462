package sim

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// `kubectl rollout`. All of it happens in kubectl: it reads the set and its
// revisions, and writes the set.
//
// Source: kubectl pkg/polymorphichelpers: rollout_status.go, history.go,
// rollback.go and objectrestarter.go.

// RolloutStatus is `kubectl rollout status --watch=false`: what kubectl says, and
// whether it would stop watching. It is an error for another strategy than
// RollingUpdate.
func (c *Cluster) RolloutStatus(set string, opts ...Option) (message string, done bool, err error) {
	s, err := c.w.mustSet(namespaceOf(opts), set)
	if err != nil {
		return "", false, err
	}
	row := c.w.sets.at(s)
	spec, status := row.spec, &row.status
	if spec.UpdateStrategy.Type != model.RollingUpdate {
		return "", true, fmt.Errorf("rollout status is only available for %s strategy type", model.RollingUpdate)
	}
	replicas := spec.DesiredReplicas()
	if status.ObservedGeneration == 0 || row.generation > status.ObservedGeneration {
		return "Waiting for statefulset spec update to be observed...\n", false, nil
	}
	if status.ReadyReplicas < replicas {
		return fmt.Sprintf("Waiting for %d pods to be ready...\n", replicas-status.ReadyReplicas), false, nil
	}
	if spec.UpdateStrategy.RollingUpdate != nil {
		if want := replicas - spec.Partition(); status.UpdatedReplicas < want {
			return fmt.Sprintf("Waiting for partitioned roll out to finish: %d out of %d new pods have been updated...\n",
				status.UpdatedReplicas, want), false, nil
		}
		return fmt.Sprintf("partitioned roll out complete: %d new pods have been updated...\n", status.UpdatedReplicas), true, nil
	}
	if status.UpdateRevision != status.CurrentRevision {
		return fmt.Sprintf("waiting for statefulset rolling update to complete %d pods at revision %s...\n",
			status.UpdatedReplicas, c.w.text(status.UpdateRevision)), false, nil
	}
	return fmt.Sprintf("statefulset rolling update complete %d pods at revision %s...\n",
		status.CurrentReplicas, c.w.text(status.CurrentRevision)), true, nil
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

// history are the revisions that a set controls, the oldest first.
func (w *world) history(s int32) []int32 {
	var out []int32
	for r := range w.revisions.all {
		if w.revisions.at(r).owner == w.sets.at(s).uid {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b int32) int { return int(w.revisions.at(a).number - w.revisions.at(b).number) })
	return out
}

// changeCause is the annotation that kubectl shows in a history.
const changeCause = "kubernetes.io/change-cause"

// RolloutHistory is `kubectl rollout history`: the table of revisions or, for a
// revision other than 0, its template.
func (c *Cluster) RolloutHistory(set string, revision int64, opts ...Option) (string, error) {
	revisions, err := c.Revisions(set, opts...)
	if err != nil {
		return "", err
	}
	if revision == 0 {
		if len(revisions) == 0 {
			return "No rollout history found.\n", nil
		}
		var b strings.Builder
		b.WriteString("statefulset.apps/" + set + " \n")
		t := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
		fmt.Fprintln(t, "REVISION\tCHANGE-CAUSE")
		for i := range revisions {
			cause := revisions[i].Annotations[changeCause]
			if cause == "" {
				cause = "<none>"
			}
			fmt.Fprintf(t, "%d\t%s\n", revisions[i].Revision, cause)
		}
		t.Flush()
		return b.String(), nil
	}
	for i := range revisions {
		if revisions[i].Revision == revision {
			return fmt.Sprintf("statefulset.apps/%s with revision #%d\n%s", set, revision, describeTemplate(&revisions[i].Template)), nil
		}
	}
	return "", fmt.Errorf("unable to find the specified revision")
}

// RolloutUndo is `kubectl rollout undo`: it puts the template of a revision, or of
// the last one but one if revision is 0, into the set. It returns what kubectl says.
func (c *Cluster) RolloutUndo(set string, revision int64, opts ...Option) (string, error) {
	op := RolloutUndo{Namespace: namespaceOf(opts), Set: set, ToRevision: revision}
	target, current, err := op.target(c.w)
	if err != nil {
		return "", err
	}
	if current {
		return fmt.Sprintf("statefulset.apps/%s skipped rollback (current template already matches revision %d)", set, target), nil
	}
	return "statefulset.apps/" + set + " rolled back", c.Do(op)
}

// RolloutUndo is [Cluster.RolloutUndo] as an operation.
type RolloutUndo struct {
	Namespace, Set string
	ToRevision     int64 // 0 is the last one but one
}

// String implements [Operation].
func (o RolloutUndo) String() string {
	s := "kubectl rollout undo sts/" + o.Set
	if o.ToRevision != 0 {
		s += fmt.Sprintf(" --to-revision=%d", o.ToRevision)
	}
	return s
}

// target is the number of the revision that an undo goes to, and whether the set's
// template is that already.
func (o RolloutUndo) target(w *world) (number int64, current bool, err error) {
	r, err := o.revision(w)
	if err != nil {
		return 0, false, err
	}
	s, _ := w.mustSet(o.Namespace, o.Set)
	row := w.revisions.at(r)
	return row.number, row.template == w.sets.at(s).template, nil
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
	r, err := o.revision(w)
	if err != nil {
		return nil, err
	}
	template := w.template(w.revisions.at(r).template).spec
	return w.editSet(o.Namespace, o.Set, func(s *model.StatefulSet) error {
		s.Spec.Template = model.Clone(*template)
		return nil
	})
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
func (o RolloutRestart) String() string { return "kubectl rollout restart sts/" + o.Set }

func (o RolloutRestart) prepare(w *world) (func(), error) {
	now := w.now.Time().Format(time.RFC3339)
	return w.editSet(o.Namespace, o.Set, func(s *model.StatefulSet) error {
		if s.Spec.Template.Annotations[restartedAt] == now {
			return fmt.Errorf("if restart has already been triggered within the past second, please wait before attempting to trigger another")
		}
		s.Spec.Template.Annotations = s.Spec.Template.Annotations.With(restartedAt, now)
		return nil
	})
}
