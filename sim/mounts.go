package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

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
	node, exclusive := box.node, false
	box.mounted = false
	for m := box.mounts; m != nowhere; {
		row := w.mounts[m]
		w.mounts[m] = mount{next: w.freeMount}
		w.freeMount = m
		m = row.next
		if w.volumes.at(row.volume).UID != row.uid {
			continue
		}
		exclusive = exclusive || w.exclusive(row.volume)
		a := w.attachmentAt(row.volume, node)
		if a == nowhere || row.lost {
			continue
		}
		w.attachments[a].mounts--
		w.reportMounts(a)
	}
	w.sandboxes[s].mounts = nowhere
	if exclusive {
		w.mountAgain(node)
	}
}

// The back-off of a kubelet that could not mount a volume: 500ms, 1s, 2s, ..., 2m2s.
//
// Source: pkg/util/goroutinemap/exponentialbackoff/exponential_backoff.go.
const (
	firstMountRetry   = 500 * time.Millisecond
	longestMountRetry = 2*time.Minute + 2*time.Second
)

// mayMount reports whether the volumes of a sandbox can be mounted beside what else its
// node has mounted. One that is for a single pod waits for the pod that has it, and then
// for the kubelet's next attempt.
func (w *world) mayMount(s int32) bool {
	box := &w.sandboxes[s]
	for i := 0; ; i++ {
		claim, ok := box.claim(i)
		if !ok {
			break
		}
		v, ok := w.volumeOf(claim)
		if !ok || !w.exclusive(v) {
			continue
		}
		if may, notice := storage.MayMount(&w.volumes.at(v).Volume, w.mountedBeside(s, v)); !may {
			if box.refused == 0 {
				box.refused = w.now
				w.recordPodNotice(box.name, notice)
			}
			return false
		}
	}
	if box.refused == 0 {
		return true
	}
	at, wait := box.refused, firstMountRetry
	for at < w.now {
		at, wait = at.Add(wait), min(2*wait, longestMountRetry)
	}
	if at > w.now {
		w.queue.arm(purposeVolumes, s, at)
		return false
	}
	box.refused = 0
	return true
}

// exclusive reports whether a volume is mounted for one pod of a node at a time.
func (w *world) exclusive(v int32) bool {
	may, _ := storage.MayMount(&w.volumes.at(v).Volume, true)
	return !may
}

// mountedBeside reports whether another pod of a sandbox's node has a volume mounted,
// though the pod's object be gone.
func (w *world) mountedBeside(s, v int32) bool {
	for other := range w.sandboxes {
		box := &w.sandboxes[other]
		if int32(other) == s || box.node != w.sandboxes[s].node || !box.mounted || box.stage == sandboxLost {
			continue
		}
		for m := box.mounts; m != nowhere; m = w.mounts[m].next {
			if w.mounts[m].volume == v && w.mounts[m].uid == w.volumes.at(v).UID {
				return true
			}
		}
	}
	return false
}

// mountAgain lets the pods of a node look that wait for a volume which another had.
func (w *world) mountAgain(n int32) {
	for s := range w.sandboxes {
		if box := &w.sandboxes[s]; box.stage == sandboxVolumes && box.node == n && box.refused != 0 {
			w.queue.arm(purposeVolumes, int32(s), w.now)
		}
	}
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
