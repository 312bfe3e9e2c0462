package validation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// Of which families a Service cannot be in a cluster of IPv4, or of both.
func TestServiceFamilies(t *testing.T) {
	type spec = model.ServiceSpec
	app, four, six := model.Labels{"app": "web"}, model.IPv4, model.IPv6
	for _, row := range []struct {
		rule     string
		said     spec
		old      *spec
		one, two string // what is refused by a cluster of one family and by one of two
	}{
		{"one is enough", spec{Selector: app}, nil, "", ""},
		{"it has to be there", spec{Selector: app, IPFamilies: []model.IPFamily{six}}, nil,
			`spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster`, ""},
		{"that of an address has to be, too", spec{Selector: app, ClusterIP: "fd00::1"}, nil,
			`spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster`, ""},
		{"two can be preferred", spec{Selector: app, IPFamilyPolicy: model.PreferDualStack}, nil, "", ""},
		{"who asks for two needs them", spec{Selector: app, IPFamilyPolicy: model.RequireDualStack}, nil,
			`spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services`, ""},
		{"except where somebody else makes the endpoints", spec{ClusterIP: "None", IPFamilyPolicy: model.RequireDualStack}, nil, "", ""},
		{"two families are not one", spec{Selector: app, IPFamilies: []model.IPFamily{four, six}}, nil,
			`spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified`,
			`spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified`},
		{"unless the second is given away", spec{Selector: app, IPFamilyPolicy: model.SingleStack, IPFamilies: []model.IPFamily{four, six}},
			&spec{Selector: app, IPFamilyPolicy: model.RequireDualStack, IPFamilies: []model.IPFamily{four, six}}, "", ""},
		{"nobody looks at one that stays as it is", spec{Selector: app, IPFamilyPolicy: model.PreferDualStack, IPFamilies: []model.IPFamily{six}},
			&spec{Selector: app, IPFamilyPolicy: model.PreferDualStack, IPFamilies: []model.IPFamily{six}}, "", ""},
		{"an ExternalName has no address", spec{Type: model.ServiceExternalName, IPFamilies: []model.IPFamily{six}}, nil, "", ""},
	} {
		t.Run(row.rule, func(t *testing.T) {
			for cluster, want := range map[int]string{1: row.one, 2: row.two} {
				var old *model.Service
				if row.old != nil {
					old = &model.Service{Spec: *row.old}
				}
				errs := validation.ServiceFamilies(&model.Service{Spec: row.said}, old, []model.IPFamily{four, six}[:cluster]...)
				got := ""
				if err := errs.ToAggregate(); err != nil {
					got = err.Error()
				}
				require.Equal(t, want, got, "%d families", cluster)
			}
		})
	}
}
