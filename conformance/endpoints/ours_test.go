package endpoints

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
)

// ours plays a story with package dnsmodel: the queue of each Service and the endpoints
// that its turns write.
type ours struct {
	story   story
	begun   map[string]bool                // the Services that the API has
	held    map[string]string              // what the API has of their slices; none before the first are written
	view    view                           // what the controller sees
	queues  map[string]*dnsmodel.SyncQueue // by Service
	skipped map[int]bool                   // steps that were not taken: see busy
	log     []change
	seen    map[string]int // how often something happened that is worth comparing
	bug     bug
}

// view is the controller's cache.
type view struct {
	services map[string]*model.Service
	pods     map[string]pod
	nodes    map[string]string // zones
}

// bug is something wrong that is planted on purpose: see TestWitness.
type bug struct {
	pod     func(*dnsmodel.Pod)                      // what is made of a pod
	service func(*model.Service)                     // what is made of a copy of a Service
	turn    func(*dnsmodel.SyncQueue, model.Instant) // what is done before a turn
	batch   time.Duration
}

// event is a step as it reaches somebody.
type event struct {
	at     model.Instant
	step   int
	notice bool // by the controller; else the API itself
}

func newOurs(s story) *ours {
	return &ours{
		story: s, begun: map[string]bool{}, held: map[string]string{}, queues: map[string]*dnsmodel.SyncQueue{}, skipped: map[int]bool{}, seen: map[string]int{},
		view: view{services: map[string]*model.Service{}, pods: map[string]pod{}, nodes: map[string]string{}},
	}
}

// play plays the story and returns what was written.
func (o *ours) play() []change {
	var events []event
	for i, st := range o.story.Steps {
		delay := lag
		if st.Slices != "" {
			delay = lagSlices
		}
		at := model.Instant(st.At)
		events = append(events, event{at, i, false}, event{at.Add(delay), i, true})
	}
	slices.SortStableFunc(events, func(a, b event) int { return int(a.at - b.at) })
	for _, e := range events {
		o.until(e.at)
		if st := o.story.Steps[e.step]; !e.notice {
			o.write(e, st)
		} else if !o.skipped[e.step] {
			o.notice(e.at, st)
		}
	}
	o.until(model.Instant(o.story.End))
	return o.log
}

// until takes the delayed turns that come before an instant.
func (o *ours) until(end model.Instant) {
	for {
		first, at := "", end
		for _, key := range slices.Sorted(maps.Keys(o.queues)) {
			if next, waits := o.queues[key].Next(); waits && next < at {
				first, at = key, next
			}
		}
		if first == "" {
			return
		}
		o.queues[first].Take(at)
		o.turn(first, at)
	}
}

// busy reports whether a turn of a Service is to come before somebody's doing has reached
// the controller. It would meet a world that it does not know yet, half of which it may
// still write; such a step is left out.
func (o *ours) busy(key string, from model.Instant) bool {
	q, ok := o.queues[key]
	if !ok {
		return false
	}
	next, waits := q.Next()
	return waits && next <= from.Add(lagSlices)
}

// write is what a step changes in the API, as far as slices go.
func (o *ours) write(e event, st step) {
	kind, key, _ := strings.Cut(st.Gone, " ")
	switch {
	case st.Service != nil:
		o.begun[keyOf(st.Service.Namespace, st.Service.Name)] = true
	case kind == "services" || st.Slices != "":
		if st.Slices != "" {
			key = st.Slices
		}
		if o.busy(key, e.at) {
			o.skipped[e.step] = true
			return
		}
		delete(o.held, key)
		if kind == "services" {
			delete(o.begun, key)
		} else {
			o.seen["slices deleted by hand"]++
		}
	}
}

// notice is what the controller does when a step reaches it.
func (o *ours) notice(now model.Instant, st step) {
	kind, key, _ := strings.Cut(st.Gone, " ")
	switch {
	case st.Service != nil:
		key := keyOf(st.Service.Namespace, st.Service.Name)
		o.view.services[key] = st.Service
		o.turn(key, now)
	case st.Slices != "":
		o.queue(st.Slices).Delay(now.Add(dnsmodel.SliceDelay(o.story.Batch)))
	case st.Node != nil:
		o.view.nodes[st.Node.Name] = st.Node.Zone
	case st.Pod != nil:
		key := keyOf(st.Pod.Namespace, st.Pod.Name)
		old := o.podAt(key)
		o.view.pods[key] = *st.Pod
		o.podChanged(now, old, o.podAt(key))
	case kind == "pods":
		old := o.podAt(key)
		delete(o.view.pods, key)
		o.podChanged(now, old, nil)
	case kind == "services":
		delete(o.view.services, key)
		o.turn(key, now)
	case kind == "nodes":
		delete(o.view.nodes, strings.TrimPrefix(key, "/"))
	}
}

// podAt is a pod as the controller sees it; nil if there is none.
func (o *ours) podAt(key string) *dnsmodel.Pod {
	p, exists := o.view.pods[key]
	if !exists {
		return nil
	}
	_, known := o.view.nodes[p.Node]
	m := p.model(!known)
	if o.bug.pod != nil {
		o.bug.pod(&m)
	}
	return &m
}

// podChanged gives a turn to the Services for which a pod's change is a reason; old is
// nil for a new pod, now for one that is gone.
func (o *ours) podChanged(at model.Instant, old, now *dnsmodel.Pod) {
	for _, key := range slices.Sorted(maps.Keys(o.view.services)) {
		switch {
		case !dnsmodel.Syncs(o.view.services[key], old, now):
		case o.story.Batch+o.bug.batch > 0:
			o.queue(key).Delay(at.Add(o.story.Batch + o.bug.batch))
		default:
			o.turn(key, at)
		}
	}
}

func (o *ours) queue(key string) *dnsmodel.SyncQueue {
	if o.queues[key] == nil {
		o.queues[key] = &dnsmodel.SyncQueue{}
	}
	return o.queues[key]
}

// turn looks at a Service.
func (o *ours) turn(key string, now model.Instant) {
	q := o.queue(key)
	o.seen["turns"]++
	if o.bug.turn != nil {
		o.bug.turn(q, now)
	}
	svc, ok := o.view.services[key]
	switch {
	case !ok:
		o.seen["the Service is gone"]++
		q.Gone()
		return
	case svc.Spec.Type == model.ServiceExternalName || svc.Spec.Selector == nil:
		o.seen["the Service has no endpoints of the controller's"]++
		q.Succeeded()
		return
	case q.Stale(now):
		o.seen["the informer lies behind"]++
		q.Failed(now)
		return
	}
	before, has := o.held[key]
	after, lacking := o.content(svc, before)
	if !has || before != after {
		o.held[key] = after
		q.Wrote(now.Add(lagSlices))
		if o.begun[key] {
			o.log = append(o.log, change{time.Duration(now), key, after})
		}
	}
	if lacking {
		o.seen["a pod lacks its node"]++
		q.Failed(now)
	} else {
		q.Succeeded()
	}
}

// content is what is to be written of a Service, and whether a pod lacks its node. A slice
// without endpoints stands in for a family that has none. It is found superfluous later
// than one would think: not as long as it could be the slice of pods that have none of the
// Service's ports, even if those have no address of the family.
//
// Source: endpointslice reconciler.go, reconcileByAddressType.
func (o *ours) content(svc *model.Service, before string) (after string, lacking bool) {
	if o.bug.service != nil {
		changed := *svc
		svc = &changed
		o.bug.service(svc)
	}
	var pods []dnsmodel.Pod
	byName := map[string]pod{}
	bare := false // some pod has none of the Service's ports
	for _, key := range slices.Sorted(maps.Keys(o.view.pods)) {
		m := o.podAt(key)
		pods = append(pods, *m)
		if !dnsmodel.Selects(svc, m) {
			continue
		}
		byName[m.Name] = o.view.pods[key]
		lacking = lacking || dnsmodel.LacksNode(svc, m)
		bare = bare || dnsmodel.InEndpoints(m, true) && len(dnsmodel.TargetPorts(svc, m.Spec)) == 0
	}
	endpoints, groups := dnsmodel.Endpoints(svc, pods)
	var lines []string
	for _, f := range dnsmodel.Families(svc) {
		some, someBare := false, false
		for _, e := range endpoints {
			if e.Addr.Is4() == (f == dnsmodel.IPv4) {
				some, someBare = true, someBare || len(groups[e.Group]) == 0
				lines = append(lines, o.line(e, groups[e.Group], byName[e.Pod]).String())
			}
		}
		lines = append(lines, familyName(f))
		empty := familyName(f) + " a slice without endpoints"
		if !some || bare && !someBare && strings.Contains(before, empty) {
			lines = append(lines, empty)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n"), lacking
}

func familyName(f dnsmodel.Family) string { return fmt.Sprintf("IPv%d", f) }

// line is an endpoint as both sides show it.
func (o *ours) line(e dnsmodel.Endpoint, ports []dnsmodel.Port, p pod) line {
	l := line{
		family: "IPv4", addr: e.Addr.String(), hostname: e.Hostname, ready: e.Ready, serving: e.Serving, terminating: e.Terminating,
		pod: p.uid(), node: p.Node, zone: o.view.nodes[p.Node],
	}
	if e.Addr.Is6() {
		l.family = "IPv6"
	}
	for _, port := range ports {
		l.ports = append(l.ports, fmt.Sprintf("%s/%s/%d", port.Name, port.Protocol, port.Number))
	}
	o.notable(e, len(ports))
	return l
}

// notable counts the kinds of endpoints.
func (o *ours) notable(e dnsmodel.Endpoint, ports int) {
	o.seen["endpoints"]++
	for name, is := range map[string]bool{
		"an endpoint that is not ready": !e.Ready, "an endpoint that is published though it is not ready": e.Ready && (!e.Serving || e.Terminating),
		"an endpoint that serves and terminates": e.Serving && e.Terminating, "an endpoint with a hostname": e.Hostname != "",
		"an endpoint without ports": ports == 0, "an endpoint with several ports": ports > 1, "an IPv6 endpoint": e.Addr.Is6(),
	} {
		if is {
			o.seen[name]++
		}
	}
}

// line is an endpoint as both sides show it.
type line struct {
	family, addr, hostname      string
	ready, serving, terminating bool
	pod, node, zone             string
	ports                       []string
}

func (l line) String() string {
	slices.Sort(l.ports)
	return fmt.Sprintf("%s %s hostname %q ready %t serving %t terminating %t pod %s on %s in zone %q ports %v",
		l.family, l.addr, l.hostname, l.ready, l.serving, l.terminating, l.pod, l.node, l.zone, l.ports)
}
