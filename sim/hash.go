package sim

import (
	"slices"

	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
)

// The hash of what is.
//
// A search visits each state once, so it has to know a state again, and it asks for that after
// each event. Two things follow: the hash is blind to what cannot matter, and it is kept up as
// things change.
//
// # What it is blind to
//
// Equal hashes mean that two worlds of one Config behave equally from now on, whatever is done
// to them and whatever is chosen; except for collisions, of which among a billion states one
// is to be expected in a few dozen searches. So a thing is left out if no decision reads it
// any more, or if it is only a name that the engine has given:
//
//   - Numbers that count: UIDs, resource versions, places in tables, the order in which events
//     of one instant were planned. Where an owner's UID stands, it matters whether that is
//     still the owner's.
//   - Which of several equal nodes is which: see hashnodes.go.
//   - Which address a pod has, and that of pods that are gone: see hashaddresses.go.
//   - What has happened: the trace, the fingerprint, the operations that were done, how many
//     events there were; that something was said once and need not be said again; when objects
//     were created (except of what their controllers take in that order: revisions, ReplicaSets
//     and their pods), when claims and volumes were first to be deleted, taints added, images
//     pulled; when a node that is heard was last heard; when a set or a driver that has
//     succeeded would have tried again.
//   - What follows from the rest: the scheduler's view of nodes, the StatefulSet controller's
//     cache as far as it is right, counts and lists that only save time.
//   - What was remembered for the user: checks and their violations, but for how long one has
//     waited already ([Cluster.Eventually]).
//   - What will be chosen: the seed, the Chooser.
//
// Everything else is in: the time, which is absolute; all objects, as far as somebody acts on
// them; what controllers and kubelets know or have wrong, what they have tried and when they
// try again; what runs, what its programs and files hold; what is pending, on its way or to
// fail.
//
// Events of one instant happen in the order in which they were planned, the scheduler takes the
// first of several equally good nodes, and the first of several silent nodes is tainted first,
// unless Config.AnyOrder leaves all that to choice. So it is with AnyOrder that the promise holds
// to the letter. Without it the hash knows nodes by their names, and is still blind to the order
// of what is planned for one instant. Where Kubernetes leaves an order open that is no choice
// here, it is that of names: which pod a drain asks for first, which of two claims that wait for
// a volume is looked at first. One fixed order remains, that of the tables: which of two zones
// taints a node first, where both may at one instant.
//
// # How it is kept up
//
// The hash is made of a sum of hashes, one for each row of each table, so that the order of
// rows does not show. The hash of a large row is kept, with a copy of the row as it was hashed:
// a row of the same bytes has the same hash, since what it points to never changes in place.
// So an event costs the hashing of the rows that it has changed, and a look at the others.
// Texts, templates, specs and labels are hashed once ([constants]). What ties rows together, a
// container and its sandbox, a claim and its volume, is looked at each time: it is cheap, and
// so the hash of a row depends on that row alone.
//
// A world that is never hashed keeps nothing and pays nothing. A fork of one that is gets a
// copy of what is kept.

// StateHash is a hash of what is: of all objects, of what controllers and kubelets know about
// them and have wrong, of what is pending, and of the time. Two histories can lead to one state:
// equal hashes mean that two worlds of the same [Config] behave alike from now on, up to the
// names of nodes and the numbers of addresses that nothing can tell apart, if the same is done
// and chosen. That holds to the letter with Config.AnyOrder; without it events of one instant
// may come in another order, and nodes count as different.
//
// Not in it is what has happened before (that is the [Cluster.Fingerprint]), nor the numbers
// that only count it: UIDs, resource versions, places in tables and the order in which
// simultaneous events were planned; nor checks that have failed, or were reached; nor what the
// world will choose. A check that asks for a node by its name sees more than the hash does.
//
// The first one costs as much as there are objects; after that what has changed is hashed anew,
// also in forks, and nothing is allocated. It writes into the world's own memory: do not ask
// for it while another goroutine forks the same world.
func (c *Cluster) StateHash() uint64 {
	if c.w.hashes == nil {
		c.w.hashes = &hashes{}
	}
	h := &c.w.hashes.hashing
	*h = hashing{c.w, c.w.hashes}
	return h.state()
}

// hashes is what a world that is hashed remembers from one hash to the next, and memory.
type hashes struct {
	constants constants
	kept      keptHashes

	// Memory; it holds nothing between hashes.
	hashing     hashing
	atNodes     []uint64 // by nodes: the sums of what lives there
	ofNodes     []uint64 // by nodes: the hashes of the nodes with it
	named       []bool   // by nodes: its name matters
	ofSandboxes []uint64 // by sandboxes
	timers      []uint64 // by sandboxes: of what is planned for them
	holders     flat.Index[address]
	held        bool // holders are known
	bytes       []byte
}

// keptHashes are those of the rows that are large.
type keptHashes struct {
	nodes      kept[node]
	pods       kept[pod]
	containers kept[container]
	claims     kept[claim]
	volumes    kept[volume]
	scalers    kept[autoscaler]
	operations kept[operation]
	messages   kept[message]

	spoken kept[operation] // not hashes, but the nodes that they speak of
	among  int             // of how many nodes
}

// copyFrom makes h the memory of a fork.
func (h *hashes) copyFrom(src *hashes) {
	h.constants.copyFrom(&src.constants)
	h.kept.nodes.copyFrom(&src.kept.nodes)
	h.kept.pods.copyFrom(&src.kept.pods)
	h.kept.containers.copyFrom(&src.kept.containers)
	h.kept.claims.copyFrom(&src.kept.claims)
	h.kept.volumes.copyFrom(&src.kept.volumes)
	h.kept.scalers.copyFrom(&src.kept.scalers)
	h.kept.operations.copyFrom(&src.kept.operations)
	h.kept.messages.copyFrom(&src.kept.messages)
	h.kept.spoken.copyFrom(&src.kept.spoken)
	h.kept.among = src.kept.among
}

// copyHashes gives a fork what its origin remembers of hashes, if that was ever hashed.
func (w *world) copyHashes(own, src *world) {
	w.hashes = own.hashes
	if src.hashes == nil {
		w.hashes = nil
		return
	}
	if w.hashes == nil {
		w.hashes = &hashes{}
	}
	w.hashes.copyFrom(src.hashes)
}

// kept are the hashes of the rows of a table, each with the row as it was hashed: a row that
// has not changed since is not hashed again.
type kept[T any] struct {
	rows   []T
	hashes []uint64
}

func (k *kept[T]) copyFrom(src *kept[T]) {
	k.rows = append(k.rows[:0], src.rows...)
	k.hashes = append(k.hashes[:0], src.hashes...)
}

// hash is the hash of the row at a place, which depends on nothing but the row and what never
// changes.
func (k *kept[T]) hash(h *hashing, place int32, row *T, of func(*hashing, *T) uint64) uint64 {
	for int(place) >= len(k.rows) {
		var none T // no row that is in use
		k.rows, k.hashes = append(k.rows, none), append(k.hashes[:len(k.rows)], 0)
	}
	if was := &k.rows[place]; !flat.Same(was, row) {
		*was = *row
		k.hashes[place] = of(h, row)
	}
	return k.hashes[place]
}

// hashing is a world while it is hashed.
type hashing struct {
	*world
	*hashes
}

// state is the hash of everything.
func (h *hashing) state() uint64 {
	h.begin()
	sum := h.timersHash()
	h.sandboxesHash()
	sum += h.podsHash() + h.setsHash() + h.deploymentsHash() + h.budgetsHash() + h.autoscalersHash()
	sum += h.storageHash() + h.networkHash() + h.addressesHash() + h.pendingHash()
	sum += h.nodesHash() // last: all that lives at them is known
	total := digestOf(hashWorld)
	total.put(uint64(h.now), sum, uint64(h.release))
	for i := range h.checks {
		if row := &h.checks[i]; row.kind == checkEventually && row.broken && !row.done {
			total.put(uint64(i), uint64(row.since))
		}
	}
	return total.sealed()
}

// begin empties the memory, and finds out which nodes' names matter.
func (h *hashing) begin() {
	h.atNodes = zeroed(h.atNodes, len(h.nodes.rows))
	h.ofNodes = zeroed(h.ofNodes, len(h.nodes.rows))
	h.named = zeroed(h.named, len(h.nodes.rows))
	h.timers = zeroed(h.timers, len(h.sandboxes))
	h.ofSandboxes = zeroed(h.ofSandboxes, len(h.sandboxes))
	h.held = false
	h.nameNodes()
}

func zeroed[T any](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// symbol is the hash of a symbol's string.
func (h *hashing) symbol(sym model.Symbol) uint64 { return h.names.hashes[sym] }

// name is the hash of a name. The ordinal of a provisioned volume is the UID of its claim, a
// number that only counts: such a volume is that of the claim of a name.
func (h *hashing) name(n model.Name) uint64 {
	if n.Base == h.dynamic {
		return h.dynamicName(n)
	}
	return h.staticName(n)
}

// staticName is the hash of the name of anything but a provisioned volume.
func (h *hashing) staticName(n model.Name) uint64 {
	d := digestOf(hashName)
	d.put(h.symbol(n.Namespace)^uint64(uint32(n.Ordinal)), h.symbol(n.Base))
	return uint64(d)
}

func (h *hashing) dynamicName(n model.Name) uint64 {
	d := digestOf(hashOwnVolume)
	if v, ok := h.volumes.find(n); ok {
		d.put(h.staticName(h.volumes.at(v).ClaimRef.Name))
	}
	return uint64(d)
}

// names are the hashes of a list of symbols, in order.
func (d *digest64) symbols(h *hashing, list []model.Symbol) {
	for _, s := range list {
		d.put(h.symbol(s))
	}
}
