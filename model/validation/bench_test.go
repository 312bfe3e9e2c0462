package validation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// BenchmarkCreate is what the set and the Service of every tutorial cost on
// their way into a world.
func BenchmarkCreate(b *testing.B) {
	service := &model.Service{
		ObjectMeta: model.ObjectMeta{Name: "nginx", Labels: model.Labels{"app": "nginx"}},
		Spec: model.ServiceSpec{
			Ports: []model.ServicePort{{Name: "web", Port: 80}}, ClusterIP: model.ClusterIPNone, Selector: model.Labels{"app": "nginx"},
		},
	}
	service.Default()
	set := web()
	set.Default()
	for _, object := range []model.Object{service, set} {
		b.Run(string(object.Kind()), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if errs := validation.Create(object); errs != nil {
					require.Empty(b, errs)
				}
			}
		})
	}
}
