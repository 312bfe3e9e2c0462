package validation

import (
	"strconv"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// Node says why a node could not be created.
//
// Source: pkg/apis/core/validation/validation.go, ValidateNode and
// ValidateNodeResources.
func Node(n *model.Node) field.ErrorList {
	errs := objectMeta(&n.ObjectMeta, n.Kind(), dnsSubdomain)
	return append(errs, allocatable(&n.Status)...)
}

// NodeUpdate says why the node old could not become updated. Cordoning and
// labels are free.
//
// Source: pkg/apis/core/validation/validation.go, ValidateNodeUpdate.
func NodeUpdate(updated, old *model.Node) field.ErrorList {
	errs := objectMetaUpdate(&updated.ObjectMeta, &old.ObjectMeta, updated.Kind())
	return append(errs, allocatable(&updated.Status)...)
}

func allocatable(s *model.NodeStatus) field.ErrorList {
	at := top("status").child("allocatable")
	errs := resourceList(s.Allocatable, at)
	if s.Pods < 0 {
		errs = append(errs, field.Invalid(at.key("pods").field(), strconv.Itoa(int(s.Pods)), mustNotBeNegative))
	}
	return errs
}
