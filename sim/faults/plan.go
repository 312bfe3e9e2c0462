package faults

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// Plan says what may go wrong. The zero Plan is one accident within a minute, to any set,
// over after five.
type Plan struct {
	// Kinds are the kinds of faults; nil means [Accidents]. Those for which a world has no
	// victim, such as a held volume where nobody has one, are left out.
	Kinds []Kind
	// Namespace and Set are whose pods, images and claims suffer; Namespace "" is default,
	// and Set "" is all sets of it.
	Namespace, Set string
	// Most is how many faults there are at most; 0 means 1.
	Most int
	// Within is the time within which they begin, from when the plan is made for a
	// world; 0 means a minute.
	Within time.Duration
	// Longest is how long a fault lasts at most that is undone; 0 means five minutes. The
	// shortest is a second, or Longest if that is less, and short ones are likelier.
	Longest time.Duration
}

// The times of the zero Plan.
const (
	defaultWithin  = time.Minute
	defaultLongest = 5 * time.Minute
	shortest       = time.Second
)

// Fault is something that goes wrong, and what ends it.
type Fault struct {
	Kind Kind
	Do   sim.Operation
	Undo []sim.Operation // none if it is over at once
}

// String is what goes wrong in the operation's words.
func (f Fault) String() string { return f.Do.String() }

// candidate is a Fault that may be drawn.
type candidate struct {
	Fault
	ends int // those that have this in common are ended by the same operation, and do not overlap
}

// Source is what can go wrong in one world. It may be used by several goroutines.
type Source struct {
	kinds           [][]candidate // of one kind each, the mildest first
	most            int
	begin           time.Duration // since the world began
	within, longest time.Duration
}

// ErrNobody is why nothing can be drawn by a plan in a world.
var ErrNobody = errors.New("faults: nobody in this world can suffer")

// For lists what can go wrong in a world by the plan: the pods that its sets ask for, its
// nodes, its images. It is an error if there is no such set, or nothing at all that could go
// wrong ([ErrNobody]). What is drawn begins at the world's present instant or later.
func (p Plan) For(c *sim.Cluster) (*Source, error) {
	if p.Most < 0 || p.Within < 0 || p.Longest < 0 {
		return nil, fmt.Errorf("faults: Most, Within and Longest must not be negative")
	}
	kinds := p.Kinds
	if kinds == nil {
		kinds = Accidents()
	}
	v, err := p.victims(c)
	if err != nil {
		return nil, err
	}
	s := &Source{
		most: max(1, p.Most), begin: time.Duration(c.Now()),
		within: orDefault(p.Within, defaultWithin), longest: orDefault(p.Longest, defaultLongest),
	}
	ends := map[string]int{}
	for _, kind := range All() { // so that the mildest is first, whatever the plan's order
		if !slices.Contains(kinds, kind) {
			continue
		}
		var of []candidate
		for _, f := range v.faults(kind) {
			f.Kind = kind
			key := f.Do.String()
			if len(f.Undo) > 0 {
				key = f.Undo[0].String()
			}
			if _, known := ends[key]; !known {
				ends[key] = len(ends)
			}
			of = append(of, candidate{f, ends[key]})
		}
		if len(of) > 0 {
			s.kinds = append(s.kinds, of)
		}
	}
	for _, kind := range kinds {
		if err := kind.check(); err != nil {
			return nil, err
		}
	}
	if len(s.kinds) == 0 {
		return nil, fmt.Errorf("%w any of %q", ErrNobody, kinds)
	}
	return s, nil
}

func orDefault(d, byDefault time.Duration) time.Duration {
	if d == 0 {
		return byDefault
	}
	return d
}

// victims are those who may suffer, by their names.
type victims struct {
	namespace string
	sets      []*model.StatefulSet
	nodes     []string
	images    []string // of the sets' pods
	classes   []string // of the sets' claims
	dns       int
}

// victims are who may suffer by the plan.
func (p Plan) victims(c *sim.Cluster) (*victims, error) {
	v := &victims{namespace: p.Namespace, dns: c.DNSReplicas()}
	in := []sim.Option(nil)
	if p.Namespace != "" {
		in = append(in, sim.InNamespace(p.Namespace))
	}
	if p.Set != "" {
		set, err := c.StatefulSet(p.Set, in...)
		if err != nil {
			return nil, fmt.Errorf("faults: %w", err)
		}
		v.sets = append(v.sets, set)
	} else {
		for _, set := range c.StatefulSets(in...).Items {
			v.sets = append(v.sets, &set)
		}
	}
	for _, n := range c.Nodes().Items {
		v.nodes = append(v.nodes, n.Name)
	}
	for _, set := range v.sets {
		for _, of := range [][]model.Container{set.Spec.Template.Spec.InitContainers, set.Spec.Template.Spec.Containers} {
			for i := range of {
				v.images = append(v.images, of[i].Image)
			}
		}
		for i := range set.Spec.VolumeClaimTemplates {
			if class := set.Spec.VolumeClaimTemplates[i].Spec.StorageClassName; class != nil && *class != "" {
				v.classes = append(v.classes, *class)
			} else if class == nil {
				v.classes = append(v.classes, defaultClasses(c)...)
			}
		}
	}
	v.images, v.classes = unique(v.images), unique(v.classes)
	return v, nil
}

// defaultClasses are the classes of claims that name none.
func defaultClasses(c *sim.Cluster) (out []string) {
	for _, o := range c.Objects() {
		if class, ok := o.(*model.StorageClass); ok && class.IsDefault() {
			out = append(out, class.Name)
		}
	}
	return out
}

// unique are the different ones among names, in their order.
func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// Candidates are all faults that may be drawn, the mildest first, without times: for a search
// that tries each of them everywhere.
func (s *Source) Candidates() []Fault {
	var out []Fault
	for _, of := range s.kinds {
		for i := range of {
			out = append(out, of[i].Fault)
		}
	}
	return out
}
