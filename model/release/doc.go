// Package release is what differs between releases of Kubernetes, as data.
//
// A cluster's behaviour changes when it is upgraded, and sometimes because
// somebody switches a feature gate. The rules of the simulator are those of the
// newest release; what an older one does differently, or a switched gate, is a
// [Difference]. A [Release] is a profile and its gates, and says which differences
// hold:
//
//	release.V1_37                                                 // the newest; also the zero Release
//	release.V1_36.With(release.MaxUnavailableStatefulSet)         // a gate switched on
//	release.Parse("1.36 MaxUnavailableStatefulSet=true")          // the same, by name
//
//	rules := release.V1_36.Rules()
//	rules.Has(release.OnlyRollingUpdateCompletes)                 // true: OnDelete never completes
//
// # What is in a profile
//
// Profiles are the releases between which the behaviour of StatefulSets changed.
// A patch release that is not listed behaves as the profile before it: 1.36 stands
// for 1.36.0 to 1.36.3, and 1.35.4 for the ones from 1.35.4 on. Between 1.27.1 and
// 1.33 there is none, so that a difference of 1.28 to 1.31 shows between these two.
//
// # Where to read on
//
// [Differences] is the table: each with the release that brought it, its gate,
// the issue or pull request on GitHub, and what it is in words. Each place of the
// simulator that acts on one names it, so that a search for its name finds the rule.
package release
