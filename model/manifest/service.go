package manifest

import (
	"math"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ordinal-sim/ordinal/model"
)

// Services and nodes, in both directions.

func serviceToAPI(s *model.Service) *corev1.Service {
	return &corev1.Service{
		TypeMeta:   typeMeta(model.KindService),
		ObjectMeta: metaToAPI(&s.ObjectMeta),
		Spec: corev1.ServiceSpec{
			Type:         corev1.ServiceType(s.Spec.Type),
			ClusterIP:    s.Spec.ClusterIP,
			ClusterIPs:   rename[string](s.Spec.ClusterIPs),
			ExternalName: s.Spec.ExternalName,
			Ports: each(s.Spec.Ports, func(p model.ServicePort) corev1.ServicePort {
				return corev1.ServicePort{
					Name: p.Name, Protocol: corev1.Protocol(p.Protocol),
					Port: p.Port, TargetPort: intToAPI(p.TargetPort), NodePort: p.NodePort,
				}
			}),
			Selector:                 copyMap[map[string]string](s.Spec.Selector),
			IPFamilies:               rename[corev1.IPFamily](s.Spec.IPFamilies),
			IPFamilyPolicy:           nonZero(s.Spec.IPFamilyPolicy, func(p string) corev1.IPFamilyPolicy { return corev1.IPFamilyPolicy(p) }),
			PublishNotReadyAddresses: s.Spec.PublishNotReadyAddresses,
		},
	}
}

func serviceFromAPI(s *corev1.Service) *model.Service {
	return &model.Service{
		ObjectMeta: metaFromAPI(&s.ObjectMeta),
		Spec: model.ServiceSpec{
			Type:         model.ServiceType(s.Spec.Type),
			ClusterIP:    s.Spec.ClusterIP,
			ClusterIPs:   rename[string](s.Spec.ClusterIPs),
			ExternalName: s.Spec.ExternalName,
			Ports: each(s.Spec.Ports, func(p corev1.ServicePort) model.ServicePort {
				return model.ServicePort{
					Name: p.Name, Protocol: string(p.Protocol),
					Port: p.Port, TargetPort: intFromAPI(p.TargetPort), NodePort: p.NodePort,
				}
			}),
			Selector:                 copyMap[model.Labels](s.Spec.Selector),
			IPFamilies:               rename[model.IPFamily](s.Spec.IPFamilies),
			IPFamilyPolicy:           string(deref(s.Spec.IPFamilyPolicy)),
			PublishNotReadyAddresses: s.Spec.PublishNotReadyAddresses,
		},
	}
}

func nodeToAPI(n *model.Node) *corev1.Node {
	out := &corev1.Node{
		TypeMeta:   typeMeta(model.KindNode),
		ObjectMeta: metaToAPI(&n.ObjectMeta),
		Spec:       corev1.NodeSpec{Unschedulable: n.Spec.Unschedulable, Taints: each(n.Spec.Taints, taintToAPI)},
		Status: corev1.NodeStatus{
			Allocatable: resourcesToAPI(n.Status.Allocatable),
			Conditions:  each(n.Status.Conditions, nodeConditionToAPI),
		},
	}
	if n.Status.Pods != 0 {
		if out.Status.Allocatable == nil {
			out.Status.Allocatable = corev1.ResourceList{}
		}
		out.Status.Allocatable[corev1.ResourcePods] = *resource.NewQuantity(int64(n.Status.Pods), resource.DecimalSI)
	}
	return out
}

// nodeFromAPI takes the capacity of a node that does not say what is allocatable.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_NodeStatus.
func nodeFromAPI(n *corev1.Node) *model.Node {
	allocatable := n.Status.Allocatable
	if allocatable == nil {
		allocatable = n.Status.Capacity
	}
	return &model.Node{
		ObjectMeta: metaFromAPI(&n.ObjectMeta),
		Spec:       model.NodeSpec{Unschedulable: n.Spec.Unschedulable, Taints: each(n.Spec.Taints, taintFromAPI)},
		Status: model.NodeStatus{
			Allocatable: resourcesFromAPI(allocatable),
			Pods:        int32(min(max(bytesFromAPI(allocatable, corev1.ResourcePods), math.MinInt32), math.MaxInt32)),
			Conditions:  each(n.Status.Conditions, nodeConditionFromAPI),
		},
	}
}

func nodeConditionToAPI(c model.NodeCondition) corev1.NodeCondition {
	return corev1.NodeCondition{
		Type: corev1.NodeConditionType(c.Type), Status: corev1.ConditionStatus(c.Status),
		LastTransitionTime: timeToAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
	}
}

func nodeConditionFromAPI(c corev1.NodeCondition) model.NodeCondition {
	return model.NodeCondition{
		Type: string(c.Type), Status: model.ConditionStatus(c.Status),
		LastTransitionTime: timeFromAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
	}
}
