package sim

import (
	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// The endpoints controller.
//
// It notices pods whose address, readiness, deletion or labels change, and Services.
// A moment later it looks at each Service that this is about, and writes what DNS and
// proxies are to know of the pods.
//
// A look at a Service is a turn, and turns may wait: for the batch period, or after one
// that has failed ([dnsmodel.SyncQueue] has the rules). What a turn would write is owed:
// the pods whose endpoints are not what they should be. A pod that changes without a
// reason for a turn is owed until there is one. So a turn costs what is owed, and not
// what there is; and where nothing is owed there is no turn.
//
// Source: pkg/controller/endpointslice.

// endpoint is a pod's place in a Service.
type endpoint struct {
	service     int32
	pod         model.Name
	ip          uint32
	template    policy.Template // of the pod: its ports
	hostname    bool            // the pod's name is a name in the Service
	ready       bool
	serving     bool
	terminating bool
}

func (e endpoint) rowName() model.Name { return endpointName(e.service, e.pod) }
func (e endpoint) inUse() bool         { return e.ip != 0 }

// endpointName names an endpoint in its table: the Service takes the place of the
// namespace.
func endpointName(service int32, pod model.Name) model.Name {
	return model.Name{Namespace: model.Symbol(service), Base: pod.Base, Ordinal: pod.Ordinal}
}

// noticed is what the controller is going to hear of: a pod or a Service that has changed.
type noticed struct {
	name model.Name
	what noticedChange
}

// noticedChange is what has changed.
type noticedChange uint8

const (
	podPublished  noticedChange = iota // a pod, in a way that shows in its endpoints
	podRelabelled                      // only the labels of a pod
	podElsewhere                       // a pod without an address of the Service that the name is of
	serviceNew                         // a Service, or its spec
)

// owedEndpoint is a pod whose endpoint in a Service is not what it should be. One that
// lacks its node stays owed: each turn fails because of it.
type owedEndpoint struct {
	service int32
	pod     model.Name
	lacking bool
}

// owedEndpoints are those that are owed. Each is there once.
type owedEndpoints struct {
	rows []owedEndpoint
	at   flat.Index[model.Name] // by endpointName
}

func (o *owedEndpoints) copyFrom(src *owedEndpoints) {
	o.rows = append(o.rows[:0], src.rows...)
	o.at.CopyFrom(&src.at)
}

func (o *owedEndpoints) find(s int32, pod model.Name) (*owedEndpoint, bool) {
	if i, ok := o.at.Get(endpointName(s, pod)); ok {
		return &o.rows[i], true
	}
	return nil, false
}

func (o *owedEndpoints) add(row owedEndpoint) {
	o.at.Put(endpointName(row.service, row.pod), int32(len(o.rows)))
	o.rows = append(o.rows, row)
}

// take takes all of them out, for those that are still owed to be added again: one after
// the other, in the order in which they are returned, and before anything else is.
func (o *owedEndpoints) take() []owedEndpoint {
	rows := o.rows
	o.rows = o.rows[:0]
	o.at.Clear()
	return rows
}

// kindEndpointSlice is what a turn writes, for [FailWrite].
const kindEndpointSlice model.Kind = "EndpointSlice"

// publishSoon notes a pod that has changed in a way that is a reason for a turn.
func (w *world) publishSoon(p int32) { w.publishPod(w.pods.at(p)) }

// publishPod notes a pod, which need not be there any more. One without an address is no
// endpoint, and yet a reason for a turn, in which what is owed of other pods is written.
func (w *world) publishPod(r *pod) {
	if r.ip != 0 {
		w.noticeLater(noticed{r.name, podPublished})
		return
	}
	if len(w.owed.rows) == 0 {
		return
	}
	for s := range w.services.all {
		svc := w.services.at(s)
		if svc.owes > 0 && svc.name.Namespace == r.name.Namespace && w.selects(svc, r) {
			w.noticeLater(noticed{svc.name, podElsewhere})
		}
	}
}

// publishRelabelled notes a pod that has other labels, which is a reason for the Services
// that begin or cease to select it.
//
// Source: endpointslice util/controller_utils.go, determineNeededServiceUpdates.
func (w *world) publishRelabelled(p int32) {
	if r := w.pods.at(p); r.ip != 0 {
		w.noticeLater(noticed{r.name, podRelabelled})
	}
}

func (w *world) noticeLater(n noticed) {
	if w.services.len() == 0 {
		return
	}
	at := w.soon()
	if w.unpublished.Len() > 0 {
		at = max(at, w.unpublished.Last().at)
	}
	w.unpublished.Push(dated[noticed]{at, n})
	if w.unpublished.Len() == 1 {
		w.queue.arm(purposePublish, 0, at)
	}
}

// noticeService notes a Service that is new, or has another spec, if there is a pod that
// could be an endpoint of it, or ceases to be.
func (w *world) noticeService(s int32) {
	name := w.services.at(s).name
	for p := range w.pods.all {
		if r := w.pods.at(p); r.ip != 0 && r.name.Namespace == name.Namespace {
			w.noticeLater(noticed{name, serviceNew})
			return
		}
	}
	for e := range w.endpoints.all {
		if w.endpoints.at(e).service == s {
			w.noticeLater(noticed{name, serviceNew})
			return
		}
	}
}

// publishEnded notes a pod whose phase has become a last one. By itself that is no
// reason for a turn.
//
// Source: endpointslice util/controller_utils.go, podEndpointsChanged.
func (w *world) publishEnded(p int32, wasReady bool) {
	if wasReady || w.pods.at(p).deleting {
		w.publishSoon(p)
	} else {
		w.publishSometime(p)
	}
}

// publishSometime notes a pod that is another endpoint now, or none, which nobody looks
// at for that reason.
func (w *world) publishSometime(p int32) {
	if r := w.pods.at(p); r.ip != 0 {
		for s := range w.services.all {
			if w.owe(s, r.name) {
				w.turnIfWaiting(s)
			}
		}
	}
}

// publish hears of what is due, and then looks at the Services that this is about: once,
// however much was heard of them.
func (w *world) publish() {
	for w.unpublished.Len() > 0 && w.unpublished.First().at <= w.now {
		switch n := w.unpublished.Pop().item; n.what {
		case podPublished, podRelabelled:
			w.hearOfPod(n)
		default:
			s, ok := w.services.find(n.name)
			switch {
			case !ok:
			case n.what == serviceNew:
				w.serviceChanged(s)
			default:
				w.services.at(s).wanted = true
			}
		}
	}
	for s := range w.services.all {
		if svc := w.services.at(s); svc.changed || svc.wanted && w.settings.endpointBatch == 0 {
			w.turn(s)
		} else if svc.wanted {
			w.turnAfterBatch(s)
		}
		svc := w.services.at(s)
		svc.changed, svc.wanted = false, false
	}
	if w.unpublished.Len() > 0 {
		w.queue.arm(purposePublish, 0, w.unpublished.First().at)
	}
}

// hearOfPod wants a turn of each Service in which a pod should be another endpoint, if what
// has changed is a reason for that.
func (w *world) hearOfPod(n noticed) {
	for s := range w.services.all {
		switch {
		case !w.owe(s, n.name):
		case n.what == podRelabelled && w.selectsStill(s, n.name):
			w.turnIfWaiting(s)
		default:
			w.services.at(s).wanted = true
		}
	}
}

// owe notes that a pod's endpoint in a Service is not what it should be; false if it is,
// or if that is not for the controller to say.
func (w *world) owe(s int32, pod model.Name) bool {
	if w.services.at(s).name.Namespace != pod.Namespace {
		return false
	}
	c := w.endpointChange(s, pod)
	row, owed := w.owed.find(s, pod)
	switch {
	case owed:
		return c.differs || c.lacking || row.lacking
	case c.differs || c.lacking:
		w.owed.add(owedEndpoint{service: s, pod: pod, lacking: c.lacking && !c.differs})
		w.services.at(s).owes++
		return true
	default:
		return false
	}
}

// selectsStill reports whether a Service selects a pod now as it did when it was last
// looked at.
func (w *world) selectsStill(s int32, pod model.Name) bool {
	p, exists := w.pods.find(pod)
	_, has := w.endpoints.find(endpointName(s, pod))
	return has == (exists && w.selects(w.services.at(s), w.pods.at(p)))
}

// turnAfterBatch gives a Service its turn when the batch period is over.
func (w *world) turnAfterBatch(s int32) {
	w.passTurns(s)
	w.services.at(s).turns.Delay(w.now.Add(w.settings.endpointBatch))
	w.armTurn(s)
}

// turnIfWaiting lets a Service have the delayed turn that it waits for anyway, which will
// find something to do now.
func (w *world) turnIfWaiting(s int32) {
	w.passTurns(s)
	w.armTurn(s)
}

// passTurns lets the delayed turns pass that were not worth an event.
func (w *world) passTurns(s int32) {
	if svc := w.services.at(s); svc.lacking {
		svc.turns.Skip(w.now)
	} else {
		svc.turns.Take(w.now)
	}
}

func (w *world) armTurn(s int32) {
	if at, waits := w.services.at(s).turns.Next(); waits {
		w.queue.arm(purposeTurn, s, at)
	}
}

// turnDue is a delayed turn.
func (w *world) turnDue(s int32) {
	w.services.at(s).turns.Take(w.now)
	w.turn(s)
}

// turn looks at a Service and writes what is owed.
//
// Source: pkg/controller/endpointslice/endpointslice_controller.go, syncService.
func (w *world) turn(s int32) {
	w.passTurns(s)
	w.queue.cancel(purposeTurn, s)
	svc := w.services.at(s)
	if svc.turns.Stale(w.now) {
		svc.turns.Failed(w.now)
		w.armTurn(s)
		return
	}
	admitted, failed, wrote, lacking := false, false, false, false
	svc.owes = 0
	for _, o := range w.owed.take() {
		if o.service != s {
			w.owed.add(o)
			continue
		}
		if !failed {
			c := w.endpointChange(s, o.pod)
			if c.differs && !admitted {
				admitted, failed = true, w.admitUpdate(VerbUpdate, kindEndpointSlice, w.services.at(s).name, once) != nil
			}
			if c.differs && !failed {
				w.writeEndpoint(c)
				wrote = true
			}
			o.lacking = c.lacking
		}
		lacking = lacking || o.lacking
		if failed || o.lacking {
			w.owed.add(o)
			svc.owes++
		}
	}
	if wrote && w.seenAt > w.now {
		svc.turns.Wrote(w.seenAt)
	}
	switch {
	case failed:
		svc.turns.Failed(w.now)
		w.armTurn(s)
	case lacking:
		svc.turns.Failed(w.now) // and so will that turn, unless the node is back
	default:
		svc.turns.Succeeded()
	}
	svc.lacking = lacking
}

// endpointChange is what is to be done about a pod's endpoint in a Service.
type endpointChange struct {
	was, want   endpoint
	has, wanted bool
	lacking     bool // it is not wanted only because the pod lacks its node
	differs     bool
}

func (w *world) endpointChange(s int32, pod model.Name) endpointChange {
	c := endpointChange{was: endpoint{service: s, pod: pod}}
	if !w.services.at(s).selective() {
		return c // what there is stays
	}
	if p, ok := w.pods.find(pod); ok {
		c.want, c.wanted, c.lacking = w.endpointOf(s, p)
	}
	e, has := w.endpoints.find(endpointName(s, pod))
	if has {
		c.was, c.has = *w.endpoints.at(e), true
	}
	c.differs = c.has != c.wanted || c.has && c.was != c.want
	return c
}

func (w *world) writeEndpoint(c endpointChange) {
	e, _ := w.endpoints.find(endpointName(c.was.service, c.was.pod))
	switch {
	case c.wanted && c.has:
		*w.endpoints.at(e) = c.want
	case c.wanted:
		w.endpoints.add(c.want)
	default:
		w.endpoints.remove(e)
	}
	w.seeLater(c.was, c.has)
}

// endpointsRetry wakes the turns that have failed for want of a node: one has come.
func (w *world) endpointsRetry() {
	for s := range w.services.all {
		if w.services.at(s).lacking {
			w.turnIfWaiting(s)
		}
	}
}

// endpointOf is what a Service is to know of a pod; wanted is false if nothing, and
// lacking says that this is so for want of a Node object only.
//
// Source: endpointslice util/controller_utils.go, ShouldPodBeInEndpoints;
// reconciler.go, reconcileByAddressType; utils.go, podToEndpoint.
func (w *world) endpointOf(s, p int32) (e endpoint, wanted, lacking bool) {
	svc, r := w.services.at(s), w.pods.at(p)
	if r.ip == 0 || r.ended() || !w.selects(svc, r) {
		return endpoint{}, false, false
	}
	all := svc.spec.Spec.PublishNotReadyAddresses
	if r.node != nowhere && w.nodes.at(r.node).deleted && !all {
		return endpoint{}, false, true
	}
	return endpoint{
		service: s, pod: r.name, ip: r.ip, template: r.template,
		hostname: r.service == svc.symbol, serving: r.ready, terminating: r.deleting,
		ready: all || r.ready && !r.deleting,
	}, true, false
}

// selective reports whether the controller makes a Service's slices. Others are left
// as they are.
func (s *service) selective() bool {
	return s.spec.Spec.Selector != nil && s.spec.Spec.Type != model.ServiceExternalName
}

// selects reports whether a Service selects a pod. Pods with the labels of their
// template are alike, so that the last answer usually holds.
func (w *world) selects(svc *service, r *pod) bool {
	if !svc.selective() {
		return false
	}
	alike := r.labels == nil && !svc.picky
	if alike && svc.asked && svc.template == r.template {
		return svc.answer
	}
	answer := model.LabelSelector{MatchLabels: svc.spec.Spec.Selector}.Matches(w.podLabels(r))
	if alike {
		svc.asked, svc.template, svc.answer = true, r.template, answer
	}
	return answer
}

// picky reports whether a selector asks for labels that differ from pod to pod of
// one template.
func picky(selector model.Labels) bool {
	for _, key := range []string{model.LabelPodName, model.LabelPodIndex, model.LabelRevision} {
		if _, ok := selector[key]; ok {
			return true
		}
	}
	return false
}

// serviceChanged looks at a Service that is new or has another spec: at all pods of its
// namespace, and at all endpoints that it has.
func (w *world) serviceChanged(s int32) {
	for p := range w.pods.all {
		if r := w.pods.at(p); r.ip != 0 {
			w.owe(s, r.name)
		}
	}
	for e := range w.endpoints.all {
		if row := w.endpoints.at(e); row.service == s {
			w.owe(s, row.pod)
		}
	}
	w.services.at(s).changed = true
}

// forgetEndpoints is a restart of the controller: it forgets what it waited for, lists
// everything, and looks at every Service.
func (w *world) forgetEndpoints() {
	w.owed.take()
	for s := range w.services.all {
		svc := w.services.at(s)
		svc.turns, svc.lacking, svc.owes = dnsmodel.SyncQueue{}, false, 0
		w.queue.cancel(purposeTurn, s)
		w.noticeService(s)
	}
}
