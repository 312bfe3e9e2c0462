package version

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/component-base/version"
	"k8s.io/kubectl/pkg/polymorphichelpers"
)

func TestVersions(t *testing.T) {
	require.Regexp(t, `^1\.3[5-9]\.[0-9]+$`, Kubernetes())
	require.True(t, strings.HasPrefix(Kubernetes(), version.DefaultKubeBinaryVersion+"."))
	require.Equal(t, Kubernetes(), Of(polymorphichelpers.HistoryViewerFor), "staging modules are of the same release")
	require.Equal(t, "unknown", Of(strings.Split))
}
