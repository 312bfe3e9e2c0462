package simtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// TestTheSmallestWorldIsNew: of what rapid can draw, the smallest is a world of the newest
// release, so that a failure that is not about releases is shown on that.
func TestTheSmallestWorldIsNew(t *testing.T) {
	drawn := release.V1_27_1
	smallest := rapid.MakeFuzz(func(t *rapid.T) { drawn = simtest.World(t, simtest.Life{}).Release() })
	smallest(t, make([]byte, 1<<12)) // zeros: of each draw the first
	require.Equal(t, release.V1_37, drawn)
}
