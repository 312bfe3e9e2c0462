package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/examples/internal/lesson/lessontest"
	"github.com/ordinal-sim/ordinal/sim/sweep"
)

// The story is the same for any number of workers, and a picture can be drawn of it.
func TestStory(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "rollouts.svg")
	for workers := range 3 {
		lessontest.Golden(t, "story", func(out io.Writer) error {
			return tell(context.Background(), out, sweep.Config{Seeds: 1000, Workers: workers}, picture)
		})
	}
	data, err := os.ReadFile(picture)
	require.NoError(t, err)
	require.Contains(t, string(data), "<svg")
}
