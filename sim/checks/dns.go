package checks

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/sim"
)

// NamesNoStranger: DNS does not name another identity's address, beyond its TTL. When a pod
// has let go of its address, what DNS says may be old for as long as the TTL of its records;
// after that nobody may be led to the pod that has got the address since.
//
// As long as no address is given twice nothing can go wrong, and so this rule says something
// only in worlds with Config.ReuseAddresses. It breaks when the servers see new EndpointSlices
// later than the TTL (Latencies.EndpointWatch), and where caches are stacked: one that has
// kept an answer until its last second passes it on, and the next one keeps it for five
// seconds more, since that is the least that a cache of CoreDNS keeps. Whoever reuses addresses
// sooner than the TTL, and most networks do, has strangers behind names in any case: then
// servers have to ask a client who it thinks they are.
//
// Source: coredns plugin/pkg/dnsutil/ttl.go, MinimalDefaultTTL.
func NamesNoStranger() sim.Check {
	return sim.Check{Name: "DNS names no stranger", Broken: func(v sim.View) string {
		for m := range v.Misdirections {
			if m.Wrong() > m.TTL() {
				return fmt.Sprintf("%s, says %s, is at %s, which it left %v ago, and which %s has", m.Pod(), m.Where(), m.Addr(), m.Wrong(), m.Holder())
			}
		}
		return ""
	}}
}
