package sim_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// What Services know of pods, and what pods are told by DNS.

// endpoints wants the endpoints of a Service: "web-0:ready web-1:terminating". One
// that is ready is in DNS; other flags are serving and terminating. The addresses
// are those of the pods.
func (w *worldPlay) endpoints(service, want string) {
	w.t.Helper()
	list, err := w.c.Endpoints(service)
	w.do(err)
	var out []string
	for _, e := range list.Items {
		var flags []string
		for _, f := range []struct {
			set  bool
			name string
		}{{e.Ready, "ready"}, {e.Serving, "serving"}, {e.Terminating, "terminating"}} {
			if f.set {
				flags = append(flags, f.name)
			}
		}
		out = append(out, e.Pod+":"+strings.Join(flags, "+"))
		if p, err := w.c.Pod(e.Pod); err == nil {
			w.is(p.Status.PodIP, e.Addr)
		}
	}
	w.is(want, strings.Join(out, " "))
}

// resolves wants what a pod is told of a name: addresses, by the pods that have
// them, or the outcome.
func (w *worldPlay) resolves(pod, name, want string, opts ...sim.Option) {
	w.t.Helper()
	r, err := w.c.Lookup(pod, name, opts...)
	w.do(err)
	var out []string
	for _, addr := range r.Addresses {
		out = append(out, w.whose(addr.String()))
	}
	if r.Outcome != dnsmodel.Found {
		out = []string{r.Outcome.String()}
	}
	w.is(want, strings.Join(out, " "))
}

// whose is the pod that has an address; the address itself if none has.
func (w *worldPlay) whose(addr string) string {
	for _, o := range w.c.Objects() {
		if p, ok := o.(*model.Pod); ok && p.Status.PodIP == addr {
			return p.Name
		}
	}
	return addr
}

func unready(s *model.Service) { s.Spec.PublishNotReadyAddresses = true }

func serviceNamed(name string) func(*model.Service) {
	return func(s *model.Service) { s.Name = name }
}

// withIP gives the Service a virtual address.
func withIP(s *model.Service) { s.Spec.ClusterIP = "10.96.7.7" }

func selecting(labels model.Labels) func(*model.Service) {
	return func(s *model.Service) { s.Spec.Selector = labels }
}

var endpointCases = []worldCase{
	{"readiness", "An endpoint is ready when its pod is, and not while the pod terminates", func(w *worldPlay) {
		w.begin(sim.Config{}, nginx(), webSet(2, stateless))
		w.c.Run(2600 * time.Millisecond) // web-0 runs after 2.511s and is ready after 3.011s
		w.endpoints("nginx", "web-0:")
		w.settles()
		w.endpoints("nginx", "web-0:ready+serving web-1:ready+serving")
		w.do(w.c.Do(sim.CrashContainer{Pod: "web-1"}))
		w.c.Run(2 * time.Millisecond)
		w.endpoints("nginx", "web-0:ready+serving web-1:")
		w.settles()
		w.do(w.c.Delete("pod/web-1"))
		w.c.Run(2 * time.Millisecond)
		w.endpoints("nginx", "web-0:ready+serving web-1:serving+terminating")
		w.c.Run(30500 * time.Millisecond)
		w.endpoints("nginx", "web-0:ready+serving web-1:") // another pod, which has started
		w.settles()
		w.do(w.c.Scale("web", 0))
		w.settles()
		w.endpoints("nginx", "")
	}},
	{"publishNotReadyAddresses", "A Service that publishes pods that are not ready publishes terminating ones too, and not those that have ended", func(w *worldPlay) {
		w.begin(sim.Config{}, nginx(unready), webSet(1, stateless))
		w.c.Run(2600 * time.Millisecond)
		w.endpoints("nginx", "web-0:ready")
		w.resolves("web-0", "web-0.nginx", "web-0")
		w.settles()
		w.do(w.c.Delete("sts/web"))
		w.c.Run(2 * time.Millisecond)
		w.endpoints("nginx", "web-0:ready+serving+terminating")
		w.settles()
		w.endpoints("nginx", "")

		w.orphan(sim.Config{})
		w.apply(nginx(unready))
		w.settles()
		w.do(w.c.Do(sim.FailPod{Pod: "web-0"}))
		w.c.Settle()
		w.endpoints("nginx", "")
	}},
	{"labels", "A pod whose labels are edited leaves the Services that no longer select it, and comes back", func(w *worldPlay) {
		w.orphan(sim.Config{})
		w.apply(nginx())
		w.settles()
		w.endpoints("nginx", "web-0:ready+serving")
		w.do(w.c.Label("pod/web-0", []string{"app=debug"}))
		w.settles()
		w.endpoints("nginx", "")
		w.do(w.c.Label("pod/web-0", []string{"app=web"}))
		w.settles()
		w.endpoints("nginx", "web-0:ready+serving")
	}},
	{"selector", "A Service that selects other pods has other endpoints", func(w *worldPlay) {
		w.begin(sim.Config{}, nginx(), webSet(3, stateless))
		w.settles()
		for _, row := range []struct {
			selector model.Labels
			want     string
		}{
			{model.Labels{model.LabelPodName: "web-1"}, "web-1:ready+serving"},
			{model.Labels{"app": "other"}, ""},
			{model.Labels{"app": "web"}, "web-0:ready+serving web-1:ready+serving web-2:ready+serving"},
			{model.Labels{model.LabelPodIndex: "0", "app": "web"}, "web-0:ready+serving"},
			{nil, "web-0:ready+serving"}, // what there is, is somebody else's to change
			{model.Labels{"app": "other"}, ""},
			{model.Labels{}, ""}, // the same as none, as an API server stores it
		} {
			w.apply(nginx(selecting(row.selector)))
			w.settles()
			w.endpoints("nginx", row.want)
		}
	}},
	{"created later", "A Service that is created later has its endpoints at once; the set did not miss it", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(2, stateless))
		w.settles()
		w.resolves("web-0", "web-1.nginx", "NXDOMAIN")
		w.resolves("web-0", "web-0", "web-0") // of itself a pod knows without DNS
		w.apply(nginx())
		w.c.Run(2 * time.Millisecond)
		w.resolves("web-0", "web-1.nginx", "web-1")
		w.do(w.c.Delete("svc/nginx"))
		w.settles()
		w.resolves("web-0", "web-1.nginx", "NXDOMAIN")
		w.apply(nginx(serviceNamed("later"))) // in the place of the other
		w.endpoints("later", "")
		w.settles()
		w.endpoints("later", "web-0:ready+serving web-1:ready+serving")
		w.resolves("web-0", "web-1.later", "NXDOMAIN") // the pods' names are in nginx
		w.resolves("web-0", "later", "web-0 web-1")
	}},
	{"two Services", "Each Service that selects a pod has it; pods of another namespace it does not have", func(w *worldPlay) {
		prod := webSet(1, stateless)
		prod.Namespace = "prod"
		w.begin(sim.Config{}, nginx(), nginx(serviceNamed("b"), unready), webSet(1, stateless), prod)
		w.c.Run(3 * time.Second) // web-0 is ready after 3.011s
		w.endpoints("nginx", "web-0:")
		w.endpoints("b", "web-0:ready")
		w.settles()
		w.endpoints("nginx", "web-0:ready+serving")
		w.endpoints("b", "web-0:ready+serving")
	}},
	{"ExternalName", "A Service that is only another name has no endpoints", func(w *worldPlay) {
		w.begin(sim.Config{}, nginx(), webSet(1, stateless), nginx(serviceNamed("alias"), func(s *model.Service) {
			s.Spec = model.ServiceSpec{Type: model.ServiceExternalName, ExternalName: "nginx.default.svc.cluster.local", Selector: model.Labels{"app": "web"}}
		}))
		w.settles()
		w.endpoints("alias", "")
		w.resolves("web-0", "alias", "web-0")
		w.resolves("web-0", "web-0.alias", "NXDOMAIN")
	}},
}

var dnsCases = []worldCase{
	{"headless", "The name of a headless Service is all that are ready; a pod's name in it is the pod", func(w *worldPlay) {
		w.begin(sim.Config{}, nginx(), webSet(3, stateless))
		w.settles()
		w.resolves("web-0", "nginx", "web-0 web-1 web-2")
		w.resolves("web-0", "web-2.nginx", "web-2")
		w.resolves("web-0", "web-3.nginx", "NXDOMAIN")
		w.do(w.c.Do(sim.CrashContainer{Pod: "web-1"}))
		w.c.Run(2 * time.Millisecond)
		w.resolves("web-0", "nginx", "web-0 web-2")
		w.resolves("web-0", "web-1.nginx", "NXDOMAIN")
	}},
	{"ClusterIP", "The name of another Service is its own address; the pods' names are there as well", func(w *worldPlay) {
		w.begin(sim.Config{}, nginx(withIP), webSet(2, stateless))
		w.settles()
		w.resolves("web-0", "nginx", "10.96.7.7")
		w.resolves("web-0", "web-1.nginx", "web-1")
		w.apply(nginx(serviceNamed("b"), func(s *model.Service) { s.Spec.ClusterIP = "" }))
		w.resolves("web-0", "b", w.c.Services().Items[0].Spec.ClusterIP) // the next that is free
	}},
	{"D89", "From another namespace a name needs its namespace", func(w *worldPlay) {
		prod := webSet(1, stateless, named("client"))
		prod.Namespace = "prod"
		w.begin(sim.Config{}, nginx(), webSet(1, stateless), prod)
		w.settles()
		in := sim.InNamespace("prod")
		w.resolves("client-0", "web-0.nginx", "NXDOMAIN", in)
		w.resolves("client-0", "web-0.nginx.default", "web-0", in)
		w.resolves("client-0", "web-0.nginx.staging", "NXDOMAIN", in)
		w.resolves("web-0", "web-0.nginx.default.svc.cluster.local", "web-0")
	}},
	{"no pod", "Nobody asks from a pod that has not started, or is not there", func(w *worldPlay) {
		w.begin(sim.Config{}, nginx(), webSet(1))
		w.waits()
		_, err := w.c.Lookup("web-0", "nginx")
		require.ErrorContains(w.t, err, "it has not been started")
		_, err = w.c.Lookup("web-1", "nginx")
		require.ErrorContains(w.t, err, `pods "web-1" not found`)
	}},
	{"D75", "With a cache on each node a denial is kept for 5 s, on the node where it was asked for", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2, DNS: dnsmodel.NodeLocal(), Images: map[string]sim.Image{"A": {Ready: sim.Fixed(0)}}}, nginx(), webSet(2, stateless))
		w.settles()
		w.nodes("web-0:node-0 web-1:node-1")
		w.do(w.c.Scale("web", 3)) // ready in less than a second
		w.resolves("web-0", "web-2.nginx", "NXDOMAIN")
		w.c.Run(4 * time.Second)
		w.resolves("web-0", "web-2.nginx", "NXDOMAIN")
		w.resolves("web-1", "web-2.nginx", "web-2")
		w.apply(&model.Node{ObjectMeta: model.ObjectMeta{Name: "new"}}) // has a cache of its own, and takes no other
		w.resolves("web-0", "web-2.nginx", "NXDOMAIN")
		w.c.Run(time.Second)
		w.resolves("web-0", "web-2.nginx", "web-2")
	}},
	{"addresses", "Every pod object has an address of its own", func(w *worldPlay) {
		w.begin(sim.Config{}, nginx(), webSet(3, stateless))
		w.settles()
		w.do(w.c.SetImage("web", "main", "B"))
		w.settles()
		seen := map[string]bool{}
		for _, p := range w.c.Pods("web").Items {
			seen[p.Status.PodIP] = true
		}
		w.is("map[10.0.0.4:true 10.0.0.5:true 10.0.0.6:true]", fmt.Sprint(seen))
	}},
}
