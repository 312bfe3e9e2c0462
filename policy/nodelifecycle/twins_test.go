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
	tick time.Duration

	silent map[Node]model.Instant // since when kubelets have been
	turn   int                    // how many turns the Controller has taken
	idle   int                    // how many of them have done nothing

	actions []Action
}

func newTwins(times Times, look, pass model.Instant) *twins {
	w := &twins{ref: newReference(times, look, pass), tick: tick, silent: map[Node]model.Instant{}}
	w.c.Start(times, look, pass)
	w.ref.pick = func(at model.Instant, zone Zone, among int) int {
		return int((int64(at)/int64(tick) + int64(zone)*7) % int64(among))
	}
	return w
}

// until lets time pass up to an instant, exclusive.
func (w *twins) until(end model.Instant) {
	for w.ref.now < end {
		w.instant()
		w.ref.now = w.ref.now.Add(w.tick)
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
	k.up, w.silent[n] = false, w.ref.now
	lease, _ := k.lease.Last(w.ref.now - 1)
	w.c.Hush(n, max(lease, w.ref.leases[n]), max(k.posted, never), w.ref.now)
}

func (w *twins) leave(n Node) {
	if w.ref.nodes[n] == nil {
		return
	}
	w.down(n)
	delete(w.ref.nodes, n)
	delete(w.ref.leases, n) // it belongs to the node
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
				if w.forgotten(n) && rapid.Bool().Draw(t, "silent") {
					continue
				}
				w.up(n, 0)
			}
		}
		w.until(w.ref.now.Add(3 * time.Minute))
		w.agree(t)
		w.notice(seen)
	})
	t.Log(seen)
	for _, sight := range []string{"Unknown", "+2 -0", "+0 -", "FullDisruption", "Normal"} { // the stories have the rare ones
		require.NotZero(t, seen[sight], sight)
	}
}

// forgotten reports whether so long nothing has been heard of the kubelet of a node that it
// does not matter any more when exactly that was.
func (w *twins) forgotten(n Node) bool {
	k := w.ref.kubelets[n]
	return k == nil || !k.up && w.ref.now.Sub(w.silent[n]) > w.ref.times.Startup+2*w.ref.times.Monitor
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
		for _, word := range []string{"Unknown", "+2 -0", "+1 -0", "+1 -2", "+2 -1", "+0 -", "PartialDisruption", "FullDisruption", "lost", "Normal"} {
			if strings.Contains(line, word) {
				seen[word]++
			}
		}
	}
	seen["turns"] += w.turn
	seen["idle turns"] += w.idle
}

// A zone of more than 50 nodes goes on being tainted while it is partly disrupted, a node
// each 100 seconds, which the passes make 100.1.
func TestLargeZoneIsTheReference(t *testing.T) {
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := newTwins(DefaultTimes(0), 0, 0)
		w.tick = 100 * time.Millisecond
		nodes := Node(rapid.IntRange(48, 56).Draw(t, "nodes"))
		for n := range nodes {
			w.join(n, 0)
			w.up(n, 0)
		}
		for range 3 {
			w.until(w.ref.now.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "pause")) * w.tick))
			from := Node(rapid.IntRange(0, 20).Draw(t, "from"))
			for n := range Node(rapid.SampledFrom([]int{1, 3, 20, 27, 28, 29, 30, 31, 36}).Draw(t, "many")) {
				if rapid.IntRange(0, 7).Draw(t, "event") > 0 {
					w.down((from + n) % nodes)
				} else {
					w.up((from+n)%nodes, 0)
				}
			}
		}
		w.until(w.ref.now.Add(8 * time.Minute))
		w.agree(t)
		w.notice(seen)
	})
	t.Log(seen)
	require.NotZero(t, seen["PartialDisruption"])
}

// A fork goes its own way, and what has been forked does not notice.
func TestFork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newTwins(DefaultTimes(0), 0, 0)
		for n := range Node(5) {
			w.join(n, Zone(n%2))
			w.up(n, 0)
		}
		for n := range Node(5) {
			w.until(w.ref.now.Add(drawSpan(t, 20*time.Second, "pause")))
			if rapid.Bool().Draw(t, "down") {
				w.down(n)
			}
		}
		w.until(w.ref.now.Add(drawSpan(t, 70*time.Second, "pause")))
		var fork Controller
		fork.Start(DefaultTimes(0), 0, 0)
		fork.Join(9, 7, 0) // memory of its own, with something in it
		fork.CopyFrom(&w.c)
		require.Equal(t, whatComes(&fork, 20), whatComes(ptr(w.c.clone()), 20), "a fork does what the original would do")
		for n := range Node(5) {
			fork.Hush(n, 0, 0, w.ref.now)
		}
		whatComes(&fork, 50)
		w.until(w.ref.now.Add(3 * time.Minute))
		w.agree(t)
	})
}

// clone is a copy that shares nothing.
func (c *Controller) clone() (out Controller) {
	out.CopyFrom(c)
	return out
}

func ptr[T any](v T) *T { return &v }

// whatComes takes the next turns and says what is done.
func whatComes(c *Controller, turns int) (out []string) {
	for range turns {
		turn, ok := c.Next()
		if !ok {
			break
		}
		for _, a := range c.Take(turn, 0, nil) {
			out = append(out, fmt.Sprintf("%v %s", time.Duration(turn.At), told(a)))
		}
	}
	return out
}

// The cost of a node that crashes does not depend on how many others there are: nobody
// looks at nodes of which there is nothing new.
func TestCostFollowsChange(t *testing.T) {
	crash := func(nodes Node) (turns int) {
		var c Controller
		c.Start(DefaultTimes(0), 0, 0)
		for n := range nodes {
			c.Join(n, 0, 0)
			c.Speak(n, 0)
			c.Post(n, IsReady, 0)
		}
		now := model.Instant(0)
		var actions []Action
		run := func() {
			for {
				turn, ok := c.Next()
				if !ok {
					return
				}
				now = turn.At
				actions = c.Take(turn, 0, actions[:0])
				turns++
			}
		}
		run()
		turns = 0
		allocs := testing.AllocsPerRun(20, func() {
			c.Hush(3, now, 0, now)
			run()
			c.Speak(3, now)
			c.Post(3, IsReady, now)
			run()
		})
		require.Zero(t, allocs, "%d nodes", nodes)
		return turns
	}
	require.Equal(t, crash(10), crash(10000))
}

func TestMisuse(t *testing.T) {
	var c Controller
	c.Start(DefaultTimes(0), 0, 0)
	require.PanicsWithValue(t, "nodelifecycle: a node that is not there", func() { c.Speak(1, 0) })
	c.Join(1, 0, 0)
	require.PanicsWithValue(t, "nodelifecycle: a node joins that is there", func() { c.Join(1, 0, 0) })
	c.Speak(1, 0)
	require.PanicsWithValue(t, "nodelifecycle: a node leaves whose kubelet speaks", func() { c.Leave(1, 0) })
	require.PanicsWithValue(t, "nodelifecycle: nobody waits at that place", func() { c.Take(Turn{Among: 1}, 0, nil) })
}

// What can be asked of a controller.
func TestQuestions(t *testing.T) {
	s := &story{t: t, times: DefaultTimes(0)}
	s.c.Start(s.times, 0, 0)
	for _, who := range []string{"a", "b", "c", "d"} {
		s.do("up", who)
	}
	s.run(20 * second)
	_, silent := s.c.DeclaredAt(0)
	require.False(t, silent)
	s.do("crash", "a")
	s.do("crash", "b")
	at, silent := s.c.DeclaredAt(0)
	require.True(t, silent)
	require.Equal(t, 70*second, at)
	s.run(75 * second)
	require.Equal(t, Unknown, s.c.Ready(0))
	require.Equal(t, TaintUnreachable, s.c.Taints(0))
	require.False(t, s.c.Waiting(0))
	require.True(t, s.c.Waiting(1))
	require.Equal(t, []Node{1}, s.c.Candidates(0, nil))
	require.Empty(t, s.c.Candidates(1, nil))
	require.Equal(t, Normal, s.c.ZoneState(0))
	require.True(t, s.c.FailsNewPod(0))
	require.False(t, s.c.FailsNewPod(2))
	turn, ok := s.c.Next()
	require.True(t, ok)
	require.Equal(t, Turn{At: 80 * second, Among: 1, Zone: 0}, turn)
	s.do("delete", "a")
	require.False(t, s.c.FailsNewPod(0), "there is no node")
}
