package simtest

import (
	"time"

	"github.com/ordinal-sim/ordinal/sim"
)

// The images that drawn sets begin with and that [Operation] sets. The first three
// are good: their programs become ready, run for ever, and exit a second after
// SIGTERM. The others are what goes wrong with an image.
const (
	ImageFirst      = "app:1"
	ImageSecond     = "app:2"
	ImageThird      = "app:3"
	ImageNeverReady = "app:never-ready" // starts and never becomes ready
	ImageMissing    = "app:missing"     // cannot be pulled
	ImageCrashing   = "app:crashing"    // exits with code 1 two seconds after each start: with it a world never comes to rest
)

// images are all of them, the good ones first: rapid shrinks towards the front.
var images = []string{ImageFirst, ImageSecond, ImageThird, ImageNeverReady, ImageMissing, ImageCrashing}

// Images says how the images behave that this package draws. Every [Cluster] knows
// them; what its Config says of an image of the same name counts instead. The map is
// the caller's own.
func Images() map[string]sim.Image {
	good := sim.Image{Stop: sim.Fixed(time.Second)}
	return map[string]sim.Image{
		ImageFirst:      good,
		ImageSecond:     good,
		ImageThird:      good,
		ImageNeverReady: {NeverReady: true},
		ImageMissing:    {Missing: true},
		ImageCrashing:   {Crash: sim.Fixed(2 * time.Second)},
	}
}
