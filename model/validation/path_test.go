package validation

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"pgregory.net/rapid"
)

// A path reads as apimachinery's does, at any length.
func TestPropertyPathsAgreeWithApimachinery(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-zA-Z./]{1,5}`)
		first := name.Draw(t, "first")
		var extend func(ours fieldPath, theirs *field.Path, more int)
		extend = func(ours fieldPath, theirs *field.Path, more int) {
			require.Equal(t, theirs.String(), ours.field().String())
			if more == 0 {
				return
			}
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				child := name.Draw(t, "child")
				extend(ours.child(child), theirs.Child(child), more-1)
			case 1:
				i := rapid.IntRange(0, 1000).Draw(t, "element")
				extend(ours.element(i), theirs.Index(i), more-1)
			default:
				key := name.Draw(t, "key")
				extend(ours.key(key), theirs.Key(key), more-1)
			}
		}
		extend(top(first), field.NewPath(first), rapid.IntRange(0, 6).Draw(t, "length"))
	})
}

// seen is a set, whether it fits on the stack or not.
func TestPropertySeenIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var ours seen[int]
		theirs := map[int]bool{}
		for _, v := range rapid.SliceOf(rapid.IntRange(0, 20)).Draw(t, "values") {
			require.Equal(t, theirs[v], ours.has(v))
			require.Equal(t, theirs[v], ours.add(v))
			theirs[v] = true
			require.True(t, ours.has(v))
		}
	})
}
