package bar

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBar(t *testing.T) {
	var out bytes.Buffer
	New(&out)(5, 10)
	require.Empty(t, out.String(), "not a terminal")
	show := draw(&out)
	show(3, 10)
	require.Contains(t, out.String(), "30%")
	require.Contains(t, out.String(), "(3/10")
}
