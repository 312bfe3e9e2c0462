package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
)

// What no story breaks is broken by hand, and the check notices. The others have stories, in
// package checks.
func TestChecksNotice(t *testing.T) {
	for _, row := range []struct {
		check  sim.Check
		doctor func(sim.Doctor)
		why    string
	}{
		{checks.KeepsClaims(), func(d sim.Doctor) { d.LoseClaim("www-web-1") }, "claim www-web-1 is gone, and web-1 mounts it"},
		{checks.StatusAgrees(), func(d sim.Doctor) { d.Miscount("web") },
			"the status of web says {Replicas:3 Ready:2 Available:2 Current:2 Updated:2}, and the pods are {Replicas:2 Ready:2 Available:2 Current:2 Updated:2}"},
		{checks.LimitsHistory(), func(d sim.Doctor) { d.KeepRevision("web", "web-old") }, "web keeps 1 revisions, and the limit is 0"},
	} {
		set := webSet(2, ofClass("disks"))
		none := int32(0)
		set.Spec.RevisionHistoryLimit = &none
		c := formed(t, disksClass(), nginx(), set)
		require.Empty(t, row.check.Broken(sim.ViewOf(c)), row.check.Name)
		row.doctor(sim.Doctor{Cluster: c})
		require.Equal(t, row.why, row.check.Broken(sim.ViewOf(c)))
	}
}
