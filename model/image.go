package model

import (
	"regexp"
	"strings"
	"sync"
)

// DefaultPullPolicy is when a kubelet asks for an image whose container does not say
// it: each time for the tag "latest", which moves, and also for no tag and no digest,
// which means it; and only for want of the image otherwise. A text that names no image
// counts as otherwise.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_Container;
// pkg/util/parsers/parsers.go, ParseImageName.
func DefaultPullPolicy(image string) PullPolicy {
	if floats(image) {
		return PullAlways
	}
	return PullIfNotPresent
}

// floats reports whether a text names an image by the tag "latest".
func floats(image string) bool {
	if tag, plain := plainImage(image); plain {
		return tag == "" || tag == "latest"
	}
	full, ok := fullImage(image)
	if !ok {
		return false
	}
	parts := imageGrammar().FindStringSubmatch(full)
	if parts == nil {
		return false
	}
	path, tag, digest := parts[1], parts[2], parts[3]
	if len(path) > maxImagePath || digest != "" && !knownDigest(digest) {
		return false
	}
	return tag == "latest" || tag == "" && digest == ""
}

// maxImagePath is how long the name of an image may be, without that of its registry.
const maxImagePath = 255

// plainImage takes apart what people mostly write, "registry.example.com/app:1.2", for
// which no grammar is needed: words of lower case with single ones of ".", "-" and "/"
// between them, and perhaps a tag of such words.
func plainImage(image string) (tag string, plain bool) {
	name, tag, tagged := strings.Cut(image, ":")
	if tagged && (len(tag) > 128 || !isWords(tag, "")) || len(name) >= 64 || !isWords(name, "/") {
		return "", false
	}
	return tag, true
}

// isWords reports whether a text is words of lower case, with single dots, dashes and
// what else may separate them between them.
func isWords(s, separators string) bool {
	inside := false
	for i := range len(s) {
		c := s[i]
		switch letter := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'; {
		case letter:
			inside = true
		case inside && (c == '.' || c == '-' || strings.IndexByte(separators, c) >= 0):
			inside = false
		default:
			return false
		}
	}
	return inside
}

// fullImage is the name of an image with that of its registry, which is Docker's if
// none is given. A number that could be an image's own is no name.
//
// Source: github.com/distribution/reference, ParseNormalizedNamed and
// splitDockerDomain.
func fullImage(image string) (string, bool) {
	const docker, official = "docker.io", "library/"
	if len(image) == 64 && strings.Trim(image, "0123456789abcdef") == "" {
		return "", false
	}
	registry, path, ok := strings.Cut(image, "/")
	switch {
	case !ok, registry != "localhost" && !strings.ContainsAny(registry, ".:") && strings.ToLower(registry) == registry:
		registry, path = docker, image
	case registry == "index.docker.io":
		registry = docker
	}
	if registry == docker && !strings.Contains(path, "/") {
		path = official + path
	}
	name, _, _ := strings.Cut(path, ":")
	return registry + "/" + path, strings.ToLower(name) == name
}

// imageGrammar matches the full name of an image: its registry, its path, a tag and a
// digest, of which it gives the last three.
//
// Source: github.com/distribution/reference, ReferenceRegexp.
var imageGrammar = sync.OnceValue(func() *regexp.Regexp {
	const (
		host   = `[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?`
		domain = `(?:` + host + `(?:\.` + host + `)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`
		word   = `[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`
		hash   = `[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[[:xdigit:]]{32,}`
	)
	return regexp.MustCompile(`^(?:` + domain + `/)?(` + word + `(?:/` + word + `)*)(?::(\w[\w.-]{0,127}))?(?:@(` + hash + `))?$`)
})

// knownDigest reports whether a digest is of an algorithm that is known, and as long as
// that makes them.
//
// Source: github.com/opencontainers/go-digest, Digest.Validate.
func knownDigest(digest string) bool {
	algorithm, hash, _ := strings.Cut(digest, ":")
	length := map[string]int{"sha256": 64, "sha384": 96, "sha512": 128}[algorithm]
	return len(hash) == length && strings.Trim(hash, "0123456789abcdef") == ""
}
