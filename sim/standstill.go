package sim

import (
	"fmt"
	"strings"
)

// Time that stands still.
//
// In a cluster nobody acts in no time. In a world one may ask for that (Latencies.Controller is
// Fixed(0)), and then what is done and undone for ever, as a pod that its node refuses each
// time, happens for ever at one instant. Settle ends by itself there; whoever waits for time to
// pass waits in vain, and is told what goes round.

// stepIn lets the next event happen for somebody who waits for time to pass. It panics if
// there have been more events at this instant than there can be reasons for.
func (w *world) stepIn(who string) {
	if n := w.events - w.before; n >= settleEvents && w.queue.heap[0].at == w.now && n >= w.settleBudget() {
		panic(fmt.Sprintf("sim: %s: time stands still at %s: %d events have happened at that instant%s; give what acts there some time, as in Latencies.Controller",
			who, clock(w.now), n, w.round()))
	}
	w.step()
}

// longestRound is how many lines are told of what goes round.
const longestRound = 8

// round is what has happened last, up to where it began anew.
func (w *world) round() string {
	var lines []string
	records := w.trace.from(w.trace.len() - 16*longestRound)
	for i := len(records) - 1; i >= 0 && len(lines) < longestRound; i-- {
		who, what, ok := w.narrate(&records[i])
		if !ok {
			continue
		}
		line := who + " " + what
		if len(lines) > 0 && line == lines[len(lines)-1] {
			break
		}
		lines = append([]string{line}, lines...)
	}
	if len(lines) == 0 {
		return ""
	}
	return ", again and again: " + strings.Join(lines, "; ")
}
