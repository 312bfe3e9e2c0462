package checks_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// Beyond the TTL a name leads to a stranger where servers lag behind, and where a cache has its
// answer from another cache; within the TTL nobody minds.
func TestNamesNoStranger(t *testing.T) {
	stacked := dnsmodel.Addons()
	stacked.Caches = append(stacked.Caches, dnsmodel.CacheConfig{Success: 30, Denial: 30, PerNode: true})
	for _, row := range []struct {
		words string
		dns   dnsmodel.Profile
		watch time.Duration // until servers see new endpoints
		why   string
	}{
		{"a server's cache keeps its TTL", dnsmodel.Addons(), 0, ""},
		{"so does a node's", dnsmodel.NodeLocal(), 0, ""},
		{"a cache on a cache does not", stacked, 0, "web-1, says the cache of node-2, is at 10.0.0.2, which it left 31s ago, and which web-3 has"},
		{"nor do servers that lag behind", dnsmodel.Kubeadm(), time.Minute, "web-1, says the servers, is at 10.0.0.2, which it left 31s ago, and which web-3 has"},
	} {
		t.Run(row.words, func(t *testing.T) {
			c := sim.New(sim.Config{
				Nodes: 3, Images: simtest.Images(), ReuseAddresses: sim.Fixed(0), DNS: row.dns,
				Latencies: sim.Latencies{Schedule: sim.Fixed(2 * time.Second), EndpointWatch: sim.Fixed(row.watch)},
			})
			c.Check(checks.NamesNoStranger())
			require.NoError(t, c.Apply(simtest.Objects(webSet(stateless, parallel))...))
			c.Settle()
			c.Run(5 * time.Minute)
			lookup := func(pod string) {
				_, err := c.Lookup(pod, "web-1.web")
				require.NoError(t, err)
			}
			lookup("web-0")
			require.NoError(t, c.Delete("pod/web-1")) // it takes a second to stop
			c.Run(500 * time.Millisecond)
			require.NoError(t, c.Scale("web", 4)) // web-3 gets its address, and the next web-1 another
			c.Run(27500 * time.Millisecond)
			lookup("web-2")
			c.Run(4 * time.Second)
			require.Empty(t, c.Violations(), "nothing has happened since")
			c.RestartController()
			if row.why == "" {
				require.Empty(t, c.Violations())
				return
			}
			require.Len(t, c.Violations(), 1, "%s", c.Trace())
			require.Equal(t, row.why, c.Violations()[0].Why)
		})
	}
}
