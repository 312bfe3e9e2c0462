package explore

import "github.com/ordinal-sim/ordinal/sim"

// script is a chooser that goes through all combinations of the choices of one step, as an
// odometer does: the last choice that has more runs first. It is a step's first reading,
// then [script.turn] and a second reading, until turn reports that there are no more.
type script struct {
	points int // how many points of a latency's distribution there are
	digits []digit
	next   int
}

// digit is one choice: of n, the k-th of those that are tried.
type digit struct{ k, tried, n int }

// ofLatency is of how many a latency is one. Of nothing else are there just so many.
const ofLatency = 1024

// begin forgets all choices.
func (s *script) begin() { s.digits, s.next = s.digits[:0], 0 }

// Choose implements [sim.Chooser].
func (s *script) Choose(_ string, n int) int {
	if s.next == len(s.digits) {
		tried := n
		if n == ofLatency {
			tried = min(n, s.points)
		}
		s.digits = append(s.digits, digit{0, tried, n})
	}
	d := s.digits[s.next]
	s.next++
	return d.picked()
}

// picked is the number that is chosen. Of the points of a latency the first is the shortest
// and the last the longest.
func (d digit) picked() int {
	if d.tried == d.n {
		return d.k
	}
	if d.tried == 1 {
		return d.n / 2
	}
	return d.k * (d.n - 1) / (d.tried - 1)
}

// turn goes on to the next combination; it reports false if there is none.
func (s *script) turn() bool {
	s.digits = s.digits[:s.next]
	s.next = 0
	for i := len(s.digits) - 1; i >= 0; i-- {
		if s.digits[i].k+1 < s.digits[i].tried {
			s.digits[i].k++
			s.digits = s.digits[:i+1]
			return true
		}
	}
	return false
}

// choices are the choices of the present reading, to be made again.
func (s *script) choices(out []sim.Choice) []sim.Choice {
	for _, d := range s.digits[:s.next] {
		out = append(out, sim.Choice{Picked: d.picked(), N: d.n})
	}
	return out
}
