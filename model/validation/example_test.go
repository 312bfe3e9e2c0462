package validation_test

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// A set that selects other pods than it makes would wait for ever.
func Example() {
	web := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
		Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
		Template: model.PodTemplateSpec{
			Labels: model.Labels{"app": "nginx"},
			Spec:   model.PodSpec{Containers: []model.Container{{Name: "nginx", Image: "nginx"}}},
		},
	}}
	web.Default()
	fmt.Println(validation.Invalid(web.Kind(), web.Name, validation.Create(web)))
	// Output:
	// StatefulSet.apps "web" is invalid: spec.template.metadata.labels: Invalid value: {"app":"nginx"}: `selector` does not match template `labels`
}
