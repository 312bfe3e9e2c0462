package binding

import (
	"fmt"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/component-helpers/storage/volume"

	"github.com/ordinal-sim/ordinal/model"
)

// step is something that somebody does to the world. It is done on both sides, and may
// be refused by both.
type step struct {
	do     verb
	target string // "pvc/c0", "pv/a", "sc/fast", "pod/p0-0"
	create object // what is created
	claim  string // that a created pod mounts
	key    string // what is edited
	value  string
}

type verb string

const (
	doCreate verb = "create"
	doDelete verb = "delete"
	doEdit   verb = "edit"
	doAssign verb = "assign" // a pod gets a node and runs
	doEnd    verb = "end"    // a pod becomes Succeeded
	doGone   verb = "gone"   // a pod that is being deleted has stopped
	doWait   verb = "wait"
)

func (s step) String() string {
	words := string(s.do)
	if s.target != "" {
		words += " " + s.target
	}
	if s.key != "" {
		words += " " + s.key + "=" + s.value
	}
	switch o := s.create.(type) {
	case *v1.PersistentVolumeClaim:
		words += fmt.Sprintf(" size=%s modes=%v class=%s", quantity(o.Spec.Resources.Requests), o.Spec.AccessModes, classWord(o.Spec.StorageClassName))
		words += described("volume", o.Spec.VolumeName) + described("mode", deref(o.Spec.VolumeMode))
		if o.Spec.Selector != nil {
			words += fmt.Sprintf(" selector=%v", o.Spec.Selector.MatchLabels)
		}
	case *v1.PersistentVolume:
		words += fmt.Sprintf(" size=%s modes=%v policy=%s source=%s", quantity(o.Spec.Capacity), o.Spec.AccessModes,
			o.Spec.PersistentVolumeReclaimPolicy, sourceWord(&o.Spec.PersistentVolumeSource))
		words += described("class", o.Spec.StorageClassName) + described("mode", deref(o.Spec.VolumeMode))
		if len(o.Labels) > 0 {
			words += fmt.Sprintf(" labels=%v", o.Labels)
		}
		if o.Spec.ClaimRef != nil {
			words += " for=" + o.Spec.ClaimRef.Name
		}
	case *storagev1.StorageClass:
		words += fmt.Sprintf(" provisioner=%s binding=%s policy=%s", o.Provisioner, deref(o.VolumeBindingMode), deref(o.ReclaimPolicy))
		if len(o.Annotations) > 0 {
			words += " default"
		}
	}
	return words + described("mounts", s.claim)
}

func described[T ~string](name string, value T) string {
	if value == "" {
		return ""
	}
	return fmt.Sprintf(" %s=%s", name, value)
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

func classWord(class *string) string {
	if class == nil {
		return "nil"
	}
	return fmt.Sprintf("%q", *class)
}

func quantity(list v1.ResourceList) string {
	q := list[v1.ResourceStorage]
	return q.String()
}

func sourceWord(s *v1.PersistentVolumeSource) string {
	switch {
	case s.HostPath != nil:
		return "hostPath:" + s.HostPath.Path
	case s.NFS != nil:
		return "nfs"
	case s.CSI != nil:
		return "csi:" + s.CSI.Driver
	case s.Local != nil:
		return "local"
	default:
		return "other"
	}
}

// What can be edited.
const (
	editPolicy     = "policy"     // of a volume
	editClass      = "class"      //
	editSize       = "size"       //
	editLabel      = "label"      // disk
	editClaimRef   = "claimRef"   // none, c0 (by name), uid:c0 (its UID too), old:c0 (the UID of a claim that never was)
	editForget     = "forget"     // of a volume or a claim: an annotation is taken away
	editFinalizers = "finalizers" // of a volume or a claim: none
	editVolumeName = "volumeName" // of a claim
	editNode       = "node"       // selected-node, "" for none
	editDefault    = "default"    // of a class: true or false
)

// foreign is the UID of a claim that never was.
var foreign = types.UID(model.UID(999999).String())

// edit makes an edit; uidOf finds the UIDs of claims.
func (s step) edit(o object, uidOf func(claim string) types.UID) {
	if s.key == editForget {
		annotations := o.GetAnnotations()
		delete(annotations, s.value)
		if s.value == volume.AnnBindCompleted {
			delete(annotations, volume.AnnBoundByController) // or the controller would believe that this cannot be
		}
		o.SetAnnotations(annotations)
		return
	}
	if s.key == editFinalizers {
		o.SetFinalizers(nil)
		return
	}
	switch o := o.(type) {
	case *v1.PersistentVolume:
		s.editVolume(o, uidOf)
	case *v1.PersistentVolumeClaim:
		switch s.key {
		case editVolumeName:
			o.Spec.VolumeName = s.value
		case editNode:
			annotate(&o.ObjectMeta, volume.AnnSelectedNode, s.value)
		}
	case *storagev1.StorageClass:
		annotate(&o.ObjectMeta, model.AnnotationDefaultClass, s.value)
	}
}

func (s step) editVolume(o *v1.PersistentVolume, uidOf func(claim string) types.UID) {
	switch s.key {
	case editPolicy:
		o.Spec.PersistentVolumeReclaimPolicy = v1.PersistentVolumeReclaimPolicy(s.value)
	case editClass:
		o.Spec.StorageClassName = s.value
	case editSize:
		o.Spec.Capacity = v1.ResourceList{v1.ResourceStorage: resource.MustParse(s.value)}
	case editLabel:
		o.Labels = map[string]string{"disk": s.value}
	case editClaimRef:
		how, name, qualified := strings.Cut(s.value, ":")
		switch {
		case s.value == "none":
			o.Spec.ClaimRef = nil
		case !qualified:
			o.Spec.ClaimRef = referTo(s.value, "")
		case how == "uid":
			o.Spec.ClaimRef = referTo(name, uidOf(name))
		default:
			o.Spec.ClaimRef = referTo(name, foreign)
		}
	}
}

func referTo(claim string, uid types.UID) *v1.ObjectReference {
	return &v1.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: namespace, Name: claim, UID: uid}
}

func annotate(m *metav1.ObjectMeta, key, value string) {
	if value == "" {
		delete(m.Annotations, key)
		return
	}
	metav1.SetMetaDataAnnotation(m, key, value)
}

// Steps are three seconds apart, and what has come of one is looked at before the next.
// So the volume controller looks at everything, each fifteen seconds, after every fifth
// step, and never at the instant of a step.
const (
	between = 3 * time.Second
	offset  = 1500 * time.Millisecond
	look    = 2900 * time.Millisecond
)

func stepAt(i int) time.Duration { return offset + time.Duration(i)*between }
func seenAt(i int) time.Duration { return stepAt(i) + look }
