package real

import (
	"cmp"
	"encoding/json"
	"slices"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"

	"github.com/ordinal-sim/ordinal/conformance/scenario"
)

// state reads what the API shows.
func (p *player) state() scenario.State {
	s := p.server
	lives := s.livesOf(s.pods)
	out := scenario.State{Endless: lives.Endless(p.lives)}
	p.lives = lives
	for _, name := range s.namesOf(s.pods) {
		o, _ := s.get(s.pods, name)
		out.Pods = append(out.Pods, podState(o.(*v1.Pod), lives[name]))
	}
	claims := s.livesOf(s.claims)
	for _, name := range s.namesOf(s.claims) {
		o, _ := s.get(s.claims, name)
		claim := scenario.Claim{Name: name, Terminating: o.GetDeletionTimestamp() != nil, Incarnation: claims[name]}
		for _, ref := range o.GetOwnerReferences() {
			owner := ref.Kind + "/" + ref.Name
			if !s.exists(ref) {
				owner += " (stale)"
			}
			claim.Owners = append(claim.Owners, owner)
		}
		out.Claims = append(out.Claims, claim)
	}
	images := p.revisions(&out)
	if set, err := s.get(s.sets, setName); err == nil {
		setState(&out, set.(*apps.StatefulSet), images)
	}
	return out.Normal()
}

func podState(pod *v1.Pod, incarnation int) scenario.Pod {
	owner := metav1.GetControllerOf(pod)
	out := scenario.Pod{
		Owned: owner != nil, Foreign: owner != nil && owner.Kind != "StatefulSet",
		Name: pod.Name, Image: pod.Spec.Containers[0].Image, Phase: string(pod.Status.Phase),
		Ready: podutil.IsPodReady(pod), Terminating: pod.DeletionTimestamp != nil, Incarnation: incarnation,
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
	s := p.server
	images := map[string]string{}
	var revisions []*apps.ControllerRevision
	for _, name := range s.namesOf(s.revisions) {
		o, _ := s.get(s.revisions, name)
		r := o.(*apps.ControllerRevision)
		if p.images[name] == "" {
			p.images[name] = imageOf(r)
		}
		images[name] = p.images[name]
		revisions = append(revisions, r)
	}
	slices.SortStableFunc(revisions, func(a, b *apps.ControllerRevision) int { return cmp.Compare(a.Revision, b.Revision) })
	for _, r := range revisions {
		out.Revisions = append(out.Revisions, images[r.Name])
	}
	return images
}

// imageOf is the image in a revision's template.
func imageOf(r *apps.ControllerRevision) string {
	var patch struct {
		Spec struct{ Template v1.PodTemplateSpec }
	}
	if err := json.Unmarshal(r.Data.Raw, &patch); err != nil {
		panic(err)
	}
	return patch.Spec.Template.Spec.Containers[0].Image
}

func setState(out *scenario.State, set *apps.StatefulSet, images map[string]string) {
	status := set.Status
	out.Replicas, out.ReadyReplicas, out.AvailableReplicas = status.Replicas, status.ReadyReplicas, status.AvailableReplicas
	out.CurrentReplicas, out.UpdatedReplicas = status.CurrentReplicas, status.UpdatedReplicas
	out.CurrentRevisionImage, out.UpdateRevisionImage = images[status.CurrentRevision], images[status.UpdateRevision]
	out.Unobserved = status.ObservedGeneration < set.Generation
	for _, c := range status.Conditions {
		if c.Type == "Progressing" {
			out.Progressing = string(c.Status) + " " + c.Reason + ": " + c.Message
		}
	}
}
