package scheduling

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Reason is why a node is ruled out.
type Reason uint8

// The reasons, in the order of the filters.
const (
	Cordoned           Reason = iota // the node is unschedulable
	Tainted                          // it has a taint that the pod does not tolerate
	NotSelected                      // its labels are not those that the pod asks for
	TooManyPods                      // it has as many pods as it may have
	InsufficientCPU                  // too little CPU is left
	InsufficientMemory               // too little memory is left
	NoTopology                       // it lacks a label that the pod is to be spread by
	Uneven                           // the pod would be spread unevenly
	NotNear                          // pods that the pod wants near are not there
	TooNear                          // pods that the pod wants away are there
	Unwelcome                        // pods are there that want the pod away

	reasons // how many there are
)

var words = [reasons]string{
	Cordoned:           "node(s) were unschedulable",
	Tainted:            "node(s) had untolerated taint(s)",
	NotSelected:        "node(s) didn't match Pod's node affinity/selector",
	TooManyPods:        "Too many pods",
	InsufficientCPU:    "Insufficient cpu",
	InsufficientMemory: "Insufficient memory",
	NoTopology:         "node(s) didn't match pod topology spread constraints (missing required label)",
	Uneven:             "node(s) didn't match pod topology spread constraints",
	NotNear:            "node(s) didn't match pod affinity rules",
	TooNear:            "node(s) didn't match pod anti-affinity rules",
	Unwelcome:          "node(s) didn't satisfy existing pods anti-affinity rules",
}

// String is the reason in the scheduler's words.
func (r Reason) String() string { return words[r] }

// Reasons are some reasons.
type Reasons uint16

// With is the reasons and one more.
func (r Reasons) With(reason Reason) Reasons { return r | 1<<reason }

// Has reports whether a reason is among them.
func (r Reasons) Has(reason Reason) bool { return r>>reason&1 == 1 }

// Refusal is why a node cannot have a pod. The zero Refusal is none: the node can.
type Refusal struct {
	Why Reasons // several only if several things are insufficient
	// Hopeless: it would not help if all pods left the node.
	Hopeless bool
	Taint    model.Taint // of Tainted: the first that the pod does not tolerate
}

// refuse is a refusal for one reason.
func refuse(r Reason, hopeless bool) Refusal {
	return Refusal{Why: Reasons(0).With(r), Hopeless: hopeless}
}

// Tally is how many nodes were ruled out for which reasons, while a pod looks for one.
// The zero Tally has no nodes yet.
type Tally struct {
	Why Reasons // all reasons of this package so far

	rules    release.Rules
	nodes    int
	hopeless int
	lines    []line
}

type line struct {
	reason string
	count  int
}

// Begin begins to count anew, in the words of a release.
func (t *Tally) Begin(rules release.Rules) { *t = Tally{rules: rules, lines: t.lines[:0]} }

// Refuse counts a node that was ruled out.
func (t *Tally) Refuse(r Refusal) {
	t.node(r.Hopeless)
	t.Why |= r.Why
	for rest := uint(r.Why); rest != 0; rest &= rest - 1 {
		reason := Reason(bits.TrailingZeros(rest))
		text := reason.String()
		if reason == Tainted && t.rules.Has(release.NamesTaint) {
			text = fmt.Sprintf("node(s) had untolerated taint {%s: %s}", r.Taint.Key, r.Taint.Value)
		}
		t.count(text)
	}
}

// RefuseFor counts a node that was ruled out for reasons of somebody else, in the words of
// each; hopeless as in [Refusal].
func (t *Tally) RefuseFor(hopeless bool, reasons ...string) {
	t.node(hopeless)
	for _, text := range reasons {
		t.count(text)
	}
}

func (t *Tally) node(hopeless bool) {
	t.nodes++
	if hopeless {
		t.hopeless++
	}
}

func (t *Tally) count(reason string) {
	for i := range t.lines {
		if t.lines[i].reason == reason {
			t.lines[i].count++
			return
		}
	}
	t.lines = append(t.lines, line{reason, 1})
}

// WithoutAsking is what the scheduler says of a pod that it refuses before it asks any of
// the nodes: because of the pod's claims, in words of package storage. From 1.34 on it does
// not get to speak of preemption, since those who look for devices ("not found") fail first.
//
// Source: pkg/scheduler/framework/runtime, RunPostFilterPlugins; dynamicresources/
// dynamicresources.go, PostFilter, which misses what its PreFilter would have left.
func WithoutAsking(rules release.Rules, nodes int, why string) string {
	message := fmt.Sprintf("0/%d nodes are available: %s.", nodes, why)
	if rules.Has(release.NoDevices) {
		return message + " preemption: " + available(nodes, []line{{hopelessPreemption, nodes}})
	}
	return message + " not found"
}

// The two outcomes of preemption where all pods have one priority.
const (
	vainPreemption     = "No preemption victims found for incoming pod"
	hopelessPreemption = "Preemption is not helpful for scheduling"
)

// Message is what the scheduler says of a pod for which all nodes were ruled out: the
// message of the pod's condition PodScheduled, and of the event FailedScheduling.
//
// Source: pkg/scheduler/framework/types.go, FitError.Error; pkg/scheduler/framework/preemption, evaluate.
func (t *Tally) Message() string {
	if t.nodes == 0 {
		return "no nodes available to schedule pods"
	}
	preemption := []line{
		{vainPreemption, t.nodes - t.hopeless},
		{hopelessPreemption, t.hopeless},
	}
	devices := ""
	if t.rules.Has(release.SpeaksOfDevices) {
		devices = " no new claims to deallocate,"
	}
	return available(t.nodes, t.lines) + devices + " preemption: " + available(t.nodes, preemption)
}

// available is one of the two sentences of a message. The reasons are sorted as text, with
// the numbers that they begin with.
func available(nodes int, lines []line) string {
	var parts []string
	for _, l := range lines {
		if l.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", l.count, l.reason))
		}
	}
	slices.Sort(parts)
	return fmt.Sprintf("0/%d nodes are available: %s.", nodes, strings.Join(parts, ", "))
}
