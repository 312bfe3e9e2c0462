package dnsmodel

import "testing"

// TestSpec holds every rule against the model, one subtest a rule: dns/<id>. Those of
// one stage stand in one file.
func TestSpec(t *testing.T) {
	answersOfAHeadlessService(t)
	answersOfOtherServices(t)
	endpointConditions(t)
	endpointRules(t)
	cacheRules(t)
	clientRules(t)
}
