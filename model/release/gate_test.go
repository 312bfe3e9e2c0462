package release

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The gates as the releases list them: on or off by default, locked on, or - for one that
// is not there. A locked gate is one that nobody can switch, and so no gate.
//
// Source: pkg/features/kube_features.go of 1.27.1, 1.33.4, 1.34.1, 1.34.4, 1.35.0, 1.35.4,
// 1.36.3 and 1.37.2.
const gateTable = `
                                       1.27.1  1.33    1.34.1  1.34.4  1.35.0  1.35.4  1.36    1.37
MaxUnavailableStatefulSet              off     off     off     off     on      off     off     on
StatefulSetRecreateStrategy            -       -       -       -       -       -       -       off
StaleControllerConsistencyStatefulSet  -       -       -       -       -       -       on      on
StatefulSetSemanticRevisionComparison  -       -       -       on      on      on      on      on
StatefulSetAutoDeletePVC               on      locked  locked  locked  -       -       -       -
StatefulSetStartOrdinal                on      locked  -       -       -       -       -       -
`

func TestGates(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(gateTable), "\n")
	require.Len(t, lines, len(gates)+1)
	for column, version := range strings.Fields(lines[0]) {
		r, err := Parse(version)
		require.NoError(t, err)
		var listed []Gate
		for g := range Gate(len(gates)) {
			row := strings.Fields(lines[g+1])
			require.Equal(t, row[0], g.String())
			named, ok := gateNamed(row[0])
			require.True(t, ok)
			require.Equal(t, g, named)
			cell := row[column+1]
			require.Equal(t, cell == "on", r.Enabled(g), "%s of %s is %s", g, version, cell)
			if cell == "on" || cell == "off" {
				listed = append(listed, g)
			}
		}
		require.Equal(t, listed, r.Gates(), version)
	}
}
