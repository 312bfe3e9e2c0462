package manifest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

// Drawn objects of the model: any values that the API can hold, sensible or not.
// It holds whole seconds, and quantities up to a limit.

var (
	word     = rapid.StringMatching(`[a-z]{0,3}`)
	anything = rapid.OneOf(word, rapid.String())
	count    = rapid.Int32Range(-2, 5)
	instant  = rapid.Map(rapid.Int64Range(-5, 1e9), func(s int64) model.Instant { return model.Instant(s) * model.Instant(time.Second) })
	uid      = rapid.Map(rapid.Int64Range(0, 1e6), func(n int64) model.UID { return model.UID(n) })
	bytesOf  = rapid.Map(rapid.OneOf(rapid.Int64Range(-mostBytes, mostBytes), rapid.Int64Range(0, 3)), func(n int64) model.Bytes { return model.Bytes(n) })
	labels   = rapid.Custom(func(t *rapid.T) model.Labels { return some(t, anything, anything) })
	cpu      = rapid.Map(rapid.Int64Range(-1e15, 1e15), func(n int64) model.MilliCPU { return model.MilliCPU(n) })
	texts    = list(anything)
)

// list draws nil or a list that is not empty.
func list[T any](g *rapid.Generator[T]) *rapid.Generator[[]T] {
	return rapid.Map(rapid.SliceOfN(g, 0, 2), func(l []T) []T {
		if len(l) == 0 {
			return nil
		}
		return l
	})
}

func some(t *rapid.T, key, value *rapid.Generator[string]) map[string]string {
	m := rapid.MapOfN(key, value, 0, 2).Draw(t, "map")
	if len(m) == 0 {
		return nil
	}
	return m
}

func maybe[T any](g *rapid.Generator[T]) *rapid.Generator[*T] { return rapid.Ptr(g, true) }

func named[T ~string](g *rapid.Generator[string]) *rapid.Generator[T] {
	return rapid.Map(g, func(s string) T { return T(s) })
}

// choose draws one of the values or the zero value.
func choose[T any](values ...T) *rapid.Generator[T] {
	var zero T
	return rapid.SampledFrom(append([]T{zero}, values...))
}

// world draws objects; unmodelled says whether they carry what the model does not
// understand.
type world struct {
	*rapid.T
	unmodelled bool
}

func draw[T any](w world, g *rapid.Generator[T]) T { return g.Draw(w.T, "value") }

func (w world) rest(json string) string {
	if w.unmodelled && rapid.Bool().Draw(w.T, "unmodelled") {
		return json
	}
	return ""
}

func (w world) meta() model.ObjectMeta {
	return model.ObjectMeta{
		Name: draw(w, anything), Namespace: draw(w, word), UID: draw(w, uid), ResourceVersion: draw(w, rapid.Int64()),
		Generation: draw(w, rapid.Int64()), CreatedAt: draw(w, instant), DeletedAt: draw(w, maybe(instant)),
		Labels: draw(w, labels), Annotations: draw(w, labels), Finalizers: draw(w, texts),
		OwnerReferences: draw(w, list(rapid.Custom(func(t *rapid.T) model.OwnerReference {
			w := world{t, w.unmodelled}
			return model.OwnerReference{
				Kind: draw(w, rapid.SampledFrom([]model.Kind{model.KindStatefulSet, model.KindPod})), Name: draw(w, word),
				UID: draw(w, uid), Controller: draw(w, rapid.Bool()), BlockOwnerDeletion: draw(w, rapid.Bool()),
			}
		}))),
	}
}

var requirement = rapid.Custom(func(t *rapid.T) model.LabelSelectorRequirement {
	return model.LabelSelectorRequirement{
		Key: anything.Draw(t, "key"), Operator: model.SelectorOperator(word.Draw(t, "operator")), Values: texts.Draw(t, "values"),
	}
})

var selector = rapid.Custom(func(t *rapid.T) model.LabelSelector {
	return model.LabelSelector{MatchLabels: labels.Draw(t, "labels"), MatchExpressions: list(requirement).Draw(t, "expressions")}
})

var intOrString = rapid.OneOf(rapid.Map(count, model.FromInt), rapid.Map(anything, model.FromString))

var resources = rapid.Custom(func(t *rapid.T) model.ResourceList {
	return model.ResourceList{CPU: cpu.Draw(t, "cpu"), Memory: bytesOf.Draw(t, "memory")}
})

var handler = rapid.Custom(func(t *rapid.T) model.LifecycleHandler {
	return model.LifecycleHandler{
		SleepSeconds: maybe(rapid.Int64()).Draw(t, "sleep"), Exec: texts.Draw(t, "exec"),
		HTTPGet: choose(":80", "a:80/x", ":http/", "::1:80/a:b").Draw(t, "get"),
	}
})

func (w world) container() model.Container {
	return model.Container{
		Name: draw(w, word), Image: draw(w, anything), Command: draw(w, texts), Args: draw(w, texts),
		Ports: draw(w, list(rapid.Custom(func(t *rapid.T) model.ContainerPort {
			return model.ContainerPort{Name: word.Draw(t, "name"), ContainerPort: count.Draw(t, "port"), Protocol: word.Draw(t, "protocol")}
		}))),
		Resources: model.ResourceRequirements{Requests: draw(w, resources), Limits: draw(w, resources)},
		VolumeMounts: draw(w, list(rapid.Custom(func(t *rapid.T) model.VolumeMount {
			return model.VolumeMount{
				Name: word.Draw(t, "name"), MountPath: word.Draw(t, "path"), SubPath: word.Draw(t, "sub"), ReadOnly: rapid.Bool().Draw(t, "ro"),
			}
		}))),
		PreStop: draw(w, maybe(handler)), PostStart: draw(w, maybe(handler)),
		ImagePullPolicy: draw(w, named[model.PullPolicy](word)), RestartPolicy: draw(w, word),
		LivenessProbe: draw(w, maybe(probe)), ReadinessProbe: draw(w, maybe(probe)), StartupProbe: draw(w, maybe(probe)),
		Unmodelled: w.rest(`{"env":[{"name":"A","value":"<1>"}],"lifecycle":{"stopSignal":"SIGHUP"},"stdin":true}`),
	}
}

// probe draws a probe and what it asks, spelled as it is read.
var probe = rapid.Custom(func(t *rapid.T) model.Probe {
	return model.Probe{
		InitialDelaySeconds: count.Draw(t, "delay"), PeriodSeconds: count.Draw(t, "period"), TimeoutSeconds: count.Draw(t, "timeout"),
		SuccessThreshold: count.Draw(t, "success"), FailureThreshold: count.Draw(t, "failure"), TerminationGracePeriodSeconds: maybe(rapid.Int64()).Draw(t, "grace"),
		Handler: choose(`{"exec":{"command":["a","<b>"]}}`, `{"grpc":{"port":9090,"service":""}}`, `{"tcpSocket":{"host":"h","port":"db"}}`,
			`{"httpGet":{"httpHeaders":[{"name":"A","value":"b"}],"path":"/","port":80,"scheme":"HTTPS"}}`).Draw(t, "handler"),
	}
})

var nodeSelector = rapid.Custom(func(t *rapid.T) model.NodeSelector {
	return model.NodeSelector{Terms: list(rapid.Custom(func(t *rapid.T) model.NodeSelectorTerm {
		return model.NodeSelectorTerm{MatchExpressions: list(requirement).Draw(t, "expressions"), MatchFields: list(requirement).Draw(t, "fields")}
	})).Draw(t, "terms")}
})

func (w world) affinity() *model.Affinity {
	if draw(w, rapid.Bool()) {
		return nil
	}
	terms := list(rapid.Custom(func(t *rapid.T) model.PodAffinityTerm {
		w := world{t, w.unmodelled}
		return model.PodAffinityTerm{
			LabelSelector: draw(w, maybe(selector)), Namespaces: draw(w, texts), TopologyKey: draw(w, word),
			Unmodelled: w.rest(`{"matchLabelKeys":["a"],"namespaceSelector":{}}`),
		}
	}))
	return &model.Affinity{
		NodeAffinity: draw(w, maybe(nodeSelector)), PodAffinity: draw(w, terms), PodAntiAffinity: draw(w, terms),
		Unmodelled: w.rest(`{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"podAffinityTerm":{"topologyKey":"a"},"weight":1}]}}`),
	}
}

func (w world) pod() model.PodSpec {
	return model.PodSpec{
		Containers:     draw(w, list(rapid.Custom(func(t *rapid.T) model.Container { return world{t, w.unmodelled}.container() }))),
		InitContainers: draw(w, list(rapid.Custom(func(t *rapid.T) model.Container { return world{t, w.unmodelled}.container() }))),
		ReadinessGates: draw(w, texts), PriorityClassName: draw(w, word), Affinity: w.affinity(),
		Tolerations: draw(w, list(rapid.Custom(func(t *rapid.T) model.Toleration {
			return model.Toleration{
				Key: word.Draw(t, "key"), Operator: word.Draw(t, "operator"), Value: word.Draw(t, "value"), Effect: named[model.TaintEffect](word).Draw(t, "effect"),
				TolerationSeconds: maybe(rapid.Int64()).Draw(t, "seconds"),
			}
		}))),
		TopologySpreadConstraints: draw(w, list(rapid.Custom(func(t *rapid.T) model.TopologySpreadConstraint {
			w := world{t, w.unmodelled}
			return model.TopologySpreadConstraint{
				MaxSkew: draw(w, count), TopologyKey: draw(w, word), WhenUnsatisfiable: draw(w, word), LabelSelector: draw(w, maybe(selector)),
				Unmodelled: w.rest(`{"minDomains":2}`),
			}
		}))),
		Volumes: draw(w, list(rapid.Custom(func(t *rapid.T) model.Volume {
			w := world{t, w.unmodelled}
			return model.Volume{
				Name: draw(w, word), PersistentVolumeClaim: draw(w, word), ReadOnly: draw(w, rapid.Bool()),
				EmptyDir: draw(w, rapid.Bool()), Unmodelled: w.rest(`{"configMap":{"name":"c"}}`),
			}
		}))),
		RestartPolicy: draw(w, word), TerminationGracePeriodSeconds: draw(w, maybe(rapid.Int64())),
		ActiveDeadlineSeconds: draw(w, maybe(rapid.Int64())), NodeSelector: draw(w, labels), NodeName: draw(w, word),
		HostNetwork: draw(w, rapid.Bool()), Hostname: draw(w, word), Subdomain: draw(w, word),
		SetHostnameAsFQDN: draw(w, rapid.Bool()), HostnameOverride: draw(w, word), DNSPolicy: draw(w, word),
		DNSConfig: draw(w, maybe(rapid.Custom(func(t *rapid.T) model.PodDNSConfig {
			return model.PodDNSConfig{
				Nameservers: texts.Draw(t, "servers"), Searches: texts.Draw(t, "searches"),
				Options: list(rapid.Custom(func(t *rapid.T) model.PodDNSConfigOpt {
					return model.PodDNSConfigOpt{Name: word.Draw(t, "name"), Value: maybe(word).Draw(t, "value")}
				})).Draw(t, "options"),
			}
		}))),
		Unmodelled: w.rest(`{"schedulingGates":[{"name":"g"}],"securityContext":{},"serviceAccountName":"s"}`),
	}
}

func (w world) template() model.PodTemplateSpec {
	return model.PodTemplateSpec{
		Labels: draw(w, labels), Annotations: draw(w, labels), Finalizers: draw(w, texts), Spec: w.pod(),
		Unmodelled: w.rest(`{"metadata":{"name":"x"}}`),
	}
}

func (w world) claimSpec() model.PersistentVolumeClaimSpec {
	return model.PersistentVolumeClaimSpec{
		AccessModes: draw(w, list(named[model.AccessMode](word))), Selector: draw(w, maybe(selector)), Request: draw(w, bytesOf),
		StorageClassName: draw(w, maybe(word)), VolumeMode: draw(w, named[model.VolumeMode](word)), VolumeName: draw(w, word),
		Unmodelled: w.rest(`{"resources":{"limits":{"storage":"1Gi"}}}`),
	}
}

func (w world) status() model.StatefulSetStatus {
	return model.StatefulSetStatus{
		ObservedGeneration: draw(w, rapid.Int64()), Replicas: draw(w, count), ReadyReplicas: draw(w, count),
		CurrentReplicas: draw(w, count), UpdatedReplicas: draw(w, count), AvailableReplicas: draw(w, count),
		CurrentRevision: draw(w, word), UpdateRevision: draw(w, word), CollisionCount: draw(w, maybe(count)),
		Conditions: draw(w, list(rapid.Custom(func(t *rapid.T) model.StatefulSetCondition {
			return model.StatefulSetCondition{
				Type: word.Draw(t, "type"), Status: word.Draw(t, "status"), LastTransitionTime: instant.Draw(t, "time"),
				Reason: word.Draw(t, "reason"), Message: anything.Draw(t, "message"),
			}
		}))),
	}
}

func (w world) set() *model.StatefulSet {
	return &model.StatefulSet{
		ObjectMeta: w.meta(),
		Status:     w.status(),
		Spec: model.StatefulSetSpec{
			Replicas: draw(w, maybe(count)), Selector: draw(w, maybe(selector)), Template: w.template(),
			VolumeClaimTemplates: draw(w, list(rapid.Custom(func(t *rapid.T) model.PersistentVolumeClaim {
				w := world{t, w.unmodelled}
				return model.PersistentVolumeClaim{ObjectMeta: w.meta(), Spec: w.claimSpec()}
			}))),
			ServiceName: draw(w, word), PodManagementPolicy: draw(w, named[model.PodManagementPolicy](word)),
			UpdateStrategy: model.UpdateStrategy{
				Type: draw(w, named[model.UpdateStrategyType](word)),
				RollingUpdate: draw(w, maybe(rapid.Custom(func(t *rapid.T) model.RollingUpdateStrategy {
					return model.RollingUpdateStrategy{Partition: maybe(count).Draw(t, "partition"), MaxUnavailable: maybe(intOrString).Draw(t, "max")}
				}))),
			},
			RevisionHistoryLimit: draw(w, maybe(count)), MinReadySeconds: draw(w, count),
			PersistentVolumeClaimRetentionPolicy: draw(w, maybe(rapid.Custom(func(t *rapid.T) model.RetentionPolicy {
				policy := choose(model.RetainClaim, model.DeleteClaim)
				return model.RetentionPolicy{WhenDeleted: policy.Draw(t, "deleted"), WhenScaled: policy.Draw(t, "scaled")}
			}))),
			Ordinals: draw(w, maybe(rapid.Map(count, func(n int32) model.Ordinals { return model.Ordinals{Start: n} }))),
		},
	}
}

var containerStatus = rapid.Custom(func(t *rapid.T) model.ContainerStatus {
	s := model.ContainerStatus{
		Name: word.Draw(t, "name"), Image: word.Draw(t, "image"), Ready: rapid.Bool().Draw(t, "ready"),
		RestartCount: count.Draw(t, "restarts"), Started: rapid.Bool().Draw(t, "started"), State: choose(waiting, running, terminated).Draw(t, "state"),
	}
	switch s.State {
	case waiting:
		s.Reason, s.Message = word.Draw(t, "reason"), word.Draw(t, "message")
	case running:
		s.StartedAt = instant.Draw(t, "start")
	case terminated:
		s.Reason, s.ExitCode = word.Draw(t, "reason"), count.Draw(t, "exit")
		s.StartedAt, s.FinishedAt = instant.Draw(t, "start"), instant.Draw(t, "finish")
	}
	if rapid.Bool().Draw(t, "again") {
		s.LastState = &model.Termination{
			ExitCode: count.Draw(t, "lastExit"), Reason: word.Draw(t, "lastReason"),
			StartedAt: instant.Draw(t, "lastStart"), FinishedAt: instant.Draw(t, "lastFinish"),
		}
	}
	return s
})

func (w world) livePod() *model.Pod {
	return &model.Pod{ObjectMeta: w.meta(), Spec: w.pod(), Status: model.PodStatus{
		Phase: draw(w, named[model.PodPhase](word)), Reason: draw(w, word), Message: draw(w, anything), PodIP: draw(w, word),
		StartTime: draw(w, instant), ContainerStatuses: draw(w, list(containerStatus)), InitContainerStatuses: draw(w, list(containerStatus)),
		Conditions: draw(w, list(rapid.Custom(func(t *rapid.T) model.PodCondition {
			return model.PodCondition{
				Type: word.Draw(t, "type"), Status: rapid.Bool().Draw(t, "status"), LastTransitionTime: instant.Draw(t, "time"),
				Reason: word.Draw(t, "reason"), Message: word.Draw(t, "message"),
			}
		}))),
	}}
}

func (w world) service() *model.Service {
	return &model.Service{ObjectMeta: w.meta(), Spec: model.ServiceSpec{
		Type: draw(w, named[model.ServiceType](word)), ClusterIP: draw(w, word), ClusterIPs: draw(w, texts),
		IPFamilies: draw(w, list(named[model.IPFamily](word))), IPFamilyPolicy: draw(w, word),
		ExternalName: draw(w, word), Selector: draw(w, labels), PublishNotReadyAddresses: draw(w, rapid.Bool()),
		Ports: draw(w, list(rapid.Custom(func(t *rapid.T) model.ServicePort {
			return model.ServicePort{
				Name: word.Draw(t, "name"), Protocol: word.Draw(t, "protocol"), Port: count.Draw(t, "port"),
				TargetPort: intOrString.Draw(t, "target"), NodePort: count.Draw(t, "node"),
			}
		}))),
		Unmodelled: w.rest(`{"sessionAffinity":"ClientIP"}`),
	}}
}

func (w world) volume() *model.PersistentVolume {
	v := &model.PersistentVolume{
		ObjectMeta: w.meta(),
		Spec: model.PersistentVolumeSpec{
			Capacity: draw(w, bytesOf), AccessModes: draw(w, list(named[model.AccessMode](word))),
			ReclaimPolicy: draw(w, named[model.ReclaimPolicy](word)), StorageClassName: draw(w, word),
			VolumeMode: draw(w, named[model.VolumeMode](word)),
			ClaimRef: draw(w, maybe(rapid.Custom(func(t *rapid.T) model.ClaimReference {
				return model.ClaimReference{Namespace: word.Draw(t, "namespace"), Name: word.Draw(t, "name"), UID: uid.Draw(t, "uid")}
			}))),
			NodeAffinity: draw(w, maybe(nodeSelector)),
			Source: draw(w, choose(
				model.VolumeSource{Type: model.SourceCSI, Driver: "d", Handle: "h"},
				model.VolumeSource{Type: model.SourceNFS, Server: "s", Path: "/p"},
				model.VolumeSource{Type: model.SourceHostPath, Path: "/p"},
				model.VolumeSource{Type: model.SourceLocal},
			)),
		},
		Status: model.PersistentVolumeStatus{Phase: draw(w, named[model.VolumePhase](word)), Message: draw(w, anything)},
	}
	if v.Spec.Unmodelled = w.rest(`{"mountOptions":["hard"]}`); v.Spec.Unmodelled != "" && v.Spec.Source.Type == "" {
		v.Spec.Source.Type, v.Spec.Unmodelled = model.SourceOther, `{"rbd":{"image":"i","monitors":["m"]}}`
	}
	return v
}

func (w world) claim() *model.PersistentVolumeClaim {
	return &model.PersistentVolumeClaim{ObjectMeta: w.meta(), Spec: w.claimSpec(), Status: model.PersistentVolumeClaimStatus{
		Phase: draw(w, named[model.ClaimPhase](word)), AccessModes: draw(w, list(named[model.AccessMode](word))), Capacity: draw(w, bytesOf),
		Conditions: draw(w, list(rapid.Custom(func(t *rapid.T) model.ClaimCondition {
			return model.ClaimCondition{
				Type: model.ClaimConditionType(word.Draw(t, "type")), Status: named[model.ConditionStatus](word).Draw(t, "status"), LastTransitionTime: instant.Draw(t, "time"),
				Reason: word.Draw(t, "reason"), Message: word.Draw(t, "message"),
			}
		}))),
	}}
}

func (w world) class() *model.StorageClass {
	return &model.StorageClass{
		ObjectMeta: w.meta(), Provisioner: draw(w, word), ReclaimPolicy: draw(w, named[model.ReclaimPolicy](word)),
		VolumeBindingMode: draw(w, named[model.VolumeBindingMode](word)), AllowVolumeExpansion: draw(w, rapid.Bool()),
		Parameters: draw(w, labels), Unmodelled: w.rest(`{"mountOptions":["hard"]}`),
		AllowedTopologies: draw(w, list(rapid.Custom(func(t *rapid.T) model.TopologySelectorTerm {
			return model.TopologySelectorTerm{MatchLabelExpressions: list(rapid.Custom(func(t *rapid.T) model.TopologySelectorLabelRequirement {
				return model.TopologySelectorLabelRequirement{Key: word.Draw(t, "key"), Values: texts.Draw(t, "values")}
			})).Draw(t, "expressions")}
		}))),
	}
}

func (w world) node() *model.Node {
	return &model.Node{ObjectMeta: w.meta(),
		Spec: model.NodeSpec{Unschedulable: draw(w, rapid.Bool()), Unmodelled: w.rest(`{"providerID":"p"}`),
			Taints: draw(w, list(rapid.Custom(func(t *rapid.T) model.Taint {
				return model.Taint{
					Key: word.Draw(t, "key"), Value: word.Draw(t, "value"), Effect: named[model.TaintEffect](word).Draw(t, "effect"),
					TimeAdded: maybe(instant).Draw(t, "added"),
				}
			})))},
		Status: model.NodeStatus{Allocatable: draw(w, resources), Pods: draw(w, count), Conditions: draw(w, rapid.SampledFrom([][]model.NodeCondition{nil, {{Type: "Ready", Status: model.ConditionUnknown, Reason: "r"}}}))},
	}
}

func (w world) object() model.Object {
	switch rapid.SampledFrom(kinds).Draw(w.T, "kind").kind {
	case model.KindStatefulSet:
		return w.set()
	case model.KindControllerRevision:
		return &model.ControllerRevision{ObjectMeta: w.meta(), Template: w.template(), Revision: draw(w, rapid.Int64())}
	case model.KindPod:
		return w.livePod()
	case model.KindService:
		return w.service()
	case model.KindPersistentVolumeClaim:
		return w.claim()
	case model.KindPersistentVolume:
		return w.volume()
	case model.KindStorageClass:
		return w.class()
	case model.KindDeployment:
		return w.deployment()
	case model.KindReplicaSet:
		return w.replicaSet()
	case model.KindPodDisruptionBudget:
		return w.budget()
	case model.KindHorizontalPodAutoscaler:
		return w.autoscaler()
	default:
		return w.node()
	}
}

// What the model has goes out and comes back the same, and nobody is warned.
func TestModelledReturns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		object := world{t, false}.object()
		api, err := ToAPI(object)
		assert.NoError(t, err)
		again, warnings, err := FromAPI(api)
		assert.NoError(t, err)
		assert.Equal(t, object, again)
		assert.Empty(t, warnings)
	})
}

// What the model does not have goes out and comes back too; of that there are warnings.
func TestUnmodelledReturns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		object := world{t, true}.object()
		carries := false
		for _, s := range slots(object) {
			carries = carries || *s.text != "" && s.only == nil
		}
		api, err := ToAPI(object)
		assert.NoError(t, err)
		again, warnings, err := FromAPI(api)
		assert.NoError(t, err)
		assert.Equal(t, object, again)
		assert.Equal(t, carries, len(warnings) > 0, "%v", warnings)
	})
}

// What is written is read as it was, but for the status, which only the cluster writes.
func TestWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		objects := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) model.Object {
			object := world{t, true}.object()
			forgetStatus(object)
			return object
		}), 1, 3).Draw(t, "objects")
		assertSurvives(t, objects)
	})
}

// An empty patch changes nothing, not even what the API cannot hold.
func TestEmptyPatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		object := world{t, true}.object()
		object.Meta().CreatedAt++
		for _, p := range []Patch{StrategicMerge("{}"), Merge("{}")} {
			again, err := p.Patch(object)
			assert.NoError(t, err)
			assert.Equal(t, object, again)
		}
	})
}
