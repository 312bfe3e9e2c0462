package validation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// www is a claim of 1Gi, valid and Pending, after an edit.
func www(edits ...func(*model.PersistentVolumeClaim)) *model.PersistentVolumeClaim {
	c := &model.PersistentVolumeClaim{ObjectMeta: model.ObjectMeta{Name: "www-web-0"},
		Spec: model.PersistentVolumeClaimSpec{AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi}}
	for _, edit := range edits {
		edit(c)
	}
	c.Default()
	return c
}

func bound(c *model.PersistentVolumeClaim) {
	c.Status = model.PersistentVolumeClaimStatus{Phase: model.ClaimBound, Capacity: 5 * model.Gi}
	c.Spec.VolumeName = "pv-0"
}

func request(size model.Bytes) func(*model.PersistentVolumeClaim) {
	return func(c *model.PersistentVolumeClaim) { c.Spec.Request = size }
}

func class(name string) func(*model.PersistentVolumeClaim) {
	return func(c *model.PersistentVolumeClaim) { c.Spec.StorageClassName = &name }
}

func claimRows() []row {
	type claim = *model.PersistentVolumeClaim
	with := func(edit func(claim)) asked { return toCreate(www(edit)) }
	update := func(old, updated claim) asked { return toUpdate(updated, old) }
	const frozen = "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
	const shrunk = "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"
	volume := func(name string) func(claim) { return func(c claim) { c.Spec.VolumeName = name } }

	return []row{
		{"C1", "an access mode is one of four", with(func(c claim) { c.Spec.AccessModes = []model.AccessMode{"Foo"} }),
			[]string{`spec.accessModes: Unsupported value: "Foo": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"`}},
		{"C2", "a claim asks for a mode and a size", with(func(c claim) { c.Spec.AccessModes, c.Spec.Request = nil, 0 }),
			[]string{"spec.accessModes: Required value: at least 1 access mode is required", "spec.resources[storage]: Required value"}},
		{"C3", "a size is above zero", with(request(-model.Gi)), []string{`spec.resources[storage]: Invalid value: "-1Gi": must be greater than zero`}},
		{"C4", "a volume mode is one of two", with(func(c claim) { c.Spec.VolumeMode = "X" }), []string{`spec.volumeMode: Unsupported value: "X": supported values: "Block", "Filesystem"`}},
		{"C5", "a class's name is a domain of DNS", with(class("Bad_C")), []string{`spec.storageClassName: Invalid value: "Bad_C": ` + rfc1123Domain}},
		{"C5", "a name has 253 characters at most", with(func(c claim) { c.Name = a(254) }), []string{`metadata.name: Invalid value: "` + a(254) + `": ` + subdomain253}},
		{"C6", "a claim does not grow while it is Pending", update(www(), www(request(2*model.Gi))), []string{frozen}},
		{"C7", "a claim grows while it is Bound", update(www(bound), www(bound, request(6*model.Gi))), none},
		{"C7", "a claim of a class does too", update(www(bound, class("fast")), www(bound, class("fast"), request(6*model.Gi))), none},
		{"C8", "a claim does not shrink below what it has", update(www(bound, request(10*model.Gi)), www(bound, request(4*model.Gi))), []string{shrunk}},
		{"C8", "nor to just what it has", update(www(bound, request(10*model.Gi)), www(bound, request(5*model.Gi))), []string{shrunk}},
		{"C9", "a failed expansion is taken back in part", update(www(bound, request(10*model.Gi)), www(bound, request(6*model.Gi))), none},
		{"C10", "the volume's name is set once", update(www(), www(volume("pv-0"))), none},
		{"C10", "the volume's name does not change", update(www(volume("pv-0")), www(volume("pv-1"))), []string{frozen}},
		{"C11", "a missing class is set once", update(www(), www(class("slow"))), none},
		{"C11", "no class is a class, and stays", update(www(class("")), www(class("slow"))), []string{frozen}},
		{"C11", "a class stays", update(www(class("fast")), www(class("slow"))), []string{frozen}},
		{"C12", "the modes do not change", update(www(), www(func(c claim) { c.Spec.AccessModes = []model.AccessMode{model.ReadWriteMany} })), []string{frozen}},
		{"C12", "the selector does not change", update(www(), www(func(c claim) { c.Spec.Selector = &model.LabelSelector{} })), []string{frozen}},
		{"C12", "the volume mode does not change", update(www(), www(func(c claim) { c.Spec.VolumeMode = model.Block })),
			[]string{frozen, `volumeMode: Invalid value: "Block": ` + immutable}},
	}
}

// testClaimResize has the rows of admission, which answers with one error.
func testClaimResize(t *testing.T) {
	const denied = `persistentvolumeclaims "www-web-0" is forbidden: `
	const inelastic = denied + "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"
	elastic, rigid := &model.StorageClass{AllowVolumeExpansion: true}, &model.StorageClass{}
	grown := www(bound, class("fast"), request(6*model.Gi))
	for _, r := range []struct {
		rule         string
		updated, old *model.PersistentVolumeClaim
		class        *model.StorageClass
		want         string
	}{
		{"a bound claim of an elastic class grows", grown, www(bound, class("fast")), elastic, ""},
		{"a claim that is not bound does not", grown, www(class("fast")), elastic, denied + "Only bound persistent volume claims can be expanded"},
		{"nor does one of a class that forbids it", grown, www(bound, class("fast")), rigid, inelastic},
		{"nor one whose class is gone", grown, www(bound, class("fast")), nil, inelastic},
		{"nor one without a class", www(bound, request(6*model.Gi)), www(bound), elastic, inelastic},
		{"a claim that does not grow is not asked", www(bound), www(bound), nil, ""},
	} {
		t.Run(r.rule, func(t *testing.T) {
			err := validation.ClaimResize(r.updated, r.old, r.class)
			if r.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, r.want)
			require.Equal(t, validation.ReasonForbidden, validation.ReasonOf(err))
		})
	}
}

func volumeRows() []row {
	type volume = *model.PersistentVolume
	pv := func(edits ...func(volume)) volume {
		v := &model.PersistentVolume{ObjectMeta: model.ObjectMeta{Name: "pv-0"}, Spec: model.PersistentVolumeSpec{
			Capacity: model.Gi, AccessModes: []model.AccessMode{model.ReadWriteOnce},
			Source: model.VolumeSource{Type: model.SourceHostPath, Path: "/srv"}}}
		for _, edit := range edits {
			edit(v)
		}
		v.Default()
		return v
	}
	with := func(edit func(volume)) asked { return toCreate(pv(edit)) }
	on := func(key, node string) func(volume) {
		return func(v volume) {
			v.Spec.NodeAffinity = &model.NodeSelector{Terms: []model.NodeSelectorTerm{{MatchExpressions: []model.LabelSelectorRequirement{
				{Key: key, Operator: model.SelectorIn, Values: []string{node}}}}}}
		}
	}
	update := func(old, updated volume) asked { return toUpdate(updated, old) }
	const host, zone, oldZone = "kubernetes.io/hostname", "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"

	return []row{
		{"Q1", "a volume has a capacity", with(func(v volume) { v.Spec.Capacity = 0 }),
			[]string{"spec.capacity: Required value", `spec.capacity: Unsupported value: null: supported values: "storage"`}},
		{"Q2", "a volume has an access mode", with(func(v volume) { v.Spec.AccessModes = nil }), []string{"spec.accessModes: Required value"}},
		{"Q2", "a volume has a source", with(func(v volume) { v.Spec.Source = model.VolumeSource{} }), []string{"spec: Required value: must specify a volume type"}},
		{"Q3", "a reclaim policy is one of three", with(func(v volume) { v.Spec.ReclaimPolicy = "Foo" }),
			[]string{`spec.persistentVolumeReclaimPolicy: Unsupported value: "Foo": supported values: "Delete", "Recycle", "Retain"`}},
		{"Q4", "a local volume says on which node it is", with(func(v volume) { v.Spec.Source.Type = model.SourceLocal }),
			[]string{"spec.nodeAffinity: Required value: Local volume requires node affinity"}},
		{"Q5", "policy, capacity, claim, class and modes may change", update(pv(), pv(func(v volume) {
			v.Spec.ReclaimPolicy, v.Spec.Capacity, v.Spec.StorageClassName = model.ReclaimDelete, 2*model.Gi, "fast"
			v.Spec.ClaimRef = &model.ClaimReference{Namespace: "default", Name: "www-web-0"}
			v.Spec.AccessModes = []model.AccessMode{model.ReadWriteMany}
		})), none},
		{"Q6", "the source does not change", update(pv(), pv(func(v volume) { v.Spec.Source.Path = "/other" })),
			[]string{"spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation"}},
		{"Q7", "the node affinity is set once", update(pv(), pv(on(host, "node-0"))), none},
		{"Q7", "the node affinity does not change", update(pv(on(host, "node-0")), pv(on(host, "node-1"))), []string{
			`nodeAffinity: Invalid value: {"Required":{"NodeSelectorTerms":[{"MatchExpressions":[{"Key":"kubernetes.io/hostname","Operator":"In","Values":["node-1"]}],"MatchFields":null}]}}: ` +
				`field is immutable, except for updating from beta label to GA`}},
		{"Q7", "a label of the node affinity leaves beta", update(pv(on(oldZone, "a")), pv(on(zone, "a"))), none},
		{"Q7", "the volume mode does not change", update(pv(), pv(func(v volume) { v.Spec.VolumeMode = model.Block })), []string{`volumeMode: Invalid value: "Block": ` + immutable}},
		{"Q8", "the root of a node is not recycled", with(func(v volume) { v.Spec.Source.Path, v.Spec.ReclaimPolicy = "/", model.ReclaimRecycle }),
			[]string{"spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"}},
	}
}

func classRows() []row {
	type class = *model.StorageClass
	fast := func(edits ...func(class)) class {
		c := &model.StorageClass{ObjectMeta: model.ObjectMeta{Name: "fast"}, Provisioner: "disk.csi.example.com"}
		for _, edit := range edits {
			edit(c)
		}
		c.Default()
		return c
	}
	with := func(edit func(class)) asked { return toCreate(fast(edit)) }
	update := func(edit func(class)) asked { return toUpdate(fast(edit), fast()) }

	return []row{
		{"K1", "a class has a provisioner", with(func(c class) { c.Provisioner = "" }), []string{"provisioner: Required value"}},
		{"K2", "a class does not recycle", with(func(c class) { c.ReclaimPolicy = model.ReclaimRecycle }),
			[]string{`reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"`}},
		{"K3", "a binding mode is one of two", with(func(c class) { c.VolumeBindingMode = "x" }),
			[]string{`volumeBindingMode: Unsupported value: "x": supported values: "Immediate", "WaitForFirstConsumer"`}},
		{"K4", "the provisioner does not change", update(func(c class) { c.Provisioner = "other.example.com" }), []string{"provisioner: Invalid value: null: " + immutable}},
		{"K4", "the reclaim policy does not change", update(func(c class) { c.ReclaimPolicy = model.ReclaimRetain }), []string{"reclaimPolicy: Invalid value: null: " + immutable}},
		{"K4", "the binding mode does not change", update(func(c class) { c.VolumeBindingMode = model.BindWaitForFirstConsumer }),
			[]string{"volumeBindingMode: Invalid value: null: " + immutable}},
		{"K4", "the parameters do not change", update(func(c class) { c.Parameters = map[string]string{"type": "ssd"} }), []string{"parameters: Invalid value: null: " + immutable}},
		{"K5", "expansion, annotations and what the model does not know may change", update(func(c class) {
			c.AllowVolumeExpansion, c.Annotations, c.Unmodelled = true, model.Labels{model.AnnotationDefaultClass: "true"}, `{"mountOptions":["noatime"]}`
		}), none},
	}
}
