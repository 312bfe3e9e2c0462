package sim

import (
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy"
)

// What begins the controllers anew: an upgrade of the cluster, and a restart of the
// controller manager. Objects stay as they are stored. The StatefulSet controller
// forgets its cache, its timers and its back-offs, lists everything, and looks at
// every set.

// UpgradeTo makes the cluster one of another release of Kubernetes, newer or older,
// or with other feature gates: API server, controllers and kubelets at one instant.
func (c *Cluster) UpgradeTo(r release.Release) { c.mustDo(UpgradeTo{r}) }

// Release is the release of Kubernetes that the cluster is now.
func (c *Cluster) Release() release.Release { return c.w.release }

// RestartController restarts the controller manager. What the StatefulSet
// controller had not heard yet, it knows then.
func (c *Cluster) RestartController() { c.mustDo(RestartController{}) }

// mustDo does an operation that cannot be refused.
func (c *Cluster) mustDo(op Operation) {
	if err := c.Do(op); err != nil {
		panic("sim: " + op.String() + ": " + err.Error())
	}
}

// UpgradeTo is [Cluster.UpgradeTo] as an operation.
type UpgradeTo struct{ Release release.Release }

// String implements [Operation].
func (o UpgradeTo) String() string { return "kubeadm upgrade apply v" + o.Release.String() }

func (o UpgradeTo) prepare(w *world) (func(), error) {
	return func() {
		w.release, w.rules = o.Release, o.Release.Rules()
		w.places.SetRules(w.rules)
		w.record(record{kind: recUpgraded, a: int64(o.Release)})
		w.readSets()
		w.restartController()
	}, nil
}

// readSets gives stored sets the defaults of the release, as the API server does
// whenever it reads them: that is no change of theirs.
func (w *world) readSets() {
	for s := range w.sets.all {
		read := w.modelSet(s)
		read.DefaultIn(w.rules)
		w.sets.at(s).spec = &read.Spec
	}
}

// RestartController is [Cluster.RestartController] as an operation.
type RestartController struct{}

// String implements [Operation].
func (o RestartController) String() string { return "kube-controller-manager restarts" }

func (o RestartController) prepare(w *world) (func(), error) { return w.restartController, nil }

func (w *world) restartController() {
	for w.watched.Len() > 0 {
		w.watched.Pop() // what is on its way is in the lists already
	}
	w.queue.cancel(purposeWatch, 0)
	w.forgetEndpoints()
	for s := range w.sets.all {
		set := w.sets.at(s)
		w.queue.cancel(purposeSync, s)
		w.queue.cancel(purposeDelayed, s)
		set.looks = looks{}
		set.failures, set.retryAt, set.trouble, set.blocked, set.shows, set.waits = 0, 0, 0, nil, 0, false
		set.view = policy.View{}
		set.view.SetRules(w.rules)
		set.view.SetChanged(w.setView(s))
	}
	for p := range w.pods.all {
		if r := w.pods.at(p); r.set != nowhere {
			w.sets.at(r.set).view.PodChanged(w.podView(p))
		}
	}
	for r := range w.revisions.all {
		if row := w.revisions.at(r); row.set != nowhere {
			w.sets.at(row.set).view.RevisionChanged(w.revisionView(r))
		}
	}
	for c := range w.claims.all {
		w.tellClaim(c, func(s, ordinal, template int32, claim policy.Claim) {
			w.sets.at(s).view.ClaimChanged(ordinal, template, claim)
		})
	}
	for s := range w.sets.all {
		w.enqueue(s)
	}
}
