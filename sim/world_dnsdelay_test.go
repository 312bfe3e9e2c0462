package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/sim"
)

// TestNewsOfAPodTravels adds up what it takes until a peer is told of a pod that has become
// ready: the controller hears of it, gathers changes, writes a slice; DNS servers see that;
// and the denial that somebody was given a moment before has to die. Each step is a latency
// or a setting of its own, and nothing else takes time.
func TestNewsOfAPodTravels(t *testing.T) {
	const (
		hears  = 3 * time.Millisecond
		batch  = 100 * time.Millisecond
		watch  = 20 * time.Millisecond
		denial = 5 * time.Second
	)
	for _, row := range []struct {
		rule   string
		config sim.Latencies
		cached bool // the server has a cache, and a peer asks just before the news is there
		want   time.Duration
	}{
		{"in a calm world only the controller takes time", sim.Latencies{}, false, time.Millisecond},
		{"that of the controller", sim.Latencies{Controller: sim.Fixed(hears)}, false, hears},
		{"the batch", sim.Latencies{Controller: sim.Fixed(hears), EndpointBatch: sim.Fixed(batch)}, false, hears + batch},
		{"the watch of the DNS server", sim.Latencies{Controller: sim.Fixed(hears), EndpointWatch: sim.Fixed(watch)}, false, hears + watch},
		{"all of them", sim.Latencies{Controller: sim.Fixed(hears), EndpointBatch: sim.Fixed(batch), EndpointWatch: sim.Fixed(watch)}, false, hears + batch + watch},
		{"and a denial, from when it was given", sim.Latencies{Controller: sim.Fixed(hears), EndpointBatch: sim.Fixed(batch), EndpointWatch: sim.Fixed(watch)}, true,
			hears + batch + watch - time.Nanosecond + denial},
	} {
		t.Run(row.rule, func(t *testing.T) {
			config := sim.Config{Latencies: row.config}
			if row.cached {
				config.DNS = dnsmodel.Profile{Name: "cached", Server: dnsmodel.Config{TTL: 5}, Caches: []dnsmodel.CacheConfig{{}}}
			}
			told := func(after time.Duration) bool {
				c := sim.New(config) // the same world each time
				require.NoError(t, c.Apply(nginx(), webSet(2, stateless)))
				require.True(t, c.RunUntil(func(v sim.View) bool { return v.Ready("web") == 2 }, time.Hour))
				lookup := func() dnsmodel.Outcome {
					r, err := c.Lookup("web-0", "web-1.nginx")
					require.NoError(t, err)
					return r.Outcome
				}
				if row.cached { // a peer asks just before the news is there
					c.Run(row.want - denial)
					require.Equal(t, dnsmodel.NoName, lookup())
					after = denial - (row.want - after)
				}
				c.Run(after)
				return lookup() == dnsmodel.Found
			}
			require.False(t, told(row.want-time.Nanosecond), "too early")
			require.True(t, told(row.want), "too late")
		})
	}
}
