package sim

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
)

// The cluster's DNS servers and their caches. All servers see the same; they differ by
// what their caches remember, and by whether they answer at all. Only that is state.

// dnsAddress is the cluster IP of the cluster's DNS.
const dnsAddress = "10.96.0.10"

// dnsServer is one replica of CoreDNS.
type dnsServer struct {
	down  bool // it does not answer
	since model.Instant
}

// dnsServers are the replicas.
type dnsServers struct {
	replicas []dnsServer
	turn     int32 // of the next one, where they are asked in turn
}

func (s *dnsServers) copyFrom(src *dnsServers) {
	replicas := s.replicas
	*s = *src
	s.replicas = append(replicas[:0], src.replicas...)
}

// dnsLeftOut is how long it takes until a replica that does not answer is left out by its
// Service: three readiness probes, ten seconds apart.
//
// Source: cmd/kubeadm/app/phases/addons/dns/manifests.go, CoreDNSDeployment.
const dnsLeftOut = 30 * time.Second

// StopDNS is a fault: a replica of the cluster's DNS does not answer any more, counted
// from 0. Questions that reach it are lost until, 30 s later, its Service passes them to
// the others only. [StartDNS] ends it.
type StopDNS struct{ Replica int }

// String implements [Operation].
func (o StopDNS) String() string { return fmt.Sprintf("stop DNS %d", o.Replica) }

func (o StopDNS) prepare(w *world) (func(), error) {
	return w.changeDNS(o.Replica, true)
}

// StartDNS starts a replica of the cluster's DNS again after [StopDNS]. Its caches are
// empty then.
type StartDNS struct{ Replica int }

// String implements [Operation].
func (o StartDNS) String() string { return fmt.Sprintf("start DNS %d", o.Replica) }

func (o StartDNS) prepare(w *world) (func(), error) {
	return w.changeDNS(o.Replica, false)
}

func (w *world) changeDNS(replica int, down bool) (func(), error) {
	all := w.dns.replicas
	switch {
	case replica < 0 || replica >= len(all):
		return nil, fmt.Errorf("sim: there is no replica %d of DNS, only %d of them", replica, len(all))
	case all[replica].down == down:
		return nil, fmt.Errorf("sim: replica %d of DNS %s", replica, map[bool]string{true: "does not answer", false: "answers"}[down])
	}
	return func() {
		w.dns.replicas[replica] = dnsServer{down: down, since: w.now}
		for _, cache := range w.serverCaches(int32(replica)) {
			cache.CopyFrom(&dnsmodel.Cache{Config: cache.Config})
		}
	}, nil
}

// DNSReplicas is how many replicas the cluster's DNS has, answering or not: those of
// [StopDNS].
func (c *Cluster) DNSReplicas() int { return len(c.w.dns.replicas) }

// pickDNS is the replica that a question reaches; false if there is none, or if it does
// not answer. It is a choice only where there is one.
//
// Source: pkg/proxy: each connection goes to one of the endpoints that are ready.
func (w *world) pickDNS() (replica int32, answers bool) {
	if len(w.dns.replicas) == 1 {
		return 0, !w.dns.replicas[0].down
	}
	var candidates []int32
	for i, server := range w.dns.replicas {
		if !server.down || w.now.Sub(server.since) < dnsLeftOut {
			candidates = append(candidates, int32(i))
		}
	}
	if len(candidates) == 0 {
		return 0, false
	}
	picked := 0
	if w.settings.dns.InTurn {
		picked = int(w.dns.turn) % len(candidates)
		w.dns.turn = (w.dns.turn + 1) % int32(len(w.dns.replicas))
	} else {
		picked = w.choose("dns server", len(candidates))
	}
	replica = candidates[picked]
	return replica, !w.dns.replicas[replica].down
}

// question is one name that a resolver asks for, of both families. The two go to one
// replica: they come from one port.
type question struct {
	*world
	node    int32
	servers []string // the nameservers of resolv.conf
	name    string
	replica int32
	answers bool // the replica does
}

// ask asks one nameserver after another until one says something definite. A pod without
// any has nobody to ask.
//
// Source: glibc resolv/res_send.c, __res_context_send.
func (q *question) ask(asked dnsmodel.Question) dnsmodel.Response {
	out := dnsmodel.Response{Rcode: dnsmodel.Timeout}
	for _, server := range q.servers {
		if server == dnsAddress {
			out = q.inCluster(asked)
		} else {
			out = q.outside(asked)
		}
		switch out.Rcode {
		case dnsmodel.Timeout, dnsmodel.ServFail, dnsmodel.Refused:
		default:
			return out
		}
	}
	return out
}

// outside asks a server that knows nothing of the cluster.
func (q *question) outside(asked dnsmodel.Question) dnsmodel.Response {
	switch upstream := q.settings.dns.Server.Upstream; {
	case q.nodes.at(q.node).cut:
		return dnsmodel.Response{Rcode: dnsmodel.Timeout}
	case upstream == nil:
		return dnsmodel.Response{Rcode: dnsmodel.NXDomain}
	default:
		return upstream.Lookup(asked)
	}
}

// inCluster asks the cluster's DNS: the caches of the node, then one of the servers. A
// node's cache that gets no answer says so, and remembers that too; without one there is
// only silence.
func (q *question) inCluster(asked dnsmodel.Question) dnsmodel.Response {
	caches := q.nodeCaches(q.node)
	return dnsmodel.Pass(asked, q.now, caches, func(asked dnsmodel.Question) dnsmodel.Response {
		if q.reachServer(asked.Name) {
			cfg := q.settings.dns.Server
			if !cfg.Address.IsValid() {
				cfg.Address = netip.MustParseAddr(dnsAddress)
			}
			return dnsmodel.Serve(zone{q.world}, cfg, asked, q.now, q.serverCaches(q.replica)...)
		}
		if len(caches) > 0 {
			return dnsmodel.Response{Rcode: dnsmodel.ServFail}
		}
		return dnsmodel.Response{Rcode: dnsmodel.Timeout}
	})
}

// reachServer picks the replica for a name, if its other family has not done so.
func (q *question) reachServer(name string) bool {
	if q.nodes.at(q.node).cut {
		return false
	}
	if q.name != name {
		q.name = name
		q.replica, q.answers = q.pickDNS()
	}
	return q.answers
}

// Caches. Those of the profile have a place for each replica and for each node, whichever
// are more; they come into being with the first question.

// serverCaches are the caches of a replica, the outermost first.
func (w *world) serverCaches(replica int32) []*dnsmodel.Cache { return w.cachesAt(replica, false) }

// nodeCaches are the caches of a node, the one nearest to its pods first.
func (w *world) nodeCaches(node int32) []*dnsmodel.Cache { return w.cachesAt(node, true) }

func (w *world) cachesAt(owner int32, perNode bool) (out []*dnsmodel.Cache) {
	configs := w.settings.dns.Caches
	for len(w.caches) < len(configs)*max(len(w.nodes.rows), len(w.dns.replicas)) {
		w.caches = append(w.caches, dnsmodel.Cache{Config: configs[len(w.caches)%len(configs)]})
	}
	for i := len(configs) - 1; i >= 0; i-- {
		if configs[i].PerNode == perNode {
			out = append(out, &w.caches[int(owner)*len(configs)+i])
		}
	}
	return out
}
