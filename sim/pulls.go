package sim

import (
	"fmt"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Images. A node pulls an image when the first container needs it, one image after
// the other, and keeps it. By the pull policy Always it asks the registry each time,
// which takes no time if it has the image, and fails if the registry has it no more.
// With Never it does not ask.
//
// A pull that fails is tried again after 10 s, 20 s, ..., 300 s. As it would fail again
// as long as the image is not there, those attempts are no events: once the image is
// there, the next of these instants is one.
//
// Source: pkg/kubelet/images/image_manager.go, EnsureImageExists.

const (
	firstPullBackOff   = 10 * time.Second
	longestPullBackOff = 300 * time.Second
	// How long a pod's worker waits after a sync that has failed.
	//
	// Source: pkg/kubelet/pod_workers.go, completeWork.
	syncRetry = 10 * time.Second
)

// imageChange is an image that can be pulled, or cannot, other than the configuration
// has it.
type imageChange struct {
	image   model.Symbol
	missing bool
}

// missing reports whether the registry lacks an image.
func (w *world) missing(p *recipe) bool {
	for i := range w.imageChanges {
		if w.imageChanges[i].image == p.image {
			return w.imageChanges[i].missing
		}
	}
	return p.behaviour.Missing
}

// ensureImage begins to start a container: with its image, if its node has it, or by
// pulling it. It reports false if that takes time.
func (w *world) ensureImage(c int32) (done bool) {
	row, p := &w.containers[c], w.recipe(c)
	box := &w.sandboxes[row.sandbox]
	name := model.Name{Base: p.image, Ordinal: box.node}
	i, known := w.images.find(name)
	here := known && w.images.at(i).ready <= w.now
	switch {
	case here && p.pull != model.PullAlways:
		w.record(record{kind: recPulled, subject: box.name, text: p.image, a: alreadyPresent, b: int64(row.index)})
		w.startContainer(c)
		return false
	case p.pull == model.PullNever:
		if row.failure != failedNever {
			w.record(record{kind: recNeverPulled, subject: box.name, text: p.image})
		}
		w.imageless = true
		w.move(c, containerNoImage)
		w.startFailed(c, failedNever)
		return true
	}
	w.record(record{kind: recPulling, subject: box.name, text: p.image, why: boolByte(here)})
	node := w.nodes.at(box.node)
	ready := max(w.now, node.pullsDone)
	switch {
	case here:
	case known:
		ready = w.images.at(i).ready
	default:
		ready = ready.Add(w.draw(&w.settings.latencies.Pull, "pull"))
		node.pullsDone = ready
		w.images.add(nodeImage{identity: w.stamp(name), ready: ready})
	}
	w.move(c, containerPulling)
	if ready <= w.now {
		return w.pullEnds(c)
	}
	w.queue.arm(purposeProgress, c, ready)
	return false
}

// alreadyPresent stands for the duration of a pull that was not needed.
const alreadyPresent = -1

// pulled is the end of a pull.
func (w *world) pulled(c int32) {
	if w.pullEnds(c) {
		w.stepDone(w.containers[c].sandbox)
	}
}

// pullEnds is the end of a pull; it reports whether the attempt to start the container
// ends with it.
func (w *world) pullEnds(c int32) (done bool) {
	row, p := &w.containers[c], w.recipe(c)
	box := &w.sandboxes[row.sandbox]
	if !w.missing(p) {
		w.record(record{kind: recPulled, subject: box.name, text: p.image, a: int64(w.now.Sub(row.since)), b: int64(row.index)})
		w.startContainer(c)
		w.imageArrived(box.node, p.image)
		return false
	}
	if i, ok := w.images.find(model.Name{Base: p.image, Ordinal: box.node}); ok && w.images.at(i).ready == w.now {
		w.images.remove(i)
	}
	w.move(c, containerNoImage)
	w.record(record{kind: recPullFailed, subject: box.name, text: p.image})
	w.startFailed(c, failedPull)
	w.queue.arm(purposeProgress, c, w.now.Add(firstPullBackOff))
	return true
}

// pullAgain is the end of a back-off. If the image is still not to be had, it goes
// on, and from now on says so.
func (w *world) pullAgain(c int32) {
	row := &w.containers[c]
	switch {
	case w.mayPull(c):
		w.syncSandbox(row.sandbox)
	case row.failure == failedPull && w.kubeletActs(w.sandboxes[row.sandbox].node):
		w.record(record{kind: recPullBackOff, subject: w.sandboxes[row.sandbox].name, text: w.recipe(c).image})
		w.startFailed(c, failedPullBackOff)
	}
}

// mayPull reports whether the worker of a pod tries once more to get an image that it
// could not get: because that has changed, and the back-off is over.
func (w *world) mayPull(c int32) bool {
	row, p := &w.containers[c], w.recipe(c)
	if p.pull == model.PullNever {
		i, ok := w.images.find(model.Name{Base: p.image, Ordinal: w.sandboxes[row.sandbox].node})
		return ok && w.images.at(i).ready <= w.now && w.now.Sub(row.since)%syncRetry == 0
	}
	return !w.missing(p) && nextPull(row.since, w.now) == w.now
}

// nextPull is when the next attempt is, from now on, to pull an image whose pull has
// failed first at an instant. The attempts in between have failed, in no time.
func nextPull(failed, now model.Instant) model.Instant {
	at, wait := failed, firstPullBackOff
	for at = at.Add(wait); at < now; at = at.Add(wait) {
		if wait == longestPullBackOff {
			missed := (now.Sub(at) + wait - 1) / wait
			return at.Add(missed * wait)
		}
		wait = min(2*wait, longestPullBackOff)
	}
	return at
}

// imageArrived lets those try again at their next look who wait for an image to come
// to a node by the hand of others.
func (w *world) imageArrived(n int32, image model.Symbol) {
	if !w.imageless {
		return
	}
	w.retryPulls(func(c int32, p *recipe) (model.Instant, bool) {
		waits := p.pull == model.PullNever && p.image == image && w.sandboxes[w.containers[c].sandbox].node == n
		since := w.containers[c].since
		return since.Add((w.now.Sub(since)/syncRetry + 1) * syncRetry), waits
	})
}

// retryPulls plans the next attempts of containers that wait for an image.
func (w *world) retryPulls(when func(int32, *recipe) (model.Instant, bool)) {
	for s := range w.sandboxes {
		if w.sandboxes[s].stage != sandboxRunning {
			continue
		}
		for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
			if w.containers[c].state != containerNoImage {
				continue
			}
			if at, ok := when(c, w.recipe(c)); ok {
				w.queue.arm(purposeProgress, c, at)
			}
		}
	}
}

// LoseImage is a fault: the registry does not have an image any more. Nodes keep what
// they have pulled. [MendImage] ends it.
type LoseImage struct{ Image string }

// String implements [Operation].
func (o LoseImage) String() string { return "lose image " + o.Image }

func (o LoseImage) prepare(w *world) (func(), error) {
	return w.changeImage(o.Image, true, "cannot be pulled anyway")
}

// MendImage makes an image available that could not be pulled: one that is Missing in
// [Config].Images, or was lost by [LoseImage]. Pods that wait for it go on when their
// next attempt to pull it is due.
type MendImage struct{ Image string }

// String implements [Operation].
func (o MendImage) String() string { return "mend image " + o.Image }

func (o MendImage) prepare(w *world) (func(), error) {
	return w.changeImage(o.Image, false, "can be pulled")
}

func (w *world) changeImage(image string, missing bool, complaint string) (func(), error) {
	behaviour := w.settings.config.Images[image]
	p := recipe{image: w.symbol(image), behaviour: &behaviour}
	if w.missing(&p) == missing {
		return nil, fmt.Errorf("sim: image %s %s", image, complaint)
	}
	return func() {
		changes := make([]imageChange, 0, len(w.imageChanges)+1)
		for _, c := range w.imageChanges {
			if c.image != p.image {
				changes = append(changes, c)
			}
		}
		w.imageChanges = append(changes, imageChange{p.image, missing})
		if !missing {
			w.retryPulls(func(c int32, other *recipe) (model.Instant, bool) {
				return nextPull(w.containers[c].since, w.now), other.image == p.image && other.pull != model.PullNever
			})
		}
	}, nil
}
