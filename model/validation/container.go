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

// containers checks the containers of a pod.
//
// Source: pkg/apis/core/validation/validation.go, validateContainers.
func containers(all []model.Container, mountable map[string]bool, at *field.Path) field.ErrorList {
	if len(all) == 0 {
		return field.ErrorList{field.Required(at, "")}
	}
	var errs field.ErrorList
	seen := make(map[string]bool, len(all))
	for i := range all {
		c := &all[i]
		at := at.Index(i)
		if c.Name == "" {
			errs = append(errs, field.Required(at.Child("name"), ""))
		} else {
			errs = append(errs, follow(dnsLabel, at.Child("name"), c.Name)...)
		}
		if seen[c.Name] {
			errs = append(errs, field.Duplicate(at.Child("name"), c.Name))
		}
		seen[c.Name] = true
		if c.Image == "" {
			errs = append(errs, field.Required(at.Child("image"), ""))
		} else if c.Image != strings.TrimSpace(c.Image) {
			errs = append(errs, field.Invalid(at.Child("image"), c.Image, "must not have leading or trailing whitespace"))
		}
		errs = append(errs, containerPorts(c.Ports, at.Child("ports"))...)
		errs = append(errs, volumeMounts(c.VolumeMounts, mountable, at.Child("volumeMounts"))...)
		errs = append(errs, resources(c.Resources, at.Child("resources"))...)
	}
	return errs
}

// Source: pkg/apis/core/validation/validation.go, validateContainerPorts.
func containerPorts(ports []model.ContainerPort, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := make(map[string]bool, len(ports))
	for i, port := range ports {
		at := at.Index(i)
		if port.Name != "" {
			wrong := follow(validation.IsValidPortName, at.Child("name"), port.Name)
			if len(wrong) == 0 && seen[port.Name] {
				wrong = field.ErrorList{field.Duplicate(at.Child("name"), port.Name)}
			}
			errs = append(errs, wrong...)
			seen[port.Name] = true
		}
		if port.ContainerPort == 0 {
			errs = append(errs, field.Required(at.Child("containerPort"), ""))
		} else {
			errs = append(errs, portNumber(port.ContainerPort, at.Child("containerPort"))...)
		}
		errs = append(errs, protocol(port.Protocol, at.Child("protocol"))...)
	}
	return errs
}

func portNumber(port int32, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, message := range validation.IsValidPortNum(int(port)) {
		errs = append(errs, field.Invalid(at, port, message))
	}
	return errs
}

func protocol(p string, at *field.Path) field.ErrorList {
	switch p {
	case "TCP", "UDP", "SCTP":
		return nil
	case "":
		return field.ErrorList{field.Required(at, "")}
	default:
		return field.ErrorList{field.NotSupported(at, p, []string{"SCTP", "TCP", "UDP"})}
	}
}

// Source: pkg/apis/core/validation/validation.go, ValidateVolumeMounts.
func volumeMounts(mounts []model.VolumeMount, mountable map[string]bool, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	taken := make(map[string]bool, len(mounts))
	for i, mount := range mounts {
		at := at.Index(i)
		if mount.Name == "" {
			errs = append(errs, field.Required(at.Child("name"), ""))
		}
		if !mountable[mount.Name] {
			errs = append(errs, field.NotFound(at.Child("name"), mount.Name))
		}
		if mount.MountPath == "" {
			errs = append(errs, field.Required(at.Child("mountPath"), ""))
		}
		if taken[mount.MountPath] {
			errs = append(errs, field.Invalid(at.Child("mountPath"), mount.MountPath, "must be unique"))
		}
		taken[mount.MountPath] = true
		if path.IsAbs(mount.SubPath) {
			errs = append(errs, field.Invalid(at.Child("subPath"), mount.SubPath, "must be a relative path"))
		}
		errs = append(errs, noBacksteps(mount.SubPath, at.Child("subPath"))...)
	}
	return errs
}

// noBacksteps refuses a path that climbs.
//
// Source: pkg/apis/core/validation/validation.go, validatePathNoBacksteps.
func noBacksteps(p string, at *field.Path) field.ErrorList {
	if !slices.Contains(strings.Split(p, "/"), "..") {
		return nil
	}
	return field.ErrorList{field.Invalid(at, p, "must not contain '..'")}
}

// resources checks that nothing is negative and that no request is above its
// limit.
//
// Source: pkg/apis/core/validation/validation.go, ValidateResourceRequirements.
func resources(r model.ResourceRequirements, at *field.Path) field.ErrorList {
	errs := resourceList(r.Limits, at.Child("limits"))
	errs = append(errs, resourceList(r.Requests, at.Child("requests"))...)
	const above = "must be less than or equal to %s limit of %s"
	if r.Limits.CPU != 0 && r.Requests.CPU > r.Limits.CPU {
		errs = append(errs, field.Invalid(at.Child("requests"), r.Requests.CPU.String(), fmt.Sprintf(above, "cpu", r.Limits.CPU)))
	}
	if r.Limits.Memory != 0 && r.Requests.Memory > r.Limits.Memory {
		errs = append(errs, field.Invalid(at.Child("requests"), r.Requests.Memory.String(), fmt.Sprintf(above, "memory", r.Limits.Memory)))
	}
	return errs
}

func resourceList(l model.ResourceList, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	if l.CPU < 0 {
		errs = append(errs, field.Invalid(at.Key("cpu"), l.CPU.String(), mustNotBeNegative))
	}
	if l.Memory < 0 {
		errs = append(errs, field.Invalid(at.Key("memory"), l.Memory.String(), mustNotBeNegative))
	}
	return errs
}
