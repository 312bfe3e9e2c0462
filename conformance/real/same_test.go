package real_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/conformance/real"
	"github.com/ordinal-sim/ordinal/conformance/scenario"
)

// TestSameStoryTwice plays drawn scenarios twice: whatever may be drawn, the goroutines
// of the controller must not decide what a state shows.
func TestSameStoryTwice(t *testing.T) {
	for _, profile := range scenario.Profiles {
		t.Run(string(profile), func(t *testing.T) {
			draw := scenario.Draw{Profile: profile, Steps: 30, Release: real.Release()}.Generator()
			rapid.Check(t, func(rt *rapid.T) {
				s := draw.Draw(rt, "scenario")
				first, second := real.Run(t, s.Spec, s.Steps), real.Run(t, s.Spec, s.Steps)
				if len(first) != len(second) {
					rt.Fatalf("%d and %d states", len(first), len(second))
				}
				for i := range first {
					if len(first[i].Endless) > 0 && len(second[i].Endless) > 0 {
						return
					}
					if !first[i].Equal(second[i]) {
						rt.Fatalf("state %d is\n%vand\n%v", i, first[i], second[i])
					}
				}
			})
		})
	}
}
