package model

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A template's canonical form is its JSON, whatever its fields are: rapid fills in
// all that there are, also those that somebody adds later.
func TestCanonicalIsJSON(t *testing.T) {
	holds := func(t require.TestingT, template *PodTemplateSpec) {
		want, err := json.Marshal(template)
		require.NoError(t, err)
		require.Equal(t, string(want), template.Canonical())
	}
	holds(t, &PodTemplateSpec{})
	holds(t, &PodTemplateSpec{Spec: PodSpec{Containers: []Container{{}, {Name: "<&>\"\\\u2028é"}}}})
	any := rapid.Make[PodTemplateSpec]()
	rapid.Check(t, func(t *rapid.T) {
		template := any.Draw(t, "template")
		holds(t, &template)
	})
}
