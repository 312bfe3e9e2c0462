package objects

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"
)

// Images, probes, hooks and what init containers are about.

// image draws the images that people write; anyImage also what they mistype.
var (
	image    = oneOf("nginx:1.26", "nginx:1.27", "registry.example.com/app:1", "nginx", "nginx:latest", "localhost:5000/team/app", "app@sha256:"+strings.Repeat("0a", 32))
	anyImage = rapid.OneOf(image, oneOf("", " nginx", "nginx ", " ", "UPPER:tag", "Team/app", "a:b:c", "a@b", "nginx:latest@sha256:"+strings.Repeat("0a", 32),
		"nginx:latest@sha512:"+strings.Repeat("0a", 32), strings.Repeat("0a", 32), "index.docker.io/nginx", "docker.io/nginx:latest", "[::1]:80/a", strings.Repeat("a/", 130)+"a"),
		rapid.StringMatching(`([a-zA-Z0-9_.-]{1,4}(:[0-9]{1,3})?/)?([a-z0-9._-]{1,5}/)?[a-z0-9A-Z._-]{1,6}(:(latest|[a-zA-Z0-9_.-]{1,4}))?(@[a-z0-9]{3,6}:[0-9a-f]{60,64})?`))
)

var pullPolicy = oneOf("", "", corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever)

// handler draws what a valid probe asks.
var handler = rapid.Custom(func(t *rapid.T) corev1.ProbeHandler {
	switch rapid.IntRange(0, 3).Draw(t, "handler") {
	case 0:
		return corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", "test <a>"}}}
	case 1:
		return corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: oneOf("", "/", "/ok?a=b&c").Draw(t, "path"), Port: oneOf(intstr.FromInt32(80), intstr.FromString("http")).Draw(t, "port"),
			Host: oneOf("", "h").Draw(t, "host"), Scheme: oneOf("", corev1.URISchemeHTTP, corev1.URISchemeHTTPS).Draw(t, "scheme"),
			HTTPHeaders: oneOf[[]corev1.HTTPHeader](nil, []corev1.HTTPHeader{{Name: "Accept", Value: "*/*"}}).Draw(t, "headers")}}
	case 2:
		return corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: oneOf(intstr.FromInt32(80), intstr.FromString("db")).Draw(t, "port")}}
	default:
		return corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: 9090, Service: oneOf(nil, new(""), new("s")).Draw(t, "service")}}
	}
})

// oddHandler draws nothing to ask, too much, and what cannot be asked.
var oddHandler = rapid.Custom(func(t *rapid.T) corev1.ProbeHandler {
	var h corev1.ProbeHandler
	port := rapid.OneOf(rapid.Map(oddPort, intstr.FromInt32), rapid.Map(anyWord, intstr.FromString))
	for range rapid.IntRange(0, 2).Draw(t, "handlers") {
		switch rapid.IntRange(0, 3).Draw(t, "handler") {
		case 0:
			h.Exec = &corev1.ExecAction{Command: oneOf[[]string](nil, []string{"a"}).Draw(t, "command")}
		case 1:
			h.HTTPGet = &corev1.HTTPGetAction{Path: oneOf("", "rel", "/x").Draw(t, "path"), Port: port.Draw(t, "port"), Scheme: oneOf[corev1.URIScheme]("", "HTTP", "https", "FTP").Draw(t, "scheme"),
				HTTPHeaders: oneOf[[]corev1.HTTPHeader](nil, []corev1.HTTPHeader{{Name: "", Value: "a"}}, []corev1.HTTPHeader{{Name: "A b"}, {Name: "X-Y"}}).Draw(t, "headers")}
		case 2:
			h.TCPSocket = &corev1.TCPSocketAction{Port: port.Draw(t, "port")}
		default:
			h.GRPC = &corev1.GRPCAction{Port: oddPort.Draw(t, "grpc")}
		}
	}
	return h
})

var probe = rapid.Custom(func(t *rapid.T) corev1.Probe {
	return corev1.Probe{ProbeHandler: handler.Draw(t, "asks"), InitialDelaySeconds: count.Draw(t, "delay"), TimeoutSeconds: count.Draw(t, "timeout"),
		PeriodSeconds: count.Draw(t, "period"), SuccessThreshold: oneOf[int32](0, 1).Draw(t, "success"), FailureThreshold: count.Draw(t, "failure")}
})

var oddProbe = rapid.Custom(func(t *rapid.T) *corev1.Probe {
	if rapid.IntRange(0, 5).Draw(t, "none") == 0 {
		return nil
	}
	p := probe.Draw(t, "probe")
	p.ProbeHandler = rapid.OneOf(handler, oddHandler).Draw(t, "asks")
	number := rapid.OneOf(rapid.Just[int32](0), count, oddCount)
	p.InitialDelaySeconds, p.TimeoutSeconds, p.PeriodSeconds = number.Draw(t, "delay"), number.Draw(t, "timeout"), number.Draw(t, "period")
	p.SuccessThreshold, p.FailureThreshold = number.Draw(t, "success"), number.Draw(t, "failure")
	p.TerminationGracePeriodSeconds = oneOf(nil, nil, new(int64(5)), new(int64(0)), new(int64(-1))).Draw(t, "grace")
	return &p
})

// longLived gives a container what only one that goes on to run may have.
func longLived(t *rapid.T, c *corev1.Container) {
	if rapid.IntRange(0, 3).Draw(t, "hooks") == 0 {
		c.Lifecycle = &corev1.Lifecycle{PreStop: maybeHook.Draw(t, "preStop"), PostStart: maybeHook.Draw(t, "postStart")}
		if *c.Lifecycle == (corev1.Lifecycle{}) {
			c.Lifecycle = nil
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "probes") == 0 {
		c.ReadinessProbe, c.LivenessProbe, c.StartupProbe = maybe(probe).Draw(t, "readiness"), maybe(probe).Draw(t, "liveness"), maybe(probe).Draw(t, "startup")
		if p := c.ReadinessProbe; p != nil {
			p.SuccessThreshold = count.Draw(t, "success")
		}
		if p := c.LivenessProbe; p != nil {
			p.TerminationGracePeriodSeconds = oneOf(nil, new(int64(5))).Draw(t, "grace")
		}
	}
}

var maybeHook = oneOf(nil, sleepHook(3), execHook("sh", "-c", "sleep 1"), httpHook("", intstr.FromInt32(80), ""), httpHook("h", intstr.FromString("http"), "/bye"))

// initContainers draws one that runs first, and one that goes on.
func initContainers(t *rapid.T, volumes []string) []corev1.Container {
	var out []corev1.Container
	for _, name := range []string{"init", "sidecar"}[:rapid.IntRange(1, 2).Draw(t, "initContainers")] {
		c := container(t, name, volumes)
		c.Lifecycle, c.LivenessProbe, c.ReadinessProbe, c.StartupProbe = nil, nil, nil, nil
		if name == "sidecar" {
			c.RestartPolicy = new(corev1.ContainerRestartPolicyAlways)
			longLived(t, &c)
		} else {
			c.RestartPolicy = oneOf(nil, nil, new(corev1.ContainerRestartPolicyNever), new(corev1.ContainerRestartPolicyOnFailure)).Draw(t, "restartPolicy")
		}
		out = append(out, c)
	}
	return out
}

func probeMutations() []mutation[*corev1.Container] {
	type c = *corev1.Container
	return []mutation[c]{
		set("image", func(o c) *string { return &o.Image }, anyImage),
		set("imagePullPolicy", func(o c) *corev1.PullPolicy { return &o.ImagePullPolicy }, oneOf[corev1.PullPolicy]("", "Always", "Never", "never", "Foo")),
		set("container restartPolicy", func(o c) **corev1.ContainerRestartPolicy { return &o.RestartPolicy }, maybe(oneOf[corev1.ContainerRestartPolicy]("Always", "Never", "OnFailure", "always", "Foo"))),
		set("livenessProbe", func(o c) **corev1.Probe { return &o.LivenessProbe }, oddProbe),
		set("readinessProbe", func(o c) **corev1.Probe { return &o.ReadinessProbe }, oddProbe),
		set("startupProbe", func(o c) **corev1.Probe { return &o.StartupProbe }, oddProbe),
	}
}

func initMutations() []mutation[*corev1.PodSpec] {
	type s = *corev1.PodSpec
	return append(at(func(t *rapid.T, o s) *corev1.Container {
		if len(o.InitContainers) == 0 {
			o.InitContainers = []corev1.Container{container(t, "init", nil)}
		}
		return &o.InitContainers[rapid.IntRange(0, len(o.InitContainers)-1).Draw(t, "container")]
	}, containerMutations()), mutation[s]{"a name twice", func(t *rapid.T, o s) {
		c := container(t, oneOf("init", "nginx", "web").Draw(t, "name"), nil)
		o.InitContainers = append(o.InitContainers, c)
	}})
}
