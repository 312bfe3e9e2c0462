package manifest

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/ordinal-sim/ordinal/model"
)

// Containers, in both directions.

func containerToAPI(c model.Container) corev1.Container {
	out := corev1.Container{
		Name:    c.Name,
		Image:   c.Image,
		Command: rename[string](c.Command),
		Args:    rename[string](c.Args),
		Ports: each(c.Ports, func(p model.ContainerPort) corev1.ContainerPort {
			return corev1.ContainerPort{Name: p.Name, ContainerPort: p.ContainerPort, Protocol: corev1.Protocol(p.Protocol)}
		}),
		Resources: corev1.ResourceRequirements{
			Requests: resourcesToAPI(c.Resources.Requests),
			Limits:   resourcesToAPI(c.Resources.Limits),
		},
		VolumeMounts: each(c.VolumeMounts, func(m model.VolumeMount) corev1.VolumeMount {
			return corev1.VolumeMount{Name: m.Name, MountPath: m.MountPath, SubPath: m.SubPath, ReadOnly: m.ReadOnly}
		}),
		ImagePullPolicy: corev1.PullPolicy(c.ImagePullPolicy),
		RestartPolicy: nonZero(c.RestartPolicy, func(s string) corev1.ContainerRestartPolicy {
			return corev1.ContainerRestartPolicy(s)
		}),
		LivenessProbe:  probeToAPI(c.LivenessProbe),
		ReadinessProbe: probeToAPI(c.ReadinessProbe),
		StartupProbe:   probeToAPI(c.StartupProbe),
	}
	if c.PreStop != nil || c.PostStart != nil {
		out.Lifecycle = &corev1.Lifecycle{PreStop: handlerToAPI(c.PreStop), PostStart: handlerToAPI(c.PostStart)}
	}
	return out
}

func containerFromAPI(c corev1.Container) model.Container {
	out := model.Container{
		Name:    c.Name,
		Image:   c.Image,
		Command: rename[string](c.Command),
		Args:    rename[string](c.Args),
		Ports: each(c.Ports, func(p corev1.ContainerPort) model.ContainerPort {
			return model.ContainerPort{Name: p.Name, ContainerPort: p.ContainerPort, Protocol: string(p.Protocol)}
		}),
		Resources: model.ResourceRequirements{
			Requests: resourcesFromAPI(c.Resources.Requests),
			Limits:   resourcesFromAPI(c.Resources.Limits),
		},
		VolumeMounts: each(c.VolumeMounts, func(m corev1.VolumeMount) model.VolumeMount {
			return model.VolumeMount{Name: m.Name, MountPath: m.MountPath, SubPath: m.SubPath, ReadOnly: m.ReadOnly}
		}),
		ImagePullPolicy: model.PullPolicy(c.ImagePullPolicy),
		RestartPolicy:   string(deref(c.RestartPolicy)),
		LivenessProbe:   probeFromAPI(c.LivenessProbe),
		ReadinessProbe:  probeFromAPI(c.ReadinessProbe),
		StartupProbe:    probeFromAPI(c.StartupProbe),
	}
	if c.Lifecycle != nil {
		out.PreStop, out.PostStart = handlerFromAPI(c.Lifecycle.PreStop), handlerFromAPI(c.Lifecycle.PostStart)
	}
	return out
}

func handlerToAPI(h *model.LifecycleHandler) *corev1.LifecycleHandler {
	if h == nil {
		return nil
	}
	out := &corev1.LifecycleHandler{}
	if h.SleepSeconds != nil {
		out.Sleep = &corev1.SleepAction{Seconds: *h.SleepSeconds}
	}
	if len(h.Exec) > 0 {
		out.Exec = &corev1.ExecAction{Command: rename[string](h.Exec)}
	}
	if h.HTTPGet != "" {
		out.HTTPGet = getToAPI(h.HTTPGet)
	}
	return out
}

func handlerFromAPI(h *corev1.LifecycleHandler) *model.LifecycleHandler {
	if h == nil {
		return nil
	}
	out := &model.LifecycleHandler{}
	if h.Sleep != nil {
		out.SleepSeconds = copyPointer(&h.Sleep.Seconds)
	}
	if h.Exec != nil {
		out.Exec = rename[string](h.Exec.Command)
	}
	if h.HTTPGet != nil {
		out.HTTPGet = getFromAPI(h.HTTPGet)
	}
	return out
}

// getToAPI takes "host:port/path" apart; host and path may be empty, and a port
// may have a name.
func getToAPI(s string) *corev1.HTTPGetAction {
	out := &corev1.HTTPGetAction{}
	address, rest, slash := strings.Cut(s, "/")
	if slash {
		out.Path = "/" + rest
	}
	port := address
	if colon := strings.LastIndexByte(address, ':'); colon >= 0 {
		out.Host, port = address[:colon], address[colon+1:]
	}
	if n, err := strconv.ParseInt(port, 10, 32); err == nil {
		out.Port = intstr.FromInt32(int32(n))
	} else {
		out.Port = intstr.FromString(port)
	}
	return out
}

// getFromAPI is the inverse of getToAPI; "" for an action that cannot be spelled
// so that its parts are found again.
func getFromAPI(a *corev1.HTTPGetAction) string {
	port := a.Port.String()
	if strings.Contains(a.Host, "/") || strings.ContainsAny(port, ":/") {
		return ""
	}
	slash := ""
	if a.Path != "" && a.Path[0] != '/' {
		slash = "/"
	}
	return a.Host + ":" + port + slash + a.Path
}
