package validation

import (
	"path"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// PersistentVolume says why a volume could not be created. A capacity of 0
// counts as none.
//
// Source: pkg/apis/core/validation/validation.go, ValidatePersistentVolume and
// ValidatePersistentVolumeSpec.
func PersistentVolume(v *model.PersistentVolume) field.ErrorList { return persistentVolume(v, false) }

func persistentVolume(v *model.PersistentVolume, free anyValue) field.ErrorList {
	at, s := top("spec"), &v.Spec
	errs := objectMeta(&v.ObjectMeta, v.Kind(), dnsSubdomain)
	if len(s.AccessModes) == 0 {
		errs = append(errs, field.Required(at.child("accessModes").field(), ""))
	}
	errs = append(errs, accessModes(s.AccessModes, at.child("accessModes"))...)
	errs = append(errs, capacity(s.Capacity, at.child("capacity"))...)
	switch s.ReclaimPolicy {
	case model.ReclaimDelete, model.ReclaimRecycle, model.ReclaimRetain, "":
	default:
		errs = append(errs, field.NotSupported(at.child("persistentVolumeReclaimPolicy").field(), s.ReclaimPolicy,
			[]model.ReclaimPolicy{model.ReclaimDelete, model.ReclaimRecycle, model.ReclaimRetain}))
	}
	if s.NodeAffinity != nil {
		errs = append(errs, nodeSelector(s.NodeAffinity, free, at.child("nodeAffinity").child("required"))...)
	}
	errs = append(errs, volumeSource(s.Source, at)...)
	if s.Source.Type == model.SourceLocal && s.NodeAffinity == nil {
		errs = append(errs, field.Required(at.child("nodeAffinity").field(), "Local volume requires node affinity"))
	}
	if s.Source.Type == model.SourceHostPath && path.Clean(s.Source.Path) == "/" && s.ReclaimPolicy == model.ReclaimRecycle {
		errs = append(errs, field.Forbidden(at.child("persistentVolumeReclaimPolicy").field(), "may not be 'recycle' for a hostPath mount of '/'"))
	}
	if s.StorageClassName != "" {
		errs = append(errs, follow(dnsSubdomain, at.child("storageClassName"), s.StorageClassName)...)
	}
	return append(errs, volumeMode(s.VolumeMode, at.child("volumeMode"))...)
}

// capacity refuses a missing and a negative one twice, as the API server does.
func capacity(c model.Bytes, at fieldPath) field.ErrorList {
	switch {
	case c == 0:
		var none map[string]string
		return field.ErrorList{field.Required(at.field(), ""), field.NotSupported(at.field(), none, []string{"storage"})}
	case c < 0:
		at := at.key("storage").field()
		return field.ErrorList{field.Invalid(at, int64(c), "must be a valid resource quantity"), field.Invalid(at, c.String(), mustBePositive)}
	default:
		return nil
	}
}

// volumeSource checks that the volume says where its bytes are. A source that
// the model does not know is taken on trust.
func volumeSource(s model.VolumeSource, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	required := func(name, value string) {
		if value == "" {
			errs = append(errs, field.Required(at.child(string(s.Type)).child(name).field(), ""))
		}
	}
	switch s.Type {
	case "":
		errs = append(errs, field.Required(at.field(), "must specify a volume type"))
	case model.SourceHostPath, model.SourceLocal:
		required("path", s.Path)
		errs = append(errs, noBacksteps(s.Path, at.child(string(s.Type)).child("path"))...)
	case model.SourceNFS:
		required("server", s.Server)
		required("path", s.Path)
		if !path.IsAbs(s.Path) {
			errs = append(errs, field.Invalid(at.child("nfs").child("path").field(), s.Path, "must be an absolute path"))
		}
	case model.SourceCSI:
		required("driver", s.Driver)
		if s.Driver != "" {
			errs = append(errs, driverName(s.Driver, at.child("csi").child("driver"))...)
		}
		required("volumeHandle", s.Handle)
	}
	return errs
}

// driverName checks the name of a CSI driver: a name of DNS in any case, but no
// longer than one label of it.
//
// Source: pkg/apis/core/validation/validation.go, ValidateCSIDriverName.
func driverName(name string, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if len(name) > maxLabel {
		errs = append(errs, field.TooLong(at.field(), "", maxLabel))
	}
	for _, message := range dnsSubdomain(strings.ToLower(name)) {
		errs = append(errs, field.Invalid(at.field(), name, message))
	}
	return errs
}

// PersistentVolumeUpdate says why the volume old could not become updated.
//
// Its source, its mode, and its node affinity once it has one are immutable.
// All else may change, even the capacity and the claim that it is bound to:
// whoever edits a volume is trusted to know why.
//
// Source: pkg/apis/core/validation/validation.go, ValidatePersistentVolumeUpdate.
func PersistentVolumeUpdate(updated, old *model.PersistentVolume) field.ErrorList {
	errs := immutableMeta(&updated.ObjectMeta, &old.ObjectMeta)
	errs = append(errs, persistentVolume(updated, wrongValues(old.Spec.NodeAffinity))...)
	if updated.Spec.Source != old.Spec.Source || unknownSource(updated) != unknownSource(old) {
		errs = append(errs, field.Forbidden(top("spec").child("persistentvolumesource").field(),
			"spec.persistentvolumesource is immutable after creation"))
	}
	if updated.Spec.VolumeMode != old.Spec.VolumeMode {
		errs = append(errs, field.Invalid(top("volumeMode").field(), updated.Spec.VolumeMode, isImmutable))
	}
	if affinity := updated.Spec.NodeAffinity; old.Spec.NodeAffinity != nil && !sameAffinity(affinity, old.Spec.NodeAffinity) {
		errs = append(errs, field.Invalid(top("nodeAffinity").field(), internalAffinityOf(affinity),
			"field is immutable, except for updating from beta label to GA"))
	}
	return errs
}

// unknownSource is where the model keeps a source that it does not know.
func unknownSource(v *model.PersistentVolume) string {
	if v.Spec.Source.Type == model.SourceOther {
		return v.Spec.Unmodelled
	}
	return ""
}

// stableLabel is the name that a label of nodes got when it left beta.
func stableLabel(key string) (string, bool) {
	switch key {
	case "failure-domain.beta.kubernetes.io/zone":
		return "topology.kubernetes.io/zone", true
	case "failure-domain.beta.kubernetes.io/region":
		return "topology.kubernetes.io/region", true
	case "beta.kubernetes.io/os":
		return "kubernetes.io/os", true
	case "beta.kubernetes.io/arch":
		return "kubernetes.io/arch", true
	case "beta.kubernetes.io/instance-type":
		return "node.kubernetes.io/instance-type", true
	default:
		return "", false
	}
}

// sameAffinity reports whether the selectors are equal but for labels that now
// have their stable names.
//
// Source: pkg/apis/core/validation/validation.go, validatePvNodeAffinity.
func sameAffinity(updated, old *model.NodeSelector) bool {
	if updated == nil || len(updated.Terms) != len(old.Terms) {
		return false
	}
	renamed := &model.NodeSelector{Terms: make([]model.NodeSelectorTerm, len(old.Terms))}
	for i, term := range old.Terms {
		expressions := make([]model.LabelSelectorRequirement, len(term.MatchExpressions))
		copy(expressions, term.MatchExpressions)
		for j := range expressions {
			stable, ok := stableLabel(expressions[j].Key)
			if ok && j < len(updated.Terms[i].MatchExpressions) && updated.Terms[i].MatchExpressions[j].Key == stable {
				expressions[j].Key = stable
			}
		}
		renamed.Terms[i] = model.NodeSelectorTerm{MatchExpressions: expressions, MatchFields: term.MatchFields}
	}
	return sameNodeSelector(updated, renamed)
}
