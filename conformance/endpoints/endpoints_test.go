package endpoints

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/kubernetes/pkg/controller/endpointslice"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/conformance/version"
	"github.com/ordinal-sim/ordinal/internal/drawn"
)

// worlds is how many are drawn unless -rapid.checks says otherwise.
const worlds = 2000

// TestMain sets the number of worlds.
func TestMain(m *testing.M) {
	drawn.Checks(worlds)
	os.Exit(m.Run())
}

// report is what is written for whoever does not read test logs.
type report struct {
	Version     string         `json:"version"`
	Worlds      int            `json:"worlds"`
	Steps       int            `json:"steps"`
	Turns       int            `json:"turns"`
	Writes      int            `json:"writes"`    // lists of endpoints that were compared, with their instants
	Endpoints   int            `json:"endpoints"` // in all of them
	Lives       int            `json:"lives"`     // of a simulated cluster: see TestCluster
	Comparisons int            `json:"comparisons"`
	Differences int            `json:"differences"`
	Seen        map[string]int `json:"seen"`
}

var counts = report{Version: version.Of(endpointslice.NewController), Seen: map[string]int{}}

// compare plays a story on both sides and tells the first difference; "" if there is
// none.
func compare(t *testing.T, o *ours) string {
	t.Helper()
	got := inOrder(o.play())
	want := inOrder(runReal(t, o.story, o.skipped))
	for i := range max(len(got), len(want)) {
		ours, theirs := "nothing more", "nothing more"
		if i < len(got) {
			ours = got[i].String()
		}
		if i < len(want) {
			theirs = want[i].String()
		}
		if ours != theirs {
			return fmt.Sprintf("write %d differs\n  Ordinal:    %s\n  Kubernetes: %s\n%v", i, ours, theirs, o.story)
		}
	}
	return ""
}

// inOrder sorts what was written: of Services that are written at the same instant the
// real controller, which has several workers, writes any one first.
func inOrder(log []change) []change {
	slices.SortStableFunc(log, func(a, b change) int { return cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.Service, b.Service)) })
	return log
}

// TestDrawn draws stories and compares every list of endpoints that comes of them, and
// its instant.
func TestDrawn(t *testing.T) {
	failed := false
	rapid.Check(t, func(r *rapid.T) {
		o := newOurs(stories().Draw(r, "story"))
		if difference := compare(t, o); difference != "" {
			failed = true
			counts.Differences = 1
			r.Fatal(difference)
		}
		if failed {
			return // what is tried while shrinking does not count
		}
		counts.Worlds++
		counts.Steps += len(o.story.Steps) - len(o.skipped)
		counts.Writes += len(o.log)
		for name, n := range o.seen { // a sum: no order shows
			counts.Seen[name] += n
		}
	})
	counts.Turns, counts.Endpoints = counts.Seen["turns"], counts.Seen["endpoints"]
	t.Logf("Kubernetes %s: %d worlds, %d steps, %d turns, %d writes compared with their instants, %d endpoints, %d differences",
		counts.Version, counts.Worlds, counts.Steps, counts.Turns, counts.Writes, counts.Endpoints, counts.Differences)
	for _, name := range slices.Sorted(maps.Keys(counts.Seen)) {
		t.Logf("%7d %s", counts.Seen[name], name)
	}
	require.NoError(t, drawn.Report("endpoints", counts.Version, counts))
	for _, name := range interesting {
		if counts.Worlds >= worlds && counts.Seen[name] == 0 {
			t.Errorf("in %d worlds there was never: %s", counts.Worlds, name)
		}
	}
}

// interesting is what so many worlds must come to see: otherwise little was compared.
var interesting = []string{
	"the informer lies behind", "a pod lacks its node", "slices deleted by hand", "the Service is gone",
	"the Service has no endpoints of the controller's", "an endpoint that is not ready",
	"an endpoint that is published though it is not ready", "an endpoint that serves and terminates",
	"an endpoint with a hostname", "an endpoint without ports", "an endpoint with several ports", "an IPv6 endpoint",
}
