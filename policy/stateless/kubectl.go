package stateless

import (
	"errors"
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
)

// What kubectl says of a rollout. All of it happens in kubectl: it reads the Deployment and
// its ReplicaSets, and writes the Deployment.

// RolloutStatus is what `kubectl rollout status` says of a Deployment as the API shows it,
// and whether kubectl would stop watching. A revision other than 0 is the one that has to
// be in force. It is an error if the deadline has passed.
//
// Source: kubectl pkg/polymorphichelpers/rollout_status.go, DeploymentStatusViewer.
func RolloutStatus(d *model.Deployment, inForce, revision int64) (message string, done bool, err error) {
	if revision > 0 && revision != inForce {
		return "", false, fmt.Errorf("desired revision (%d) is different from the running revision (%d)", revision, inForce)
	}
	spec, status := &d.Spec, &d.Status
	if d.Generation > status.ObservedGeneration {
		return "Waiting for deployment spec update to be observed...\n", false, nil
	}
	for i := range status.Conditions {
		if c := &status.Conditions[i]; c.Type == Progressing.String() && c.Reason == ProgressDeadlineExceeded.String() {
			return "", false, fmt.Errorf("deployment %q exceeded its progress deadline", d.Name)
		}
	}
	waiting := fmt.Sprintf("Waiting for deployment %q rollout to finish: ", d.Name)
	switch {
	case spec.Replicas != nil && status.UpdatedReplicas < *spec.Replicas:
		return fmt.Sprintf("%s%d out of %d new replicas have been updated...\n", waiting, status.UpdatedReplicas, *spec.Replicas), false, nil
	case status.Replicas > status.UpdatedReplicas:
		return fmt.Sprintf("%s%d old replicas are pending termination...\n", waiting, status.Replicas-status.UpdatedReplicas), false, nil
	case status.AvailableReplicas < status.UpdatedReplicas:
		return fmt.Sprintf("%s%d of %d updated replicas are available...\n", waiting, status.AvailableReplicas, status.UpdatedReplicas), false, nil
	}
	return fmt.Sprintf("deployment %q successfully rolled out\n", d.Name), true, nil
}

// UndoTo finds the ReplicaSet whose template `kubectl rollout undo` puts back: that of a
// revision or, if that is 0, of the last one but one. It is given the revisions of the old
// ReplicaSets, by age, and then that of the new one, and returns a place among them.
//
// Source: kubectl pkg/polymorphichelpers/rollback.go, deploymentRevision.
func UndoTo(deployment string, revisions []int64, to int64) (place int, err error) {
	if to < 0 {
		return 0, revisionNotFound(to)
	}
	latest, previous, at := int64(-1), int64(-1), -1
	newest := -1
	for i, v := range revisions {
		switch {
		case v == BadRevision:
		case to != 0:
			if v == to {
				return i, nil
			}
		case v > latest:
			previous, at = latest, newest
			latest, newest = v, i
		case v > previous:
			previous, at = v, i
		}
	}
	switch {
	case to > 0:
		return 0, revisionNotFound(to)
	case at < 0:
		return 0, fmt.Errorf("no rollout history found for deployment %q", deployment)
	}
	return at, nil
}

func revisionNotFound(revision int64) error {
	return fmt.Errorf("unable to find specified revision %d in history", revision)
}

// The words with which kubectl refuses.
//
// Source: kubectl pkg/polymorphichelpers, rollback.go, objectrestarter.go, objectpauser.go
// and objectresumer.go.
var (
	ErrUndoPaused    = errors.New("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again")
	ErrRestartPaused = errors.New("can't restart paused deployment (run rollout resume first)")
	ErrIsPaused      = errors.New("is already paused")
	ErrIsNotPaused   = errors.New("is not paused")
)
