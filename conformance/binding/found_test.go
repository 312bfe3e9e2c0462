package binding

import (
	"testing"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/component-helpers/storage/volume"

	"github.com/ordinal-sim/ordinal/model/release"
)

// TestFound are the smallest stories of differences that were found, whoever was wrong.
func TestFound(t *testing.T) {
	wait := step{do: doWait}
	edit := func(target, key, value string) step { return step{do: doEdit, target: target, key: key, value: value} }
	remove := func(target string) step { return step{do: doDelete, target: target} }
	pod := func(claim string) step { return step{do: doCreate, target: "pod/p0-0", claim: claim} }
	for _, row := range []struct {
		rule  string
		story []step
	}{
		{"a Lost claim shows no capacity", []step{
			aVolume("v0"), aClaim("c0"), edit("pv/v0", editClaimRef, "old:c0"), wait, wait, wait, wait, wait,
		}},
		{"a released volume of a CSI driver is destroyed, though it was made by hand", []step{
			aVolume("v0", onDisk, policy(v1.PersistentVolumeReclaimDelete)), aClaim("c0"), wait, wait, wait, wait, wait, remove("pvc/c0"), wait,
		}},
		{"a volume that is to be destroyed and belongs to nobody cannot be deleted", []step{
			aVolume("v0", onDisk, policy(v1.PersistentVolumeReclaimDelete)), aClaim("c0"), wait, wait, wait, wait, wait,
			edit("pv/v0", editClaimRef, "c1"), remove("pv/v0"), wait, edit("pv/v0", editPolicy, "Retain"), wait,
		}},
		{"two volumes of one claim: the other one is freed when everything is looked at", []step{
			aClaim("c0"), aVolume("v1", ofModes(v1.ReadWriteMany)), edit("pv/v1", editClaimRef, "uid:c0"), wait, aVolume("v0", reserved("c0")), wait, wait, wait,
		}},
		{"a claim that is given a volume that is another's", []step{
			aVolume("v0"), aClaim("c0"), wait, wait, wait, wait, wait, aClaim("c1"), edit("pv/v0", editClaimRef, "uid:c1"), wait, wait, wait, wait, wait,
		}},
		{"a claim that waits is bound even while it is going", []step{
			aClaim("c0"), pod("c0"), step{do: doAssign, target: "pod/p0-0"}, remove("pvc/c0"), aVolume("v0"), wait, wait, wait, wait,
		}},
		{"a volume is scrubbed once its claim's name is another claim's, whoever runs", []step{
			aVolume("v0", policy(v1.PersistentVolumeReclaimRecycle)), aClaim("c0"), wait, wait, wait, wait, wait,
			pod("c0"), remove("pvc/c0"), wait, wait, aClaim("c0", larger), wait, wait, wait, wait, wait,
		}},
		{"a claim that was bound forgets it, and its volume has gone to another", []step{
			aVolume("v0"), aClaim("c0"), wait, wait, wait, wait, wait, edit("pv/v0", editClaimRef, "c1"),
			edit("pvc/c0", editForget, volume.AnnBindCompleted), wait, wait, wait, wait,
		}},
		{"a claim that is given less than it asks for waits for somebody to grow its volume", []step{
			aVolume("v0", reserved("c0")), aClaim("c0", larger, naming("v0")), aVolume("v1", onDisk, reserved("c1")), aClaim("c1", larger, naming("v1")), wait,
		}},
		{"nobody deletes a local volume", []step{
			aVolume("v0", local, policy(v1.PersistentVolumeReclaimDelete)), aClaim("c0"), wait, wait, wait, wait, wait, remove("pvc/c0"), wait,
		}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			if v := judge(t, row.story); v.differs() {
				t.Errorf("%v", v)
			}
		})
	}
}

// aClaim creates a claim of 1Gi, ReadWriteOnce, of no particular class.
func aClaim(name string, changes ...func(*v1.PersistentVolumeClaim)) step {
	c := &v1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}}
	c.Spec.AccessModes = []v1.PersistentVolumeAccessMode{v1.ReadWriteOnce}
	c.Spec.Resources.Requests = v1.ResourceList{v1.ResourceStorage: resource.MustParse("1Gi")}
	for _, change := range changes {
		change(c)
	}
	return step{do: doCreate, target: "pvc/" + name, create: c}
}

func larger(c *v1.PersistentVolumeClaim) {
	c.Spec.Resources.Requests = v1.ResourceList{v1.ResourceStorage: resource.MustParse("2Gi")}
}

func naming(volume string) func(*v1.PersistentVolumeClaim) {
	return func(c *v1.PersistentVolumeClaim) { c.Spec.VolumeName = volume }
}

// aVolume creates a volume of 1Gi, ReadWriteOnce, in a folder of the node, that is kept.
func aVolume(name string, changes ...func(*v1.PersistentVolume)) step {
	v := &v1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: name}}
	v.Spec.Capacity = v1.ResourceList{v1.ResourceStorage: resource.MustParse("1Gi")}
	v.Spec.AccessModes = []v1.PersistentVolumeAccessMode{v1.ReadWriteOnce}
	v.Spec.PersistentVolumeReclaimPolicy = v1.PersistentVolumeReclaimRetain
	v.Spec.HostPath = &v1.HostPathVolumeSource{Path: "/data"}
	for _, change := range changes {
		change(v)
	}
	return step{do: doCreate, target: "pv/" + name, create: v}
}

func reserved(claim string) func(*v1.PersistentVolume) {
	return func(v *v1.PersistentVolume) { v.Spec.ClaimRef = referTo(claim, "") }
}

func policy(p v1.PersistentVolumeReclaimPolicy) func(*v1.PersistentVolume) {
	return func(v *v1.PersistentVolume) { v.Spec.PersistentVolumeReclaimPolicy = p }
}

func ofModes(modes ...v1.PersistentVolumeAccessMode) func(*v1.PersistentVolume) {
	return func(v *v1.PersistentVolume) { v.Spec.AccessModes = modes }
}

func onDisk(v *v1.PersistentVolume) {
	v.Spec.PersistentVolumeSource = v1.PersistentVolumeSource{CSI: &v1.CSIPersistentVolumeSource{Driver: served[0].name, VolumeHandle: v.Name}}
}

func local(v *v1.PersistentVolume) {
	v.Spec.PersistentVolumeSource = v1.PersistentVolumeSource{Local: &v1.LocalVolumeSource{Path: "/mnt"}}
	v.Spec.NodeAffinity = onNode("node-0")
}

// unused is what a claim that no pod uses shows of it, in releases that do.
func unused() string {
	if ours.Rules().Has(release.NoUnusedCondition) {
		return ""
	}
	return " Unused=True (NoPodsUsingPVC: No pods are currently referencing this PVC)"
}
