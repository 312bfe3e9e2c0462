package autoscaling

import (
	"math"
	"math/bits"
)

// double is a number as Kubernetes computes with it: m * 2^e, where m has exactly 53
// bits (IEEE 754, binary64), or is 0. Kubernetes' rounding is part of its decisions:
// 100 of 3 times 30 pods makes 1001, not 1000, because the quotient was rounded up. So
// the rounding is done here too, in integers, which are the same on every machine.
//
// Numbers are far from the ends of the exponents: neither of them is modelled.
type double struct {
	m int64
	e int
}

const mantissa = 53

var one = whole(1)

// whole is float64(n).
func whole(n int64) double {
	if n < 0 {
		d := rounded(0, uint64(-n), 0)
		return double{-d.m, d.e}
	}
	return rounded(0, uint64(n), 0)
}

// rounded is (hi * 2^64 + lo) * 2^e, rounded to the nearest double, the even one of two.
func rounded(hi, lo uint64, e int) double {
	length := bits.Len64(lo)
	if hi != 0 {
		length = 64 + bits.Len64(hi)
	}
	switch drop := length - mantissa; {
	case length == 0:
		return double{}
	case drop <= 0:
		return double{int64(lo << -drop), e + drop}
	default:
		m, _ := shifted(hi, lo, drop)
		half, rest := shifted(hi, lo, drop-1)
		if half&1 == 1 && (rest || m&1 == 1) {
			m++
		}
		if m == 1<<mantissa {
			m, drop = m/2, drop+1
		}
		return double{int64(m), e + drop}
	}
}

// shifted is the number without its last n bits, and whether one of those was 1. What
// is left fits.
func shifted(hi, lo uint64, n int) (left uint64, rest bool) {
	switch {
	case n == 0:
		return lo, false
	case n < 64:
		return hi<<(64-n) | lo>>n, lo<<(64-n) != 0
	default:
		return hi >> (n - 64), lo != 0 || hi<<(128-n) != 0
	}
}

// over is d / by, both not negative, by not 0.
func (d double) over(by double) double {
	if d.m == 0 {
		return d
	}
	const shift = mantissa + 2 // two bits more than there will be, so that the rest decides
	hi, lo := uint64(d.m)>>(64-shift), uint64(d.m)<<shift
	quotient, rest := bits.Div64(hi, lo, uint64(by.m))
	quotient <<= 1
	if rest != 0 {
		quotient |= 1
	}
	return rounded(0, quotient, d.e-by.e-shift-1)
}

// times is d * n.
func (d double) times(n int64) double {
	by := whole(n)
	hi, lo := bits.Mul64(magnitude(d.m), magnitude(by.m))
	out := rounded(hi, lo, d.e+by.e)
	if (d.m < 0) != (by.m < 0) {
		out.m = -out.m
	}
	return out
}

// onePlus and oneMinus are 1 + d and 1 - d, for a d that is 0 or between 2^-10 and 2^50.
func (d double) onePlus() double {
	if d.m == 0 {
		return one
	}
	return rounded(0, 1<<-d.e+uint64(d.m), d.e)
}

func (d double) oneMinus() double {
	if d.m == 0 {
		return one
	}
	if left := int64(1)<<-d.e - d.m; left < 0 {
		out := rounded(0, uint64(-left), d.e)
		return double{-out.m, out.e}
	}
	return rounded(0, uint64(int64(1)<<-d.e-d.m), d.e)
}

// compare is below 0, 0 or above 0 as d is less than, equal to or more than other. Both
// are not negative.
func (d double) compare(other double) int {
	switch {
	case d.m == 0 || other.m == 0 || d.e == other.e:
		return sign(d.m - other.m)
	default:
		return sign(int64(d.e) - int64(other.e))
	}
}

func sign(n int64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	default:
		return 0
	}
}

// up is the least whole number that is not less than d; down is d without its fraction.
// What is more than an int32 holds becomes the largest that it does.
func (d double) up() int32 {
	n, rest := d.cut()
	if rest && d.m > 0 && n < math.MaxInt32 {
		n++
	}
	return n
}

func (d double) down() int32 {
	n, _ := d.cut()
	return n
}

// cut is d without its fraction, and whether it had one.
func (d double) cut() (int32, bool) {
	m, rest := magnitude(d.m), false
	switch {
	case d.m == 0:
		return 0, false
	case d.e >= 0 || mantissa+d.e > 31:
		m = math.MaxInt32
	case d.e <= -mantissa:
		m, rest = 0, true
	default:
		rest = m<<(64+d.e) != 0
		m >>= -d.e
	}
	if d.m < 0 {
		return -int32(m), rest
	}
	return int32(m), rest
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-n)
	}
	return uint64(n)
}
