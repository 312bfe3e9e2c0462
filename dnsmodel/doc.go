// Package dnsmodel answers as a cluster's DNS does: what web-0 is told when it
// looks for web-1.nginx, and when the answer is an old one. It follows a name on
// the whole way, from the pods behind a Service to the resolver in a container,
// and keeps nothing itself: each step is a function of what it is given.
//
// # Four stages
//
// Endpoints. The EndpointSlice controller turns pods into endpoints: an address,
// a hostname and three conditions. A pod is in with its address long before it is
// ready; DNS only looks at the condition ready. The rules are in endpoints.go.
//
// Records. CoreDNS turns a question into an answer when it is asked, from the
// Services and endpoints that it sees through a [Zone]. [Answer] holds that table.
//
// Caches. Between CoreDNS and the pod there may be a cache in CoreDNS itself and
// one on the node. A [Profile] says which; [Serve] asks them in turn. They are why
// a peer that is back keeps missing, and why a dead one is still named.
//
// Resolvers. The kubelet writes a pod's /etc/resolv.conf and /etc/hosts
// ([PodResolvConf], [PodHosts]), and libc tries one name after another until one
// answers ([Client]).
//
// # Nothing, and nothing there
//
// DNS has two ways to say no, and a StatefulSet meets both. NXDOMAIN says that no
// such name exists; NODATA (success without records) says that it exists without
// what was asked for. CoreDNS says NXDOMAIN when nothing at all matched, of any
// address family and port. So a headless Service without a ready pod does not
// exist, nor does web-1.nginx while web-1 restarts; but an IPv4 pod asked for its
// IPv6 address is NODATA. The difference decides whether a resolver tries its next
// search domain and whether a cache remembers.
//
// # An example
//
//	svc := &model.Service{...}                            // headless, named nginx
//	eps, groups := dnsmodel.Endpoints(svc, pods)          // what the controller writes
//	zone := ...                                           // shows them as a Zone
//	p := dnsmodel.Kubeadm()
//	r := dnsmodel.Answer(zone, p.Server, dnsmodel.Question{
//		Name: "web-1.nginx.default.svc.cluster.local", Type: dnsmodel.TypeA,
//	})
//	fmt.Print(r) // web-1.nginx.default.svc.cluster.local. 30 IN A 10.1.0.2
//
// # What is not modelled
//
// Names are text without escapes and without the final dot. Answers are whole:
// there is no truncation, no DNSSEC, no EDNS. The zone's own SOA and NS are not among
// the records that can be asked for. Records keep the order of the
// endpoints they are made from; CoreDNS promises no order. A cache never runs full.
// How long each step takes is for the caller to say: here nothing takes time.
package dnsmodel
