package rollout

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// The history of a set, drawn step by step. The scheduler and the kubelet are
// played by hand, so that the pods are in any state, and the controller looks only
// when a step lets time pass.

type story struct {
	simulated
	t     *rapid.T
	steps []string
}

// newStory makes a world with a drawn set, which its controller has not seen.
func newStory(t *rapid.T) *story {
	s := &story{simulated: simulated{sim.New(sim.Config{Manual: true})}, t: t}
	s.create()
	return s
}

// create creates the set.
func (s *story) create() {
	s.must(s.c.Create(&model.StatefulSet{
		ObjectMeta: model.ObjectMeta{Name: web, Annotations: s.drawCause()},
		Spec: model.StatefulSetSpec{
			Replicas:             ptr(int32(rapid.IntRange(0, 3).Draw(s.t, "replicas"))),
			Selector:             &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
			Template:             modelTemplate(drawTemplate(s.t, seldom(s.t, "rich"))),
			PodManagementPolicy:  pick(s.t, "policy", model.OrderedReady, model.Parallel),
			UpdateStrategy:       s.drawStrategy(),
			RevisionHistoryLimit: pick(s.t, "limit", nil, ptr(int32(0)), ptr(int32(1)), ptr(int32(2))),
		},
	}))
}

// drawStrategy draws an update strategy; OnDelete and a RollingUpdate without its
// block among them.
func (s *story) drawStrategy() model.UpdateStrategy {
	block := &model.RollingUpdateStrategy{Partition: ptr(int32(rapid.IntRange(0, 4).Draw(s.t, "partition")))}
	return pick(s.t, "strategy", model.UpdateStrategy{},
		model.UpdateStrategy{Type: model.OnDelete},
		model.UpdateStrategy{Type: model.RollingUpdate},
		model.UpdateStrategy{Type: model.RollingUpdate},
		model.UpdateStrategy{Type: model.RollingUpdate, RollingUpdate: block},
		model.UpdateStrategy{Type: model.RollingUpdate, RollingUpdate: block})
}

func (s *story) drawCause() model.Labels {
	return pick(s.t, "cause", nil, model.Labels{"kubernetes.io/change-cause": ""},
		model.Labels{"kubernetes.io/change-cause": "a new image"},
		model.Labels{"kubernetes.io/change-cause": "zwölf\tneue", "team": "a"})
}

// step does one drawn thing.
func (s *story) step() {
	steps := []struct {
		name   string
		weight int
		do     func()
	}{
		{"let pods do as they should", 4, s.rollOut},
		{"let pods do as they should a bit", 6, s.hands},
		{"let time pass", 3, s.pass},
		{"set image", 4, func() { s.must(s.c.SetImage(web, "app", drawImage(s.t))) }},
		{"set template", 2, s.setTemplate},
		{"undo", 3, func() { s.refusable(s.c.Do(sim.RolloutUndo{Set: web, ToRevision: s.drawRevision()})) }},
		{"restart", 2, func() { s.refusable(s.c.RolloutRestart(web)) }},
		{"scale", 2, func() { s.must(s.c.Scale(web, rapid.IntRange(0, 4).Draw(s.t, "replicas"))) }},
		{"set strategy", 2, s.setStrategy},
		{"annotate", 2, s.annotate},
		{"limit history", 1, s.limit},
		{"delete a revision", 1, s.forget},
		{"delete the set and create another", 1, s.replace},
		{"adopt another set's revision", 1, s.adopt},
	}
	var lots []int // the place of each step, as often as its weight
	for i := range steps {
		lots = append(lots, slices.Repeat([]int{i}, steps[i].weight)...)
	}
	chosen := steps[pick(s.t, "step", lots...)]
	s.steps = append(s.steps, chosen.name)
	chosen.do()
}

func (s *story) setTemplate() {
	template := modelTemplate(drawTemplate(s.t, seldom(s.t, "rich")))
	s.edit(func(set *model.StatefulSet) { set.Spec.Template = template })
}

func (s *story) setStrategy() {
	strategy := s.drawStrategy()
	s.edit(func(set *model.StatefulSet) { set.Spec.UpdateStrategy = strategy })
}

func (s *story) annotate() {
	cause := s.drawCause()
	s.edit(func(set *model.StatefulSet) { set.Annotations = cause })
}

func (s *story) limit() {
	limit := int32(pick(s.t, "limit", 0, 1, 10))
	s.edit(func(set *model.StatefulSet) { set.Spec.RevisionHistoryLimit = &limit })
}

func (s *story) edit(change func(*model.StatefulSet)) {
	s.must(s.c.Edit(web, func(set *model.StatefulSet) error { change(set); return nil }))
}

// pass lets time pass: too little for the controller to look, enough for that, or
// enough for everything.
func (s *story) pass() {
	s.c.Run(pick(s.t, "time", 500*time.Microsecond, time.Millisecond, 700*time.Millisecond, 1150*time.Millisecond))
}

// hands plays scheduler and kubelet for some of the pods.
func (s *story) hands() {
	for _, pod := range s.c.Pods("").Items {
		if pod.DeletedAt != nil {
			if rapid.Bool().Draw(s.t, "gone") {
				s.must(s.c.Finish(pod.Name))
			}
			continue
		}
		s.must(s.c.Schedule(pod.Name))
		s.must(s.c.SetPhase(pod.Name, model.PodRunning))
		s.must(s.c.SetReady(pod.Name, rapid.IntRange(0, 3).Draw(s.t, "ready") > 0))
	}
	s.pass()
}

// rollOut plays them until the controller has nothing more to do, or for long.
func (s *story) rollOut() {
	for range 12 {
		s.c.Run(1150 * time.Millisecond)
		for _, pod := range s.c.Pods("").Items {
			if pod.DeletedAt != nil {
				s.must(s.c.Finish(pod.Name))
				continue
			}
			s.must(s.c.Schedule(pod.Name))
			s.must(s.c.SetPhase(pod.Name, model.PodRunning))
			s.must(s.c.SetReady(pod.Name, true))
		}
	}
	s.c.Run(1150 * time.Millisecond)
}

// forget deletes a revision by hand.
func (s *story) forget() {
	if revisions := s.revisions(); len(revisions) > 0 {
		s.must(s.c.Delete("controllerrevision/" + pick(s.t, "forgotten", revisions...).Name))
	}
}

// replace deletes the set, whose pods and revisions stay, and creates another, which
// adopts them.
func (s *story) replace() {
	s.must(s.c.Delete("sts/"+web, sim.WithCascade(sim.CascadeOrphan)))
	s.c.Run(time.Second)
	s.create()
}

// adopt makes a revision whose number the set may have already: of another set with
// the same selector, which goes and leaves it to this one.
func (s *story) adopt() {
	const other = "other"
	s.must(s.c.Create(&model.StatefulSet{
		ObjectMeta: model.ObjectMeta{Name: other},
		Spec: model.StatefulSetSpec{
			Replicas: ptr(int32(0)),
			Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
			Template: modelTemplate(drawTemplate(s.t, false)),
		},
	}))
	s.c.Run(10 * time.Millisecond)
	s.must(s.c.Delete("sts/"+other, sim.WithCascade(sim.CascadeOrphan)))
	s.c.Run(10 * time.Millisecond)
}

func (s *story) revisions() []model.ControllerRevision {
	revisions, err := s.c.Revisions(web)
	s.must(err)
	return revisions
}

// drawRevision draws a revision to ask for: one that there is, 0, or one that there
// is not.
func (s *story) drawRevision() int64 {
	numbers := []int64{0, 0, 1, 99, -1, math.MaxInt64}
	for _, r := range s.revisions() {
		numbers = append(numbers, r.Revision, r.Revision)
	}
	return pick(s.t, "revision", numbers...)
}

// must fails the test if a step that is always possible is refused.
func (s *story) must(err error) {
	if err != nil {
		s.t.Fatalf("a step was refused: %v\n%s", err, s)
	}
}

// refusable is for a step that may be refused.
func (s *story) refusable(err error) {
	if err != nil {
		s.steps = append(s.steps, "(refused: "+err.Error()+")")
	}
}

// String is the history so far.
func (s *story) String() string {
	return fmt.Sprintf("after: %s\n%s", strings.Join(s.steps, ", "), s.c.Trace())
}
