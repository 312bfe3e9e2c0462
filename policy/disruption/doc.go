// Package disruption decides who may be evicted: what a PodDisruptionBudget still allows,
// and what the eviction subresource answers.
//
// Moving pods out of the way (to drain a node, say) is not deleting them. Who evicts asks
// first, and a budget may say no: so many of these pods have to be healthy, and no more
// than there are.
//
//	seen := disruption.Count(pods, &budget)                  // what the controller looks at
//	budget = disruption.Sync(spec, budget, &seen, now)       // and writes: needs 2, has 3, allows 1
//	verdict := disruption.Evict(pod, budgets)                // what the API server reads: allowed, or 429 and why
//	budget = budget.Spend("web-0", now)                      // and writes: allows 0, until the controller has looked
//
// Only the eviction subresource asks. A rolling update, a scale-down, a node that dies,
// a taint and `kubectl delete` do not; but each of them takes a healthy pod away, so that
// an eviction that was allowed a moment ago is not any more. A budget cannot keep pods
// alive, it can only keep people from making it worse.
//
// # What surprises
//
//   - A pod that is not ready costs nothing, and may be evicted as long as the others are
//     healthy. If they are not, it may not, by default: see UnhealthyPodEvictionPolicy.
//   - A pod that is Pending, has ended or is being deleted already is not asked about.
//   - maxUnavailable and percentages are of what the pods' controllers ask for, not of the
//     pods that there are, and are rounded up: 30% of 3 is 1.
//   - Two budgets for one pod are one too many: nothing may be evicted then.
//   - An eviction that was allowed and came to nothing keeps its place for two minutes.
//   - A budget that is new, or has another spec, allows nothing before the controller has
//     looked at it.
//   - The controller looks when a pod or the budget changes. That a set is scaled it sees
//     when pods come or go.
//
// Source: pkg/controller/disruption/disruption.go and
// pkg/registry/core/pod/storage/eviction.go of Kubernetes 1.37.
package disruption
