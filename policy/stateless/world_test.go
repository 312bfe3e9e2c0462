package stateless

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// world is a Deployment, its ReplicaSets and their pods, with both controllers at work. It is
// what a decision needs to be followed by the next one, and no more.
type world struct {
	d    Deployment
	sets []*livingSet
	now  model.Instant
	uids model.UID

	least, most int32    // fewest available pods and most pods ever at rest, since reset
	story       []string // what happened
}

type livingSet struct {
	Set
	view View
	pods map[model.UID]*Pod
}

func newWorld(words string) *world {
	d, _ := rolloutRow{deployment: words}.parse()
	d.Revision = 0
	w := &world{d: d, now: testNow}
	w.settle()
	return w
}

// settle lets both controllers work until neither writes anything.
func (w *world) settle() {
	for round := 0; ; round++ {
		if round > 1000 {
			panic("stateless: the controllers do not come to rest:\n" + strings.Join(w.story[:50], "\n"))
		}
		w.now = w.now.Add(time.Millisecond)
		busy := w.syncDeployment()
		for _, s := range w.sets {
			busy = w.syncSet(s) || busy
		}
		w.least = min(w.least, w.available())
		w.most = max(w.most, w.running())
		if !busy {
			return
		}
	}
}

func (w *world) reset() { w.least, w.most, w.story = w.available(), w.running(), nil }

func (w *world) tell(format string, args ...any) {
	w.story = append(w.story, fmt.Sprintf(format, args...))
}

func (w *world) eachPod(do func(*livingSet, *Pod)) {
	for _, s := range w.sets {
		for uid := range w.uids + 1 { // by age
			if p := s.pods[uid]; p != nil {
				do(s, p)
			}
		}
	}
}

// available and running are how many pods are available, and how many are not on their way out.
func (w *world) available() (n int32) {
	w.eachPod(func(_ *livingSet, p *Pod) {
		if p.Ready && !p.Terminating {
			n++
		}
	})
	return n
}

func (w *world) running() (n int32) {
	w.eachPod(func(_ *livingSet, p *Pod) {
		if !p.Terminating {
			n++
		}
	})
	return n
}

func (w *world) syncDeployment() (busy bool) {
	var sets []Set
	for i, s := range w.sets {
		s.Handle, s.Alive = int32(i), s.view.Alive(0)
		sets = append(sets, s.Set)
	}
	var out Rollout
	Plan(&w.d, sets, w.now, &out)
	for _, step := range out.Steps {
		switch step.Do {
		case CreateSet:
			w.tell("create %c", w.d.Template)
			w.uids++
			w.sets = append(w.sets, &livingSet{pods: map[model.UID]*Pod{}, Set: Set{
				Name: w.d.Proposed, Text: string(rune(w.d.Template)), UID: w.uids, Created: w.now, Generation: 1, Replicas: step.Replicas,
				Template: w.d.Template, Revision: step.Revision, Desired: step.Desired, Most: step.Most,
			}})
		case ScaleSet:
			s := w.sets[step.Handle]
			w.tell("%c %d->%d", s.Template, step.From, step.Replicas)
			s.Replicas, s.Desired, s.Most = step.Replicas, step.Desired, step.Most
			s.Generation++
		case AnnotateSet:
			s := w.sets[step.Handle]
			s.Revision, s.History = step.Revision, step.History
		case WriteStatus:
			w.d.Status, w.d.Revision = out.Status, out.Revision
		}
	}
	return len(out.Steps) > 0
}

func (w *world) syncSet(s *livingSet) (busy bool) {
	s.view.SetChanged(ReplicaSet{UID: s.UID, Generation: s.Generation, Replicas: s.Replicas, Status: s.Status})
	var related []*View
	for _, other := range w.sets {
		related = append(related, &other.view)
	}
	var d Decision
	s.view.Plan(w.now, related, &d)
	s.view.Expect(&d)
	for range d.Create {
		w.uids++
		p := &Pod{
			UID: w.uids, Lot: uint64(w.uids), Node: NoNode, Phase: policy.Pending, Created: w.now, Ownership: policy.Ours, Matches: true, Labelled: true,
		}
		s.pods[p.UID] = p
		s.view.PodChanged(*p)
	}
	for _, p := range d.Delete {
		w.delete(s, s.pods[p.UID])
	}
	status := s.view.Final(&d, false, 0)
	differs := s.view.Differs(status)
	s.Status = status
	return differs || d.Create > 0 || len(d.Delete) > 0
}

// delete marks a pod; it never goes, as on a node that is dead.
func (w *world) delete(s *livingSet, p *Pod) {
	w.tell("a pod of %c goes", s.Template)
	if p.Terminating = true; p.Node == NoNode {
		delete(s.pods, p.UID)
		s.view.PodGone(p.UID)
		return
	}
	s.view.PodChanged(*p)
}

// serve makes a pod available, at once or never.
func (w *world) serve(s *livingSet, p *Pod) {
	p.Node, p.Phase, p.Ready, p.ReadySince = 0, policy.Running, true, w.now
	s.view.PodChanged(*p)
}

// serveNext makes the oldest pod of a template available that is not; false if there is none.
func (w *world) serveNext(template rune) bool {
	done := false
	w.eachPod(func(s *livingSet, p *Pod) {
		if !done && rune(s.Template) == template && !p.Ready && !p.Terminating {
			w.serve(s, p)
			done = true
		}
	})
	w.settle()
	return done
}

func (w *world) setTemplate(template rune) {
	w.d.Template, w.d.Proposed = policy.Template(template), model.Symbol(template)
	w.d.Generation++
	w.settle()
}

func (w *world) sizes() string {
	var words []string
	for _, s := range w.sets {
		words = append(words, fmt.Sprintf("%c=%d/%d", s.Template, s.Replicas, s.Status.Available))
	}
	return strings.Join(words, " ")
}

// Cases about Deployments and ReplicaSets. What they say stands in their names.
func TestSpec(t *testing.T) {
	t.Run("pod_lifecycle", func(t *testing.T) {
		t.Run("P70", func(t *testing.T) { // a new image: one pod more, then one old pod less for each new one that is available
			w := newWorld("3 surge=25% unavailable=25%")
			for w.serveNext('A') {
			}
			w.reset()
			w.setTemplate('B')
			require.Equal(t, "A=3/3 B=1/0", w.sizes())
			for _, want := range []string{"A=2/2 B=2/1", "A=1/1 B=3/2", "A=0/0 B=3/3"} {
				w.serveNext('B')
				require.Equal(t, want, w.sizes())
			}
			require.EqualValues(t, 3, w.least, "never fewer than 3 are available")
			require.EqualValues(t, 4, w.most, "never more than 4 run")
			require.True(t, w.d.Complete(&w.d.Status))
		})
		t.Run("P71", func(t *testing.T) { // the new image is broken; undo: one bad pod goes, the old ones are not touched
			w := newWorld("3 surge=25% unavailable=25%")
			for w.serveNext('A') {
			}
			w.setTemplate('B')
			w.reset()
			w.setTemplate('A')
			require.Equal(t, "A=3/3 B=0/0", w.sizes())
			require.Equal(t, []string{"B 1->0", "a pod of B goes"}, w.story)
			require.EqualValues(t, 3, w.d.Revision)
			require.True(t, w.d.Complete(&w.d.Status))
		})
		t.Run("P72", func(t *testing.T) { // one pod is deleted: its replacement is created at once, and is another pod
			w := newWorld("2 surge=1")
			for w.serveNext('A') {
			}
			w.reset()
			s := w.sets[0]
			old := s.pods[slices.Min(uidsOf(s))]
			w.delete(s, old)
			w.settle()
			require.True(t, s.pods[old.UID].Terminating, "the old pod is still there")
			require.EqualValues(t, 2, s.Status.Replicas)
			require.Greater(t, slices.Max(uidsOf(s)), old.UID)
		})
		t.Run("P73", func(t *testing.T) { // 3 replicas are made 2: the pending one goes, not the one that is not ready, nor the one that is
			v := viewOf(2, 0)
			for _, words := range []string{"running ready=1h uid=1", "running uid=2", "pending uid=3"} {
				v.PodChanged(parsePod(words))
			}
			var d Decision
			v.Plan(testNow, []*View{v}, &d)
			require.Len(t, d.Delete, 1)
			require.EqualValues(t, 3, d.Delete[0].UID)
		})
	})
}

func uidsOf(s *livingSet) (out []model.UID) {
	for uid := range s.pods {
		out = append(out, uid)
	}
	return out
}

// A rollout keeps to its bounds whatever they are and in whichever order pods become
// available, and ends when all of them have; going back from a version that never becomes
// available needs nobody to become available.
func TestRolloutKeepsItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := fmt.Sprintf("%d surge=%s unavailable=%s deadline=600", rapid.IntRange(1, 12).Draw(t, "replicas"),
			rapid.SampledFrom([]string{"0", "1", "2", "25%", "100%"}).Draw(t, "surge"),
			rapid.SampledFrom([]string{"0", "1", "2", "25%", "100%"}).Draw(t, "unavailable"))
		w := newWorld(words)
		for w.serveNext('A') {
		}
		surge, unavailable := w.d.bounds()
		n := w.d.replicas()
		check := func(when string) {
			if w.least < n-unavailable || w.most > n+surge {
				t.Fatalf("%s: %d available, %d pods, with the bounds %d and %d of %s\n%s", when, w.least, w.most, n-unavailable, n+surge, words,
					strings.Join(w.story, "\n"))
			}
		}
		w.reset()
		w.setTemplate('B')
		for range rapid.IntRange(0, 20).Draw(t, "pods that become available") {
			w.serveNext('B')
		}
		check("forth")
		if rapid.Bool().Draw(t, "undo") {
			w.setTemplate('A')
			for w.serveNext('A') {
			}
		}
		for w.serveNext(rune(w.d.Template)) {
		}
		check("at the end")
		if !w.d.Complete(&w.d.Status) {
			t.Fatalf("%s: it ends at %s\n%s", words, w.sizes(), strings.Join(w.story, "\n"))
		}
	})
}
