package validation_test

import (
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// podOf is the pod that the controller makes of a set, as far as validation
// sees it. The set has its defaults.
func podOf(s *model.StatefulSet, ordinal int32, revision string) *model.Pod {
	name := model.PodName(s.Name, ordinal)
	p := &model.Pod{ObjectMeta: model.ObjectMeta{Name: name, Namespace: s.Namespace}, Spec: s.Spec.Template.Spec}
	p.Labels = model.Labels{}
	for _, labels := range []model.Labels{s.Spec.Template.Labels, model.IdentityLabels(s.Name, ordinal, revision)} {
		for key, value := range labels {
			p.Labels[key] = value
		}
	}
	p.Spec.Hostname, p.Spec.Subdomain = name, s.Spec.ServiceName
	p.Spec.Volumes = nil
	for _, c := range s.Spec.VolumeClaimTemplates {
		p.Spec.Volumes = append(p.Spec.Volumes, model.Volume{Name: c.Name, PersistentVolumeClaim: model.ClaimName(c.Name, s.Name, ordinal)})
	}
	return p
}

func podRows() []row {
	pod := func(edit func(*model.Pod)) asked {
		s := web()
		s.Default()
		p := podOf(s, 0, "web-9f5dd7b4c8")
		edit(p)
		return toCreate(p)
	}
	setPod := func(set, revision string) asked {
		s := web()
		s.Name = set
		s.Default()
		return toCreate(podOf(s, 0, revision))
	}
	dns := func(c model.PodDNSConfig) asked {
		return pod(func(p *model.Pod) { p.Spec.DNSConfig = &c })
	}
	changed := func(edit func(*model.Pod)) asked {
		s := web()
		s.Default()
		old, updated := podOf(s, 0, "web-1"), podOf(s, 0, "web-1")
		updated.Spec.Containers = append([]model.Container(nil), updated.Spec.Containers...)
		edit(updated)
		return toUpdate(updated, old)
	}
	long, hash := a(62)+"-0", a(53)+"-9f5dd7b4c8"
	manySearches := strings.Split(strings.TrimSpace(strings.Repeat("a ", 33)), " ")
	longSearches := []string{a(250), a(250), a(250), a(250), a(250), a(250), a(250), a(250), a(41)}
	fits := append(longSearches[:8:8], a(40))
	const frozen = "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

	return []row{
		{"P1", "a set's pod is valid", pod(func(*model.Pod) {}), none},
		{"P2", "a name of 64 characters is too long for a label and a hostname", setPod(a(62), "r"), []string{
			`metadata.labels: Invalid value: "` + long + `": ` + labelValue63, `spec.hostname: Invalid value: "` + long + `": ` + label63}},
		{"P2", "the check of identities says the same", answered(validation.PodIdentity(long, "r")), []string{
			`metadata.labels: Invalid value: "` + long + `": ` + labelValue63, `spec.hostname: Invalid value: "` + long + `": ` + label63}},
		{"P3", "a set's name of 53 characters and a hash of 10 are too long for a label", setPod(a(53), hash), []string{`metadata.labels: Invalid value: "` + hash + `": ` + labelValue63}},
		{"P3", "the check of identities says the same", answered(validation.PodIdentity(a(53)+"-0", hash)), []string{`metadata.labels: Invalid value: "` + hash + `": ` + labelValue63}},
		{"P3", "52 characters are not too long", setPod(a(52), hash[1:]), none},
		{"P3", "the check of identities agrees", answered(validation.PodIdentity(a(52)+"-0", hash[1:])), none},
		{"P4", "the subdomain is a label of DNS", pod(func(p *model.Pod) { p.Spec.Subdomain = "Bad_Sub" }), []string{`spec.subdomain: Invalid value: "Bad_Sub": ` + rfc1123Label}},
		{"P5", "the DNS policy None needs a configuration", pod(func(p *model.Pod) { p.Spec.DNSPolicy = "None" }),
			[]string{"spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"}},
		{"P5", "the DNS policy None needs a server", pod(func(p *model.Pod) { p.Spec.DNSPolicy, p.Spec.DNSConfig = "None", &model.PodDNSConfig{} }),
			[]string{"spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None"}},
		{"P6", "a resolver has 3 servers at most", dns(model.PodDNSConfig{Nameservers: []string{"1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"}}),
			[]string{`spec.dnsConfig.nameservers: Invalid value: ["1.1.1.1","1.1.1.2","1.1.1.3","1.1.1.4"]: must not have more than 3 nameservers`}},
		{"P6", "a server is an address", dns(model.PodDNSConfig{Nameservers: []string{"dns.example"}}),
			[]string{`spec.dnsConfig.nameservers[0]: Invalid value: "dns.example": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`}},
		{"P6", "a resolver searches 32 domains at most", dns(model.PodDNSConfig{Searches: manySearches}),
			[]string{`spec.dnsConfig.searches: Invalid value: ["` + strings.Join(manySearches, `","`) + `"]: must not have more than 32 search paths`}},
		{"P6", "the domains have 2048 characters at most, with spaces", dns(model.PodDNSConfig{Searches: longSearches}),
			[]string{`spec.dnsConfig.searches: Invalid value: ["` + strings.Join(longSearches, `","`) + `"]: must not have more than 2048 characters (including spaces) in the search list`}},
		{"P6", "2048 characters are not too many", dns(model.PodDNSConfig{Searches: fits}), none},
		{"P6", "a domain may be the root, end in a dot and have underscores", dns(model.PodDNSConfig{Searches: []string{".", "_tcp.example.com."}}), none},
		{"P7", "a pod's spec is immutable", changed(func(p *model.Pod) { p.Spec.Hostname = "other" }), []string{frozen}},
		{"P7", "a pod's image is not", changed(func(p *model.Pod) { p.Spec.Containers[0].Image = "nginx:1.27" }), none},
		{"P7", "containers do not come and go", changed(func(p *model.Pod) {
			p.Spec.Containers = append(p.Spec.Containers, model.Container{Name: "b", Image: "b:1", ImagePullPolicy: model.PullIfNotPresent})
		}),
			[]string{"spec.containers: Forbidden: pod updates may not add or remove containers"}},
		{"P8", "hostnameOverride and setHostnameAsFQDN exclude each other", pod(func(p *model.Pod) { p.Spec.HostnameOverride, p.Spec.SetHostnameAsFQDN = "h", true }),
			[]string{"spec.hostnameOverride: Forbidden: may not be specified when setHostnameAsFQDN is true"}},
		{"P8", "hostnameOverride and hostNetwork exclude each other", pod(func(p *model.Pod) { p.Spec.HostnameOverride, p.Spec.HostNetwork = "h", true }),
			[]string{"spec.hostnameOverride: Forbidden: may not be specified when hostNetwork is true"}},
		{"P8", "hostnameOverride has 64 characters at most", pod(func(p *model.Pod) { p.Spec.HostnameOverride = a(65) }),
			[]string{"spec.hostnameOverride: Too long: may not be more than 64 bytes"}},
	}
}
