package dnsmodel

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestSpec holds every rule against the model, one subtest a rule: dns/<id>. Those of
// one stage stand in one file. What takes time and a cluster is in package sim, under the
// same numbers.
func TestSpec(t *testing.T) {
	specs = nil
	answersOfAHeadlessService(t)
	answersOfOtherServices(t)
	endpointConditions(t)
	endpointRules(t)
	cacheRules(t)
	clientRules(t)
	for _, id := range lost(specs) {
		t.Errorf("nobody plays %s", id)
	}
}

// specs are the rules that were played; those of one number differ by what follows it:
// "D6", "D6-AAAA".
var specs []string

// lost are the rules that were not.
func lost(played []string) (out []string) {
	for _, numbers := range [][2]int{{1, 24}, {30, 43}, {50, 76}, {80, 89}} {
		for n := numbers[0]; n <= numbers[1]; n++ {
			id := fmt.Sprint("D", n)
			if !slices.ContainsFunc(played, func(s string) bool { return s == id || strings.HasPrefix(s, id+"-") }) {
				out = append(out, id)
			}
		}
	}
	return out
}

func TestLostRulesAreSeen(t *testing.T) {
	most := []string{"D1", "D2-x", "D33"}
	missing := lost(most)
	expect(t, "all but three", len(missing), 24+14+27+10-3)
	expect(t, "a rule of another number is not this one", slices.Contains(missing, "D3"), true)
}
