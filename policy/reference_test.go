package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// reference decides what a View decides, and looks at every pod each time: it
// keeps what it was fed and nothing else, no counts, marks or orders. It follows
// the controller's procedure line by line.
type reference struct {
	set       Set
	pods      map[int32]Pod
	claims    map[claimKey]Claim
	revisions map[model.Symbol]Revision
	current   model.Symbol
	update    model.Symbol
}

type claimKey struct{ ordinal, template int32 }

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

func (r *reference) inRange(ordinal int32) bool {
	first := r.set.Spec.StartOrdinal()
	return ordinal >= first && ordinal <= first+*r.set.Spec.Replicas-1
}

func (r *reference) available(p Pod, now model.Instant) bool {
	wait := time.Duration(r.set.Spec.MinReadySeconds) * time.Second
	return p.Ready && (wait == 0 || p.ReadySince.Add(wait) <= now)
}

func runningAndReady(p Pod) bool { return p.Phase == Running && p.Ready }

// history are the revisions, the oldest first.
func (r *reference) history() (out []Revision) {
	for _, rev := range r.revisions {
		out = append(out, rev)
	}
	slices.SortFunc(out, func(a, b Revision) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.Text, b.Text))
	})
	return out
}

func (r *reference) revise() RevisionDecision {
	history := r.history()
	number := int64(1)
	var equal []Revision
	for _, rev := range history {
		number = max(number, rev.Number+1)
		if rev.Template == r.set.Template {
			equal = append(equal, rev)
		}
	}
	if len(equal) == 0 {
		return RevisionDecision{Action: CreateRevision, Number: number}
	}
	last := equal[len(equal)-1]
	if last.Name == history[len(history)-1].Name {
		return RevisionDecision{Action: KeepRevision, Name: last.Name, Number: last.Number}
	}
	return RevisionDecision{Action: BumpRevision, Name: last.Name, Number: number}
}

func (r *reference) settle(update model.Symbol) {
	r.update, r.current = update, update
	if _, found := r.revisions[r.set.Status.CurrentRevision]; found {
		r.current = r.set.Status.CurrentRevision
	}
}

func (r *reference) status(now model.Instant) Status {
	s := Status{
		ObservedGeneration: r.set.Generation, CollisionCount: r.set.Status.CollisionCount,
		CurrentRevision: r.current, UpdateRevision: r.update,
	}
	for _, p := range r.members() {
		s.Replicas++
		if runningAndReady(p) {
			s.ReadyReplicas++
			if r.available(p, now) {
				s.AvailableReplicas++
			}
		}
		if !p.Terminating && p.Revision == r.current {
			s.CurrentReplicas++
		}
		if !p.Terminating && p.Revision == r.update {
			s.UpdatedReplicas++
		}
	}
	return s
}

func (r *reference) final(s Status, updates int32) Status {
	s.CurrentReplicas -= updates
	want := *r.set.Spec.Replicas
	if s.UpdatedReplicas == want && s.ReadyReplicas == want && s.Replicas == want {
		s.CurrentReplicas, s.CurrentRevision = s.UpdatedReplicas, s.UpdateRevision
	}
	return s
}

// deciding is one run of the reference's plan.
type deciding struct {
	*reference
	now       model.Instant
	ordered   bool
	replicas  []Pod // one for each ordinal in range; Phase is NoPod where there is none
	condemned []Pod // descending
	d         Decision
	groups    []string // of the steps: those of one group have one name
}

func (r *reference) plan(now model.Instant) (Decision, []string) {
	p := deciding{reference: r, now: now, ordered: r.set.Spec.PodManagementPolicy != model.Parallel}
	p.d.Status, p.d.Wait = r.status(now), Wait{Ordinal: -1}
	for i := range *r.set.Spec.Replicas {
		p.replicas = append(p.replicas, Pod{Ordinal: r.set.Spec.StartOrdinal() + i})
	}
	for _, pod := range r.members() {
		if r.inRange(pod.Ordinal) {
			p.replicas[pod.Ordinal-r.set.Spec.StartOrdinal()] = pod
		} else {
			p.condemned = slices.Insert(p.condemned, 0, pod)
		}
	}
	if r.set.Deleting {
		p.d.Wait = Wait{Deleting, -1}
		return p.d, p.groups
	}
	p.run()
	return p.d, p.groups
}

func (p *deciding) run() {
	for i, pod := range p.replicas {
		if stop := p.processReplica(i, pod); stop && p.ordered {
			return
		}
	}
	for i, pod := range p.condemned {
		if !p.claimsFit(pod) {
			p.step("claims", i, Step{Do: RetainClaims, Because: OutOfRange, Pod: pod})
		}
	}
	for i, pod := range p.condemned {
		if stop := p.processCondemned(i, pod); stop && p.ordered {
			return
		}
	}
	p.updatePhase()
	for _, pod := range p.replicas {
		if why := p.unhealthy(pod); why != 0 && p.d.Wait.Because == 0 {
			p.d.Wait = Wait{why, pod.Ordinal}
		}
	}
}

// step adds a step; i is the place of its pod in its stage.
func (p *deciding) step(stage string, i int, s Step) {
	if s.Do != CreatePod {
		s.Ordinal = s.Pod.Ordinal
	}
	batch, size := i, 1
	if !p.ordered && !s.Updates {
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

func (p *deciding) processReplica(i int, pod Pod) (stop bool) {
	if pod.Phase == Failed || pod.Phase == Succeeded {
		if !pod.Terminating {
			p.step("replica", i, Step{Do: DeletePod, Because: Finished, Pod: pod})
		}
		if pod.Terminating && !p.ordered {
			return true // on its way out, like any other
		}
		return p.halt(Replacing, pod)
	}
	if pod.Phase == NoPod {
		if p.stale(pod) {
			return p.halt(StaleClaim, pod)
		}
		p.step("replica", i, Step{Do: CreatePod, Because: Missing, Ordinal: pod.Ordinal, Revision: p.newRevision(pod.Ordinal)})
		return p.halt(JustCreated, pod)
	}
	if pod.Phase == Pending && (p.lacksClaim(pod) || !p.claimsFit(pod)) {
		p.step("replica", i, Step{Do: CreateClaims, Because: Unclaimed, Pod: pod})
	}
	if why := p.unhealthy(pod); why != 0 && p.ordered {
		return p.halt(why, pod)
	}
	if !pod.Named || !p.claimsFit(pod) {
		p.step("replica", i, Step{Do: RepairPod, Because: Mislabelled, Pod: pod})
	}
	return false
}

func (p *deciding) newRevision(ordinal int32) model.Symbol {
	strategy := p.set.Spec.UpdateStrategy
	if strategy.Type == model.OnDelete {
		return p.update
	}
	old := p.set.Status.CurrentReplicas
	if strategy.RollingUpdate != nil {
		old = p.partition()
	}
	if ordinal < p.set.Spec.StartOrdinal()+old {
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

func (p *deciding) processCondemned(i int, pod Pod) (stop bool) {
	var firstUnavailable *Pod
	for j := range p.condemned { // descending: the last one found is the lowest
		if c := &p.condemned[j]; c.Terminating || !p.available(*c, p.now) {
			firstUnavailable = c
		}
	}
	for j := len(p.replicas) - 1; j >= 0; j-- {
		if c := &p.replicas[j]; c.Terminating || !p.available(*c, p.now) {
			firstUnavailable = c
		}
	}
	itself := firstUnavailable != nil && firstUnavailable.Ordinal == pod.Ordinal
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

func (p *deciding) updatePhase() {
	var outdated []Pod // descending
	unavailable, down := int32(0), 0
	for _, pod := range p.replicas {
		old := pod.Phase != NoPod && pod.Revision != p.update && !pod.Terminating
		if old {
			outdated = slices.Insert(outdated, 0, pod)
		}
		if pod.Phase == NoPod || pod.Terminating || !p.available(pod, p.now) {
			unavailable++
			if old {
				down++
			}
		}
	}
	if len(outdated) == 0 {
		return
	}
	if p.set.Spec.UpdateStrategy.Type == model.OnDelete {
		p.d.Wait = Wait{ByHand, -1}
		return
	}
	lowest := p.set.Spec.StartOrdinal() + p.partition()
	outdated = slices.DeleteFunc(outdated, func(pod Pod) bool { return pod.Ordinal < lowest })
	if len(outdated) == 0 {
		p.d.Wait = Wait{BelowPartition, -1}
		return
	}
	before := len(p.d.Steps)
	if budget := p.maxUnavailable() - unavailable; budget > 0 || down > 0 {
		for _, pod := range outdated {
			if !p.available(pod, p.now) {
				p.step("update", len(p.d.Steps), Step{Do: DeletePod, Because: OutdatedDown, Pod: pod, Updates: true})
			}
		}
		for _, pod := range outdated {
			if p.available(pod, p.now) && budget > 0 {
				p.step("update", len(p.d.Steps), Step{Do: DeletePod, Because: Outdated, Pod: pod, Updates: true})
				budget--
			}
		}
	}
	if len(p.d.Steps) > before {
		return
	}
	for _, pod := range p.replicas {
		if pod.Phase == NoPod || p.unhealthy(pod) != 0 {
			p.d.Wait = Wait{Budget, pod.Ordinal}
			return
		}
	}
	p.d.Wait = Wait{Budget, -1}
}

func (p *deciding) maxUnavailable() int32 {
	block := p.set.Spec.UpdateStrategy.RollingUpdate
	if block == nil || block.MaxUnavailable == nil {
		return 1
	}
	m := block.MaxUnavailable.IntVal
	if percent, ok := strings.CutSuffix(block.MaxUnavailable.StrVal, "%"); ok {
		m = number(percent) * *p.set.Spec.Replicas / 100
	}
	return max(m, 1)
}

func (r *reference) recheck(now model.Instant, s Status) (time.Duration, bool) {
	least := time.Duration(r.set.Spec.MinReadySeconds) * time.Second
	if least == 0 || s.ReadyReplicas == s.AvailableReplicas {
		return 0, false
	}
	for _, p := range r.members() { // none can have longer to wait than one that has just become ready
		if rest := p.ReadySince.Add(time.Duration(r.set.Spec.MinReadySeconds) * time.Second).Sub(now); p.Ready && rest > 0 {
			least = min(least, rest)
		}
	}
	return least, true
}

func (r *reference) adopt() (out []Pod) {
	for _, p := range r.pods {
		released := p.Ownership == Ours && !p.Matches
		adopted := p.Ownership == Orphan && p.Matches && !p.Terminating
		if (released || adopted) && !r.set.Deleting {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Pod) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	return out
}

func (r *reference) truncate(known bool) (out []model.Symbol) {
	limit := 10
	if l := r.set.Spec.RevisionHistoryLimit; l != nil {
		limit = int(*l)
	}
	for _, rev := range r.history() {
		live := known && (rev.Name == r.current || rev.Name == r.update)
		for _, p := range r.members() {
			live = live || p.Revision == rev.Name
		}
		if !live {
			out = append(out, rev.Name)
		}
	}
	if limit < 0 || len(out) <= limit {
		return nil
	}
	return out[:len(out)-limit]
}
