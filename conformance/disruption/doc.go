// Package disruption holds package policy/disruption against Kubernetes' own disruption
// controller and eviction subresource: it draws stories of some pods, those who control
// them, and the budgets that match them, plays them on both sides, and compares the
// statuses of the budgets after each step and the answers to all evictions, word for
// word.
//
// The judge is package real: the controller in a bubble of virtual time, and the code of the
// API server that answers an eviction, before a store that is a table. The other side
// (ordinal.go) is as little as can be put around the decisions.
package disruption
