package sim

import "github.com/ordinal-sim/ordinal/model"

// What the sandboxes of a node have mounted. A mount outlives the claim's binding
// and the pod's object: what still runs goes on to write to the volume that it began
// with, until that is taken away from its node.

// mount is a volume in a sandbox.
type mount struct {
	next   int32 // the sandbox's next mount, or the next that is not in use
	claim  model.Name
	volume int32
	uid    model.UID // of the volume; its place may be another's by now
	lost   bool      // it was detached by force: nothing can be read or written
}

// mount mounts the volumes of a sandbox that is about to start.
func (w *world) mount(s int32) {
	box := &w.sandboxes[s]
	if box.mounted {
		w.growMounted(s)
		return // its machine has been away, and its disks have stayed
	}
	box.mounted = true
	last := nowhere
	for i := 0; ; i++ {
		claim, ok := box.claim(i)
		if !ok {
			w.growMounted(s)
			return
		}
		v, ok := w.volumeOf(claim)
		if !ok {
			continue
		}
		m := w.newMount(mount{next: nowhere, claim: claim, volume: v, uid: w.volumes.at(v).UID})
		if last == nowhere {
			box.mounts = m
		} else {
			w.mounts[last].next = m
		}
		last = m
		if a := w.attachmentAt(v, box.node); a != nowhere {
			w.attachments[a].mounts++
			w.attachments[a].inUse = true
		}
	}
}

// unmount unmounts the volumes of a sandbox. The controller hears of it with the
// node's next report.
func (w *world) unmount(s int32) {
	box := &w.sandboxes[s]
	node := box.node
	box.mounted = false
	for m := box.mounts; m != nowhere; {
		row := w.mounts[m]
		w.mounts[m] = mount{next: w.freeMount}
		w.freeMount = m
		m = row.next
		if w.volumes.at(row.volume).UID != row.uid {
			continue
		}
		a := w.attachmentAt(row.volume, node)
		if a == nowhere || row.lost {
			continue
		}
		w.attachments[a].mounts--
		w.reportMounts(a)
	}
	w.sandboxes[s].mounts = nowhere
}

// reportMounts is a node that says what it has mounted.
func (w *world) reportMounts(a int32) {
	row := &w.attachments[a]
	if w.hears(row.node) {
		row.inUse = row.mounts > 0
		if row.state != attachmentAttaching {
			w.reviewAttachment(a)
		}
	}
}

// takeAway is a volume that is detached from under those who have it mounted.
func (w *world) takeAway(v, n int32) {
	for s := range w.sandboxes {
		if w.sandboxes[s].stage == sandboxFree || w.sandboxes[s].node != n {
			continue
		}
		for m := w.sandboxes[s].mounts; m != nowhere; m = w.mounts[m].next {
			if w.mounts[m].volume == v && w.mounts[m].uid == w.volumes.at(v).UID {
				w.mounts[m].lost = true
			}
		}
	}
}

func (w *world) newMount(row mount) int32 {
	if m := w.freeMount; m != nowhere {
		w.freeMount = w.mounts[m].next
		w.mounts[m] = row
		return m
	}
	w.mounts = append(doubled(w.mounts), row)
	return int32(len(w.mounts) - 1)
}
