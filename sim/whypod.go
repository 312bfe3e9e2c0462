package sim

import (
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy"
)

// What a pod waits for.

func (w *world) linkPod(l *whyLink) {
	p := l.of.place
	r := w.pods.at(p)
	l.Since = w.unwellSince(p)
	switch {
	case r.deleting:
		w.linkTerminating(l, r)
	case r.ended():
		l.says(causePasses, fmt.Sprintf("has ended, its phase is %s", r.phase.Model()))
		switch {
		case r.owner == 0:
			l.says(causeOrphan, l.Why+", and nobody replaces it")
		case r.set != nowhere && r.phase == policy.Succeeded && w.rules.Has(release.SucceededStays):
			l.says(causeOrphan, l.Why)
			l.by("before 1.29 the pod of a set is replaced when it has Failed, and not when it has Succeeded", "kubernetes #121389")
		}
	case r.node == nowhere:
		w.linkUnplaced(l, p)
	case !w.hears(r.node):
		l.says(causeSilent, "is not Ready: it is on "+w.nodeName(r.node))
		l.waitsFor(model.KindNode, r.node)
	case r.sandbox != nowhere && w.sandboxes[r.sandbox].stage == sandboxVolumes:
		w.linkVolumes(l, p)
	case !r.ready:
		w.linkUnready(l, p)
	default:
		w.linkReady(l, p)
	}
}

func (w *world) nodeName(n int32) string { return w.rendered(w.nodes.at(n).name) }

// linkTerminating is a pod that is on its way out.
func (w *world) linkTerminating(l *whyLink, r *pod) {
	l.says(causePasses, "is Terminating")
	switch {
	case r.node == nowhere:
	case !w.hears(r.node):
		l.says(causeTerminating, "is Terminating on "+w.nodeName(r.node))
		l.waitsFor(model.KindNode, r.node)
		l.by("a pod that has a node is gone when its kubelet says so, when it is deleted by force, or when its node is gone or out of service", "kubernetes #72226")
	case r.sandbox != nowhere && w.nodes.at(r.node).holding && w.sandboxes[r.sandbox].mounted && w.sandboxes[r.sandbox].running == 0:
		l.says(causeTerminating, "is Terminating on "+w.nodeName(r.node))
		l.waitsFor(model.KindNode, r.node)
	default:
		l.Why += ": its grace period ends at " + clock(r.deletedAt)
	}
}

// linkUnplaced is a pod without a node.
func (w *world) linkUnplaced(l *whyLink, p int32) {
	r := w.pods.at(p)
	said := strings.TrimSuffix(firstSentences(w.text(r.place.message)), ".")
	switch {
	case w.settings.config.Manual:
		l.says(causeNoNode, "is Pending: it has no node")
	case r.place.binding:
		l.says(causePasses, "waits for its volumes")
		w.waitForClaim(l, r)
	case r.place.waiting && r.place.forVolumes():
		l.says(causeNoNode, "is Pending: "+said)
		w.waitForClaim(l, r)
	case r.place.waiting:
		l.says(causeNoNode, "is Pending: "+said)
	default:
		l.says(causePasses, "is Pending: the scheduler has not looked at it yet")
	}
}

// firstSentences is what the scheduler says of a pod, without what it says of preemption.
func firstSentences(message string) string {
	said, _, _ := strings.Cut(message, " preemption:")
	return said
}

// waitForClaim names the claim that a pod waits for.
func (w *world) waitForClaim(l *whyLink, r *pod) {
	for i := 0; ; i++ {
		name, ok := r.podClaim(i)
		if !ok {
			return
		}
		c, exists := w.claims.find(name)
		if !exists {
			l.Why += " (its claim " + w.rendered(name) + " does not exist)"
			return
		}
		if row := w.claims.at(c); row.Deleting || !row.Bound() {
			if l.cause != causeNoNode {
				l.Why = "waits for its claim " + w.rendered(name)
			} else {
				l.Why += ", and waits for its claim " + w.rendered(name)
			}
			l.waitsFor(model.KindPersistentVolumeClaim, c)
			return
		}
	}
}

// linkVolumes is a pod whose kubelet waits for its volumes.
func (w *world) linkVolumes(l *whyLink, p int32) {
	r := w.pods.at(p)
	l.says(causePasses, "waits for its volumes")
	for i := 0; ; i++ {
		name, ok := r.podClaim(i)
		if !ok {
			return
		}
		if v, ok := w.volumeOf(name); !ok {
			w.waitForClaim(l, r)
			return
		} else if w.elsewhere(l, r, v, w.rendered(name)) {
			return
		}
	}
}

// linkReady is a pod that is ready.
func (w *world) linkReady(l *whyLink, p int32) {
	r := w.pods.at(p)
	l.says(causePasses, "is Ready")
	if r.set == nowhere {
		return
	}
	set := w.sets.at(r.set)
	l.Since = r.readySince
	if from := r.readySince.Add(seconds(set.spec.MinReadySeconds)); from > w.now {
		l.Why = fmt.Sprintf("is Ready, and available after minReadySeconds (%d), at %s", set.spec.MinReadySeconds, clock(from))
	}
}

// linkUnready is a pod whose kubelet acts, and which is not ready.
func (w *world) linkUnready(l *whyLink, p int32) {
	r := w.pods.at(p)
	l.says(causeUnready, "is not Ready")
	if w.settings.config.Manual {
		return
	}
	for c := range w.containersOf(p) {
		if why := w.containerTrouble(c); why.cause != causeNone {
			l.says(why.cause, "is not Ready: "+why.text)
			if why.cause == causeCrash {
				l.by("a container that has ended is started again after 10s, 20s, 40s and so on, up to 5m", "pkg/kubelet/kuberuntime, doBackOff")
			}
			return
		}
	}
	if program := w.programOf(p); program != nil {
		l.says(causeProgram, "is not Ready: its program "+program.String())
		return
	}
	if reason, message := w.unreadyReason(r, w.statuses(p)); reason == reasonGates {
		l.says(causeGates, "is not Ready: "+strings.TrimSuffix(message, "."))
	}
}

// trouble is what a container has, in words.
type trouble struct {
	cause cause
	text  string
}

// containerTrouble is why a container does not serve; the zero trouble if it does, or if that
// is for its program to say.
func (w *world) containerTrouble(c int32) trouble {
	row, recipe := &w.containers[c], w.recipe(c)
	program := "the program of image " + recipe.spec.Image
	switch recipe.kind {
	case initContainer:
		program = "the program of init container " + recipe.spec.Name
	case sidecar:
		program = "the program of sidecar " + recipe.spec.Name
	}
	lost := row.ended && row.last.exitCode != exitOK && row.last.cause != endedByCrash
	switch {
	case row.ready || row.state == containerExited:
		return trouble{}
	case row.state == containerNoImage && row.failure == failedNever:
		return trouble{causeNoImage, fmt.Sprintf("image %s is not on %s, and its policy is Never", recipe.spec.Image, w.nodeName(w.sandboxes[row.sandbox].node))}
	case row.state == containerNoImage && w.missing(recipe):
		return trouble{causeNoImage, "image " + recipe.spec.Image + " cannot be pulled"}
	case row.state == containerNoImage:
		return trouble{causePasses, "image " + recipe.spec.Image + " is pulled at the next attempt"}
	case row.state == containerCrashed && !w.kubeletActs(w.sandboxes[row.sandbox].node):
		return trouble{causeSilent, program + " has ended, and its kubelet does not run"}
	case row.state == containerCrashed:
		text := fmt.Sprintf("%s has ended with code %d", program, row.last.exitCode)
		if at, armed := w.queue.armed(purposeProgress, c); armed {
			text += ", and is started again at " + clock(at)
		}
		return trouble{causeCrash, text}
	case row.state == containerPulling:
		return trouble{causePasses, "image " + recipe.spec.Image + " is being pulled"}
	case row.state == containerStarting:
		return trouble{causePasses, program + " is being started"}
	case row.state == containerRunning && row.hung:
		return trouble{causeHangs, program + " hangs"}
	case row.state == containerRunning && row.unfit:
		return trouble{causeUnfit, program + " works, and cannot serve"}
	case row.state == containerRunning && recipe.kind == initContainer && recipe.behaviour.NeverReady:
		return trouble{causeUnready, program + " does not end"}
	case row.state == containerRunning && recipe.kind == initContainer:
		return trouble{causePasses, program + " has not ended yet"}
	case row.state == containerRunning && recipe.behaviour.NeverReady && recipe.behaviour.Program == nil:
		return trouble{causeUnready, program + " never becomes ready"}
	case row.state == containerRunning && lost:
		return trouble{causeCrash, fmt.Sprintf("%s keeps ending, last with code %d", program, row.last.exitCode)}
	case row.state == containerRunning && recipe.behaviour.Program == nil:
		return trouble{causePasses, program + " is not ready yet"}
	}
	return trouble{}
}
