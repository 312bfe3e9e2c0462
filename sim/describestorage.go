package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// Claims, volumes and classes, as kubectl describes them.
//
// Source: kubectl pkg/describe/describe.go, describePersistentVolumeClaim,
// describePersistentVolume and describeStorageClass.

// usersOf are the pods that mount a claim and have not ended, by name.
func (w *world) usersOf(c *model.PersistentVolumeClaim) (out []string) {
	for p := range w.podsOf(w.name(c.Namespace, c.Name)) {
		if r := w.pods.at(p); !r.ended() {
			out = append(out, w.rendered(r.name))
		}
	}
	slices.Sort(out)
	return out
}

func describeClaim(b *strings.Builder, c *model.PersistentVolumeClaim, users []string) {
	class := ""
	if c.Spec.StorageClassName != nil {
		class = *c.Spec.StorageClassName
	}
	status := string(c.Status.Phase)
	if c.DeletedAt != nil {
		status = "Terminating"
	}
	field(b, "StorageClass", class)
	field(b, "Status", status)
	field(b, "Volume", c.Spec.VolumeName)
	field(b, "Annotations", c.Annotations.String())
	field(b, "Finalizers", fmt.Sprint(c.Finalizers))
	capacity, access := "", ""
	if c.Spec.VolumeName != "" { // or it has none, whatever it asks for
		capacity, access = c.Status.Capacity.String(), modes(c.Status.AccessModes)
	}
	field(b, "Capacity", capacity)
	field(b, "Access Modes", access)
	field(b, "VolumeMode", string(c.Spec.VolumeMode))
	field(b, "Used By", orNone(strings.Join(users, ", ")))
	for _, condition := range c.Status.Conditions {
		field(b, "Condition "+string(condition.Type), strings.TrimSpace(string(condition.Status)+" "+condition.Message))
	}
}

func describeVolume(b *strings.Builder, v *model.PersistentVolume) {
	status, claim := string(v.Status.Phase), ""
	if v.DeletedAt != nil {
		status = "Terminating (" + status + ")"
	}
	if ref := v.Spec.ClaimRef; ref != nil {
		claim = ref.Namespace + "/" + ref.Name
	}
	field(b, "Annotations", v.Annotations.String())
	field(b, "Finalizers", fmt.Sprint(v.Finalizers))
	field(b, "StorageClass", v.Spec.StorageClassName)
	field(b, "Status", status)
	field(b, "Claim", claim)
	field(b, "Reclaim Policy", string(v.Spec.ReclaimPolicy))
	field(b, "Access Modes", modes(v.Spec.AccessModes))
	field(b, "VolumeMode", string(v.Spec.VolumeMode))
	field(b, "Capacity", v.Spec.Capacity.String())
	affinity := "<none>"
	if v.Spec.NodeAffinity != nil {
		affinity = describeAffinity(v.Spec.NodeAffinity)
	}
	field(b, "Node Affinity", affinity)
	field(b, "Message", v.Status.Message)
	field(b, "Source", describeSource(&v.Spec.Source))
}

// describeAffinity says which nodes reach a volume.
func describeAffinity(a *model.NodeSelector) string {
	var terms []string
	for _, term := range a.Terms {
		var parts []string
		for _, r := range slices.Concat(term.MatchExpressions, term.MatchFields) {
			part := r.Key + " " + strings.ToLower(string(r.Operator))
			if len(r.Values) > 0 {
				part += " [" + strings.Join(r.Values, ", ") + "]"
			}
			parts = append(parts, part)
		}
		terms = append(terms, strings.Join(parts, " and "))
	}
	return strings.Join(terms, ", or ")
}

// describeSource says where the bytes of a volume are.
func describeSource(s *model.VolumeSource) string {
	words := []string{string(s.Type)}
	for _, part := range []string{s.Driver, s.Handle, s.Server, s.Path} {
		if part != "" {
			words = append(words, part)
		}
	}
	return strings.Join(words, " ")
}

func describeClass(b *strings.Builder, c *model.StorageClass) {
	isDefault, expansion := "No", "<unset>"
	if c.IsDefault() {
		isDefault = "Yes"
	}
	if c.AllowVolumeExpansion {
		expansion = "True"
	}
	field(b, "IsDefaultClass", isDefault)
	field(b, "Provisioner", c.Provisioner)
	field(b, "Parameters", model.Labels(c.Parameters).String())
	field(b, "AllowVolumeExpansion", expansion)
	field(b, "ReclaimPolicy", string(c.ReclaimPolicy))
	field(b, "VolumeBindingMode", string(c.VolumeBindingMode))
}
