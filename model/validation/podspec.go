package validation

import (
	"fmt"
	"math"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// podSpec checks what a pod and a pod template have in common. A set brings its
// claim templates, which are volumes too. Hostname and subdomain are left to the
// caller: a set's pods get their own.
//
// Source: pkg/apis/core/validation/validation.go, ValidatePodSpec.
func podSpec(s *model.PodSpec, claims []model.PersistentVolumeClaim, may tolerated, at fieldPath) field.ErrorList {
	var mountable seen[string]
	errs := volumes(s.Volumes, claims, &mountable, at.child("volumes"))
	errs = append(errs, containers(s.Containers, &mountable, s.TerminationGracePeriodSeconds, at.child("containers"))...)
	errs = append(errs, initContainers(s, &mountable, at.child("initContainers"))...)
	errs = append(errs, restartPolicy(s.RestartPolicy, at.child("restartPolicy"))...)
	errs = append(errs, dnsPolicy(s.DNSPolicy, at.child("dnsPolicy"))...)
	errs = append(errs, labels(s.NodeSelector, at.child("nodeSelector"))...)
	errs = append(errs, affinity(s.Affinity, may, at.child("affinity"))...)
	for i, gate := range s.ReadinessGates {
		errs = append(errs, follow(labelKey, at.child("readinessGates").element(i).child("conditionType"), gate)...)
	}
	errs = append(errs, spread(s.TopologySpreadConstraints, may, at.child("topologySpreadConstraints"))...)
	errs = append(errs, tolerations(s.Tolerations, may, at.child("tolerations"))...)
	if s.PriorityClassName != "" {
		errs = append(errs, follow(dnsSubdomain, at.child("priorityClassName"), s.PriorityClassName)...)
	}
	if s.NodeName != "" {
		errs = append(errs, follow(dnsSubdomain, at.child("nodeName"), s.NodeName)...)
	}
	if deadline := s.ActiveDeadlineSeconds; deadline != nil && (*deadline < 1 || *deadline > math.MaxInt32) {
		errs = append(errs, field.Invalid(at.child("activeDeadlineSeconds").field(), *deadline,
			validation.InclusiveRangeError(1, math.MaxInt32)))
	}
	errs = append(errs, hostnameOverride(s, at.child("hostnameOverride"))...)
	return append(errs, dnsConfig(s, at.child("dnsConfig"))...)
}

// Source: pkg/apis/core/validation/validation.go, validateRestartPolicy.
func restartPolicy(policy string, at fieldPath) field.ErrorList {
	switch policy {
	case model.RestartAlways, "OnFailure", "Never":
		return nil
	case "":
		return field.ErrorList{field.Required(at.field(), "")}
	default:
		return field.ErrorList{field.NotSupported(at.field(), policy, []string{model.RestartAlways, "OnFailure", "Never"})}
	}
}

// hostnames checks the names that a pod asks for.
func hostnames(s *model.PodSpec, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if s.Hostname != "" {
		errs = append(errs, follow(dnsLabel, at.child("hostname"), s.Hostname)...)
	}
	if s.Subdomain != "" {
		errs = append(errs, follow(dnsLabel, at.child("subdomain"), s.Subdomain)...)
	}
	return errs
}

// volumes checks the volumes and gathers the names that a container may mount.
// The volumes that claim templates add come first; two templates of one name make
// one volume, and a volume of the template that bears the name of a claim is
// replaced by it, unseen.
//
// Source: pkg/apis/core/validation/validation.go, ValidateVolumes;
// pkg/apis/apps/validation/validation.go, ValidateStatefulSetSpec.
func volumes(own []model.Volume, claims []model.PersistentVolumeClaim, mountable *seen[string], at fieldPath) field.ErrorList {
	var errs field.ErrorList
	var claimed seen[string]
	n := 0
	for i := range claims {
		if name := claims[i].Name; !claimed.add(name) {
			errs = append(errs, volume(&model.Volume{Name: name, PersistentVolumeClaim: name}, true, mountable, at.element(n))...)
			n++
		}
	}
	for i := range own {
		if v := &own[i]; !claimed.has(v.Name) {
			errs = append(errs, volume(v, v.PersistentVolumeClaim != "" || v.ReadOnly, mountable, at.element(n))...)
			n++
		}
	}
	return errs
}

// volume checks one volume, which may be a claim.
func volume(v *model.Volume, claim bool, mountable *seen[string], at fieldPath) field.ErrorList {
	errs := podVolumeSource(v, claim, at)
	if v.Name == "" {
		errs = append(errs, field.Required(at.child("name").field(), ""))
	} else {
		errs = append(errs, follow(dnsLabel, at.child("name"), v.Name)...)
	}
	if mountable.has(v.Name) {
		errs = append(errs, field.Duplicate(at.child("name").field(), v.Name))
	}
	if len(errs) == 0 {
		mountable.add(v.Name)
	}
	return errs
}

// podVolumeSource checks that a volume is one thing. What the model does not know
// is taken on trust.
//
// Source: pkg/apis/core/validation/validation.go, validateVolumeSource.
func podVolumeSource(v *model.Volume, claim bool, at fieldPath) field.ErrorList {
	switch at := at.child("persistentVolumeClaim"); {
	case v.EmptyDir && claim:
		return field.ErrorList{field.Forbidden(at.field(), "may not specify more than 1 volume type")}
	case claim && v.PersistentVolumeClaim == "":
		return field.ErrorList{field.Required(at.child("claimName").field(), "")}
	default:
		return nil
	}
}

// maxHostname is how long a hostname may be on Linux.
const maxHostname = 64

// Source: pkg/apis/core/validation/validation.go, validateHostnameOverride (gate
// HostnameOverride).
func hostnameOverride(s *model.PodSpec, at fieldPath) field.ErrorList {
	if s.HostnameOverride == "" {
		return nil
	}
	var errs field.ErrorList
	if s.SetHostnameAsFQDN {
		errs = append(errs, field.Forbidden(at.field(), "may not be specified when setHostnameAsFQDN is true"))
	}
	if s.HostNetwork {
		errs = append(errs, field.Forbidden(at.field(), "may not be specified when hostNetwork is true"))
	}
	if len(s.HostnameOverride) > maxHostname {
		errs = append(errs, field.TooLong(at.field(), "", maxHostname))
	}
	return append(errs, follow(dnsSubdomain, at, s.HostnameOverride)...)
}

// Source: pkg/apis/core/validation/validation.go, validateDNSPolicy.
func dnsPolicy(policy string, at fieldPath) field.ErrorList {
	switch policy {
	case "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None":
		return nil
	case "":
		return field.ErrorList{field.Required(at.field(), "")}
	default:
		return field.ErrorList{field.NotSupported(at.field(), policy,
			[]string{"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"})}
	}
}

// What resolv.conf holds, as libc reads it.
const (
	maxNameservers = 3
	maxSearches    = 32
	maxSearchChars = 2048
)

// dnsConfig checks what the pod adds to its resolv.conf; with the policy None it
// has to bring everything.
//
// Source: pkg/apis/core/validation/validation.go, validatePodDNSConfig.
func dnsConfig(s *model.PodSpec, at fieldPath) field.ErrorList {
	c := s.DNSConfig
	if s.DNSPolicy == "None" {
		if c == nil {
			return field.ErrorList{field.Required(at.field(), "must provide `dnsConfig` when `dnsPolicy` is None")}
		}
		if len(c.Nameservers) == 0 {
			return field.ErrorList{field.Required(at.child("nameservers").field(),
				"must provide at least one DNS nameserver when `dnsPolicy` is None")}
		}
	}
	if c == nil {
		return nil
	}
	var errs field.ErrorList
	if len(c.Nameservers) > maxNameservers {
		errs = append(errs, field.Invalid(at.child("nameservers").field(), c.Nameservers,
			fmt.Sprintf("must not have more than %d nameservers", maxNameservers)))
	}
	for i, address := range c.Nameservers {
		errs = append(errs, ipAddress(address, at.child("nameservers").element(i))...)
	}
	if len(c.Searches) > maxSearches {
		errs = append(errs, field.Invalid(at.child("searches").field(), c.Searches,
			fmt.Sprintf("must not have more than %d search paths", maxSearches)))
	}
	if len(strings.Join(c.Searches, " ")) > maxSearchChars {
		errs = append(errs, field.Invalid(at.child("searches").field(), c.Searches,
			fmt.Sprintf("must not have more than %d characters (including spaces) in the search list", maxSearchChars)))
	}
	for i, search := range c.Searches {
		if search == "." {
			continue // the root: names are tried as they are
		}
		errs = append(errs, follow(searchDomain, at.child("searches").element(i), strings.TrimSuffix(search, "."))...)
	}
	for i, option := range c.Options {
		if option.Name == "" {
			errs = append(errs, field.Required(at.child("options").element(i).field(), "must not be empty"))
		}
	}
	return errs
}
