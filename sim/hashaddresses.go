package sim

// The hash of addresses.
//
// Addresses are given out by counting, and as a rule no address is given twice. So what an
// address is does not matter, but only who has it: it is hashed as its holder, and one that
// nobody has any more as gone.
//
// Not so where programs run, which may remember addresses, compare them and put them into
// messages; nor where addresses are given to others after a while. There they are hashed as the
// numbers that they are, with the next one and those that wait to be given again.

// addressesSeen reports whether what addresses are matters, and not only who has them.
func (h *hashing) addressesSeen() bool { return h.settings.programs || h.reuses() }

// addressesHash is which addresses pods will get.
func (h *hashing) addressesHash() (sum uint64) {
	if !h.addressesSeen() {
		return 0
	}
	for i, p := range h.past {
		d := digestOf(hashPast)
		d.put(uint64(i), uint64(p.ip), h.staticName(p.pod), uint64(p.until))
		d.flags(p.taken)
		sum += d.sealed()
	}
	d := digestOf(hashPast)
	d.put(uint64(h.nextIP))
	return sum + d.sealed()
}

// address is the hash of the address of a pod; 0 is none.
func (h *hashing) address(ip uint32) uint64 {
	if ip == 0 {
		return 0
	}
	d := digestOf(hashHolder)
	if h.addressesSeen() {
		d.put(uint64(ip))
		return uint64(d)
	}
	h.findHolders()
	holder, ok := h.holders.Get(address(ip))
	switch {
	case !ok: // gone
	case holder&1 == 0:
		n := h.sandboxes[holder/2].node
		d.put(h.ofSandboxes[holder/2], h.kept.nodes.hash(h, n, h.nodes.at(n), (*hashing).node))
	default: // a pod without a sandbox still shows it
		d.put(h.staticName(h.pods.at(holder / 2).name))
	}
	return uint64(d)
}

// findHolders finds out who has which address.
func (h *hashing) findHolders() {
	if h.held {
		return
	}
	h.held = true
	h.holders.Clear()
	for p := range h.pods.all {
		if ip := h.pods.at(p).ip; ip != 0 {
			h.holders.Put(address(ip), 2*p+1)
		}
	}
	for s := range h.sandboxes {
		if box := &h.sandboxes[s]; box.stage != sandboxFree && box.ip != 0 {
			h.holders.Put(address(box.ip), 2*int32(s))
		}
	}
}

// endpointAddress is the hash of an endpoint's address, which is mostly the one that its pod
// has.
func (h *hashing) endpointAddress(e *endpoint) uint64 {
	if p, ok := h.pods.find(e.pod); ok && h.pods.at(p).ip == e.ip && !h.addressesSeen() {
		return 1
	}
	return h.address(e.ip)
}
