package sim

import "fmt"

// containerReason is why a container does not run as it should, and what would help;
// another is what helps where only another image does.
func (w *world) containerReason(c int32, another string) (why, remedy string) {
	row, recipe := &w.containers[c], w.recipe(c)
	image, who := recipe.spec.Image, ""
	switch recipe.kind {
	case initContainer:
		who = "init container " + recipe.spec.Name + ": "
	case sidecar:
		who = "sidecar " + recipe.spec.Name + ": "
	}
	switch {
	case row.state == containerNoImage && row.failure == failedNever:
		return fmt.Sprintf("%sErrImageNeverPull: image %s is not on its node, and is never pulled", who, image), another
	case row.state == containerNoImage:
		return fmt.Sprintf("%sImagePullBackOff: image %s cannot be pulled", who, image), another
	case row.state == containerCrashed && !w.kubeletActs(w.sandboxes[row.sandbox].node):
		return fmt.Sprintf("%sthe program of image %s has ended with code %d, and its kubelet does not run", who, image, row.last.exitCode), ""
	case row.state == containerCrashed:
		return fmt.Sprintf("%sCrashLoopBackOff: the program of image %s exits with code %d", who, image, row.last.exitCode), another
	case row.state != containerRunning:
		return "", ""
	case recipe.kind == initContainer:
		return fmt.Sprintf("%sthe program of image %s does not end", who, image), another
	case row.ready:
		return "", ""
	case row.hung && row.stop == notStopped:
		return fmt.Sprintf("%snot ready: the program of image %s hangs", who, image), ""
	case row.unfit:
		return fmt.Sprintf("%snot ready: the program of image %s cannot serve", who, image), ""
	case recipe.behaviour.NeverReady:
		return fmt.Sprintf("%snot ready: the program of image %s never becomes ready", who, image), another
	}
	return "", ""
}
