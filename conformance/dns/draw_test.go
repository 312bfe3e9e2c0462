package dns

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
)

// story is what is done on both sides.
type story struct {
	Setup  setup
	Silent time.Duration // for how long the API is not to be reached at first
	Steps  []step
}

// step is one thing that happens: time passes, and then one of the others.
type step struct {
	After     time.Duration
	Namespace string // comes into being
	Service   *model.Service
	Slice     *slice
	Pod       *pod
	Gone      string // "path namespace/name"
	Ask       *question
}

// question is one that a pod on a node asks.
type question struct {
	Name string
	Type dnsmodel.Type
	Node int
}

// teller draws a story. It remembers what there is, so that most questions are about
// something.
type teller struct {
	t *rapid.T
	s story
	c *cluster
	q []question // asked before
}

func pick[T any](w *teller, label string, of ...T) T { return rapid.SampledFrom(of).Draw(w.t, label) }

func (w *teller) number(label string, from, to int) int {
	return rapid.IntRange(from, to).Draw(w.t, label)
}
func (w *teller) one(label string) bool          { return rapid.Bool().Draw(w.t, label) }
func (w *teller) oneIn(n int, label string) bool { return w.number(label, 0, n-1) == n-1 }

const stepsAtLeast, stepsAtMost = 5, 60

// stories draws stories.
func stories() *rapid.Generator[story] {
	return rapid.Custom(func(t *rapid.T) story {
		w := &teller{t: t, c: newCluster()}
		w.s.Setup = w.drawSetup()
		if w.oneIn(10, "silent") {
			w.s.Silent = pick(w, "for", 2*time.Second, 7*time.Second, 12*time.Second)
		}
		w.namespace("default")
		if w.one("more namespaces") {
			w.namespace("prod")
			w.namespace("kube-system")
		}
		for range w.number("services", 1, 4) { // so that there is something to ask for
			w.service()
			w.slice()
		}
		rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bool { // a slice, so that steps can be left out when it shrinks
			w.t = t
			w.step()
			return true
		}), stepsAtLeast, stepsAtMost).Draw(t, "steps")
		w.t = t
		return w.s
	})
}

func (w *teller) tell(s step) {
	switch pick(w, "time", 9, 1, 2, 3, 9, 9) {
	case 1:
		s.After = time.Duration(w.number("ms", 1, 1500)) * time.Millisecond
	case 2:
		s.After = time.Duration(w.number("s", 1, 8)) * time.Second
	case 3:
		s.After = time.Duration(w.number("s", 20, 70)) * time.Second
	}
	w.s.Steps = append(w.s.Steps, s)
}

func (w *teller) step() {
	switch n := pick(w, "step", percent...); {
	case n < 66:
		w.ask()
	case n < 74:
		w.service()
	case n < 88:
		w.slice()
	case n < 92:
		w.pod()
	case n < 95:
		w.namespace(pick(w, "namespace", "default", "prod", "kube-system"))
	default:
		w.drop()
	}
}

// percent is drawn from evenly: rapid prefers small numbers in a range.
var percent = func() (out []int) {
	for i := range 100 {
		out = append(out, i)
	}
	return out
}()

func (w *teller) namespace(name string) {
	w.c.namespaces[name] = true
	w.tell(step{Namespace: name})
}

func (w *teller) drop() {
	path := pick(w, "kind", servicesPath, slicesPath, slicesPath, podsPath, namespacesPath)
	var keys []string
	switch path {
	case servicesPath:
		keys = slices.Sorted(maps.Keys(w.c.services))
	case slicesPath:
		keys = slices.Sorted(maps.Keys(w.c.slices))
	case podsPath:
		keys = slices.Sorted(maps.Keys(w.c.pods))
	default:
		for _, name := range slices.Sorted(maps.Keys(w.c.namespaces)) {
			keys = append(keys, "/"+name)
		}
	}
	if len(keys) == 0 {
		return
	}
	gone := path + " " + pick(w, "gone", keys...)
	w.c.drop(gone)
	w.tell(step{Gone: gone})
}

// drop takes something away.
func (c *cluster) drop(gone string) {
	path, key, _ := strings.Cut(gone, " ")
	switch path {
	case servicesPath:
		delete(c.services, key)
	case slicesPath:
		delete(c.slices, key)
	case podsPath:
		delete(c.pods, key)
	default:
		delete(c.namespaces, strings.TrimPrefix(key, "/"))
	}
}

var (
	spaces   = []string{"default", "default", "default", "prod", "kube-system"}
	services = []string{"nginx", "nginx", "db", "web", "s-1", "s-2"}
)

func (w *teller) service() {
	svc := &model.Service{ObjectMeta: model.ObjectMeta{Namespace: pick(w, "namespace", spaces...), Name: pick(w, "service", services...)}}
	sp := &svc.Spec
	four, six := w.clusterIP(svc.Name, svc.Namespace, "10.96.0.%d"), w.clusterIP(svc.Name, svc.Namespace, "fd00:96::%x")
	switch pick(w, "kind", 0, 0, 0, 4, 5, 6, 7, 8, 8) {
	case 0:
		sp.ClusterIP = model.ClusterIPNone
	case 4:
		sp.ClusterIP, sp.ClusterIPs = model.ClusterIPNone, []string{model.ClusterIPNone}
	case 5:
		sp.ClusterIP = four
	case 6:
		sp.ClusterIP, sp.ClusterIPs = six, []string{six}
	case 7:
		sp.ClusterIP, sp.ClusterIPs = four, []string{four, six}
	default:
		w.external(svc)
	}
	sp.Ports = w.servicePorts(sp.ClusterIP)
	w.c.services[key(svc.Namespace, svc.Name)] = svc
	w.tell(step{Service: svc})
}

// external makes a Service another name for something: a name outside, an address, or
// another Service, even one that is another name again.
func (w *teller) external(svc *model.Service) {
	svc.Spec.Type = model.ServiceExternalName
	domain := w.s.Setup.domain()
	if svc.Name == "nginx" && w.one("chain") {
		w.chain(svc, pick(w, "links", 2, 9, 10, 11, 12, 13))
		return
	}
	svc.Spec.ExternalName = pick(w, "external name", "db.example.com", "short.example.com", "chain.example.com.", "bare.example.com", "fail.example.com",
		"half.example.com", "gone.example.com", "DB.Example.com", "192.0.2.7", "fd00::7", "web."+svc.Namespace+".svc."+domain, "nginx.default.svc."+domain,
		"web-0.db.default.svc."+strings.ToUpper(domain), "_web._tcp.nginx.default.svc."+domain+".", "default.svc."+domain, domain, "x."+domain,
		"10-1-0-1.default.pod."+domain, "1.0.1.10.in-addr.arpa", "dns-version."+domain)
}

// chain makes a chain of other names: the Service leads to c-1, which leads to c-2, and so
// on, up to db, which has an address.
func (w *teller) chain(svc *model.Service, links int) {
	target := func(name string) string { return name + "." + svc.Namespace + ".svc." + w.s.Setup.domain() }
	svc.Spec.ExternalName = target("c-1")
	for i := 1; i <= links; i++ {
		link := &model.Service{ObjectMeta: model.ObjectMeta{Namespace: svc.Namespace, Name: fmt.Sprintf("c-%d", i)},
			Spec: model.ServiceSpec{Type: model.ServiceExternalName, ExternalName: target(fmt.Sprintf("c-%d", i+1))}}
		if i == links {
			link.Name = "db"
			link.Spec = model.ServiceSpec{ClusterIP: w.clusterIP("db", svc.Namespace, "10.96.0.%d"), Ports: []model.ServicePort{{Name: "web", Protocol: "TCP", Port: 80}}}
		} else if i == links-1 {
			link.Spec.ExternalName = target("db")
		}
		w.c.services[key(link.Namespace, link.Name)] = link
		w.s.Steps = append(w.s.Steps, step{Service: link})
	}
	w.q = append(w.q, question{Name: target(svc.Name), Type: dnsmodel.TypeA}) // and that will be asked "again"
}

// clusterIP is an address that no other Service has.
func (w *teller) clusterIP(service, namespace, format string) string {
	n := 1 + slices.Index(services, service) + len(services)*slices.Index([]string{"default", "prod", "kube-system"}, namespace)
	return fmt.Sprintf(format, n)
}

// servicePorts draws a Service's ports. Only a headless one may have none.
func (w *teller) servicePorts(clusterIP string) (ports []model.ServicePort) {
	least := 1
	if clusterIP == model.ClusterIPNone {
		least = 0
	}
	for i := range w.number("ports", least, 3) {
		ports = append(ports, model.ServicePort{Name: pick(w, "port", "web", "", "peer", "Web"), Protocol: pick(w, "protocol", "TCP", "TCP", "UDP"), Port: int32(80 + i)})
	}
	return ports
}

func (w *teller) slice() {
	s := slice{Namespace: pick(w, "namespace", spaces...), Name: fmt.Sprintf("slice-%d", w.number("slice", 0, 5)),
		Service: pick(w, "service", append(slices.Clone(services), "orphan")...), Six: w.oneIn(3, "six")}
	if svc := w.someService(); svc != nil && !w.oneIn(5, "another") {
		s.Namespace, s.Service = svc.Namespace, svc.Name
	}
	protocol, number := "TCP", int32(8080)
	for range pick(w, "ports", 1, 2, 0) {
		p := slicePort{Name: new(pick(w, "port", "web", "", "peer")), Protocol: &protocol, Number: &number}
		switch w.number("odd port", 0, 9) {
		case 7:
			p.Name = nil
		case 8:
			p.Protocol = nil
		case 9:
			p.Number = nil
		}
		s.Ports = append(s.Ports, p)
		protocol, number = pick(w, "protocol", "TCP", "UDP"), pick(w, "number", int32(2380), 8080)
	}
	for range pick(w, "endpoints", 2, 1, 3, 4, 0) {
		s.Endpoints = append(s.Endpoints, w.endpoint(s.Six))
	}
	if w.oneIn(40, "many") {
		for i := range 120 {
			s.Endpoints = append(s.Endpoints, sliceEndpoint{Addrs: []netip.Addr{netip.AddrFrom4([4]byte{10, 1, 9, byte(i)})}, Ready: new(true)})
		}
	}
	w.c.slices[key(s.Namespace, s.Name)] = s
	w.tell(step{Slice: &s})
}

// someService is a Service that there is; nil if there is none.
func (w *teller) someService() *model.Service {
	if len(w.c.services) == 0 {
		return nil
	}
	return w.c.services[pick(w, "which", slices.Sorted(maps.Keys(w.c.services))...)]
}

func (w *teller) addr(six bool) netip.Addr {
	if six {
		return netip.MustParseAddr(pick(w, "address", "fd00::1", "fd00::2", "fd00:5::", "fd00:0:0:1::a", "2001:db8:1:2:3:4:5:6"))
	}
	return netip.MustParseAddr(pick(w, "address", "10.1.0.1", "10.1.0.2", "10.1.0.3", "10.96.0.1", "10.1.0.200"))
}

func (w *teller) endpoint(six bool) sliceEndpoint {
	e := sliceEndpoint{Addrs: []netip.Addr{w.addr(six)}, Hostname: pick(w, "hostname", "", "web-0", "web-1", "web-2"),
		Pod: pick(w, "pod", "", "web-0", "pod-a", strings.Repeat("p", 63), strings.Repeat("p", 64)), Ready: new(true)}
	e.Ready = pick(w, "ready", e.Ready, e.Ready, e.Ready, nil, new(false))
	if w.oneIn(8, "second address") {
		e.Addrs = append(e.Addrs, w.addr(six))
	}
	return e
}

func (w *teller) pod() {
	p := pod{Namespace: pick(w, "namespace", spaces...), Name: pick(w, "name", "web-0", "web-1", "web-2"), IP: w.addr(w.oneIn(3, "six")),
		Phase: pick(w, "phase", corev1.PodRunning, corev1.PodRunning, corev1.PodFailed, corev1.PodSucceeded)}
	if old, ok := w.c.pods[key(p.Namespace, p.Name)]; ok { // its address stays, and so does its end
		p.IP, p.Deleting = old.IP, true
		if old.Phase != corev1.PodRunning {
			p.Phase = old.Phase
		}
	}
	w.c.pods[key(p.Namespace, p.Name)] = p
	w.tell(step{Pod: &p})
}
