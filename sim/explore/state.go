package explore

import (
	"hash/fnv"
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/faults"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
)

// state is where a story has got to.
type state struct {
	world    *sim.Cluster
	progress []stage // of each fault
	lasting  int     // how many faults last
	faults   int     // how many have begun
	steps    int
	before   []move // its story, if a worker has left it to another
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
		panic("explore: " + err.Error()) // the start could be copied; only a Func among the faults puts a function into a world
	}
}

// plan is what the search knows of its faults.
//
// Nodes to which the same may happen can take each other's place: a story about node-0 is one
// about node-1. So how far the fault of a node is stands in a mark of that node
// ([sim.Cluster.Mark]), which the state's hash takes in without the node's name.
type plan struct {
	faults []faults.Fault
	nodes  []string          // of each fault: the one node that it names; "" if it names none or several
	kinds  []uint64          // of each fault: what it does, whichever the node is
	marks  map[string]uint64 // of the nodes that are marked: what tells them apart whatever has happened
}

func newPlan(world *sim.Cluster, all []faults.Fault) *plan {
	p := &plan{faults: all, marks: map[string]uint64{}}
	var nodes []string
	for _, node := range world.Nodes().Items {
		nodes = append(nodes, node.Name)
	}
	for i := range all {
		words, said := wordsOf(&all[i])
		var named []string
		for _, node := range nodes {
			if !said || slices.Contains(words, node) {
				named = append(named, node)
			}
		}
		node := ""
		if len(named) == 1 && said {
			node = named[0]
		}
		kind := fnv.New64a()
		for _, word := range words {
			if word == node {
				word = "" // which is no word
			}
			kind.Write([]byte(word + " "))
		}
		for _, name := range named {
			mark, err := world.MarkOf(name)
			if err != nil {
				panic("explore: " + err.Error()) // it has just been listed
			}
			if _, known := p.marks[name]; !known {
				p.marks[name] = mark
			}
			if node == "" { // it has a part that no other can play
				p.marks[name] = mix(mark, digest(name))
			}
		}
		p.nodes, p.kinds = append(p.nodes, node), append(p.kinds, kind.Sum64())
	}
	return p
}

// wordsOf are the words of all that a fault does, a node's name being one. It reports false if
// they do not say it all: what a function does nobody knows.
func wordsOf(f *faults.Fault) (words []string, all bool) {
	for _, op := range append([]sim.Operation{f.Do}, f.Undo...) {
		command, input, err := screenplay.FormatOperation(op)
		if err != nil {
			return []string{op.String()}, false
		}
		words = append(words, strings.FieldsFunc(command+"\n"+input+"\n", func(r rune) bool {
			return r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		})...)
	}
	return words, true
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

// begin marks the nodes at the beginning of all stories.
func (p *plan) begin(s *state) {
	for node := range p.marks { // each once: the order does not matter
		p.mark(s, node)
	}
}

// progressed notes how far a fault is now.
func (p *plan) progressed(s *state, i int) {
	if node := p.nodes[i]; node != "" {
		p.mark(s, node)
	}
}

// mark marks a node with how far its faults are.
func (p *plan) mark(s *state, node string) {
	sum := p.marks[node]
	for i, kind := range p.kinds {
		if p.nodes[i] == node {
			sum += mix(kind, uint64(s.progress[i])+1)
		}
	}
	if err := s.world.Mark(node, sum); err != nil {
		panic("explore: " + err.Error()) // the node was there when the plan was made, and its machine stays
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
