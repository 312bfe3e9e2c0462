package storage

import (
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// inTree is the prefix of the provisioners that Kubernetes keeps for itself.
const inTree = "kubernetes.io/"

// migrated are the in-tree provisioners whose work a CSI driver has taken over;
// for all else with that prefix there is none.
//
// Source: k8s.io/csi-translation-lib plugins.
var migrated = map[string]string{
	"kubernetes.io/aws-ebs":         "ebs.csi.aws.com",
	"kubernetes.io/azure-disk":      "disk.csi.azure.com",
	"kubernetes.io/azure-file":      "file.csi.azure.com",
	"kubernetes.io/cinder":          "cinder.csi.openstack.org",
	"kubernetes.io/gce-pd":          "pd.csi.storage.gke.io",
	"kubernetes.io/portworx-volume": "pxd.portworx.com",
	"kubernetes.io/vsphere-volume":  "csi.vsphere.vmware.com",
}

// Driver returns the external provisioner that serves a class with the given
// provisioner: the provisioner itself, or the CSI driver that replaced it. False
// if none can, as for kubernetes.io/no-provisioner. Whether somebody runs it is
// another question.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go,
// findProvisionablePlugin.
func Driver(provisioner string) (driver string, ok bool) {
	if driver, ok := migrated[provisioner]; ok {
		return driver, true
	}
	return provisioner, !strings.HasPrefix(provisioner, inTree)
}

// MigratedTo returns the CSI driver that has taken over the work of an in-tree
// provisioner; "" if there is none, or none is needed.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller_base.go,
// updateMigrationAnnotations.
func MigratedTo(provisioner string) string { return migrated[provisioner] }

// provision asks the class's provisioner for a volume, or waits for it when it has
// been asked.
//
// Source: pkg/controller/volume/persistentvolume/pv_controller.go, provisionClaim
// and provisionClaimOperationExternal.
func provision(c *Claim, v View) ClaimDecision {
	notice := Notice{Claim: c.Name, Class: c.Class.Name}
	class, ok := v.Class(c.Class.Name)
	if !ok {
		notice.Reason = ClassNotFound
		return claimWaitsSilently(notice)
	}
	driver, ok := Driver(class.Provisioner)
	notice.Provisioner = driver
	if !ok {
		notice.Reason = NoProvisioner
		return claimWaitsSilently(notice)
	}
	notice.Reason = ProvisionerAsked
	if c.Provisioner == driver {
		return claimWaitsSilently(notice)
	}
	return ClaimDecision{Kind: ClaimProvision, Notice: notice, Provisioner: driver}
}

// ProvisionerActs reports whether the external provisioner of the claim's class,
// if it runs, makes a volume for the claim now. If it would but cannot, the
// notice says why, and is an event.
//
// Source: sig-storage-lib-external-provisioner controller/controller.go,
// shouldProvision.
func ProvisionerActs(c *Claim, class *model.StorageClass) (bool, Notice) {
	waits := class.VolumeBindingMode == model.BindWaitForFirstConsumer && c.SelectedNode == model.Name{}
	if (c.VolumeName != model.Name{}) || c.Provisioner == "" || waits {
		return false, Notice{}
	}
	if c.Spec.Selector != nil {
		return false, Notice{Reason: SelectorUnsupported, Claim: c.Name, Class: c.Class.Name}
	}
	return true, Notice{}
}

// DeleterActs reports whether an external provisioner, if it runs, destroys the volume
// now, and which one: the one that made it, or, of a CSI volume that was made by hand,
// the driver's. Other volumes that were made by hand have nobody who does, though their
// policy be Delete.
//
// Source: sig-storage-lib-external-provisioner controller/controller.go,
// isProvisionerForVolume and shouldDelete.
func DeleterActs(vol *Volume) (driver string, acts bool) {
	switch {
	case vol.ProvisionedBy != "":
		driver, _ = Driver(vol.ProvisionedBy)
	case vol.Spec.Source.Type == model.SourceCSI:
		driver = vol.Spec.Source.Driver
	default:
		return "", false
	}
	if vol.Deleting && !vol.Guarded {
		return driver, false
	}
	return driver, vol.Phase == model.VolumeReleased && vol.Spec.ReclaimPolicy == model.ReclaimDelete
}

// Guard reports whether the volume's provisioner, if it runs, keeps its finalizer on the
// volume: a volume that is to be destroyed gets it when it is bound, and only what is to be
// kept or recycled loses it. So the object of such a volume, when somebody deletes it,
// waits for the volume to be released.
//
// Source: sig-storage-lib-external-provisioner controller/controller.go,
// handleProtectionFinalizer.
func Guard(vol *Volume) bool {
	switch vol.Spec.ReclaimPolicy {
	case model.ReclaimRetain, model.ReclaimRecycle:
		return false
	case model.ReclaimDelete:
		return vol.Guarded || !vol.Deleting && vol.Phase == model.VolumeBound
	default:
		return vol.Guarded
	}
}

// NewVolumeSpec is the spec of the volume that a provisioner makes for a claim of
// a class: of the size and the modes that the claim asks for, with the class's
// reclaim policy. It depends on nothing else, so the claims of one template may
// share it; whose the volume is says [Provisioned].
//
// A provisioner that makes volumes on a node's own disk ([Provisioner.Pinned]) needs
// the affinity to the node; others pass nil.
func NewVolumeSpec(c *model.PersistentVolumeClaimSpec, class *model.StorageClass, affinity *model.NodeSelector) *model.PersistentVolumeSpec {
	driver, _ := Driver(class.Provisioner)
	return &model.PersistentVolumeSpec{
		Capacity:         c.Request,
		AccessModes:      c.AccessModes,
		ReclaimPolicy:    class.ReclaimPolicy,
		StorageClassName: class.Name,
		VolumeMode:       c.VolumeMode,
		NodeAffinity:     affinity,
		Source:           KnownProvisioner(driver).source(driver),
	}
}

// Provisioned is the volume that a provisioner makes for a claim. It carries the
// claim's UID, so the volume controller syncs the claim at once. Its name is
// "pvc-" and the claim's UID.
func Provisioned(name model.Name, uid model.UID, c *Claim, class *model.StorageClass, spec *model.PersistentVolumeSpec) Volume {
	return Volume{
		Name:          name,
		UID:           uid,
		Spec:          spec,
		Class:         c.Class.Name,
		ClaimRef:      ClaimRef{Name: c.Name, UID: c.UID, Set: true},
		Phase:         model.VolumePending,
		ProvisionedBy: class.Provisioner,
		Guarded:       class.ReclaimPolicy == model.ReclaimDelete,
	}
}

// DefaultClass returns the class that a claim without one gets: of those marked as
// default the newest, and of equals the first by name; nil if none is marked.
//
// Source: pkg/volume/util/storageclass.go, GetDefaultClass.
func DefaultClass(classes []*model.StorageClass) *model.StorageClass {
	var best *model.StorageClass
	for _, class := range classes {
		if !class.IsDefault() {
			continue
		}
		// The API stores whole seconds.
		if best == nil || class.CreatedAt.Second() > best.CreatedAt.Second() ||
			class.CreatedAt.Second() == best.CreatedAt.Second() && class.Name < best.Name {
			best = class
		}
	}
	return best
}
