package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
	"github.com/ordinal-sim/ordinal/policy/stateless"
)

// kubectl's verbs for Deployments. They are those of StatefulSets: where those want the
// name of a set, "deploy/web" is the Deployment web.
//
// Source: kubectl pkg/polymorphichelpers.

// deploymentName is the name behind "deploy/web"; ok is false for that of a set.
func deploymentName(target string) (name string, ok bool) {
	kind, name, ok := strings.Cut(target, "/")
	if !ok {
		return "", false
	}
	switch kind {
	case "deploy", "deployment", "deployments", "deployment.apps":
		return name, true
	}
	return "", false
}

// targetOf is how a command names a set or a Deployment: "sts/web", "deploy/web".
func targetOf(set string) string {
	if name, ok := deploymentName(set); ok {
		return "deploy/" + name
	}
	return "sts/" + set
}

func (w *world) mustDeployment(namespace, name string) (int32, error) {
	return must(w, &w.deployments, model.KindDeployment, orDefault(namespace), name)
}

// changeDeployment checks a change of a Deployment and returns what stores it.
func (w *world) changeDeployment(namespace, name string, change func(*model.Deployment) error) (func(), error) {
	d, err := w.mustDeployment(namespace, name)
	if err != nil {
		return nil, err
	}
	live := w.modelDeployment(d)
	updated := model.Clone(*live)
	if err := change(&updated); err != nil {
		return nil, err
	}
	updated.Annotations = updated.Annotations.Without(model.AnnotationDeploymentRevision) // the controller's
	updated.Default()
	if err := validation.Invalid(model.KindDeployment, name, validation.UpdateIn(&updated, live, w.rules)); err != nil {
		return nil, err
	}
	return func() { w.updateDeployment(d, &updated) }, nil
}

// setImageOf changes the image of a container of a template.
func setImageOf(spec *model.PodSpec, container, image string) error {
	i := slices.IndexFunc(spec.Containers, func(c model.Container) bool { return c.Name == container })
	if i < 0 {
		return fmt.Errorf("unable to find container named %q", container)
	}
	spec.Containers = slices.Clone(spec.Containers)
	spec.Containers[i].Image = image
	return nil
}

// setsByAge are the ReplicaSets of a Deployment with their revisions: the old ones by age,
// and the new one, if there is one, as the last.
func (w *world) setsByAge(d int32) (sets []int32, revisions []int64) {
	fresh := nowhere
	for s := range w.replicaSets.all {
		row := w.replicaSets.at(s)
		switch {
		case row.deployment != d:
		case row.source == w.deployments.at(d).template && fresh == nowhere:
			fresh = s
		default:
			sets = append(sets, s)
		}
	}
	slices.SortStableFunc(sets, func(a, b int32) int {
		x, y := w.replicaSets.at(a), w.replicaSets.at(b)
		if x.created != y.created {
			return int(x.created.Sub(y.created) / max(1, max(x.created.Sub(y.created), y.created.Sub(x.created))))
		}
		return strings.Compare(w.text(x.symbol), w.text(y.symbol))
	})
	if fresh != nowhere {
		sets = append(sets, fresh)
	}
	for _, s := range sets {
		revisions = append(revisions, w.replicaSets.at(s).revision)
	}
	return sets, revisions
}

// undoDeployment finds the template that an undo puts back.
func (w *world) undoDeployment(namespace, name string, to int64) (*model.PodTemplateSpec, bool, error) {
	d, err := w.mustDeployment(namespace, name)
	if err != nil {
		return nil, false, err
	}
	if w.deployments.at(d).spec.Paused {
		return nil, false, stateless.ErrUndoPaused
	}
	sets, revisions := w.setsByAge(d)
	place, err := stateless.UndoTo(name, revisions, to)
	if err != nil {
		return nil, false, err
	}
	source := w.replicaSets.at(sets[place]).source
	return w.template(source).spec, source == w.deployments.at(d).template, nil
}

// deploymentHistory is `kubectl rollout history` of a Deployment.
func (w *world) deploymentHistory(namespace, name string, revision int64) (string, error) {
	d, err := w.mustDeployment(namespace, name)
	if err != nil {
		return "", err
	}
	sets, _ := w.setsByAge(d)
	slices.SortFunc(sets, func(a, b int32) int { return byNewest(w.replicaSets.at(a), w.replicaSets.at(b)) })
	head := "deployment.apps/" + name + " "
	if revision > 0 {
		for _, s := range sets {
			if row := w.replicaSets.at(s); row.revision == revision {
				return head + fmt.Sprintf("with revision #%d", revision) + "\n" + describeTemplate(w.template(row.template).spec), nil
			}
		}
		return "", fmt.Errorf("unable to find the specified revision")
	}
	var b strings.Builder
	b.WriteString("REVISION\tCHANGE-CAUSE\n")
	for _, s := range sets {
		row := w.replicaSets.at(s)
		fmt.Fprintf(&b, "%s\t%s\n", strconv.FormatInt(row.revision, 10), orNone(row.annotations[changeCause]))
	}
	return head + "\n" + inColumns(b.String()), nil
}

// rolloutStatusOf is `kubectl rollout status --watch=false` of a Deployment.
func (w *world) rolloutStatusOf(namespace, name string) (message string, done bool, err error) {
	d, err := w.mustDeployment(namespace, name)
	if err != nil {
		return "", false, err
	}
	return stateless.RolloutStatus(w.modelDeployment(d), w.deployments.at(d).revision, 0)
}

// pauseDeployment pauses a Deployment, or resumes it.
func (w *world) pauseDeployment(namespace, name string, paused bool) (func(), error) {
	return w.changeDeployment(namespace, name, func(d *model.Deployment) error {
		switch {
		case d.Spec.Paused && paused:
			return fmt.Errorf("deployments.apps %q %w", name, stateless.ErrIsPaused)
		case !d.Spec.Paused && !paused:
			return fmt.Errorf("deployments.apps %q %w", name, stateless.ErrIsNotPaused)
		}
		d.Spec.Paused = paused
		return nil
	})
}

// restartDeployment gives every pod of a Deployment a successor.
func (w *world) restartDeployment(namespace, name string) (func(), error) {
	return w.changeDeployment(namespace, name, func(d *model.Deployment) error {
		if d.Spec.Paused {
			return stateless.ErrRestartPaused
		}
		d.Spec.Template.Annotations = d.Spec.Template.Annotations.With(restartedAt, w.now.Time().Format(time.RFC3339))
		return nil
	})
}

// RolloutPause is `kubectl rollout pause`, which is for Deployments.
type RolloutPause struct {
	Namespace, Set string // "deploy/web"
	Undo           bool   // `kubectl rollout resume`
}

// String implements [Operation].
func (o RolloutPause) String() string {
	if o.Undo {
		return "kubectl rollout resume " + targetOf(o.Set) + namespaceFlag(o.Namespace)
	}
	return "kubectl rollout pause " + targetOf(o.Set) + namespaceFlag(o.Namespace)
}

func (o RolloutPause) prepare(w *world) (func(), error) {
	name, ok := deploymentName(o.Set)
	if !ok {
		what := "pausing"
		if o.Undo {
			what = "resuming"
		}
		return nil, w.rolloutRefused(o.Namespace, o.Set, what)
	}
	return w.pauseDeployment(o.Namespace, name, !o.Undo)
}
