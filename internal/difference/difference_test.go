package difference

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOf(t *testing.T) {
	for _, row := range []struct{ want, got, says string }{
		{"a\nb\n", "a\nb\n", ""},
		{"old\n", "new\n", "line 1 was  old\nand is now  new"},
		{"a", "a\nb", "it goes on, line 2: b"},
		{"a\nb", "a", "it ends before line 2: b"},
	} {
		require.Equal(t, row.says, Of(row.want, row.got))
	}
}
