package stateless

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/stateless"
)

// Side is Ordinal's side of a story: a Deployment, its ReplicaSets and pods, both
// controllers, and an API server that knows just enough.
type Side struct {
	rules release.Rules
	now   model.Instant
	want  Spec
	uids  model.UID

	d     stateless.Deployment
	cause string // its annotation
	sets  []*replicaSet
	pods  []*pod
	names []string // of symbols

	failures           int // syncs of the Deployment in a row that failed
	failSets, failPods int32
	refused            bool

	queue   []entry
	workers [2]worker // of Deployments and of ReplicaSets
	delayed [2]delays // of Deployments and of ReplicaSets
	step    int
	shown   []*pod // the pods of the last state, in its order
	rollout stateless.Rollout
	polls   model.Instant // of the last sync of the Deployment
	plan    stateless.Decision
}

// replicaSet is a ReplicaSet and its controller's view of it.
type replicaSet struct {
	stateless.Set
	view     stateless.View
	failures int
	wrote    model.Instant // its controller last wrote a pod
}

// pod is a pod as the API shows it.
type pod struct {
	stateless.Pod
	set   *replicaSet
	node  string
	cost  string
	born  int
	since int
}

// worker looks at one thing after the other.
type worker struct {
	pause time.Duration
	free  model.Instant
}

// entry is a look that is planned, of the Deployment's controller or of a ReplicaSet's.
type entry struct {
	at  model.Instant
	set *replicaSet // nil for the Deployment
}

// How long after a change a controller hears of it.
const (
	lagOfSets = 2 * time.Millisecond
	lagOfPods = 3 * time.Millisecond
)

// firstRetry is how long after a failure a controller tries again; after the next one it is
// twice as long, and so on.
const firstRetry = 5 * time.Millisecond

// New creates the Deployment, in a release with so many differences from the newest, and lets the first step pass.
func New(story Scenario, rules release.Rules) *Side {
	s := &Side{rules: rules, uids: 1, names: []string{"", "web"}, want: story.Spec}
	s.workers[0].pause, s.workers[1].pause = story.Pauses()
	s.d = stateless.Deployment{Name: 1, UID: 1, Generation: 1}
	s.writeDeployment()
	s.settle()
	return s
}

// Do does a step, lets the rest of its time pass, and returns what the API shows.
func (s *Side) Do(step Step) State {
	s.step++
	s.now = model.Instant(s.step) * model.Instant(StepTime)
	s.act(step)
	s.settle()
	return s.State()
}

// Pair gives the pods the lots that the judge's have.
func (s *Side) Pair(judge State) {
	var order []string
	for _, p := range judge.Pods {
		order = append(order, p.Lot)
	}
	slices.Sort(order)
	for i, p := range s.shown {
		at, _ := slices.BinarySearch(order, judge.Pods[i].Lot)
		p.Lot = uint64(at)
		p.set.view.PodChanged(p.Pod)
	}
}

// settle lets the step's time pass.
func (s *Side) settle() {
	begin := model.Instant(s.step) * model.Instant(StepTime)
	late, end := begin.Add(Late), begin.Add(StepTime-time.Millisecond)
	for looks := 0; ; looks++ {
		if looks > 10000 {
			panic("the controllers do not come to rest")
		}
		i, at := s.next()
		if late != 0 && at > late {
			s.now, late = late, 0
			for _, set := range s.sets {
				s.enqueueAt(set, s.now)
			}
			continue
		}
		if at > end {
			break
		}
		if s.now = at; i < 0 {
			s.ripen()
			continue
		}
		e := s.queue[i]
		s.queue = slices.Delete(s.queue, i, i+1)
		if s.isStale(e) {
			continue
		}
		s.workerOf(e.set).free = at
		if e.set == nil {
			s.syncDeployment()
		} else if slices.Contains(s.sets, e.set) {
			s.syncSet(e.set)
		}
	}
	s.now = end
}

// isStale reports whether a look at a ReplicaSet begins before the cache shows the pods that
// the last one wrote, so that it fails at once.
func (s *Side) isStale(e entry) bool {
	if e.set == nil || e.set.wrote == 0 {
		return false
	}
	begin := max(s.workerOf(e.set).free, e.at)
	if begin >= e.set.wrote.Add(lagOfPods) {
		return false
	}
	s.now = begin
	s.retry(e.set)
	return true
}

func (s *Side) workerOf(set *replicaSet) *worker { return &s.workers[s.kindOf(set)] }

func (s *Side) kindOf(set *replicaSet) int {
	if set == nil {
		return 0
	}
	return 1
}

// next is the look that ends first, and when; each worker takes the oldest entry. It is
// -1 if the delaying queue comes first.
func (s *Side) next() (best int, at model.Instant) {
	best, at = -1, never
	for i := range s.workers {
		w := &s.workers[i]
		oldest := s.oldest(w)
		if oldest < 0 {
			continue
		}
		if end := max(w.free, s.queue[oldest].at).Add(w.pause); end < at {
			best, at = oldest, end
		}
	}
	for _, d := range s.delayed {
		if len(d) > 0 && d[0].at < at {
			best, at = -1, d[0].at
		}
	}
	return best, at
}

// never is later than everything.
const never = model.Instant(1 << 62)

// oldest is the entry that a worker takes next, or has taken; -1 if there is none.
func (s *Side) oldest(w *worker) int {
	oldest := -1
	for i := range s.queue {
		if s.workerOf(s.queue[i].set) == w && (oldest < 0 || s.queue[i].at < s.queue[oldest].at) {
			oldest = i
		}
	}
	return oldest
}

// enqueue plans a look at what has changed. One that waits for its turn will do; one that
// has begun will not.
func (s *Side) enqueue(set *replicaSet) { s.enqueueAt(set, s.now.Add(lagOfSets)) }

// retry plans another attempt after a failure.
func (s *Side) retry(set *replicaSet) {
	failures := &s.failures
	if set != nil {
		failures = &set.failures
	}
	s.enqueueAfter(set, firstRetry<<min(*failures, 20))
	*failures++
}

func (s *Side) enqueueAt(set *replicaSet, at model.Instant) {
	w := s.workerOf(set)
	busy := s.oldest(w)
	for i := range s.queue {
		if s.queue[i].set != set {
			continue
		}
		begin := max(w.free, s.queue[i].at)
		if i != busy || begin >= at {
			s.queue[i].at = min(s.queue[i].at, at)
			return
		}
		at = max(at, begin.Add(w.pause)) // it has begun: it joins the queue again when that look is over
	}
	s.queue = append(s.queue, entry{at, set})
}

// delays is what a delaying queue holds. Entries of one instant leave it in the order of
// Kubernetes' heap, which is not that in which they came.
//
// Source: client-go util/workqueue/delaying_queue.go, waitForPriorityQueue.
type delays []entry

// Len, Less, Swap, Push and Pop implement [heap.Interface].
func (d *delays) Len() int           { return len(*d) }
func (d *delays) Less(i, j int) bool { return (*d)[i].at < (*d)[j].at }
func (d *delays) Swap(i, j int)      { (*d)[i], (*d)[j] = (*d)[j], (*d)[i] }
func (d *delays) Push(e any)         { *d = append(*d, e.(entry)) }
func (d *delays) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}

// enqueueAfter plans a look for later. One that is planned already keeps the earlier time.
func (s *Side) enqueueAfter(set *replicaSet, after time.Duration) {
	d := &s.delayed[s.kindOf(set)]
	e := entry{s.now.Add(after), set}
	if i := slices.IndexFunc(*d, func(old entry) bool { return old.set == set }); i < 0 {
		heap.Push(d, e)
	} else if e.at < (*d)[i].at {
		(*d)[i] = e
		heap.Fix(d, i)
	}
}

// ripen moves what is due out of the delaying queues.
func (s *Side) ripen() {
	for i := range s.delayed {
		for d := &s.delayed[i]; len(*d) > 0 && (*d)[0].at <= s.now; {
			s.enqueueAt(heap.Pop(d).(entry).set, s.now)
		}
	}
}

func (s *Side) symbol(name string) model.Symbol {
	if i := slices.Index(s.names, name); i >= 0 {
		return model.Symbol(i)
	}
	s.names = append(s.names, name)
	return model.Symbol(len(s.names) - 1)
}

// Symbol implements stateless.Names.
func (s *Side) Symbol(m model.Symbol) string { return s.names[m] }

// writeDeployment puts what is wanted into the Deployment.
func (s *Side) writeDeployment() {
	want := s.want
	spec := &model.DeploymentSpec{
		Replicas: &want.Replicas, MinReadySeconds: want.MinReady, RevisionHistoryLimit: &want.HistoryLimit, Paused: want.Paused,
		Strategy: model.DeploymentStrategy{Type: model.UpdateStrategyType(want.Strategy)},
	}
	if want.Deadline != 0 {
		spec.ProgressDeadlineSeconds = &want.Deadline
	}
	if want.MaxSurge != "" {
		surge, unavailable := intOrString(want.MaxSurge), intOrString(want.MaxUnavailable)
		spec.Strategy.RollingUpdate = &model.RollingUpdateDeployment{MaxSurge: &surge, MaxUnavailable: &unavailable}
	}
	s.d.Spec, s.d.Template = spec, policy.Template(want.Image[0])
	s.d.Proposed = s.symbol("web-" + want.Image)
	s.d.Annotations = model.Labels{}
	if s.cause != "" {
		s.d.Annotations = model.Labels{"cause": s.cause}
	}
	s.enqueue(nil)
}

func intOrString(text string) model.IntOrString {
	if strings.HasSuffix(text, "%") {
		return model.FromString(text)
	}
	n, _ := strconv.Atoi(text)
	return model.FromInt(int32(n))
}

// syncDeployment is a sync of the Deployment controller.
func (s *Side) syncDeployment() {
	var sets []stateless.Set
	for i, set := range s.sets {
		set.Handle, set.Alive = int32(i), set.view.Alive(s.rules)
		sets = append(sets, set.Set)
	}
	r := &s.rollout
	stateless.Plan(&s.d, sets, s.now, r)
	lenientFailed := false
	for i := range r.Steps {
		step := &r.Steps[i]
		if step.Lenient && lenientFailed {
			continue
		}
		if step.Do != stateless.WriteStatus && step.Do != stateless.DeleteSet && step.Do != stateless.CreateSet && s.failSets > 0 {
			s.failSets--
			if step.Lenient {
				lenientFailed = true
				continue
			}
			s.retry(nil)
			return
		}
		s.take(step)
	}
	s.sets = slices.DeleteFunc(s.sets, func(set *replicaSet) bool { return set.Deleting })
	if r.Conflict {
		s.retry(nil)
		return
	}
	s.failures, s.polls = 0, r.Polls
	if r.Recheck > 0 {
		s.enqueueAfter(nil, r.Recheck)
	}
}

// take takes a step of the Deployment controller.
func (s *Side) take(step *stateless.Step) {
	switch step.Do {
	case stateless.WriteStatus:
		s.d.Status, s.d.Revision = s.rollout.Status, s.rollout.Revision
		s.enqueue(nil)
		return
	case stateless.CreateSet:
		s.uids++
		name := s.Symbol(s.d.Proposed)
		set := &replicaSet{Set: stateless.Set{
			Name: s.d.Proposed, Text: name, UID: s.uids, Created: s.now, Generation: 1, Replicas: step.Replicas, MinReady: step.MinReady,
			Template: s.d.Template, Annotations: step.Annotations, Revision: step.Revision, Desired: step.Desired, Most: step.Most,
		}}
		s.sets = append(s.sets, set)
		s.setChanged(set)
		for _, p := range s.pods { // what an earlier one of the name has let go
			if p.Ownership == policy.Orphan && p.set.Template == set.Template {
				p.set = set
				s.changed(p)
			}
		}
		return
	}
	set := s.sets[step.Handle]
	switch step.Do {
	case stateless.ScaleSet:
		if set.Replicas != step.Replicas {
			set.Generation++
		}
		set.Replicas, set.Desired, set.Most = step.Replicas, step.Desired, step.Most
	case stateless.AnnotateSet:
		if set.MinReady != step.MinReady {
			set.Generation++
		}
		set.MinReady, set.Revision, set.History, set.Annotations = step.MinReady, step.Revision, step.History, step.Annotations
	case stateless.DeleteSet:
		set.Deleting = true // and gone at the end of the sync
		s.enqueue(nil)
		return
	}
	s.setChanged(set)
}

// setChanged tells both controllers of a ReplicaSet.
func (s *Side) setChanged(set *replicaSet) {
	set.view.SetChanged(stateless.ReplicaSet{
		UID: set.UID, Generation: set.Generation, Replicas: set.Replicas, MinReadySeconds: set.MinReady, Status: set.Status,
	})
	s.enqueue(set)
	s.enqueue(nil)
}

// syncSet is a sync of the ReplicaSet controller.
func (s *Side) syncSet(set *replicaSet) {
	for _, p := range set.view.Adopt(nil) {
		own := s.podOf(p.UID)
		if own.Ownership = policy.Ours; p.Ownership == policy.Ours {
			own.Ownership = policy.Orphan
		}
		s.changed(own)
	}
	var related []*stateless.View
	for _, other := range s.sets {
		related = append(related, &other.view)
	}
	d := &s.plan
	set.view.Plan(s.now, related, d)
	set.view.Expect(d)
	failed := false
	for i := range d.Create {
		if failed && stateless.Batch(i) != stateless.Batch(i-1) {
			set.view.NotCreated(d.Create - i)
			break
		}
		if s.refused || s.failPods > 0 {
			if !s.refused {
				s.failPods--
			}
			failed = true
			set.view.NotCreated(1)
			continue
		}
		s.createPod(set)
	}
	for i := range d.Delete {
		s.delete(s.podOf(d.Delete[i].UID))
	}
	status := set.view.Final(d, failed, s.symbol("Internal error occurred: injected failure"))
	if set.view.Differs(status) {
		set.Status = status
		s.setChanged(set)
	}
	if failed {
		s.retry(set)
		return
	}
	set.failures = 0
	if after, ok := set.view.Recheck(s.now, status); ok {
		s.enqueueAfter(set, after)
	}
}

func (s *Side) podOf(uid model.UID) *pod {
	return s.pods[slices.IndexFunc(s.pods, func(p *pod) bool { return p.UID == uid })]
}

func (s *Side) createPod(set *replicaSet) {
	s.uids++
	p := &pod{set: set, born: s.step + 1, Pod: stateless.Pod{
		Node: stateless.NoNode, UID: s.uids, Lot: 1<<32 + uint64(s.uids), Created: s.now, Phase: policy.Pending,
		Ownership: policy.Ours, Matches: true, Labelled: true,
	}}
	s.pods = append(s.pods, p)
	set.wrote = s.now
	s.changed(p)
}

// changed tells the controller of a pod's ReplicaSet of it.
func (s *Side) changed(p *pod) {
	old, _ := p.set.view.Pod(p.UID)
	p.set.view.PodChanged(p.Pod)
	if old.Ready != p.Ready && p.Ready && p.set.MinReady > 0 {
		s.enqueueAfter(p.set, time.Duration(p.set.MinReady)*time.Second+lagOfPods)
	}
	s.enqueueAt(p.set, s.now.Add(lagOfPods))
}

// delete begins the end of a pod, which goes at once if nothing of it runs.
func (s *Side) delete(p *pod) {
	ended := p.Phase == policy.Failed || p.Phase == policy.Succeeded
	switch {
	case p.Terminating:
	case p.Node == stateless.NoNode || ended:
		s.remove(p)
	default:
		p.Terminating = true
		s.changed(p)
	}
}

func (s *Side) remove(p *pod) {
	s.pods = slices.DeleteFunc(s.pods, func(other *pod) bool { return other == p })
	p.set.view.PodGone(p.UID)
	s.enqueueAt(p.set, s.now.Add(lagOfPods))
	if s.d.Spec.Strategy.Type == model.Recreate && p.Ownership == policy.Ours {
		s.enqueueAt(nil, s.now.Add(lagOfPods))
	}
}

// State is what the API shows.
func (s *Side) State() State {
	out := State{Status: DeploymentStatus(s.d.Status.Replicas, s.d.Status.Updated, s.d.Status.Ready, s.d.Status.Available,
		s.d.Status.Unavailable, s.d.Status.Terminating, s.d.Status.ObservedGeneration == s.d.Generation)}
	if s.d.Revision != 0 {
		out.Revision = fmt.Sprint(s.d.Revision)
	}
	for _, c := range s.d.Status.Conditions {
		if c.Type != stateless.NoCondition {
			out.Conditions = append(out.Conditions, fmt.Sprintf("%v=%v %v: %s", c.Type, c.Status, c.Reason, c.Message("web", s)))
		}
	}
	for _, set := range s.sets {
		out.Sets = append(out.Sets, s.setState(set))
	}
	slices.SortFunc(s.pods, func(a, b *pod) int {
		return cmp.Or(s.podState(a).compareShown(s.podState(b)), cmp.Compare(a.Lot, b.Lot))
	})
	s.shown = slices.Clone(s.pods)
	for _, p := range s.shown {
		out.Pods = append(out.Pods, s.podState(p))
	}
	return out.Normal()
}

func (s *Side) setState(set *replicaSet) Set {
	out := Set{
		Image: string(rune(set.Template)), Replicas: set.Replicas, MinReady: set.MinReady, Revision: number(set.Revision),
		History: set.History, Cause: set.Annotations["cause"],
		Status: SetStatus(set.Status.Replicas, set.Status.FullyLabeled, set.Status.Ready, set.Status.Available, set.Status.Terminating,
			set.Status.ObservedGeneration == set.Generation),
	}
	if set.Desired != stateless.NoSize {
		out.Desired = fmt.Sprint(set.Desired)
	}
	if set.Most != stateless.NoSize {
		out.Most = fmt.Sprint(set.Most)
	}
	if f := set.Status.Failure; f.Reason != stateless.NoFailure {
		out.Failure = fmt.Sprintf("ReplicaFailure %v: %s", f.Reason, s.Symbol(f.Message))
	}
	return out
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func (s *Side) podState(p *pod) Pod {
	out := Pod{
		Phase: string(p.Phase.Model()), Node: p.node, Cost: p.cost, Restarts: p.Restarts, Born: p.born, Since: p.since,
	}
	if p.Ownership == policy.Ours {
		out.Image = string(rune(p.set.Template))
	}
	var flags []string
	if p.Ready {
		flags = append(flags, "ready")
	}
	if p.Terminating {
		flags = append(flags, "terminating")
	}
	if !p.Matches {
		flags = append(flags, "other labels")
	}
	out.Flags = strings.Join(flags, ", ")
	return out
}
