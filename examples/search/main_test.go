package main

import (
	"testing"

	"github.com/ordinal-sim/ordinal/examples/internal/lesson/lessontest"
)

func TestStory(t *testing.T) { lessontest.Golden(t, "story", tell) }
