package validation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// What other releases refuse. What is the same in all is in the other tests.
func TestReleases(t *testing.T) {
	service := &model.Service{ObjectMeta: model.ObjectMeta{Name: "1nginx"}, Spec: model.ServiceSpec{ClusterIP: model.ClusterIPNone}}
	service.Default()
	recreate := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
		Selector:       &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
		UpdateStrategy: model.UpdateStrategy{Type: model.Recreate},
		Template: model.PodTemplateSpec{
			Labels: model.Labels{"app": "web"},
			Spec:   model.PodSpec{Containers: []model.Container{{Name: "app", Image: "A"}}},
		},
	}}
	recreate.Default()
	scaled := model.Clone(*recreate)
	*scaled.Spec.Replicas = 3
	odd := model.Clone(*recreate)
	odd.Spec.UpdateStrategy.Type = "Odd"
	const (
		letter   = `metadata.name: Invalid value: "1nginx": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`
		unknown  = `spec.updateStrategy: Invalid value: {"Type":"Recreate","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'`
		allThree = `spec.updateStrategy: Invalid value: {"Type":"Odd","RollingUpdate":null}: must be 'RollingUpdate', 'OnDelete', or 'Recreate'`
	)
	empty := &model.HorizontalPodAutoscaler{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.HorizontalPodAutoscalerSpec{
		ScaleTargetRef: model.ScaleTarget{Kind: model.KindDeployment, Name: "web", APIVersion: "apps/v1"}, MinReplicas: ptr(int32(0)), MaxReplicas: 3,
		Metrics: []model.MetricSpec{{}}, Unmodelled: `{"metrics":{"0":{"type":"External"}}}`,
	}}
	empty.Default()
	one := model.Clone(*empty)
	*one.Spec.MinReplicas = 1
	const atLeastOne = "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1"
	gated := release.V1_37.With(release.StatefulSetRecreateStrategy)
	for _, row := range []struct {
		rule         string
		release      release.Release
		updated, old model.Object // without old, it is created
		want         string
	}{
		{"before 1.36 the name of a Service began with a letter", release.V1_35_4, service, nil, letter},
		{"now it may begin with a digit", release.V1_36, service, nil, ""},
		{"Recreate is not known before 1.37", release.V1_36, recreate, nil, unknown},
		{"Recreate is not allowed without its gate", release.V1_37, recreate, nil, unknown},
		{"Recreate is allowed with its gate", gated, recreate, nil, ""},
		{"with the gate, the message names it", gated, &odd, nil, allThree},
		{"what is stored stays allowed when the gate is switched off", release.V1_37, &scaled, recreate, ""},
		{"but not in a release that does not know it", release.V1_36, &scaled, recreate, unknown},
		{"an autoscaler may go down to nothing", release.V1_37, empty, nil, ""},
		{"before 1.37 it might not", release.V1_36, empty, nil, atLeastOne},
		{"nor come to that", release.V1_36, empty, &one, atLeastOne},
		{"but what is stored stays allowed", release.V1_36, empty, empty, ""},
	} {
		t.Run(row.rule, func(t *testing.T) {
			errs := validation.CreateIn(row.updated, row.release.Rules())
			if row.old != nil {
				errs = validation.UpdateIn(row.updated, row.old, row.release.Rules())
			}
			text := ""
			if err := errs.ToAggregate(); err != nil {
				text = err.Error()
			}
			require.Equal(t, row.want, text)
		})
	}
}
