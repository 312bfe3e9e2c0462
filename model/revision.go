package model

import (
	"hash/fnv"
	"strconv"
)

// RevisionName is the name of the ControllerRevision that a set makes of a
// template: the set's name, cut at 223 characters, and a hash of the template.
// The hash has the real form (a 32-bit FNV-1 in decimal, spelled with the 27
// letters that make no words) but not the real bytes: those are of the JSON of
// the real types.
//
// Source: pkg/controller/history/controller_history.go, ControllerRevisionName
// and HashControllerRevision; apimachinery pkg/util/rand, SafeEncodeString.
func RevisionName(set string, template *PodTemplateSpec, collisionCount int32) string {
	return RevisionNameOf(set, template.Canonical(), collisionCount)
}

// RevisionNameOf is [RevisionName] for a template that is given as its data.
func RevisionNameOf(set, data string, collisionCount int32) string {
	const maxPrefix = 223
	if len(set) > maxPrefix {
		set = set[:maxPrefix]
	}
	h := fnv.New32()
	h.Write([]byte(data))
	h.Write([]byte(strconv.Itoa(int(collisionCount))))
	return set + "-" + safeEncode(strconv.FormatUint(uint64(h.Sum32()), 10))
}

const safeAlphabet = "bcdfghjklmnpqrstvwxz2456789"

func safeEncode(s string) string {
	out := make([]byte, len(s))
	for i := range len(s) {
		out[i] = safeAlphabet[int(s[i])%len(safeAlphabet)]
	}
	return string(out)
}
