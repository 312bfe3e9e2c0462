package validation_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

func TestStatusError(t *testing.T) {
	negative := field.Invalid(field.NewPath("spec", "replicas"), -1, "must be greater than or equal to 0")
	missing := field.Required(field.NewPath("spec", "selector"), "")
	set, claim := model.KindStatefulSet, model.KindPersistentVolumeClaim
	for _, r := range []struct {
		rule   string
		err    error
		reason validation.Reason
		want   string
	}{
		{"one field is wrong", validation.Invalid(set, "web", field.ErrorList{negative}), validation.ReasonInvalid,
			`StatefulSet.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0`},
		{"several stand in brackets", validation.Invalid(set, "web", field.ErrorList{negative, missing}), validation.ReasonInvalid,
			`StatefulSet.apps "web" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.selector: Required value]`},
		{"what is said twice is printed once", validation.Invalid(set, "web", field.ErrorList{missing, missing}), validation.ReasonInvalid,
			`StatefulSet.apps "web" is invalid: spec.selector: Required value`},
		{"core kinds have no group", validation.Invalid(model.KindPod, "x", field.ErrorList{missing}), validation.ReasonInvalid, `Pod "x" is invalid: spec.selector: Required value`},
		{"a scale has a kind of its own", validation.Invalid("Scale.autoscaling", "web", field.ErrorList{negative}), validation.ReasonInvalid,
			`Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0`},
		{"not there", validation.NotFound(set, "web"), validation.ReasonNotFound, `statefulsets.apps "web" not found`},
		{"not in the cache, of a core kind", validation.NotFoundInCache(claim, "www-web-0"), validation.ReasonNotFound, `persistentvolumeclaim "www-web-0" not found`},
		{"not in the cache, of a group", validation.NotFoundInCache(model.KindStorageClass, "fast"), validation.ReasonNotFound, `storageclass.storage.k8s.io "fast" not found`},
		{"already there", validation.AlreadyExists(set, "web"), validation.ReasonAlreadyExists, `statefulsets.apps "web" already exists`},
		{"someone was faster", validation.Conflict(set, "web"), validation.ReasonConflict,
			`Operation cannot be fulfilled on statefulsets.apps "web": the object has been modified; please apply your changes to the latest version and try again`},
		{"admission says no", validation.Forbidden(claim, "www-web-0", "no"), validation.ReasonForbidden, `persistentvolumeclaims "www-web-0" is forbidden: no`},
	} {
		t.Run(r.rule, func(t *testing.T) {
			require.EqualError(t, r.err, r.want)
			require.Equal(t, r.reason, validation.ReasonOf(fmt.Errorf("apply: %w", r.err)))
		})
	}
}

func TestStatusErrorIsFound(t *testing.T) {
	missing := field.Required(field.NewPath("spec", "selector"), "")
	err := fmt.Errorf("apply: %w", validation.Invalid(model.KindStatefulSet, "web", field.ErrorList{missing}))

	var status *validation.StatusError
	require.True(t, errors.As(err, &status))
	require.Equal(t, "web", status.Name)
	var wrong *field.Error
	require.True(t, errors.As(err, &wrong), "the errors of the fields are wrapped too")
	require.Same(t, missing, wrong)

	require.NoError(t, validation.Invalid(model.KindStatefulSet, "web", nil), "no wrong fields are no error")
	require.Empty(t, validation.ReasonOf(nil))
	require.Empty(t, validation.ReasonOf(errors.New("other")))
	require.Panics(t, func() { validation.Update(&model.Pod{}, &model.Node{}) }, "an update keeps the kind")
}
