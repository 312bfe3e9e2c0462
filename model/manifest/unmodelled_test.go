package manifest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/ordinal-sim/ordinal/model"
)

// podIn indents lines to where the pod of a template is, in place of its containers.
func podIn(lines string) string {
	lines = strings.ReplaceAll(strings.TrimRight(lines, "\n"), "\n", "\n      ")
	return strings.Replace(set, "containers: [{name: nginx, image: nginx}]", lines, 1)
}

func TestUnmodelled(t *testing.T) {
	template := func(o model.Object) string { return o.(*model.StatefulSet).Spec.Template.Unmodelled }
	pod := func(o model.Object) string { return o.(*model.StatefulSet).Spec.Template.Spec.Unmodelled }
	container := func(o model.Object) string { return o.(*model.StatefulSet).Spec.Template.Spec.Containers[0].Unmodelled }
	podVolume := func(o model.Object) string { return o.(*model.StatefulSet).Spec.Template.Spec.Volumes[0].Unmodelled }
	claim := func(o model.Object) string {
		return o.(*model.StatefulSet).Spec.VolumeClaimTemplates[0].Spec.Unmodelled
	}
	serviceSpec := func(o model.Object) string { return o.(*model.Service).Spec.Unmodelled }
	volume := func(o model.Object) string { return o.(*model.PersistentVolume).Spec.Unmodelled }
	class := func(o model.Object) string { return o.(*model.StorageClass).Unmodelled }
	node := func(o model.Object) string { return o.(*model.Node).Spec.Unmodelled }

	for _, row := range []struct {
		rule string
		text string
		kept string // in the field that the row looks at
		of   func(model.Object) string
		warn []string // line and path
	}{
		{"an unknown part of a container stays with the container, keys sorted",
			podIn("containers:\n- name: nginx\n  tty: true\n  env:\n  - {value: x, name: A}\n"),
			`{"env":[{"name":"A","value":"x"}],"tty":true}`, container,
			[]string{"line 12: spec.template.spec.containers[0].tty", "line 13: spec.template.spec.containers[0].env"}},
		{"a part of an item of a list is kept by the item's index",
			podIn("containers:\n- name: nginx\n  ports:\n  - containerPort: 80\n  - containerPort: 81\n    hostPort: 8081\n"),
			`{"ports":{"1":{"hostPort":8081}}}`, container,
			[]string{"line 15: spec.template.spec.containers[0].ports[1].hostPort"}},
		{"hooks are modelled, the rest of lifecycle is not",
			podIn("containers:\n- name: nginx\n  lifecycle:\n    preStop: {sleep: {seconds: 5}}\n    postStart: {exec: {command: [a]}}\n    stopSignal: SIGHUP\n"),
			`{"lifecycle":{"stopSignal":"SIGHUP"}}`, container,
			[]string{"line 15: spec.template.spec.containers[0].lifecycle.stopSignal"}},
		{"a hook on a socket is not, which never works",
			podIn("containers:\n- name: nginx\n  lifecycle:\n    preStop: {tcpSocket: {port: 80}}\n"),
			`{"lifecycle":{"preStop":{"tcpSocket":{"port":80}}}}`, container,
			[]string{"line 13: spec.template.spec.containers[0].lifecycle.preStop.tcpSocket"}},
		{"probes, pull policies, gates and places are modelled",
			podIn("readinessGates: [{conditionType: a/b}]\npriorityClassName: high\ntolerations: [{operator: Exists}]\n" +
				"affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [a]}]}]}}}\n" +
				"topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {}}]\n" +
				"containers:\n- name: nginx\n  imagePullPolicy: Always\n  readinessProbe: {httpGet: {port: 80, httpHeaders: [{name: A, value: b}]}, periodSeconds: 1}\n  livenessProbe: {exec: {command: [a]}}\n  startupProbe: {grpc: {port: 1}}\n"),
			"", container, nil},
		{"a hook of an init container is kept with it, and what else it has too",
			podIn("initContainers:\n- name: a\n  restartPolicy: Always\n  restartPolicyRules: [{action: Restart}]\n"),
			`{"restartPolicyRules":[{"action":"Restart"}]}`,
			func(o model.Object) string {
				return o.(*model.StatefulSet).Spec.Template.Spec.InitContainers[0].Unmodelled
			},
			[]string{"line 13: spec.template.spec.initContainers[0].restartPolicyRules"}},
		{"preferences are kept with the affinity",
			podIn("affinity:\n  podAntiAffinity:\n    preferredDuringSchedulingIgnoredDuringExecution:\n    - {weight: 1, podAffinityTerm: {topologyKey: zone}}\n"),
			`{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"podAffinityTerm":{"topologyKey":"zone"},"weight":1}]}}`,
			func(o model.Object) string { return o.(*model.StatefulSet).Spec.Template.Spec.Affinity.Unmodelled },
			[]string{"line 11: spec.template.spec.affinity.podAntiAffinity"}},
		{"all namespaces are kept with the term, and warned of, in spite of the empty braces",
			podIn("affinity:\n  podAffinity:\n    requiredDuringSchedulingIgnoredDuringExecution:\n    - topologyKey: zone\n      namespaceSelector: {}\n"),
			`{"namespaceSelector":{}}`,
			func(o model.Object) string {
				return o.(*model.StatefulSet).Spec.Template.Spec.Affinity.PodAffinity[0].Unmodelled
			},
			[]string{"line 14: spec.template.spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaceSelector"}},
		{"what refines a spread is kept with it",
			podIn("topologySpreadConstraints:\n- {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, minDomains: 2}\n"),
			`{"minDomains":2}`,
			func(o model.Object) string {
				return o.(*model.StatefulSet).Spec.Template.Spec.TopologySpreadConstraints[0].Unmodelled
			},
			[]string{"line 11: spec.template.spec.topologySpreadConstraints[0].minDomains"}},
		{"a Deployment's template is a template",
			"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  paused: true\n  template:\n    spec:\n      schedulerName: mine\n",
			`{"schedulerName":"mine"}`,
			func(o model.Object) string { return o.(*model.Deployment).Spec.Template.Spec.Unmodelled },
			[]string{"line 8: spec.template.spec.schedulerName"}},
		{"a metric of another type is kept with the autoscaler",
			"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec:\n  metrics:\n  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}\n" +
				"  - type: Pods\n    pods: {metric: {name: rate}, target: {type: AverageValue, averageValue: 1k}}\n",
			`{"metrics":{"1":{"pods":{"metric":{"name":"rate"},"target":{"averageValue":"1k","type":"AverageValue"}},"type":"Pods"}}}`,
			func(o model.Object) string { return o.(*model.HorizontalPodAutoscaler).Spec.Unmodelled },
			[]string{"line 7: spec.metrics[1].type", "line 8: spec.metrics[1].pods"}},
		{"a tolerance finer than a thousandth is rounded up, and kept as it is",
			"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec:\n  behavior:\n    scaleUp: {tolerance: 0.0101}\n    scaleDown: {tolerance: 0.01}\n",
			`{"behavior":{"scaleUp":{"tolerance":"10100u"}}}`,
			func(o model.Object) string { return o.(*model.HorizontalPodAutoscaler).Spec.Unmodelled },
			[]string{"line 6: spec.behavior.scaleUp.tolerance"}},
		{"a budget is modelled", "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 50%, selector: {}, unhealthyPodEvictionPolicy: AlwaysAllow}\n",
			"", func(model.Object) string { return "" }, nil},
		{"resources other than cpu and memory are kept",
			podIn("containers:\n- name: nginx\n  resources:\n    limits: {cpu: 1, ephemeral-storage: 1024Mi}\n"),
			`{"resources":{"limits":{"ephemeral-storage":"1Gi"}}}`, container,
			[]string{"line 13: spec.template.spec.containers[0].resources.limits.ephemeral-storage"}},
		{"a quantity finer than the model counts is rounded up, and kept as it is",
			podIn("containers:\n- name: nginx\n  resources:\n    limits: {cpu: 1500u}\n"),
			`{"resources":{"limits":{"cpu":"1500u"}}}`, container,
			[]string{"line 13: spec.template.spec.containers[0].resources.limits.cpu"}},
		{"parts of the pod stay with the pod, a false too",
			podIn("automountServiceAccountToken: false\nephemeralContainers: [{name: a}]\n"),
			`{"automountServiceAccountToken":false,"ephemeralContainers":[{"name":"a","resources":{}}]}`, pod,
			[]string{"line 10: spec.template.spec.automountServiceAccountToken", "line 11: spec.template.spec.ephemeralContainers"}},
		{"a pod volume that is no claim stays with the volume",
			podIn("volumes:\n- name: c\n  configMap: {name: c}\n"),
			`{"configMap":{"name":"c"}}`, podVolume,
			[]string{"line 12: spec.template.spec.volumes[0].configMap"}},
		{"emptyDir is modelled, its limit is not",
			podIn("volumes:\n- name: c\n  emptyDir:\n    sizeLimit: 1Gi\n"),
			`{"emptyDir":{"sizeLimit":"1Gi"}}`, podVolume,
			[]string{"line 13: spec.template.spec.volumes[0].emptyDir.sizeLimit"}},
		{"empty braces are kept without a warning",
			podIn("volumes:\n- name: c\n  projected: {}\n"),
			`{"projected":{"sources":null}}`, podVolume, nil},
		{"metadata of a template are kept",
			strings.Replace(set, "metadata: {labels:", "metadata: {generateName: x, labels:", 1),
			`{"metadata":{"generateName":"x"}}`, template,
			[]string{"line 8: spec.template.metadata.generateName"}},
		{"parts of a claim template's spec are kept",
			set + "  volumeClaimTemplates:\n  - spec:\n      volumeAttributesClassName: gold\n",
			`{"volumeAttributesClassName":"gold"}`, claim,
			[]string{"line 13: spec.volumeClaimTemplates[0].spec.volumeAttributesClassName"}},
		{"kind and status of a claim template say nothing",
			set + "  volumeClaimTemplates:\n  - apiVersion: v1\n    kind: PersistentVolumeClaim\n    status: {phase: Pending}\n",
			"", claim, nil},
		{"metadata of an object are dropped, also a class's, which is all one field",
			"apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata:\n  generateName: x\n  uid: 6f5e\nprovisioner: p\nmountOptions: [hard]\n",
			`{"mountOptions":["hard"]}`, class,
			[]string{"line 4: metadata.generateName", "line 5: metadata.uid", "line 7: mountOptions"}},
		{"a port of a Service", service + "spec:\n  ports:\n  - {port: 80, appProtocol: http}\n",
			`{"ports":{"0":{"appProtocol":"http"}}}`, serviceSpec,
			[]string{"line 6: spec.ports[0].appProtocol"}},
		{"an unknown source of a volume",
			"apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nspec:\n  rbd: {image: i, monitors: [m]}\n",
			`{"rbd":{"image":"i","monitors":["m"]}}`, volume,
			[]string{"line 5: spec.rbd"}},
		{"a claim reference by a foreign UID loses it",
			"apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nspec:\n  claimRef: {name: c, uid: 6f5e}\n",
			"", volume, []string{"line 5: spec.claimRef.uid"}},
		{"taints of a node are modelled, its addresses are not", "apiVersion: v1\nkind: Node\nmetadata: {name: a}\nspec:\n  podCIDR: 10.0.0.0/24\n  taints: [{key: a, effect: NoSchedule, timeAdded: 2000-01-01T00:00:01Z}]\n",
			`{"podCIDR":"10.0.0.0/24"}`, node, []string{"line 5: spec.podCIDR"}},
		{"another spelling of the same is no difference",
			podIn("containers:\n- name: nginx\n  resources: {requests: {cpu: 0.5, memory: 1024Mi}, limits: {memory: 1024000}}\n"),
			"", container, nil},
		{"an owner that is not the controller may say so",
			strings.Replace(set, "  name: web", "  name: web\n  ownerReferences: [{apiVersion: v1, kind: Node, name: a, uid: 00000000-0000-4000-8000-000000000001, controller: false, blockOwnerDeletion: false}]", 1),
			"", container, nil},
		{"zeros, empty lists and maps are no difference",
			podIn("nodeSelector: {}\nvolumes: []\nhostNetwork: false\nsetHostnameAsFQDN: false\nsubdomain: ''\ncontainers:\n- {name: a, stdin: false, env: [], resources: {}}\n") +
				"  updateStrategy: {rollingUpdate: {partition: 0}}\n  minReadySeconds: 0\n",
			"", container, nil},
	} {
		t.Run(row.rule, func(t *testing.T) {
			m, err := Parse([]byte(row.text))
			require.NoError(t, err)
			var warned []string
			for _, w := range m.Warnings {
				assert.True(t, strings.HasPrefix(w.Message, w.Path+" is not simulated"), w.Message)
				_, line, _ := strings.Cut(w.Place.String(), ", ")
				warned = append(warned, line+": "+w.Path)
			}
			assert.Equal(t, row.warn, warned)
			assert.Equal(t, row.kept, row.of(m.Objects[0]))
			assertSurvives(t, m.Objects)
		})
	}
}

// assertSurvives asserts that objects are the same when written and read again.
func assertSurvives(t assert.TestingT, objects []model.Object) {
	var b bytes.Buffer
	if !assert.NoError(t, Write(&b, objects...)) {
		return
	}
	again, err := Parse(b.Bytes())
	if assert.NoError(t, err, b.String()) {
		assert.Equal(t, objects, again.Objects, b.String())
	}
}

func TestAbsentStaysAbsent(t *testing.T) {
	for _, row := range []struct{ rule, spec string }{
		{"no strategy", "{}"},
		{"a strategy without its block", "{updateStrategy: {type: RollingUpdate}}"},
		{"a strategy with an empty block", "{updateStrategy: {type: RollingUpdate, rollingUpdate: {}}}"},
		{"a partition of 0", "{updateStrategy: {rollingUpdate: {partition: 0}}}"},
		{"an empty class is not a missing one", "{volumeClaimTemplates: [{spec: {storageClassName: ''}}]}"},
		{"no replicas are not missing ones", "{replicas: 0}"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			m, err := Parse([]byte("apiVersion: apps/v1\nkind: StatefulSet\nspec: " + row.spec))
			require.NoError(t, err)
			assert.Empty(t, m.Warnings)
			api, err := ToAPI(m.Objects[0])
			require.NoError(t, err)
			var want appsv1.StatefulSet
			d, _, err := chunk{1, []byte("apiVersion: apps/v1\nkind: StatefulSet\nspec: " + row.spec)}.read()
			require.NoError(t, err)
			require.Empty(t, decode(d.value, &want))
			assert.Equal(t, &want, api)
		})
	}
}

func TestUnmodelledThatDoesNotFit(t *testing.T) {
	for _, row := range []struct{ rule, unmodelled, want string }{
		{"it is JSON", "{", "manifest: spec: unmodelled is not a JSON object: {"},
		{"it is an object", "[]", "manifest: spec: unmodelled is not a JSON object: []"},
		{"its fields exist", `{"a":1}`, `manifest: unmodelled does not fit: unknown field "spec.a"`},
		{"its indices exist", `{"ports":{"1":{"appProtocol":"x"}}}`,
			`manifest: unmodelled does not fit: spec.ports: json: cannot unmarshal object into Go value of type []v1.ServicePort`},
	} {
		t.Run(row.rule, func(t *testing.T) {
			_, err := ToAPI(&model.Service{Spec: model.ServiceSpec{
				Ports: []model.ServicePort{{Port: 80}}, Unmodelled: row.unmodelled,
			}})
			assert.EqualError(t, err, row.want)
		})
	}
}

// What a probe asks is text of its own.
func TestHandlers(t *testing.T) {
	for _, row := range []struct{ rule, handler, want string }{
		{"it is JSON", "{", "manifest: spec.containers[0].livenessProbe: handler is not a JSON object: {"},
		{"it says what is asked and nothing else", `{"periodSeconds":1}`,
			`manifest: spec.containers[0].livenessProbe: handler may have the fields exec, grpc, httpGet, tcpSocket: {"periodSeconds":1}`},
		{"it has no fields of its own invention", `{"exec":{"shell":"a"}}`, `manifest: unmodelled does not fit: unknown field "spec.containers[0].livenessProbe.exec.shell"`},
	} {
		t.Run(row.rule, func(t *testing.T) {
			_, err := ToAPI(&model.Pod{Spec: model.PodSpec{Containers: []model.Container{{LivenessProbe: &model.Probe{Handler: row.handler}}}}})
			assert.EqualError(t, err, row.want)
		})
	}
	m, err := Parse([]byte(podIn("containers:\n- name: nginx\n  readinessProbe:\n    periodSeconds: 1\n    httpGet: {port: http, path: /x}\n")))
	require.NoError(t, err)
	assert.Empty(t, m.Warnings)
	assert.Equal(t, &model.Probe{PeriodSeconds: 1, Handler: `{"httpGet":{"path":"/x","port":"http"}}`},
		m.Objects[0].(*model.StatefulSet).Spec.Template.Spec.Containers[0].ReadinessProbe)
	assertSurvives(t, m.Objects)
}

type stranger struct{ model.ObjectMeta }

func (*stranger) Kind() model.Kind { return "Stranger" }

func TestForeignTypes(t *testing.T) {
	_, err := ToAPI(nil)
	assert.EqualError(t, err, "manifest: <nil> is nil")
	_, err = ToAPI((*model.Pod)(nil))
	assert.EqualError(t, err, "manifest: *model.Pod is nil")
	_, err = ToAPI(&stranger{})
	assert.EqualError(t, err, "manifest: *manifest.stranger is not an object of package model")
	for _, foreign := range []any{nil, 1, (*corev1.Pod)(nil), &appsv1.DaemonSet{}, corev1.Pod{}} {
		_, _, err = FromAPI(foreign)
		assert.ErrorContains(t, err, "is not understood; understood are: ControllerRevision (apps/v1), ")
	}
	_, _, err = FromAPI(&appsv1.ControllerRevision{Data: runtime.RawExtension{Raw: []byte(`{"spec":{"template":{"spec":{"x":1}}}}`)}})
	assert.EqualError(t, err, `manifest: data: unknown field "spec.template.spec.x"`)
	_, _, err = FromAPI(&appsv1.ControllerRevision{Data: runtime.RawExtension{Raw: []byte("{")}})
	assert.ErrorContains(t, err, "manifest: data: ")
}

func TestHTTPGet(t *testing.T) {
	for _, row := range []struct{ rule, action, want, kept string }{
		{"host, port and path", "{host: a, port: 80, path: /x}", "a:80/x", ""},
		{"a port may have a name", "{port: http}", ":http", ""},
		{"a path without its slash is kept", "{port: 80, path: x}", ":80/x", `{"lifecycle":{"preStop":{"httpGet":{"path":"x"}}}}`},
		{"a scheme is kept", "{port: 80, scheme: HTTPS}", ":80", `{"lifecycle":{"preStop":{"httpGet":{"scheme":"HTTPS"}}}}`},
		{"a host that looks like a path is kept whole", "{host: /, port: 80}", "", `{"lifecycle":{"preStop":{"httpGet":{"host":"/","port":80}}}}`},
		{"a number in quotes is kept", `{port: "80"}`, ":80", `{"lifecycle":{"preStop":{"httpGet":{"port":"80"}}}}`},
	} {
		t.Run(row.rule, func(t *testing.T) {
			m, err := Parse([]byte(podIn("containers: [{name: a, lifecycle: {preStop: {httpGet: " + row.action + "}}}]")))
			require.NoError(t, err)
			c := m.Objects[0].(*model.StatefulSet).Spec.Template.Spec.Containers[0]
			assert.Equal(t, row.want, c.PreStop.HTTPGet)
			assert.Equal(t, row.kept, c.Unmodelled)
			assertSurvives(t, m.Objects)
		})
	}
}

// What is written beyond the model is what the cluster's own objects say.
func TestWrittenBesidesTheModel(t *testing.T) {
	for _, row := range []struct {
		rule   string
		object model.Object
		want   string // a part of the YAML
	}{
		{"a revision's data are a patch that replaces the template",
			&model.ControllerRevision{Template: model.PodTemplateSpec{Labels: model.Labels{"app": "nginx"}}},
			"data:\n  spec:\n    template:\n      $patch: replace\n      metadata:\n        labels:\n          app: nginx\n"},
		{"a claim reference names the kind",
			&model.PersistentVolume{Spec: model.PersistentVolumeSpec{ClaimRef: &model.ClaimReference{Namespace: "default", Name: "www"}}},
			"  claimRef:\n    apiVersion: v1\n    kind: PersistentVolumeClaim\n    name: www\n    namespace: default\n"},
		{"an owner reference names the version of the kind",
			&model.Pod{ObjectMeta: model.ObjectMeta{OwnerReferences: []model.OwnerReference{{Kind: model.KindStatefulSet, Name: "web", UID: 1, Controller: true}}}},
			"  ownerReferences:\n  - apiVersion: apps/v1\n    controller: true\n    kind: StatefulSet\n    name: web\n"},
		{"a pod with an address has a list of them",
			&model.Pod{Status: model.PodStatus{PodIP: "10.0.0.5"}}, "  podIP: 10.0.0.5\n  podIPs:\n  - ip: 10.0.0.5\n"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, Write(&b, row.object))
			assert.Contains(t, b.String(), row.want)
		})
	}
}
