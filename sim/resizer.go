package sim

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// The external resizers: one thing that acts for all of them; and the kubelets' part of
// what they begin.
//
// A resizer notices claims that ask for more than they have got, and claims that have got
// more and still ask for more. It grows the volume, and says so on the claim; then there
// may be a file system on the volume, which is as small as before. That is for the kubelet
// of a node where the volume is mounted: it sees it when it next looks at the pod, or when
// it mounts the volume for the next one. Only when that is done does the claim show its
// new capacity.
//
// Source: external-resizer pkg/controller/controller.go and expand_and_recover.go;
// pkg/volume/util/operationexecutor/node_expander.go.

// askResizer lets the resizer of a claim's volume look at the claim, which asks for more,
// or has got more.
func (w *world) askResizer(c int32) {
	row := w.claims.at(c)
	if !storage.Wants(&row.Claim) {
		return
	}
	w.recordNotice(row.Name, storage.Notice{Reason: storage.ResizerAwaited, Volume: row.VolumeName})
	w.enqueueResize(c)
}

// enqueueResize plans the next look of a resizer that has nothing of the claim in hand.
func (w *world) enqueueResize(c int32) {
	row := w.claims.at(c)
	if row.growing || !w.runsResizer(row) {
		return
	}
	w.queue.arm(purposeResize, c, w.soon())
}

// runsResizer reports whether somebody runs a resizer for the volume of a claim: it runs
// beside the provisioner of the driver, if it runs.
func (w *world) runsResizer(c *claim) bool {
	vol, ok := w.Volume(c.VolumeName)
	if !ok {
		return false
	}
	driver, ok := storage.Resizer(vol.Spec)
	return ok && w.runsProvisioner(driver) && !slices.Contains(w.settings.config.AbsentResizers, driver)
}

// resize is the resizer of a claim's volume: it begins to grow it, or has grown it.
func (w *world) resize(c int32) {
	row := w.claims.at(c)
	v, ok := w.volumes.find(row.VolumeName)
	switch {
	case row.growing && ok && row.Phase == model.ClaimBound:
		w.volumeGrown(c, v)
	case row.growing:
		row.growing = false // the volume is gone, or is another's now
	case ok:
		w.beginGrowth(c, v)
	}
}

// beginGrowth writes down what a volume is to be grown to, and begins.
func (w *world) beginGrowth(c, v int32) {
	row, vol := w.claims.at(c), &w.volumes.at(v).Volume
	size, acts := storage.ResizerActs(&row.Claim, row.growth, vol)
	if !acts {
		return
	}
	row.resizing.pass(w.now)
	if size != row.growth.Allocated {
		row.growth.Allocated, row.growth.Status, row.growings = size, model.ControllerResizeInProgress, nil
	}
	w.showGrowth(row, model.ClaimCondition{Type: model.ClaimResizing})
	w.recordNotice(row.Name, storage.Notice{Reason: storage.ResizerBegins, Volume: vol.Name})
	row.growing = true
	w.queue.arm(purposeResize, c, w.after(&w.settings.latencies.Expand, "expand"))
}

// volumeGrown is a volume that has been grown, or cannot be. One without a file system that a kubelet
// would have to grow is all that there is to it.
func (w *world) volumeGrown(c, v int32) {
	row, vol := w.claims.at(c), w.volumes.at(v)
	row.growing = false
	if fault, fails := w.driverFails(toExpand, &row.Claim, row.growth.Allocated); fails {
		w.notGrown(c, &vol.Volume, &fault)
		return
	}
	row.growth.Failed, row.resizing.failures = false, 0
	spec := *vol.Spec // which others share
	spec.Capacity = row.growth.Allocated
	vol.Spec = &spec
	if !storage.NodeGrows(vol.Spec) {
		w.volumeChanged(v)
		w.endGrowth(c, storage.VolumeGrown, model.Name{})
		return
	}
	if vol.PreResize == 0 {
		vol.PreResize = row.Capacity
	}
	row.growth.Status = model.NodeResizePending
	w.showGrowth(row, model.ClaimCondition{
		Type: model.ClaimFileSystemResizePending, Message: storage.Notice{Reason: storage.FileSystemResizing}.Message(spelling{w}),
	})
	w.volumeChanged(v)
	w.recordNotice(row.Name, storage.Notice{Reason: storage.FileSystemRequired})
	if w.growingBox(c) != nowhere {
		w.awaitGrowth(c)
	}
}

// notGrown is a volume that its driver could not grow. The resizer tries again, with what
// the claim asks for by then.
//
// Source: external-resizer pkg/controller/expand_and_recover.go, callResizeOnPlugin.
func (w *world) notGrown(c int32, vol *storage.Volume, fault *driverFault) {
	row := w.claims.at(c)
	text := w.text(fault.text)
	driver, _ := storage.Resizer(vol.Spec)
	row.growth.Failed = true
	w.showGrowth(row, model.ClaimCondition{Type: model.ClaimControllerResizeError, Message: "failed to expand pvc with " + text})
	w.recordNotice(row.Name, storage.Notice{Reason: storage.ResizeFailed, Volume: vol.Name, Provisioner: driver, Detail: text})
	row.resizing.fail(w.now)
	w.retryGrowth(c)
}

// retryGrowth plans the next attempt of a resizer that has failed, if it may go better.
func (w *world) retryGrowth(c int32) {
	row := w.claims.at(c)
	if row.resizing.failures == 0 || row.growing {
		return
	}
	vol, ok := w.Volume(row.VolumeName)
	if !ok {
		return
	}
	size, acts := storage.ResizerActs(&row.Claim, row.growth, vol)
	if !acts || w.driverIsBroken(toExpand, &row.Claim, size) {
		return
	}
	row.resizing.pass(w.now)
	if _, armed := w.queue.armed(purposeResize, c); !armed {
		w.queue.arm(purposeResize, c, row.resizing.retry)
	}
}

// retryGrowths does so for all claims: a driver works again.
func (w *world) retryGrowths() {
	for c := range w.claims.all {
		w.retryGrowth(c)
	}
}

// endGrowth is a claim that has got what its volume was grown to. It may ask for more.
//
// Source: pkg/volume/util/resize_util.go, MarkNodeExpansionFinishedWithRecovery.
func (w *world) endGrowth(c int32, why storage.Reason, node model.Name) {
	row := w.claims.at(c)
	row.Capacity, row.growth.Status, row.growings = row.growth.Allocated, "", nil
	row.version = w.bump()
	w.recordNotice(row.Name, storage.Notice{Reason: why, Volume: row.VolumeName, Node: node})
	if v, ok := w.volumes.find(row.VolumeName); ok && w.volumes.at(v).PreResize > 0 {
		w.volumes.at(v).PreResize = 0
		w.volumes.at(v).version = w.bump()
	}
	w.askResizer(c)
}

// showGrowth puts a condition on a claim, which stays if it is there; the others stay, too.
//
// Source: pkg/volume/util/resize_util.go, MergeResizeConditionOnPVC.
func (w *world) showGrowth(c *claim, condition model.ClaimCondition) {
	c.version = w.bump()
	if slices.ContainsFunc(c.growings, func(o model.ClaimCondition) bool { return o.Type == condition.Type }) {
		return
	}
	condition.Status, condition.LastTransitionTime = model.ConditionTrue, w.now.Second()
	c.growings = append(slices.Clip(c.growings), condition)
}

// awaitGrowth lets a kubelet look, when its time comes, whether the file system on the
// volume of a claim is to be grown.
func (w *world) awaitGrowth(c int32) {
	if _, armed := w.queue.armed(purposeGrow, c); !armed {
		w.queue.arm(purposeGrow, c, w.after(&w.settings.latencies.Grow, "grow"))
	}
}

// growFileSystem is a kubelet that looks at a pod whose volume has been grown.
func (w *world) growFileSystem(c int32) {
	if s := w.growingBox(c); s != nowhere {
		w.grownBy(c, s)
	}
}

// growingBox is a sandbox on whose node the file system on the volume of a claim is to be
// grown: the first by the name of its pod of those that have it mounted and whose kubelet
// is heard.
func (w *world) growingBox(c int32) int32 {
	row, best := w.claims.at(c), nowhere
	if !storage.KubeletActs(&row.Claim, row.growth) {
		return nowhere
	}
	for p := range w.podsOf(row.Name) {
		s := w.pods.at(p).sandbox
		if s == nowhere || !w.hears(w.sandboxes[s].node) || !w.hasMounted(s, row.Name) {
			continue
		}
		if best == nowhere || w.rendered(w.sandboxes[s].name) < w.rendered(w.sandboxes[best].name) {
			best = s
		}
	}
	return best
}

// hasMounted reports whether a sandbox has the volume of a claim mounted.
func (w *world) hasMounted(s int32, claim model.Name) bool {
	if box := &w.sandboxes[s]; box.stage == sandboxLost || !box.mounted {
		return false
	}
	for m := w.sandboxes[s].mounts; m != nowhere; m = w.mounts[m].next {
		if row := &w.mounts[m]; row.claim == claim && !row.lost && w.volumes.at(row.volume).UID == row.uid {
			return true
		}
	}
	return false
}

// grownBy is a kubelet that has grown a file system.
func (w *world) grownBy(c, s int32) {
	w.queue.cancel(purposeGrow, c)
	box := &w.sandboxes[s]
	node := w.nodes.at(box.node).name
	w.recordPodNotice(box.name, storage.Notice{Reason: storage.FileSystemGrown, Volume: w.claims.at(c).VolumeName, Node: node})
	w.endGrowth(c, storage.FileSystemGrown, node)
}

// growMounted grows the file systems on the volumes that a kubelet mounts for a pod, of
// those that wait for it.
//
// Source: pkg/volume/util/operationexecutor/operation_generator.go, expandVolumeDuringMount.
func (w *world) growMounted(s int32) {
	for m := w.sandboxes[s].mounts; m != nowhere; m = w.mounts[m].next {
		if c, ok := w.claims.find(w.mounts[m].claim); ok && w.claims.at(c).growth.Status == model.NodeResizePending && w.hasMounted(s, w.mounts[m].claim) {
			w.grownBy(c, s)
		}
	}
}

// resumeGrowths lets a kubelet that is heard again look at its pods' volumes.
func (w *world) resumeGrowths(n int32) {
	for c := range w.claims.all {
		if w.claims.at(c).growth.Status != model.NodeResizePending {
			continue
		}
		if s := w.growingBox(c); s != nowhere && w.sandboxes[s].node == n {
			w.awaitGrowth(c)
		}
	}
}

// growthReason is why a claim has less than it asks for; "" if that is as it should be, or
// is going to be. A file system that waits for a pod to be grown is as it should be.
func (w *world) growthReason(c int32) (why, remedy string) {
	row := w.claims.at(c)
	switch {
	case !storage.Wants(&row.Claim) || row.growing:
		return "", ""
	case row.growth.Status == model.NodeResizePending && row.refs == 0:
		return "", ""
	case row.growth.Status == model.NodeResizePending:
		why = storage.Notice{Reason: storage.FileSystemResizing}.Message(spelling{w})
	case row.resizing.failures > 0:
		why = w.faultText(toExpand, &row.Claim, row.growth.Allocated)
		remedy = "ask for less, or let the driver work again (HealExpansion)"
	default:
		why = storage.Notice{Reason: storage.ResizerAwaited}.Message(spelling{w})
		if vol, ok := w.Volume(row.VolumeName); ok && vol.Spec.Source.Type == model.SourceCSI {
			remedy = "run the resizer of " + vol.Spec.Source.Driver
		}
	}
	return "asks for " + row.Spec.Request.String() + " and has " + row.Capacity.String() + ": " + why, remedy
}
