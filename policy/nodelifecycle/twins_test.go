package nodelifecycle

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// twins are a Controller and the reference, which live through the same.
type twins struct {
	ref  *reference
	c    Controller
	log  []string
	turn int // how many turns the Controller has taken
	idle int // how many of them have done nothing

	actions []Action
}

func newTwins(times Times, look, pass model.Instant) *twins {
	w := &twins{ref: newReference(times, look, pass)}
	w.c.Start(times, look, pass)
	w.ref.pick = func(at model.Instant, zone Zone, among int) int { return int((int64(at)/int64(tick) + int64(zone)*7) % int64(among)) }
	return w
}

// until lets time pass up to an instant, exclusive.
func (w *twins) until(end model.Instant) {
	for w.ref.now < end {
		w.instant()
		w.ref.now = w.ref.now.Add(tick)
	}
}

// instant is one instant on both sides, after what has been fed in it.
func (w *twins) instant() {
	w.ref.step(func(n Node, ready Ready) {
		if w.c.Ready(n) != ready { // others change nothing while the kubelet speaks
			w.c.Post(n, ready, w.ref.now)
		}
	})
	for {
		turn, ok := w.c.Next()
		if !ok || turn.At > w.ref.now {
			return
		}
		if turn.At < w.ref.now {
			w.log = append(w.log, fmt.Sprintf("a turn of %v is announced only at %v", time.Duration(turn.At), time.Duration(w.ref.now)))
			return
		}
		w.take(turn)
	}
}

func (w *twins) take(turn Turn) {
	pick := 0
	if turn.Among > 0 {
		pick = w.ref.pick(turn.At, turn.Zone, int(turn.Among))
	}
	w.actions = w.c.Take(turn, int32(pick), w.actions[:0])
	w.turn++
	if len(w.actions) == 0 {
		w.idle++
		if turn.Among > 0 {
			w.log = append(w.log, fmt.Sprintf("%v token of zone %d is lost", time.Duration(turn.At), turn.Zone))
		}
	}
	for _, a := range w.actions {
		w.log = append(w.log, fmt.Sprintf("%v %s", time.Duration(turn.At), told(a)))
	}
}

// told is an action as the reference tells it.
func told(a Action) string {
	switch a.Do {
	case DeclareUnknown:
		return fmt.Sprintf("node %d is Unknown", a.Node)
	case FailPods:
		return fmt.Sprintf("pods of node %d are not ready", a.Node)
	case Retaint:
		return fmt.Sprintf("node %d: taints +%d -%d", a.Node, a.Add, a.Remove)
	default:
		return fmt.Sprintf("zone %d is %v", a.Zone, a.State)
	}
}

// agree fails if the two have not done the same.
func (w *twins) agree(t require.TestingT) {
	if slices.Equal(w.ref.log, w.log) {
		return
	}
	// What is done in one instant to different nodes may stand in another order.
	want, got := strings.Join(sortedInstants(w.ref.log), "\n"), strings.Join(sortedInstants(w.log), "\n")
	require.Equal(t, want, got, "the ticking reference, and the controller")
}

// sortedInstants sorts the lines of each instant.
func sortedInstants(log []string) []string {
	out := slices.Clone(log)
	at := func(line string) string { return line[:strings.IndexByte(line, ' ')] }
	for from := 0; from < len(out); {
		to := from + 1
		for to < len(out) && at(out[to]) == at(out[from]) {
			to++
		}
		slices.Sort(out[from:to])
		from = to
	}
	return out
}

// What happens to nodes and kubelets. Each is fed to both sides in the present instant.

func (w *twins) join(n Node, z Zone) {
	if w.ref.nodes[n] != nil {
		return
	}
	w.ref.nodes[n] = &refNode{zone: z, created: w.ref.now, heartbeat: never}
	w.ref.kubelets[n] = &refKubelet{}
	w.c.Join(n, z, w.ref.now)
}

// up lets a kubelet begin: it renews its lease at once, and posts a status some time later.
func (w *twins) up(n Node, statusAfter time.Duration) {
	k := w.ref.kubelets[n]
	if w.ref.nodes[n] == nil || k.up {
		return
	}
	*k = refKubelet{
		up: true, well: true, posted: model.Instant(-w.ref.times.Status),
		lease: Beat{w.ref.now, w.ref.times.Lease}, status: Beat{w.ref.now.Add(statusAfter), 10 * time.Second},
	}
	w.ref.leases[n] = w.ref.now
	w.c.Speak(n, w.ref.now)
}

// down lets it fall silent. What it would have done in this instant it does not do.
func (w *twins) down(n Node) {
	k := w.ref.kubelets[n]
	if w.ref.nodes[n] == nil || !k.up {
		return
	}
	k.up = false
	lease, _ := k.lease.Last(w.ref.now - 1)
	w.c.Hush(n, max(lease, w.ref.leases[n]), max(k.posted, never), w.ref.now)
}

func (w *twins) leave(n Node) {
	if w.ref.nodes[n] == nil {
		return
	}
	w.down(n)
	delete(w.ref.nodes, n)
	w.c.Leave(n, w.ref.now)
}

func (w *twins) well(n Node, well bool) {
	if k := w.ref.kubelets[n]; w.ref.nodes[n] != nil && k.up {
		k.well = well
	}
}

func (w *twins) edit(n Node, taints Taints) {
	if node := w.ref.nodes[n]; node != nil {
		node.taints = taints
		w.c.Edit(n, taints, w.ref.now)
	}
}

// drawTimes draws a release, and sometimes kubelets that post more often, so that it
// matters when they do.
func drawTimes(t *rapid.T) Times {
	times := DefaultTimes(rapid.SampledFrom(release.Profiles()).Draw(t, "release").Rules())
	times.Status = rapid.SampledFrom([]time.Duration{5 * time.Minute, 30 * time.Second}).Draw(t, "status")
	return times
}

func drawSpan(t *rapid.T, most time.Duration, label string) time.Duration {
	return time.Duration(rapid.IntRange(0, int(most/tick)).Draw(t, label)) * tick
}

// The controller, which is asked for its next turn, does what loops do that really tick:
// the same, at the same instants.
func TestControllerIsTheReference(t *testing.T) {
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		times := drawTimes(t)
		w := newTwins(times, model.Instant(drawSpan(t, times.Monitor, "look")), model.Instant(drawSpan(t, times.Pass, "pass")))
		nodes := Node(rapid.IntRange(1, 7).Draw(t, "nodes"))
		zones := rapid.IntRange(1, 3).Draw(t, "zones")
		for n := range nodes {
			w.join(n, Zone(int(n)%zones))
			w.up(n, drawSpan(t, 2*time.Second, "statusAfter"))
			w.until(w.ref.now.Add(drawSpan(t, 3*time.Second, "gap")))
		}
		for range rapid.IntRange(0, 14).Draw(t, "events") {
			longest := rapid.SampledFrom([]time.Duration{time.Second, 20 * time.Second, 100 * time.Second}).Draw(t, "longest")
			w.until(w.ref.now.Add(drawSpan(t, longest, "pause")))
			n := Node(rapid.IntRange(0, int(nodes)-1).Draw(t, "node"))
			switch rapid.IntRange(0, 12).Draw(t, "event") {
			case 0, 1, 2, 3:
				w.down(n)
			case 4:
				for m := range nodes {
					w.down(m)
				}
			case 5, 6, 7:
				w.up(n, drawSpan(t, 2*time.Second, "statusAfter"))
				w.well(n, rapid.IntRange(0, 2).Draw(t, "well") > 0)
			case 8:
				w.well(n, false)
			case 9:
				w.well(n, true)
			case 10:
				w.edit(n, Taints(rapid.IntRange(0, 2).Draw(t, "taints")))
			case 11:
				if w.survivors(n) > 0 { // an empty zone is forgotten at once here, and sooner or later there
					w.leave(n)
				}
			case 12:
				w.join(n, Zone(int(n)%zones))
				w.up(n, 0)
			}
		}
		w.until(w.ref.now.Add(3 * time.Minute))
		w.agree(t)
		w.notice(seen)
	})
	t.Log(seen)
	for _, sight := range []string{"Unknown", "+1 -2", "+2 -1", "+0 -", "PartialDisruption", "FullDisruption", "lost", "Normal"} {
		require.NotZero(t, seen[sight], sight)
	}
}

// survivors are how many other nodes the zone of a node has.
func (w *twins) survivors(n Node) int {
	others := 0
	for m, node := range w.ref.nodes {
		if w.ref.nodes[n] != nil && m != n && node.zone == w.ref.nodes[n].zone {
			others++
		}
	}
	return others
}

// notice counts what the reference has come to see.
func (w *twins) notice(seen map[string]int) {
	for _, line := range w.ref.log {
		for _, word := range []string{"Unknown", "+1 -2", "+2 -1", "+0 -", "PartialDisruption", "FullDisruption", "lost", "Normal"} {
			if strings.Contains(line, word) {
				seen[word]++
			}
		}
	}
	seen["turns"] += w.turn
	seen["idle turns"] += w.idle
}
