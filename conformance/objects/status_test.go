package objects

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// setStatus draws a report of the controller, of which the counts may contradict
// each other.
var setStatus = rapid.Custom(func(t *rapid.T) appsv1.StatefulSetStatus {
	counts := oneOf[int32](0, 0, 1, 1, 2, 2, 3, 3, 3, 4, -1)
	return appsv1.StatefulSetStatus{
		Replicas:           rapid.OneOf(rapid.Just[int32](4), rapid.Just[int32](4), counts).Draw(t, "replicas"),
		ReadyReplicas:      rapid.OneOf(rapid.Just[int32](3), rapid.Just[int32](3), counts).Draw(t, "ready"),
		CurrentReplicas:    counts.Draw(t, "current"),
		UpdatedReplicas:    counts.Draw(t, "updated"),
		AvailableReplicas:  counts.Draw(t, "available"),
		ObservedGeneration: oneOf[int64](0, 1, 1, 1, 2, 2, -1).Draw(t, "generation"),
		CollisionCount:     oneOf(nil, nil, nil, new(int32(0)), new(int32(1)), new(int32(1)), new(int32(-1))).Draw(t, "collisions"),
	}
})

// The controller's reports are refused alike.
func TestStatefulSetStatuses(t *testing.T) {
	seen := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		old, updated := drawSet(t), &appsv1.StatefulSet{}
		old.Status = setStatus.Draw(t, "old")
		old.DeepCopyInto(updated)
		updated.Status = setStatus.Draw(t, "updated")

		ours := lines(validation.StatefulSetStatus(statusOf(updated), statusOf(old)))
		theirs := lines(appsvalidation.ValidateStatefulSetStatusUpdate(internalSet(updated), internalSet(old)))
		if d := difference(verdict{errs: ours}, verdict{errs: theirs}); d != "" {
			t.Fatalf("the status was:\n%sand is:\n%s%s", asYAML(old.Status), asYAML(updated.Status), d)
		}
		seen[len(theirs) == 0]++
	})
	t.Logf("%d reports are stored, %d refused", seen[true], seen[false])
}

func statusOf(s *appsv1.StatefulSet) *model.StatefulSetStatus {
	return &understood(s).(*model.StatefulSet).Status
}

// internalSet is a set as the store hands it to the validators: with a version.
func internalSet(s *appsv1.StatefulSet) *apps.StatefulSet {
	out := internal(kubernetesDefaulted(s)).(*apps.StatefulSet)
	out.ResourceVersion = "1"
	return out
}
