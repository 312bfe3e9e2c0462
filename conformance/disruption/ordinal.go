package disruption

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/disruption"
)

// Side is Ordinal's side of a story.
type Side struct {
	now     model.Instant
	step    int
	uids    model.UID
	pods    map[int]*pod
	owners  map[string]int32 // how many each asks for
	budgets map[string]*budget
	answers []string
}

type pod struct {
	disruption.Pod
	place  int
	uid    model.UID
	phase  model.PodPhase
	labels string
	target bool // the condition DisruptionTarget
	since  model.Instant
}

type budget struct {
	spec   *model.PodDisruptionBudgetSpec
	status disruption.Budget // as it is written
}

// New begins a story.
func New() *Side {
	return &Side{
		uids: 100, pods: map[int]*pod{}, budgets: map[string]*budget{},
		owners: map[string]int32{"set": 3, "deployment": 3, "bare": 3},
	}
}

// root is who asks for the pods of an owner: a Deployment, for those of its ReplicaSets.
func root(owner string) string {
	if owner == "deployment-2" {
		return "deployment"
	}
	return owner
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

// settle lets the step's time pass. The controller sees what has happened; shortly before
// the end it looks at all budgets once more, for what it does not watch. A pod that was to
// be disrupted and has not gone is told after two minutes that it is not.
//
// Source: pkg/controller/disruption/disruption.go, syncStalePodDisruption.
func (s *Side) settle() {
	s.sync()
	for _, p := range s.pods {
		if p.target && !p.Terminating && p.phase != model.PodSucceeded && s.now.Sub(p.since) >= disruption.Timeout-StepTime {
			p.target = false
		}
	}
	s.now = model.Instant(s.step)*model.Instant(StepTime) - model.Instant(time.Second)
	s.sync()
	s.now = model.Instant(s.step) * model.Instant(StepTime)
}

// sync is the controller's look at all budgets.
func (s *Side) sync() {
	for name, b := range s.budgets {
		var pods []disruption.Pod
		for i := range Pods {
			p := s.pods[i]
			if p == nil || !strings.Contains(p.labels, name) {
				continue
			}
			pod := p.Pod
			if pod.Controller != 0 {
				pod.Scale = s.owners[root(Owners[pod.Controller-1])]
				pod.Controller = ownerUID(root(Owners[pod.Controller-1]))
			}
			pods = append(pods, pod)
		}
		seen := disruption.Count(pods, &b.status)
		b.status = disruption.Sync(b.spec, b.status, &seen, s.now)
	}
}

// ownerUID is who an owner is; 0 for nobody.
func ownerUID(owner string) model.UID {
	return model.UID(slices.Index(append([]string{""}, Owners[:4]...), owner))
}

func (s *Side) act(step Step) {
	p := s.pods[step.Pod]
	switch step.Op {
	case Create:
		if p == nil {
			s.uids++
			s.pods[step.Pod] = &pod{place: step.Pod, uid: s.uids, phase: model.PodPending, labels: "a", Pod: disruption.Pod{
				Name: Name(step.Pod), Controller: ownerUID(step.Value),
			}}
		}
	case ScaleOwner:
		s.owners[step.Value] = step.N // that of a Deployment's second ReplicaSet nobody asks for
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
	switch step.Op {
	case Ready, Unready:
		if p.phase != model.PodSucceeded {
			p.phase, p.Ready = model.PodRunning, step.Op == Ready
		}
	case Finish:
		p.phase, p.Ready = model.PodSucceeded, false
	case Delete:
		s.delete(p)
	case Gone:
		if p.Terminating {
			delete(s.pods, p.place)
		}
	case Relabel:
		p.labels = step.Value
	}
}

func (s *Side) delete(p *pod) {
	if p.phase == model.PodPending || p.phase == model.PodSucceeded { // a pending pod has no node here
		if !p.Terminating {
			delete(s.pods, p.place)
		}
		return
	}
	p.Terminating = true
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
	if s.budgets[spec.Name] == nil {
		s.budgets[spec.Name] = &budget{}
	}
	s.budgets[spec.Name].spec, s.budgets[spec.Name].status.Observed = out, false
}

func (s *Side) evict(place int, fails bool) {
	p := s.pods[place]
	if p == nil {
		s.answers = append(s.answers, Answer(404, fmt.Sprintf("pods %q not found", Name(place)), "", 0))
		return
	}
	var guards []disruption.Guard
	for _, name := range []string{"a", "b"} {
		if s.budgets[name] != nil && strings.Contains(p.labels, name) {
			guards = append(guards, disruption.Guard{Name: name, Unhealthy: s.budgets[name].spec.UnhealthyPodEvictionPolicy, Budget: s.budgets[name].status})
		}
	}
	verdict := disruption.Evict(disruption.Evictee{Phase: p.phase, Ready: p.Ready, Terminating: p.Terminating}, guards)
	if verdict.Spends {
		b := s.budgets[guards[0].Name]
		b.status = b.status.Spend(p.Name, s.now)
	}
	switch {
	case !verdict.Allowed:
	case fails:
		verdict.Code, verdict.Message = 500, "Internal error occurred: injected failure"
		p.disrupt(s.now)
	default:
		verdict.Code = 201
		p.disrupt(s.now)
		s.delete(p)
	}
	s.answers = append(s.answers, Answer(verdict.Code, verdict.Message, verdict.Cause, 0))
}

func (p *pod) disrupt(now model.Instant) {
	if !p.target {
		p.target, p.since = true, now
	}
}

// State is what the API shows.
func (s *Side) State() (out State) {
	for _, name := range []string{"a", "b"} {
		b := s.budgets[name]
		if b == nil {
			continue
		}
		status := &b.status
		var disrupted []string
		for _, d := range status.Disrupted {
			disrupted = append(disrupted, d.Pod)
		}
		slices.Sort(disrupted)
		condition := "false InsufficientPods: "
		if status.Allowed > 0 {
			condition = "true SufficientPods: "
		}
		out.Budgets = append(out.Budgets, BudgetLine(name, status.Observed, status.ExpectedPods, status.DesiredHealthy, status.CurrentHealthy, status.Allowed,
			disrupted, condition))
	}
	for i := range Pods {
		if p := s.pods[i]; p != nil {
			out.Pods = append(out.Pods, PodLine(Name(i), string(p.phase), p.Ready, p.Terminating, p.target))
		}
	}
	out.Answers = s.answers
	return out.Normal()
}

var afterOne = regexp.MustCompile(`\(The disruption budget [ab] (needs .* currently|does not allow evicting pods currently)\)`)

// Normal is the state without the cause of a second refusal in one instant: the controller has
// not seen the first eviction yet, and the API server has less to say.
func (s State) Normal() State {
	for i := 1; i < len(s.Answers); i++ {
		s.Answers[i] = afterOne.ReplaceAllString(s.Answers[i], "()")
	}
	return s
}
