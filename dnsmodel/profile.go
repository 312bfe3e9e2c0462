package dnsmodel

import "github.com/ordinal-sim/ordinal/model"

// Profile is a cluster's DNS as it is usually set up: the server and the caches
// between it and a pod.
type Profile struct {
	Name     string
	Server   Config
	Caches   []CacheConfig // from CoreDNS outwards: the last one is nearest to the pod
	Replicas int           // how many servers there are, each with caches of its own; 0 means 1 (kubeadm runs 2)
	InTurn   bool          // questions go to the replicas in turn, as with IPVS; else to any one, as with iptables
}

// The TTL of records, in seconds: by default, and in the Corefiles that come with
// Kubernetes.
const (
	pluginTTL   = 5
	corefileTTL = 30
)

// Kubeadm is DNS as kubeadm sets it up. CoreDNS's cache is told to keep nothing of
// the cluster's own zone, so that a pod that is ready is found at the next question.
//
// Source: cmd/kubeadm/app/phases/addons/dns/manifests.go.
func Kubeadm() Profile {
	return Profile{
		Name:   "kubeadm",
		Server: Config{TTL: corefileTTL, Pods: PodsInsecure, ReverseFallthrough: true},
		Caches: []CacheConfig{{
			Success: corefileTTL, Denial: corefileTTL,
			DisableSuccess: model.ClusterDomain, DisableDenial: model.ClusterDomain,
		}},
	}
}

// Addons is DNS as the manifests in cluster/addons set it up: CoreDNS's cache keeps
// answers and denials up to 30 s.
//
// Source: cluster/addons/dns/coredns/coredns.yaml.base.
func Addons() Profile {
	return Profile{
		Name:   "addons",
		Server: Config{TTL: corefileTTL, Pods: PodsInsecure, ReverseFallthrough: true},
		Caches: []CacheConfig{{Success: corefileTTL, Denial: corefileTTL}},
	}
}

// NodeLocal is kubeadm's DNS with a cache on each node, which keeps answers up to 30 s,
// and denials of the cluster's own names up to 5 s. (The real one asks other servers than
// CoreDNS for names outside the cluster; here all that it does not know it asks of
// CoreDNS.)
//
// Source: cluster/addons/dns/nodelocaldns/nodelocaldns.yaml.
func NodeLocal() Profile {
	p := Kubeadm()
	p.Name = "nodelocal"
	p.Caches = append(p.Caches,
		CacheConfig{Success: 30, Denial: 30, Except: model.ClusterDomain, PerNode: true},
		CacheConfig{Success: 30, Denial: 5, Only: model.ClusterDomain, PerNode: true})
	return p
}

// Plain is CoreDNS's kubernetes plugin with its own defaults and nothing else:
// records live 5 s, pods have no names by address, no cache.
//
// Source: coredns plugin/kubernetes/kubernetes.go, defaultTTL.
func Plain() Profile {
	return Profile{Name: "plain", Server: Config{TTL: pluginTTL}}
}
