package binding

import (
	"fmt"
	"slices"

	v1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/component-helpers/storage/volume"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

// The names of what is drawn. Whatever is drawn, no two volumes that a claim might get
// are equally good: Kubernetes would take the first of a map.
var (
	claimNames  = []string{"c0", "c1", "c2", "c3"}
	volumeNames = []string{"v0", "v1", "v2", "v3", "v4"}
	podNames    = []string{"p0-0", "p1-0"}
	nodeNames   = []string{"node-0", "node-1"}
)

// absent is a provisioner that nobody runs.
const absent = "absent.csi.example.com"

// served are the provisioners that somebody runs, each with those in the tree of
// Kubernetes whose work it has taken over.
var served = []struct {
	name   string
	inTree []string
}{
	{"disks.csi.example.com", nil},
	{"pd.csi.storage.gke.io", []string{"kubernetes.io/gce-pd"}},
}

// drivers are the names of the provisioners that somebody runs. Nobody runs a resizer.
func drivers() (out []string) {
	for _, p := range served {
		out = append(out, p.name)
	}
	return out
}

// classes are those that can be created.
var classes = []struct {
	name, provisioner string
	binding           storagev1.VolumeBindingMode
	policy            v1.PersistentVolumeReclaimPolicy
}{
	{"fast", served[0].name, storagev1.VolumeBindingImmediate, v1.PersistentVolumeReclaimDelete},
	{"late", served[0].name, storagev1.VolumeBindingWaitForFirstConsumer, v1.PersistentVolumeReclaimDelete},
	{"kept", served[0].name, storagev1.VolumeBindingImmediate, v1.PersistentVolumeReclaimRetain},
	{"local", model.ProvisionerNone, storagev1.VolumeBindingWaitForFirstConsumer, v1.PersistentVolumeReclaimDelete},
	{"none", model.ProvisionerNone, storagev1.VolumeBindingImmediate, v1.PersistentVolumeReclaimDelete},
	{"absent", absent, storagev1.VolumeBindingImmediate, v1.PersistentVolumeReclaimDelete},
	{"old", served[1].inTree[0], storagev1.VolumeBindingImmediate, v1.PersistentVolumeReclaimDelete},
}

// modeSets are the sets of access modes of volumes: of two that have a claim's mode one
// is larger.
var modeSets = [][]v1.PersistentVolumeAccessMode{
	{v1.ReadWriteOnce},
	{v1.ReadWriteOnce, v1.ReadOnlyMany},
	{v1.ReadWriteOnce, v1.ReadOnlyMany, v1.ReadWriteMany},
	{v1.ReadWriteMany},
	{v1.ReadWriteOncePod},
}

// drawer draws a story step by step, and knows by and large what there is.
type drawer struct {
	t       *rapid.T
	claims  []string
	volumes []string
	classes []string
	pods    []string
	sizes   int // how many sizes have been given out
}

// drawStory draws a story.
func drawStory(t *rapid.T, steps int) []step {
	d := &drawer{t: t}
	var out []step
	for range steps {
		out = append(out, d.step())
	}
	return out
}

func (d *drawer) step() step {
	for {
		make := rapid.SampledFrom([]func(*drawer) (step, bool){
			(*drawer).newClaim, (*drawer).newClaim, (*drawer).newClaim,
			(*drawer).newVolume, (*drawer).newVolume, (*drawer).newVolume,
			(*drawer).newClass, (*drawer).editClass, (*drawer).oldClass,
			(*drawer).oldClaim, (*drawer).oldClaim, (*drawer).oldVolume,
			(*drawer).editClaim, (*drawer).editClaim, (*drawer).editVolume, (*drawer).editVolume, (*drawer).editVolume,
			(*drawer).newPod, (*drawer).movePod, (*drawer).movePod, (*drawer).unprotect,
			func(*drawer) (step, bool) { return step{do: doWait}, true },
		}).Draw(d.t, "kind")
		if s, ok := make(d); ok {
			return s
		}
	}
}

// oneIn draws true once in n times.
func (d *drawer) oneIn(n int, label string) bool {
	answers := make([]bool, n)
	answers[n-1] = true
	return pick(d, label, answers...)
}

func pick[T any](d *drawer, label string, from ...T) T {
	return rapid.SampledFrom(from).Draw(d.t, label)
}

// fresh picks a name that is not in use, if there is one.
func (d *drawer) fresh(label string, all, used []string) (string, bool) {
	free := slices.DeleteFunc(slices.Clone(all), func(n string) bool { return slices.Contains(used, n) })
	if len(free) == 0 {
		return "", false
	}
	return pick(d, label, free...), true
}

// size draws a size that no other has.
func (d *drawer) size(gi int) v1.ResourceList {
	d.sizes++
	return v1.ResourceList{v1.ResourceStorage: resource.MustParse(fmt.Sprintf("%dMi", gi*1024+d.sizes))}
}

func (d *drawer) newClaim() (step, bool) {
	name, ok := d.fresh("claim", claimNames, d.claims)
	if !ok {
		return step{}, false
	}
	d.claims = append(d.claims, name)
	c := &v1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}}
	c.Spec.AccessModes = []v1.PersistentVolumeAccessMode{pick(d, "mode", v1.ReadWriteOnce, v1.ReadWriteOnce, v1.ReadWriteOnce, v1.ReadOnlyMany, v1.ReadWriteMany, v1.ReadWriteOncePod)}
	c.Spec.Resources.Requests = d.size(pick(d, "size", 1, 1, 3, 5))
	c.Spec.VolumeMode = d.volumeMode()
	if class := d.class(); class != "nil" {
		c.Spec.StorageClassName = &class
	}
	switch pick(d, "more", "", "", "", "", "selector", "volume") {
	case "selector":
		c.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"disk": "ssd"}}
	case "volume":
		c.Spec.VolumeName = pick(d, "volume", volumeNames...)
	}
	return step{do: doCreate, target: "pvc/" + name, create: c}, true
}

// class draws a class, that need not exist, or "" or "nil" for none.
func (d *drawer) class() string {
	names := []string{"nil", "nil", "", "", "fast", "late", "local", "nowhere"}
	for _, c := range classes {
		names = append(names, c.name)
	}
	return pick(d, "class", append(names, d.classes...)...)
}

func (d *drawer) volumeMode() *v1.PersistentVolumeMode {
	mode := v1.PersistentVolumeFilesystem
	if d.oneIn(8, "block") {
		mode = v1.PersistentVolumeBlock
	}
	return &mode
}

func (d *drawer) newVolume() (step, bool) {
	name, ok := d.fresh("volume", volumeNames, d.volumes)
	if !ok {
		return step{}, false
	}
	d.volumes = append(d.volumes, name)
	v := &v1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: name}}
	v.Spec.Capacity = d.size(pick(d, "size", 1, 2, 4, 8))
	v.Spec.AccessModes = pick(d, "modes", modeSets...)
	v.Spec.PersistentVolumeReclaimPolicy = d.policy()
	v.Spec.PersistentVolumeSource = d.source(name)
	v.Spec.VolumeMode = d.volumeMode()
	if v.Spec.Local != nil {
		v.Spec.NodeAffinity = onNode("node-0")
	}
	if class := d.class(); class != "nil" {
		v.Spec.StorageClassName = class
	}
	if rapid.Bool().Draw(d.t, "labelled") {
		v.Labels = map[string]string{"disk": pick(d, "disk", "ssd", "hdd")}
	}
	if d.oneIn(4, "reserved") {
		v.Spec.ClaimRef = referTo(pick(d, "claim", claimNames...), "")
	}
	return step{do: doCreate, target: "pv/" + name, create: v}, true
}

func (d *drawer) policy() v1.PersistentVolumeReclaimPolicy {
	return pick(d, "policy", v1.PersistentVolumeReclaimRetain, v1.PersistentVolumeReclaimDelete, v1.PersistentVolumeReclaimRecycle)
}

// source draws what a volume is. What is deleted of a hostPath volume in /tmp is a
// folder that does not exist.
func (d *drawer) source(name string) v1.PersistentVolumeSource {
	switch pick(d, "source", "hostPath", "tmp", "nfs", "csi", "foreign", "local") {
	case "hostPath":
		return v1.PersistentVolumeSource{HostPath: &v1.HostPathVolumeSource{Path: "/data/" + name}}
	case "tmp":
		return v1.PersistentVolumeSource{HostPath: &v1.HostPathVolumeSource{Path: "/tmp/ordinal-has-no-such-folder/" + name}}
	case "nfs":
		return v1.PersistentVolumeSource{NFS: &v1.NFSVolumeSource{Server: "nfs", Path: "/" + name}}
	case "csi":
		return v1.PersistentVolumeSource{CSI: &v1.CSIPersistentVolumeSource{Driver: served[0].name, VolumeHandle: name}}
	case "foreign":
		return v1.PersistentVolumeSource{CSI: &v1.CSIPersistentVolumeSource{Driver: absent, VolumeHandle: name}}
	default:
		return v1.PersistentVolumeSource{Local: &v1.LocalVolumeSource{Path: "/mnt/" + name}}
	}
}

// onNode is the affinity of what can only be reached from one node.
func onNode(name string) *v1.VolumeNodeAffinity {
	return affinityTo(model.LabelHostname, name)
}

func affinityTo(key, value string) *v1.VolumeNodeAffinity {
	return &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{{
		MatchExpressions: []v1.NodeSelectorRequirement{{Key: key, Operator: v1.NodeSelectorOpIn, Values: []string{value}}},
	}}}}
}

func (d *drawer) newClass() (step, bool) {
	var names []string
	for _, c := range classes {
		names = append(names, c.name)
	}
	name, ok := d.fresh("class", names, d.classes)
	if !ok {
		return step{}, false
	}
	d.classes = append(d.classes, name)
	class := classes[slices.Index(names, name)]
	o := &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Provisioner: class.provisioner}
	o.VolumeBindingMode, o.ReclaimPolicy = &class.binding, &class.policy
	if d.oneIn(4, "default") {
		annotate(&o.ObjectMeta, model.AnnotationDefaultClass, "true")
	}
	return step{do: doCreate, target: "sc/" + name, create: o}, true
}

func (d *drawer) editClass() (step, bool) {
	if len(d.classes) == 0 {
		return step{}, false
	}
	return step{do: doEdit, target: "sc/" + pick(d, "class", d.classes...), key: editDefault, value: pick(d, "default", "true", "true", "false")}, true
}

func (d *drawer) oldClass() (step, bool) {
	if len(d.classes) == 0 || rapid.Bool().Draw(d.t, "rather not") {
		return step{}, false
	}
	return step{do: doDelete, target: "sc/" + d.take("class", &d.classes)}, true
}

// take picks a name and forgets it.
func (d *drawer) take(label string, names *[]string) string {
	name := pick(d, label, *names...)
	*names = slices.DeleteFunc(slices.Clone(*names), func(n string) bool { return n == name })
	return name
}

func (d *drawer) oldClaim() (step, bool) {
	if len(d.claims) == 0 {
		return step{}, false
	}
	return step{do: doDelete, target: "pvc/" + d.take("claim", &d.claims)}, true
}

func (d *drawer) oldVolume() (step, bool) {
	if len(d.volumes) == 0 {
		return step{}, false
	}
	return step{do: doDelete, target: "pv/" + d.take("volume", &d.volumes)}, true
}

func (d *drawer) editClaim() (step, bool) {
	if len(d.claims) == 0 {
		return step{}, false
	}
	s := step{do: doEdit, target: "pvc/" + pick(d, "claim", d.claims...)}
	switch s.key = pick(d, "edit", editNode, editNode, editVolumeName, editForget); s.key {
	case editNode:
		s.value = pick(d, "node", append([]string{""}, nodeNames...)...)
	case editVolumeName:
		s.value = pick(d, "volume", volumeNames...)
	default:
		s.value = pick(d, "annotation", volume.AnnBindCompleted, volume.AnnBoundByController)
	}
	return s, true
}

func (d *drawer) editVolume() (step, bool) {
	if len(d.volumes) == 0 {
		return step{}, false
	}
	s := step{do: doEdit, target: "pv/" + pick(d, "volume", d.volumes...)}
	switch s.key = pick(d, "edit", editClaimRef, editClaimRef, editClaimRef, editPolicy, editPolicy, editClass, editSize, editLabel, editForget); s.key {
	case editPolicy:
		s.value = string(d.policy())
	case editClass:
		if s.value = d.class(); s.value == "nil" {
			s.value = ""
		}
	case editSize:
		s.value = quantity(d.size(pick(d, "size", 1, 4, 8)))
	case editLabel:
		s.value = pick(d, "disk", "ssd", "hdd")
	case editClaimRef:
		claim := pick(d, "claim", claimNames...)
		s.value = pick(d, "how", "none", "none", claim, "uid:"+claim, "old:"+claim)
	default:
		s.value = volume.AnnBoundByController
	}
	return s, true
}

// unprotect takes the finalizers away from something that may be going.
func (d *drawer) unprotect() (step, bool) {
	s := step{do: doEdit, key: editFinalizers}
	if rapid.Bool().Draw(d.t, "claim") {
		s.target = "pvc/" + pick(d, "claim", claimNames...)
	} else {
		s.target = "pv/" + pick(d, "volume", volumeNames...)
	}
	return s, true
}

func (d *drawer) newPod() (step, bool) {
	name, ok := d.fresh("pod", podNames, d.pods)
	if !ok {
		return step{}, false
	}
	d.pods = append(d.pods, name)
	// No two pods mount one claim: of several Kubernetes tells in any order.
	half := len(claimNames) / len(podNames)
	mine := claimNames[half*slices.Index(podNames, name):][:half]
	return step{do: doCreate, target: "pod/" + name, claim: pick(d, "claim", mine...)}, true
}

func (d *drawer) movePod() (step, bool) {
	if len(d.pods) == 0 {
		return step{}, false
	}
	s := step{do: pick(d, "move", doAssign, doAssign, doEnd, doDelete, doGone), target: "pod/" + pick(d, "pod", d.pods...)}
	if s.do == doGone {
		d.pods = slices.DeleteFunc(slices.Clone(d.pods), func(n string) bool { return "pod/"+n == s.target })
	}
	return s, true
}
