package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/storage"
)

// The attach/detach controller.
//
// It notices pods that have got a node, and pods that are gone. It attaches a
// volume to the node of a pod that mounts it, if the volume may be at that node
// beside those it is at already, and detaches it when no pod there wants it and the
// node has unmounted it. Of a node that is silent nobody knows that: its volumes are
// taken away after six minutes, or at once if somebody says that it is out of
// service. Only block devices are attached; a file share is simply mounted.
//
// Source: pkg/controller/volume/attachdetach/reconciler/reconciler.go.

// attach reports whether a volume is ready to be mounted on a pod's node, and
// begins to attach it if that is what is missing.
func (w *world) attach(p, v int32) bool {
	r, vol := w.pods.at(p), w.volumes.at(v)
	if !storage.Attachable(vol.Spec) {
		return true
	}
	if a := w.attachmentAt(v, r.node); a != nowhere {
		w.reviewAttachment(a)
		return w.attachments[a].state == attachmentAttached
	}
	var room [4]storage.Attachment
	others := room[:0]
	for a := vol.attachments; a != nowhere; a = w.attachments[a].next {
		other := storage.Attachment{Node: w.nodes.at(w.attachments[a].node).name}
		if w.attachments[a].state != attachmentDetaching {
			n := w.attachments[a].node
			other.Pod, _ = w.firstPodOf(vol.ClaimRef.Name, func(p *pod) bool { return p.node == n && !p.ended() })
		}
		others = append(others, other)
	}
	if may, notice := storage.MayAttach(&vol.Volume, w.nodes.at(r.node).name, others); !may {
		if !r.waitsTold {
			r.waitsTold = true
			if w.rules.Has(release.SaysMultiAttach) {
				notice = storage.SaysMultiAttach(notice)
			}
			w.recordPodNotice(r.name, notice)
		}
		return false
	}
	a := w.newAttachment(attachment{volume: v, node: r.node, next: vol.attachments})
	w.volumes.at(v).attachments = a
	w.queue.arm(purposeAttach, a, w.after(&w.settings.latencies.Attach, "attach"))
	return false
}

// attachmentAt is the attachment of a volume to a node.
func (w *world) attachmentAt(v, n int32) int32 {
	for a := w.volumes.at(v).attachments; a != nowhere; a = w.attachments[a].next {
		if w.attachments[a].node == n {
			return a
		}
	}
	return nowhere
}

// unwant is a pod that does not want its volumes any more: it has ended, or its
// object is gone.
func (w *world) unwant(r *pod) {
	if r.node == nowhere || w.settings.config.Manual {
		return
	}
	for i := 0; ; i++ {
		name, ok := r.podClaim(i)
		if !ok {
			return
		}
		if v, ok := w.volumeOf(name); ok {
			if a := w.attachmentAt(v, r.node); a != nowhere {
				w.reviewAttachment(a)
			}
		}
		if c, ok := w.Claim(name); ok && storage.ExclusivePod(c, true).Reason != storage.NoReason {
			w.wakePodsOf(name) // one of them may use it now
		}
	}
}

// volumeOf is the volume that a claim is bound to.
func (w *world) volumeOf(claim model.Name) (int32, bool) {
	if c, ok := w.Claim(claim); ok && c.Bound() {
		return w.volumes.find(c.VolumeName)
	}
	return 0, false
}

// reviewAttachment is the reconciler's look at a volume that is at a node: it is
// detached once no pod there wants it, and the node does not use it any more or has
// been silent for too long.
//
// Source: pkg/controller/volume/attachdetach/reconciler/reconciler.go, reconcile.
func (w *world) reviewAttachment(a int32) {
	row := &w.attachments[a]
	if w.wanted(a) {
		row.unwanted = false
		if row.state == attachmentDetaching {
			row.state = attachmentAttached
		}
		if row.state == attachmentAttached {
			w.queue.cancel(purposeAttach, a)
		}
		return
	}
	if row.state == attachmentAttaching {
		w.detached(a)
		return
	}
	if !row.unwanted {
		row.unwanted, row.since = true, w.now
	}
	n := w.nodes.at(row.node)
	d := storage.MayDetach(storage.Detach{
		Volume: w.volumes.at(row.volume).Name, Since: row.since, Now: w.now, Mounted: row.inUse,
		NodeHealthy: n.inUse() && n.health == healthReady, OutOfService: n.tainted(model.TaintOutOfService), MaxWait: storage.MaxWaitForUnmount,
	})
	switch {
	case d.Detach && row.state == attachmentDetaching:
	case d.Detach:
		row.state, row.forced = attachmentDetaching, d.Forced
		w.planDetach(a)
	case d.Deadline > 0:
		w.queue.arm(purposeAttach, a, d.Deadline.Add(reconcilerPeriod))
	default:
		w.queue.cancel(purposeAttach, a)
	}
}

// reconcilerPeriod is how often the attach/detach controller looks at everything.
const reconcilerPeriod = 100 * time.Millisecond

// reviewNode looks again at all volumes that are at a node.
func (w *world) reviewNode(n int32) {
	for a := range w.attachments {
		if w.attachments[a].volume != nowhere && w.attachments[a].node == n && w.attachments[a].state != attachmentAttaching {
			w.reviewAttachment(int32(a))
		}
	}
}

// wanted reports whether a pod on the node of an attachment wants its volume.
func (w *world) wanted(a int32) bool {
	row := &w.attachments[a]
	claim := w.volumes.at(row.volume).ClaimRef.Name
	for p := range w.podsOf(claim) {
		if r := w.pods.at(p); r.node == row.node && !r.ended() {
			return true
		}
	}
	return false
}

// attachmentDone is a volume that has been attached, or detached, or that has
// waited for long enough to be unmounted.
func (w *world) attachmentDone(a int32) {
	row := &w.attachments[a]
	switch row.state {
	case attachmentDetaching:
		w.detached(a)
		return
	case attachmentAttached:
		w.reviewAttachment(a)
		return
	}
	row.state = attachmentAttached
	claim := w.volumes.at(row.volume).ClaimRef.Name
	for p := range w.podsOf(claim) {
		if r := w.pods.at(p); r.node == row.node {
			w.record(record{kind: recAttached, subject: r.name, object: w.volumes.at(row.volume).Name, a: int64(row.node)})
		}
	}
	w.wakePodsOf(claim)
}

// detached takes an attachment away; whoever waits for the volume may have it.
func (w *world) detached(a int32) {
	row := w.attachments[a]
	vol := w.volumes.at(row.volume)
	if row.forced {
		w.record(record{kind: recForceDetached, subject: vol.Name, object: w.nodes.at(row.node).name})
		w.takeAway(row.volume, row.node)
	}
	if vol.attachments == a {
		vol.attachments = row.next
	} else {
		for b := vol.attachments; b != nowhere; b = w.attachments[b].next {
			if w.attachments[b].next == a {
				w.attachments[b].next = row.next
			}
		}
	}
	w.freeAttachment(a)
	w.wakePodsOf(vol.ClaimRef.Name)
}

func (w *world) newAttachment(row attachment) int32 {
	if a := w.freeAttach; a != nowhere {
		w.freeAttach = w.attachments[a].next
		w.attachments[a] = row
		return a
	}
	w.attachments = append(doubled(w.attachments), row)
	return int32(len(w.attachments) - 1)
}

func (w *world) freeAttachment(a int32) {
	w.queue.cancel(purposeAttach, a)
	w.attachments[a] = attachment{volume: nowhere, node: nowhere, next: w.freeAttach}
	w.freeAttach = a
}
