package sim

import (
	"maps"
	"slices"
)

// The volumes of a template, as kubectl describes them.
//
// Source: kubectl pkg/describe/describe.go.

// volumes writes the volumes. Of kinds of volumes that belong to one cloud or are
// no more, and of those whose claim comes with the pod, kubectl would say more.
//
// Source: describeVolumes.
func (p *page) volumes(volumes []shownVolume) {
	if len(volumes) == 0 {
		p.line(1, "Volumes:\t<none>")
		return
	}
	p.line(1, "Volumes:")
	for i := range volumes {
		p.line(1, " %s:", volumes[i].Name)
		p.volume(&volumes[i])
	}
}

func (p *page) volume(v *shownVolume) {
	switch {
	case v.HostPath != nil:
		kind := "<none>"
		if v.HostPath.Type != nil {
			kind = *v.HostPath.Type
		}
		p.source("HostPath (bare host directory volume)", "Path", v.HostPath.Path, "HostPathType", kind)
	case v.EmptyDir != nil:
		limit := v.EmptyDir.SizeLimit
		if limit == "" || limit == "0" {
			limit = "<unset>"
		}
		p.source("EmptyDir (a temporary directory that shares a pod's lifetime)", "Medium", v.EmptyDir.Medium, "SizeLimit", limit)
	case v.Secret != nil:
		p.source("Secret (a volume populated by a Secret)", "SecretName", v.Secret.SecretName, "Optional", v.Secret.Optional)
	case v.ConfigMap != nil:
		p.source("ConfigMap (a volume populated by a ConfigMap)", "Name", v.ConfigMap.Name, "Optional", v.ConfigMap.Optional)
	case v.NFS != nil:
		p.source("NFS (an NFS mount that lasts the lifetime of a pod)", "Server", v.NFS.Server, "Path", v.NFS.Path, "ReadOnly", v.NFS.ReadOnly)
	case v.PersistentVolumeClaim != nil:
		p.source("PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
			"ClaimName", v.PersistentVolumeClaim.ClaimName, "ReadOnly", v.PersistentVolumeClaim.ReadOnly)
	case v.DownwardAPI != nil:
		p.source("DownwardAPI (a volume populated by information about the pod)")
		p.items(v.DownwardAPI.Items)
	case v.Projected != nil:
		p.source("Projected (a volume that contains injected data from multiple sources)")
		for i := range v.Projected.Sources {
			p.projection(&v.Projected.Sources[i])
		}
	case v.CSI != nil:
		p.source("CSI (a Container Storage Interface (CSI) volume source)",
			"Driver", v.CSI.Driver, "FSType", v.CSI.FSType, "ReadOnly", v.CSI.ReadOnly)
		p.attributes(v.CSI.VolumeAttributes)
	case v.Image != nil:
		p.source("Image (a container image or OCI artifact)", "Reference", v.Image.Reference, "PullPolicy", v.Image.PullPolicy)
	default:
		p.line(1, "<unknown>")
	}
}

// source writes the kind of a volume, and its fields: names and values in turn.
func (p *page) source(kind string, fields ...any) {
	p.line(2, "Type:\t%s", kind)
	for i := 0; i < len(fields); i += 2 {
		p.line(2, "%v:\t%v", fields[i], fields[i+1])
	}
}

func (p *page) items(items []shownItem) {
	p.line(2, "Items:")
	for _, item := range items {
		if item.FieldRef != nil {
			p.line(3, "%s -> %s", item.FieldRef.FieldPath, item.Path)
		}
		if item.ResourceFieldRef != nil {
			p.line(3, "%s -> %s", item.ResourceFieldRef.Resource, item.Path)
		}
	}
}

func (p *page) projection(s *shownProjection) {
	switch {
	case s.Secret != nil:
		p.line(2, "SecretName:\t%s", s.Secret.Name)
		p.line(2, "Optional:\t%t", s.Secret.Optional)
	case s.DownwardAPI != nil:
		p.line(2, "DownwardAPI:\ttrue")
	case s.ConfigMap != nil:
		p.line(2, "ConfigMapName:\t%s", s.ConfigMap.Name)
		p.line(2, "Optional:\t%t", s.ConfigMap.Optional)
	case s.ServiceAccountToken != nil:
		p.line(2, "TokenExpirationSeconds:\t%d", s.ServiceAccountToken.ExpirationSeconds)
	}
}

// attributes writes what a CSI driver is told, indented twice as kubectl does it.
func (p *page) attributes(attributes map[string]string) {
	if len(attributes) == 0 {
		p.line(2, "VolumeAttributes:\t<none>")
		return
	}
	for i, key := range slices.Sorted(maps.Keys(attributes)) {
		head, text := "VolumeAttributes:\t", key+"="+attributes[key]
		if i > 0 {
			head = "    \t"
		}
		if len(text) > annotationMaximum {
			text = text[:annotationMaximum] + "..."
		}
		p.line(2, "%s    %s", head, text)
	}
}
