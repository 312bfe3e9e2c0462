package validation

import (
	"fmt"
	"math"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// podSpec checks what a pod and a pod template have in common. The volumes are
// those of the spec, or, for a set, with the ones its claims will add.
//
// Source: pkg/apis/core/validation/validation.go, ValidatePodSpec.
func podSpec(s *model.PodSpec, all []model.Volume, at *field.Path) field.ErrorList {
	mountable, errs := volumes(all, at.Child("volumes"))
	errs = append(errs, containers(s.Containers, mountable, at.Child("containers"))...)
	switch s.RestartPolicy {
	case "Always", "OnFailure", "Never":
	case "":
		errs = append(errs, field.Required(at.Child("restartPolicy"), ""))
	default:
		errs = append(errs, field.NotSupported(at.Child("restartPolicy"), s.RestartPolicy, []string{"Always", "OnFailure", "Never"}))
	}
	errs = append(errs, dnsPolicy(s.DNSPolicy, at.Child("dnsPolicy"))...)
	errs = append(errs, labels(s.NodeSelector, at.Child("nodeSelector"))...)
	if s.NodeName != "" {
		errs = append(errs, follow(dnsSubdomain, at.Child("nodeName"), s.NodeName)...)
	}
	if deadline := s.ActiveDeadlineSeconds; deadline != nil && (*deadline < 1 || *deadline > math.MaxInt32) {
		errs = append(errs, field.Invalid(at.Child("activeDeadlineSeconds"), *deadline,
			validation.InclusiveRangeError(1, math.MaxInt32)))
	}
	errs = append(errs, hostnameOverride(s, at.Child("hostnameOverride"))...)
	return append(errs, dnsConfig(s, at.Child("dnsConfig"))...)
}

// volumes checks the volumes and returns the names that a container may mount.
//
// Source: pkg/apis/core/validation/validation.go, ValidateVolumes.
func volumes(all []model.Volume, at *field.Path) (mountable map[string]bool, errs field.ErrorList) {
	mountable = make(map[string]bool, len(all))
	for i := range all {
		name := all[i].Name
		at := at.Index(i).Child("name")
		var wrong field.ErrorList
		switch {
		case name == "":
			wrong = field.ErrorList{field.Required(at, "")}
		case mountable[name]:
			wrong = field.ErrorList{field.Duplicate(at, name)}
		default:
			wrong = follow(dnsLabel, at, name)
		}
		if len(wrong) == 0 {
			mountable[name] = true
		}
		errs = append(errs, wrong...)
	}
	return mountable, errs
}

// maxHostname is how long a hostname may be on Linux.
const maxHostname = 64

// Source: pkg/apis/core/validation/validation.go, validateHostnameOverride (gate
// HostnameOverride).
func hostnameOverride(s *model.PodSpec, at *field.Path) field.ErrorList {
	if s.HostnameOverride == "" {
		return nil
	}
	var errs field.ErrorList
	if s.SetHostnameAsFQDN {
		errs = append(errs, field.Forbidden(at, "may not be specified when setHostnameAsFQDN is true"))
	}
	if s.HostNetwork {
		errs = append(errs, field.Forbidden(at, "may not be specified when hostNetwork is true"))
	}
	if len(s.HostnameOverride) > maxHostname {
		errs = append(errs, field.TooLong(at, "", maxHostname))
	}
	return append(errs, follow(dnsSubdomain, at, s.HostnameOverride)...)
}

// Source: pkg/apis/core/validation/validation.go, validateDNSPolicy.
func dnsPolicy(policy string, at *field.Path) field.ErrorList {
	switch policy {
	case "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None":
		return nil
	case "":
		return field.ErrorList{field.Required(at, "")}
	default:
		return field.ErrorList{field.NotSupported(at, policy,
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
func dnsConfig(s *model.PodSpec, at *field.Path) field.ErrorList {
	c := s.DNSConfig
	if s.DNSPolicy == "None" {
		if c == nil {
			return field.ErrorList{field.Required(at, "must provide `dnsConfig` when `dnsPolicy` is None")}
		}
		if len(c.Nameservers) == 0 {
			return field.ErrorList{field.Required(at.Child("nameservers"),
				"must provide at least one DNS nameserver when `dnsPolicy` is None")}
		}
	}
	if c == nil {
		return nil
	}
	var errs field.ErrorList
	if len(c.Nameservers) > maxNameservers {
		errs = append(errs, field.Invalid(at.Child("nameservers"), c.Nameservers,
			fmt.Sprintf("must not have more than %d nameservers", maxNameservers)))
	}
	for i, address := range c.Nameservers {
		errs = append(errs, validation.IsValidIPForLegacyField(at.Child("nameservers").Index(i), address, false, nil)...)
	}
	if len(c.Searches) > maxSearches {
		errs = append(errs, field.Invalid(at.Child("searches"), c.Searches,
			fmt.Sprintf("must not have more than %d search paths", maxSearches)))
	}
	if len(strings.Join(c.Searches, " ")) > maxSearchChars {
		errs = append(errs, field.Invalid(at.Child("searches"), c.Searches,
			fmt.Sprintf("must not have more than %d characters (including spaces) in the search list", maxSearchChars)))
	}
	for i, search := range c.Searches {
		if search == "." {
			continue // the root: names are tried as they are
		}
		errs = append(errs, follow(validation.IsDNS1123SubdomainWithUnderscore, at.Child("searches").Index(i), strings.TrimSuffix(search, "."))...)
	}
	for i, option := range c.Options {
		if option.Name == "" {
			errs = append(errs, field.Required(at.Child("options").Index(i), "must not be empty"))
		}
	}
	return errs
}
