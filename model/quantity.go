package model

import (
	"encoding/json"
	"strconv"
)

// Bytes is an amount of storage or memory.
type Bytes int64

// The binary units of a quantity.
const (
	Ki Bytes = 1 << 10
	Mi Bytes = 1 << 20
	Gi Bytes = 1 << 30
	Ti Bytes = 1 << 40
)

// String renders the amount with the largest suffix that keeps it exact: "1Gi",
// "1500M", "7".
func (b Bytes) String() string {
	if b == 0 {
		return "0"
	}
	for _, u := range []struct {
		size   Bytes
		suffix string
	}{
		{1 << 60, "Ei"}, {1 << 50, "Pi"}, {Ti, "Ti"}, {Gi, "Gi"}, {Mi, "Mi"}, {Ki, "Ki"},
		{1e18, "E"}, {1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"},
	} {
		if b%u.size == 0 {
			return strconv.FormatInt(int64(b/u.size), 10) + u.suffix
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

// MilliCPU is an amount of computing power in thousandths of a CPU.
type MilliCPU int64

// String renders the amount as the API does: "2", "250m".
func (c MilliCPU) String() string {
	if c%1000 == 0 {
		return strconv.FormatInt(int64(c/1000), 10)
	}
	return strconv.FormatInt(int64(c), 10) + "m"
}

// IntOrString is a number or a percentage such as "25%".
type IntOrString struct {
	IsString bool
	IntVal   int32
	StrVal   string
}

// FromInt returns the number n.
func FromInt(n int32) IntOrString { return IntOrString{IntVal: n} }

// FromString returns the string s, which should be a percentage.
func FromString(s string) IntOrString { return IntOrString{IsString: true, StrVal: s} }

// String renders the value as a manifest would write it, without quotes.
func (v IntOrString) String() string {
	if v.IsString {
		return v.StrVal
	}
	return strconv.Itoa(int(v.IntVal))
}

// MarshalJSON renders the value as the API does: a number or a string.
func (v IntOrString) MarshalJSON() ([]byte, error) {
	if v.IsString {
		return json.Marshal(v.StrVal)
	}
	return strconv.AppendInt(nil, int64(v.IntVal), 10), nil
}

// ScaledDown returns the number, or the percentage of total rounded down. A
// string that is no percentage counts as 0.
//
// Source: apimachinery pkg/util/intstr, GetScaledValueFromIntOrPercent.
func (v IntOrString) ScaledDown(total int32) int32 {
	if !v.IsString {
		return v.IntVal
	}
	n, ok := v.Percent()
	if !ok {
		return 0
	}
	return int32(int64(n) * int64(total) / 100)
}

// ScaledUp returns the number, or the percentage of total rounded up. A string that
// is no percentage counts as 0.
//
// Source: apimachinery pkg/util/intstr, GetScaledValueFromIntOrPercent.
func (v IntOrString) ScaledUp(total int32) int32 {
	if !v.IsString {
		return v.IntVal
	}
	n, ok := v.Percent()
	if !ok {
		return 0
	}
	return int32((int64(n)*int64(total) + 99) / 100)
}

// Percent returns the number before the "%" of a percentage.
func (v IntOrString) Percent() (int32, bool) {
	if !v.IsString || len(v.StrVal) < 2 || v.StrVal[len(v.StrVal)-1] != '%' {
		return 0, false
	}
	n, err := strconv.ParseInt(v.StrVal[:len(v.StrVal)-1], 10, 32)
	return int32(n), err == nil
}
