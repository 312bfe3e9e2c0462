package binding

import (
	"strings"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// realPlayer has the hands that do on Kubernetes' side what a step says.
type realPlayer struct {
	server *server
	lives  *lives
}

// do does a step and reports whether it was refused.
func (p *realPlayer) do(s step) (refused bool) {
	kind, name, _ := strings.Cut(s.target, "/")
	table := map[string]string{"pvc": "persistentvolumeclaims", "pv": "persistentvolumes", "sc": "storageclasses", "pod": "pods"}[kind]
	t := p.server.table(table)
	var err error
	switch s.do {
	case doCreate:
		err = p.create(s, name)
	case doDelete:
		err = p.server.delete(t, name, metav1.DeleteOptions{})
	case doEdit:
		err = p.server.edit(t, name, "", func(o object) { s.edit(o, p.uidOf) })
	case doAssign, doEnd, doGone:
		err = p.movePod(t, name, s.do)
	}
	return err != nil
}

func (p *realPlayer) create(s step, name string) error {
	if s.create == nil {
		pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
		pod.Spec.Volumes = []v1.Volume{{Name: "v", VolumeSource: v1.VolumeSource{
			PersistentVolumeClaim: &v1.PersistentVolumeClaimVolumeSource{ClaimName: s.claim},
		}}}
		_, err := p.server.create(p.server.table("pods"), pod)
		return err
	}
	o, err := p.server.create(p.server.tableOf(s.create), s.create)
	if claim, ok := o.(*v1.PersistentVolumeClaim); ok && err == nil {
		p.lives.born(claim.Name, claim.UID)
	}
	return err
}

// uidOf is the UID of a claim, or that of nobody if there is none.
func (p *realPlayer) uidOf(claim string) types.UID {
	if o, err := p.server.table("persistentvolumeclaims").find(claim); err == nil {
		return o.GetUID()
	}
	return foreign
}

// movePod does what a scheduler or a kubelet does to a pod, if it applies.
func (p *realPlayer) movePod(t *table, name string, do verb) error {
	o, err := p.server.get(t, name)
	if err != nil {
		return err
	}
	switch pod := o.(*v1.Pod); {
	case do == doAssign && pod.Spec.NodeName == "":
		return p.server.edit(t, name, "", func(o object) {
			pod := o.(*v1.Pod)
			pod.Spec.NodeName, pod.Status.Phase = "node-0", v1.PodRunning
			pod.Status.ContainerStatuses = []v1.ContainerStatus{{Name: "app", State: v1.ContainerState{Running: &v1.ContainerStateRunning{}}}}
		})
	case do == doEnd && pod.Status.Phase == v1.PodRunning:
		return p.server.edit(t, name, "", func(o object) {
			pod := o.(*v1.Pod)
			pod.Status.Phase = v1.PodSucceeded
			pod.Status.ContainerStatuses = []v1.ContainerStatus{{Name: "app", State: v1.ContainerState{Terminated: &v1.ContainerStateTerminated{}}}}
		})
	case do == doGone && pod.DeletionTimestamp != nil:
		now := int64(0)
		return p.server.delete(t, name, metav1.DeleteOptions{GracePeriodSeconds: &now})
	default:
		return errNotSo
	}
}

func (p *realPlayer) state(refused bool) state {
	var claims []v1.PersistentVolumeClaim
	var volumes []v1.PersistentVolume
	objects, _ := p.server.list(p.server.table("persistentvolumeclaims"))
	for _, o := range objects {
		claims = append(claims, *o.(*v1.PersistentVolumeClaim))
	}
	objects, _ = p.server.list(p.server.table("persistentvolumes"))
	for _, o := range objects {
		volumes = append(volumes, *o.(*v1.PersistentVolume))
	}
	return p.lives.render(refused, claims, volumes, p.server.eventsOf)
}
