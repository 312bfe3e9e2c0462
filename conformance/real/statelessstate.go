package real

import (
	"fmt"
	"slices"
	"strings"
	"time"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"

	"github.com/ordinal-sim/ordinal/conformance/stateless"
)

// read reads what the API shows.
func (p *statelessPlayer) read() {
	s := p.server
	var out stateless.State
	for _, name := range s.namesOf(s.replicaSets) {
		o, _ := s.get(s.replicaSets, name)
		rs := o.(*apps.ReplicaSet)
		p.images[name] = rs.Spec.Template.Spec.Containers[0].Image
		out.Sets = append(out.Sets, setState2(rs))
	}
	type named struct {
		stateless.Pod
		name string
	}
	var pods []named
	for _, name := range s.namesOf(s.pods) {
		o, _ := s.get(s.pods, name)
		pods = append(pods, named{p.podState(o.(*v1.Pod)), name})
	}
	slices.SortFunc(pods, func(a, b named) int { return stateless.ComparePods(a.Pod, b.Pod) })
	p.pods = p.pods[:0]
	for _, pod := range pods {
		out.Pods = append(out.Pods, pod.Pod)
		p.pods = append(p.pods, pod.name)
	}
	o, _ := s.get(s.deployments, setName)
	p.deploymentState(&out, o.(*apps.Deployment))
	p.states = append(p.states, out.Normal())
}

// stepOf is the step in which an instant was.
func (p *statelessPlayer) stepOf(at time.Time) int {
	return int(at.Sub(p.begin)/stateless.StepTime) + 1
}

func (p *statelessPlayer) podState(pod *v1.Pod) stateless.Pod {
	out := stateless.Pod{
		Phase: string(pod.Status.Phase), Node: pod.Spec.NodeName, Cost: pod.Annotations[v1.PodDeletionCost],
		Born: p.stepOf(pod.CreationTimestamp.Time), Lot: string(pod.UID),
	}
	if owner := metav1.GetControllerOf(pod); owner != nil {
		out.Image = p.images[owner.Name]
	}
	var flags []string
	if podutil.IsPodReady(pod) {
		flags = append(flags, "ready")
	}
	if pod.DeletionTimestamp != nil {
		flags = append(flags, "terminating")
	}
	if pod.Labels["app"] != "web" {
		flags = append(flags, "other labels")
	}
	out.Flags = strings.Join(flags, ", ")
	for _, c := range pod.Status.ContainerStatuses {
		out.Restarts = c.RestartCount
	}
	if c := podutil.GetPodReadyCondition(pod.Status); c != nil {
		out.Since = p.stepOf(c.LastTransitionTime.Time)
	}
	return out
}

func setState2(rs *apps.ReplicaSet) stateless.Set {
	a, s := rs.Annotations, rs.Status
	out := stateless.Set{
		Image: rs.Spec.Template.Spec.Containers[0].Image, Replicas: *rs.Spec.Replicas, MinReady: rs.Spec.MinReadySeconds,
		Revision: a["deployment.kubernetes.io/revision"], History: a["deployment.kubernetes.io/revision-history"],
		Desired: a["deployment.kubernetes.io/desired-replicas"], Most: a["deployment.kubernetes.io/max-replicas"], Cause: a["cause"],
	}
	terminating := int32(0)
	if s.TerminatingReplicas != nil {
		terminating = *s.TerminatingReplicas
	}
	out.Status = stateless.SetStatus(s.Replicas, s.FullyLabeledReplicas, s.ReadyReplicas, s.AvailableReplicas, terminating,
		s.ObservedGeneration == rs.Generation)
	for _, c := range s.Conditions {
		out.Failure += fmt.Sprintf("%s %s: %s", c.Type, c.Reason, c.Message)
	}
	return out
}

func (p *statelessPlayer) deploymentState(out *stateless.State, d *apps.Deployment) {
	s := d.Status
	terminating := int32(0)
	if s.TerminatingReplicas != nil {
		terminating = *s.TerminatingReplicas
	}
	out.Revision = d.Annotations["deployment.kubernetes.io/revision"]
	out.Status = stateless.DeploymentStatus(s.Replicas, s.UpdatedReplicas, s.ReadyReplicas, s.AvailableReplicas, s.UnavailableReplicas,
		terminating, s.ObservedGeneration == d.Generation)
	for _, c := range s.Conditions {
		message := c.Message
		for name, image := range p.images {
			message = strings.ReplaceAll(message, name, "web-"+image)
		}
		out.Conditions = append(out.Conditions, fmt.Sprintf("%s=%s %s: %s", c.Type, c.Status, c.Reason, message))
	}
}
