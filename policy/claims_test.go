package policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/stretchr/testify/require"
)

// readOwners renders owners as the tables write them.
func readOwners(owners []model.Owner, ordinal int32) string {
	if len(owners) == 0 {
		return "-"
	}
	var words []string
	for _, o := range owners {
		word := fmt.Sprint(o) // a surprise
		for _, known := range []string{"set", "loose", "ref", "oldset", "pod", "loosepod", "podref", "oldpod", "other", "friend"} {
			if parseOwners(known, ordinal)[0] == o {
				word = known
			}
		}
		words = append(words, word)
	}
	return strings.Join(words, ",")
}

// What the retention policy makes of the owners of one claim. The set has the ordinals 0
// to 2.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, isClaimOwnerUpToDate and
// updateClaimOwnerRefForSetAndPod.
func TestRetain(t *testing.T) {
	const in, out = 1, 5
	for _, c := range []struct {
		rule      string
		keep      string // whenDeleted/whenScaled
		ordinal   int32
		owners    string
		want      string // "" if nothing is written
		conflicts bool
	}{
		{"Retain, Retain, in range: nobody", "Retain/Retain", in, "set,pod", "-", false},
		{"Retain, Retain, condemned: nobody", "Retain/Retain", out, "set,pod", "-", false},
		{"Delete, Retain, in range: the set", "Delete/Retain", in, "-", "set", false},
		{"Delete, Retain, condemned: the set", "Delete/Retain", out, "pod", "set", false},
		{"Retain, Delete, in range: nobody", "Retain/Delete", in, "pod", "-", false},
		{"Retain, Delete, condemned: the pod", "Retain/Delete", out, "-", "pod", false},
		{"Delete, Delete, in range: the set", "Delete/Delete", in, "pod", "set", false},
		{"Delete, Delete, condemned: the pod, and no longer the set", "Delete/Delete", out, "set", "pod", false},

		{"what is as it has to be is not written: nobody", "Retain/Delete", in, "-", "", false},
		{"what is as it has to be is not written: the set", "Delete/Delete", in, "set", "", false},
		{"what is as it has to be is not written: the pod", "Delete/Delete", out, "pod", "", false},
		{"start counts: ordinal 5 is in range when the set starts there", "start=5 Retain/Delete", out, "-", "", false},

		{"1. an owner of the set's name with another UID: left alone", "Delete/Delete", in, "oldset", "", false},
		{"1. an owner of the pod's name with another UID: left alone", "Delete/Delete", in, "oldpod", "", false},
		{"1. also beside owners that would have to go", "Retain/Retain", in, "set,oldpod", "", false},
		{"1. also beside another controller", "Delete/Delete", in, "other,oldset", "", false},

		{"2. another controller: untouched, with a warning", "Delete/Delete", in, "other", "", true},
		{"2. another controller beside the set: the set steps back", "Delete/Delete", in, "set,other", "other", true},
		{"2. another controller beside the pod: the pod steps back", "Retain/Delete", out, "other,pod", "other", true},
		{"2. under Retain, Retain another controller is no conflict", "Retain/Retain", in, "other", "", false},
		{"2. under Retain, Retain the set is removed beside it as ever", "Retain/Retain", in, "set,other", "other", false},

		{"3. the set without being the controller becomes it", "Delete/Retain", in, "loose", "set", false},
		{"3. the pod without being the controller becomes it", "Delete/Delete", out, "loosepod", "pod", false},
		{"3. not under Retain, Retain: it is removed", "Retain/Retain", in, "loose", "-", false},

		{"4. somebody else who is no controller stays, in front", "Delete/Delete", in, "friend", "friend,set", false},
		{"4. somebody else stays where the set goes", "Retain/Retain", in, "set,friend", "friend", false},
		{"4. set and pod where only the set is wanted: rewritten", "Delete/Delete", in, "set,pod", "set", false},
		{"4. set and pod where only the pod is wanted: rewritten", "Delete/Delete", out, "set,pod", "pod", false},
	} {
		t.Run(c.rule, func(t *testing.T) {
			words := strings.Fields(c.keep)
			words[len(words)-1] = "keep=" + words[len(words)-1]
			v := scene{set: "3 " + strings.Join(words, " ")}.build()
			owners := parseOwners(c.owners, c.ordinal)
			before := readOwners(owners, c.ordinal)
			r := v.Retain(Pod{Ordinal: c.ordinal, UID: podUIDs + model.UID(c.ordinal)}, owners)
			require.Equal(t, c.want != "", r.Write, "written")
			if r.Write {
				require.Equal(t, c.want, readOwners(r.Owners, c.ordinal))
				again := v.Retain(Pod{Ordinal: c.ordinal, UID: podUIDs + model.UID(c.ordinal)}, r.Owners)
				require.False(t, again.Write, "what was written is what has to be")
			}
			require.Equal(t, c.conflicts, r.Conflicting, "conflicting")
			require.Equal(t, before, readOwners(owners, c.ordinal), "the owners are replaced, not edited")
		})
	}
}

// An omitted policy, or half of one, is Retain.
func TestRetentionDefaults(t *testing.T) {
	v := scene{set: "1"}.build()
	require.Equal(t, nobody, v.wantedOwner(true))
	require.Equal(t, nobody, v.wantedOwner(false))
	v = scene{set: "1 keep=Delete/"}.build()
	require.Equal(t, theSet, v.wantedOwner(true))
}
