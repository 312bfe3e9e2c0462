package statefulset

import (
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/conformance/real"
	"github.com/ordinal-sim/ordinal/conformance/scenario"
)

// sight is an interesting state: draws that do not come to see it prove little.
type sight struct {
	name string
	is   func(before, now scenario.State) bool
}

var sights = []sight{
	{"pods at two revisions", func(_, now scenario.State) bool { return len(podImages(now)) == 2 }},
	{"pods at three revisions", func(_, now scenario.State) bool { return len(podImages(now)) == 3 }},
	{"a rollout completed", func(before, now scenario.State) bool {
		return now.CurrentRevisionImage != before.CurrentRevisionImage && before.CurrentRevisionImage != "" &&
			now.CurrentRevisionImage == now.UpdateRevisionImage && now.Replicas > 1
	}},
	{"a pod replaced", ofPod(func(p scenario.Pod) bool { return p.Incarnation > 1 })},
	{"a pod terminating", ofPod(func(p scenario.Pod) bool { return p.Terminating })},
	{"a pod ready and not yet available", func(_, now scenario.State) bool { return now.ReadyReplicas > now.AvailableReplicas }},
	{"a pod without owner", ofPod(func(p scenario.Pod) bool { return !p.Owned })},
	{"a claim terminating", ofClaim(func(c scenario.Claim) bool { return c.Terminating })},
	{"a claim made again", ofClaim(func(c scenario.Claim) bool { return c.Incarnation > 1 })},
	{"a claim of its set", ofClaim(func(c scenario.Claim) bool { return slices.Contains(c.Owners, "StatefulSet/web") })},
	{"a claim of its pod", ofClaim(func(c scenario.Claim) bool { return slices.Contains(c.Owners, "Pod/"+c.Name[len("c0-"):]) })},
	{"pods without a set", func(_, now scenario.State) bool { return len(now.Pods) > 0 && len(now.Revisions) == 0 }},
	{"a recreation in progress", progressing("True")},
	{"a recreation completed", progressing("False")},
	{"a pod without a label", ofPod(func(p scenario.Pod) bool { return len(p.Lost) > 0 })},
	{"a claim of somebody else", ofClaim(func(c scenario.Claim) bool {
		return slices.Contains(c.Owners, scenario.OtherKind+"/"+scenario.OtherName)
	})},
}

// progressing is never seen where there is no strategy Recreate.
func progressing(status string) func(_, now scenario.State) bool {
	return func(_, now scenario.State) bool {
		return strings.HasPrefix(now.Progressing, status) || real.Release() != "1.37"
	}
}

func ofPod(is func(scenario.Pod) bool) func(_, now scenario.State) bool {
	return func(_, now scenario.State) bool { return slices.ContainsFunc(now.Pods, is) }
}

func ofClaim(is func(scenario.Claim) bool) func(_, now scenario.State) bool {
	return func(_, now scenario.State) bool { return slices.ContainsFunc(now.Claims, is) }
}

func podImages(s scenario.State) []string {
	var images []string
	for _, p := range s.Pods {
		images = append(images, p.Image)
	}
	slices.Sort(images)
	return slices.Compact(images)
}
