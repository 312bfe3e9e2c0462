package stateless

import (
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Action is what a step of a rollout does.
type Action uint8

// What the Deployment controller writes.
const (
	CreateSet   Action = iota // a ReplicaSet of the Deployment's template
	ScaleSet                  // another number of replicas, and the annotations that go with it
	AnnotateSet               // a new revision, annotations of the Deployment, minReadySeconds
	DeleteSet                 // history that is too long
	WriteStatus               // of the Deployment, with its revision
)

// Because is why a step is taken or none is.
type Because uint8

// Why a step is taken.
const (
	NewTemplate  Because = iota + 1 // no ReplicaSet has it
	Surge                           // there is room for new pods
	Shrink                          // the new ReplicaSet has more than the Deployment asks for
	Unhealthy                       // old pods that are not available go first: it costs nothing
	Replaced                        // so many pods are available that old ones can go
	Resize                          // the Deployment has been scaled
	Proportional                    // the same in the middle of a rollout: each gets its share
	Saturated                       // the new ReplicaSet has all that is asked for
	Stop                            // Recreate: all old pods go first
	Start                           // Recreate: they are gone
	Renumber                        // the ReplicaSet is the newest again
	Follow                          // its annotations or minReadySeconds are those of the Deployment
	TooOld                          // beyond revisionHistoryLimit
)

// Why no further step is taken.
const (
	Paused         Because = iota + 32 // spec.paused
	Deleting                           // the Deployment is being deleted
	Lagging                            // the statuses of ReplicaSets are not those of their specs yet
	NewPods                            // new pods are not available
	OldPods                            // Recreate: old pods have not ended
	DeadlinePassed                     // as NewPods, for longer than progressDeadlineSeconds
)

// Step is one thing to do. The steps are taken in their order, and the first that fails
// ends the sync, with two exceptions: see Lenient and [Deployment.NotCreated].
type Step struct {
	Do       Action
	Because  Because
	Handle   int32 // the ReplicaSet's; unless it is to be created
	From     int32 // ScaleSet: its replicas as they are
	Replicas int32 // CreateSet, ScaleSet: its replicas
	Desired  int32 // CreateSet, ScaleSet: annotation desired-replicas
	Most     int32 // CreateSet, ScaleSet: annotation max-replicas
	// Lenient marks a step whose failure is overlooked: the other lenient ones are left out,
	// the status is written, and nothing makes the controller try again.
	Lenient bool

	// CreateSet and AnnotateSet:
	MinReady    int32
	Revision    int64
	History     string
	Annotations model.Labels // those that come from the Deployment
}

// Wait is why the controller does nothing more for now.
type Wait struct {
	Because Because // 0: nothing is left to do
	Handle  int32   // of the ReplicaSet it is about; -1 if it is about none
}

// Rollout is what one sync of the Deployment controller does. Its slices belong to the
// caller, who hands the Rollout back to be filled anew.
type Rollout struct {
	Steps    []Step
	Status   DeploymentStatus // what the step WriteStatus writes
	Revision int64            // and with it this annotation
	// Conflict means that the sync fails at its end, because it would write an object that
	// it has written already. The next sync writes the rest.
	Conflict bool
	Wait     Wait
	// Recheck is how long from now the controller looks again, to see whether the deadline
	// has passed; 0 if it need not.
	Recheck time.Duration

	// Polls is from when on the controller looks every few milliseconds, though nothing has
	// happened; 0 if it does not. All that it can find so is that a pod has ended for which
	// the strategy Recreate waits, of which no event tells it: see [NextPoll].
	Polls model.Instant

	sets []Set   // scratch
	size []int32 // scratch
}

// rollout is the state of one decision while it is made.
type rollout struct {
	*Rollout
	d      *Deployment
	now    model.Instant
	sets   []Set // by age; the created one is the last
	new    int   // in sets; -1 if there is none
	status DeploymentStatus
	wrote  bool // the Deployment
	failed bool // the sync ends here
	scaled bool // a step changes the number of pods
}

// Plan decides what one sync of the Deployment controller does.
//
// Source: pkg/controller/deployment/deployment_controller.go, syncDeployment.
func Plan(d *Deployment, sets []Set, now model.Instant, out *Rollout) {
	*out = Rollout{
		Steps: out.Steps[:0], sets: append(out.sets[:0], sets...), size: out.size[:0],
		Revision: d.Revision, Wait: Wait{Handle: -1},
	}
	slices.SortFunc(out.sets, byAge)
	p := rollout{Rollout: out, d: d, now: now, sets: out.sets, new: -1, status: d.Status}
	p.new = slices.IndexFunc(p.sets, func(s Set) bool { return s.Template == d.Template })
	p.run()
	out.sets = p.sets
	if out.Wait.Because == 0 && !p.scaled {
		p.explain()
	}
}

func (p *rollout) run() {
	if p.d.Deleting {
		p.recognize()
		p.end(p.observe())
		p.Wait.Because = Deleting
		return
	}
	p.notePause()
	p.recognize()
	switch {
	case p.failed:
	case p.d.Spec.Paused:
		p.resize()
		p.truncate()
		p.end(p.observe())
		p.Wait.Because = Paused
	case p.isResized():
		p.resize()
		p.end(p.observe())
	case p.d.rolling():
		p.roll()
	default:
		p.recreate()
	}
}

// roll moves a rolling update on: up, or else down, or else it is over.
//
// Source: pkg/controller/deployment/rolling.go, rolloutRolling.
func (p *rollout) roll() {
	if p.new < 0 {
		p.create()
	}
	if p.failed {
		return
	}
	if !p.grow() && !p.shrink() && p.d.Complete(&p.status) {
		p.truncate()
	}
	p.finish()
}

// grow gives the new ReplicaSet as many pods as the surge allows.
//
// Source: reconcileNewReplicaSet.
func (p *rollout) grow() (scaled bool) {
	set := &p.sets[p.new]
	if n := p.d.replicas(); set.Replicas > n {
		return p.scale(p.new, n, Shrink, false)
	}
	return p.scale(p.new, p.newSize(set.Replicas), Surge, false)
}

// newSize is how many replicas a new ReplicaSet gets that has so many.
//
// Source: pkg/controller/deployment/util/deployment_util.go, NewRSNewReplicas.
func (p *rollout) newSize(has int32) int32 {
	n := p.d.replicas()
	if !p.d.rolling() {
		return n
	}
	surge, _ := p.d.bounds()
	room := n + surge - p.asked()
	if room <= 0 {
		return has
	}
	return has + min(room, n-has)
}

// asked is how many pods the specs of all ReplicaSets ask for.
func (p *rollout) asked() (n int32) {
	for i := range p.sets {
		n += p.sets[i].Replicas
	}
	return n
}

// shrink takes old pods away as far as enough pods are available: first those that are
// not available themselves.
//
// Source: reconcileOldReplicaSets.
func (p *rollout) shrink() (scaled bool) {
	_, unavailable := p.d.bounds()
	least := p.d.replicas() - unavailable
	fresh := &p.sets[p.new]
	if p.asked() == fresh.Replicas {
		return false // no old pods
	}
	room := p.asked() - least - (fresh.Replicas - fresh.Status.Available)
	if room <= 0 {
		return false
	}
	sizes := p.sizes()
	gone, ok := p.cleanUp(room, sizes)
	if !ok {
		return false
	}
	available := int32(0)
	for i := range p.sets {
		if i == p.new || p.sets[i].Replicas > 0 {
			available += p.sets[i].Status.Available
		}
	}
	for i := range p.sets {
		surplus := available - least
		if i == p.new || sizes[i] == 0 || surplus <= 0 {
			continue
		}
		n := min(sizes[i], surplus)
		gone += n
		available -= n
		p.scaleFrom(i, sizes[i], sizes[i]-n, Replaced, true)
	}
	return gone > 0
}

// cleanUp takes old pods away that are not available, up to so many, of the oldest
// ReplicaSets first. It gives up at a ReplicaSet of which more pods are available than
// it is to have, which therefore has not yet followed an earlier step: then no old
// pods are taken away at all before it has.
//
// Source: cleanupUnhealthyReplicas.
func (p *rollout) cleanUp(most int32, sizes []int32) (gone int32, ok bool) {
	for i := range p.sets {
		set := &p.sets[i]
		if gone >= most {
			break
		}
		if i == p.new || set.Replicas == 0 || set.Replicas == set.Status.Available {
			continue
		}
		n := min(most-gone, set.Replicas-set.Status.Available)
		if n < 0 {
			return gone, false
		}
		p.scaleFrom(i, set.Replicas, set.Replicas-n, Unhealthy, true)
		sizes[i] -= n
		gone += n
	}
	return gone, true
}

// sizes are the replicas of the ReplicaSets, to be changed.
func (p *rollout) sizes() []int32 {
	for i := range p.sets {
		p.size = append(p.size, p.sets[i].Replicas)
	}
	return p.size
}

// scale gives a ReplicaSet another number of replicas. It is written if the number
// differs or, if forced, if only the annotations do.
//
// Source: pkg/controller/deployment/sync.go, scaleReplicaSet.
func (p *rollout) scale(i int, replicas int32, why Because, force bool) (scaled bool) {
	set := &p.sets[i]
	surge, _ := p.d.bounds()
	n := p.d.replicas()
	if set.Replicas == replicas && (!force || set.Desired == n && set.Most == n+surge) {
		return false
	}
	p.scaleFrom(i, set.Replicas, replicas, why, false)
	return set.Replicas != replicas
}

func (p *rollout) scaleFrom(i int, from, to int32, why Because, lenient bool) {
	surge, _ := p.d.bounds()
	n := p.d.replicas()
	p.Steps = append(p.Steps, Step{
		Do: ScaleSet, Because: why, Handle: p.sets[i].Handle, From: from, Replicas: to, Desired: n, Most: n + surge, Lenient: lenient,
	})
	p.scaled = true
}

// recreate ends all old pods, and begins with new ones when they have ended.
//
// Source: pkg/controller/deployment/recreate.go, rolloutRecreate.
func (p *rollout) recreate() {
	stopping := false
	for i := range p.sets {
		if i != p.new && p.sets[i].Replicas > 0 {
			stopping = p.scale(i, 0, Stop, false) || stopping
		}
	}
	if stopping || p.oldPods() {
		if p.Wait.Because == 0 {
			p.Wait.Because = OldPods
		}
		p.finish()
		return
	}
	if p.new < 0 {
		p.create()
	}
	if p.failed {
		return
	}
	p.scale(p.new, p.d.replicas(), Start, false)
	if p.d.Complete(&p.status) {
		p.truncate()
	}
	p.finish()
}

// oldPods reports whether old pods have not ended yet, and notes of which ReplicaSet.
//
// Source: oldPodsRunning.
func (p *rollout) oldPods() bool {
	for i := range p.sets {
		if set := &p.sets[i]; i != p.new && (set.Status.Replicas > 0 || set.Alive > 0) {
			p.Wait = Wait{OldPods, set.Handle}
			return true
		}
	}
	return false
}

// explain says what an unfinished rollout waits for.
func (p *rollout) explain() {
	for i := range p.sets {
		set := &p.sets[i]
		if set.Status.ObservedGeneration < set.Generation || set.Status.Replicas != set.Replicas {
			p.Wait = Wait{Lagging, set.Handle}
			return
		}
	}
	if p.new < 0 {
		return
	}
	if set := &p.sets[p.new]; set.Status.Available < set.Replicas {
		p.Wait = Wait{NewPods, set.Handle}
		if c, _ := p.status.Conditions.Get(Progressing); c.Reason == ProgressDeadlineExceeded {
			p.Wait.Because = DeadlinePassed
		}
	}
}
