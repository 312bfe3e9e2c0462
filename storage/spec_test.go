package storage

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/ordinal-sim/ordinal/model"
)

// TestSpec has the rules of binding as rows: S1 to S29 are one sync of the claim
// "c" or of the volume "pv", S30 to S35 are stories and stand below.
//
// What takes a StatefulSet, nodes or time is for package sim to show: T1 to T21, N5
// to N8 and N10's Pending pod (the reason for it is here).
func TestSpec(t *testing.T) {
	const (
		waiting = "Pending"
		noFit   = "Normal FailedBinding: no persistent volumes available for this claim and no storage class is set"
		bound   = " (bind-completed, by-controller)"
	)
	rows := []struct {
		id, rule string
		world    func(w *world)
		volume   bool     // sync the volume "pv" instead of the claim "c"
		claim    string   // the claim afterwards; "" is not looked at
		pv       string   // the volume "pv" afterwards
		events   []string // all that were recorded
	}{
		{id: "S1", rule: "a claim takes a volume that fits; both say by whom",
			world: func(w *world) { w.addVolume("pv", gi); w.addClaim("c", gi) },
			claim: "Bound to pv with 1Gi" + bound, pv: "Bound for c (by-controller)"},
		{id: "S2", rule: "no volume is large enough, and no class would make one",
			world: func(w *world) { w.addVolume("pv", gi); w.addClaim("c", 10*gi) },
			claim: waiting, pv: "Available", events: []string{noFit}},
		{id: "S3", rule: "of two that fit the smaller is taken",
			world: func(w *world) { w.addVolume("big", 10*gi); w.addVolume("pv", gi); w.addClaim("c", gi) },
			claim: "Bound to pv with 1Gi" + bound},
		{id: "S4", rule: "a volume reserved for the claim wins over a smaller one, and stays the user's; the claim shows its capacity",
			world: func(w *world) {
				w.addVolume("pv", 10*gi, claimRef("c", 0))
				w.addVolume("small", gi)
				w.addClaim("c", gi)
			},
			claim: "Bound to pv with 10Gi" + bound, pv: "Bound for c"},
		{id: "S4-two", rule: "of two that are reserved the first is taken, not the smaller",
			world: func(w *world) {
				w.addVolume("pv", 10*gi, claimRef("c", 0))
				w.addVolume("small", gi, claimRef("c", 0))
				w.addClaim("c", gi)
			},
			claim: "Bound to pv with 10Gi" + bound},
		{id: "S5", rule: "a volume of an earlier claim of that name is not taken",
			world: func(w *world) { w.addVolume("pv", gi, claimRef("c", 7)); w.addClaim("c", gi) },
			claim: waiting, events: []string{noFit}},
		{id: "S6", rule: "the selector matches the volume's labels",
			world: func(w *world) {
				w.addVolume("a", gi, labelled(model.Labels{"disk": "hdd"}))
				w.addVolume("pv", 2*gi, labelled(model.Labels{"disk": "ssd"}))
				w.addClaim("c", gi, selecting(model.Labels{"disk": "ssd"}))
			},
			claim: "Bound to pv with 2Gi" + bound},
		{id: "S6-none", rule: "the selector matches no volume's labels",
			world: func(w *world) {
				w.addVolume("pv", gi, labelled(model.Labels{"disk": "hdd"}))
				w.addClaim("c", gi, selecting(model.Labels{"disk": "ssd"}))
			},
			claim: waiting, events: []string{noFit}},
		{id: "S7", rule: "a class that waits for a consumer leaves a free volume alone",
			world: func(w *world) {
				w.addClass("local", model.ProvisionerNone, model.BindWaitForFirstConsumer)
				w.addVolume("pv", gi, volClass("local"))
				w.addClaim("c", gi, ofClass("local"))
			},
			claim: waiting, pv: "Available", events: []string{"Normal WaitForFirstConsumer: waiting for first consumer to be created before binding"}},
		{id: "S7-pod", rule: "with a pod that has no node yet, the event names it",
			world: func(w *world) {
				w.addClass("local", model.ProvisionerNone, model.BindWaitForFirstConsumer)
				w.addClaim("c", gi, ofClass("local"))
				w.pods = []pod{{use: PodUse{Pod: named("web-0")}, claim: named("c")}}
			},
			claim: waiting, events: []string{"Normal WaitForPodScheduled: waiting for pod web-0 to be scheduled"}},
		{id: "S7-node", rule: "once the scheduler has chosen a node, a volume is asked for",
			world: func(w *world) {
				w.addClass("fast", "ebs.csi.aws.com", model.BindWaitForFirstConsumer)
				w.addClaim("c", gi, ofClass("fast"), func(c *Claim) { c.SelectedNode = named("n") })
			},
			claim: waiting, events: []string{"Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."}},
		{id: "S8", rule: "a volume reserved by name is taken without a consumer",
			world: func(w *world) {
				w.addClass("local", model.ProvisionerNone, model.BindWaitForFirstConsumer)
				w.addVolume("pv", gi, volClass("local"), claimRef("c", 0))
				w.addClaim("c", gi, ofClass("local"))
			},
			claim: "Bound to pv with 1Gi" + bound, pv: "Bound for c"},
		{id: "S9", rule: "a volume asked for by name must offer the access modes",
			world: func(w *world) { w.addVolume("pv", gi); w.addClaim("c", gi, asks(rwx), wants("pv")) },
			claim: "Pending to pv", pv: "Available",
			events: []string{`Warning VolumeMismatch: Cannot bind to requested volume "pv": incompatible accessMode`}},
		{id: "S10", rule: "only an Available volume is matched",
			world: func(w *world) {
				w.addVolume("pv", gi, phase(model.VolumePending))
				w.addVolume("b", gi, phase(model.VolumeFailed))
				w.addVolume("d", gi, phase(model.VolumeReleased))
				w.addVolume("e", gi, phase(""))
				w.addClaim("c", gi)
			},
			claim: waiting, pv: "Pending", events: []string{noFit}},
		{id: "S11", rule: "a volume asked for by name that does not exist is waited for in silence",
			world: func(w *world) { w.addClaim("c", gi, wants("pv")) },
			claim: "Pending to pv"},
		{id: "S12", rule: "a volume asked for by name that is another's is waited for",
			world: func(w *world) { w.addVolume("pv", gi, claimRef("other", 7)); w.addClaim("c", gi, wants("pv")) },
			claim: "Pending to pv", events: []string{`Warning FailedBinding: volume "pv" already bound to a different claim.`}},
		{id: "S13", rule: "who asks by name does not mean the selector",
			world: func(w *world) {
				w.addVolume("pv", gi)
				w.addClaim("c", gi, wants("pv"), selecting(model.Labels{"disk": "ssd"}))
			},
			claim: "Bound to pv with 1Gi (bind-completed)", pv: "Bound for c (by-controller)"},
		{id: "S14", rule: "a volume asked for by name must be large enough",
			world: func(w *world) { w.addVolume("pv", gi); w.addClaim("c", 2*gi, wants("pv")) },
			claim: "Pending to pv", events: []string{`Warning VolumeMismatch: Cannot bind to requested volume "pv": requested PV is too small`}},
		{id: "S14-class", rule: "a volume asked for by name must be of the claim's class",
			world: func(w *world) { w.addVolume("pv", gi, volClass("gold")); w.addClaim("c", gi, wants("pv")) },
			claim: "Pending to pv", events: []string{`Warning VolumeMismatch: Cannot bind to requested volume "pv": storageClassName does not match`}},
		{id: "S14-mode", rule: "a volume asked for by name must be of the claim's volume mode",
			world: func(w *world) { w.addVolume("pv", gi, blockVolume); w.addClaim("c", gi, wants("pv")) },
			claim: "Pending to pv", events: []string{`Warning VolumeMismatch: Cannot bind to requested volume "pv": incompatible volumeMode`}},
		{id: "S14-deleted", rule: "a volume asked for by name must not be going away",
			world: func(w *world) { w.addVolume("pv", gi, beingDeleted); w.addClaim("c", gi, wants("pv")) },
			claim: "Pending to pv", events: []string{`Warning VolumeMismatch: Cannot bind to requested volume "pv": the volume is marked for deletion "pv"`}},
		{id: "S14-reserved", rule: "a volume asked for by name that is reserved for the claim is taken without any check",
			world: func(w *world) {
				w.addVolume("pv", gi, volClass("gold"), blockVolume, claimRef("c", 0))
				w.addClaim("c", 2*gi, asks(rwx), wants("pv"))
			},
			claim: "Bound to pv with 1Gi (bind-completed)", pv: "Bound for c"},
		{id: "S15", rule: "a bound claim whose volumeName was removed is lost",
			world: func(w *world) { w.addClaim("c", gi, boundTo("")) },
			claim: "Lost" + bound, events: []string{"Warning ClaimLost: Bound claim has lost reference to PersistentVolume. Data on the volume is lost!"}},
		{id: "S15-deleted", rule: "a bound claim whose volume is gone is lost",
			world: func(w *world) { w.addClaim("c", gi, boundTo("pv")) },
			claim: "Lost to pv" + bound, events: []string{"Warning ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!"}},
		{id: "S16", rule: "a bound claim whose volume lost its claimRef is bound again",
			world: func(w *world) { w.addVolume("pv", gi); w.addClaim("c", gi, boundTo("pv")) },
			claim: "Bound to pv with 1Gi" + bound, pv: "Bound for c (by-controller)"},
		{id: "S16-size", rule: "and keeps the capacity that it shows",
			world: func(w *world) { w.addVolume("pv", 9*gi); w.addClaim("c", gi, boundTo("pv")) },
			claim: "Bound to pv with 1Gi" + bound},
		{id: "S16-ref", rule: "even if nothing but the claimRef is missing",
			world: func(w *world) {
				w.addVolume("pv", gi, phase(model.VolumeBound), byController)
				w.addClaim("c", gi, boundTo("pv"))
			},
			claim: "Bound to pv with 1Gi" + bound, pv: "Bound for c (by-controller)"},
		{id: "S16-phase", rule: "a bound claim's sync completes the volume's phase",
			world: func(w *world) {
				w.addVolume("pv", gi, claimRef("c", 7), byController)
				w.addClaim("c", gi, withUID(7), boundTo("pv"))
			},
			claim: "Bound to pv with 1Gi" + bound, pv: "Bound for c (by-controller)"},
		{id: "S17", rule: "a bound claim whose volume has the UID of an earlier claim is lost",
			world: func(w *world) { w.addVolume("pv", gi, claimRef("c", 7)); w.addClaim("c", gi, boundTo("pv")) },
			claim: "Lost to pv" + bound, events: []string{"Warning ClaimMisbound: Two claims are bound to the same volume, this one is bound incorrectly"}},
		{id: "S17-other", rule: "a bound claim whose volume is another's is lost",
			world: func(w *world) { w.addVolume("pv", gi, claimRef("other", 7)); w.addClaim("c", gi, boundTo("pv")) },
			claim: "Lost to pv" + bound, events: []string{"Warning ClaimMisbound: Two claims are bound to the same volume, this one is bound incorrectly"}},
		{id: "S18", rule: "a volume whose claim is gone is released, and kept", volume: true,
			world: func(w *world) { w.addVolume("pv", gi, phase(model.VolumeBound), claimRef("c", 7), byController) },
			pv:    "Released for c (by-controller)"},
		{id: "S18-other", rule: "a new claim of the same name is not the volume's claim", volume: true,
			world: func(w *world) {
				w.addVolume("pv", gi, phase(model.VolumeBound), claimRef("c", 7))
				w.addClaim("c", gi, withUID(8))
			},
			pv: "Released for c"},
		{id: "S18-failed", rule: "a volume that Failed to be reclaimed stays so", volume: true,
			world: func(w *world) { w.addVolume("pv", gi, phase(model.VolumeFailed), claimRef("c", 7)) },
			pv:    "Failed for c"},
		{id: "S19", rule: "a volume whose claim is bound elsewhere is freed, if the controller chose the claim", volume: true,
			world: func(w *world) {
				w.addVolume("pv", gi, phase(model.VolumeBound), claimRef("c", 7), byController)
				w.addClaim("c", gi, withUID(7), boundTo("else"))
			},
			pv: "Available"},
		{id: "S19-user", rule: "and stays reserved by name, if the user did", volume: true,
			world: func(w *world) {
				w.addVolume("pv", gi, phase(model.VolumeBound), claimRef("c", 7))
				w.addClaim("c", gi, withUID(7), boundTo("else"))
			},
			pv: "Available for any c"},
		{id: "S19-hand", rule: "policy Delete or not, if it was made by hand", volume: true,
			world: func(w *world) {
				w.addVolume("pv", gi, phase(model.VolumeBound), claimRef("c", 7), policy(model.ReclaimDelete))
				w.addClaim("c", gi, withUID(7), boundTo("else"))
			},
			pv: "Available for any c"},
		{id: "S20", rule: "policy Delete without a plugin fails", volume: true,
			world: func(w *world) {
				w.addVolume("pv", gi, phase(model.VolumeBound), claimRef("c", 7), policy(model.ReclaimDelete), source(model.VolumeSource{Type: model.SourceOther}))
			},
			pv: "Failed for c", events: []string{`Warning VolumeFailedDelete: error getting deleter volume plugin for volume "pv": no volume plugin matched`}},
		{id: "S21", rule: "a claim of a class passes by a smaller volume without",
			world: func(w *world) {
				w.addVolume("small", gi)
				w.addVolume("pv", 10*gi, volClass("gold"))
				w.addClaim("c", gi, ofClass("gold"))
			},
			claim: "Bound to pv with 10Gi" + bound},
		{id: "S21-none", rule: "a claim without class passes by a smaller volume with one",
			world: func(w *world) {
				w.addVolume("small", gi, volClass("gold"))
				w.addVolume("pv", 10*gi)
				w.addClaim("c", gi)
			},
			claim: "Bound to pv with 10Gi" + bound},
		{id: "S21-nil", rule: "no class given is as good as the class \"\", before there is a default",
			world: func(w *world) { w.addVolume("pv", 10*gi); w.addClaim("c", gi, classNil) },
			claim: "Bound to pv with 10Gi" + bound},
		{id: "S22", rule: "a claim for a file system never takes a block device",
			world: func(w *world) { w.addVolume("pv", gi, blockVolume); w.addClaim("c", gi) },
			claim: waiting, events: []string{noFit}},
		{id: "S22-block", rule: "nor the reverse, even if it is reserved",
			world: func(w *world) { w.addVolume("pv", gi, claimRef("c", 0)); w.addClaim("c", gi, blockClaim) },
			claim: waiting, events: []string{noFit}},
		{id: "S22-both", rule: "two blocks match",
			world: func(w *world) { w.addVolume("pv", gi, blockVolume); w.addClaim("c", gi, blockClaim) },
			claim: "Bound to pv with 1Gi" + bound},
		{id: "S22-told", rule: "a volume reserved for a claim of another volume mode says so, on both", volume: true,
			world: func(w *world) {
				w.addVolume("pv", gi, blockVolume, claimRef("c", 7))
				w.addClaim("c", gi, withUID(7))
			},
			pv: "Available for c", events: []string{
				`Warning VolumeMismatch: Cannot bind PersistentVolume to requested PersistentVolumeClaim "c" due to incompatible volumeMode.`,
				`Warning VolumeMismatch: Cannot bind PersistentVolume "pv" to requested PersistentVolumeClaim due to incompatible volumeMode.`}},
		{id: "S23", rule: "the smaller set of access modes goes before the smaller size",
			world: func(w *world) {
				w.addVolume("pv", 10*gi)
				w.addVolume("a", 5*gi, offers(rwo, rox))
				w.addClaim("c", 5*gi)
			},
			claim: "Bound to pv with 10Gi" + bound},
		{id: "S24", rule: "even if the volume with the larger set is reserved for the claim",
			world: func(w *world) {
				w.addVolume("pv", 10*gi)
				w.addVolume("a", 5*gi, offers(rwo, rox), claimRef("c", 0))
				w.addClaim("c", 5*gi)
			},
			claim: "Bound to pv with 10Gi" + bound},
		{id: "S25", rule: "no access mode implies another",
			world: func(w *world) {
				w.addVolume("pv", gi, offers(rwx))
				w.addVolume("b", gi, offers(rwop))
				w.addClaim("c", gi)
			},
			claim: waiting, events: []string{noFit}},
		{id: "S26", rule: "a reserved volume is taken whatever its class, size and phase",
			world: func(w *world) {
				w.addVolume("pv", 50*gi, volClass("OTHER"), claimRef("c", 0), phase(model.VolumePending))
				w.addVolume("a", 5*gi)
				w.addClaim("c", 5*gi)
			},
			claim: "Bound to pv with 50Gi" + bound},
		{id: "S27", rule: "but not if it is too small",
			world: func(w *world) {
				w.addVolume("a", gi, claimRef("c", 0))
				w.addVolume("pv", 5*gi)
				w.addClaim("c", 5*gi)
			},
			claim: "Bound to pv with 5Gi" + bound},
		{id: "S29", rule: "a Released volume whose claimRef lost its UID is taken",
			world: func(w *world) {
				w.addVolume("pv", gi, phase(model.VolumeReleased), claimRef("c", 0), byController)
				w.addClaim("c", gi)
			},
			claim: "Bound to pv with 1Gi" + bound},
	}
	for _, row := range rows {
		t.Run("storage/"+row.id, func(t *testing.T) {
			for _, tight := range []bool{false, true} {
				w := newWorld()
				w.tight = tight
				row.world(w)
				w.queue = nil
				if row.volume {
					w.syncVolume(w.volumes[named("pv")])
				} else {
					w.syncClaim(w.claims[named("c")])
				}
				if row.claim != "" {
					assert.Equal(t, row.claim, w.claim("c"), row.rule)
				}
				if row.pv != "" {
					assert.Equal(t, row.pv, w.volume("pv"), row.rule)
				}
				assert.Equal(t, row.events, w.events, row.rule)
			}
		})
	}
	t.Run("storage/S28", func(t *testing.T) {
		w := newWorld()
		w.addClass("local", model.ProvisionerNone, model.BindWaitForFirstConsumer)
		w.addVolume("large", 10*gi, volClass("local"))
		w.addVolume("many", 5*gi, volClass("local"), offers(rwo, rox, rwx))
		c := w.addClaim("c", gi, ofClass("local"))
		plan, bound, unbound := FilterNode([]*Claim{c}, node("n"), w, nil)
		assert.Equal(t, []Assignment{{Claim: c.Name, Volume: named("many")}}, plan,
			"on a node the smallest volume wins, however many access modes it offers")
		assert.Equal(t, []Notice{{}, {}}, []Notice{bound, unbound})
	})
	t.Run("storage/S35", func(t *testing.T) {
		mark := func(name string, at model.Instant) *model.StorageClass {
			c := &model.StorageClass{}
			c.Name, c.CreatedAt = name, at
			c.Annotations = model.Labels{model.AnnotationDefaultClass: "true"}
			return c
		}
		const second = model.Instant(time.Second)
		plain := &model.StorageClass{}
		plain.Name, plain.CreatedAt = "plain", 99
		assert.Equal(t, "new", DefaultClass([]*model.StorageClass{mark("old", second), mark("new", 2*second), plain, mark("older", 0)}).Name, "the newest default wins")
		assert.Equal(t, "a", DefaultClass([]*model.StorageClass{mark("b", second+2), mark("a", second+1), mark("c", second)}).Name, "of those of one second the first by name")
		assert.Nil(t, DefaultClass([]*model.StorageClass{plain}), "none is marked")
	})
}
