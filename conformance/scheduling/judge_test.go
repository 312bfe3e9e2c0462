package scheduling

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/noderesources"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/ordinal-sim/ordinal/conformance/version"
	"github.com/ordinal-sim/ordinal/internal/drawn"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
)

// of is a verdict about a cluster, a line for each node. How free a node would be is left out
// where it has no limit, of which Kubernetes knows nothing.
func (v verdict) of(c cluster) string {
	var b strings.Builder
	for _, n := range c.nodes {
		fmt.Fprintf(&b, "%s: %s, hopeless: %t", n.Name, strings.Join(v.reasons[n.Name], "; "), v.hopeless[n.Name])
		if spec := nodeOf(n); spec.Allocatable.CPU > 0 && spec.Allocatable.Memory > 0 {
			fmt.Fprintf(&b, ", free: %d", v.free[n.Name])
		}
		b.WriteByte('\n')
	}
	return b.String() + v.message
}

// String is a cluster as YAML.
func (c cluster) String() string {
	text, err := yaml.Marshal(map[string]any{"nodes": c.nodes, "pods": c.pods, "pod": c.pod})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// report is what is written for whoever does not read test logs.
type report struct {
	Version     string         `json:"version"`
	Clusters    int            `json:"clusters"`
	Questions   int            `json:"questions"` // pods on nodes
	Fits        int            `json:"fits"`      // of them, that would fit
	Messages    int            `json:"messages"`  // of pods that fit nowhere
	Reasons     map[string]int `json:"reasons"`
	Lives       int            `json:"lives"`    // of clusters with the whole scheduler
	Said        int            `json:"said"`     // messages in them
	Bindings    int            `json:"bindings"` // in them
	Retries     int            `json:"retries"`  // of the bindings, at another try
	Differences int            `json:"differences"`
}

// counts are the counts of this run. The tests of this package run one after the other.
var counts = report{Version: version.Of(noderesources.NewFit), Reasons: map[string]int{}}

// TestFilters draws clusters and asks both sides about a pod.
func TestFilters(t *testing.T) {
	rules := rulesOf(counts.Version)
	failed := false
	rapid.Check(t, func(rt *rapid.T) {
		c := drawnClusters.Draw(rt, "cluster")
		real := askReal(t, c)
		want, got := real.of(c), askOrdinal(c, rules).of(c)
		failed = want != got
		require.Equal(rt, want, got, "Kubernetes, and Ordinal, of\n%v", c)
		counts.count(real)
	})
	if failed {
		counts.Differences++
	}
	t.Logf("Kubernetes %s: %d clusters, %d questions, %d fit, %d messages, %d differences; %v",
		counts.Version, counts.Clusters, counts.Questions, counts.Fits, counts.Messages, counts.Differences, counts.Reasons)
	if counts.Clusters >= 1000 {
		for reason := scheduling.Cordoned; reason <= scheduling.Unwelcome; reason++ {
			require.NotZero(t, counts.Reasons[reason.String()], "%v is never a reason", reason)
		}
	}
}

func (r *report) count(v verdict) {
	r.Clusters++
	for _, reasons := range v.reasons { // sums: no order shows
		r.Questions++
		if len(reasons) == 0 {
			r.Fits++
		}
		for _, reason := range reasons {
			r.Reasons[reason]++
		}
	}
	if v.message != "" {
		r.Messages++
	}
}

// TestMain draws more than rapid does by itself, unless somebody asks for a number, and
// leaves a report in the folder that ORDINAL_REPORT names.
func TestMain(m *testing.M) {
	drawn.Checks(2000)
	code := m.Run()
	if err := counts.write(); err != nil {
		fmt.Fprintln(os.Stderr, "scheduling:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func (r *report) write() error {
	if r.Clusters == 0 {
		return nil
	}
	return drawn.Report("scheduling", r.Version, r)
}
