package dnsmodel

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// ResolvConf is a container's /etc/resolv.conf.
type ResolvConf struct {
	Nameservers []string
	Searches    []string // domains, without the final dot
	Options     []string // "ndots:5"
}

// String returns the file.
func (r ResolvConf) String() string {
	var b strings.Builder
	if len(r.Searches) > 0 {
		b.WriteString("search " + strings.Join(r.Searches, " ") + "\n")
	}
	for _, ip := range r.Nameservers {
		b.WriteString("nameserver " + ip + "\n")
	}
	if len(r.Options) > 0 {
		b.WriteString("options " + strings.Join(r.Options, " ") + "\n")
	}
	return b.String()
}

// Ndots is how many dots a name needs to be tried as it stands before the search
// domains: the option ndots, between 0 and 15, or 1. The last one counts; what is no
// number is 0.
func (r ResolvConf) Ndots() int {
	n := 1
	for _, option := range r.Options {
		if value, ok := strings.CutPrefix(option, "ndots:"); ok {
			n, _ = strconv.Atoi(value)
			n = min(max(n, 0), 15)
		}
	}
	return n
}

// NodeDNS is what the kubelet of a node knows about DNS.
type NodeDNS struct {
	ClusterDNS    []string   // --cluster-dns
	ClusterDomain string     // --cluster-domain; "" adds no domains of the cluster
	Resolv        ResolvConf // the node's own /etc/resolv.conf
}

// Event is an Event that the kubelet records about a pod. The message is the
// kubelet's, without the name of the pod that some begin with.
type Event struct {
	Reason  string
	Message string
}

// The values of dnsPolicy. "" means ClusterFirst.
const (
	DNSClusterFirst            = "ClusterFirst"
	DNSClusterFirstWithHostNet = "ClusterFirstWithHostNet"
	DNSDefault                 = "Default"
	DNSNone                    = "None"
)

// The limits of a resolv.conf.
//
// Source: pkg/apis/core/validation/validation.go, MaxDNSNameservers,
// MaxDNSSearchPaths and MaxDNSSearchListChars.
const (
	maxNameservers = 3
	maxSearches    = 32
	maxSearchChars = 2048
	maxSearch      = 253
)

// PodResolvConf is the /etc/resolv.conf that the kubelet writes for a pod, and the
// warnings that it records: where a limit cuts something off, or where a policy
// cannot be followed. dnsConfig is added to what the policy gives; options of it
// replace those of the same name. The lists may be those of node: read them only.
//
// Source: pkg/kubelet/network/dns/dns.go, GetPodDNS.
func PodResolvConf(spec *model.PodSpec, namespace string, node NodeDNS) (ResolvConf, []Event) {
	var events []Event
	conf := node.Resolv
	switch policy := effectivePolicy(spec); {
	case policy == DNSNone:
		conf = ResolvConf{}
	case policy == DNSClusterFirst && len(node.ClusterDNS) > 0:
		conf = ResolvConf{
			Nameservers: node.ClusterDNS,
			Searches:    clusterSearches(namespace, node),
			Options:     []string{"ndots:5"},
		}
	case policy == DNSClusterFirst:
		events = append(events, Event{"MissingClusterDNS", "kubelet does not have ClusterDNS IP configured and cannot create Pod " +
			`using "ClusterFirst" policy. Falling back to "Default" policy.`})
	}
	if spec.DNSConfig != nil {
		conf = ResolvConf{
			Nameservers: unique(conf.Nameservers, spec.DNSConfig.Nameservers),
			Searches:    unique(conf.Searches, spec.DNSConfig.Searches),
			Options:     mergeOptions(conf.Options, spec.DNSConfig.Options),
		}
	}
	return fitLimits(conf, events)
}

// effectivePolicy is the policy that counts: a pod on its node's network uses its
// node's DNS unless it asks for the cluster's by name.
//
// Source: pkg/kubelet/network/dns/dns.go, getPodDNSType.
func effectivePolicy(spec *model.PodSpec) string {
	switch spec.DNSPolicy {
	case DNSNone, DNSDefault:
		return spec.DNSPolicy
	case DNSClusterFirstWithHostNet:
		return DNSClusterFirst
	}
	if spec.HostNetwork {
		return DNSDefault
	}
	return DNSClusterFirst
}

func clusterSearches(namespace string, node NodeDNS) []string {
	if node.ClusterDomain == "" {
		return node.Resolv.Searches
	}
	svc := "svc." + node.ClusterDomain
	return unique([]string{namespace + "." + svc, svc, node.ClusterDomain}, node.Resolv.Searches)
}

// unique is both lists in one, without what was there before.
func unique(a, b []string) []string {
	out := make([]string, 0, len(a)+len(b))
	for _, list := range [...][]string{a, b} {
		for _, s := range list {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// mergeOptions adds options to others. The kubelet writes them in any order; here
// they keep theirs.
//
// Source: pkg/kubelet/network/dns/dns.go, mergeDNSOptions.
func mergeOptions(options []string, more []model.PodDNSConfigOpt) []string {
	out := slices.Clone(options)
	for _, o := range more {
		text := o.Name
		if o.Value != nil && *o.Value != "" {
			text += ":" + *o.Value
		}
		i := slices.IndexFunc(out, func(s string) bool {
			name, _, _ := strings.Cut(s, ":")
			return name == o.Name
		})
		if i < 0 {
			out = append(out, text)
		} else {
			out[i] = text
		}
	}
	return out
}

// fitLimits cuts off what does not fit, with a warning.
//
// Source: pkg/kubelet/network/dns/dns.go, formDNSNameserversFitsLimits and
// formDNSSearchFitsLimits.
func fitLimits(conf ResolvConf, events []Event) (ResolvConf, []Event) {
	if len(conf.Nameservers) > maxNameservers {
		conf.Nameservers = conf.Nameservers[:maxNameservers:maxNameservers]
		events = append(events, Event{"DNSConfigForming", "Nameserver limits were exceeded, some nameservers have been omitted, " +
			"the applied nameserver line is: " + strings.Join(conf.Nameservers, " ")})
	}
	var fit []string
	for i, search := range conf.Searches {
		if i < maxSearches && len(search) <= maxSearch {
			fit = append(fit, search)
		}
	}
	for len(strings.Join(fit, " ")) > maxSearchChars {
		fit = fit[:len(fit)-1]
	}
	if len(fit) < len(conf.Searches) {
		events = append(events, Event{"DNSConfigForming", "Search Line limits were exceeded, some search paths have been omitted, " +
			"the applied search line is: " + strings.Join(fit, " ")})
	}
	conf.Searches = fit
	return conf, events
}
