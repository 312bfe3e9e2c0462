package main

import (
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// disks is chapter D: claims and the volumes behind them.
var disks = []entry{
	{
		id:      "K34",
		issues:  []string{"kubernetes 74374", "kubernetes 83282", "kubernetes 89910", "kubernetes 89513", "kubernetes 113139"},
		symptom: "a claim is deleted while its pod is Pending, and the pod waits for it for ever",
		look:    either(rolledOut, "made again", "Pending"),
		cells:   everywhere("made again"), // 1.26, which did not, has no profile
		plays: []variant{
			{title: "variant: a pod before it is not ready", on: release.Profiles(), word: "Pending"},
			{title: "remedy: the pod before it is ready again", on: release.Profiles(), word: "made again"},
			{title: "variant: the claim is still being deleted", on: release.Profiles(), word: "made again"},
			{title: "variant: the claim is still being deleted", on: release.Profiles(), look: refusedTerminatingClaim, word: "refused until the claim was gone"},
		},
	},
	{
		id:      "K35",
		issues:  []string{"kubernetes 78724", "enhancements 1847", "kubernetes 126919", "kubernetes 122400", "cloudemu #888"},
		symptom: "a set is scaled down and up again, and its data is still there, or is not",
		look:    dataOf("web-1"),
		cells:   everywhere("kept"),
		plays: []variant{
			{title: "variant: whenScaled is Delete", on: release.Profiles(), word: "lost"},
			{title: "variant: whenScaled is Delete", on: []release.Release{release.V1_27_1.Without(release.StatefulSetAutoDeletePVC)}, word: "kept"},
			{title: "variant: scaled up while the pod ends", on: release.Profiles(), word: "lost"},
			{title: "variant: the claim has another controller", on: release.Profiles(), word: "kept"},
			{title: "variant: the claim has another controller", on: allBut(release.V1_27_1), look: conflictingOwner, word: "an event says so"},
			{title: "variant: the claim has another controller", on: []release.Release{release.V1_27_1}, look: conflictingOwner, word: "nobody says so"},
		},
	},
	{
		id:      "K36",
		issues:  []string{"kubernetes 68737", "kubernetes 69041", "enhancements 661"},
		symptom: "the volumeClaimTemplates of a set cannot be changed, not even to larger disks",
		look:    sizes,
		cells:   everywhere("refused"),
		plays: []variant{
			{title: "variant: in other words, until 1.36", on: allBut(release.V1_37), word: "refused"},
			{title: "variant: in other words, since 1.37", word: "refused"},
			{title: "remedy: resize the claims, and make the set anew around its pods", on: release.Profiles(), word: "2Gi, no pod restarted"},
		},
	},
	{
		id:      "K37",
		issues:  []string{"kubernetes 41153"},
		symptom: "two sets share a disk, because their claims have one name",
		look:    secondSetsDisk,
		cells:   everywhere("shared"),
		plays: []variant{
			{title: "variant: on two nodes", on: release.Profiles(), word: "the second waits"},
			{title: "remedy: names without dashes", on: release.Profiles(), word: "its own"},
		},
	},
	{
		id:      "K38",
		issues:  []string{"longhorn/longhorn 5345", "openebs/openebs 2796", "openebs/openebs 2536", "kubernetes 72181"},
		symptom: "a disk follows its pod from a lost node only six minutes later",
		look:    timeToAttach,
		cells:   everywhere("6m1s"),
		plays: []variant{
			{on: allBut(release.V1_37), look: attachEvent, word: "event: Multi-Attach error"},
			{look: attachEvent, word: "event: Waiting for detach"},
			{title: "remedy: taint the node out-of-service", on: release.Profiles(), word: "1s"},
			{title: "variant: the node is well", on: release.Profiles(), word: "never"},
		},
	},
}

// dataOf is whether a pod has on its disk what was written there.
func dataOf(pod string) look {
	return func(c *sim.Cluster) string {
		if content, err := c.ReadFile(pod, "/www/index.html"); err != nil || content != "hello" {
			return "lost"
		}
		return "kept"
	}
}

// refusedTerminatingClaim is whether the controller made no pod on a claim that was being
// deleted.
func refusedTerminatingClaim(c *sim.Cluster) string {
	gone, ok := when(c, "www-web-0", "persistentvolumeclaim deleted")
	created, _ := when(c, "web", "creates web-0")
	if ok && created > gone && told(c, "web", "cannot create web-0: pvc www-web-0 is being deleted") {
		return "refused until the claim was gone"
	}
	return "made on a claim that was being deleted"
}

// conflictingOwner is whether an event says that a claim is another controller's.
func conflictingOwner(c *sim.Cluster) string {
	if slices.Contains(c.Events("sts/web").Reasons(), "ConflictingController") {
		return "an event says so"
	}
	return "nobody says so"
}

// sizes is whether the disks have grown, in the template and in fact; and whether a pod was
// started anew for that.
func sizes(c *sim.Cluster) string {
	set, err := c.StatefulSet("web")
	if err != nil {
		return err.Error()
	}
	size := set.Spec.VolumeClaimTemplates[0].Spec.Request
	for _, claim := range c.Claims().Items {
		if claim.Status.Capacity != size {
			return "some " + size.String() + ", some " + claim.Status.Capacity.String()
		}
	}
	if size == model.Gi {
		return "refused"
	}
	for _, pod := range []string{"web-0", "web-1"} {
		if told(c, pod, "is stopping") {
			return size.String() + ", pods restarted"
		}
	}
	return size.String() + ", no pod restarted"
}

// secondSetsDisk is what the pod of the second set has: what the first one wrote, or a disk of
// its own.
func secondSetsDisk(c *sim.Cluster) string {
	if !see(c, func(v sim.View) bool { return v.PodReady("beta-db-0") }) {
		return "the second waits"
	}
	if dataOf("beta-db-0")(c) == "kept" {
		return "shared"
	}
	return "its own"
}

// timeToAttach is how long the disk took to reach the node of the next pod, from the
// creation of that.
func timeToAttach(c *sim.Cluster) string {
	created, _ := when(c, "web", "creates web-0")
	attached, ok := when(c, "web-0", "has its volume attached")
	if !ok || attached < created {
		return "never"
	}
	return rounded(attached - created)
}

// attachEvent is how the event begins that says what the pod waits for.
func attachEvent(c *sim.Cluster) string {
	for _, e := range c.Events("pod/web-0").Items {
		for _, words := range []string{"Multi-Attach error", "Waiting for detach"} {
			if e.Reason == "FailedAttachVolume" && strings.HasPrefix(e.Message, words) {
				return "event: " + words
			}
		}
	}
	return "no event"
}
