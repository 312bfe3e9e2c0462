package policy

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// reference decides what a View decides, and looks at every pod each time: it
// keeps what it was fed and nothing else, no counts, marks or orders. It follows
// the controller's procedure line by line, and where releases differ, that of the
// release: a difference is asked for at the line that was changed.
//
// Its parts: here the plan, in refupdate_test.go the replacing of outdated pods, in
// refstatus_test.go the status, in refhistory_test.go revisions and adoption, in
// refclaims_test.go the claims' owners.
type reference struct {
	rules     release.Rules
	set       Set
	pods      map[int32]Pod
	claims    map[claimKey]Claim
	revisions map[model.Symbol]Revision
	current   model.Symbol
	update    model.Symbol
}

type claimKey struct{ ordinal, template int32 }

func (r *reference) has(d release.Difference) bool { return r.rules.Has(d) }

// members are the pods that the set owns and selects, by ascending ordinal.
func (r *reference) members() (out []Pod) {
	for _, p := range r.pods {
		if p.Ownership == Ours && p.Matches {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Pod) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	return out
}

// first is the first ordinal in range.
func (r *reference) first() int32 {
	if r.has(release.NoStartOrdinal) {
		return 0
	}
	return r.set.Spec.StartOrdinal()
}

func (r *reference) inRange(ordinal int32) bool {
	return ordinal >= r.first() && ordinal <= r.first()+*r.set.Spec.Replicas-1
}

func (r *reference) available(p Pod, now model.Instant) bool {
	wait := time.Duration(r.set.Spec.MinReadySeconds) * time.Second
	return p.Ready && (wait == 0 || p.ReadySince.Add(wait) <= now)
}

func runningAndReady(p Pod) bool { return p.Phase == Running && p.Ready }

// deciding is one run of the reference's plan.
type deciding struct {
	*reference
	now       model.Instant
	ordered   bool
	replicas  []Pod // one for each ordinal in range; without a phase if it is still to be created
	condemned []Pod // descending
	firstBad  *Pod  // the first that is unhealthy: a replica, or the lowest that is condemned
	d         Decision
	groups    []string // of the steps: those of one group have one name
}

func (r *reference) plan(now model.Instant) (Decision, []string) {
	p := deciding{reference: r, now: now, ordered: r.set.Spec.PodManagementPolicy != model.Parallel}
	p.d = Decision{Status: r.status(now), Wait: Wait{Ordinal: -1}, now: now}
	if r.set.Spec.UpdateStrategy.Type == model.Recreate && r.has(release.RecreateIsRefused) {
		p.d.Refused, p.d.Wait.Because = true, NotAllowed
		return p.d, p.groups
	}
	for i := range *r.set.Spec.Replicas {
		p.replicas = append(p.replicas, p.newPod(r.first()+i))
	}
	for _, pod := range r.members() {
		if r.inRange(pod.Ordinal) {
			p.replicas[pod.Ordinal-r.first()] = pod
		} else {
			p.condemned = slices.Insert(p.condemned, 0, pod)
		}
	}
	for _, pod := range slices.Concat(p.condemned, reversed(p.replicas)) { // the last one found is the first
		if p.bad(pod) {
			p.firstBad = &pod
		}
	}
	if r.set.Deleting {
		p.d.Wait = Wait{Deleting, -1}
		return p.d, p.groups
	}
	p.run()
	return p.d, p.groups
}

func reversed(pods []Pod) []Pod {
	out := slices.Clone(pods)
	slices.Reverse(out)
	return out
}

func (p *deciding) run() {
	if p.recreatePhase() {
		return
	}
	for i := range p.replicas {
		stop, end := p.processReplica(i)
		if end || stop && p.ordered {
			return
		}
	}
	p.fixClaims()
	for i, pod := range p.condemned {
		if stop := p.processCondemned(i, pod); stop && p.ordered {
			return
		}
	}
	p.updatePhase()
	for _, pod := range p.replicas {
		if why := p.unhealthy(pod); pod.Phase != NoPod && why != 0 && p.d.Wait.Because == 0 {
			p.d.Wait = Wait{why, pod.Ordinal}
		}
	}
}

// newPod is the pod that an ordinal without one is to get.
func (p *deciding) newPod(ordinal int32) Pod {
	return Pod{Ordinal: ordinal, Revision: p.newRevision(ordinal)}
}

func (p *deciding) newRevision(ordinal int32) model.Symbol {
	strategy := p.set.Spec.UpdateStrategy
	if strategy.Type != model.RollingUpdate {
		return p.update
	}
	old := p.set.Status.CurrentReplicas
	if strategy.RollingUpdate != nil {
		old = p.partition()
	}
	if ordinal < p.first()+old {
		return p.current
	}
	return p.update
}

func (p *deciding) partition() int32 {
	if block := p.set.Spec.UpdateStrategy.RollingUpdate; block != nil && block.Partition != nil {
		return *block.Partition
	}
	return 0
}

// step adds a step; i is the place of its pod in its stage.
func (p *deciding) step(stage string, i int, s Step) {
	if s.Do != CreatePod {
		s.Ordinal = s.Pod.Ordinal
	}
	batch, size := i, 1
	switch {
	case stage == "update", stage != "recreate" && p.has(release.SequentialParallel):
		batch = len(p.d.Steps) // one after the other
	case stage == "recreate", !p.ordered:
		for batch = 0; i >= size; batch++ {
			i -= size
			size = min(2*size, 500)
		}
	}
	p.d.Steps = append(p.d.Steps, s)
	p.groups = append(p.groups, fmt.Sprint(stage, batch))
}

// halt notes a reason; the first one counts.
func (p *deciding) halt(why Because, pod Pod) bool {
	if p.d.Wait.Because == 0 {
		p.d.Wait = Wait{why, pod.Ordinal}
	}
	return true
}

// unhealthy is why a pod is not what OrderedReady asks of a predecessor; 0 if it is.
func (p *deciding) unhealthy(pod Pod) Because {
	switch {
	case pod.Terminating:
		return Terminating
	case pod.Phase == Pending:
		return NotRunning
	case !runningAndReady(pod):
		return NotReady
	case !p.available(pod, p.now):
		return NotAvailable
	}
	return 0
}

// bad mirrors isUnavailable; before 1.34 isHealthy, which asked for readiness.
func (p *deciding) bad(pod Pod) bool {
	if pod.Phase == NoPod || pod.Terminating {
		return true
	}
	if p.has(release.ReadyIsHealthy) {
		return !runningAndReady(pod)
	}
	return !p.available(pod, p.now)
}

// finished mirrors isTerminalPhase; before 1.29 isFailed, which was false of a
// Succeeded pod.
func (p *deciding) finished(pod Pod) bool {
	return pod.Phase == Failed || pod.Phase == Succeeded && !p.has(release.SucceededStays)
}

// processReplica says whether OrderedReady stops here, and whether everything ends here.
func (p *deciding) processReplica(i int) (stop, end bool) {
	pod := p.replicas[i]
	if p.finished(pod) && p.has(release.RecreatesAtOnce) {
		p.step("replica", i, Step{Do: DeletePod, Because: Finished, Pod: pod})
		pod = p.newPod(pod.Ordinal)
		p.replicas[i] = pod // whatever the old one was, this one stands in its place from here on
	}
	if p.finished(pod) {
		if !pod.Terminating {
			p.step("replica", i, Step{Do: DeletePod, Because: Finished, Pod: pod})
		}
		if pod.Terminating && !p.ordered {
			return true, false // on its way out, like any other
		}
		return p.halt(Replacing, pod), false
	}
	if pod.Phase == NoPod {
		if p.stale(pod) { // before 1.28 a return from the whole update, under Parallel too
			return p.halt(StaleClaim, pod), p.has(release.SequentialParallel)
		}
		p.step("replica", i, Step{Do: CreatePod, Because: Missing, Ordinal: pod.Ordinal, Revision: pod.Revision})
		return p.halt(JustCreated, pod), false
	}
	if pod.Phase == Pending && (p.lacksClaim(pod) || !p.claimsFit(pod)) {
		p.step("replica", i, Step{Do: CreateClaims, Because: Unclaimed, Pod: pod})
	}
	if why := p.unhealthy(pod); why != 0 && p.ordered {
		return p.halt(why, pod), false
	}
	if !pod.Named || !p.claimsFit(pod) {
		p.step("replica", i, Step{Do: RepairPod, Because: Mislabelled, Pod: pod})
	}
	return false, false
}

// fixClaims sees to the claims of the condemned, from the highest ordinal down; before
// 1.28 the list of the condemned was sorted the other way round.
func (p *deciding) fixClaims() {
	condemned := p.condemned
	if p.has(release.SequentialParallel) {
		condemned = reversed(condemned)
	}
	for i, pod := range condemned {
		if !p.claimsFit(pod) {
			p.step("claims", i, Step{Do: RetainClaims, Because: OutOfRange, Pod: pod})
		}
	}
}

func (p *deciding) processCondemned(i int, pod Pod) (stop bool) {
	itself := p.firstBad != nil && p.firstBad.Ordinal == pod.Ordinal
	healthy := runningAndReady(pod) && p.available(pod, p.now)
	switch {
	case pod.Terminating && p.ordered:
		return p.halt(Terminating, pod)
	case pod.Terminating:
		return false
	case p.ordered && !healthy && !itself:
		return p.halt(CondemnedUnhealthy, pod)
	}
	p.step("condemned", i, Step{Do: DeletePod, Because: OutOfRange, Pod: pod})
	return p.ordered && p.halt(CondemnedFirst, pod)
}
