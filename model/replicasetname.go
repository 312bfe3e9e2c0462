package model

import (
	"encoding/binary"
	"hash/fnv"
	"strconv"
)

// TemplateHash is the value of the label pod-template-hash of the ReplicaSet that a
// Deployment makes of a template, which is given as its [PodTemplateSpec.Canonical]. Like
// the hash of a revision it has the real form (a 32-bit FNV-1a in decimal, spelled with
// the 27 letters that make no words) but not the real bytes. A collision count of 0 is
// one that is not set.
//
// Source: pkg/controller/controller_utils.go, ComputeHash.
func TemplateHash(canonical string, collisionCount int32) string {
	h := fnv.New32a()
	h.Write([]byte(canonical))
	if collisionCount != 0 {
		h.Write(binary.LittleEndian.AppendUint32(nil, uint32(collisionCount)))
	}
	return safeEncode(strconv.FormatUint(uint64(h.Sum32()), 10))
}

// ReplicaSetName is the name of the ReplicaSet that a Deployment makes of a template with
// a hash. The Deployment's name is cut where the whole would exceed 253 characters.
//
// Source: pkg/controller/deployment/sync.go, generateReplicaSetName.
func ReplicaSetName(deployment, hash string) string {
	const most = 253
	if room := most - 1 - len(hash); len(deployment) > room {
		deployment = deployment[:room]
	}
	return deployment + "-" + hash
}

// RandomSuffixes is how many suffixes there are for the names of pods that are told apart
// by nothing else: five letters of the 27 that make no words.
const RandomSuffixes = 27 * 27 * 27 * 27 * 27

// RandomSuffix is the n-th of them: "bbbbb" is the first.
//
// Source: apiserver pkg/storage/names, SimpleNameGenerator.
func RandomSuffix(n int32) string {
	var out [5]byte
	for i := range out {
		out[len(out)-1-i] = safeAlphabet[n%int32(len(safeAlphabet))]
		n /= int32(len(safeAlphabet))
	}
	return string(out[:])
}

// ParseRandomSuffix is the inverse of [RandomSuffix].
func ParseRandomSuffix(s string) (n int32, ok bool) {
	if len(s) != 5 {
		return 0, false
	}
	for i := range len(s) {
		at := int32(-1)
		for k := range len(safeAlphabet) {
			if safeAlphabet[k] == s[i] {
				at = int32(k)
			}
		}
		if at < 0 {
			return 0, false
		}
		n = n*int32(len(safeAlphabet)) + at
	}
	return n, true
}

// GeneratedPodName is the name of a ReplicaSet's pod with a suffix. The ReplicaSet's name is
// cut where the whole would exceed 63 characters.
//
// Source: apiserver pkg/storage/names, SimpleNameGenerator; pkg/controller/controller_utils.go,
// getPodsPrefix.
func GeneratedPodName(set, suffix string) string {
	const most = 58
	base := set + "-"
	if len(base) > most {
		base = base[:most]
	}
	return base + suffix
}
