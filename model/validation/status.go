package validation

import (
	"errors"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// Reason says in one word why the API server refused a request.
//
// Source: apimachinery pkg/apis/meta/v1/types.go, StatusReason.
type Reason string

// The reasons, with the HTTP status that goes with each.
const (
	ReasonInvalid       Reason = "Invalid"       // 422: fields are wrong, see StatusError.Errors
	ReasonNotFound      Reason = "NotFound"      // 404
	ReasonAlreadyExists Reason = "AlreadyExists" // 409
	ReasonConflict      Reason = "Conflict"      // 409: someone else was faster
	ReasonForbidden     Reason = "Forbidden"     // 403: admission says no, see StatusError.Detail
)

// StatusError is a request that the API server refused.
//
// Source: apimachinery pkg/api/errors/errors.go, StatusError.
type StatusError struct {
	Reason Reason
	Kind   model.Kind
	Name   string
	Errors field.ErrorList // of ReasonInvalid: at least one
	Detail string          // of ReasonForbidden: what admission said

	fromCache bool // the message names the kind in the singular
}

// Invalid is the refusal of an object whose fields are wrong; nil if errs is
// empty. The message of one error is its own, several stand in brackets, and
// what is said twice is printed once.
//
// Source: apimachinery pkg/api/errors/errors.go, NewInvalid.
func Invalid(kind model.Kind, name string, errs field.ErrorList) error {
	if len(errs) == 0 {
		return nil
	}
	return &StatusError{Reason: ReasonInvalid, Kind: kind, Name: name, Errors: errs}
}

// NotFound is the answer to a request for an object that does not exist.
//
// Source: apimachinery pkg/api/errors/errors.go, NewNotFound.
func NotFound(kind model.Kind, name string) error {
	return &StatusError{Reason: ReasonNotFound, Kind: kind, Name: name}
}

// NotFoundInCache is what a controller is told by its own cache. The message is
// that of [NotFound] with the kind in the singular, which is how the two are
// told apart in events.
//
// Source: client-go listers, which call NewNotFound with the singular resource.
func NotFoundInCache(kind model.Kind, name string) error {
	return &StatusError{Reason: ReasonNotFound, Kind: kind, Name: name, fromCache: true}
}

// AlreadyExists is the refusal to create an object whose name is taken.
//
// Source: apimachinery pkg/api/errors/errors.go, NewAlreadyExists.
func AlreadyExists(kind model.Kind, name string) error {
	return &StatusError{Reason: ReasonAlreadyExists, Kind: kind, Name: name}
}

// Conflict is the refusal of an update that was made from an old version of the
// object (its resourceVersion).
//
// Source: apimachinery pkg/api/errors/errors.go, NewConflict; apiserver
// pkg/registry/generic/registry/store.go, OptimisticLockErrorMsg.
func Conflict(kind model.Kind, name string) error {
	return &StatusError{Reason: ReasonConflict, Kind: kind, Name: name}
}

// Forbidden is the refusal of a request by an admission plugin, with what the
// plugin said.
//
// Source: apimachinery pkg/api/errors/errors.go, NewForbidden.
func Forbidden(kind model.Kind, name, detail string) error {
	return &StatusError{Reason: ReasonForbidden, Kind: kind, Name: name, Detail: detail}
}

// ReasonOf is the reason of the StatusError that err is or wraps; "" if there is
// none.
func ReasonOf(err error) Reason {
	if status, ok := errors.AsType[*StatusError](err); ok {
		return status.Reason
	}
	return ""
}

// Error is the message as kubectl prints it after "Error from server".
func (e *StatusError) Error() string {
	switch e.Reason {
	case ReasonInvalid:
		return e.subject(e.Kind.Qualified()) + " is invalid: " + e.Errors.ToAggregate().Error()
	case ReasonNotFound:
		if e.fromCache {
			return e.subject(singular(e.Kind)) + " not found"
		}
		return e.subject(e.Kind.Resource()) + " not found"
	case ReasonAlreadyExists:
		return e.subject(e.Kind.Resource()) + " already exists"
	case ReasonConflict:
		return "Operation cannot be fulfilled on " + e.subject(e.Kind.Resource()) +
			": the object has been modified; please apply your changes to the latest version and try again"
	case ReasonForbidden:
		return e.subject(e.Kind.Resource()) + " is forbidden: " + e.Detail
	default:
		panic("validation: a StatusError with the unknown reason " + string(e.Reason))
	}
}

// Unwrap gives errors.As and errors.Is the errors of the fields.
func (e *StatusError) Unwrap() []error {
	errs := make([]error, len(e.Errors))
	for i, err := range e.Errors {
		errs[i] = err
	}
	return errs
}

func (e *StatusError) subject(kind string) string { return kind + ` "` + e.Name + `"` }

// singular is "storageclass.storage.k8s.io" for the kind StorageClass.
func singular(kind model.Kind) string { return strings.ToLower(kind.Qualified()) }
