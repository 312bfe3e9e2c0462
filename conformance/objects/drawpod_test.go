package objects

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"
)

// container draws a valid container that mounts the given volumes.
func container(t *rapid.T, name string, volumes []string) corev1.Container {
	c := corev1.Container{Name: name, Image: image.Draw(t, "image"), ImagePullPolicy: pullPolicy.Draw(t, "pullPolicy")}
	for i, volume := range volumes {
		if rapid.Bool().Draw(t, "mounted") {
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: volume, MountPath: "/" + volume + string(rune('a'+i)),
				SubPath: oneOf("", "", "sub/path").Draw(t, "subPath"), ReadOnly: rapid.Bool().Draw(t, "readOnly")})
		}
	}
	for i := range rapid.SampledFrom([]int{0, 1, 1, 2}).Draw(t, "ports") {
		c.Ports = append(c.Ports, corev1.ContainerPort{Name: oneOf("", name[:1]+string(rune('a'+i))).Draw(t, "port"), ContainerPort: int32(80 + i),
			Protocol: oneOf(corev1.Protocol(""), corev1.ProtocolTCP, corev1.ProtocolUDP).Draw(t, "protocol")})
	}
	if rapid.IntRange(0, 3).Draw(t, "resources") == 0 {
		c.Resources.Limits = corev1.ResourceList{corev1.ResourceCPU: cpu.Draw(t, "cpu"), corev1.ResourceMemory: size.Draw(t, "memory")}
		if rapid.Bool().Draw(t, "requests") {
			c.Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: c.Resources.Limits[corev1.ResourceCPU]}
		}
	}
	longLived(t, &c)
	return c
}

func sleepHook(seconds int64) *corev1.LifecycleHandler {
	return &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: seconds}}
}

func execHook(command ...string) *corev1.LifecycleHandler {
	return &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: command}}
}

func httpHook(host string, port intstr.IntOrString, path string) *corev1.LifecycleHandler {
	return &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Host: host, Port: port, Path: path}}
}

// podSpec draws a valid spec. The claimed names are volumes that a set adds.
func podSpec(t *rapid.T, claimed []string) corev1.PodSpec {
	s := corev1.PodSpec{
		DNSPolicy:                     oneOf(corev1.DNSPolicy(""), corev1.DNSClusterFirst, corev1.DNSDefault, corev1.DNSClusterFirstWithHostNet).Draw(t, "dnsPolicy"),
		TerminationGracePeriodSeconds: oneOf(nil, new(int64(10)), new(int64(0))).Draw(t, "grace"),
	}
	names := claimed
	for _, name := range []string{"tmp", "claim"}[:rapid.IntRange(0, 2).Draw(t, "volumes")] {
		v := corev1.Volume{Name: name}
		switch {
		case name == "claim":
			v.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "www-web-0", ReadOnly: rapid.Bool().Draw(t, "readOnly")}
		case rapid.Bool().Draw(t, "emptyDir"):
			v.EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
		s.Volumes = append(s.Volumes, v)
		names = append(names[:len(names):len(names)], name)
	}
	for i := range rapid.SampledFrom([]int{1, 1, 2}).Draw(t, "containers") {
		s.Containers = append(s.Containers, container(t, []string{"nginx", "web"}[i], names))
	}
	if rapid.IntRange(0, 2).Draw(t, "init") == 0 {
		s.InitContainers = initContainers(t, names)
	}
	if rapid.IntRange(0, 3).Draw(t, "somewhere") == 0 {
		placePod(t, &s)
	}
	if rapid.IntRange(0, 3).Draw(t, "placed") == 0 {
		s.NodeSelector = some(labels.Draw(t, "nodeSelector"))
		s.NodeName = oneOf("", "node-0", "node.example.com").Draw(t, "node")
		s.HostnameOverride = oneOf(nil, new("over.ride")).Draw(t, "override")
		s.HostNetwork = s.HostnameOverride == nil && rapid.Bool().Draw(t, "hostNetwork")
	}
	if rapid.IntRange(0, 3).Draw(t, "dns") == 0 {
		s.DNSPolicy = oneOf(corev1.DNSNone, corev1.DNSClusterFirst).Draw(t, "dnsPolicy")
		s.DNSConfig = &corev1.PodDNSConfig{Nameservers: []string{"10.0.0.1"}, Searches: oneOf[[]string](nil, []string{"example.com", "svc.cluster.local."}, []string{"_tcp.a", "."}).Draw(t, "searches")}
		s.DNSConfig.Options = oneOf([]corev1.PodDNSConfigOption(nil), []corev1.PodDNSConfigOption{{Name: "ndots", Value: new("2")}, {Name: "edns0"}}).Draw(t, "options")
	}
	return s
}

func containerMutations() []mutation[*corev1.Container] {
	type c = *corev1.Container
	return append([]mutation[c]{
		set("container name", func(o c) *string { return &o.Name }, anyWord),
		set("ports", func(o c) *[]corev1.ContainerPort { return &o.Ports }, rapid.SliceOfN(rapid.Custom(func(t *rapid.T) corev1.ContainerPort {
			return corev1.ContainerPort{Name: rapid.OneOf(oneOf(""), anyWord).Draw(t, "name"), ContainerPort: rapid.OneOf(oneOf[int32](80, 81), oddPort).Draw(t, "port"),
				Protocol: oneOf(corev1.Protocol(""), corev1.ProtocolTCP, corev1.ProtocolSCTP, "tcp", "HTTP").Draw(t, "protocol")}
		}), 1, 3)),
		set("mounts", func(o c) *[]corev1.VolumeMount { return &o.VolumeMounts }, rapid.SliceOfN(rapid.Custom(func(t *rapid.T) corev1.VolumeMount {
			return corev1.VolumeMount{Name: rapid.OneOf(oneOf("tmp", "claim", "www", "data"), anyWord).Draw(t, "name"),
				MountPath: oneOf("/a", "/a", "/b", "", "rel", "a:b", "/a:b", "..").Draw(t, "mountPath"),
				SubPath:   oneOf("", "", "a", "/a", "..", "a/../b", "a..b").Draw(t, "subPath")}
		}), 1, 2)),
		set("limits", func(o c) *corev1.ResourceList { return &o.Resources.Limits }, oddResources),
		set("requests", func(o c) *corev1.ResourceList { return &o.Resources.Requests }, oddResources),
	}, append(hookMutations(), probeMutations()...)...)
}

var oddResources = rapid.Custom(func(t *rapid.T) corev1.ResourceList {
	out := corev1.ResourceList{}
	draws := map[corev1.ResourceName]*rapid.Generator[resource.Quantity]{
		corev1.ResourceCPU: rapid.OneOf(oddCPU, cpu), corev1.ResourceMemory: rapid.OneOf(oddSize, size)}
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		if rapid.Bool().Draw(t, "there") {
			q := draws[name].Draw(t, string(name))
			if !q.IsZero() { // the model makes no difference between nothing and 0
				out[name] = q
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
})

func hookMutations() []mutation[*corev1.Container] {
	return []mutation[*corev1.Container]{{"a hook", func(t *rapid.T, c *corev1.Container) {
		hook := oneOf(&corev1.LifecycleHandler{}, sleepHook(-1), sleepHook(0), sleepHook(31), sleepHook(1000000), sleepHook(10),
			httpHook("", intstr.FromInt32(0), "/"), httpHook("", intstr.FromInt32(70000), ""), httpHook("", intstr.FromString("Bad_Port"), "/x"), httpHook("", intstr.FromString(""), "/x"),
			&corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 1}, Exec: &corev1.ExecAction{Command: []string{"x"}}}).Draw(t, "hook")
		if c.Lifecycle = (&corev1.Lifecycle{PreStop: hook}); rapid.Bool().Draw(t, "postStart") {
			c.Lifecycle = &corev1.Lifecycle{PostStart: hook}
		}
	}}}
}

// podMutations disturb what a pod and a template have in common.
func podMutations() []mutation[*corev1.PodSpec] {
	type s = *corev1.PodSpec
	out := []mutation[s]{
		{"no containers", func(_ *rapid.T, o s) { o.Containers = nil }},
		{"a container twice", func(_ *rapid.T, o s) {
			if len(o.Containers) > 0 {
				o.Containers = append(o.Containers, o.Containers[0])
			}
		}},
		set("volumes", func(o s) *[]corev1.Volume { return &o.Volumes }, rapid.SliceOfN(oddVolume, 1, 3)),
		set("restartPolicy", func(o s) *corev1.RestartPolicy { return &o.RestartPolicy }, oneOf(corev1.RestartPolicyAlways, corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure, "always", "Foo")),
		set("grace", func(o s) **int64 { return &o.TerminationGracePeriodSeconds }, rapid.Map(oddCount64, func(n int64) *int64 { return &n })),
		set("deadline", func(o s) **int64 { return &o.ActiveDeadlineSeconds }, rapid.Map(oddCount64, func(n int64) *int64 { return &n })),
		set("nodeSelector", func(o s) *map[string]string { return &o.NodeSelector }, oddLabels),
		set("nodeName", func(o s) *string { return &o.NodeName }, anyWord),
		set("hostNetwork", func(o s) *bool { return &o.HostNetwork }, rapid.Just(true)),
		set("hostname", func(o s) *string { return &o.Hostname }, anyWord),
		set("subdomain", func(o s) *string { return &o.Subdomain }, anyWord),
		set("setHostnameAsFQDN", func(o s) **bool { return &o.SetHostnameAsFQDN }, rapid.Just(new(true))),
		set("hostnameOverride", func(o s) **string { return &o.HostnameOverride }, rapid.Map(rapid.OneOf(anyWord, oneOf(a(64), a(65))).Filter(notEmpty), func(s string) *string { return &s })),
		{"hostnameOverride and more", func(t *rapid.T, o s) {
			o.HostnameOverride, o.HostNetwork = new("x"), rapid.Bool().Draw(t, "hostNetwork")
			if rapid.Bool().Draw(t, "fqdn") {
				o.SetHostnameAsFQDN = new(true)
			}
		}},
		set("dnsPolicy", func(o s) *corev1.DNSPolicy { return &o.DNSPolicy }, oneOf(corev1.DNSNone, "none", "Foo", "Default")),
		set("dnsConfig", func(o s) **corev1.PodDNSConfig { return &o.DNSConfig }, oddDNS),
	}
	out = append(append(out, placeMutations()...), initMutations()...)
	return append(out, at(func(t *rapid.T, o s) *corev1.Container {
		if len(o.Containers) == 0 {
			return &corev1.Container{}
		}
		return &o.Containers[rapid.IntRange(0, len(o.Containers)-1).Draw(t, "container")]
	}, containerMutations())...)
}

func notEmpty(s string) bool { return s != "" }

var oddVolume = rapid.Custom(func(t *rapid.T) corev1.Volume {
	v := corev1.Volume{Name: rapid.OneOf(oneOf("tmp", "www", "data"), anyWord).Draw(t, "volume")}
	if rapid.Bool().Draw(t, "claim") {
		v.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{ClaimName: anyWord.Filter(notEmpty).Draw(t, "claimName")}
	}
	if rapid.Bool().Draw(t, "emptyDir") {
		v.EmptyDir = &corev1.EmptyDirVolumeSource{}
	}
	return v
})

var oddDNS = rapid.Custom(func(t *rapid.T) *corev1.PodDNSConfig {
	searches := rapid.SliceOfN(rapid.OneOf(anyWord, oneOf(".", "a.", "_a.b", "a._b.", "-a", a(250))), 0, 3)
	return &corev1.PodDNSConfig{
		Nameservers: rapid.SliceOfN(oneOf(append(looseIPs(), "1.1.1.1", "10.0.0.1", "fd00::1", "fe80::1%eth0", "dns.example", "", "1.1.1")...), 0, 4).Draw(t, "nameservers"),
		Searches:    rapid.OneOf(searches, rapid.SliceOfN(oneOf("a", a(250)), 8, 33)).Draw(t, "searches"),
		Options: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) corev1.PodDNSConfigOption {
			return corev1.PodDNSConfigOption{Name: oneOf("", "ndots", "x").Draw(t, "name"), Value: maybe(oneOf("", "2", "-1")).Draw(t, "value")}
		}), 0, 2).Draw(t, "options"),
	}
})

func drawPod(t *rapid.T) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: meta(t, true), Spec: podSpec(t, nil)}
}

func podCreateMutations() []mutation[*corev1.Pod] {
	out := at(func(_ *rapid.T, o *corev1.Pod) *corev1.PodSpec { return &o.Spec }, podMutations())
	out = append(out, set("deletion cost", func(o *corev1.Pod) *map[string]string { return &o.Annotations }, rapid.Custom(cost)))
	return append(out, at(func(_ *rapid.T, o *corev1.Pod) *metav1.ObjectMeta { return &o.ObjectMeta }, metaMutations())...)
}

func podUpdateMutations() []mutation[*corev1.Pod] {
	type p = *corev1.Pod
	out := at(func(_ *rapid.T, o p) *corev1.PodSpec { return &o.Spec }, podMutations())
	out = append(out, at(func(_ *rapid.T, o p) *metav1.ObjectMeta { return &o.ObjectMeta }, sharedMetaMutations())...)
	return append(out, []mutation[p]{
		set("name", func(o p) *string { return &o.Name }, word),
		set("deletion cost", func(o p) *map[string]string { return &o.Annotations }, rapid.Custom(cost)),
		{"images", func(_ *rapid.T, o p) {
			for i := range o.Spec.Containers {
				o.Spec.Containers[i].Image = "other:2"
			}
			for i := range o.Spec.InitContainers {
				o.Spec.InitContainers[i].Image = "other:2"
			}
		}},
		{"a shorter list of init containers", func(_ *rapid.T, o p) {
			if n := len(o.Spec.InitContainers); n > 0 {
				o.Spec.InitContainers = items(o.Spec.InitContainers[:n-1])
			}
		}},
		{"a shorter list", func(_ *rapid.T, o p) {
			if len(o.Spec.Containers) > 1 {
				o.Spec.Containers = o.Spec.Containers[:1]
			}
		}},
	}...)
}
