package stateless

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// Each ReplicaSet is a template that the Deployment has had, numbered in the order in which
// the templates were in force. The newest has the highest number; when an old template
// comes back, its ReplicaSet gets the next number, and keeps a list of those that it had.

// recognize finds the ReplicaSet that has the Deployment's template, and gives it the
// highest revision, the Deployment's annotations, and its minReadySeconds. If that has to
// be written, the sync ends, since it looks for the ReplicaSet twice and the second write
// is a conflict; unless the Deployment is paused. Otherwise the Deployment gets the
// revision.
//
// Source: pkg/controller/deployment/sync.go, getNewReplicaSet; isScalingEvent, which calls
// it first.
func (p *rollout) recognize() {
	if p.new < 0 {
		return
	}
	set := &p.sets[p.new]
	step := Step{
		Do: AnnotateSet, Because: Follow, Handle: set.Handle,
		MinReady: p.d.Spec.MinReadySeconds, Revision: set.Revision, History: set.History, Annotations: set.Annotations,
	}
	if p.annotate(&step) || set.MinReady != step.MinReady {
		p.Steps = append(p.Steps, step)
		if !p.d.Spec.Paused && !p.d.Deleting {
			p.failed, p.Conflict = true, true
		}
		return
	}
	renumbered := p.d.Revision != set.Revision
	if _, ok := p.d.deadline(); ok {
		if _, has := p.status.Conditions.Get(Progressing); !has {
			p.status.Conditions.set(p.condition(Progressing, True, FoundNewReplicaSet))
			renumbered = true
		}
	}
	if renumbered {
		p.Revision = set.Revision
		p.write(p.status)
	}
}

// annotate puts into a step the annotations that a ReplicaSet is to have, and reports
// whether it has others.
//
// Source: pkg/controller/deployment/util/deployment_util.go, SetNewReplicaSetAnnotations.
func (p *rollout) annotate(step *Step) (changed bool) {
	missing := false
	for key, value := range p.d.Annotations { // in any order
		if old, has := step.Annotations[key]; !has || old != value {
			missing = true
		}
	}
	if missing {
		merged := make(model.Labels, len(step.Annotations)+len(p.d.Annotations))
		maps.Copy(merged, step.Annotations)
		maps.Copy(merged, p.d.Annotations)
		step.Annotations = merged
	}
	if step.Revision == BadRevision {
		return false // nobody knows what would be higher; it is written only with something else
	}
	next := p.highest() + 1
	if step.Revision >= next {
		return missing
	}
	if step.Revision != 0 {
		step.History = remember(step.History, step.Revision)
	}
	step.Revision, step.Because = next, Renumber
	return true
}

// highest is the highest revision of the old ReplicaSets; 0 if they have none.
//
// Source: MaxRevision.
func (p *rollout) highest() (revision int64) {
	for i := range p.sets {
		if i != p.new {
			revision = max(revision, p.sets[i].Revision)
		}
	}
	return revision
}

// remember adds a number to a list of numbers, from which the first are dropped when it
// gets longer than 2000 characters.
//
// Source: SetNewReplicaSetAnnotations.
func remember(history string, revision int64) string {
	const most = 2000
	last := strconv.FormatInt(revision, 10)
	if history == "" || history[0] == ',' {
		return last
	}
	kept := history
	for len(kept)+1+len(last) > most {
		_, rest, more := strings.Cut(kept, ",")
		if !more {
			break
		}
		kept = rest
	}
	if len(kept)+1+len(last) > most {
		return history
	}
	return kept + "," + last
}

// create makes a ReplicaSet of the Deployment's template, as large as may be, and notes it.
// The step may find that the name is taken (see [Deployment.Collided]) or fail (see
// [Deployment.NotCreated]); then the sync ends.
//
// Source: pkg/controller/deployment/sync.go, getNewReplicaSet.
func (p *rollout) create() {
	surge, _ := p.d.bounds()
	step := Step{
		Do: CreateSet, Because: NewTemplate, Replicas: p.newSize(0), Desired: p.d.replicas(), Most: p.d.replicas() + surge,
		MinReady: p.d.Spec.MinReadySeconds,
	}
	p.annotate(&step)
	step.Because = NewTemplate
	p.Steps = append(p.Steps, step)
	p.scaled = true
	p.sets = append(p.sets, Set{
		Handle: -1, Name: p.d.Proposed, Generation: 1, Replicas: step.Replicas, MinReady: step.MinReady, Template: p.d.Template,
		Annotations: step.Annotations, Revision: step.Revision, Desired: step.Desired, Most: step.Most,
	})
	p.new = len(p.sets) - 1
	p.Revision = step.Revision
	if _, ok := p.d.deadline(); ok {
		p.status.Conditions.set(p.condition(Progressing, True, NewReplicaSetCreated))
	}
	p.write(p.status)
}

// truncate deletes old ReplicaSets beyond revisionHistoryLimit, those of the lowest
// revisions first. One that still has pods, or may have, is left, and its place in the
// history is lost all the same.
//
// Source: pkg/controller/deployment/sync.go, cleanupDeployment.
func (p *rollout) truncate() {
	limit := p.d.Spec.RevisionHistoryLimit
	if limit == nil || *limit == math.MaxInt32 {
		return
	}
	old := p.size[:0]
	for i := range p.sets {
		if i != p.new && !p.sets[i].Deleting {
			old = append(old, int32(i))
		}
	}
	p.size = old
	excess := len(old) - int(*limit)
	if excess <= 0 {
		return
	}
	slices.SortStableFunc(old, func(a, b int32) int { // by age, where both revisions are the same or one is bad
		x, y := p.sets[a].Revision, p.sets[b].Revision
		if x == BadRevision || y == BadRevision {
			return cmp.Compare(a, b)
		}
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	})
	for _, i := range old[:excess] {
		set := &p.sets[i]
		if set.Status.Replicas == 0 && set.Replicas == 0 && set.Generation <= set.Status.ObservedGeneration {
			p.Steps = append(p.Steps, Step{Do: DeleteSet, Because: TooOld, Handle: set.Handle})
		}
	}
}
