//go:build !race

package validation_test

const underRaceDetector = false
