package manifest

import (
	"fmt"
	"math"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ordinal-sim/ordinal/model"
)

// Quantities, in both directions. The model counts in bytes and thousandths of a
// CPU; what is finer than that is rounded up, which convert notices.

func bytesToAPI(b model.Bytes) resource.Quantity {
	format := resource.DecimalSI
	if b%model.Ki == 0 {
		format = resource.BinarySI
	}
	return *resource.NewQuantity(int64(b), format)
}

// Beyond these the quantity's own methods overflow in silence. Nobody has as
// much, so such an amount counts as none, which convert notices too.
const (
	mostBytes = 1 << 62
	mostCPUs  = math.MaxInt64 / 1000
)

func bytesFromAPI(list corev1.ResourceList, name corev1.ResourceName) model.Bytes {
	return model.Bytes(number(list[name], mostBytes, (*resource.Quantity).Value))
}

func cpuFromAPI(list corev1.ResourceList) model.MilliCPU {
	return model.MilliCPU(number(list[corev1.ResourceCPU], mostCPUs, (*resource.Quantity).MilliValue))
}

// number is a quantity as an integer. Large negative quantities come out of the
// library's methods as nonsense, large positive ones do not.
func number(q resource.Quantity, most int64, value func(*resource.Quantity) int64) int64 {
	q = q.DeepCopy()
	negative := q.Sign() < 0
	if negative {
		q.Neg()
	}
	switch {
	case q.CmpInt64(most) > 0:
		return 0
	case negative:
		return -value(&q)
	default:
		return value(&q)
	}
}

func storageToAPI(b model.Bytes) corev1.ResourceList {
	if b == 0 {
		return nil
	}
	return corev1.ResourceList{corev1.ResourceStorage: bytesToAPI(b)}
}

func resourcesToAPI(r model.ResourceList) corev1.ResourceList {
	out := corev1.ResourceList{}
	if r.CPU != 0 {
		out[corev1.ResourceCPU] = *resource.NewMilliQuantity(int64(r.CPU), resource.DecimalSI)
	}
	if r.Memory != 0 {
		out[corev1.ResourceMemory] = bytesToAPI(r.Memory)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func resourcesFromAPI(list corev1.ResourceList) model.ResourceList {
	return model.ResourceList{CPU: cpuFromAPI(list), Memory: bytesFromAPI(list, corev1.ResourceMemory)}
}

// ParseBytes reads an amount of storage or memory as manifests write it: "1Gi", "1500M".
func ParseBytes(text string) (model.Bytes, error) {
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return 0, fmt.Errorf("manifest: %q: %w", text, err)
	}
	return model.Bytes(number(q, mostBytes, (*resource.Quantity).Value)), nil
}

// ParseCPU reads an amount of computing power as manifests write it: "2", "250m".
func ParseCPU(text string) (model.MilliCPU, error) {
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return 0, fmt.Errorf("manifest: %q: %w", text, err)
	}
	return model.MilliCPU(number(q, mostCPUs, (*resource.Quantity).MilliValue)), nil
}
