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
// Profiles are the releases between which the behaviour of StatefulSets changed. Some
// stand for several patch releases, as their comments say; 1.35.1 to 1.35.3, and all
// from 1.28 to 1.32, have no profile, so that what changed in them shows between the
// profiles around them.
//
// # Where to read on
//
// [Differences] is the table: each with the release that brought it, its gate,
// the issue or pull request on GitHub, and what it is in words. Each place of the
// simulator that acts on one names it, so that a search for its name finds the rule.
package release
