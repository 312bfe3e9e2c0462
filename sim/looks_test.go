package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

// What the queue holds for a set is what it would hold if each look were an event.
func TestLooksAreThoseOfAQueueThatTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		every := time.Duration(rapid.IntRange(1, 60).Draw(t, "minReadySeconds")) * time.Second
		l := looks{next: model.Instant(0).Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "first")) * time.Second)}
		if rapid.Bool().Draw(t, "again") {
			l.every = every
		}
		now := model.Instant(0).Add(time.Duration(rapid.IntRange(0, 10_000).Draw(t, "now")) * time.Second)
		ticked := l
		for ticked.next != 0 && ticked.next <= now {
			if ticked.every == 0 {
				ticked = looks{}
				break
			}
			ticked.next = ticked.next.Add(ticked.every)
		}
		require.Equal(t, ticked, l.ahead(now))
	})
}
