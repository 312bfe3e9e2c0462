package validation_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// A row is one rule of the API server: what is asked, in words, and the
// messages that come back, all of them and in order.
type row struct {
	id   string
	rule string
	got  asked
	want []string
}

// asked is a question to the API server, and our answer: whether the object may
// come into being, or replace old.
type asked struct {
	object, old model.Object
	errs        field.ErrorList
}

func toCreate(object model.Object) asked {
	return asked{object: object, errs: validation.Create(object)}
}

func toUpdate(updated, old model.Object) asked {
	return asked{object: updated, old: old, errs: validation.Update(updated, old)}
}

// answered is an answer to a question that only the simulator can be asked.
func answered(errs field.ErrorList) asked { return asked{errs: errs} }

func (a asked) messages() []string { return messages(a.errs) }

// none is what comes back when the API server agrees.
var none []string

// The texts that many rules share.
const (
	label63       = "must be no more than 63 characters"
	labelValue63  = "must be no more than 63 bytes"
	subdomain253  = "must be no more than 253 characters"
	rfc1123Label  = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`
	rfc1123Domain = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`
	notNegative   = "must be greater than or equal to 0"
	immutable     = "field is immutable"
)

func specRows() []row {
	return slices.Concat(setRows(), setUpdateRows(), podRows(), serviceRows(), claimRows(), volumeRows(), classRows(),
		templateRows(), placeRows(), changedPodRows(), replicaRows(), budgetRows(), autoscalerRows(), clusterRows())
}

func TestSpec(t *testing.T) {
	all := specRows()
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].id == all[0].id {
			n++
		}
		rows := all[:n]
		all = all[n:]
		t.Run("validation/"+rows[0].id, func(t *testing.T) {
			for _, r := range rows {
				t.Run(r.rule, func(t *testing.T) { require.Equal(t, r.want, r.got.messages()) })
			}
		})
	}
	t.Run("validation/C13", testClaimResize)
	t.Run("validation/P9", func(t *testing.T) {
		require.EqualError(t, validation.Forbidden(model.KindPod, "web-0", "unable to create new content in namespace default because it is being terminated"),
			`pods "web-0" is forbidden: unable to create new content in namespace default because it is being terminated`, "a namespace that is being deleted gets no pods")
	})
	t.Run("validation/U9", func(t *testing.T) {
		require.EqualError(t, validation.Conflict(model.KindStatefulSet, "web"), `Operation cannot be fulfilled on statefulsets.apps "web": `+
			"the object has been modified; please apply your changes to the latest version and try again", "an update from an old version is refused")
	})
}

func messages(errs field.ErrorList) []string {
	var out []string
	for _, err := range errs {
		out = append(out, err.Error())
	}
	return out
}

func a(n int) string { return strings.Repeat("a", n) }

func ptr[T any](v T) *T { return &v }

// web is the set of every tutorial: valid, and with defaults to come.
func web() *model.StatefulSet {
	return &model.StatefulSet{
		ObjectMeta: model.ObjectMeta{Name: "web", Generation: 1},
		Spec: model.StatefulSetSpec{
			ServiceName: "nginx",
			Selector:    &model.LabelSelector{MatchLabels: model.Labels{"app": "nginx"}},
			Template: model.PodTemplateSpec{
				Labels: model.Labels{"app": "nginx"},
				Spec: model.PodSpec{Containers: []model.Container{{
					Name: "nginx", Image: "nginx:1.26",
					Ports:        []model.ContainerPort{{Name: "web", ContainerPort: 80}},
					VolumeMounts: []model.VolumeMount{{Name: "www", MountPath: "/data"}},
				}}},
			},
			VolumeClaimTemplates: []model.PersistentVolumeClaim{{
				ObjectMeta: model.ObjectMeta{Name: "www"},
				Spec:       model.PersistentVolumeClaimSpec{AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi},
			}},
		},
	}
}

// setWith is what comes back for the set of every tutorial after an edit.
func setWith(edit func(*model.StatefulSet)) asked {
	s := web()
	edit(s)
	s.Default()
	return toCreate(s)
}

// setChanged is what comes back for an update of the stored set of every
// tutorial. The edit sees the set with its defaults.
func setChanged(edit func(*model.StatefulSet)) asked {
	old, updated := web(), web()
	old.Default()
	updated.Default()
	edit(updated)
	return toUpdate(updated, old)
}
