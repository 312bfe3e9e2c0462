package sim_test

import (
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// Storage drivers that fail.

// attemptsAt are the instants at which an event of that reason was recorded, in
// milliseconds after the first of them.
func (w *worldPlay) attemptsAt(object, reason string) (out []int64) {
	var first model.Instant
	for _, e := range w.c.Events(object).Items {
		if e.Reason != reason {
			continue
		}
		if out == nil {
			first = e.At
		}
		out = append(out, e.At.Sub(first).Milliseconds())
	}
	return out
}

var driverCases = []worldCase{
	{"provisioning/fails", "A provisioner that fails tries again after 1, 2, 4 s and so on, each attempt taking its time", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass())
		w.do(w.c.Do(sim.FailProvisioning{Class: "disks", Times: 3, Error: "quota exceeded"}))
		w.apply(webSet(1, ofClass("disks")))
		w.settles()
		w.event("pvc/www-web-0", `ProvisioningFailed: failed to provision volume with StorageClass "disks": rpc error: code = Internal desc = quota exceeded`)
		require.Equal(w.t, []int64{0, 2000, 5000}, w.attemptsAt("pvc/www-web-0", "ProvisioningFailed"), "1 s to wait and 1 s to fail, then 2 s and 1 s")
		require.Len(w.t, w.attemptsAt("pvc/www-web-0", "Provisioning"), 4)
		w.event("pvc/www-web-0", "ProvisioningSucceeded: Successfully provisioned volume "+w.c.Volumes().Items[0].Name)
	}},
	{"provisioning/heals", "One that fails until it is healed is waited for, and goes on when its next attempt is due", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(), aClaim("c", claimClass("disks")), aClaim("d", claimClass("disks")))
		w.do(w.c.Do(sim.FailProvisioning{Claim: "c"}))
		w.waits(`pvc/c: Pending: failed to provision volume with StorageClass "disks": rpc error: code = Internal desc = injected failure`,
			"it would help to let the driver work again (HealProvisioning), or kubectl apply a PersistentVolume that fits")
		w.claims("c:Pending d:Bound")
		failed := w.c.Events("pvc/c").Items
		at := failed[len(failed)-1].At
		w.c.Run(40 * time.Second) // attempts at 1, 3, 7, 15 and 31 s are left out, and counted
		w.do(w.c.Do(sim.HealProvisioning{Claim: "c"}))
		w.until(func(sim.View) bool { return w.c.Claims().Items[0].Status.Phase == model.ClaimBound })
		require.Equal(w.t, 64*time.Second+time.Millisecond, w.c.Now().Sub(at), "the sixth at 63 s, and a second to make the volume")
		w.settles()
		require.ErrorContains(w.t, w.c.Do(sim.HealProvisioning{Claim: "c"}), "sim: provisioning of claim c does not fail")
		require.ErrorContains(w.t, w.c.Do(sim.FailProvisioning{}), "name a Class or a Claim")
		require.ErrorContains(w.t, w.c.Do(sim.FailExpansion{Claim: "c", Class: "disks"}), "name a Class or a Claim")
		require.ErrorContains(w.t, w.c.Do(sim.FailExpansion{Claim: "c", Times: -1}), "must not be negative")
	}},
	{"provisioning/by hand", "A claim whose provisioner fails takes a volume that somebody makes", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass())
		w.do(w.c.Do(sim.FailProvisioning{Class: "disks"}))
		w.apply(webSet(1, ofClass("disks")))
		w.waits()
		w.apply(byHand("a", volumeClass("disks")))
		w.settles()
		w.volumes("a:Bound:www-web-0")
	}},
	{"provisioning/deleted", "A claim that goes while its provisioner fails is not told of it", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(), aClaim("c", claimClass("disks")))
		w.do(w.c.Do(sim.FailProvisioning{Class: "disks", Times: 1}))
		w.c.Run(500 * time.Millisecond)
		w.do(w.c.Delete("pvc/c"))
		w.settles()
		w.apply(aClaim("c", claimClass("disks")))
		w.settles() // the one failure is spent
		w.claims("c:Bound")
	}},
	{"provisioning/first use", "On first use, too, a plain failure is tried again where the scheduler wants the volume", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, disksClass(onFirstUse))
		w.do(w.c.Do(sim.FailProvisioning{Class: "disks", Times: 2}))
		w.apply(webSet(1, ofClass("disks")))
		w.until(func(v sim.View) bool { return v.PodExists("web-0") })
		w.c.Run(3 * time.Second)
		w.do(w.c.Cordon("node-0"))
		w.settles()
		w.nodes("web-0:node-0")
		w.noEvent("pod/web-0", "FailedScheduling")
	}},
	{"provisioning/no room", "Where there is no room the scheduler chooses again", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, disksClass(onFirstUse))
		w.do(w.c.Do(sim.FailProvisioning{Class: "disks", Node: "node-0", Exhausted: true, Error: "no room"}))
		w.apply(webSet(1, ofClass("disks")))
		w.c.Run(1500 * time.Millisecond)
		require.Empty(w.t, w.claim("www-web-0").Annotations["volume.kubernetes.io/selected-node"])
		w.event("pvc/www-web-0", `ProvisioningFailed: failed to provision volume with StorageClass "disks": rpc error: code = ResourceExhausted desc = no room`)
		w.do(w.c.Cordon("node-0"))
		w.settles()
		w.nodes("web-0:node-1")
		w.event("pod/web-0", `FailedScheduling: running PreBind plugin "VolumeBinding": binding volumes: provisioning failed for PVC "www-web-0"`)
		require.False(w.t, slices.Contains(w.c.Events("pvc/www-web-0").Reasons(), "FailedBinding"))
	}},
	{"provisioning/no room at all", "Where there is no room anywhere it goes on for ever, as fast as the scheduler's back-off lets it", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(onFirstUse))
		w.do(w.c.Do(sim.FailProvisioning{Class: "disks", Exhausted: true}))
		w.apply(webSet(1, ofClass("disks")))
		w.c.Run(5 * time.Minute)
		times := w.attemptsAt("pvc/www-web-0", "ProvisioningFailed")
		require.Greater(w.t, len(times), 20)
		require.LessOrEqual(w.t, times[len(times)-1]-times[len(times)-2], int64(13_000))
		w.do(w.c.Do(sim.HealProvisioning{Class: "disks"}))
		w.settles()
	}},
	{"provisioning/no room, not waited for", "A volume that is made at once has nobody who could choose: it is tried again", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(), aClaim("c", claimClass("disks")))
		w.do(w.c.Do(sim.FailProvisioning{Class: "disks", Exhausted: true, Times: 1}))
		w.settles()
		w.claims("c:Bound")
	}},
	{"expand/fails", "A disk that cannot be grown is tried again, and the claim says why it waits", func(w *worldPlay) {
		w.begin(sim.Config{}, disksClass(elastic), aClaim("c", claimClass("disks")))
		w.settles()
		w.do(w.c.Do(sim.FailExpansion{Class: "disks", Times: 2, Error: "busy"}))
		w.do(w.asks("c", 2))
		w.c.Run(1500 * time.Millisecond)
		w.sizes("2Gi 2Gi 1Gi 1Gi ControllerResizeInProgress Resizing ControllerResizeError")
		require.Equal(w.t, "failed to expand pvc with rpc error: code = Internal desc = busy", w.c.Claims().Items[0].Status.Conditions[2].Message)
		w.event("pvc/c", `VolumeResizeFailed: resize volume "`+w.c.Volumes().Items[0].Name+`" by resizer "ebs.csi.aws.com" failed: rpc error: code = Internal desc = busy`)
		w.settles()
		require.Equal(w.t, []int64{0, 2000}, w.attemptsAt("pvc/c", "VolumeResizeFailed"))
		w.sizes("2Gi 2Gi 2Gi 1Gi NodeResizePending Resizing ControllerResizeError FileSystemResizePending")
		w.apply(webSet(1, mounting("c")))
		w.settles()
		w.sizes("2Gi 2Gi 2Gi 2Gi")
	}},
	{"expand/taken back", "Who has asked for more than there is asks for less, and gets that", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(1), elastic)...)
		w.settles()
		w.do(w.c.Do(sim.FailExpansion{Claim: "www-web-0", Above: 5 * model.Gi}))
		w.do(w.asks("www-web-0", 9))
		w.waits("pvc/www-web-0: asks for 9Gi and has 1Gi: rpc error: code = Internal desc = injected failure",
			"it would help to ask for less, or let the driver work again (HealExpansion)")
		require.ErrorContains(w.t, w.asks("www-web-0", 1), "field can not be less than status.capacity")
		w.do(w.asks("www-web-0", 5))
		w.settles()
		w.sizes("5Gi 5Gi 5Gi 5Gi")
		w.do(w.asks("www-web-0", 9))
		w.waits("asks for 9Gi and has 5Gi")
		w.do(w.c.Do(sim.HealExpansion{Claim: "www-web-0"}))
		w.settles()
		w.sizes("9Gi 9Gi 9Gi 9Gi")
	}},
	{"expand/words", "Faults of drivers are told in words", func(w *worldPlay) {
		var said []string
		for _, o := range []sim.Operation{
			sim.FailProvisioning{Class: "disks", Node: "node-0", Exhausted: true, Times: 3}, sim.FailProvisioning{Claim: "c", Times: 1},
			sim.HealProvisioning{Class: "disks"}, sim.FailExpansion{Class: "disks", Above: 5 * model.Gi}, sim.HealExpansion{Claim: "c"},
		} {
			said = append(said, o.String())
		}
		require.Equal(w.t, "fail provisioning of class disks on node-0 for want of room 3 times; fail provisioning of claim c once; "+
			"heal provisioning of class disks; fail expansion of class disks to more than 5Gi; heal expansion of claim c", strings.Join(said, "; "))
	}},
}
