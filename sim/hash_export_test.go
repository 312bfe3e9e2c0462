package sim

// FreshHash is the state hash worked out from nothing.
func FreshHash(c *Cluster) uint64 {
	kept := c.w.hashes
	c.w.hashes = nil
	hash := c.StateHash()
	c.w.hashes = kept
	return hash
}
