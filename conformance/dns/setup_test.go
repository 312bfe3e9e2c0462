package dns

import (
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
)

// setup is how a cluster's DNS is set up, for both sides.
type setup struct {
	profile     dnsmodel.Profile
	kubernetes  string   // CoreDNS's stanza of the plugin kubernetes
	cache       string   // of the plugin cache; "" is none
	nodes       []string // of each node's caches: "zone stanza"; none without any
	loadbalance bool
}

// domain is the cluster's zone.
func (s *setup) domain() string {
	if s.profile.Server.Domain == "" {
		return model.ClusterDomain
	}
	return s.profile.Server.Domain
}

const reverseZones = "in-addr.arpa ip6.arpa"

// The stanzas of the Corefiles that come with Kubernetes.
//
// Source: cmd/kubeadm/app/phases/addons/dns/manifests.go, CoreDNSConfigMap;
// cluster/addons/dns/coredns/coredns.yaml.base;
// cluster/addons/dns/nodelocaldns/nodelocaldns.yaml.
const (
	corefileKubernetes = `kubernetes cluster.local in-addr.arpa ip6.arpa {
		pods insecure
		fallthrough in-addr.arpa ip6.arpa
		ttl 30
	}`
	kubeadmCache = `cache 30 {
		disable success cluster.local
		disable denial cluster.local
	}`
	addonsCache    = `cache 30`
	nodeLocalCache = `cache {
		success 9984 30
		denial 9984 5
	}`
)

// profiles are the setups that people have.
func profiles() []setup {
	return []setup{
		{profile: dnsmodel.Plain(), kubernetes: "kubernetes cluster.local " + reverseZones},
		{profile: dnsmodel.Kubeadm(), kubernetes: corefileKubernetes, cache: kubeadmCache, loadbalance: true},
		{profile: dnsmodel.Addons(), kubernetes: corefileKubernetes, cache: addonsCache, loadbalance: true},
		{profile: dnsmodel.NodeLocal(), kubernetes: corefileKubernetes, cache: kubeadmCache, loadbalance: true, nodes: []string{
			"cluster.local. " + nodeLocalCache, "in-addr.arpa. " + addonsCache, "ip6.arpa. " + addonsCache, ". " + addonsCache,
		}},
	}
}

// drawSetup draws one of the profiles, or one that nobody has.
func (w *teller) drawSetup() setup {
	if all := profiles(); w.number("own setup", 0, 1) == 0 {
		return pick(w, "profile", all...)
	}
	cfg := dnsmodel.Config{
		Domain:             pick(w, "domain", "cluster.local", "cluster.local", "k8s.example.org"),
		TTL:                pick(w, "ttl", uint32(5), 0, 1, 30, 400, 3600),
		Pods:               pick(w, "pods", dnsmodel.PodsDisabled, dnsmodel.PodsInsecure, dnsmodel.PodsVerified),
		EndpointPodNames:   w.one("pod names"),
		IgnoreEmptyService: w.one("ignore"),
		ReverseFallthrough: w.one("fallthrough"),
	}
	var b strings.Builder
	fmt.Fprintf(&b, "kubernetes %s %s {\n pods %s\n ttl %d\n", cfg.Domain, reverseZones, [...]string{"disabled", "insecure", "verified"}[cfg.Pods], cfg.TTL)
	for _, option := range []struct {
		is   bool
		text string
	}{{cfg.EndpointPodNames, "endpoint_pod_names"}, {cfg.IgnoreEmptyService, "ignore empty_service"}, {cfg.ReverseFallthrough, "fallthrough " + reverseZones}} {
		if option.is {
			fmt.Fprintln(&b, option.text)
		}
	}
	s := setup{profile: dnsmodel.Profile{Name: "own", Server: cfg}, kubernetes: b.String() + "}", loadbalance: w.one("loadbalance")}
	if w.one("cache") {
		s.cache = "cache {\n"
		c := dnsmodel.CacheConfig{Success: pick(w, "success", uint32(0), 3, 7, 60), Denial: pick(w, "denial", uint32(0), 3, 7, 60)}
		s.cache += limits("success", c.Success) + limits("denial", c.Denial)
		if w.one("disable success") {
			c.DisableSuccess = cfg.Domain
			s.cache += "disable success " + cfg.Domain + "\n"
		}
		if w.one("disable denial") {
			c.DisableDenial = cfg.Domain
			s.cache += "disable denial " + cfg.Domain + "\n"
		}
		s.cache += "}"
		s.profile.Caches = []dnsmodel.CacheConfig{c}
	}
	return s
}

func limits(kind string, seconds uint32) string {
	if seconds == 0 {
		return ""
	}
	return fmt.Sprintf("%s 9984 %d\n", kind, seconds)
}
