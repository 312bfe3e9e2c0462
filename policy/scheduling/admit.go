package scheduling

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
)

// Admit is whether a kubelet takes a pod that has been given its node, by the scheduler or
// not: if the reason is not "", the pod becomes Failed for that reason, with the message
// after "Pod was rejected: ".
// Whoever made the pod may make another; its kubelet does not try again.
//
// used and pods are what the node's other pods take, without those that have ended.
//
// Source: pkg/kubelet/lifecycle/predicate.go, Admit and generalFilter;
// pkg/scheduler/eventhandlers.go, AdmissionCheck; pkg/kubelet/kubelet.go, rejectPod.
func Admit(node *NodeSpec, pods int32, used Request, spec *model.PodSpec, request Request) (reason, message string) {
	short := func(resource string, requested, used, capacity int64) (string, string) {
		return "OutOf" + resource, fmt.Sprintf("Node didn't have enough resource: %s, requested: %d, used: %d, capacity: %d",
			resource, requested, used, capacity)
	}
	failed := func(predicate, why string) (string, string) {
		return predicate, fmt.Sprintf("Predicate %s failed: %s", predicate, why)
	}
	cpu, memory := node.Allocatable.CPU, node.Allocatable.Memory
	switch {
	case node.Pods > 0 && pods >= node.Pods:
		return short("pods", 1, int64(pods), int64(node.Pods))
	case cpu > 0 && request.CPU > 0 && request.CPU > cpu-used.CPU:
		return short("cpu", int64(request.CPU), int64(used.CPU), int64(cpu))
	case memory > 0 && request.Memory > 0 && request.Memory > memory-used.Memory:
		return short("memory", int64(request.Memory), int64(used.Memory), int64(memory))
	case !selects(spec, node):
		return failed("NodeAffinity", NotSelected.String())
	}
	if _, bad := untolerated(node.Taints, spec.Tolerations, model.NoExecute); bad {
		return failed("TaintToleration", "node(s) had taints that the pod didn't tolerate")
	}
	return "", ""
}
