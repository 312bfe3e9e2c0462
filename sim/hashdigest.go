package sim

import (
	"math/bits"

	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
)

// digest64 is the hash of one row while its fields are put in, in a fixed order. It is
// begun with what kind of row it is, and sealed when it is added to a sum.
type digest64 uint64

// digestOf begins the digest of a kind of row: the sums of hashes hold rows of all kinds.
func digestOf(kind hashKind) digest64 { return digest64(kind) * 0xa0761d6478bd642f }

// hashKind is what a hash is of.
type hashKind uint64

const (
	hashWorld hashKind = iota + 1
	hashText
	hashLabels
	hashName
	hashOwnVolume
	hashNode
	hashImage
	hashImageChange
	hashDrain
	hashLifecycle
	hashZone
	hashPod
	hashPlacing
	hashSandbox
	hashContainer
	hashProbe
	hashProgram
	hashMount
	hashSet
	hashApplied
	hashView
	hashRevision
	hashDeployment
	hashReplicaSet
	hashReplica
	hashBudget
	hashAutoscaler
	hashLoad
	hashClaim
	hashSelected
	hashVolume
	hashAttachment
	hashContent
	hashOrder
	hashDriverFault
	hashClass
	hashService
	hashTurns
	hashEndpoint
	hashOwed
	hashUnseen
	hashServer
	hashCached
	hashHolder
	hashPast
	hashTimer
	hashMessage
	hashCut
	hashOperation
	hashLists
	hashListed
)

// put puts in numbers: a folded multiplication each.
func (d *digest64) put(values ...uint64) {
	h := uint64(*d)
	for _, v := range values {
		hi, lo := bits.Mul64(h^v, 0x9e3779b97f4a7c15)
		h = hi ^ lo ^ v
	}
	*d = digest64(h)
}

func (d *digest64) flags(flags ...bool) {
	set := uint64(1)
	for _, f := range flags {
		set = set<<1 | uint64(boolByte(f))
	}
	d.put(set)
}

// text puts in a text. Those that are met again and again have symbols, or are kept.
func (d *digest64) text(s string) { d.put(textHash(s)) }

// sealed is the digest with its bits spread, so that it can be added to others.
func (d digest64) sealed() uint64 { return flat.Mix(uint64(d)) }

// textHash is the hash of a text.
func textHash(s string) uint64 { return bytesHash(s) }

// bytesHash is the hash of bytes, eight at a time.
func bytesHash[T string | []byte](s T) uint64 {
	d := digestOf(hashText)
	d.put(uint64(len(s)))
	for len(s) > 0 {
		word := uint64(0)
		n := min(8, len(s))
		for i := range n {
			word |= uint64(s[i]) << (8 * i)
		}
		d.put(word)
		s = s[n:]
	}
	return d.sealed()
}

// labelsHash is the hash of labels without that of a key. None are the same as no map.
func labelsHash(l model.Labels, without string) (sum uint64) {
	for key, value := range l { // added up: no order shows
		if key != without {
			d := digestOf(hashLabels)
			d.text(key)
			d.text(value)
			sum += d.sealed()
		}
	}
	return sum
}
