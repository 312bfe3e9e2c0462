package real

import (
	"strconv"
	"time"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/ordinal-sim/ordinal/conformance/scenario"
)

// The hands that do what a step says.

// do does a step, except that it does not wait.
func (p *player) do(step scenario.Step) {
	s := p.server
	if edited, ok := p.want.Edit(step); ok {
		p.want = edited
		p.editSet()
		return
	}
	switch step.Op {
	case scenario.DeleteSet:
		_ = s.delete(s.sets, setName, metav1.DeleteOptions{}) // an error if there is none
	case scenario.OrphanSet:
		orphan := metav1.DeletePropagationOrphan
		_ = s.delete(s.sets, setName, metav1.DeleteOptions{PropagationPolicy: &orphan})
	case scenario.CreateSet:
		if _, err := s.get(s.sets, setName); err != nil {
			p.want = p.want.Recreated(step)
			p.createSet()
		}
	case scenario.DeleteClaim:
		_ = s.delete(s.claims, step.Claim, metav1.DeleteOptions{})
	case scenario.OwnClaim:
		s.edit(s.claims, step.Claim, func(o object) { o.SetOwnerReferences(handmade(step.Value)) })
	case scenario.FailWrite:
		s.fail(step.Value, step.N)
	case scenario.Restart:
		p.controller.stop()
		p.controller = startController(p.client)
	case scenario.Wait:
		p.pass(time.Duration(step.N) * time.Second)
	default:
		p.doPod(step, scenario.PodName(step.Pod))
	}
}

// doPod does a step that is about one pod.
func (p *player) doPod(step scenario.Step, name string) {
	s := p.server
	switch step.Op {
	case scenario.Gone:
		if pod, err := s.get(s.pods, name); err == nil && pod.GetDeletionTimestamp() != nil {
			p.force(name)
		}
	case scenario.Delete:
		_ = s.delete(s.pods, name, metav1.DeleteOptions{})
	case scenario.Force:
		p.force(name)
	default:
		s.edit(s.pods, name, func(o object) { changePod(o.(*v1.Pod), step) })
	}
}

func (p *player) force(name string) {
	now := int64(0)
	_ = p.server.delete(p.server.pods, name, metav1.DeleteOptions{GracePeriodSeconds: &now})
}

// changePod does a step that only changes the pod.
func changePod(pod *v1.Pod, step scenario.Step) {
	running := pod.Status.Phase == v1.PodRunning
	switch step.Op {
	case scenario.Schedule:
		pod.Spec.NodeName = nodeName
	case scenario.Run:
		if pod.Status.Phase == v1.PodPending {
			pod.Spec.NodeName, pod.Status.Phase = nodeName, v1.PodRunning
		}
	case scenario.Ready, scenario.Unready:
		if running {
			setReady(pod, step.Op == scenario.Ready)
		}
	case scenario.Fail, scenario.Succeed:
		if running {
			pod.Status.Phase = map[string]v1.PodPhase{scenario.Fail: v1.PodFailed, scenario.Succeed: v1.PodSucceeded}[step.Op]
			setReady(pod, false)
		}
	case scenario.Release:
		pod.Labels["app"] = "other"
	case scenario.Adopt:
		pod.Labels["app"] = "web"
	case scenario.Unlabel:
		delete(pod.Labels, step.Value)
	case scenario.OwnPod:
		pod.OwnerReferences = handmade(step.Value)
	default:
		panic("real: unknown step " + step.Op)
	}
}

// setReady sets the condition Ready, and the time of its last change if it changes.
func setReady(pod *v1.Pod, ready bool) {
	status := v1.ConditionFalse
	if ready {
		status = v1.ConditionTrue
	}
	for i := range pod.Status.Conditions {
		if c := &pod.Status.Conditions[i]; c.Type == v1.PodReady {
			if c.Status != status {
				c.Status, c.LastTransitionTime = status, metav1.Now()
			}
			return
		}
	}
	pod.Status.Conditions = append(pod.Status.Conditions, v1.PodCondition{Type: v1.PodReady, Status: status, LastTransitionTime: metav1.Now()})
}

// handmade are the owners that a step gives.
func handmade(owner string) []metav1.OwnerReference {
	if owner == scenario.Nobody {
		return nil
	}
	yes := true
	return []metav1.OwnerReference{{
		APIVersion: "apps/v1", Kind: scenario.OtherKind, Name: scenario.OtherName, UID: scenario.OtherUID, Controller: &yes,
	}}
}

// The names of what there is one of.
const (
	setName  = "web"
	nodeName = "node-0"
)

// createSet creates the set that is wanted.
func (p *player) createSet() {
	set := &apps.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: setName}}
	set.Spec = apps.StatefulSetSpec{
		ServiceName:          setName,
		Selector:             &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
		PodManagementPolicy:  apps.PodManagementPolicyType(p.want.PodManagementPolicy),
		RevisionHistoryLimit: &p.want.RevisionHistoryLimit,
		Template: v1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}},
			Spec:       v1.PodSpec{Containers: []v1.Container{{Name: "app"}}},
		},
	}
	for i := range p.want.Claims {
		set.Spec.VolumeClaimTemplates = append(set.Spec.VolumeClaimTemplates, v1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Name: "c" + strconv.Itoa(i)},
			Spec: v1.PersistentVolumeClaimSpec{
				AccessModes: []v1.PersistentVolumeAccessMode{v1.ReadWriteOnce},
				Resources:   v1.VolumeResourceRequirements{Requests: v1.ResourceList{v1.ResourceStorage: resource.MustParse("1Gi")}},
			},
		})
	}
	p.write(&set.Spec)
	if _, err := p.server.create(p.server.sets, set); err != nil {
		panic(err)
	}
}

// editSet writes what is wanted into the set, if there is one.
func (p *player) editSet() {
	live, err := p.server.get(p.server.sets, setName)
	if err != nil {
		return
	}
	set := clone(live).(*apps.StatefulSet)
	set.ResourceVersion = "" // whatever the controller does meanwhile
	p.write(&set.Spec)
	if _, err := p.server.update(p.server.sets, set, ""); err != nil {
		panic(err)
	}
}

// write puts what may change of the set that is wanted into a spec.
func (p *player) write(spec *apps.StatefulSetSpec) {
	want := p.want
	spec.Replicas = &want.Replicas
	spec.Template.Spec.Containers[0].Image = want.Image
	spec.MinReadySeconds = want.MinReadySeconds
	if want.Start != 0 || spec.Ordinals != nil {
		spec.Ordinals = &apps.StatefulSetOrdinals{Start: want.Start}
	}
	if want.WhenDeleted != "" {
		spec.PersistentVolumeClaimRetentionPolicy = &apps.StatefulSetPersistentVolumeClaimRetentionPolicy{
			WhenDeleted: apps.PersistentVolumeClaimRetentionPolicyType(want.WhenDeleted),
			WhenScaled:  apps.PersistentVolumeClaimRetentionPolicyType(want.WhenScaled),
		}
	}
	spec.UpdateStrategy = apps.StatefulSetUpdateStrategy{Type: apps.StatefulSetUpdateStrategyType(want.Strategy)}
	if want.Block() {
		spec.UpdateStrategy.RollingUpdate = &apps.RollingUpdateStatefulSetStrategy{Partition: &want.Partition}
		if want.MaxUnavailable != "" {
			m := intstr.Parse(want.MaxUnavailable)
			spec.UpdateStrategy.RollingUpdate.MaxUnavailable = &m
		}
	}
}
