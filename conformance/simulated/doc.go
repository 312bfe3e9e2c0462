// Package simulated plays a scenario on Ordinal.
//
// It is what a user would write by hand: a world with Config.Manual, in which there is
// no scheduler and no kubelet, and kubectl's verbs for the rest. What steps and states
// mean is said in package scenario.
package simulated
