package objects

import (
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"
)

var (
	accessMode = oneOf(corev1.ReadWriteOnce, corev1.ReadOnlyMany, corev1.ReadWriteMany)
	oddModes   = rapid.Map(rapid.SliceOfN(oneOf(corev1.ReadWriteOnce, corev1.ReadWriteOncePod, corev1.ReadOnlyMany, "Foo", "RWO", ""), 0, 3), items)
	blockMode  = maybe(oneOf(corev1.PersistentVolumeFilesystem, corev1.PersistentVolumeBlock))
	oddBlock   = maybe(oneOf[corev1.PersistentVolumeMode](corev1.PersistentVolumeFilesystem, corev1.PersistentVolumeBlock, "X", "block"))
)

// storage is an amount of storage, none for 0: the model makes no difference.
func storage(t *rapid.T, g *rapid.Generator[corev1.ResourceList]) corev1.ResourceList {
	return g.Draw(t, "storage")
}

var someStorage = rapid.Custom(func(t *rapid.T) corev1.ResourceList {
	return corev1.ResourceList{corev1.ResourceStorage: size.Draw(t, "size")}
})

var oddStorage = rapid.Custom(func(t *rapid.T) corev1.ResourceList {
	q := rapid.OneOf(oddSize, size).Draw(t, "size")
	if q.IsZero() {
		return nil
	}
	return corev1.ResourceList{corev1.ResourceStorage: q}
})

func claimSpec(t *rapid.T) corev1.PersistentVolumeClaimSpec {
	s := corev1.PersistentVolumeClaimSpec{
		AccessModes:      rapid.OneOf(rapid.SliceOfN(accessMode, 1, 2), rapid.Just([]corev1.PersistentVolumeAccessMode{corev1.ReadWriteOncePod})).Draw(t, "modes"),
		StorageClassName: oneOf(nil, new(""), new("fast"), new("fast.example.com")).Draw(t, "class"),
		VolumeMode:       blockMode.Draw(t, "volumeMode"),
		VolumeName:       oneOf("", "", "pv-0").Draw(t, "volumeName"),
	}
	s.Resources.Requests = someStorage.Draw(t, "storage")
	if rapid.IntRange(0, 4).Draw(t, "selects") == 0 {
		s.Selector = &metav1.LabelSelector{MatchLabels: some(labels.Draw(t, "matchLabels")), MatchExpressions: []metav1.LabelSelectorRequirement{requirement.Draw(t, "expression")}}
	}
	return s
}

func claimMutations() []mutation[*corev1.PersistentVolumeClaimSpec] {
	type s = *corev1.PersistentVolumeClaimSpec
	return []mutation[s]{
		set("accessModes", func(o s) *[]corev1.PersistentVolumeAccessMode { return &o.AccessModes }, oddModes),
		set("request", func(o s) *corev1.ResourceList { return &o.Resources.Requests }, oddStorage),
		set("class", func(o s) **string { return &o.StorageClassName }, maybe(anyWord)),
		set("volumeMode", func(o s) **corev1.PersistentVolumeMode { return &o.VolumeMode }, oddBlock),
		set("volumeName", func(o s) *string { return &o.VolumeName }, anyWord),
		set("claim selector", func(o s) **metav1.LabelSelector { return &o.Selector }, oddSelector),
	}
}

func drawClaim(t *rapid.T) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{ObjectMeta: meta(t, true), Spec: claimSpec(t)}
}

func claimCreateMutations() []mutation[*corev1.PersistentVolumeClaim] {
	type c = *corev1.PersistentVolumeClaim
	out := at(func(_ *rapid.T, o c) *corev1.PersistentVolumeClaimSpec { return &o.Spec }, claimMutations())
	return append(out, at(func(_ *rapid.T, o c) *metav1.ObjectMeta { return &o.ObjectMeta }, metaMutations())...)
}

func claimUpdateMutations() []mutation[*corev1.PersistentVolumeClaim] {
	type c = *corev1.PersistentVolumeClaim
	out := at(func(_ *rapid.T, o c) *corev1.PersistentVolumeClaimSpec { return &o.Spec }, claimMutations())
	out = append(out, set("request", func(o c) *corev1.ResourceList { return &o.Spec.Resources.Requests }, someStorage))
	return append(out, at(func(_ *rapid.T, o c) *metav1.ObjectMeta { return &o.ObjectMeta }, sharedMetaMutations())...)
}

// bound gives a stored claim the status that its controller may have written.
func bound(t *rapid.T, c *corev1.PersistentVolumeClaim) {
	c.Status.Phase = oneOf(corev1.ClaimPending, corev1.ClaimBound, corev1.ClaimBound, corev1.ClaimLost).Draw(t, "phase")
	if c.Status.Phase == corev1.ClaimBound {
		c.Status.Capacity = someStorage.Draw(t, "capacity")
	}
	if rapid.IntRange(0, 9).Draw(t, "beta") == 0 {
		c.Annotations = map[string]string{"volume.beta.kubernetes.io/storage-class": "fast"}
	}
}

func drawVolume(t *rapid.T) *corev1.PersistentVolume {
	v := &corev1.PersistentVolume{ObjectMeta: meta(t, false)}
	s := &v.Spec
	s.Capacity = someStorage.Draw(t, "capacity")
	s.AccessModes = rapid.SliceOfN(accessMode, 1, 2).Draw(t, "modes")
	s.PersistentVolumeReclaimPolicy = oneOf("", corev1.PersistentVolumeReclaimRetain, corev1.PersistentVolumeReclaimDelete, corev1.PersistentVolumeReclaimRecycle).Draw(t, "policy")
	s.StorageClassName = oneOf("", "fast").Draw(t, "class")
	s.VolumeMode = blockMode.Draw(t, "volumeMode")
	s.PersistentVolumeSource = source.Draw(t, "source")
	if s.Local != nil || rapid.IntRange(0, 3).Draw(t, "placed") == 0 {
		s.NodeAffinity = affinity.Draw(t, "affinity")
	}
	if rapid.IntRange(0, 3).Draw(t, "claimed") == 0 {
		s.ClaimRef = &corev1.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: "default", Name: "www-web-0", UID: uidOf(rapid.Int64Range(0, 3).Draw(t, "uid"))}
	}
	return v
}

var source = rapid.Custom(func(t *rapid.T) corev1.PersistentVolumeSource {
	switch rapid.IntRange(0, 3).Draw(t, "type") {
	case 0:
		return corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{Driver: "disk.csi.example.com", VolumeHandle: "vol-1"}}
	case 1:
		return corev1.PersistentVolumeSource{NFS: &corev1.NFSVolumeSource{Server: "nfs", Path: "/export"}}
	case 2:
		return corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/srv"}}
	default:
		return corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: "/mnt/disk"}}
	}
})

var oddSource = rapid.Custom(func(t *rapid.T) corev1.PersistentVolumeSource {
	path := oneOf("", "/", "//", "/a", "/a/../b", "..", "rel", "/a..b", "/.")
	switch rapid.IntRange(0, 4).Draw(t, "type") {
	case 0:
		return corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{Driver: anyWord.Draw(t, "driver"), VolumeHandle: oneOf("", "h").Draw(t, "handle")}}
	case 1:
		return corev1.PersistentVolumeSource{NFS: &corev1.NFSVolumeSource{Server: oneOf("", "nfs").Draw(t, "server"), Path: path.Draw(t, "path")}}
	case 2:
		return corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: path.Draw(t, "path")}}
	case 3:
		return corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: path.Draw(t, "path")}}
	default:
		return corev1.PersistentVolumeSource{}
	}
})

var nodeKey = oneOf("kubernetes.io/hostname", "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone", "beta.kubernetes.io/os", "kubernetes.io/os")

var affinity = rapid.Custom(func(t *rapid.T) *corev1.VolumeNodeAffinity {
	return onNodesOf(corev1.NodeSelectorTerm{MatchExpressions: []corev1.NodeSelectorRequirement{
		{Key: nodeKey.Draw(t, "key"), Operator: corev1.NodeSelectorOpIn, Values: []string{oneOf("a", "b").Draw(t, "value")}}}})
})

func onNodesOf(terms ...corev1.NodeSelectorTerm) *corev1.VolumeNodeAffinity {
	return &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: terms}}
}

var oddAffinity = rapid.Custom(func(t *rapid.T) *corev1.VolumeNodeAffinity {
	var terms []corev1.NodeSelectorTerm
	for range rapid.IntRange(0, 2).Draw(t, "terms") {
		var term corev1.NodeSelectorTerm
		for range rapid.IntRange(0, 2).Draw(t, "expressions") {
			r := corev1.NodeSelectorRequirement{Key: rapid.OneOf(nodeKey, anyWord).Draw(t, "key"),
				Operator: oneOf(corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn, corev1.NodeSelectorOpExists, corev1.NodeSelectorOpDoesNotExist, corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt, "Foo", "").Draw(t, "operator")}
			if n := rapid.IntRange(0, 2).Draw(t, "n"); n > 0 {
				r.Values = rapid.SliceOfN(anyWord, n, n).Draw(t, "values")
			}
			term.MatchExpressions = append(term.MatchExpressions, r)
		}
		terms = append(terms, term)
	}
	return onNodesOf(terms...)
})

func volumeMutations() []mutation[*corev1.PersistentVolume] {
	type v = *corev1.PersistentVolume
	return []mutation[v]{
		set("capacity", func(o v) *corev1.ResourceList { return &o.Spec.Capacity }, oddStorage),
		set("accessModes", func(o v) *[]corev1.PersistentVolumeAccessMode { return &o.Spec.AccessModes }, oddModes),
		set("reclaimPolicy", func(o v) *corev1.PersistentVolumeReclaimPolicy { return &o.Spec.PersistentVolumeReclaimPolicy }, oneOf[corev1.PersistentVolumeReclaimPolicy]("Foo", "retain", "Recycle", "Delete")),
		set("class", func(o v) *string { return &o.Spec.StorageClassName }, anyWord),
		set("volumeMode", func(o v) **corev1.PersistentVolumeMode { return &o.Spec.VolumeMode }, oddBlock),
		set("source", func(o v) *corev1.PersistentVolumeSource { return &o.Spec.PersistentVolumeSource }, oddSource),
		{"no affinity", func(_ *rapid.T, o v) { o.Spec.NodeAffinity = nil }},
		set("affinity", func(o v) **corev1.VolumeNodeAffinity { return &o.Spec.NodeAffinity }, rapid.OneOf(affinity, oddAffinity)),
		{"claimRef", func(t *rapid.T, o v) {
			o.Spec.ClaimRef = &corev1.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: anyWord.Draw(t, "namespace"), Name: anyWord.Draw(t, "claim")}
		}},
		{"a recycled root", func(t *rapid.T, o v) {
			o.Spec.PersistentVolumeSource, o.Spec.PersistentVolumeReclaimPolicy = corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: oneOf("/", "/.", "/a").Draw(t, "path")}}, "Recycle"
		}},
	}
}

func volumeCreateMutations() []mutation[*corev1.PersistentVolume] {
	return append(volumeMutations(), at(func(_ *rapid.T, o *corev1.PersistentVolume) *metav1.ObjectMeta { return &o.ObjectMeta }, metaMutations())...)
}

func volumeUpdateMutations() []mutation[*corev1.PersistentVolume] {
	return append(volumeMutations(), at(func(_ *rapid.T, o *corev1.PersistentVolume) *metav1.ObjectMeta { return &o.ObjectMeta }, sharedMetaMutations())...)
}

func drawClass(t *rapid.T) *storagev1.StorageClass {
	return &storagev1.StorageClass{
		ObjectMeta:           meta(t, false),
		Provisioner:          oneOf("disk.csi.example.com", "kubernetes.io/no-provisioner", "a/b").Draw(t, "provisioner"),
		ReclaimPolicy:        maybe(oneOf(corev1.PersistentVolumeReclaimDelete, corev1.PersistentVolumeReclaimRetain)).Draw(t, "policy"),
		VolumeBindingMode:    maybe(oneOf(storagev1.VolumeBindingImmediate, storagev1.VolumeBindingWaitForFirstConsumer)).Draw(t, "mode"),
		AllowVolumeExpansion: maybe(rapid.Bool()).Draw(t, "expansion"),
		Parameters:           some(labels.Draw(t, "parameters")),
		AllowedTopologies:    oneOf(nil, nil, []corev1.TopologySelectorTerm{zones("zone", "a", "b")}).Draw(t, "topologies"),
	}
}

// zones is a term with one expression.
func zones(key string, values ...string) corev1.TopologySelectorTerm {
	return corev1.TopologySelectorTerm{MatchLabelExpressions: []corev1.TopologySelectorLabelRequirement{{Key: key, Values: values}}}
}

var oddTopologies = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) corev1.TopologySelectorTerm {
	return corev1.TopologySelectorTerm{MatchLabelExpressions: items(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) corev1.TopologySelectorLabelRequirement {
		return corev1.TopologySelectorLabelRequirement{Key: oneOf("zone", "zone", "region", "a b", "").Draw(t, "key"), Values: items(rapid.SliceOfN(oneOf("a", "b", "A b"), 0, 3).Draw(t, "values"))}
	}), 0, 2).Draw(t, "expressions"))}
}), 1, 3)

func classMutations() []mutation[*storagev1.StorageClass] {
	type c = *storagev1.StorageClass
	return []mutation[c]{
		set("provisioner", func(o c) *string { return &o.Provisioner }, anyWord),
		set("reclaimPolicy", func(o c) **corev1.PersistentVolumeReclaimPolicy { return &o.ReclaimPolicy }, maybe(oneOf[corev1.PersistentVolumeReclaimPolicy]("Recycle", "Foo", "Delete", "Retain"))),
		set("bindingMode", func(o c) **storagev1.VolumeBindingMode { return &o.VolumeBindingMode }, maybe(oneOf[storagev1.VolumeBindingMode]("x", "immediate", "Immediate", "WaitForFirstConsumer"))),
		set("parameters", func(o c) *map[string]string { return &o.Parameters }, rapid.OneOf(oddLabels, rapid.Map(labels, some[string, string]))),
		set("topologies", func(o c) *[]corev1.TopologySelectorTerm { return &o.AllowedTopologies }, oddTopologies),
		{"no topologies", func(_ *rapid.T, o c) { o.AllowedTopologies = nil }},
		set("expansion", func(o c) **bool { return &o.AllowVolumeExpansion }, maybe(rapid.Bool())),
	}
}

func classCreateMutations() []mutation[*storagev1.StorageClass] {
	return append(classMutations(), at(func(_ *rapid.T, o *storagev1.StorageClass) *metav1.ObjectMeta { return &o.ObjectMeta }, metaMutations())...)
}

func classUpdateMutations() []mutation[*storagev1.StorageClass] {
	return append(classMutations(), at(func(_ *rapid.T, o *storagev1.StorageClass) *metav1.ObjectMeta { return &o.ObjectMeta }, sharedMetaMutations())...)
}
