package validation

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// containers checks the main containers of a pod, which has the grace period.
//
// Source: pkg/apis/core/validation/validation.go, validateContainers.
func containers(all []model.Container, mountable *seen[string], grace *int64, at fieldPath) field.ErrorList {
	if len(all) == 0 {
		return field.ErrorList{field.Required(at.field(), "")}
	}
	var errs field.ErrorList
	var names seen[string]
	for i := range all {
		c, at := &all[i], at.element(i)
		errs = append(errs, container(c, mountable, at)...)
		if names.add(c.Name) {
			errs = append(errs, field.Duplicate(at.child("name").field(), c.Name))
		}
		errs = append(errs, hooks(c, grace, at.child("lifecycle"))...)
		errs = append(errs, probes(c, at)...)
	}
	return errs
}

// initContainers checks the containers that run before the main ones. They share one
// space of names with those; and only one that goes on to run beside them has hooks and
// probes.
//
// Source: pkg/apis/core/validation/validation.go, validateInitContainers.
func initContainers(s *model.PodSpec, mountable *seen[string], at fieldPath) field.ErrorList {
	if len(s.InitContainers) == 0 {
		return nil
	}
	var errs field.ErrorList
	var names seen[string]
	for i := range s.Containers {
		names.add(s.Containers[i].Name)
	}
	for i := range s.InitContainers {
		c, at := &s.InitContainers[i], at.element(i)
		errs = append(errs, container(c, mountable, at)...)
		if names.has(c.Name) {
			errs = append(errs, field.Duplicate(at.child("name").field(), c.Name))
		} else if c.Name != "" {
			names.add(c.Name)
		}
		if c.Sidecar() {
			errs = append(errs, hooks(c, s.TerminationGracePeriodSeconds, at.child("lifecycle"))...)
			errs = append(errs, probes(c, at)...)
		} else {
			errs = append(errs, notOfInit(c, at)...)
		}
	}
	return errs
}

// notOfInit refuses what only a container has that goes on to run.
func notOfInit(c *model.Container, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	for _, part := range [...]struct {
		name  string
		there bool
	}{
		{"lifecycle", c.PreStop != nil || c.PostStart != nil},
		{"livenessProbe", c.LivenessProbe != nil},
		{"readinessProbe", c.ReadinessProbe != nil},
		{"startupProbe", c.StartupProbe != nil},
	} {
		if part.there {
			errs = append(errs, field.Forbidden(at.child(part.name).field(), "may not be set for init containers without restartPolicy=Always"))
		}
	}
	return errs
}

// container checks what all containers have in common.
//
// Source: pkg/apis/core/validation/validation.go, validateContainerCommon and
// validateContainerRestartPolicy (gate ContainerRestartRules).
func container(c *model.Container, mountable *seen[string], at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if c.Name == "" {
		errs = append(errs, field.Required(at.child("name").field(), ""))
	} else {
		errs = append(errs, follow(dnsLabel, at.child("name"), c.Name)...)
	}
	if c.Image == "" {
		errs = append(errs, field.Required(at.child("image").field(), ""))
	}
	errs = append(errs, containerPorts(c.Ports, at.child("ports"))...)
	errs = append(errs, volumeMounts(c.VolumeMounts, mountable, at.child("volumeMounts"))...)
	errs = append(errs, pullPolicy(c.ImagePullPolicy, at.child("imagePullPolicy"))...)
	errs = append(errs, resources(c.Resources, at.child("resources"))...)
	switch c.RestartPolicy {
	case model.RestartAlways, "Never", "OnFailure", "":
	default:
		errs = append(errs, field.NotSupported(at.child("restartPolicy").field(), c.RestartPolicy, []string{model.RestartAlways, "Never", "OnFailure"}))
	}
	return errs
}

// Source: pkg/apis/core/validation/validation.go, validatePullPolicy.
func pullPolicy(policy model.PullPolicy, at fieldPath) field.ErrorList {
	switch policy {
	case model.PullAlways, model.PullIfNotPresent, model.PullNever:
		return nil
	case "":
		return field.ErrorList{field.Required(at.field(), "")}
	default:
		return field.ErrorList{field.NotSupported(at.field(), policy, []model.PullPolicy{model.PullAlways, model.PullIfNotPresent, model.PullNever})}
	}
}

// trimmedImages refuses images with space around them. A template may have them:
// somebody is said to use the image " " as a placeholder.
//
// Source: pkg/apis/core/validation/validation.go, validateContainerOnlyForPod.
func trimmedImages(all []model.Container, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	for i := range all {
		if image := all[i].Image; image != strings.TrimSpace(image) {
			errs = append(errs, field.Invalid(at.element(i).child("image").field(), image, "must not have leading or trailing whitespace"))
		}
	}
	return errs
}

// hostPorts checks the ports of the node that a pod in the node's network takes: those
// of its main containers, each once, and those of each init container, which runs
// alone. Which of these takes one twice, the path of the error does not tell.
//
// Source: pkg/apis/core/v1/defaults.go, defaultHostNetworkPorts;
// pkg/apis/core/validation/validation.go, AccumulateUniqueHostPorts.
func hostPorts(s *model.PodSpec, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	var taken seen[model.ContainerPort]
	for i := range s.Containers {
		at := at.child("containers").element(i)
		errs = append(errs, takePorts(s.Containers[i].Ports, &taken, at, at)...)
	}
	for i := range s.InitContainers {
		var alone seen[model.ContainerPort]
		at := at.child("initContainers")
		errs = append(errs, takePorts(s.InitContainers[i].Ports, &alone, at.element(i), at.element(0))...)
	}
	return errs
}

func takePorts(ports []model.ContainerPort, taken *seen[model.ContainerPort], at, twice fieldPath) field.ErrorList {
	var errs field.ErrorList
	for j, port := range ports {
		if port.ContainerPort == 0 {
			continue
		}
		errs = append(errs, portNumber(port.ContainerPort, at.child("ports").element(j).child("hostPort"))...)
		if taken.add(model.ContainerPort{Protocol: port.Protocol, ContainerPort: port.ContainerPort}) {
			errs = append(errs, field.Duplicate(twice.child("ports").element(j).child("hostPort").field(),
				fmt.Sprintf("%s//%d", port.Protocol, port.ContainerPort)))
		}
	}
	return errs
}

// Source: pkg/apis/core/validation/validation.go, validateContainerPorts.
func containerPorts(ports []model.ContainerPort, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	var names seen[string]
	for i, port := range ports {
		at := at.element(i)
		if port.Name != "" {
			wrong := follow(portName, at.child("name"), port.Name)
			if names.add(port.Name) && len(wrong) == 0 {
				wrong = field.ErrorList{field.Duplicate(at.child("name").field(), port.Name)}
			}
			errs = append(errs, wrong...)
		}
		if port.ContainerPort == 0 {
			errs = append(errs, field.Required(at.child("containerPort").field(), ""))
		} else {
			errs = append(errs, portNumber(port.ContainerPort, at.child("containerPort"))...)
		}
		errs = append(errs, protocol(port.Protocol, at.child("protocol"))...)
	}
	return errs
}

func portNumber(port int32, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	for _, message := range validation.IsValidPortNum(int(port)) {
		errs = append(errs, field.Invalid(at.field(), port, message))
	}
	return errs
}

func protocol(p string, at fieldPath) field.ErrorList {
	switch p {
	case "TCP", "UDP", "SCTP":
		return nil
	case "":
		return field.ErrorList{field.Required(at.field(), "")}
	default:
		return field.ErrorList{field.NotSupported(at.field(), p, []string{"SCTP", "TCP", "UDP"})}
	}
}

// volumeMounts checks where the volumes are seen. Which of the mounts has a wrong
// subPath, the path of the error does not tell.
//
// Source: pkg/apis/core/validation/validation.go, ValidateVolumeMounts.
func volumeMounts(mounts []model.VolumeMount, mountable *seen[string], list fieldPath) field.ErrorList {
	var errs field.ErrorList
	var taken seen[string]
	for i, mount := range mounts {
		at := list.element(i)
		if mount.Name == "" {
			errs = append(errs, field.Required(at.child("name").field(), ""))
		}
		if !mountable.has(mount.Name) {
			errs = append(errs, field.NotFound(at.child("name").field(), mount.Name))
		}
		if mount.MountPath == "" {
			errs = append(errs, field.Required(at.child("mountPath").field(), ""))
		}
		if taken.add(mount.MountPath) {
			errs = append(errs, field.Invalid(at.child("mountPath").field(), mount.MountPath, "must be unique"))
		}
		if path.IsAbs(mount.SubPath) {
			errs = append(errs, field.Invalid(list.child("subPath").field(), mount.SubPath, "must be a relative path"))
		}
		errs = append(errs, noBacksteps(mount.SubPath, list.child("subPath"))...)
	}
	return errs
}

// noBacksteps refuses a path that climbs.
//
// Source: pkg/apis/core/validation/validation.go, validatePathNoBacksteps.
func noBacksteps(p string, at fieldPath) field.ErrorList {
	if !strings.Contains(p, "..") || !slices.Contains(strings.Split(p, "/"), "..") {
		return nil
	}
	return field.ErrorList{field.Invalid(at.field(), p, "must not contain '..'")}
}

// resources checks that nothing is negative and that no request is above its
// limit.
//
// Source: pkg/apis/core/validation/validation.go, ValidateResourceRequirements.
func resources(r model.ResourceRequirements, at fieldPath) field.ErrorList {
	errs := resourceList(r.Limits, at.child("limits"))
	errs = append(errs, resourceList(r.Requests, at.child("requests"))...)
	const above = "must be less than or equal to %s limit of %s"
	if r.Limits.CPU != 0 && r.Requests.CPU != 0 && r.Requests.CPU > r.Limits.CPU {
		errs = append(errs, field.Invalid(at.child("requests").field(), r.Requests.CPU.String(), fmt.Sprintf(above, "cpu", r.Limits.CPU)))
	}
	if r.Limits.Memory != 0 && r.Requests.Memory != 0 && r.Requests.Memory > r.Limits.Memory {
		errs = append(errs, field.Invalid(at.child("requests").field(), r.Requests.Memory.String(), fmt.Sprintf(above, "memory", r.Limits.Memory)))
	}
	return errs
}

func resourceList(l model.ResourceList, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if l.CPU < 0 {
		errs = append(errs, field.Invalid(at.key("cpu").field(), l.CPU.String(), mustNotBeNegative))
	}
	if l.Memory < 0 {
		errs = append(errs, field.Invalid(at.key("memory").field(), l.Memory.String(), mustNotBeNegative))
	}
	return errs
}
