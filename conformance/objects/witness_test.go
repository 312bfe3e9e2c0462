package objects

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
)

// The comparison can fail: a bug of each kind, planted in what Ordinal says about a
// set, is seen.
func TestWitness(t *testing.T) {
	drawn := drawnSet()
	drawn.Spec.Replicas = new(int32(-1))
	drawn.Spec.RevisionHistoryLimit = new(int32(-1))
	require.Empty(t, difference(ordinalCreates(drawn), kubernetesCreates(drawn)))
	require.NotEmpty(t, kubernetesCreates(drawn).errs)

	valid := drawnSet()
	valid.Spec.RevisionHistoryLimit = new(int32(-1))
	require.Empty(t, difference(ordinalCreates(valid), kubernetesCreates(valid)))
	require.NotEmpty(t, kubernetesCreates(valid).warnings)

	for _, bug := range []struct {
		what  string
		plant func(*verdict)
		want  string
	}{
		{"a rule is missing", func(v *verdict) { v.errs = nil },
			"only Kubernetes says:\n    spec.replicas: Invalid value: -1: must be greater than or equal to 0\n"},
		{"a rule is made up", func(v *verdict) { v.errs = append(v.errs, "spec.replicas: Forbidden: no") }, "only Ordinal says:\n    spec.replicas: Forbidden: no\n"},
		{"a word is wrong", func(v *verdict) { v.errs[0] += "!" }, "must be greater than or equal to 0!"},
		{"a path is wrong", func(v *verdict) { v.errs[0] = "replicas: Invalid value: -1: must be greater than or equal to 0" }, "\n    replicas: "},
		{"a default is wrong", func(v *verdict) { v.defaulted.(*model.StatefulSet).Spec.PodManagementPolicy = model.Parallel }, "the defaults differ:"},
		{"a default is missing", func(v *verdict) { v.defaulted.(*model.StatefulSet).Spec.Template.Spec.DNSPolicy = "" }, "the defaults differ:"},
	} {
		t.Run(bug.what, func(t *testing.T) {
			ordinal := ordinalCreates(drawn)
			bug.plant(&ordinal)
			require.Contains(t, difference(ordinal, kubernetesCreates(drawn)), bug.want)
		})
	}
	t.Run("a warning is missing", func(t *testing.T) {
		ordinal := ordinalCreates(valid)
		ordinal.warnings = nil
		require.Contains(t, difference(ordinal, kubernetesCreates(valid)), "the warnings differ:")
	})
}
