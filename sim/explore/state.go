package explore

import (
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/faults"
)

// state is where a story has got to.
type state struct {
	world    *sim.Cluster
	progress []stage // of each fault
	lasting  int     // how many faults last
	faults   int     // how many have begun
	steps    int
}

// stage is how far a fault is.
type stage uint8

const (
	notBegun stage = iota
	lasting
	over
)

// copyFrom makes s a copy, in its own memory.
func (s *state) copyFrom(src *state) {
	world, progress := s.world, s.progress
	if world == nil {
		world = new(sim.Cluster)
	}
	*s = *src
	s.world, s.progress = world, append(progress[:0], src.progress...)
	if err := src.world.CopyTo(world); err != nil {
		panic("explore: " + err.Error()) // the start could be copied, and nothing puts a function into a world
	}
}

// plan is what the search knows of its faults.
//
// Nodes to which the same may happen can take each other's place: a story about node-0 is one
// about node-1. So how far the fault of a node is stands in a mark of that node
// ([sim.Cluster.Mark]), which the state's hash takes in without the node's name.
type plan struct {
	faults []faults.Fault
	nodes  []string // of each fault: the one node that it names; "" if it names none or several
	kinds  []uint64 // of each fault: what it does, whichever the node is
	alone  map[string]uint64
}

func newPlan(world *sim.Cluster, all []faults.Fault) *plan {
	p := &plan{faults: all, alone: map[string]uint64{}}
	for _, f := range all {
		words := fmt.Sprint(f.Do, f.Undo)
		var named []string
		for _, node := range world.Nodes().Items {
			if strings.Contains(" "+strings.NewReplacer("[", " ", "]", " ").Replace(words)+" ", " "+node.Name+" ") {
				named = append(named, node.Name)
			}
		}
		node := ""
		if len(named) == 1 {
			node = named[0]
			words = strings.ReplaceAll(words, node, "that node")
		}
		for _, name := range named {
			if node == "" {
				p.alone[name] = digest(name) // it has a part that no other can play
			}
		}
		p.nodes, p.kinds = append(p.nodes, node), append(p.kinds, digest(words))
	}
	return p
}

func digest(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}

func mix(h, v uint64) uint64 {
	h = (h ^ v) * 0x9e3779b97f4a7c15
	return h ^ h>>32
}

// mark marks the node of a fault with how far its faults are.
func (p *plan) mark(s *state, node string) {
	sum := p.alone[node]
	for i, kind := range p.kinds {
		if p.nodes[i] == node {
			sum += mix(kind, uint64(s.progress[i])+1)
		}
	}
	if err := s.world.Mark(node, sum); err != nil {
		panic("explore: " + err.Error()) // the node was there when the plan was made, and nodes stay
	}
}

// key is the same for two states if the same can happen from both.
func (p *plan) key(s *state) uint64 {
	key := mix(s.world.StateHash(), uint64(s.faults))
	for i, node := range p.nodes {
		if node == "" {
			key = mix(key, uint64(i)<<8|uint64(s.progress[i]))
		}
	}
	return key
}
