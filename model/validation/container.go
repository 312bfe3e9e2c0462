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

// containers checks the containers of a pod, which has the grace period.
//
// Source: pkg/apis/core/validation/validation.go, validateContainers.
func containers(all []model.Container, mountable *seen[string], grace *int64, at fieldPath) field.ErrorList {
	if len(all) == 0 {
		return field.ErrorList{field.Required(at.field(), "")}
	}
	var errs field.ErrorList
	var names seen[string]
	for i := range all {
		c := &all[i]
		at := at.element(i)
		if c.Name == "" {
			errs = append(errs, field.Required(at.child("name").field(), ""))
		} else {
			errs = append(errs, follow(dnsLabel, at.child("name"), c.Name)...)
		}
		if names.add(c.Name) {
			errs = append(errs, field.Duplicate(at.child("name").field(), c.Name))
		}
		if c.Image == "" {
			errs = append(errs, field.Required(at.child("image").field(), ""))
		}
		errs = append(errs, containerPorts(c.Ports, at.child("ports"))...)
		errs = append(errs, volumeMounts(c.VolumeMounts, mountable, at.child("volumeMounts"))...)
		errs = append(errs, resources(c.Resources, at.child("resources"))...)
		if c.PreStop != nil {
			errs = append(errs, handler(c.PreStop, grace, at.child("lifecycle").child("preStop"))...)
		}
	}
	return errs
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

// hostPorts checks the ports of the node that a pod in the node's network takes:
// those of its containers, each once.
//
// Source: pkg/apis/core/v1/defaults.go, defaultHostNetworkPorts;
// pkg/apis/core/validation/validation.go, AccumulateUniqueHostPorts.
func hostPorts(all []model.Container, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	var taken seen[model.ContainerPort]
	for i := range all {
		for j, port := range all[i].Ports {
			if port.ContainerPort == 0 {
				continue
			}
			at := at.element(i).child("ports").element(j).child("hostPort")
			errs = append(errs, portNumber(port.ContainerPort, at)...)
			if taken.add(model.ContainerPort{Protocol: port.Protocol, ContainerPort: port.ContainerPort}) {
				errs = append(errs, field.Duplicate(at.field(), fmt.Sprintf("%s//%d", port.Protocol, port.ContainerPort)))
			}
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
