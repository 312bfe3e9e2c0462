package simulated

import (
	"strconv"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/conformance/scenario"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
	"github.com/ordinal-sim/ordinal/sim"
)

const setName = "web"

// do does a step. A step that cannot apply does nothing.
func (p *player) do(step scenario.Step) {
	if edited, ok := p.want.Edit(step); ok {
		p.want = edited
		p.editSet()
		return
	}
	switch step.Op {
	case scenario.DeleteSet:
		_ = p.c.Delete("sts/" + setName) // an error if there is none, as everywhere below
	case scenario.OrphanSet:
		_ = p.c.Delete("sts/"+setName, sim.WithCascade(sim.CascadeOrphan))
	case scenario.CreateSet:
		if _, err := p.c.StatefulSet(setName); err != nil {
			p.want = p.want.Recreated(step)
			must(p.c.Create(p.set()))
		}
	case scenario.DeleteClaim:
		_ = p.c.Delete("pvc/" + step.Claim)
	case scenario.OwnClaim:
		_ = p.c.Patch("pvc/"+step.Claim, owners{step.Value})
	case scenario.FailWrite:
		must(p.c.Do(failWrite(step)))
	case scenario.Restart:
		p.c.RestartController()
	case scenario.Wait:
		p.pass(time.Duration(step.N) * time.Second)
	default:
		if pod, err := p.c.Pod(scenario.PodName(step.Pod)); err == nil {
			p.doPod(step, pod)
		}
	}
}

// doPod does a step that is about one pod.
func (p *player) doPod(step scenario.Step, pod *model.Pod) {
	running := pod.Status.Phase == model.PodRunning
	switch step.Op {
	case scenario.Schedule:
		must(p.c.Schedule(pod.Name))
	case scenario.Run:
		if pod.Status.Phase == model.PodPending {
			must(p.c.Schedule(pod.Name))
			must(p.c.SetPhase(pod.Name, model.PodRunning))
		}
	case scenario.Ready, scenario.Unready:
		if running {
			must(p.c.SetReady(pod.Name, step.Op == scenario.Ready))
		}
	case scenario.Fail, scenario.Succeed:
		if running {
			phase := map[string]model.PodPhase{scenario.Fail: model.PodFailed, scenario.Succeed: model.PodSucceeded}[step.Op]
			must(p.c.SetPhase(pod.Name, phase))
		}
	case scenario.Gone:
		if pod.DeletedAt != nil {
			must(p.c.Finish(pod.Name))
		}
	case scenario.Delete:
		must(p.c.Delete("pod/" + pod.Name))
	case scenario.Force:
		must(p.c.Delete("pod/"+pod.Name, sim.Force()))
	case scenario.Release:
		must(p.c.Label("pod/"+pod.Name, []string{"app=other"}))
	case scenario.Adopt:
		must(p.c.Label("pod/"+pod.Name, []string{"app=web"}))
	case scenario.OwnPod:
		must(p.c.Patch("pod/"+pod.Name, owners{step.Value}))
	case scenario.Unlabel:
		must(p.c.Label("pod/"+pod.Name, []string{step.Value + "-"}))
	default:
		panic("simulated: unknown step " + step.Op)
	}
}

// failWrite is a step FailWrite as a fault.
func failWrite(step scenario.Step) sim.FailWrite {
	verb, what, _ := strings.Cut(step.Value, " ")
	f := sim.FailWrite{Verb: sim.Verb(verb), Nth: int(step.N)}
	switch what {
	case "pod":
		f.Kind = model.KindPod
	case "claim":
		f.Kind = model.KindPersistentVolumeClaim
	case "status":
		f.Verb, f.Kind = sim.VerbUpdateStatus, model.KindStatefulSet
	}
	return f
}

// owners is a patch of the owner references of a claim or pod.
type owners struct{ of string }

// String implements [sim.Patch].
func (o owners) String() string { return `{"metadata":{"ownerReferences":"` + o.of + `"}}` }

// Patch implements [sim.Patch].
// Type implements [sim.Patch].
func (o owners) Type() string { return "merge" }

func (o owners) Patch(object model.Object) (model.Object, error) {
	meta := object.Meta()
	meta.OwnerReferences = nil
	if o.of == scenario.Other {
		uid, err := strconv.ParseInt(scenario.OtherUID, 10, 64)
		meta.OwnerReferences = []model.OwnerReference{{Kind: scenario.OtherKind, Name: scenario.OtherName, UID: model.UID(uid), Controller: true}}
		return object, err
	}
	return object, nil
}

// set is the set that is wanted.
func (p *player) set() *model.StatefulSet {
	want := p.want
	s := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: setName}, Spec: model.StatefulSetSpec{
		ServiceName:          setName,
		Selector:             &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
		PodManagementPolicy:  model.PodManagementPolicy(want.PodManagementPolicy),
		RevisionHistoryLimit: &want.RevisionHistoryLimit,
		Template: model.PodTemplateSpec{
			Labels: model.Labels{"app": "web"},
			Spec:   model.PodSpec{Containers: []model.Container{{Name: "app"}}},
		},
	}}
	for i := range want.Claims {
		s.Spec.VolumeClaimTemplates = append(s.Spec.VolumeClaimTemplates, model.PersistentVolumeClaim{
			ObjectMeta: model.ObjectMeta{Name: "c" + strconv.Itoa(i)},
			Spec:       model.PersistentVolumeClaimSpec{AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi},
		})
	}
	write(&s.Spec, want)
	return s
}

// editSet writes what is wanted into the set, if there is one.
func (p *player) editSet() {
	err := p.c.Edit(setName, func(s *model.StatefulSet) error {
		write(&s.Spec, p.want)
		return nil
	})
	if err != nil && validation.ReasonOf(err) != validation.ReasonNotFound {
		panic("simulated: " + err.Error())
	}
}

// write puts what may change of the set that is wanted into a spec.
func write(spec *model.StatefulSetSpec, want scenario.Set) {
	spec.Replicas = &want.Replicas
	spec.Template.Spec.Containers[0].Image = want.Image
	spec.MinReadySeconds = want.MinReadySeconds
	if want.Start != 0 || spec.Ordinals != nil {
		spec.Ordinals = &model.Ordinals{Start: want.Start}
	}
	if want.WhenDeleted != "" {
		spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{
			WhenDeleted: model.RetentionPolicyType(want.WhenDeleted), WhenScaled: model.RetentionPolicyType(want.WhenScaled),
		}
	}
	spec.UpdateStrategy = model.UpdateStrategy{Type: model.UpdateStrategyType(want.Strategy)}
	if want.Block() {
		spec.UpdateStrategy.RollingUpdate = &model.RollingUpdateStrategy{Partition: &want.Partition}
		if want.MaxUnavailable != "" {
			m := intOrString(want.MaxUnavailable)
			spec.UpdateStrategy.RollingUpdate.MaxUnavailable = &m
		}
	}
}

func intOrString(text string) model.IntOrString {
	if n, err := strconv.Atoi(text); err == nil {
		return model.FromInt(int32(n))
	}
	return model.FromString(text)
}
