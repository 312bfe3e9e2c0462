package endpoints

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

// teller draws a story. It remembers what there is, so that most steps change
// something.
type teller struct {
	t        *rapid.T
	s        story
	at       time.Duration
	calm     bool // the next step keeps its distance
	services map[string]*model.Service
	pods     map[string]pod
	nodes    map[string]string
	lives    map[string]int
}

const (
	stepsAtMost = 40
	// distance is more than any lag: what needs to be seen by everybody has been.
	distance = 25 * time.Millisecond
)

// stories draws stories.
func stories() *rapid.Generator[story] {
	return rapid.Custom(func(t *rapid.T) story {
		w := &teller{t: t, services: map[string]*model.Service{}, pods: map[string]pod{}, nodes: map[string]string{}, lives: map[string]int{}}
		w.s.Batch = pick(w, "batch", 0, 0, 0, 100*time.Millisecond, 500*time.Millisecond, 2*time.Second)
		w.node("node-0")
		w.node("node-1")
		w.service("default/nginx")
		w.service(pick(w, "second", "default/nginx", "default/db", "default/all", "prod/nginx"))
		rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bool { // a slice, so that steps can be left out when it shrinks
			w.t = t
			w.step()
			return true
		}), 1, stepsAtMost).Draw(t, "steps")
		w.t = t
		w.s.End = w.at + pick(w, "tail", 3*time.Second, 10*time.Second, 100*time.Second)
		return w.s
	})
}

func pick[T any](w *teller, label string, of ...T) T { return rapid.SampledFrom(of).Draw(w.t, label) }

func (w *teller) number(label string, from, to int) int {
	return rapid.IntRange(from, to).Draw(w.t, label)
}

// tell adds a step, some time after the last one. Each has a microsecond of its own: see
// the package's comment.
func (w *teller) tell(st step, calm bool) {
	unit := pick(w, "unit", time.Millisecond, time.Millisecond, 20*time.Millisecond, 500*time.Millisecond, 2*time.Second, 2*time.Second, 30*time.Second)
	gap := unit * time.Duration(w.number("gap", 1, 4))
	if w.number("long", 0, 99) == 99 {
		gap = 20_000 * time.Second // longer than all retries together
	}
	if (calm || w.calm) && gap < distance {
		gap = distance
	}
	w.calm = calm
	w.at += gap + time.Microsecond
	st.At = w.at
	w.s.Steps = append(w.s.Steps, st)
}

func (w *teller) step() {
	switch n := w.number("step", 0, 99); {
	case n < 20:
		w.newPod()
	case n < 60:
		w.changePod()
	case n < 66:
		w.dropPod()
	case n < 86:
		w.service(pick(w, "service", "default/nginx", "default/nginx", "default/db", "default/all", "prod/nginx"))
	case n < 89:
		w.dropService()
	case n < 93:
		w.slices()
	case n < 97:
		w.node(pick(w, "node", "node-0", "node-1", "node-2"))
	default:
		w.dropNode()
	}
}

func (w *teller) node(name string) {
	n := node{name, pick(w, "zone", "", "a", "b")}
	w.nodes[name] = n.Zone
	w.tell(step{Node: &n}, false)
}

func (w *teller) dropNode() {
	if name, ok := w.one("node", slices.Sorted(maps.Keys(w.nodes))); ok {
		delete(w.nodes, name)
		w.tell(step{Gone: "nodes /" + name}, false)
	}
}

func (w *teller) one(label string, of []string) (string, bool) {
	if len(of) == 0 {
		return "", false
	}
	return pick(w, label, of...), true
}

// service applies a Service: a new one, or a change of one.
func (w *teller) service(key string) {
	old, exists := w.services[key]
	svc := &model.Service{}
	if exists {
		*svc = *old
	} else {
		svc.Namespace, svc.Name = split(key)
	}
	sp := &svc.Spec
	redo := func(what string) bool { return !exists || w.number("change "+what, 0, 4) == 0 }
	if redo("selector") {
		sp.Selector = pick(w, "selector", model.Labels{"app": "web"}, model.Labels{"app": "web"}, model.Labels{"app": "db"}, model.Labels{}, model.Labels{"app": "web", "x": "y"}, nil)
	}
	if redo("publish") {
		sp.PublishNotReadyAddresses = pick(w, "publish", false, false, true)
	}
	if redo("families") {
		sp.IPFamilies = pick(w, "families", []model.IPFamily{model.IPv4}, []model.IPFamily{model.IPv4}, []model.IPFamily{model.IPv6},
			[]model.IPFamily{model.IPv4, model.IPv6}, []model.IPFamily{model.IPv6, model.IPv4}, nil)
	}
	if redo("cluster IP") {
		sp.ClusterIP = pick(w, "cluster IP", model.ClusterIPNone, model.ClusterIPNone, "10.96.0.9", "fd00::96", "")
	}
	if redo("type") {
		sp.Type = pick(w, "type", model.ServiceClusterIP, model.ServiceClusterIP, model.ServiceNodePort, model.ServiceLoadBalancer, model.ServiceExternalName)
	}
	if redo("ports") || len(sp.Ports) == 0 && sp.ClusterIP != model.ClusterIPNone {
		sp.Ports = w.ports(sp.ClusterIP == model.ClusterIPNone)
	}
	w.services[key] = svc
	w.tell(step{Service: svc}, false)
}

func split(key string) (namespace, name string) {
	for i := range key {
		if key[i] == '/' {
			return key[:i], key[i+1:]
		}
	}
	return "", key
}

// ports draws a Service's ports; only a headless one may have none.
func (w *teller) ports(headless bool) []model.ServicePort {
	of := func(name, protocol string, port int32, target model.IntOrString) model.ServicePort {
		return model.ServicePort{Name: name, Protocol: protocol, Port: port, TargetPort: target}
	}
	choices := [][]model.ServicePort{
		{of("web", "TCP", 80, model.FromInt(8080))},
		{of("web", "TCP", 80, model.FromString("http"))},
		{of("", "TCP", 80, model.FromString("http"))},
		{of("web", "TCP", 80, model.FromString("http")), of("dns", "UDP", 53, model.FromString("dns"))},
		{of("dns", "UDP", 53, model.FromString("dns")), of("web", "TCP", 80, model.FromString("http"))},
		{of("web", "TCP", 80, model.FromString("http")), of("web-udp", "UDP", 80, model.FromString("http"))},
		{of("proxy", "TCP", 90, model.FromString("proxy"))},
	}
	if headless {
		choices = append(choices, nil)
	}
	return pick(w, "ports", choices...)
}

func (w *teller) dropService() {
	if key, ok := w.one("service", slices.Sorted(maps.Keys(w.services))); ok {
		delete(w.services, key)
		w.calm = true
		w.tell(step{Gone: "services " + key}, true)
	}
}

func (w *teller) slices() {
	if key, ok := w.one("slices", slices.Sorted(maps.Keys(w.services))); ok {
		w.calm = true
		w.tell(step{Slices: key}, true)
	}
}

func (w *teller) newPod() {
	key := pick(w, "new pod", "default/web-0", "default/web-1", "default/web-2", "default/db-0", "prod/web-0")
	if _, taken := w.pods[key]; taken {
		w.changePod()
		return
	}
	p := pod{
		Labels:    w.labels(),
		Subdomain: pick(w, "subdomain", "nginx", "nginx", "db", ""),
		Node:      pick(w, "node", "node-0", "node-0", "node-1", "node-2"),
		Phase:     corev1.PodPending, Life: w.lives[key],
		Spec: w.spec(),
	}
	w.lives[key]++
	p.Namespace, p.Name = split(key)
	p.Hostname = pick(w, "hostname", p.Name, p.Name, "other", "")
	if w.number("as new", 0, 2) > 0 { // it is first seen when it runs already
		p.Phase, p.IPs, p.Ready = corev1.PodRunning, w.ips(), w.ready()
	}
	w.put(p)
}

func (w *teller) labels() model.Labels {
	return pick(w, "labels", model.Labels{"app": "web"}, model.Labels{"app": "web"}, model.Labels{"app": "db"}, model.Labels{"app": "web", "x": "y"}, model.Labels{"x": "y"})
}

// spec draws containers with ports that have names.
func (w *teller) spec() *model.PodSpec {
	port := func(name, protocol string, n int32) model.ContainerPort {
		return model.ContainerPort{Name: name, Protocol: protocol, ContainerPort: n}
	}
	main := model.Container{Name: "main", Ports: pick(w, "container",
		[]model.ContainerPort{port("http", "TCP", 8080)}, []model.ContainerPort{port("http", "TCP", 8080)},
		[]model.ContainerPort{port("http", "TCP", 8081), port("dns", "UDP", 5353)},
		[]model.ContainerPort{port("http", "UDP", 8082)}, nil)}
	second := model.Container{Name: "second", Ports: []model.ContainerPort{port("http", "TCP", 9080), port("dns", "UDP", 53)}}
	aside := model.Container{Name: "aside", Ports: []model.ContainerPort{port("proxy", "TCP", 9090), port("http", "TCP", 9091)}}
	spec := &model.PodSpec{Containers: []model.Container{main}}
	switch w.number("more containers", 0, 5) {
	case 0:
		spec.Containers = append(spec.Containers, second)
	case 1:
		spec.InitContainers = []model.Container{aside}
	case 2:
		aside.RestartPolicy = model.RestartAlways
		spec.InitContainers = []model.Container{aside}
	}
	return spec
}

func (w *teller) ready() corev1.ConditionStatus {
	return pick(w, "ready", corev1.ConditionTrue, corev1.ConditionTrue, corev1.ConditionFalse, corev1.ConditionUnknown, "")
}

// ips draws a pod's addresses: of one family, of both in either order, or none.
func (w *teller) ips() (out [2]netip.Addr) {
	n := w.number("address", 1, 250)
	four, six := netip.AddrFrom4([4]byte{10, 1, 0, byte(n)}), netip.MustParseAddr(fmt.Sprintf("fd00::%x", n))
	return pick(w, "ips", [2]netip.Addr{four}, [2]netip.Addr{four}, [2]netip.Addr{six}, [2]netip.Addr{four, six}, [2]netip.Addr{six, four}, [2]netip.Addr{})
}

func (w *teller) put(p pod) {
	w.pods[keyOf(p.Namespace, p.Name)] = p
	w.tell(step{Pod: &p}, false)
}

// changePod writes a pod that there is: one thing about it is new, sometimes two.
func (w *teller) changePod() {
	key, ok := w.one("pod", slices.Sorted(maps.Keys(w.pods)))
	if !ok {
		w.newPod()
		return
	}
	p := w.pods[key]
	for range w.number("changes", 1, 2) {
		switch n := w.number("change", 0, 9); {
		case n < 4:
			p.Ready = w.ready()
			if p.Phase == corev1.PodPending {
				p.Phase = corev1.PodRunning
			}
		case n < 6:
			p.IPs = w.ips()
		case n < 7:
			p.Phase = pick(w, "phase", corev1.PodRunning, corev1.PodFailed, corev1.PodSucceeded, corev1.PodUnknown)
		case n < 9:
			p.Labels = w.labels()
		default:
			p.Deleting = true // nothing takes it back
		}
	}
	w.put(p)
}

func (w *teller) dropPod() {
	if key, ok := w.one("pod", slices.Sorted(maps.Keys(w.pods))); ok {
		delete(w.pods, key)
		w.tell(step{Gone: "pods " + key}, false)
	}
}
