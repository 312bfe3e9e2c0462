package sim

import (
	"hash/fnv"

	"github.com/ordinal-sim/ordinal/model"
)

// StateHash is a hash of what is: of all objects, of what controllers and kubelets
// know about them, of what is pending, and of the time. What has happened before
// does not matter (that is the [Cluster.Fingerprint]), nor do the numbers that
// only count it: UIDs, resource versions, places in tables and the order in which
// simultaneous events were planned; nor what the world will choose. Two histories
// can lead to one state.
//
// It costs as much as there are objects.
func (c *Cluster) StateHash() uint64 {
	h := hashing{world: c.w}
	return h.state()
}

// hashing adds up the hashes of objects, so that their order does not matter.
type hashing struct {
	*world
	strings []uint64 // of symbols, filled as they are met
	bytes   []byte   // of a program
}

func (h *hashing) state() uint64 {
	var total digest64
	total.put(uint64(h.now))
	sum := h.nodesHash() + h.podsHash() + h.setsHash() + h.deploymentsHash() + h.budgetsHash() + h.autoscalersHash() + h.addressesHash() +
		h.storageHash() + h.networkHash() + h.pendingHash()
	total.put(sum, uint64(h.release))
	return uint64(total)
}

// digest64 is the hash of one object while its fields are put in.
type digest64 uint64

func (d *digest64) put(values ...uint64) {
	for _, v := range values {
		h := (uint64(*d) ^ v) * 0x9e3779b97f4a7c15
		h ^= h >> 32
		*d = digest64(h * 0xd6e8feb86659fd93)
	}
}

func (d *digest64) flags(flags ...bool) {
	bits := uint64(1)
	for _, f := range flags {
		bits = bits<<1 | uint64(boolByte(f))
	}
	d.put(bits)
}

func (d *digest64) text(s string) {
	f := fnv.New64a()
	f.Write([]byte(s))
	d.put(f.Sum64())
}

func (d *digest64) labels(l model.Labels) {
	for _, key := range l.Keys() {
		d.text(key)
		d.text(l[key])
	}
}

// symbol is the hash of a symbol's string.
func (h *hashing) symbol(sym model.Symbol) uint64 {
	for len(h.strings) <= int(sym) {
		var d digest64
		d.text(h.text(model.Symbol(len(h.strings))))
		h.strings = append(h.strings, uint64(d))
	}
	return h.strings[sym]
}

func (h *hashing) name(n model.Name) uint64 {
	var d digest64
	d.put(h.symbol(n.Namespace), uint64(uint32(n.Ordinal)))
	if n.Base != h.dynamic { // the ordinal of a provisioned volume is a UID
		d.put(h.symbol(n.Base))
		return uint64(d)
	}
	if v, ok := h.volumes.find(n); ok {
		d = 0
		d.put(h.name(h.volumes.at(v).ClaimRef.Name))
	}
	return uint64(d)
}
