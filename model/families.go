package model

import (
	"slices"
	"strings"
)

// DefaultFamilies fills in of which families of addresses a Service is, and how many
// it asks for. It is not a default of the API but the work of what hands out the
// addresses, which has to see the cluster: the families that it has, its own first.
// old is the stored Service, nil when s is created.
//
// A Service gets the family of its address, or else the cluster's first; a second one
// only if it asks for two and the cluster has two. But a headless Service without a
// selector, of which somebody else makes the endpoints, is of both in every cluster.
//
// Source: pkg/registry/core/service/storage/alloc.go, initIPFamilyFields.
func (s *Service) DefaultFamilies(old *Service, cluster ...IPFamily) {
	if s.Spec.Type == ServiceExternalName || len(cluster) == 0 || s.KeepsFamilies(old) {
		return
	}
	orphan := s.Spec.Headless() && len(s.Spec.Selector) == 0
	if s.Spec.IPFamilyPolicy == "" {
		s.Spec.IPFamilyPolicy = SingleStack
		if orphan {
			s.Spec.IPFamilyPolicy = RequireDualStack
		}
		if old != nil && old.Spec.IPFamilyPolicy != "" {
			s.Spec.IPFamilyPolicy = old.Spec.IPFamilyPolicy
		}
	}
	single := s.Spec.IPFamilyPolicy == SingleStack
	if single && old != nil {
		s.Spec.ClusterIPs = firstOfSame(s.Spec.ClusterIPs, old.Spec.ClusterIPs)
		s.Spec.IPFamilies = firstOfSame(s.Spec.IPFamilies, old.Spec.IPFamilies)
	}
	families := slices.Clone(s.Spec.IPFamilies)
	if !s.Spec.Headless() {
		for _, ip := range s.Spec.addresses()[min(len(families), len(s.Spec.addresses())):] {
			families = append(families, FamilyOf(ip))
		}
	}
	if len(families) == 0 {
		families = append(families, cluster[0])
	}
	if !single && len(families) == 1 && (orphan || len(cluster) == 2) {
		families = append(families, families[0].other())
	}
	s.Spec.IPFamilies = families
}

// KeepsFamilies reports whether a Service that would like two families leaves all as it
// is: it keeps what it has when the cluster gets a second family, or loses one.
//
// Source: pkg/registry/core/service/storage/alloc.go,
// isMatchingPreferDualStackClusterIPFields.
func (s *Service) KeepsFamilies(old *Service) bool {
	return old != nil && s.Spec.IPFamilyPolicy == PreferDualStack && old.Spec.Type == s.Spec.Type &&
		(old.Spec.IPFamilyPolicy == PreferDualStack || old.Spec.IPFamilyPolicy == "") &&
		slices.Equal(s.Spec.ClusterIPs, old.Spec.ClusterIPs) && slices.Equal(s.Spec.IPFamilies, old.Spec.IPFamilies)
}

// firstOfSame is the first of a list that is as it was: one family is asked for, and
// that is which. A list that was edited says more.
func firstOfSame[T comparable](list, before []T) []T {
	if len(list) > 1 && slices.Equal(list, before) {
		return list[:1:1]
	}
	return list
}

// addresses are the addresses of a Service, however they are written.
func (s *ServiceSpec) addresses() []string {
	if len(s.ClusterIPs) == 0 && s.ClusterIP != "" {
		return []string{s.ClusterIP}
	}
	return s.ClusterIPs
}

// FamilyOf is the family of an address.
func FamilyOf(ip string) IPFamily {
	if strings.Contains(ip, ":") {
		return IPv6
	}
	return IPv4
}

func (f IPFamily) other() IPFamily {
	if f == IPv4 {
		return IPv6
	}
	return IPv4
}
