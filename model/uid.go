package model

import (
	"fmt"
	"strconv"
	"strings"
)

// UID tells two objects of one name apart: a pod that was deleted and created
// again has another. UIDs are given out in order of creation, from 1.
type UID int64

const uidPrefix = "00000000-0000-4000-8000-"

// String renders the UID in the shape of a UUID, as the API shows it.
func (u UID) String() string { return fmt.Sprintf("%s%012x", uidPrefix, int64(u)) }

// ParseUID is the inverse of [UID.String].
func ParseUID(s string) (UID, error) {
	digits, ok := strings.CutPrefix(s, uidPrefix)
	if !ok || len(digits) != 12 {
		return 0, fmt.Errorf("model: %q is not a UID of this simulator", s)
	}
	n, err := strconv.ParseInt(digits, 16, 64)
	if err != nil {
		return 0, fmt.Errorf("model: %q is not a UID of this simulator", s)
	}
	return UID(n), nil
}
