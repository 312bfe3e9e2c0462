package sim

import (
	"fmt"
	"slices"
)

// What can happen to the network between pods. See also [PartitionNode], which cuts a
// node off from everything.

// PartitionNodes is a fault: two nodes do not reach each other any more. Both still
// reach the API server and all other nodes. [HealNodes] mends it.
type PartitionNodes struct{ A, B string }

// String implements [Operation].
func (o PartitionNodes) String() string { return "partition nodes " + o.A + " and " + o.B }

func (o PartitionNodes) prepare(w *world) (func(), error) {
	l, cut, err := w.linkNamed(o.A, o.B)
	if err == nil && cut >= 0 {
		err = fmt.Errorf("sim: nodes %s and %s are partitioned", o.A, o.B)
	}
	return func() { w.messages.cuts = append(w.messages.cuts, l) }, err
}

// HealNodes ends a [PartitionNodes].
type HealNodes struct{ A, B string }

// String implements [Operation].
func (o HealNodes) String() string { return "heal nodes " + o.A + " and " + o.B }

func (o HealNodes) prepare(w *world) (func(), error) {
	_, cut, err := w.linkNamed(o.A, o.B)
	if err == nil && cut < 0 {
		err = fmt.Errorf("sim: nodes %s and %s are not partitioned", o.A, o.B)
	}
	return func() { w.messages.cuts = slices.Delete(w.messages.cuts, cut, cut+1) }, err
}

// linkNamed is the link between two nodes, and its place among those that are cut;
// -1 if it is not.
func (w *world) linkNamed(a, b string) (l link, cut int, err error) {
	from, err := w.machine(a, nil)
	if err != nil {
		return link{}, -1, err
	}
	to, err := w.machine(b, nil)
	if err == nil && from == to {
		err = fmt.Errorf("sim: node %s always reaches itself", a)
	}
	l = linkBetween(from, to)
	return l, slices.Index(w.messages.cuts, l), err
}

// LoseMessages is a fault: from now on, of a thousand messages between pods as many get
// lost, drawn for each. 0 ends it.
type LoseMessages struct{ PerMille int }

// String implements [Operation].
func (o LoseMessages) String() string { return fmt.Sprintf("lose %d‰ of messages", o.PerMille) }

func (o LoseMessages) prepare(w *world) (func(), error) {
	if o.PerMille < 0 || o.PerMille > 1000 {
		return nil, fmt.Errorf("sim: LoseMessages: %d must be from 0 to 1000", o.PerMille)
	}
	return func() { w.messages.loss = int32(o.PerMille) }, nil
}
