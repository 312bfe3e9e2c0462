package simtest

import (
	"strings"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
)

// Manifest draws what kubectl would be given to apply: a set of [StatefulSet] with all that it
// needs around it ([Objects]), and perhaps a PodDisruptionBudget, as YAML. What is read back
// ([manifest.Read]) is what was drawn.
func Manifest() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string { return text(drawObjects(t)) })
}

// text is objects as YAML.
func text(objects []model.Object) string {
	var b strings.Builder
	if err := manifest.Write(&b, objects...); err != nil {
		panic("simtest: a drawn object cannot be written: " + err.Error())
	}
	return b.String()
}

// drawObjects draws a set and what there is around it.
func drawObjects(t *rapid.T) []model.Object {
	objects := Objects(StatefulSet().Draw(t, "set"))
	if rapid.Bool().Draw(t, "has a budget") {
		objects = append(objects, drawBudget(t))
	}
	return objects
}

// drawBudget draws a PodDisruptionBudget for the pods of the set.
func drawBudget(t *rapid.T) *model.PodDisruptionBudget {
	amount := rapid.SampledFrom([]model.IntOrString{
		model.FromInt(1), model.FromInt(0), model.FromInt(2), model.FromString("50%"),
	}).Draw(t, "amount")
	budget := &model.PodDisruptionBudget{
		ObjectMeta: model.ObjectMeta{Name: setName},
		Spec:       model.PodDisruptionBudgetSpec{Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": setName}}},
	}
	if rapid.Bool().Draw(t, "at least") {
		budget.Spec.MinAvailable = &amount
	} else {
		budget.Spec.MaxUnavailable = &amount
	}
	if rapid.Bool().Draw(t, "always allow") {
		budget.Spec.UnhealthyPodEvictionPolicy = model.AlwaysAllow
	}
	return budget
}
