package validation

import (
	"net/netip"
	"strings"

	"k8s.io/apimachinery/pkg/api/validation/path"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// A name is checked twice. The predicates of this file answer without a regular
// expression and without an allocation, and nearly always say yes. Only when
// one says no are the words fetched from apimachinery, which owns them. A
// property test holds the two against each other.

const (
	maxLabel     = validation.DNS1123LabelMaxLength     // a label of DNS, and a label's value
	maxSubdomain = validation.DNS1123SubdomainMaxLength // a name of DNS
)

func isLower(c byte) bool    { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }
func isAlphanum(c byte) bool { return isLower(c) || 'A' <= c && c <= 'Z' }

// isDNSLabel reports whether s is a label of RFC 1123 in lower case: "web-0".
func isDNSLabel(s string) bool {
	return len(s) <= maxLabel && isDashed(s)
}

// isDashed reports whether s has the letters of a label, at any length.
func isDashed(s string) bool {
	if s == "" || !isLower(s[0]) || !isLower(s[len(s)-1]) {
		return false
	}
	for i := range len(s) {
		if !isLower(s[i]) && s[i] != '-' {
			return false
		}
	}
	return true
}

// isDNSSubdomain reports whether s is dashed words with dots between them:
// "storage.example.com". The words may be longer than a label of DNS.
func isDNSSubdomain(s string) bool {
	if len(s) > maxSubdomain {
		return false
	}
	for {
		word, rest, more := strings.Cut(s, ".")
		if !isDashed(word) {
			return false
		}
		if !more {
			return true
		}
		s = rest
	}
}

// isLabelValue reports whether s may be the value of a label.
func isLabelValue(s string) bool { return s == "" || isLabelName(s) }

// isLabelKey reports whether s may be the key of a label: a name, or a domain, a
// slash and a name.
func isLabelKey(s string) bool {
	if domain, name, ok := strings.Cut(s, "/"); ok {
		return isDNSSubdomain(domain) && isLabelName(name)
	}
	return isLabelName(s)
}

func isLabelName(s string) bool {
	if s == "" || len(s) > maxLabel || !isAlphanum(s[0]) || !isAlphanum(s[len(s)-1]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isAlphanum(c) && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// isPortName reports whether s may be the name of a container's port: words of at
// most 15 letters in all with single dashes between them, and at least one letter.
func isPortName(s string) bool {
	if len(s) > 15 || !isDashed(s) || strings.Contains(s, "--") {
		return false
	}
	for i := range len(s) {
		if s[i] >= 'a' && s[i] <= 'z' {
			return true
		}
	}
	return false
}

// nameRule says what is wrong with a name, in apimachinery's words.
type nameRule func(name string) []string

func dnsLabel(s string) []string {
	if isDNSLabel(s) {
		return nil
	}
	return validation.IsDNS1123Label(s)
}

func dnsSubdomain(s string) []string {
	if isDNSSubdomain(s) {
		return nil
	}
	return validation.IsDNS1123Subdomain(s)
}

func labelKey(s string) []string {
	if isLabelKey(s) {
		return nil
	}
	return validation.IsQualifiedName(s)
}

func labelValue(s string) []string {
	if isLabelValue(s) {
		return nil
	}
	return validation.IsValidLabelValue(s)
}

// portName is the rule of the names of a container's ports.
func portName(s string) []string {
	if isPortName(s) {
		return nil
	}
	return validation.IsValidPortName(s)
}

// searchDomain is a name of DNS whose words may also begin with an underscore. A
// name without underscores need not be looked at twice.
func searchDomain(s string) []string {
	if isDNSSubdomain(s) {
		return nil
	}
	return validation.IsDNS1123SubdomainWithUnderscore(s)
}

// ipAddress lets the standard library say yes, and apimachinery the rest. An
// address is written strictly (gate StrictIPCIDRValidation): neither with leading
// zeros nor as IPv4 in IPv6.
func ipAddress(s string, at fieldPath) field.ErrorList {
	if ip, err := netip.ParseAddr(s); err == nil && ip.Zone() == "" && !ip.Is4In6() {
		return nil
	}
	return validation.IsValidIPForLegacyField(at.field(), s, true, nil)
}

// pathSegment is the rule of what stands between two slashes of a URL.
func pathSegment(s string) []string {
	if s != "." && s != ".." && !strings.ContainsAny(s, "/%") {
		return nil
	}
	//lint:ignore SA1019 its new place, content, is not in the releases before 1.37, with which this is compared too
	return path.IsValidPathSegmentName(s)
}

// follow returns one error for each message that the rule has for the value.
func follow(rule nameRule, at fieldPath, value string) field.ErrorList {
	var errs field.ErrorList
	for _, message := range rule(value) {
		errs = append(errs, field.Invalid(at.field(), value, message))
	}
	return errs
}

const (
	mustNotBeNegative = "must be greater than or equal to 0"
	mustBePositive    = "must be greater than zero"
	isImmutable       = "field is immutable"
)

// nonNegative returns an error if n is below 0.
func nonNegative[N int32 | int64](at fieldPath, n N) field.ErrorList {
	if n >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(at.field(), n, mustNotBeNegative)}
}
