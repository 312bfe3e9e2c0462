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
		{checks.KeepsClaims(), func(d sim.Doctor) { d.Rebind("www-web-1", "www-web-0") },
			"web-1 has mounted another volume than the one of its claim www-web-1"},
		{checks.StatusAgrees(), func(d sim.Doctor) { d.Miscount("web") },
			"the status of web says {Replicas:3 Ready:2 Available:2 Current:2 Updated:2}, and the pods are {Replicas:2 Ready:2 Available:2 Current:2 Updated:2}"},
		{checks.StatusAgrees(), func(d sim.Doctor) { d.Overlook("web") }, "the status of web tells of an older spec"},
		{checks.StatusAgrees(), func(d sim.Doctor) { d.Misname("web") }, `the status of web tells of revision "web-old", and the newest is "web-9c64b65dd"`},
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

// A world that has come to rest, and neither is what it should be nor says why, has made no
// progress.
func TestProgressNotices(t *testing.T) {
	for _, row := range []struct {
		doctor func(sim.Doctor)
		why    string
	}{
		{func(d sim.Doctor) { d.Outdate("web-1") }, "web-1 is at revision web-old, and nothing holds it back"},
		{func(d sim.Doctor) { d.Miscount("web") }, ""}, // and so the set waits, for a reason
	} {
		c := formed(t, nginx(), webSet(2, stateless))
		_, err := checks.Progress(c)
		require.NoError(t, err)
		row.doctor(sim.Doctor{Cluster: c})
		out, err := checks.Progress(c)
		if row.why == "" {
			require.NoError(t, err)
			require.Equal(t, sim.Waiting, out.State)
			continue
		}
		require.Equal(t, sim.Settled, out.State)
		require.ErrorContains(t, err, row.why)
	}
}
