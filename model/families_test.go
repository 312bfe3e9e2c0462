package model

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Of which families a Service is: written, in a cluster of one family and of two.
func TestDefaultFamilies(t *testing.T) {
	type spec = ServiceSpec
	app := Labels{"app": "web"}
	stored := func(s spec) *Service { return &Service{Spec: s} }
	for _, row := range []struct {
		rule     string
		said     spec
		old      *Service
		one, two spec // only the families and the policy
	}{
		{"one, the cluster's first", spec{Selector: app}, nil,
			spec{IPFamilies: []IPFamily{IPv4}, IPFamilyPolicy: SingleStack}, spec{IPFamilies: []IPFamily{IPv4}, IPFamilyPolicy: SingleStack}},
		{"that of its address", spec{Selector: app, ClusterIP: "fd00::1"}, nil,
			spec{IPFamilies: []IPFamily{IPv6}, IPFamilyPolicy: SingleStack}, spec{IPFamilies: []IPFamily{IPv6}, IPFamilyPolicy: SingleStack}},
		{"those of its addresses", spec{Selector: app, ClusterIPs: []string{"fd00::1", "10.0.0.1"}, IPFamilyPolicy: RequireDualStack}, nil,
			spec{IPFamilies: []IPFamily{IPv6, IPv4}, IPFamilyPolicy: RequireDualStack}, spec{IPFamilies: []IPFamily{IPv6, IPv4}, IPFamilyPolicy: RequireDualStack}},
		{"what it says", spec{Selector: app, IPFamilies: []IPFamily{IPv6}}, nil,
			spec{IPFamilies: []IPFamily{IPv6}, IPFamilyPolicy: SingleStack}, spec{IPFamilies: []IPFamily{IPv6}, IPFamilyPolicy: SingleStack}},
		{"two, if the cluster has them", spec{Selector: app, IPFamilyPolicy: PreferDualStack}, nil,
			spec{IPFamilies: []IPFamily{IPv4}, IPFamilyPolicy: PreferDualStack}, spec{IPFamilies: []IPFamily{IPv4, IPv6}, IPFamilyPolicy: PreferDualStack}},
		{"the other one after its own", spec{Selector: app, IPFamilyPolicy: PreferDualStack, IPFamilies: []IPFamily{IPv6}}, nil,
			spec{IPFamilies: []IPFamily{IPv6}, IPFamilyPolicy: PreferDualStack}, spec{IPFamilies: []IPFamily{IPv6, IPv4}, IPFamilyPolicy: PreferDualStack}},
		{"headless is like any other", spec{Selector: app, ClusterIP: ClusterIPNone}, nil,
			spec{IPFamilies: []IPFamily{IPv4}, IPFamilyPolicy: SingleStack}, spec{IPFamilies: []IPFamily{IPv4}, IPFamilyPolicy: SingleStack}},
		{"but without a selector it is of both everywhere", spec{ClusterIP: ClusterIPNone}, nil,
			spec{IPFamilies: []IPFamily{IPv4, IPv6}, IPFamilyPolicy: RequireDualStack}, spec{IPFamilies: []IPFamily{IPv4, IPv6}, IPFamilyPolicy: RequireDualStack}},
		{"unless it says one", spec{ClusterIP: ClusterIPNone, IPFamilyPolicy: SingleStack}, nil,
			spec{IPFamilies: []IPFamily{IPv4}, IPFamilyPolicy: SingleStack}, spec{IPFamilies: []IPFamily{IPv4}, IPFamilyPolicy: SingleStack}},
		{"an ExternalName has no address", spec{Type: ServiceExternalName}, nil, spec{}, spec{}},
		{"an update keeps the policy", spec{Selector: app}, stored(spec{IPFamilyPolicy: PreferDualStack, IPFamilies: []IPFamily{IPv4}}),
			spec{IPFamilies: []IPFamily{IPv4}, IPFamilyPolicy: PreferDualStack}, spec{IPFamilies: []IPFamily{IPv4, IPv6}, IPFamilyPolicy: PreferDualStack}},
		{"one that prefers two keeps what it has", spec{Type: ServiceClusterIP, IPFamilyPolicy: PreferDualStack, IPFamilies: []IPFamily{IPv4}},
			stored(spec{Type: ServiceClusterIP, IPFamilyPolicy: PreferDualStack, IPFamilies: []IPFamily{IPv4}}),
			spec{IPFamilies: []IPFamily{IPv4}, IPFamilyPolicy: PreferDualStack}, spec{IPFamilies: []IPFamily{IPv4}, IPFamilyPolicy: PreferDualStack}},
		{"whoever asks for one again gives the second away", spec{Selector: app, IPFamilyPolicy: SingleStack, IPFamilies: []IPFamily{IPv6, IPv4}},
			stored(spec{IPFamilyPolicy: RequireDualStack, IPFamilies: []IPFamily{IPv6, IPv4}}),
			spec{IPFamilies: []IPFamily{IPv6}, IPFamilyPolicy: SingleStack}, spec{IPFamilies: []IPFamily{IPv6}, IPFamilyPolicy: SingleStack}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			for cluster, want := range map[int]spec{1: row.one, 2: row.two} {
				s := &Service{Spec: row.said}
				s.DefaultFamilies(row.old, []IPFamily{IPv4, IPv6}[:cluster]...)
				require.Equal(t, want, spec{IPFamilies: s.Spec.IPFamilies, IPFamilyPolicy: s.Spec.IPFamilyPolicy}, "%d families", cluster)
			}
		})
	}
}
