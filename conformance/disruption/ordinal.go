package disruption

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/disruption"
)

// Side is Ordinal's side of a story.
type Side struct {
	now     model.Instant
	step    int
	uids    model.UID
	pods    map[int]*pod
	owners  map[string]int32 // how many each asks for; the bare one may be missing
	budgets map[string]*budget
	texts   []string // of symbols
	answers []string
}

type pod struct {
	disruption.Pod
	place  int
	phase  policy.Phase
	labels string
	target bool // the condition DisruptionTarget
	since  model.Instant
}

type budget struct {
	disruption.View
	recheck model.Instant // 0 for none
}

// New begins a story.
func New() *Side {
	return &Side{
		uids: 100, pods: map[int]*pod{}, budgets: map[string]*budget{}, texts: []string{""},
		owners: map[string]int32{"set": 3, "deployment": 3, "deployment-2": 0, "bare": 3},
	}
}

// ownerUID is who an owner is.
func ownerUID(owner string) model.UID {
	return model.UID(slices.Index(append([]string{""}, Owners[:4]...), owner))
}

// Do does a step, lets its time pass, and returns what the API shows.
func (s *Side) Do(step Step) State {
	s.now = model.Instant(s.step) * model.Instant(StepTime)
	s.step++
	s.answers = nil
	s.act(step)
	s.settle()
	return s.State()
}

// settle lets the controller look at every budget, also when something ripens. A pod that was
// to be disrupted and has not gone is told after two minutes that it is not.
//
// Source: pkg/controller/disruption/disruption.go, syncStalePodDisruption.
func (s *Side) settle() {
	for _, p := range s.pods {
		if p.target && !p.Terminating && p.phase != policy.Succeeded && s.now.Sub(p.since) >= 2*time.Minute-StepTime {
			p.target = false
		}
	}
	end := model.Instant(s.step) * model.Instant(StepTime)
	for _, name := range []string{"a", "b"} {
		if b := s.budgets[name]; b != nil {
			for at := s.now; ; {
				s.sync(b, at)
				if b.recheck == 0 || b.recheck >= end {
					break
				}
				at = b.recheck
			}
		}
	}
}

func (s *Side) sync(b *budget, now model.Instant) {
	for {
		var scales []disruption.Scale
		for _, uid := range b.Owners(nil) {
			scales = append(scales, s.scale(uid, &b.View))
		}
		d := b.Plan(now, scales)
		if b.recheck = 0; d.Recheck > 0 {
			b.recheck = now.Add(d.Recheck)
		}
		if !b.Differs(&d.Status) {
			return
		}
		next := *b.Budget()
		next.Status = d.Status
		b.BudgetChanged(next)
	}
}

// scale is how many pods somebody asks for.
func (s *Side) scale(uid model.UID, v *disruption.View) disruption.Scale {
	owner := Owners[uid-1]
	n, there := s.owners[owner]
	switch {
	case !there:
		return disruption.Scale{Root: uid, Trouble: s.symbol(fmt.Sprintf("found no controllers for pod %q", Name(int(v.OldestOf(uid).Ordinal))))}
	case owner == "deployment-2":
		return disruption.Scale{Root: ownerUID("deployment"), Replicas: s.owners["deployment"]}
	default:
		return disruption.Scale{Root: uid, Replicas: n}
	}
}

func (s *Side) symbol(text string) model.Symbol {
	if i := slices.Index(s.texts, text); i >= 0 {
		return model.Symbol(i)
	}
	s.texts = append(s.texts, text)
	return model.Symbol(len(s.texts) - 1)
}

func (s *Side) act(step Step) {
	p := s.pods[step.Pod]
	switch step.Op {
	case Create:
		if p == nil {
			s.uids++
			p = &pod{place: step.Pod, phase: policy.Pending, labels: "a", Pod: disruption.Pod{
				Name: model.Name{Base: 1, Ordinal: int32(step.Pod)}, UID: s.uids, Owner: ownerUID(step.Value),
			}}
			s.pods[step.Pod] = p
			s.changed(p)
		}
	case ScaleOwner:
		if _, there := s.owners[step.Value]; there {
			s.owners[step.Value] = step.N
		}
	case DeleteOwner:
		delete(s.owners, "bare")
	case Budget:
		s.budget(Parse(step.Value))
	case DropBudget:
		delete(s.budgets, step.Value)
	case Evict, EvictTwo, EvictFails:
		for _, i := range step.Evictions() {
			s.evict(i, step.Op == EvictFails)
		}
	default:
		if p != nil {
			s.actOnPod(p, step)
		}
	}
}

func (s *Side) actOnPod(p *pod, step Step) {
	ended := p.phase == policy.Succeeded
	switch step.Op {
	case Ready, Unready:
		if !ended {
			p.phase, p.Ready = policy.Running, step.Op == Ready
		}
	case Finish:
		p.phase, p.Ready = policy.Succeeded, false
	case Delete:
		s.delete(p)
		return
	case Gone:
		if p.Terminating {
			s.remove(p)
			return
		}
	case Relabel:
		p.labels = step.Value
	}
	s.changed(p)
}

// changed tells the budgets of a pod.
func (s *Side) changed(p *pod) {
	for name, b := range s.budgets {
		if strings.Contains(p.labels, name) {
			b.PodChanged(p.Pod)
		} else {
			b.PodGone(p.Name)
		}
	}
}

func (s *Side) delete(p *pod) {
	switch {
	case p.Terminating:
	case p.phase == policy.Pending || p.phase == policy.Succeeded: // a pending pod has no node here
		s.remove(p)
	default:
		p.Terminating = true
		s.changed(p)
	}
}

func (s *Side) remove(p *pod) {
	delete(s.pods, p.place)
	for _, b := range s.budgets {
		b.PodGone(p.Name)
	}
}

func (s *Side) budget(spec BudgetSpec) {
	value := model.FromString(spec.Value)
	if !strings.HasSuffix(spec.Value, "%") {
		var n int32
		_, _ = fmt.Sscan(spec.Value, &n)
		value = model.FromInt(n)
	}
	out := &model.PodDisruptionBudgetSpec{MinAvailable: &value}
	if spec.Max {
		out = &model.PodDisruptionBudgetSpec{MaxUnavailable: &value}
	}
	if spec.Always {
		out.UnhealthyPodEvictionPolicy = model.AlwaysAllow
	}
	b := s.budgets[spec.Name]
	if b == nil {
		b = &budget{}
		s.budgets[spec.Name] = b
		for _, p := range s.pods {
			s.changed(p)
		}
	}
	next := *b.Budget()
	if next.Spec == nil || *next.Spec != *out && spec != s.written(b, spec.Name) {
		next.Generation++
	}
	next.Spec = out
	b.BudgetChanged(next)
}

// written is what a budget's spec says.
func (s *Side) written(b *budget, name string) BudgetSpec {
	spec := b.Budget().Spec
	value := spec.MinAvailable
	if spec.MaxUnavailable != nil {
		value = spec.MaxUnavailable
	}
	return BudgetSpec{
		Name: name, Max: spec.MaxUnavailable != nil, Value: value.String(), Always: spec.UnhealthyPodEvictionPolicy == model.AlwaysAllow,
	}
}

func (s *Side) evict(place int, fails bool) {
	p := s.pods[place]
	if p == nil {
		s.answers = append(s.answers, Answer(404, fmt.Sprintf("pods %q not found", Name(place)), "", 0))
		return
	}
	verdict, b := s.verdict(p)
	if verdict.Counted {
		next := *b.Budget()
		next.Status = b.Budget().Take(p.Name, s.now)
		b.BudgetChanged(next)
	}
	if verdict.Delete {
		if !p.target {
			p.target, p.since = true, s.now
		}
		if fails {
			verdict = disruption.Verdict{Code: 500, Message: "Internal error occurred: injected failure"}
			s.changed(p)
		} else {
			s.delete(p)
		}
	}
	s.answers = append(s.answers, Answer(verdict.Code, verdict.Message, verdict.Cause, verdict.RetryAfter))
}

func (s *Side) verdict(p *pod) (disruption.Verdict, *budget) {
	e := disruption.Evictee{Phase: p.phase, Ready: p.Ready, Terminating: p.Terminating}
	var matching []string
	for _, name := range []string{"a", "b"} {
		if s.budgets[name] != nil && strings.Contains(p.labels, name) {
			matching = append(matching, name)
		}
	}
	free := disruption.Evict(e, "", nil, nil)
	switch {
	case len(matching) == 0 || e.Free():
		return free, nil
	case len(matching) > 1:
		return disruption.TooMany(), nil
	}
	b := s.budgets[matching[0]]
	return disruption.Evict(e, matching[0], b.Budget(), func(m model.Symbol) string { return s.texts[m] }), b
}

// State is what the API shows.
func (s *Side) State() (out State) {
	for _, name := range []string{"a", "b"} {
		b := s.budgets[name]
		if b == nil {
			continue
		}
		status := &b.Budget().Status
		var disrupted []string
		for _, e := range status.Disrupted {
			disrupted = append(disrupted, Name(int(e.Pod.Ordinal)))
		}
		condition := fmt.Sprintf("%t %v: %s", status.Condition.Reason == disruption.SufficientPods, status.Condition.Reason, s.texts[status.Condition.Message])
		out.Budgets = append(out.Budgets, BudgetLine(name, status.ObservedGeneration == b.Budget().Generation, status.Expected, status.Desired,
			status.Healthy, status.Allowed, disrupted, condition))
	}
	for i := range Pods {
		if p := s.pods[i]; p != nil {
			out.Pods = append(out.Pods, PodLine(Name(i), string(p.phase.Model()), p.Ready, p.Terminating, p.target))
		}
	}
	out.Answers = s.answers
	return out.Normal()
}

var aPod = regexp.MustCompile(`for pod "[^"]*"`)

// Normal is the state without the name of the pod whose owner was not found: which one it is
// if there are several is not determined.
func (s State) Normal() State {
	for _, lines := range [][]string{s.Budgets, s.Answers} {
		for i := range lines {
			lines[i] = aPod.ReplaceAllString(lines[i], "for a pod")
		}
	}
	return s
}
