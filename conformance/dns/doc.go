// Package dns holds what package dnsmodel answers against CoreDNS itself, the version
// that kubeadm deploys: its plugins kubernetes, cache and loadbalance, behind its own
// server, with its own informers.
//
//	Services, slices, namespaces, pods --.
//	                                      >-- an API in memory -> CoreDNS ->- answer
//	the same as a dnsmodel.Zone  --------'                                      equal?
//	                                      `-- dnsmodel.Serve  ->- answer
//
// It is a module of its own because CoreDNS is built with a client of Kubernetes of its
// own choice: the versions in go.mod are those of CoreDNS's go.mod.
//
// # What is drawn
//
// A setup: one of the profiles (plain, kubeadm, addons, nodelocal), for which CoreDNS
// reads the stanzas of the real Corefiles, or one that nobody uses, with any TTL, any
// options, any cache and any zone. And a story: Services of every kind come, change and
// go, slices with and without ports, hostnames and conditions too, also those that belong
// to no Service; namespaces are missing; pods come and go. In between somebody asks, from
// one node or another: names that exist and names that nearly do, in any case, of any
// type, backwards, of pods by their addresses, of other zones. Time passes in between, so
// that caches forget. Sometimes the API is not to be reached at the beginning.
//
// # What is compared
//
// The code, every record of the answer, the authority and the additional section with its
// owner, its TTL and its data. Two things are left out. CoreDNS promises no order of
// records, so they are sorted. And the serial number of the SOA, which is the time of the
// last change, is for the caller of dnsmodel to say.
//
// # Time
//
// Everything happens in a bubble of testing/synctest, so that the caches' clock is
// virtual, a change has reached CoreDNS before somebody asks, and an hour costs nothing.
//
// With ORDINAL_REPORT naming a directory, the test leaves dns-<version>.json there.
package dns
