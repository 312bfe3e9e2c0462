package sim

import (
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
)

// The hash of nodes.
//
// Which of several equal nodes is which does not matter where nothing in the world tells them
// apart. So a node's name is not in its hash. Whatever lives at one node, a sandbox, an
// attachment, an image, adds to the sum of that node, and the hash of the node is that of its
// row and of the sum: where two nodes with all that is at them change places, the world's hash
// stays what it is.

// nameNodes finds the nodes whose names matter:
//
//   - all, where the scheduler takes the first of several equally good ones, and does not
//     leave it to choice (Config.AnyOrder);
//   - those that something names: a template, a volume's affinity, a class, an operation that
//     is to come.
func (h *hashing) nameNodes() {
	if len(h.named) < 2 {
		return
	}
	if !h.settings.config.AnyOrder {
		for n := range h.named {
			h.named[n] = true
		}
		return
	}
	if h.library.nodes {
		h.nameForTemplates()
	}
	for v := range h.volumes.all {
		if affinity := h.volumes.at(v).Spec.NodeAffinity; affinity != nil {
			h.nameAll(nodesOfSelector(affinity, nil))
		}
	}
	for c := range h.classes.all {
		for _, term := range h.classes.at(c).spec.AllowedTopologies {
			for _, r := range term.MatchLabelExpressions {
				if r.Key == model.LabelHostname {
					h.nameAll(r.Values)
				}
			}
		}
	}
	h.nameForOperations()
}

// nameAll marks the nodes of some names, or with some hostnames.
func (h *hashing) nameAll(names []string) {
	for n := range h.named {
		row := &h.nodes.rows[n]
		h.named[n] = h.named[n] || slices.Contains(names, h.rendered(row.name)) || slices.Contains(names, row.labels[model.LabelHostname])
	}
}

func (h *hashing) nameForTemplates() {
	for p := range h.pods.all {
		h.nameAll(h.template(h.pods.at(p).template).nodes)
	}
	for s := range h.sets.all {
		h.nameAll(h.template(h.sets.at(s).template).nodes)
	}
	for r := range h.revisions.all {
		h.nameAll(h.template(h.revisions.at(r).template).nodes)
	}
	for d := range h.deployments.all {
		h.nameAll(h.template(h.deployments.at(d).template).nodes)
	}
	for r := range h.replicaSets.all {
		h.nameAll(h.template(h.replicaSets.at(r).template).nodes)
	}
}

// nameForOperations marks the nodes that operations to come speak of.
func (h *hashing) nameForOperations() {
	if h.kept.among != len(h.named) {
		h.kept.among, h.kept.spoken.rows = len(h.named), h.kept.spoken.rows[:0]
	}
	for i := range h.world.operations {
		op := &h.world.operations[i]
		if !op.used {
			continue
		}
		spoken := h.kept.spoken.hash(h, int32(i), op, (*hashing).nodesOfOperation)
		for n := range h.named {
			h.named[n] = h.named[n] || spoken>>min(n, 63)&1 != 0
		}
	}
}

// nodesOfOperation are the places of the nodes that an operation speaks of, as bits; those
// beyond the last bit share it. What objects that are to be applied say of nodes nobody knows.
func (h *hashing) nodesOfOperation(op *operation) (spoken uint64) {
	_, applies := op.do.(Apply)
	words := op.do.String()
	for n := range h.nodes.rows {
		if applies || strings.Contains(words, h.rendered(h.nodes.rows[n].name)) {
			spoken |= 1 << min(n, 63)
		}
	}
	return spoken
}

// nodesOfPod are the names and hostnames of nodes that a pod's spec speaks of.
func nodesOfPod(spec *model.PodSpec) (out []string) {
	if spec.NodeName != "" {
		out = append(out, spec.NodeName)
	}
	if host, ok := spec.NodeSelector[model.LabelHostname]; ok {
		out = append(out, host)
	}
	if a := spec.Affinity; a != nil {
		out = nodesOfSelector(a.NodeAffinity, out)
	}
	return out
}

// nodesOfSelector adds the names and hostnames of nodes that a selector speaks of.
func nodesOfSelector(s *model.NodeSelector, out []string) []string {
	if s == nil {
		return out
	}
	for i := range s.Terms {
		for _, r := range s.Terms[i].MatchExpressions {
			if r.Key == model.LabelHostname {
				out = append(out, r.Values...)
			}
		}
		for _, r := range s.Terms[i].MatchFields {
			out = append(out, r.Values...)
		}
	}
	return out
}

// at adds something that lives at a node.
func (h *hashing) at(n int32, hash uint64) { h.atNodes[n] += hash }

// atName adds something that lives at the node of a name, which need not be there.
func (h *hashing) atName(node model.Name, hash uint64) (elsewhere uint64) {
	if n, ok := h.nodes.find(node); ok {
		h.at(n, hash)
		return 0
	}
	d := digest64(hash)
	d.put(h.staticName(node))
	return d.sealed()
}

// nodesHash is the machines, what the API server and the node lifecycle controller know of
// them, the images that they have, and what was added to them before.
func (h *hashing) nodesHash() (sum uint64) {
	for i := range int32(len(h.images.rows)) {
		if !h.images.rows[i].inUse() {
			continue
		}
		row := h.images.at(i)
		d := digestOf(hashImage)
		d.put(h.symbol(row.name.Base), h.future(row.ready))
		h.at(row.name.Ordinal, d.sealed())
	}
	for n := range h.nodes.rows {
		row := &h.nodes.rows[n]
		d := digestOf(hashNode)
		d.put(h.kept.nodes.hash(h, int32(n), row, (*hashing).node), h.lifecycle.NodeHash(nodelifecycle.Node(n)), h.future(row.pullsDone), h.atNodes[n])
		if h.named[n] {
			d.put(h.staticName(row.name))
		}
		h.ofNodes[n] = d.sealed()
	}
	if len(h.world.messages.cuts) > 0 {
		h.cutsHash()
	}
	for _, hash := range h.ofNodes {
		sum += hash
	}
	for z, key := range h.zones {
		d := digestOf(hashZone)
		d.put(h.symbol(key), h.lifecycle.ZoneHash(nodelifecycle.Zone(z)))
		sum += d.sealed()
	}
	for _, c := range h.imageChanges {
		d := digestOf(hashImageChange)
		d.put(h.symbol(c.image))
		d.flags(c.missing)
		sum += d.sealed()
	}
	d := digestOf(hashLifecycle)
	d.put(h.lifecycle.Hash(h.now))
	return sum + d.sealed()
}

// cutsHash puts into the hashes of nodes which nodes they do not reach, by the hashes of those,
// and once more, and so on: after as many rounds as there are cuts the hash of a node knows of
// all that hangs together with it. (Two nets of equal nodes can have equal hashes and be
// different, as one ring of six and two rings of three; which takes six cuts.)
func (h *hashing) cutsHash() {
	for range h.world.messages.cuts {
		clear(h.atNodes)
		for _, l := range h.world.messages.cuts {
			h.at(l.a, flat.Mix(h.ofNodes[l.b]))
			h.at(l.b, flat.Mix(h.ofNodes[l.a]))
		}
		for n := range h.ofNodes {
			d := digestOf(hashCut)
			d.put(h.ofNodes[n], h.atNodes[n])
			h.ofNodes[n] = d.sealed()
		}
	}
}

// future is an instant that does not matter once it has come.
func (h *hashing) future(at model.Instant) uint64 {
	if at <= h.now {
		return 0
	}
	return uint64(at)
}

// node is a node's row without its name. Its label hostname is mostly its name.
func (h *hashing) node(row *node) uint64 {
	d := digestOf(hashNode)
	d.put(uint64(uint32(row.capacity)), uint64(row.allocatable.CPU), uint64(row.allocatable.Memory), uint64(row.health), uint64(row.healthSince),
		uint64(row.deletedAt), uint64(row.shutdown), uint64(row.looks), uint64(row.speaks), row.mark)
	d.flags(row.cordoned, row.down, row.cut, row.stopped, row.holding, row.clinging, row.deleted, row.forgetful)
	if row.reads != readsPresent {
		d.put(uint64(row.reads))
	}
	for _, s := range row.short {
		d.put(uint64(s.lacks), uint64(s.seen), uint64(s.since))
		d.flags(s.on, s.felt, s.shown)
	}
	if host := row.labels[model.LabelHostname]; host == h.rendered(row.name) {
		d.put(labelsHash(row.labels, model.LabelHostname))
	} else {
		d.put(labelsHash(row.labels, ""), 1)
	}
	for _, t := range row.taints {
		d.text(t.Key)
		d.text(t.Value)
		d.text(string(t.Effect))
	}
	return d.sealed()
}
