package dnsmodel

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// HostsLine is a line of /etc/hosts: an address and up to two names; "" is none.
type HostsLine struct {
	Addr  netip.Addr
	Names [2]string
}

// localhost are the lines that every pod's /etc/hosts begins with, as far as a lookup
// can tell: four more are for IPv6 multicast.
//
// Source: pkg/kubelet/kubelet_pods.go, managedHostsFileContent.
var localhost = [...]HostsLine{
	{netip.MustParseAddr("127.0.0.1"), [2]string{"localhost"}},
	{netip.MustParseAddr("::1"), [2]string{"localhost", "ip6-localhost"}},
}

// HostnameAndDomain are the hostname of a pod and the domain that completes it to its
// FQDN; the domain is "" for a pod without a subdomain. Whether the Service that the
// subdomain names exists plays no part. A clusterDomain of "" is cluster.local.
//
// Source: pkg/kubelet/kubelet_pods.go, GeneratePodHostNameAndDomain.
func HostnameAndDomain(pod, namespace string, spec *model.PodSpec, clusterDomain string) (hostname, domain string) {
	if spec.HostnameOverride != "" {
		return spec.HostnameOverride, ""
	}
	if clusterDomain == "" {
		clusterDomain = model.ClusterDomain
	}
	hostname = pod
	if spec.Hostname != "" {
		hostname = spec.Hostname
	}
	if spec.Subdomain != "" {
		domain = spec.Subdomain + "." + namespace + ".svc." + clusterDomain
	}
	return model.Hostname(hostname), domain
}

// Nodename is what `hostname` prints in a pod: the hostname, or the FQDN for a pod
// with setHostnameAsFQDN. An FQDN over 64 characters is an error; the pod then does
// not start.
//
// Source: pkg/kubelet/util/util.go, GetNodenameForKernel.
func Nodename(hostname, domain string, asFQDN bool) (string, error) {
	const most = 64
	if !asFQDN || domain == "" {
		return hostname, nil
	}
	fqdn := hostname + "." + domain
	if len(fqdn) > most {
		return "", fmt.Errorf("failed to construct FQDN from pod hostname and cluster domain, FQDN %s is too long "+
			"(%d characters is the max, %d characters requested)", fqdn, most, len(fqdn))
	}
	return fqdn, nil
}

// PodHosts is the /etc/hosts that the kubelet writes for a pod with some addresses:
// the pod finds itself by its hostname and its FQDN, whatever DNS says. A pod on its
// node's network has the node's file, which is taken to name nothing but localhost.
//
// Source: pkg/kubelet/kubelet_pods.go, ensureHostsFile.
func PodHosts(pod, namespace string, spec *model.PodSpec, ips [2]netip.Addr, clusterDomain string) []HostsLine {
	lines := append(make([]HostsLine, 0, len(localhost)+len(ips)), localhost[:]...)
	if spec.HostNetwork {
		return lines
	}
	hostname, domain := HostnameAndDomain(pod, namespace, spec, clusterDomain)
	names := [2]string{hostname}
	if domain != "" {
		names = [2]string{hostname + "." + domain, hostname}
	}
	for _, ip := range ips {
		if ip.IsValid() {
			lines = append(lines, HostsLine{ip, names})
		}
	}
	return lines
}

// String returns the line as it stands in the file.
func (l HostsLine) String() string {
	return strings.TrimRight(l.Addr.String()+"\t"+l.Names[0]+"\t"+l.Names[1], "\t")
}

// named reports whether the line is one of the name. Case does not matter.
func (l *HostsLine) named(name string) bool {
	return name != "" && (same(name, l.Names[0]) || same(name, l.Names[1]))
}
