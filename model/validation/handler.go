package validation

import (
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// handler checks what a hook does: one thing, and a sleep within the grace period
// of the pod.
//
// Source: pkg/apis/core/validation/validation.go, validateHandler.
func handler(h *model.LifecycleHandler, grace *int64, at fieldPath) field.ErrorList {
	const tooMany = "may not specify more than 1 handler type"
	var errs field.ErrorList
	one := len(h.Exec) > 0
	if h.HTTPGet != "" {
		if one {
			errs = append(errs, field.Forbidden(at.child("httpGet").field(), tooMany))
		} else {
			one = true
			errs = append(errs, httpGet(h.HTTPGet, at.child("httpGet"))...)
		}
	}
	if h.SleepSeconds != nil {
		if one {
			errs = append(errs, field.Forbidden(at.child("sleep").field(), tooMany))
		} else {
			one = true
			errs = append(errs, sleep(*h.SleepSeconds, grace, at.child("sleep"))...)
		}
	}
	if !one {
		errs = append(errs, field.Required(at.field(), "must specify a handler type"))
	}
	return errs
}

// httpGet checks a request, which the model keeps as "host:port/path".
//
// Source: pkg/apis/core/validation/validation.go, validateHTTPGetAction.
func httpGet(get string, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	address, _, hasPath := strings.Cut(get, "/")
	if !hasPath {
		errs = append(errs, field.Required(at.child("path").field(), ""))
	}
	port := address[strings.LastIndexByte(address, ':')+1:]
	if n, err := strconv.ParseInt(port, 10, 32); err == nil {
		return append(errs, portNumber(int32(n), at.child("port"))...)
	}
	return append(errs, follow(portName, at.child("port"), port)...)
}

// Source: pkg/apis/core/validation/validation.go, validateSleepAction.
func sleep(seconds int64, grace *int64, at fieldPath) field.ErrorList {
	if grace == nil || seconds >= 0 && seconds <= *grace {
		return nil
	}
	return field.ErrorList{field.Invalid(at.field(), seconds,
		fmt.Sprintf("must be non-negative and less than terminationGracePeriodSeconds (%d)", *grace))}
}
