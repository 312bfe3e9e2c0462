package simtest

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

// Container is the name of the one container of a drawn set's pods.
const Container = "app"

// The bounds of what is drawn. They are small, because what goes wrong with a set
// goes wrong with five pods; and because rapid tries many sets, not large ones.
const (
	mostReplicas = 5
	highestStart = 2
	setName      = "web"
)

// claimTemplates are the names of claim templates; a drawn set has the first few.
var claimTemplates = []string{"data", "logs"}

// The classes that drawn claim templates name: one that makes a volume when the
// claim is made, and one that waits for the pod.
const (
	classAtOnce = "at-once"
	classLate   = "late"
)

// StatefulSet draws valid sets named web, of up to five replicas: all of the spec
// that its controller acts on, except that claims may have at most two templates.
// [Objects] adds what the set needs around it. Each set drawn is a new object.
func StatefulSet() *rapid.Generator[*model.StatefulSet] {
	return rapid.Custom(func(t *rapid.T) *model.StatefulSet {
		labels := model.Labels{"app": setName}
		replicas := rapid.Int32Range(0, mostReplicas).Draw(t, "replicas")
		limit := rapid.Int32Range(0, 3).Draw(t, "revisionHistoryLimit")
		grace := rapid.Int64Range(0, 30).Draw(t, "terminationGracePeriodSeconds")
		set := &model.StatefulSet{
			ObjectMeta: model.ObjectMeta{Name: setName},
			Spec: model.StatefulSetSpec{
				Replicas:    &replicas,
				ServiceName: setName,
				Selector:    &model.LabelSelector{MatchLabels: labels},
				Template: model.PodTemplateSpec{
					Labels: labels,
					Spec: model.PodSpec{
						TerminationGracePeriodSeconds: &grace,
						Containers:                    []model.Container{{Name: Container, Image: ImageFirst}},
					},
				},
				PodManagementPolicy:  rapid.SampledFrom([]model.PodManagementPolicy{model.OrderedReady, model.Parallel}).Draw(t, "podManagementPolicy"),
				UpdateStrategy:       drawStrategy(t),
				MinReadySeconds:      rapid.Int32Range(0, 5).Draw(t, "minReadySeconds"),
				RevisionHistoryLimit: &limit,
				VolumeClaimTemplates: drawClaimTemplates(t),
			},
		}
		if start := rapid.Int32Range(0, highestStart).Draw(t, "start"); start > 0 {
			set.Spec.Ordinals = &model.Ordinals{Start: start}
		}
		if rapid.Bool().Draw(t, "has a retention policy") {
			policies := rapid.SampledFrom([]model.RetentionPolicyType{model.RetainClaim, model.DeleteClaim})
			set.Spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{
				WhenDeleted: policies.Draw(t, "whenDeleted"), WhenScaled: policies.Draw(t, "whenScaled"),
			}
		}
		return set
	})
}

// drawStrategy draws an update strategy: a rolling update with or without its
// block, which are two different things, or OnDelete.
func drawStrategy(t *rapid.T) model.UpdateStrategy {
	if rapid.IntRange(0, 4).Draw(t, "strategy (4 is OnDelete)") == 4 {
		return model.UpdateStrategy{Type: model.OnDelete}
	}
	strategy := model.UpdateStrategy{Type: model.RollingUpdate}
	if !rapid.Bool().Draw(t, "has a rollingUpdate block") {
		return strategy
	}
	strategy.RollingUpdate = &model.RollingUpdateStrategy{}
	if rapid.Bool().Draw(t, "has a partition") {
		partition := rapid.Int32Range(0, mostReplicas).Draw(t, "partition")
		strategy.RollingUpdate.Partition = &partition
	}
	if rapid.Bool().Draw(t, "has maxUnavailable") {
		budget := rapid.SampledFrom([]model.IntOrString{
			model.FromInt(1), model.FromInt(2), model.FromInt(3), model.FromString("34%"), model.FromString("100%"),
		}).Draw(t, "maxUnavailable")
		strategy.RollingUpdate.MaxUnavailable = &budget
	}
	return strategy
}

func drawClaimTemplates(t *rapid.T) []model.PersistentVolumeClaim {
	var out []model.PersistentVolumeClaim
	for _, name := range claimTemplates[:rapid.IntRange(0, len(claimTemplates)).Draw(t, "claim templates")] {
		class := rapid.SampledFrom([]string{classAtOnce, classLate}).Draw(t, "class of "+name)
		out = append(out, model.PersistentVolumeClaim{
			ObjectMeta: model.ObjectMeta{Name: name},
			Spec: model.PersistentVolumeClaimSpec{
				AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi, StorageClassName: &class,
			},
		})
	}
	return out
}

// Objects is a drawn set and what it needs around it, in the order in which to apply
// them: the storage classes that its claims name, its headless Service, the set.
func Objects(set *model.StatefulSet) []model.Object {
	class := func(name string, mode model.VolumeBindingMode) *model.StorageClass {
		return &model.StorageClass{
			ObjectMeta: model.ObjectMeta{Name: name}, Provisioner: "disk.csi.example.com", VolumeBindingMode: mode,
		}
	}
	var objects []model.Object
	for _, c := range []*model.StorageClass{class(classAtOnce, model.BindImmediate), class(classLate, model.BindWaitForFirstConsumer)} {
		if slices.ContainsFunc(set.Spec.VolumeClaimTemplates, func(claim model.PersistentVolumeClaim) bool {
			return claim.Spec.StorageClassName != nil && *claim.Spec.StorageClassName == c.Name
		}) {
			objects = append(objects, c)
		}
	}
	return append(objects,
		&model.Service{
			ObjectMeta: model.ObjectMeta{Name: set.Spec.ServiceName, Namespace: set.Namespace},
			Spec: model.ServiceSpec{
				ClusterIP: model.ClusterIPNone, Selector: set.Spec.Template.Labels,
				Ports: []model.ServicePort{{Name: "app", Port: 80}},
			},
		},
		set,
	)
}
