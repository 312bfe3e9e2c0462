package binding

import (
	"errors"
	"fmt"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/ordinal-sim/ordinal/conformance/version"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// ours is the release that this test is built against.
var ours = func() release.Release {
	name := version.Kubernetes()
	if name != "1.35.4" { // a profile of its own
		name = name[:strings.LastIndexByte(name, '.')]
	}
	r, err := release.Parse(name)
	if err != nil {
		panic("binding: " + err.Error())
	}
	return r
}()

// onOrdinal plays a story in a [sim.Cluster] and returns what it shows after each step.
// Spoil, if it is given, does something to the cluster after each step: a mistake that
// is to be found.
func onOrdinal(steps []step, spoil func(*sim.Cluster)) (states []state) {
	p := &player{c: sim.New(sim.Config{Release: ours, Manual: true, AbsentProvisioners: []string{absent}, AbsentResizers: drivers()}), lives: newLives()}
	for i, s := range steps {
		p.c.Run(stepAt(i) - p.elapsed())
		refused := p.do(s)
		if spoil != nil {
			spoil(p.c)
		}
		p.c.Run(seenAt(i) - p.elapsed())
		states = append(states, p.state(refused != nil))
	}
	return states
}

// player has the hands that do on Ordinal's side what a step says.
type player struct {
	c     *sim.Cluster
	lives *lives
}

func (p *player) elapsed() time.Duration { return time.Duration(p.c.Now()) }

// do does a step; the error is why it was refused.
func (p *player) do(s step) error {
	kind, name, _ := strings.Cut(s.target, "/")
	switch s.do {
	case doCreate:
		return p.create(s, name)
	case doDelete:
		return p.c.Delete(s.target)
	case doEdit:
		return p.c.Patch(s.target, edited{s, p.uidOf})
	case doWait:
		return nil
	}
	if kind != "pod" {
		panic("binding: nobody can " + s.String())
	}
	pod, err := p.c.Pod(name)
	if err != nil {
		return err
	}
	switch {
	case s.do == doAssign && pod.Spec.NodeName == "":
		return errors.Join(p.c.Schedule(name), p.c.SetPhase(name, model.PodRunning))
	case s.do == doEnd && pod.Status.Phase == model.PodRunning:
		return p.c.SetPhase(name, model.PodSucceeded)
	case s.do == doGone && pod.DeletedAt != nil:
		return p.c.Finish(name)
	default:
		return errNotSo
	}
}

// errNotSo refuses what does not apply to a pod as it is.
var errNotSo = errors.New("the pod is not so")

func (p *player) create(s step, name string) error {
	if s.create == nil {
		return p.createPod(name, s.claim)
	}
	o, warnings, err := manifest.FromAPI(s.create)
	if err != nil || len(warnings) > 0 {
		panic(fmt.Sprintf("binding: %v %v", err, warnings))
	}
	if err := p.c.Create(o); err != nil {
		return err
	}
	if o.Kind() == model.KindPersistentVolumeClaim {
		p.lives.born(name, p.uidOf(name))
	}
	return nil
}

// createPod lets a set make a pod and takes the set away from above it.
func (p *player) createPod(pod, claim string) error {
	if _, err := p.c.Pod(pod); err == nil {
		return errNotSo
	}
	name, _ := model.ParentAndOrdinal(pod)
	labels := model.Labels{"pod": name}
	set := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: name}}
	set.Spec.Selector = &model.LabelSelector{MatchLabels: labels}
	set.Spec.Template.Labels = labels
	set.Spec.Template.Spec.Containers = []model.Container{{Name: "app", Image: "app"}}
	set.Spec.Template.Spec.Volumes = []model.Volume{{Name: "v", PersistentVolumeClaim: claim}}
	must(p.c.Create(set))
	p.c.Run(5 * time.Millisecond)
	must(p.c.Delete("sts/"+name, sim.WithCascade(sim.CascadeOrphan)))
	p.c.Run(5 * time.Millisecond)
	_, err := p.c.Pod(pod)
	must(err)
	return nil
}

func must(err error) {
	if err != nil {
		panic("binding: " + err.Error())
	}
}

// edited is an edit as a patch.
type edited struct {
	step  step
	uidOf func(string) types.UID
}

// String implements [sim.Patch].
func (e edited) String() string { return e.step.String() }

// Patch implements [sim.Patch].
// Type implements [sim.Patch].
func (e edited) Type() string { return "merge" }

func (e edited) Patch(o model.Object) (model.Object, error) {
	converted, err := manifest.ToAPI(o)
	if err != nil {
		return nil, err
	}
	e.step.edit(converted.(object), e.uidOf)
	back, _, err := manifest.FromAPI(converted)
	return back, err
}

// uidOf is the UID of a claim, or that of nobody if there is none.
func (p *player) uidOf(claim string) types.UID {
	for _, c := range p.c.Claims().Items {
		if c.Name == claim {
			return types.UID(c.UID.String())
		}
	}
	return foreign
}

func (p *player) state(refused bool) state {
	var claims []v1.PersistentVolumeClaim
	var volumes []v1.PersistentVolume
	for _, o := range p.c.Objects() {
		converted, err := manifest.ToAPI(o)
		must(err)
		switch o := converted.(type) {
		case *v1.PersistentVolumeClaim:
			claims = append(claims, *o)
		case *v1.PersistentVolume:
			volumes = append(volumes, *o)
		}
	}
	return p.lives.render(refused, claims, volumes, p.eventsOf)
}

// eventsOf are the events of an object, in order.
func (p *player) eventsOf(target string) []string {
	var out []string
	for _, e := range p.c.Events(target).Items {
		out = append(out, fmt.Sprintf("%s %s: %s", e.Type, e.Reason, e.Message))
	}
	return out
}
