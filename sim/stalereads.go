package sim

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/storage"
)

// Reads of the past. There may be several API servers, each with a cache of its own of what
// there is, and one of them may lie behind. Who runs on has seen the present, and refuses to go
// back; a kubelet that is started has seen nothing, and believes whichever server it asks.

// HoldReads is a fault: the API server that the kubelet of a node asks when it is started goes on
// to list what there is now. So a kubelet that is restarted after a pod of its node has gone starts
// that pod again, beside its successor, and runs it until [ReleaseReads] (kubernetes #59848).
//
// Only what is gone stays hidden from such a kubelet: what is new it hears of. A pod whose disk
// is not attached to the node any more is not started, as its volumes are not there.
//
// Since 1.35 a kubelet asks for what is no older than its question, and waits for that; how long
// it waits is left out, and so nothing happens.
//
// Source: pkg/kubelet/config/apiserver.go; client-go tools/cache/reflector.go,
// relistResourceVersion ("0" is from a cache of any age) and watchList (gate WatchListClient);
// apiserver pkg/storage/cacher/cacher.go, getWatchCacheResourceVersion.
type HoldReads struct{ Node string }

// String implements [Operation].
func (o HoldReads) String() string { return "hold reads of " + o.Node }

func (o HoldReads) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, func(m *node) string { return unless(m.reads == readsPresent, "reads the past, or is about to") })
	return func() {
		w.nodes.at(n).reads = readsHeld
		for p := range w.pods.all {
			if r := w.pods.at(p); r.node == n && !r.deleting && !r.ended() {
				w.listed = append(w.listed, listedPod{
					node: n, name: r.name, uid: r.uid, template: r.template, claimBases: r.claimBases, shared: r.shared, service: r.service,
				})
			}
		}
	}, err
}

// ReleaseReads ends a [HoldReads]: the kubelet learns what is gone, and stops what it still
// runs of it.
type ReleaseReads struct{ Node string }

// String implements [Operation].
func (o ReleaseReads) String() string { return "release reads of " + o.Node }

func (o ReleaseReads) prepare(w *world) (func(), error) {
	n, err := w.machine(o.Node, func(m *node) string { return unless(m.reads != readsPresent, "reads the present") })
	return func() {
		w.nodes.at(n).reads = readsPresent
		w.listed = slices.DeleteFunc(w.listed, func(l listedPod) bool { return l.node == n })
		for s := range w.sandboxes {
			if box := &w.sandboxes[s]; box.stage != sandboxFree && box.node == n && box.pod == nowhere && w.hears(n) {
				w.stopStray(int32(s))
			}
		}
	}, err
}

// reads is what a kubelet is told that lists its pods.
type reads uint8

const (
	readsPresent reads = iota
	readsHeld          // the past, when it is started
	readsPast          // it was started since
)

// listedPod is a pod that an API server goes on to list, with what a kubelet needs to run it.
type listedPod struct {
	node       int32
	name       model.Name
	uid        model.UID
	template   policy.Template
	claimBases []model.Symbol
	shared     []model.Name
	service    model.Symbol
}

// readAnew is a kubelet that is started, and lists the pods of its node.
func (w *world) readAnew(n int32) {
	if row := w.nodes.at(n); row.reads == readsHeld && w.rules.Has(release.KubeletListsPast) {
		row.reads = readsPast
	}
}

// isListed reports whether the kubelet of a node takes a pod that is gone for one of its own.
func (w *world) isListed(n int32, uid model.UID) bool {
	return w.nodes.at(n).reads == readsPast && slices.ContainsFunc(w.listed, func(l listedPod) bool { return l.node == n && l.uid == uid })
}

// startListed starts what a kubelet that was started takes for pods of its node, and what is
// gone.
func (w *world) startListed(n int32) {
	if w.nodes.at(n).reads != readsPast {
		return
	}
	for i := range w.listed {
		l := &w.listed[i]
		if l.node != n || w.exists(l) || w.sandboxOf(l) != nowhere {
			continue
		}
		s := w.placeSandbox(sandbox{
			pod: nowhere, node: n, name: l.name, uid: l.uid, template: l.template,
			claimBases: l.claimBases, shared: l.shared, service: l.service,
		})
		w.record(record{kind: recPodListed, subject: l.name, object: w.nodes.at(n).name})
		w.startSandbox(s)
	}
}

// exists reports whether a pod that is listed is still there.
func (w *world) exists(l *listedPod) bool {
	p, ok := w.pods.find(l.name)
	return ok && w.pods.at(p).uid == l.uid
}

// sandboxOf is what the node still runs, or has, of a pod that is listed.
func (w *world) sandboxOf(l *listedPod) int32 {
	for s := range w.sandboxes {
		if box := &w.sandboxes[s]; box.stage != sandboxFree && box.node == l.node && box.uid == l.uid {
			return int32(s)
		}
	}
	return nowhere
}

// volumesThere reports whether all volumes of a sandbox without a pod can be mounted: nobody
// attaches any for it.
func (w *world) volumesThere(s int32) bool {
	box := &w.sandboxes[s]
	for i := 0; ; i++ {
		claim, ok := box.claim(i)
		if !ok {
			return true
		}
		v, ok := w.volumeOf(claim)
		if !ok {
			return false
		}
		if !storage.Attachable(w.volumes.at(v).Spec) {
			continue
		}
		if a := w.attachmentAt(v, box.node); a == nowhere || w.attachments[a].state != attachmentAttached {
			return false
		}
	}
}
