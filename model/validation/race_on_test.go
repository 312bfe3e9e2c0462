//go:build race

package validation_test

// The race detector makes some values escape that otherwise do not.
const underRaceDetector = true
