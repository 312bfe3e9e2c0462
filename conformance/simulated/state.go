package simulated

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/conformance/scenario"
	"github.com/ordinal-sim/ordinal/model"
)

// state is what the API shows.
func (p *player) state() scenario.State {
	p.count()
	out := scenario.State{Endless: p.pods.Endless(p.lives)}
	p.lives = maps.Clone(p.pods)
	uids := map[string]model.UID{}
	for _, pod := range p.c.Pods("").Items {
		uids["Pod/"+pod.Name] = pod.UID
		out.Pods = append(out.Pods, podState(&pod, p.pods[pod.Name]))
	}
	set, err := p.c.StatefulSet(setName)
	if err == nil {
		uids["StatefulSet/"+set.Name] = set.UID
	}
	for _, c := range p.c.Claims().Items {
		claim := scenario.Claim{Name: c.Name, Terminating: c.DeletedAt != nil, Incarnation: p.claims[c.Name]}
		for _, o := range c.OwnerReferences {
			owner := string(o.Kind) + "/" + o.Name
			if o.Kind != scenario.OtherKind && uids[owner] != o.UID {
				owner += " (stale)"
			}
			claim.Owners = append(claim.Owners, owner)
		}
		out.Claims = append(out.Claims, claim)
	}
	images := p.revisions(&out)
	if set != nil {
		setState(&out, set, images)
	}
	return out.Normal()
}

func podState(pod *model.Pod, incarnation int) scenario.Pod {
	out := scenario.Pod{
		Name: pod.Name, Image: pod.Spec.Containers[0].Image, Phase: string(pod.Status.Phase),
		Ready: pod.Ready(), Terminating: pod.DeletedAt != nil, Incarnation: incarnation,
	}
	for _, o := range pod.OwnerReferences {
		if o.Controller {
			out.Owned, out.Foreign = true, o.Kind != model.KindStatefulSet
		}
	}
	for _, label := range []string{scenario.LabelPodName, scenario.LabelRevision} {
		if _, has := pod.Labels[label]; !has {
			out.Lost = append(out.Lost, label)
		}
	}
	return out
}

// revisions fills in the revisions, and returns the image of each by its name.
func (p *player) revisions(out *scenario.State) map[string]string {
	images := map[string]string{}
	var revisions []*model.ControllerRevision
	for _, o := range p.c.Objects() {
		if r, ok := o.(*model.ControllerRevision); ok {
			revisions = append(revisions, r)
			images[r.Name] = r.Template.Spec.Containers[0].Image
		}
	}
	slices.SortStableFunc(revisions, func(a, b *model.ControllerRevision) int { return cmp.Compare(a.Revision, b.Revision) })
	for _, r := range revisions {
		out.Revisions = append(out.Revisions, images[r.Name])
	}
	return images
}

func setState(out *scenario.State, set *model.StatefulSet, images map[string]string) {
	status := set.Status
	out.Replicas, out.ReadyReplicas, out.AvailableReplicas = status.Replicas, status.ReadyReplicas, status.AvailableReplicas
	out.CurrentReplicas, out.UpdatedReplicas = status.CurrentReplicas, status.UpdatedReplicas
	out.CurrentRevisionImage, out.UpdateRevisionImage = images[status.CurrentRevision], images[status.UpdateRevision]
	out.Unobserved = status.ObservedGeneration < set.Generation
	for _, c := range status.Conditions {
		if c.Type == "Progressing" {
			out.Progressing = c.Status + " " + c.Reason + ": " + c.Message
		}
	}
}

// count counts the pods and claims that have come to be since it was last called: the
// trace tells of each.
func (p *player) count() {
	for _, line := range p.c.TraceFrom(p.mark) {
		if claim, ok := strings.CutPrefix(line.What, "creates claim "); ok {
			p.claims[claim]++
		} else if rest, ok := strings.CutPrefix(line.What, "creates "); ok {
			pod, _, _ := strings.Cut(rest, " ")
			p.pods[pod]++
		}
	}
	p.mark = p.c.TraceLen()
}
