// Package race times the same lives of a StatefulSet on Ordinal and on the real
// controller as a tester would run it today: the code of kube-controller-manager
// over client-go's fake clientset in a bubble of testing/synctest, with the simplest
// kubelet that will do.
//
// # A life
//
// A set is created and comes up; its image is changed and it rolls; one of its pods
// crashes and is replaced; it is scaled to 0. Each of the four waits until the one
// before it is done.
//
// # Fair play
//
// Both sides run in one process, in turns, and the figures are ratios of what they
// take. The real side has the simplest kubelet that a tester would write, a loop that
// makes new pods ready every tenth of a second, and looks whether it is done every
// hundredth. It gets what makes it fast: no garbage collector and no graceful deletion,
// one worker, the older and many times faster of client-go's two fakes, and a clock that
// costs nothing. Ordinal does what it always does: validation, scheduling, image
// pulls, starts, readiness, grace periods of 30 seconds, and a trace. Each of its lives
// is lived in a fork of an empty world, in the memory of the one before, as whoever
// lives ten thousand would do it.
//
//	go test ./race -v
package race
