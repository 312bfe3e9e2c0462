package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// The annotations of claims and volumes. With some of them the controllers of storage,
// the scheduler and the provisioners tell each other what they have done: those are
// fields of the rows, and are written out when somebody looks. Who edits such an
// annotation edits the field. The others are the user's.
//
// Source: component-helpers storage/volume/pv_helpers.go.
const (
	annBindCompleted     = "pv.kubernetes.io/bind-completed"
	annBoundByController = "pv.kubernetes.io/bound-by-controller"
	annSelectedNode      = "volume.kubernetes.io/selected-node"
	annProvisioner       = "volume.kubernetes.io/storage-provisioner"
	annProvisionerBeta   = "volume.beta.kubernetes.io/storage-provisioner"
	annProvisionedBy     = "pv.kubernetes.io/provisioned-by"
	annMigratedTo        = "pv.kubernetes.io/migrated-to"
	annPreResize         = "volume.alpha.kubernetes.io/pre-resize-capacity"
)

// The finalizers of claims and volumes. Somebody may take them away from an object that is
// being deleted: then it goes, whoever uses it. From others they are not gone for long.
//
// Source: pkg/volume/util/finalizer.go; sig-storage-lib-external-provisioner
// controller/controller.go.
const (
	claimProtection       = "kubernetes.io/pvc-protection"
	volumeProtection      = "kubernetes.io/pv-protection"
	provisionerProtection = "external-provisioner.volume.kubernetes.io/finalizer"
)

// present is the value of an annotation that says no more than that it is there.
const present = "yes"

// note is an annotation; one without a value is none.
type note struct{ key, value string }

// annotated returns the user's annotations and those of the controllers.
func annotated(own model.Labels, notes ...note) model.Labels {
	out := own
	for _, n := range notes {
		if n.value != "" {
			out = out.With(n.key, n.value)
		}
	}
	return out
}

// ownAnnotations returns the annotations without those of the given keys.
func ownAnnotations(all model.Labels, keys ...string) model.Labels {
	for _, key := range keys {
		if _, has := all[key]; has {
			all = all.Without(key)
		}
	}
	return all
}

func yesIf(is bool) string {
	if is {
		return present
	}
	return ""
}

// claimAnnotations are all annotations of a claim.
func (w *world) claimAnnotations(c *claim) model.Labels {
	return annotated(c.annotations,
		note{annBindCompleted, yesIf(c.BindCompleted)},
		note{annBoundByController, yesIf(c.BoundByController)},
		note{annSelectedNode, w.rendered(c.SelectedNode)},
		note{annProvisioner, c.Provisioner},
		note{annProvisionerBeta, c.Provisioner},
	)
}

// annotateClaim gives a claim its annotations.
func (w *world) annotateClaim(c *claim, all model.Labels) {
	_, c.BindCompleted = all[annBindCompleted]
	_, c.BoundByController = all[annBoundByController]
	c.Provisioner, c.SelectedNode = all[annProvisioner], model.Name{}
	if c.Provisioner == "" {
		c.Provisioner = all[annProvisionerBeta]
	}
	if node := all[annSelectedNode]; node != "" {
		c.SelectedNode = w.name("", node)
	}
	c.annotations = ownAnnotations(all, annBindCompleted, annBoundByController, annSelectedNode, annProvisioner, annProvisionerBeta)
}

// volumeAnnotations are all annotations of a volume.
func (w *world) volumeAnnotations(v *volume) model.Labels {
	return annotated(v.annotations,
		note{annBoundByController, yesIf(v.BoundByController)},
		note{annProvisionedBy, v.ProvisionedBy},
		note{annMigratedTo, storage.MigratedTo(v.ProvisionedBy)},
		note{annPreResize, preResize(v.PreResize)},
	)
}

// annotateVolume gives a volume its annotations.
func (w *world) annotateVolume(v *volume, all model.Labels) {
	_, v.BoundByController = all[annBoundByController]
	v.ProvisionedBy = all[annProvisionedBy]
	if _, waits := all[annPreResize]; !waits {
		v.PreResize = 0 // somebody has taken it away; what it says is the resizer's
	}
	v.annotations = ownAnnotations(all, annBoundByController, annProvisionedBy, annMigratedTo, annPreResize)
}

// preResize is the value of the annotation of a volume whose file system has a size of
// its own.
func preResize(size model.Bytes) string {
	if size == 0 {
		return ""
	}
	return size.String()
}
