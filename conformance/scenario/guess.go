package scenario

// guess is a rough idea of the world, kept while steps are drawn so that those come
// that can do something, and rollouts really progress. It is neither side's model and
// need not be right: where it is wrong, a step does nothing.
type guess struct {
	want   Set
	exists bool
	pace   int // how much likelier a step that lets the world progress is than others
	pods   [maxOrdinal + 1]guessedPod
}

// maxOrdinal is the highest ordinal that is ever drawn.
const maxOrdinal = 8

type guessedPod struct {
	there, node, running, ready, ended, terminating, released bool
	image                                                     string
}

func newGuess(s Spec, pace int) *guess {
	g := &guess{want: NewSet(s), exists: true, pace: pace}
	g.settle()
	return g
}

// do does a step and lets the guessed controller settle.
func (g *guess) do(s Step) {
	if edited, ok := g.want.Edit(s); ok {
		g.want = edited
	} else {
		g.doOther(s)
	}
	g.settle()
}

func (g *guess) doOther(s Step) {
	pod := &g.pods[min(s.Pod, maxOrdinal)]
	switch s.Op {
	case DeleteSet, OrphanSet:
		g.exists = false
		for i := range g.pods {
			if s.Op == DeleteSet {
				g.pods[i].delete()
			}
		}
	case CreateSet:
		if !g.exists {
			g.want, g.exists = g.want.Recreated(s), true
		}
	case Schedule:
		pod.node = true
	case Run:
		pod.node, pod.running = true, pod.there && !pod.ended
	case Ready, Unready:
		pod.ready = pod.running && s.Op == Ready
	case Fail, Succeed:
		pod.ended = pod.ended || pod.running
		pod.running, pod.ready = false, false
	case Gone, Force:
		if pod.terminating || s.Op == Force {
			*pod = guessedPod{}
		}
	case Delete:
		pod.delete()
	case Release, Adopt:
		pod.released = s.Op == Release
	}
}

func (p *guessedPod) delete() {
	switch {
	case p.node && !p.ended:
		p.terminating = true
	default:
		*p = guessedPod{}
	}
}

// settle does what a StatefulSet controller does, more or less.
func (g *guess) settle() {
	if !g.exists {
		return
	}
	for i := range g.pods {
		if pod := &g.pods[i]; g.want.Strategy == "Recreate" && pod.there && pod.image != g.want.Image {
			pod.delete()
		}
	}
	ordered := g.want.PodManagementPolicy != "Parallel"
	healthy := true
	first, last := g.want.Start, g.want.Start+g.want.Replicas-1
	for i := first; i <= min(last, maxOrdinal); i++ {
		pod := &g.pods[i]
		if pod.ended {
			*pod = guessedPod{}
		}
		if !pod.there {
			*pod = guessedPod{there: true, image: g.want.Image}
		}
		if healthy = healthy && pod.ready && !pod.terminating; !healthy && ordered {
			return
		}
	}
	for i := int32(maxOrdinal); i >= 0; i-- {
		if pod := &g.pods[i]; (i < first || i > last) && pod.there && !pod.terminating {
			pod.delete()
		}
	}
	if g.want.Strategy == "OnDelete" || !healthy {
		return
	}
	for i := min(last, maxOrdinal); i >= first+g.want.Partition; i-- {
		if pod := &g.pods[i]; pod.image != g.want.Image {
			pod.delete()
			return
		}
	}
}
