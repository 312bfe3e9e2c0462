package validation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

func setRows() []row {
	type set = *model.StatefulSet
	const notMatched = `spec.template.metadata.labels: Invalid value: {"app":"nginx"}: ` + "`selector` does not match template `labels`"
	strategy := func(u model.UpdateStrategy) asked {
		return setWith(func(s set) { s.Spec.UpdateStrategy = u })
	}
	rolling := func(r model.RollingUpdateStrategy) asked {
		return strategy(model.UpdateStrategy{Type: model.RollingUpdate, RollingUpdate: &r})
	}
	maxUnavailable := func(v model.IntOrString) asked {
		return rolling(model.RollingUpdateStrategy{MaxUnavailable: &v})
	}
	const maxPath = "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "
	container := func(edit func(*model.Container)) asked {
		return setWith(func(s set) { edit(&s.Spec.Template.Spec.Containers[0]) })
	}
	claim := func(edit func(*model.PersistentVolumeClaim)) asked {
		return setWith(func(s set) { edit(&s.Spec.VolumeClaimTemplates[0]) })
	}
	unnamed := web()
	unnamed.Default()
	unnamed.Name, unnamed.Namespace = "", ""

	return []row{
		{"V1", "a name is in lower case", setWith(func(s set) { s.Name = "Web" }), []string{`metadata.name: Invalid value: "Web": ` + rfc1123Label}},
		{"V1", "a name begins with a letter or digit", setWith(func(s set) { s.Name = "-web" }), []string{`metadata.name: Invalid value: "-web": ` + rfc1123Label}},
		{"V2", "a name has no dots", setWith(func(s set) { s.Name = "a.b" }), []string{`metadata.name: Invalid value: "a.b": must not contain dots`}},
		{"V3", "a name has 63 characters at most", setWith(func(s set) { s.Name = a(64) }), []string{`metadata.name: Invalid value: "` + a(64) + `": ` + label63}},
		{"V4", "name and namespace are required", answered(validation.StatefulSet(unnamed)),
			[]string{"metadata.name: Required value: name or generateName is required", "metadata.namespace: Required value"}},
		{"V5", "replicas are not negative", setWith(func(s set) { s.Spec.Replicas = ptr(int32(-1)) }), []string{"spec.replicas: Invalid value: -1: " + notNegative}},
		{"V5", "the subresource scale says the same", answered(validation.Scale(-1)), []string{"spec.replicas: Invalid value: -1: " + notNegative}},
		{"V6", "minReadySeconds is not negative", setWith(func(s set) { s.Spec.MinReadySeconds = -1 }), []string{"spec.minReadySeconds: Invalid value: -1: " + notNegative}},
		{"V6", "ordinals do not start below 0", setWith(func(s set) { s.Spec.Ordinals = &model.Ordinals{Start: -1} }), []string{"spec.ordinals.start: Invalid value: -1: " + notNegative}},
		{"V7", "a selector is required, and a missing one selects nothing", setWith(func(s set) { s.Spec.Selector = nil }), []string{"spec.selector: Required value", notMatched}},
		{"V8", "an empty selector would select every pod", setWith(func(s set) { s.Spec.Selector = &model.LabelSelector{} }),
			[]string{"spec.selector: Invalid value: {}: empty selector is invalid for statefulset"}},
		{"V9", "the selector matches the template's labels", setWith(func(s set) { s.Spec.Selector.MatchLabels = model.Labels{"app": "other"} }), []string{notMatched}},
		{"V10", "a selector's operator is one of four, and a malformed selector is quoted", setWith(func(s set) {
			s.Spec.Selector.MatchExpressions = []model.LabelSelectorRequirement{{Key: "a", Operator: "Foo"}}
		}), []string{`spec.selector.matchExpressions[0].operator: Invalid value: "Foo": not a valid selector operator`,
			`spec.selector: Invalid value: {"matchLabels":{"app":"nginx"},"matchExpressions":[{"key":"a","operator":"Foo"}]}`}},
		{"V11", "serviceName is optional", setWith(func(s set) { s.Spec.ServiceName = "" }), none},
		{"V12", "serviceName is a label of DNS", setWith(func(s set) { s.Spec.ServiceName = "Bad_Name" }), []string{`spec.serviceName: Invalid value: "Bad_Name": ` + rfc1123Label}},
		{"V13", "podManagementPolicy is one of two", setWith(func(s set) { s.Spec.PodManagementPolicy = "Foo" }),
			[]string{`spec.podManagementPolicy: Invalid value: "Foo": must be 'OrderedReady' or 'Parallel'`}},
		{"V14", "the strategy is one of two", strategy(model.UpdateStrategy{Type: "Foo"}),
			[]string{`spec.updateStrategy: Invalid value: {"Type":"Foo","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'`}},
		{"V15", "Recreate is behind a gate that is off", strategy(model.UpdateStrategy{Type: model.Recreate}),
			[]string{`spec.updateStrategy: Invalid value: {"Type":"Recreate","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'`}},
		{"V16", "OnDelete has no parameters", strategy(model.UpdateStrategy{Type: model.OnDelete, RollingUpdate: &model.RollingUpdateStrategy{}}),
			[]string{`spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":0,"MaxUnavailable":null}: only allowed for updateStrategy 'RollingUpdate'`}},
		{"V17", "the partition is not negative", rolling(model.RollingUpdateStrategy{Partition: ptr(int32(-1))}),
			[]string{"spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: " + notNegative}},
		{"V18", "maxUnavailable is not 0", maxUnavailable(model.FromInt(0)), []string{maxPath + "0: cannot be 0"}},
		{"V18", "maxUnavailable is not 0%", maxUnavailable(model.FromString("0%")), []string{maxPath + `"0%": cannot be 0`}},
		{"V18", "maxUnavailable is not negative", maxUnavailable(model.FromInt(-1)), []string{maxPath + "-1: " + notNegative}},
		{"V18", "maxUnavailable is at most 100%", maxUnavailable(model.FromString("150%")), []string{maxPath + `"150%": must not be greater than 100%`}},
		{"V18", "maxUnavailable may be above the replicas", maxUnavailable(model.FromInt(150)), none},
		{"V19", "maxUnavailable is a number or a percentage", maxUnavailable(model.FromString("abc")), []string{
			maxPath + `"abc": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`,
			maxPath + `"abc": cannot be 0`}},
		{"V19", "a number in quotes is no percentage, but is not 0", maxUnavailable(model.FromString("5")), []string{
			maxPath + `"5": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`}},
		{"V20", "claims are retained or deleted", setWith(func(s set) {
			s.Spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{WhenDeleted: "Foo"}
		}), []string{`spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Foo": supported values: "Retain", "Delete"`}},
		{"V21", "a set's containers restart always", setWith(func(s set) { s.Spec.Template.Spec.RestartPolicy = "Never" }),
			[]string{`spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"`}},
		{"V22", "a set's pods have no deadline", setWith(func(s set) { s.Spec.Template.Spec.ActiveDeadlineSeconds = ptr(int64(5)) }),
			[]string{"spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported"}},
		{"V23", "a claim template asks for a mode and a size", claim(func(c *model.PersistentVolumeClaim) { c.Spec.AccessModes, c.Spec.Request = nil, 0 }), []string{
			"spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required",
			"spec.volumeClaimTemplates[0].spec.resources[storage]: Required value"}},
		{"V24", "a claim template's size is above zero", claim(func(c *model.PersistentVolumeClaim) { c.Spec.Request = -model.Gi }),
			[]string{`spec.volumeClaimTemplates[0].spec.resources[storage]: Invalid value: "-1Gi": must be greater than zero`}},
		{"V25", "ReadWriteOncePod stands alone", claim(func(c *model.PersistentVolumeClaim) {
			c.Spec.AccessModes = []model.AccessMode{model.ReadWriteOnce, model.ReadWriteOncePod}
		}), []string{"spec.volumeClaimTemplates[0].spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"}},
		{"V26", "a claim template is a volume, and named like one", setWith(func(s set) {
			s.Spec.VolumeClaimTemplates[0].Name = "Bad_Name"
			s.Spec.Template.Spec.Containers[0].VolumeMounts[0].Name = "Bad_Name"
		}), []string{`spec.template.spec.volumes[0].name: Invalid value: "Bad_Name": ` + rfc1123Label,
			`spec.template.spec.containers[0].volumeMounts[0].name: Not found: "Bad_Name"`}},
		{"V27", "two claim templates may have one name", setWith(func(s set) {
			s.Spec.VolumeClaimTemplates = append(s.Spec.VolumeClaimTemplates, s.Spec.VolumeClaimTemplates[0])
		}), none},
		{"V28", "a claim template may replace a volume", setWith(func(s set) { s.Spec.Template.Spec.Volumes = []model.Volume{{Name: "www", EmptyDir: true}} }), none},
		{"V29", "what is mounted is a volume", container(func(c *model.Container) { c.VolumeMounts[0].Name = "other" }),
			[]string{`spec.template.spec.containers[0].volumeMounts[0].name: Not found: "other"`}},
		{"V30", "a path is mounted once", container(func(c *model.Container) { c.VolumeMounts = append(c.VolumeMounts, c.VolumeMounts[0]) }),
			[]string{`spec.template.spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/data": must be unique`}},
		{"V31", "there is a container", setWith(func(s set) { s.Spec.Template.Spec.Containers = nil }), []string{"spec.template.spec.containers: Required value"}},
		{"V31", "two containers have two names", setWith(func(s set) {
			s.Spec.Template.Spec.Containers = []model.Container{{Name: "c", Image: "i"}, {Name: "c", Image: "i"}}
		}), []string{`spec.template.spec.containers[1].name: Duplicate value: "c"`}},
		{"V31", "a container has an image", container(func(c *model.Container) { c.Image = "" }), []string{"spec.template.spec.containers[0].image: Required value"}},
		{"V32", "the template's hostname and subdomain are not looked at", setWith(func(s set) {
			s.Spec.Template.Spec.Hostname, s.Spec.Template.Spec.Subdomain = "Bad_Host", "Bad_Sub"
		}), none},
		{"V33", "a set may have a name that is too long for its pods", setWith(func(s set) { s.Name = a(63) }), none},
		{"V34", "a negative revisionHistoryLimit keeps all revisions", setWith(func(s set) { s.Spec.RevisionHistoryLimit = ptr(int32(-1)) }), none},
	}
}

func setUpdateRows() []row {
	type set = *model.StatefulSet
	const claimJSON = `[{"name":"www","Spec":{"AccessModes":["ReadWriteOnce"],"Selector":null,"Resources":{"Limits":null,"Requests":{"storage":"2Gi"}},` +
		`"VolumeName":"","StorageClassName":null,"VolumeMode":"Filesystem","DataSource":null,"DataSourceRef":null,"VolumeAttributesClassName":null},` +
		`"Status":{"Phase":"Pending","AccessModes":null,"Capacity":null,"Conditions":null,"AllocatedResources":null,"AllocatedResourceStatuses":null,` +
		`"CurrentVolumeAttributesClassName":null,"ModifyVolumeStatus":null,"HealthStatus":null}}]`
	tolerant := func(edit func(old, updated set)) asked {
		old, updated := web(), web()
		old.Default()
		updated.Default()
		edit(old, updated)
		return toUpdate(updated, old)
	}
	return []row{
		{"U1", "the selector is immutable", setChanged(func(s set) {
			s.Spec.Selector = &model.LabelSelector{MatchLabels: model.Labels{"app": "x"}}
			s.Spec.Template.Labels = model.Labels{"app": "x"}
		}), []string{`spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: ` + immutable}},
		{"U2", "serviceName is immutable", setChanged(func(s set) { s.Spec.ServiceName = "other" }), []string{`spec.serviceName: Invalid value: "other": ` + immutable}},
		{"U2", "serviceName cannot be removed either", setChanged(func(s set) { s.Spec.ServiceName = "" }), []string{`spec.serviceName: Invalid value: "": ` + immutable}},
		{"U3", "podManagementPolicy is immutable", setChanged(func(s set) { s.Spec.PodManagementPolicy = model.Parallel }),
			[]string{`spec.podManagementPolicy: Invalid value: "Parallel": ` + immutable}},
		{"U4", "claim templates are immutable", setChanged(func(s set) { s.Spec.VolumeClaimTemplates[0].Spec.Request = 2 * model.Gi }),
			[]string{"spec.volumeClaimTemplates: Invalid value: " + claimJSON + ": " + immutable}},
		{"U4", "claim templates cannot be removed", setChanged(func(s set) {
			s.Spec.VolumeClaimTemplates = nil
			s.Spec.Template.Spec.Volumes = []model.Volume{{Name: "www", EmptyDir: true}}
		}), []string{"spec.volumeClaimTemplates: Invalid value: null: " + immutable}},
		{"U5", "all the rest may change", setChanged(func(s set) {
			s.Spec.Replicas, s.Spec.Ordinals, s.Spec.MinReadySeconds = ptr(int32(9)), &model.Ordinals{Start: 3}, 7
			s.Spec.Template.Spec.Containers[0].Image = "nginx:1.27"
			s.Spec.UpdateStrategy = model.UpdateStrategy{Type: model.OnDelete}
			s.Spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{WhenDeleted: model.DeleteClaim, WhenScaled: model.DeleteClaim}
			s.Spec.RevisionHistoryLimit = ptr(int32(2))
		}), none},
		{"U6", "replicas are not negative", setChanged(func(s set) { s.Spec.Replicas = ptr(int32(-1)) }), []string{"spec.replicas: Invalid value: -1: " + notNegative}},
		{"U7", "the selector still matches the template", setChanged(func(s set) { s.Spec.Template.Labels = model.Labels{"app": "x"} }),
			[]string{`spec.template.metadata.labels: Invalid value: {"app":"x"}: ` + "`selector` does not match template `labels`"}},
		{"U8", "the name is immutable", setChanged(func(s set) { s.Name = "other" }), []string{`metadata.name: Invalid value: "other": ` + immutable}},
		{"U-stored", "an invalid serviceName that is stored is tolerated", tolerant(func(old, updated set) {
			old.Spec.ServiceName, updated.Spec.ServiceName = "Bad_Name", "Bad_Name"
		}), none},
		{"U-stored", "stored claim templates are not validated again", tolerant(func(old, updated set) {
			old.Spec.VolumeClaimTemplates[0].Spec.Request, updated.Spec.VolumeClaimTemplates[0].Spec.Request = 0, 0
		}), none},
		{"U-stored", "where the stored spec is invalid, the template is not validated again", tolerant(func(old, updated set) {
			old.Spec.Template.Spec.Containers, updated.Spec.Template.Spec.Containers = nil, nil
		}), none},
		{"U-stored", "where the stored spec is valid, the template is validated", setChanged(func(s set) { s.Spec.Template.Spec.Containers = nil }),
			[]string{"spec.template.spec.containers: Required value"}},
		{"U-deleted", "a set that is being deleted gets no new finalizers", tolerant(func(old, updated set) {
			old.DeletedAt, updated.DeletedAt = ptr(model.Instant(0)), ptr(model.Instant(0))
			old.Finalizers, updated.Finalizers = []string{"a.b/c"}, []string{"a.b/d", "a.b/c"}
		}), []string{`metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.b/d"}`}},
	}
}

func TestWarnings(t *testing.T) {
	s := web()
	require.Empty(t, validation.Warnings(s))
	s.Spec.RevisionHistoryLimit = ptr(int32(-1))
	require.Equal(t, []string{"spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"}, validation.Warnings(s))
}

func TestStatefulSetStatus(t *testing.T) {
	fine := model.StatefulSetStatus{Replicas: 3, ReadyReplicas: 2, CurrentReplicas: 1, UpdatedReplicas: 2, AvailableReplicas: 1, CollisionCount: ptr(int32(1))}
	for _, r := range []struct {
		rule string
		edit func(*model.StatefulSetStatus)
		want []string
	}{
		{"a report of counts that add up is stored", func(*model.StatefulSetStatus) {}, none},
		{"counts are not negative", func(s *model.StatefulSetStatus) { s.CurrentReplicas = -1 }, []string{"status.currentReplicas: Invalid value: -1: " + notNegative}},
		{"the total is not negative, and nothing is above it", func(s *model.StatefulSetStatus) {
			*s = model.StatefulSetStatus{Replicas: -1, CollisionCount: s.CollisionCount}
		}, []string{
			"status.replicas: Invalid value: -1: " + notNegative,
			"status.readyReplicas: Invalid value: 0: cannot be greater than status.replicas", "status.currentReplicas: Invalid value: 0: cannot be greater than status.replicas",
			"status.updatedReplicas: Invalid value: 0: cannot be greater than status.replicas", "status.availableReplicas: Invalid value: 0: cannot be greater than status.replicas"}},
		{"no count is above the total", func(s *model.StatefulSetStatus) { s.UpdatedReplicas = 4 }, []string{"status.updatedReplicas: Invalid value: 4: cannot be greater than status.replicas"}},
		{"what is available is ready", func(s *model.StatefulSetStatus) { s.AvailableReplicas = 3 }, []string{"status.availableReplicas: Invalid value: 3: cannot be greater than status.readyReplicas"}},
		{"the observed generation is not negative", func(s *model.StatefulSetStatus) { s.ObservedGeneration = -1 }, []string{"status.observedGeneration: Invalid value: -1: " + notNegative}},
		{"collisionCount grows", func(s *model.StatefulSetStatus) { s.CollisionCount = ptr(int32(0)) }, []string{"status.collisionCount: Invalid value: 0: cannot be decremented"}},
		{"collisionCount is not forgotten", func(s *model.StatefulSetStatus) { s.CollisionCount = nil }, []string{"status.collisionCount: Invalid value: 0: cannot be decremented"}},
		{"collisionCount is not negative", func(s *model.StatefulSetStatus) { s.CollisionCount = ptr(int32(-1)) }, []string{
			"status.collisionCount: Invalid value: -1: " + notNegative, "status.collisionCount: Invalid value: -1: cannot be decremented"}},
	} {
		t.Run(r.rule, func(t *testing.T) {
			updated := fine
			r.edit(&updated)
			require.Equal(t, r.want, messages(validation.StatefulSetStatus(&updated, &fine)))
		})
	}
}
