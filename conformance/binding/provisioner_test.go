package binding

import (
	"context"
	"errors"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// driver is a CSI driver as the library of the external provisioners sees it. Making a
// volume takes a second, destroying one no time. It makes volumes of both modes, and
// none to a selector.
//
// Source: kubernetes-csi external-provisioner pkg/controller/controller.go, Provision.
type driver struct{ name string }

// provisionTime is how long it takes to make a volume.
const provisionTime = time.Second

// errSelector is what a provisioner says to a selector.
var errSelector = errors.New("claim Selector is not supported")

// Provision implements [controller.Provisioner].
func (d driver) Provision(_ context.Context, o controller.ProvisionOptions) (*v1.PersistentVolume, controller.ProvisioningState, error) {
	if o.PVC.Spec.Selector != nil {
		return nil, controller.ProvisioningFinished, errSelector
	}
	time.Sleep(provisionTime)
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: o.PVName},
		Spec: v1.PersistentVolumeSpec{
			Capacity:                      v1.ResourceList{v1.ResourceStorage: o.PVC.Spec.Resources.Requests[v1.ResourceStorage]},
			AccessModes:                   o.PVC.Spec.AccessModes,
			PersistentVolumeReclaimPolicy: *o.StorageClass.ReclaimPolicy,
			VolumeMode:                    o.PVC.Spec.VolumeMode,
			PersistentVolumeSource: v1.PersistentVolumeSource{
				CSI: &v1.CSIPersistentVolumeSource{Driver: d.name, VolumeHandle: o.PVName},
			},
		},
	}, controller.ProvisioningFinished, nil
}

// Delete implements [controller.Provisioner].
func (driver) Delete(context.Context, *v1.PersistentVolume) error { return nil }

// SupportsBlock implements [controller.BlockProvisioner].
func (driver) SupportsBlock(context.Context) bool { return true }
