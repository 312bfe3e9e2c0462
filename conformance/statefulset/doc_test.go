// Package statefulset holds Ordinal against Kubernetes' StatefulSet controller: it draws
// scenarios, plays each on both sides, and compares what the API shows after each step.
//
//	go test ./statefulset                              # 100 scenarios of each profile
//	go test ./statefulset -rapid.checks=1000           # as many as there is time for
//	go test -modfile=kubernetes-1.36.mod ./statefulset # against another release
//
// A difference is told as the smallest story that shows it: rapid shrinks what it has
// drawn, and then every step that the difference does not need is left out. Found
// differences stay as stories of their own (found_test.go), whoever was wrong.
//
// The real side has goroutines. A scenario on which it does not agree with itself, in
// three runs, is set aside, counted and told, and is no difference. A world that never
// settles, because a pod is deleted and created for ever, is compared up to that point:
// both sides must go round in the same pods.
//
// With ORDINAL_REPORT=folder the figures are written there, a file for each release.
package statefulset
