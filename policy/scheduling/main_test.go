package scheduling

import (
	"os"
	"testing"

	"github.com/ordinal-sim/ordinal/internal/drawn"
)

// TestMain draws more than rapid does by itself, unless somebody asks for a number: a draw
// costs little here, and some reasons are rare.
func TestMain(m *testing.M) {
	drawn.Checks(1000)
	os.Exit(m.Run())
}
