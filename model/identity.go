package model

import (
	"strconv"
	"strings"
)

// The labels that the StatefulSet controller gives to its pods.
const (
	LabelPodName  = "statefulset.kubernetes.io/pod-name"
	LabelPodIndex = "apps.kubernetes.io/pod-index"
	LabelRevision = "controller-revision-hash"
	// LabelRevisionHash is on the ControllerRevision itself.
	LabelRevisionHash = "controller.kubernetes.io/hash"
)

// ClusterDomain is the zone in which Services have names.
const ClusterDomain = "cluster.local"

// PodName is the name of a set's pod: "web-0".
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, getPodName.
func PodName(set string, ordinal int32) string {
	return set + "-" + strconv.Itoa(int(ordinal))
}

// ClaimName is the name of the claim that a set's pod has for a claim template:
// "www-web-0". It is not unique: set "b" with template "x-a" and set "a-b" with
// template "x" name the same claim.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, getPersistentVolumeClaimName.
func ClaimName(template, set string, ordinal int32) string {
	return template + "-" + PodName(set, ordinal)
}

// ParentAndOrdinal splits a pod's name into the name of the set it would belong
// to and its ordinal; -1 if the name does not end in a number that fits an int32.
// Leading zeros are accepted, as by the controller.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, getParentNameAndOrdinal.
func ParentAndOrdinal(pod string) (parent string, ordinal int32) {
	dash := strings.LastIndexByte(pod, '-')
	if dash < 0 {
		return "", -1
	}
	digits := pod[dash+1:]
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", -1
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return pod[:dash], -1
	}
	return pod[:dash], int32(n)
}

// IdentityLabels are the three labels that make a pod the one at an ordinal of a
// set at a revision.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, initIdentity,
// updateIdentity and setPodRevision.
func IdentityLabels(set string, ordinal int32, revision string) Labels {
	return Labels{
		LabelPodName:  PodName(set, ordinal),
		LabelPodIndex: strconv.Itoa(int(ordinal)),
		LabelRevision: revision,
	}
}

// FQDN is the name under which DNS knows a pod of a governing Service:
// "web-0.nginx.default.svc.cluster.local". Without a Service a pod has none.
//
// Source: pkg/kubelet/kubelet_pods.go, GeneratePodHostNameAndDomain.
func FQDN(hostname, subdomain, namespace string) string {
	if subdomain == "" {
		return ""
	}
	return hostname + "." + ServiceFQDN(subdomain, namespace)
}

// ServiceFQDN is the name of a Service: "nginx.default.svc.cluster.local".
func ServiceFQDN(service, namespace string) string {
	return service + "." + namespace + ".svc." + ClusterDomain
}

// Hostname is what the kubelet makes of a pod's hostname or name: at most 63
// characters, and none of "-" and "." at the end.
//
// Source: pkg/kubelet/kubelet_pods.go, truncatePodHostnameIfNeeded.
func Hostname(s string) string {
	if len(s) > 63 {
		s = strings.TrimRight(s[:63], "-.")
	}
	return s
}
