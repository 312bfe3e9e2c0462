package model

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Which images are asked for each time. The live comparison with Kubernetes draws
// more.
func TestDefaultPullPolicy(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	for _, row := range []struct {
		rule, image string
		want        PullPolicy
	}{
		{"no tag means latest", "nginx", PullAlways},
		{"latest moves", "nginx:latest", PullAlways},
		{"another tag stays", "nginx:1.27", PullIfNotPresent},
		{"a tag is told from a port", "localhost:5000/app", PullAlways},
		{"both may be there", "localhost:5000/app:1", PullIfNotPresent},
		{"a registry has a port and a tag latest", "registry.example.com:5000/team/app:latest", PullAlways},
		{"a digest names the image", "nginx@sha256:" + hash, PullIfNotPresent},
		{"a digest beside latest does not help", "nginx:latest@sha256:" + hash, PullAlways},
		{"a digest of an unknown kind makes no image", "nginx:latest@md5:" + hash, PullIfNotPresent},
		{"a digest of the wrong length makes no image", "nginx:latest@sha256:" + hash + "00", PullIfNotPresent},
		{"a registry may have capitals", "Registry.example.com/app", PullAlways},
		{"without a dot it is taken for one, too", "Team/app", PullAlways},
		{"a name has none", "Nginx", PullIfNotPresent},
		{"nor underscores at its ends", "_nginx", PullIfNotPresent},
		{"two underscores may stand inside", "my__app", PullAlways},
		{"three may not", "my___app", PullIfNotPresent},
		{"an address in brackets is a registry", "[::1]:5000/app", PullAlways},
		{"a tag may have capitals", "nginx:1.27-Alpine", PullIfNotPresent},
		{"nothing is no image", "", PullIfNotPresent},
		{"space is no image", " nginx", PullIfNotPresent},
		{"a number of an image is no name", hash, PullIfNotPresent},
		{"the index of old is Docker's registry", "index.docker.io/nginx", PullAlways},
		{"255 letters are not too many", strings.Repeat("a", 255-len("library/")), PullAlways},
		{"256 are", strings.Repeat("a", 256-len("library/")), PullIfNotPresent},
	} {
		require.Equal(t, row.want, DefaultPullPolicy(row.image), "%s: %q", row.rule, row.image)
	}
}

// What is read without the grammar is read as with it.
func TestPlainImages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		image := rapid.StringMatching(`([a-z0-9]{1,3}[-./_]){0,3}[a-z0-9]{0,3}(:(latest|[a-z0-9.-]{0,4}))?`).Draw(t, "image")
		tag, plain := plainImage(image)
		if !plain {
			return
		}
		full, ok := fullImage(image)
		require.True(t, ok)
		parts := imageGrammar().FindStringSubmatch(full)
		require.NotNil(t, parts, "%q is an image", image)
		require.Equal(t, tag, parts[2])
	})
}
