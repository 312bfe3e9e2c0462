// Package rollout holds `kubectl rollout` as package sim speaks it against
// kubectl itself.
//
// All that `kubectl rollout` knows it reads from a StatefulSet and its
// ControllerRevisions, and all that it does is to patch the StatefulSet. So the
// objects of a simulated world can be put before kubectl's own code, and nobody
// needs a cluster to hear what it would say:
//
//	a drawn history  ->  Ordinal's world  ->  its verb's answer  --.
//	                            |                                    equal?
//	                            `-> as Kubernetes objects -> kubectl's answer
//
// # What is drawn
//
// A history is a set and what befalls it: new images and templates, scaling, undoing,
// restarting, a partition that moves, a strategy that changes (OnDelete, and a
// RollingUpdate without its block among them), causes written into annotations,
// pods that become ready or do not, a controller that has not looked yet, revisions
// that are truncated, deleted by hand, or left behind by an earlier set of the name.
//
// # What is asked
//
// After each step both are asked for the status (message and whether it is done),
// the history as a table, the template of a revision, an undo (to a revision that
// there is, or not, or 0, or a negative one; for once and as a dry run), a restart,
// a pause. What they say must be the same to the last byte, and where a verb writes,
// so must be the template that it leaves. That an undo finds the set "already" at a
// revision is decided by kubectl on the bytes of ControllerRevision.data: this holds
// those to what the real controller would have stored.
//
// The sentences are compared as the commands print them, with kubectl's own printer.
// The commands themselves (kubectl pkg/cmd/rollout) are not called; the few
// sentences that are theirs are looked up in their source.
//
// # Versions
//
// Everything is the same in kubectl 1.35, 1.36 and 1.37, but for the names of a
// probe's thresholds, which sim prints as 1.37 does. Before it, no probes are drawn.
//
// With ORDINAL_REPORT naming a directory, the test leaves rollout-<version>.json
// there: how many histories were played and how many questions asked.
package rollout
