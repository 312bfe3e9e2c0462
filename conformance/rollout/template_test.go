package rollout

import (
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
)

// Templates that a person might write, with everything in them that kubectl
// describes, whether or not the simulator knows what it means.

// seldom draws true, one time in six.
func seldom(t *rapid.T, what string) bool { return rapid.IntRange(0, 5).Draw(t, what) == 0 }

func pick[T any](t *rapid.T, what string, from ...T) T { return rapid.SampledFrom(from).Draw(t, what) }

func ptr[T any](v T) *T { return &v }

// drawTemplate draws a pod template. Its labels satisfy the selector of every set
// here, and the first container's name stays, so that `kubectl set image` finds it.
func drawTemplate(t *rapid.T, rich bool) corev1.PodTemplateSpec {
	out := corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{drawContainer(t, "app", rich)}},
	}
	if rich {
		out.Labels["tier"] = pick(t, "tier", "front", "back")
		out.Annotations = drawAnnotations(t)
		drawPodFields(t, &out.Spec)
		out.Spec.Volumes = drawVolumes(t)
		for i := range out.Spec.Volumes {
			mount := corev1.VolumeMount{Name: out.Spec.Volumes[i].Name, MountPath: fmt.Sprintf("/mnt/%d", 9-i), ReadOnly: seldom(t, "ro")}
			if seldom(t, "subPath") {
				mount.SubPath = `a"b`
			}
			c := &out.Spec.Containers[0]
			c.VolumeMounts = append(c.VolumeMounts, mount)
		}
		if seldom(t, "second container") {
			out.Spec.Containers = append(out.Spec.Containers, drawContainer(t, "sidecar", rapid.Bool().Draw(t, "rich")))
		}
	}
	return out
}

func drawAnnotations(t *rapid.T) map[string]string {
	if !seldom(t, "annotations") {
		return nil
	}
	return map[string]string{
		"note": pick(t, "note", "", "short", "two\nlines", "ends\n", strings.Repeat("long ", 40), "bell\r\x1b[31m"),
		pick(t, "key", "a", "kubectl.kubernetes.io/last-applied-configuration"): "x",
	}
}

func drawPodFields(t *rapid.T, s *corev1.PodSpec) {
	if seldom(t, "service account") {
		s.ServiceAccountName = "robot"
	}
	if seldom(t, "init container") {
		init := drawContainer(t, "init", rapid.Bool().Draw(t, "rich"))
		init.LivenessProbe, init.ReadinessProbe, init.StartupProbe = nil, nil, nil // a sidecar's only
		s.InitContainers = []corev1.Container{init}
	}
	if seldom(t, "node selector") {
		s.NodeSelector = map[string]string{"disk": "ssd", "arch": "arm64"}
	}
	if seldom(t, "priority") {
		s.PriorityClassName = "high"
	}
	if seldom(t, "tolerations") {
		s.Tolerations = []corev1.Toleration{
			{Key: "z", Operator: corev1.TolerationOpEqual, Value: "v", Effect: corev1.TaintEffectNoSchedule},
			{Operator: corev1.TolerationOpExists, Effect: pick(t, "effect", corev1.TaintEffectNoExecute, "")},
			{Key: "a", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: ptr(int64(7))},
		}[:1+rapid.IntRange(0, 2).Draw(t, "tolerations")]
	}
	if seldom(t, "spread") {
		s.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{
			{MaxSkew: 1, TopologyKey: "zone", WhenUnsatisfiable: corev1.DoNotSchedule, LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}},
			{MaxSkew: 2, TopologyKey: "host", WhenUnsatisfiable: corev1.ScheduleAnyway},
		}
	}
}

func drawContainer(t *rapid.T, name string, rich bool) corev1.Container {
	c := corev1.Container{Name: name, Image: drawImage(t)}
	if !rich {
		return c
	}
	c.Command = pick(t, "command", nil, []string{"sh", "-c", "sleep 1\nexit"})
	c.Args = pick(t, "args", nil, []string{"--x", ""})
	c.Ports = pick(t, "ports", nil,
		[]corev1.ContainerPort{{ContainerPort: 80, Protocol: corev1.ProtocolTCP}},
		[]corev1.ContainerPort{{Name: "dns", ContainerPort: 53, HostPort: 53, Protocol: corev1.ProtocolUDP}, {ContainerPort: 8080, Protocol: corev1.ProtocolTCP}})
	c.Resources = drawResources(t)
	c.Env = drawEnvironment(t)
	if seldom(t, "env from") {
		c.EnvFrom = []corev1.EnvFromSource{
			{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "cm"}}},
			{Prefix: "P_", SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "s"}, Optional: ptr(true)}},
		}
	}
	if probesAgree() {
		c.LivenessProbe, c.ReadinessProbe, c.StartupProbe = drawProbe(t), drawProbe(t), drawProbe(t)
	}
	if seldom(t, "seccomp") {
		c.SecurityContext = &corev1.SecurityContext{SeccompProfile: pick(t, "profile",
			&corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			&corev1.SeccompProfile{Type: corev1.SeccompProfileTypeLocalhost, LocalhostProfile: ptr("p.json")})}
	}
	return c
}

func drawImage(t *rapid.T) string { return pick(t, "image", "app:1", "app:2", "app:3") }

func drawResources(t *rapid.T) corev1.ResourceRequirements {
	small := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("250m")}
	large := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2"), corev1.ResourceMemory: resource.MustParse("1536Mi"), corev1.ResourceEphemeralStorage: resource.MustParse("3G")}
	return pick(t, "resources", corev1.ResourceRequirements{},
		corev1.ResourceRequirements{Requests: small},
		corev1.ResourceRequirements{Limits: small, Requests: small},
		corev1.ResourceRequirements{Limits: large, Requests: small},
		corev1.ResourceRequirements{Limits: large, Requests: large})
}

func drawEnvironment(t *rapid.T) []corev1.EnvVar {
	all := []corev1.EnvVar{
		{Name: "PLAIN", Value: "a\nb"},
		{Name: "EMPTY"},
		{Name: "POD", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.name"}}},
		{Name: "KEY", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "s"}, Key: "k"}}},
		{Name: "CONF", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "c"}, Key: "k", Optional: ptr(true)}}},
	}
	for _, from := range []struct{ resource, divisor string }{
		{"limits.cpu", "0"}, {"limits.cpu", "1m"}, {"requests.cpu", "1"}, {"limits.memory", "0"},
		{"limits.memory", "1Mi"}, {"requests.memory", "1G"}, {"limits.ephemeral-storage", "1Gi"},
	} {
		all = append(all, corev1.EnvVar{Name: "SIZE", ValueFrom: &corev1.EnvVarSource{
			ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: from.resource, Divisor: resource.MustParse(from.divisor)}}})
	}
	return all[:rapid.IntRange(0, len(all)).Draw(t, "variables")]
}

func drawProbe(t *rapid.T) *corev1.Probe {
	if !seldom(t, "probe") {
		return nil
	}
	probe := &corev1.Probe{InitialDelaySeconds: 3, TimeoutSeconds: 1, PeriodSeconds: 10, SuccessThreshold: 1, FailureThreshold: 3}
	probe.ProbeHandler = pick(t, "handler",
		corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"cat", "/tmp/ok"}}},
		corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Scheme: corev1.URISchemeHTTP, Path: "/a b?c", Port: intstr.FromInt32(80)}},
		corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Scheme: corev1.URISchemeHTTPS, Host: "::1", Port: intstr.FromString("www")}},
		corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromString("www")}},
		corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: 9, Service: ptr("s")}})
	return probe
}

func drawVolumes(t *rapid.T) []corev1.Volume {
	sources := []corev1.VolumeSource{
		{EmptyDir: &corev1.EmptyDirVolumeSource{}},
		{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory, SizeLimit: ptr(resource.MustParse("64Mi"))}},
		{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "shared", ReadOnly: true}},
		{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "cm"}}},
		{Secret: &corev1.SecretVolumeSource{SecretName: "s", Optional: ptr(true)}},
		{HostPath: &corev1.HostPathVolumeSource{Path: "/var/log", Type: pick(t, "host path type", nil, ptr(corev1.HostPathDirectory))}},
		{NFS: &corev1.NFSVolumeSource{Server: "nas", Path: "/exports"}},
		{CSI: &corev1.CSIVolumeSource{Driver: "csi.example", VolumeAttributes: pick(t, "attributes", nil, map[string]string{"a": "1", "b": strings.Repeat("x", 200)})}},
		{DownwardAPI: &corev1.DownwardAPIVolumeSource{Items: []corev1.DownwardAPIVolumeFile{
			{Path: "name", FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.name"}},
			{Path: "cpu", ResourceFieldRef: &corev1.ResourceFieldSelector{ContainerName: "app", Resource: "limits.cpu"}}}}},
		{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token", ExpirationSeconds: ptr(int64(3607))}},
			{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "ca"}}},
			{Secret: &corev1.SecretProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "s"}}},
			{DownwardAPI: &corev1.DownwardAPIProjection{}}}}},
		{Image: &corev1.ImageVolumeSource{Reference: "data:1", PullPolicy: corev1.PullAlways}},
	}
	var out []corev1.Volume
	for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(sources)-1), 0, 3, rapid.ID).Draw(t, "volumes") {
		out = append(out, corev1.Volume{Name: fmt.Sprintf("v%d", i), VolumeSource: sources[i]})
	}
	return out
}

// modelTemplate is a template as the simulator has it.
func modelTemplate(template corev1.PodTemplateSpec) model.PodTemplateSpec {
	object, _, err := manifest.FromAPI(&appsv1.StatefulSet{
		TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "StatefulSet"},
		Spec:     appsv1.StatefulSetSpec{Template: template},
	})
	if err != nil {
		panic(err)
	}
	return object.(*model.StatefulSet).Spec.Template
}
