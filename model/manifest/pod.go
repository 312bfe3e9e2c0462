package manifest

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/ordinal-sim/ordinal/model"
)

// Pods and their templates, in both directions.

func templateToAPI(t *model.PodTemplateSpec) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{
			Labels:      copyMap[map[string]string](t.Labels),
			Annotations: copyMap[map[string]string](t.Annotations),
			Finalizers:  rename[string](t.Finalizers),
		},
		Spec: podSpecToAPI(&t.Spec),
	}
}

func templateFromAPI(t *corev1.PodTemplateSpec) model.PodTemplateSpec {
	return model.PodTemplateSpec{
		Labels:      copyMap[model.Labels](t.Labels),
		Annotations: copyMap[model.Labels](t.Annotations),
		Finalizers:  rename[string](t.Finalizers),
		Spec:        podSpecFromAPI(&t.Spec),
	}
}

func podToAPI(p *model.Pod) *corev1.Pod {
	return &corev1.Pod{
		TypeMeta:   typeMeta(model.KindPod),
		ObjectMeta: metaToAPI(&p.ObjectMeta),
		Spec:       podSpecToAPI(&p.Spec),
		Status:     podStatusToAPI(&p.Status),
	}
}

func podFromAPI(p *corev1.Pod) *model.Pod {
	return &model.Pod{
		ObjectMeta: metaFromAPI(&p.ObjectMeta),
		Spec:       podSpecFromAPI(&p.Spec),
		Status:     podStatusFromAPI(&p.Status),
	}
}

func podSpecToAPI(s *model.PodSpec) corev1.PodSpec {
	return corev1.PodSpec{
		InitContainers:                each(s.InitContainers, containerToAPI),
		Containers:                    each(s.Containers, containerToAPI),
		Volumes:                       each(s.Volumes, podVolumeToAPI),
		RestartPolicy:                 corev1.RestartPolicy(s.RestartPolicy),
		TerminationGracePeriodSeconds: copyPointer(s.TerminationGracePeriodSeconds),
		ActiveDeadlineSeconds:         copyPointer(s.ActiveDeadlineSeconds),
		NodeSelector:                  copyMap[map[string]string](s.NodeSelector),
		NodeName:                      s.NodeName,
		HostNetwork:                   s.HostNetwork,
		Hostname:                      s.Hostname,
		Subdomain:                     s.Subdomain,
		SetHostnameAsFQDN:             nonZero(s.SetHostnameAsFQDN, same),
		HostnameOverride:              nonZero(s.HostnameOverride, same),
		DNSPolicy:                     corev1.DNSPolicy(s.DNSPolicy),
		DNSConfig:                     dnsToAPI(s.DNSConfig),
		ReadinessGates: each(s.ReadinessGates, func(gate string) corev1.PodReadinessGate {
			return corev1.PodReadinessGate{ConditionType: corev1.PodConditionType(gate)}
		}),
		PriorityClassName:         s.PriorityClassName,
		Tolerations:               each(s.Tolerations, tolerationToAPI),
		Affinity:                  affinityToAPI(s.Affinity),
		TopologySpreadConstraints: each(s.TopologySpreadConstraints, spreadToAPI),
	}
}

func podSpecFromAPI(s *corev1.PodSpec) model.PodSpec {
	return model.PodSpec{
		InitContainers:                each(s.InitContainers, containerFromAPI),
		Containers:                    each(s.Containers, containerFromAPI),
		Volumes:                       each(s.Volumes, podVolumeFromAPI),
		RestartPolicy:                 string(s.RestartPolicy),
		TerminationGracePeriodSeconds: copyPointer(s.TerminationGracePeriodSeconds),
		ActiveDeadlineSeconds:         copyPointer(s.ActiveDeadlineSeconds),
		NodeSelector:                  copyMap[map[string]string](s.NodeSelector),
		NodeName:                      s.NodeName,
		HostNetwork:                   s.HostNetwork,
		Hostname:                      s.Hostname,
		Subdomain:                     s.Subdomain,
		SetHostnameAsFQDN:             deref(s.SetHostnameAsFQDN),
		HostnameOverride:              deref(s.HostnameOverride),
		DNSPolicy:                     string(s.DNSPolicy),
		DNSConfig:                     dnsFromAPI(s.DNSConfig),
		ReadinessGates:                each(s.ReadinessGates, func(gate corev1.PodReadinessGate) string { return string(gate.ConditionType) }),
		PriorityClassName:             s.PriorityClassName,
		Tolerations:                   each(s.Tolerations, tolerationFromAPI),
		Affinity:                      affinityFromAPI(s.Affinity),
		TopologySpreadConstraints:     each(s.TopologySpreadConstraints, spreadFromAPI),
	}
}

func dnsToAPI(c *model.PodDNSConfig) *corev1.PodDNSConfig {
	if c == nil {
		return nil
	}
	return &corev1.PodDNSConfig{
		Nameservers: rename[string](c.Nameservers),
		Searches:    rename[string](c.Searches),
		Options: each(c.Options, func(o model.PodDNSConfigOpt) corev1.PodDNSConfigOption {
			return corev1.PodDNSConfigOption{Name: o.Name, Value: copyPointer(o.Value)}
		}),
	}
}

func dnsFromAPI(c *corev1.PodDNSConfig) *model.PodDNSConfig {
	if c == nil {
		return nil
	}
	return &model.PodDNSConfig{
		Nameservers: rename[string](c.Nameservers),
		Searches:    rename[string](c.Searches),
		Options: each(c.Options, func(o corev1.PodDNSConfigOption) model.PodDNSConfigOpt {
			return model.PodDNSConfigOpt{Name: o.Name, Value: copyPointer(o.Value)}
		}),
	}
}

func podVolumeToAPI(v model.Volume) corev1.Volume {
	out := corev1.Volume{Name: v.Name}
	if v.PersistentVolumeClaim != "" || v.ReadOnly {
		out.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{
			ClaimName: v.PersistentVolumeClaim, ReadOnly: v.ReadOnly,
		}
	}
	if v.EmptyDir {
		out.EmptyDir = &corev1.EmptyDirVolumeSource{}
	}
	return out
}

func podVolumeFromAPI(v corev1.Volume) model.Volume {
	claim := deref(v.PersistentVolumeClaim)
	return model.Volume{
		Name:                  v.Name,
		PersistentVolumeClaim: claim.ClaimName,
		ReadOnly:              claim.ReadOnly,
		EmptyDir:              v.EmptyDir != nil,
	}
}
