package binding

import (
	"fmt"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/component-helpers/storage/volume"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

// drawScene draws a scene.
func drawScene(t *rapid.T) scene {
	d := &drawer{t: t}
	var s scene
	for i := range pick(d, "nodes", 1, 2, 3) {
		node := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("node-", i)}}
		node.Labels = map[string]string{model.LabelHostname: node.Name, "zone": pick(d, "zone", "a", "b")}
		s.nodes = append(s.nodes, node)
	}
	for _, c := range classes {
		if !d.often(c.name) {
			continue
		}
		o := &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: c.name}, Provisioner: c.provisioner}
		o.VolumeBindingMode, o.ReclaimPolicy = &c.binding, &c.policy
		s.classes = append(s.classes, o)
	}
	for i := range pick(d, "volumes", 2, 3, 4, 5, 6) {
		s.volumes = append(s.volumes, d.anyVolume(fmt.Sprint("v", i)))
	}
	for i := range pick(d, "claims", 3, 3, 2) {
		s.claims = append(s.claims, d.anyClaim(i, s.volumes))
	}
	s.mounts = pick(d, "mounts", []string{"c0"}, []string{"c0", "c1"}, []string{"c1", "c0"}, []string{"c0", "c1", "c2"}, []string{"c2", "c1"})
	return s
}

// claimUID is the UID of a claim of a scene.
func claimUID(i int) types.UID { return types.UID(model.UID(100 + i).String()) }

// often draws true three times out of four.
func (d *drawer) often(label string) bool { return !d.oneIn(4, label) }

// waitingClass draws a class, mostly one that waits for a consumer.
func (d *drawer) waitingClass() string {
	if d.often("waits") {
		return pick(d, "class", "late", "local")
	}
	return pick(d, "class", "fast", "none", "nowhere", "")
}

func (d *drawer) anyVolume(name string) *v1.PersistentVolume {
	v := &v1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: name}}
	v.Spec.Capacity = d.size(pick(d, "size", 1, 2, 4, 8))
	v.Spec.AccessModes = pick(d, "modes", append([][]v1.PersistentVolumeAccessMode{modeSets[0], modeSets[0], modeSets[1]}, modeSets...)...)
	v.Spec.PersistentVolumeReclaimPolicy = v1.PersistentVolumeReclaimRetain
	v.Spec.HostPath = &v1.HostPathVolumeSource{Path: "/data/" + name}
	v.Spec.VolumeMode = d.volumeMode()
	v.Spec.StorageClassName = d.waitingClass()
	v.Labels = map[string]string{"disk": pick(d, "disk", "ssd", "hdd")}
	v.Status.Phase = v1.VolumeAvailable
	if !d.often("available") {
		v.Status.Phase = pick(d, "phase", v1.VolumePending, v1.VolumeBound, v1.VolumeReleased, v1.VolumeFailed)
	}
	if claim, ok := d.fresh("claim", claimNames, d.claims); ok && !d.often("free") {
		d.claims = append(d.claims, claim) // no other volume is reserved for it
		v.Spec.ClaimRef = referTo(claim, pick(d, "uid", "", claimUID(slices.Index(claimNames, claim)), foreign))
	}
	if d.oneIn(10, "going") {
		d.mark(v)
	}
	key, values := model.LabelHostname, nodeNames
	switch pick(d, "affinity", "", "", "zone", "node") {
	case "":
		return v
	case "zone":
		key, values = "zone", []string{"a", "b"}
	}
	v.Spec.NodeAffinity = affinityTo(key, pick(d, "value", values...))
	return v
}

// mark marks an object as being deleted.
func (d *drawer) mark(o object) {
	at := metav1.NewTime(time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC))
	o.SetDeletionTimestamp(&at)
	o.SetFinalizers([]string{"example.com/kept"})
}

func (d *drawer) anyClaim(i int, volumes []*v1.PersistentVolume) *v1.PersistentVolumeClaim {
	c := &v1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("c", i), Namespace: namespace, UID: claimUID(i)}}
	c.Spec.AccessModes = []v1.PersistentVolumeAccessMode{pick(d, "mode", v1.ReadWriteOnce, v1.ReadWriteOnce, v1.ReadWriteOnce, v1.ReadWriteOnce, v1.ReadWriteMany, v1.ReadWriteOncePod)}
	c.Spec.Resources.Requests = d.size(pick(d, "size", 1, 1, 1, 3))
	c.Spec.VolumeMode = d.volumeMode()
	if class := d.waitingClass(); class != "" || rapid.Bool().Draw(d.t, "given") {
		c.Spec.StorageClassName = &class
	}
	if d.oneIn(6, "selects") {
		c.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"disk": "ssd"}}
	}
	c.Status.Phase = v1.ClaimPending
	switch pick(d, "bound", "", "", "", "", "", "", "yes", "yes", "yes", "yes", "half", "lost") {
	case "yes":
		d.bindTo(c, volumes)
		c.Status.Phase = v1.ClaimBound
	case "half":
		d.bindTo(c, volumes)
		delete(c.Annotations, pick(d, "annotation", volume.AnnBindCompleted, volume.AnnBoundByController))
	case "lost":
		d.bindTo(c, volumes)
		c.Status.Phase = v1.ClaimLost
	}
	if d.oneIn(8, "selected") {
		annotate(&c.ObjectMeta, volume.AnnSelectedNode, pick(d, "node", nodeNames...))
	}
	if d.oneIn(20, "going") {
		d.mark(c)
	}
	return c
}

// bindTo makes a claim one that has been bound, to a volume that need not know of it, or
// be there.
func (d *drawer) bindTo(c *v1.PersistentVolumeClaim, volumes []*v1.PersistentVolume) {
	c.Spec.VolumeName = pick(d, "volume", volumeNames...)
	if len(volumes) > 0 && d.often("there") {
		c.Spec.VolumeName = pick(d, "volume", volumes...).Name
	}
	annotate(&c.ObjectMeta, volume.AnnBindCompleted, "yes")
	annotate(&c.ObjectMeta, volume.AnnBoundByController, "yes")
}
