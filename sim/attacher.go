package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// The attach/detach controller.
//
// It notices pods that have got a node, and pods that are gone. It attaches a
// volume to the node of a pod that mounts it, if the volume may be at that node
// beside those it is at already, and detaches it when no pod there wants it. Only
// block devices are attached; a file share is simply mounted.
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
		row := &w.attachments[a]
		if row.detaching {
			row.detaching = false
			w.queue.cancel(purposeAttach, a)
		}
		return row.attached
	}
	var room [4]storage.Attachment
	others := room[:0]
	for a := vol.attachments; a != nowhere; a = w.attachments[a].next {
		other := storage.Attachment{Node: w.nodes.at(w.attachments[a].node).name}
		if !w.attachments[a].detaching {
			n := w.attachments[a].node
			other.Pod, _ = w.firstPodOf(vol.ClaimRef.Name, func(p *pod) bool { return p.node == n && !p.ended() })
		}
		others = append(others, other)
	}
	if may, notice := storage.MayAttach(&vol.Volume, w.nodes.at(r.node).name, others); !may {
		if !r.waitsTold {
			r.waitsTold = true
			w.recordNotice(r.name, notice)
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

// releaseVolumes detaches what only this pod wanted on its node.
func (w *world) releaseVolumes(p int32) {
	r := w.pods.at(p)
	if r.stage == stageUnscheduled {
		return
	}
	for i := 0; ; i++ {
		name, ok := r.podClaim(i)
		if !ok {
			return
		}
		c, ok := w.Claim(name)
		if !ok || !c.Bound() {
			continue
		}
		v, ok := w.volumes.find(c.VolumeName)
		if !ok {
			continue
		}
		a := w.attachmentAt(v, r.node)
		if a == nowhere || w.wantedBeside(name, p) {
			continue
		}
		if row := &w.attachments[a]; !row.attached {
			w.detached(a)
		} else if !row.detaching {
			row.detaching = true
			w.queue.arm(purposeAttach, a, w.after(&w.settings.latencies.Detach, "detach"))
		}
	}
}

// wantedBeside reports whether another pod on the same node mounts the claim.
func (w *world) wantedBeside(claim model.Name, p int32) bool {
	for other := range w.podsOf(claim) {
		beside := w.pods.at(other)
		if other != p && beside.node == w.pods.at(p).node && beside.stage != stageUnscheduled && !beside.ended() {
			return true
		}
	}
	return false
}

// attachmentDone is a volume that has been attached, or detached.
func (w *world) attachmentDone(a int32) {
	row := &w.attachments[a]
	if row.detaching {
		w.detached(a)
		return
	}
	row.attached = true
	for p := range w.podsOf(w.volumes.at(row.volume).ClaimRef.Name) {
		if r := w.pods.at(p); r.node == row.node {
			w.record(record{kind: recAttached, subject: r.name, object: w.volumes.at(row.volume).Name, a: int64(row.node)})
		}
	}
	w.wakePodsOf(w.volumes.at(row.volume).ClaimRef.Name)
}

// detached takes an attachment away; whoever waits for the volume may have it.
func (w *world) detached(a int32) {
	row := w.attachments[a]
	vol := w.volumes.at(row.volume)
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
