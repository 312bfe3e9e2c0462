package storage

import (
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// Provisioner is what is known of a provisioner's volumes.
type Provisioner struct {
	// Source is the kind of source that its volumes have.
	Source model.VolumeSourceType
	// Attachable says that its volumes are attached to a node before they can be
	// mounted there, and so keep nodes from sharing them.
	Attachable bool
	// Pinned says that its volumes are on the disk of one node, and are of use
	// there only.
	Pinned bool
	// Zonal says that each of its volumes is in one zone, and is of use there only.
	Zonal bool
}

// Kinds of provisioners.
var (
	attached = Provisioner{Source: model.SourceCSI, Attachable: true} // a block device over the network
	zonal    = Provisioner{Source: model.SourceCSI, Attachable: true, Zonal: true}
	shared   = Provisioner{Source: model.SourceCSI}               // a file system over the network
	pinned   = Provisioner{Source: model.SourceCSI, Pinned: true} // a driver for the node's own disks
	nfs      = Provisioner{Source: model.SourceNFS}
	hostPath = Provisioner{Source: model.SourceHostPath}
	onNode   = Provisioner{Source: model.SourceHostPath, Pinned: true}
)

// provisioners are the well-known ones. Those not attachable are CSI drivers whose
// CSIDriver object says attachRequired false, and provisioners that are no CSI
// drivers.
var provisioners = map[string]Provisioner{
	"cinder.csi.openstack.org":  zonal,
	"csi.hetzner.cloud":         attached,
	"csi.vsphere.vmware.com":    attached,
	"disk.csi.azure.com":        zonal,
	"dobs.csi.digitalocean.com": attached,
	"driver.longhorn.io":        attached,
	"ebs.csi.aws.com":           zonal,
	"pd.csi.storage.gke.io":     zonal,
	"rbd.csi.ceph.com":          attached,

	"cephfs.csi.ceph.com":          shared,
	"csi.juicefs.com":              shared,
	"efs.csi.aws.com":              shared,
	"file.csi.azure.com":           shared,
	"filestore.csi.storage.gke.io": shared,
	"fsx.csi.aws.com":              shared,
	"nfs.csi.k8s.io":               shared,
	"smb.csi.k8s.io":               shared,

	"hostpath.csi.k8s.io":  pinned,
	"local.csi.openebs.io": pinned,
	"topolvm.io":           pinned,
	"zfs.csi.openebs.io":   pinned,

	"docker.io/hostpath":       hostPath,
	"k8s.io/minikube-hostpath": hostPath,

	"microk8s.io/hostpath":  onNode,
	"openebs.io/local":      onNode,
	"rancher.io/local-path": onNode,

	"k8s-sigs.io/nfs-subdir-external-provisioner": nfs,
}

// words tell what an unlisted provisioner makes, for many deployments add a prefix
// of their own: "rook-ceph.cephfs.csi.ceph.com", "cluster.local/nfs-client". The
// first word that the name contains decides.
var words = []struct {
	word string
	is   Provisioner
}{
	{"nfs.csi", shared},
	{"nfs", nfs},
	{"cephfs", shared},
	{"filestore", shared},
	{"efs.csi", shared},
	{"hostpath", hostPath},
	{"local-path", onNode},
}

// KnownProvisioner returns what is known of a provisioner. One that nobody has
// heard of is taken for a CSI driver of attachable volumes: that is what a CSI
// driver is unless it says otherwise.
func KnownProvisioner(name string) Provisioner {
	if p, ok := provisioners[name]; ok {
		return p
	}
	for _, w := range words {
		if strings.Contains(name, w.word) {
			return w.is
		}
	}
	return attached
}

// source is the source of a volume of the provisioner.
func (p Provisioner) source(driver string) model.VolumeSource {
	if p.Source == model.SourceCSI {
		return model.VolumeSource{Type: model.SourceCSI, Driver: driver}
	}
	return model.VolumeSource{Type: p.Source}
}

// Attachable reports whether the volume has to be attached to a node. One that has
// not can be mounted on any number of nodes at once, whatever its access modes say.
//
// Source: pkg/volume/plugins.go, FindAttachablePluginBySpec; pkg/volume/csi/csi_plugin.go,
// CanAttach.
func Attachable(spec *model.PersistentVolumeSpec) bool {
	switch spec.Source.Type {
	case model.SourceCSI:
		return KnownProvisioner(spec.Source.Driver).Attachable
	case model.SourceOther:
		return true // most are block devices: the old cloud disks, iSCSI, Fibre Channel, RBD
	default:
		return false
	}
}
