package objects

import (
	"regexp"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/component-base/version"

	"github.com/ordinal-sim/ordinal/model/release"
)

// The test also runs against older releases, whose rules Ordinal has as far as
// they matter to a set. A few words differ beyond that; Ordinal has only the newest
// ones. They are all here.

// ours is the release that this test is built against.
var ours = func() release.Release {
	name := version.DefaultKubeBinaryVersion
	if name == "1.35" {
		return release.V1_35_4 // the module is 1.35.4; the code does not say so
	}
	r, err := release.Parse(name)
	if err != nil {
		panic("objects: " + err.Error())
	}
	return r
}()

// rules are those of the release.
var rules = ours.Rules()

// older reports whether the release is older than the newest one.
func older() bool { return ours != release.V1_37 }

// looseIPs are addresses that only newer releases refuse (gate
// StrictIPCIDRValidation, on since 1.36); none for a release that does not.
func looseIPs() []string {
	if ours != release.V1_37 && ours != release.V1_36 {
		return nil
	}
	return []string{"010.0.0.1", "::ffff:1.2.3.4"}
}

var (
	ownerField     = regexp.MustCompile(`^(metadata\.ownerReferences)\[\d+\](\.\w+): Required value: `)
	immutableClass = regexp.MustCompile(`^(provisioner|parameters|reclaimPolicy|volumeBindingMode): (Invalid value: .*: field is immutable|Forbidden: updates to \w+ are forbidden\.)$`)
	positiveMost   = regexp.MustCompile(`^(spec\.maxReplicas): (Required value.*|Invalid value: -?\d+: must be greater than (or equal to 1|0))$`)
)

// inOldWords says a line of either side as it was said before 1.37, when the
// errors of an owner reference did not tell which one, and those of the immutable
// fields of a class still told the value, or that updates were forbidden. Of the
// latter only the field is compared. That an autoscaler has no maxReplicas each release
// says in its own way.
func inOldWords(line string) string {
	line = positiveMost.ReplaceAllString(line, "$1: must be positive")
	line = ownerField.ReplaceAllString(line, `$1$2: Invalid value: "": `)
	return immutableClass.ReplaceAllString(line, "$1: field is immutable")
}

// positiveGrace makes one second of the negative grace period of a pod. Before
// 1.37 that was done in the conversion, after the defaults.
func positiveGrace(o object) {
	if pod, ok := o.(*corev1.Pod); ok && pod.Spec.TerminationGracePeriodSeconds != nil && *pod.Spec.TerminationGracePeriodSeconds < 0 {
		pod.Spec.TerminationGracePeriodSeconds = new(int64(1))
	}
}
