package sim

import (
	"net/netip"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
)

// The resolver in a pod: what its kubelet has written into its /etc/resolv.conf and
// /etc/hosts, and whom it asks.

// resolve looks a name up from inside a pod.
func (w *world) resolve(p int32, name string) dnsmodel.Result {
	return w.resolveAs(w.pods.at(p), name)
}

// resolveAs looks a name up as a pod does that need not be an object any more.
func (w *world) resolveAs(r *pod, name string) dnsmodel.Result {
	pod, namespace := w.rendered(r.name), w.text(r.name.Namespace)
	spec := w.podSpec(r)
	conf := w.resolvConf(&spec, namespace)
	client := dnsmodel.Client{
		Conf:  conf,
		Hosts: dnsmodel.PodHosts(pod, namespace, &spec, [2]netip.Addr{podAddr(r.ip)}, model.ClusterDomain),
	}
	if len(spec.Containers) > 0 {
		client.Flavour = w.settings.config.Images[spec.Containers[0].Image].Resolver
	}
	q := question{world: w, node: r.node, servers: conf.Nameservers}
	return client.Resolve(name, q.ask)
}

// resolvConf is the /etc/resolv.conf that a kubelet writes for a pod.
func (w *world) resolvConf(spec *model.PodSpec, namespace string) dnsmodel.ResolvConf {
	conf, _ := dnsmodel.PodResolvConf(spec, namespace, dnsmodel.NodeDNS{
		ClusterDNS: []string{dnsAddress}, ClusterDomain: model.ClusterDomain, Resolv: w.settings.config.NodeResolv,
	})
	return conf
}

// podSpec is a pod's spec: the template's, with its identity.
func (w *world) podSpec(r *pod) model.PodSpec {
	spec := w.template(r.template).spec.Spec
	spec.Hostname = w.rendered(r.name)
	spec.Subdomain = w.text(r.service)
	if r.node != nowhere {
		spec.NodeName = w.rendered(w.nodes.at(r.node).name)
	}
	return spec
}
