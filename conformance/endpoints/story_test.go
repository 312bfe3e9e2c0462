package endpoints

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
)

// story is what is told to both sides.
type story struct {
	Batch time.Duration // the controller's batch period
	Steps []step
	End   time.Duration // when it ends
}

// step is something that somebody does to the API. One of its parts is set.
type step struct {
	At      time.Duration  // since the story began
	Service *model.Service // applied
	Pod     *pod           // written, by whoever may
	Node    *node          // registered, or relabelled
	Gone    string         // "pods default/web-0": deleted, and away at once
	Slices  string         // "default/nginx": its slices are deleted by hand
}

// node is a Node, which has a name and a zone.
type node struct{ Name, Zone string }

func (n node) api() *corev1.Node {
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: map[string]string{corev1.LabelTopologyZone: n.Zone}}}
}

// pod is a Pod as far as endpoints go.
type pod struct {
	Namespace, Name string
	Life            int // how many pods of the name there were before
	Labels          model.Labels
	Hostname        string
	Subdomain       string
	Node            string
	Spec            *model.PodSpec // its containers
	Phase           corev1.PodPhase
	Ready           corev1.ConditionStatus // of the condition Ready; "" if there is none
	Deleting        bool
	IPs             [2]netip.Addr
}

func (p *pod) uid() string { return fmt.Sprintf("%s-%s-%d", p.Namespace, p.Name, p.Life) }

// api is the pod as Kubernetes has it.
func (p *pod) api() *corev1.Pod {
	out := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: p.Name, Namespace: p.Namespace, UID: types.UID(p.uid()), Labels: p.Labels},
		Spec: corev1.PodSpec{
			Hostname: p.Hostname, Subdomain: p.Subdomain, NodeName: p.Node,
			Containers: containersOf(p.Spec.Containers), InitContainers: containersOf(p.Spec.InitContainers),
		},
		Status: corev1.PodStatus{Phase: p.Phase},
	}
	if p.Ready != "" {
		out.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: "True"}, {Type: corev1.PodReady, Status: p.Ready}}
	}
	if p.Deleting {
		out.DeletionTimestamp = &metav1.Time{Time: model.Epoch}
	}
	for _, ip := range p.IPs {
		if ip.IsValid() {
			out.Status.PodIPs = append(out.Status.PodIPs, corev1.PodIP{IP: ip.String()})
		}
	}
	if len(out.Status.PodIPs) > 0 {
		out.Status.PodIP = out.Status.PodIPs[0].IP
	}
	return out
}

func containersOf(list []model.Container) (out []corev1.Container) {
	for _, c := range list {
		o := corev1.Container{Name: c.Name}
		for _, port := range c.Ports {
			o.Ports = append(o.Ports, corev1.ContainerPort{Name: port.Name, Protocol: corev1.Protocol(port.Protocol), ContainerPort: port.ContainerPort})
		}
		if c.RestartPolicy != "" {
			o.RestartPolicy = new(corev1.ContainerRestartPolicy(c.RestartPolicy))
		}
		out = append(out, o)
	}
	return out
}

// model is the pod as package dnsmodel has it.
func (p *pod) model(nodeMissing bool) dnsmodel.Pod {
	return dnsmodel.Pod{
		Name: p.Name, Namespace: p.Namespace, Labels: p.Labels, Hostname: p.Hostname, Subdomain: p.Subdomain, IPs: p.IPs,
		Ready: p.Ready == corev1.ConditionTrue, Terminating: p.Deleting,
		Finished:    p.Phase == corev1.PodSucceeded || p.Phase == corev1.PodFailed,
		NodeMissing: nodeMissing, Spec: p.Spec,
	}
}

// serviceOf is a Service as Kubernetes has it.
func serviceOf(svc *model.Service) *corev1.Service {
	sp := svc.Spec
	out := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: svc.Name, Namespace: svc.Namespace},
		Spec: corev1.ServiceSpec{
			Type: corev1.ServiceType(sp.Type), ClusterIP: sp.ClusterIP, PublishNotReadyAddresses: sp.PublishNotReadyAddresses,
			Selector: sp.Selector, // an API server would not keep an empty one: see TestEmptySelector
		},
	}
	for _, f := range sp.IPFamilies {
		out.Spec.IPFamilies = append(out.Spec.IPFamilies, corev1.IPFamily(f))
	}
	for _, p := range sp.Ports {
		target := intstr.FromInt32(p.TargetPort.IntVal)
		if p.TargetPort.IsString {
			target = intstr.FromString(p.TargetPort.StrVal)
		}
		out.Spec.Ports = append(out.Spec.Ports, corev1.ServicePort{Name: p.Name, Protocol: corev1.Protocol(p.Protocol), Port: p.Port, TargetPort: target})
	}
	return out
}

// change is a moment at which the controller has written endpoints of a Service.
type change struct {
	At      time.Duration
	Service string
	Content string // families and endpoints, a line each
}

func (c change) String() string {
	return fmt.Sprintf("+%v %s\n    %s", c.At, c.Service, strings.ReplaceAll(c.Content, "\n", "\n    "))
}

// String tells the story.
func (s story) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "batch period %v\n", s.Batch)
	for i, st := range s.Steps {
		fmt.Fprintf(&b, "%2d +%v %v\n", i, st.At, st)
	}
	fmt.Fprintf(&b, "   +%v the end\n", s.End)
	return b.String()
}

func (s step) String() string {
	switch {
	case s.Service != nil:
		sp := s.Service.Spec
		return fmt.Sprintf("Service %s/%s: type %q, cluster IP %q, families %v, selector %v (nil: %t), publish %t, ports %+v",
			s.Service.Namespace, s.Service.Name, sp.Type, sp.ClusterIP, sp.IPFamilies, sp.Selector, sp.Selector == nil, sp.PublishNotReadyAddresses, sp.Ports)
	case s.Pod != nil:
		p := s.Pod
		return fmt.Sprintf("Pod %s/%s: labels %v, hostname %q, subdomain %q, node %s, phase %s, ready %q, deleting %t, IPs %v, containers %+v",
			p.Namespace, p.Name, p.Labels, p.Hostname, p.Subdomain, p.Node, p.Phase, p.Ready, p.Deleting, p.IPs, ports(p.Spec))
	case s.Node != nil:
		return fmt.Sprintf("Node %s: zone %q", s.Node.Name, s.Node.Zone)
	case s.Gone != "":
		return "gone: " + s.Gone
	default:
		return "slices deleted by hand: " + s.Slices
	}
}

// ports shows the ports of containers, those of init containers in parentheses.
func ports(spec *model.PodSpec) string {
	out := ""
	for _, c := range spec.Containers {
		out += fmt.Sprint(c.Ports)
	}
	for _, c := range spec.InitContainers {
		out += fmt.Sprintf("(%s %v)", c.RestartPolicy, c.Ports)
	}
	return out
}
