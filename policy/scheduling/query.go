package scheduling

import (
	"math"

	"github.com/ordinal-sim/ordinal/model"
)

// Query is a pod that looks for a node: what of other pods matters to it, counted once
// for all nodes. It belongs to the caller, who hands it back to be filled anew, and is valid
// until the view changes.
type Query struct {
	kind Kind

	spread   []spread // that must not be uneven
	soft     []spread // that had better not be
	near     []term   // pods that have to be there: all of them
	away     []term   // pods that must not be there: none of them
	refusing []term   // pods that do not want the pod there
	alone    bool     // no pod that has to be near is anywhere, and the pod itself is one

	counts []int32 // of all the above, by domain
	takes  []bool  // scratch: which nodes take part in the constraints of one sort
}

// spread is a constraint, and how many pods that count for it are in each domain.
type spread struct {
	topology int32
	at       int32 // where its counts begin; absent if no node of the domain takes part
	most     int32 // maxSkew
	self     int32 // 1 if the pod itself counts
	least    int32 // the count of the domain with the fewest
}

const absent int32 = -1

// term is a topology, and how many pods that match are in each domain.
type term struct {
	topology int32
	at       int32
}

// Begin counts what matters to the pods of a kind.
func (v *View) Begin(k Kind, q *Query) {
	*q = Query{kind: k, spread: q.spread[:0], soft: q.soft[:0], near: q.near[:0], away: q.away[:0], refusing: q.refusing[:0], counts: q.counts[:0], takes: q.takes}
	of := &v.kinds[k]
	if len(of.Spec.TopologySpreadConstraints) > 0 {
		q.spread = v.spreads(q, q.spread, model.DoNotSchedule)
		q.soft = v.spreads(q, q.soft, model.ScheduleAnyway)
	} else if of.Group != 0 {
		v.spreadGroup(q)
	}
	if of.Spec.Affinity != nil {
		v.beginAffinity(q, of.Spec.Affinity)
	}
	if v.refusers > 0 {
		v.beginRefusing(q)
	}
}

// room takes room for the counts of a topology, each of them n, and returns where.
func (v *View) room(q *Query, t int32, n int32) (at int32) {
	at = int32(len(q.counts))
	for range v.topologies[t].domains {
		q.counts = append(q.counts, n)
	}
	return at
}

// spreads counts for the constraints of one sort. Only nodes count that the pod selects, and
// that have all labels that pods are to be spread by.
//
// Source: podtopologyspread/filtering.go, calPreFilterState.
func (v *View) spreads(q *Query, out []spread, sort string) []spread {
	of := &v.kinds[q.kind]
	all := of.Spec.TopologySpreadConstraints
	for i := range all {
		if c := &all[i]; c.WhenUnsatisfiable == sort {
			s := spread{topology: v.topology(c.TopologyKey), most: c.MaxSkew, least: math.MaxInt32}
			if c.LabelSelector != nil && c.LabelSelector.Matches(of.Labels) {
				s.self = 1
			}
			s.at = v.room(q, s.topology, absent)
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return out
	}
	q.takes = q.takes[:0]
	for n := range v.nodes {
		takes := v.nodes[n].exists && v.inAll(out, Node(n)) && selects(of.Spec, &v.nodes[n].NodeSpec)
		q.takes = append(q.takes, takes)
		for i := range out {
			if takes {
				q.counts[out[i].at+v.domain(out[i].topology, Node(n))] = 0
			}
		}
	}
	next := 0
	for i := range all {
		if all[i].WhenUnsatisfiable == sort {
			v.countSpread(q, &out[next], &all[i])
			next++
		}
	}
	return out
}

// inAll reports whether a node has the labels of all topologies.
func (v *View) inAll(all []spread, n Node) bool {
	for i := range all {
		if v.domain(all[i].topology, n) == nowhere {
			return false
		}
	}
	return true
}

// countSpread counts the pods that a constraint selects. (A selector that is empty selects
// every pod, and yet counts none.)
//
// Source: podtopologyspread/common.go, countPodsMatchSelector.
func (v *View) countSpread(q *Query, s *spread, c *model.TopologySpreadConstraint) {
	of := &v.kinds[q.kind]
	if c.LabelSelector != nil && !c.LabelSelector.Empty() {
		for k := range v.kinds {
			if other := &v.kinds[k]; other.pods > 0 && other.Namespace == of.Namespace && c.LabelSelector.Matches(other.Labels) {
				v.addStaying(q, k, q.takes, term{s.topology, s.at})
			}
		}
	}
	for d := range v.topologies[s.topology].domains {
		if n := q.counts[s.at+d]; n != absent {
			s.least = min(s.least, n)
		}
	}
	if s.least == math.MaxInt32 {
		s.least = 0
	}
}

// addStaying adds the pods of a kind that are not being deleted to the counts of a topology,
// on the nodes that take part; nil for all.
func (v *View) addStaying(q *Query, k int, takes []bool, t term) {
	for n := range v.nodes {
		if there := v.on(k, Node(n)); there.pods > there.leaving && (takes == nil || takes[n]) {
			v.add(q, t, Node(n), there.pods-there.leaving)
		}
	}
}

// addAll adds the pods of a kind to the counts of a topology.
func (v *View) addAll(q *Query, k int, t term) {
	for n := range v.nodes {
		if there := v.on(k, Node(n)); there.pods > 0 {
			v.add(q, t, Node(n), there.pods)
		}
	}
}

func (v *View) add(q *Query, t term, n Node, pods int32) {
	v.visited++
	if d := v.domain(t.topology, n); d != nowhere {
		q.counts[t.at+d] += pods
	}
}

// spreadGroup counts the pods of the kind's group by zones: without constraints of its own
// a pod is spread over zones, if it does not matter otherwise.
func (v *View) spreadGroup(q *Query) {
	s := spread{topology: v.topology(model.LabelZone)}
	if v.topologies[s.topology].domains < 2 {
		return
	}
	s.at = v.room(q, s.topology, 0)
	for k := range v.kinds {
		if other := &v.kinds[k]; other.pods > 0 && other.Group == v.kinds[q.kind].Group && other.Namespace == v.kinds[q.kind].Namespace {
			v.addStaying(q, k, nil, term{s.topology, s.at})
		}
	}
	q.soft = append(q.soft, s)
}

// beginAffinity counts the pods that the pod wants near, and away.
//
// Source: interpodaffinity/filtering.go, getIncomingAffinityAntiAffinityCounts.
func (v *View) beginAffinity(q *Query, a *model.Affinity) {
	of := &v.kinds[q.kind]
	q.near, q.away = v.terms(q, q.near, a.PodAffinity), v.terms(q, q.away, a.PodAntiAffinity)
	q.alone = len(a.PodAffinity) > 0 && wantsAll(a.PodAffinity, of, of)
	for k := range v.kinds {
		other := &v.kinds[k]
		if other.pods == 0 {
			continue
		}
		if len(q.near) > 0 && wantsAll(a.PodAffinity, of, other) {
			for i := range q.near {
				v.addAll(q, k, q.near[i])
			}
		}
		for i := range q.away {
			if wants(&a.PodAntiAffinity[i], of, other) {
				v.addAll(q, k, q.away[i])
			}
		}
	}
	for i := range q.near {
		for d := range v.topologies[q.near[i].topology].domains {
			q.alone = q.alone && q.counts[q.near[i].at+d] == 0
		}
	}
}

// terms takes room for terms. Terms of one topology have one room: a pod that matches one
// of them counts for all.
func (v *View) terms(q *Query, out []term, terms []model.PodAffinityTerm) []term {
	for i := range terms {
		out = v.termOf(q, out, v.topology(terms[i].TopologyKey))
	}
	return out
}

// termOf adds a term of a topology.
func (v *View) termOf(q *Query, out []term, t int32) []term {
	for _, other := range out {
		if other.topology == t {
			return append(out, other)
		}
	}
	return append(out, term{t, v.room(q, t, 0)})
}

// beginRefusing counts the pods that want the pod away, by the topologies in which they do.
//
// Source: interpodaffinity/filtering.go, getExistingAntiAffinityCounts.
func (v *View) beginRefusing(q *Query) {
	of := &v.kinds[q.kind]
	for k := range v.kinds {
		other := &v.kinds[k]
		v.visited++
		if !other.refuses || other.pods == 0 {
			continue
		}
		for i := range other.Spec.Affinity.PodAntiAffinity {
			t := &other.Spec.Affinity.PodAntiAffinity[i]
			if !wants(t, other, of) {
				continue
			}
			q.refusing = v.termOf(q, q.refusing, v.topology(t.TopologyKey))
			v.addAll(q, k, q.refusing[len(q.refusing)-1])
		}
	}
}

// wants reports whether a pod's term means another pod.
//
// Source: k8s.io/kube-scheduler framework, AffinityTerm.Matches.
func wants(t *model.PodAffinityTerm, of, other *kind) bool {
	if t.LabelSelector == nil || !t.LabelSelector.Matches(other.Labels) {
		return false
	}
	if len(t.Namespaces) == 0 {
		return of.Namespace == other.Namespace
	}
	for _, namespace := range t.Namespaces {
		if namespace == other.Namespace {
			return true
		}
	}
	return false
}

// wantsAll reports whether all terms mean another pod.
func wantsAll(terms []model.PodAffinityTerm, of, other *kind) bool {
	for i := range terms {
		if !wants(&terms[i], of, other) {
			return false
		}
	}
	return true
}

// selects reports whether a pod may run on a node of this name and with these labels.
//
// Source: component-helpers scheduling/corev1/nodeaffinity, GetRequiredNodeAffinity.
func selects(spec *model.PodSpec, n *NodeSpec) bool {
	for key, want := range spec.NodeSelector {
		if got, ok := n.Labels[key]; !ok || got != want {
			return false
		}
	}
	return spec.Affinity == nil || spec.Affinity.NodeAffinity == nil || spec.Affinity.NodeAffinity.MatchesNode(n.Name, n.Labels)
}
