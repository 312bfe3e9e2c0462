package policy_test

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// The symbols of this example's two revisions.
const (
	old model.Symbol = iota + 1
	latest
)

// A view of a set of three pods, web-0 to web-2, at the old revision; the template
// is the new one's.
func rollout(management model.PodManagementPolicy) *policy.View {
	replicas := int32(3)
	set := model.StatefulSet{Spec: model.StatefulSetSpec{Replicas: &replicas, PodManagementPolicy: management}}
	set.Default()
	v := &policy.View{}
	v.SetChanged(policy.Set{UID: 1, Spec: &set.Spec, Template: 2, Status: policy.Status{CurrentRevision: old}})
	v.RevisionChanged(policy.Revision{Name: old, Number: 1, Template: 1})
	v.RevisionChanged(policy.Revision{Name: latest, Number: 2, Template: 2})
	for ordinal := range replicas {
		v.PodChanged(policy.Pod{
			Ordinal: ordinal, UID: model.UID(10 + ordinal), Revision: old, Phase: policy.Running,
			Ownership: policy.Ours, Matches: true, Named: true, Ready: true,
		})
	}
	v.Settle(v.Revise().Name)
	return v
}

// decide prints what one sync of the controller does.
func decide(v *policy.View) {
	var d policy.Decision
	v.Plan(0, &d)
	for _, step := range d.Steps {
		if step.Do == policy.DeletePod {
			fmt.Printf("delete web-%d\n", step.Ordinal)
		}
	}
	if len(d.Steps) == 0 && d.Wait.Because == policy.NotReady {
		fmt.Printf("wait: web-%d is not ready\n", d.Wait.Ordinal)
	}
}

// A rolling update deletes the pod of the highest ordinal first. Under OrderedReady
// an unhealthy pod, at whatever ordinal, keeps it from doing anything; under
// Parallel the unhealthy pod itself is replaced, since that costs nobody anything.
func Example() {
	for _, management := range []model.PodManagementPolicy{model.OrderedReady, model.Parallel} {
		fmt.Println(management)
		v := rollout(management)
		decide(v)
		fmt.Println("and if web-0 is not ready:")
		sick, _ := v.Pod(0)
		sick.Ready = false
		v.PodChanged(sick)
		decide(v)
	}
	// Output:
	// OrderedReady
	// delete web-2
	// and if web-0 is not ready:
	// wait: web-0 is not ready
	// Parallel
	// delete web-2
	// and if web-0 is not ready:
	// delete web-0
}
