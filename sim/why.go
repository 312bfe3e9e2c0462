package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// Why something is not what its spec asks for.
//
// A set waits for a pod, the pod for a claim, the claim for a provisioner that nobody runs:
// the reasons that the controllers have noted make a chain, and at its end is the root.
// [Cluster.Why] walks it. It does not guess: whether time alone helps it finds out in a fork of
// the world, which runs ahead; and each remedy that it names it has tried in another. So it
// can say what a remedy leads to, when, and what it costs.
//
// The walk has a file for each kind of object that waits (whyset.go, whypod.go,
// whystorage.go, whynode.go), what may help is in remedies.go and what comes of it in trial.go.

// Standing is how an object stands to what is asked of it.
type Standing uint8

// The ways of standing.
const (
	// AsAsked: it is what its spec asks for.
	AsAsked Standing = iota
	// Held: it is what its spec asks for, and the same spec keeps pods at an old revision: a
	// partition, OnDelete, a Deployment that is paused.
	Held
	// Passing: it is not, and time alone helps.
	Passing
	// Stuck: it is not, and becomes so only if somebody does something.
	Stuck
)

// String is "as asked", "held", "passing" or "stuck".
func (s Standing) String() string { return [...]string{"as asked", "held", "passing", "stuck"}[s] }

// Explanation is why an object is not what its spec asks for, from the object to the root.
type Explanation struct {
	Object   string // "sts/web"
	Subject  string // what waits, in words: "rollout of web"
	Standing Standing
	// Ending: it is being deleted, and what is asked for is that it be gone.
	Ending bool
	// At is the instant that the chain is of. It is the present, unless what an object is stuck
	// in lies ahead: it will wait for something else by then.
	At model.Instant
	// Now is the present.
	Now model.Instant
	// Chain is what waits for what; the last link is the root. It is empty if nothing waits.
	Chain []Link
	// Until is when a Passing object is what its spec asks for, if nothing else happens.
	Until model.Instant
	// Remedies are what was tried at that instant, in a fork, and helps, the best first: those that make the
	// object what its spec asks for, those that cost nothing, the fastest. For an object that is
	// Passing they are what makes it much faster; for one that is Held, what moves it on.
	Remedies []Remedy
	// Untried is why nothing was tried, and nobody has looked ahead: [ErrFunctionPending].
	Untried error
}

// Link is one object of a chain and what it waits for.
type Link struct {
	Object string        // "pod/web-2"
	Why    string        // what is so, as a sentence without its subject: "is not Ready: image bad:1 cannot be pulled"
	On     string        // the object of the next link; "" at the root
	Since  model.Instant // since when, as the object itself shows it; 0 if it does not
	Rule   string        // why that keeps anything from happening, if it is worth a word
	Source string        // of the rule: an issue or a function of Kubernetes
}

// String says the link in one line.
func (l Link) String() string {
	s := l.Object + " " + l.Why
	if l.Since > 0 {
		s += ", since " + clock(l.Since)
	}
	if l.Rule != "" {
		s += ": " + l.Rule
	}
	if l.Source != "" {
		s += " (" + l.Source + ")"
	}
	return s
}

// Remedy is what somebody could do, with what came of it in a fork.
type Remedy struct {
	Do []Operation // one after the other, each as soon as it is accepted
	// Settles: the object is then what its spec asks for. Else it is further than before, and
	// Then says what it waits for.
	Settles bool
	Then    string
	After   time.Duration // how long that takes, from [Explanation].At on
	Cost    string        // what else comes of it, or has to be so: "two of web-0 would run at once"
}

// String is the commands.
func (r Remedy) String() string {
	var words []string
	for _, op := range r.Do {
		words = append(words, "`"+op.String()+"`")
	}
	return strings.Join(words, " and ")
}

// Why says why an object is not what its spec asks for, and what would free it. The target
// is a StatefulSet, "web", or another object that can wait: "pod/web-2", "deploy/api",
// "pvc/www-web-0", and "node/node-1", which may be waited for or be drained.
//
// What it tries it tries in forks, which choose with the seeded generator whatever
// [Cluster.SetChooser] says: nothing changes in this world. It looks a day ahead.
//
// It is an error if there is no such object, or if its kind never waits for anything.
func (c *Cluster) Why(target string, opts ...Option) (Explanation, error) {
	goal, err := c.w.goal(target, namespaceOf(opts))
	if err != nil {
		return Explanation{}, err
	}
	a := asker{goal: goal, now: c.w.private()}
	for i := range c.w.operations {
		if _, plain := c.w.operations[i].do.(Func); plain {
			return a.untried(ErrFunctionPending), nil
		}
	}
	return a.explain(), nil
}

// goal is an object that is asked about. It is what its spec asks for when nothing is missing.
type goal struct {
	kind model.Kind
	name model.Name
	text string // the name
	ends bool   // it is being deleted: it is to be gone
	uid  model.UID
	all  bool // pods that the spec leaves at an old revision count as missing
}

// goal finds the object that a target names.
func (w *world) goal(target, namespace string) (goal, error) {
	if !strings.Contains(target, "/") {
		target = "sts/" + target
	}
	kind, name, err := parseTarget(target)
	if err != nil {
		return goal{}, err
	}
	switch kind {
	case model.KindStatefulSet, model.KindPod, model.KindDeployment, model.KindPersistentVolumeClaim:
	case model.KindNode:
		namespace = ""
	default:
		return goal{}, fmt.Errorf("sim: Why: a %s does not wait for anything", kind)
	}
	g := goal{kind: kind, text: name}
	n, known := w.lookup(namespace, name)
	if g.name = n; !known || g.place(w) == nowhere {
		return goal{}, validation.NotFound(kind, name)
	}
	g.ends, g.uid = w.isDeleted(thing{kind, g.place(w)}), w.uidOf(thing{kind, g.place(w)})
	return g, nil
}

// place is where the object is in its table; nowhere if it is gone.
func (g *goal) place(w *world) int32 {
	place, ok := nowhere, false
	switch g.kind {
	case model.KindStatefulSet:
		place, ok = w.sets.find(g.name)
	case model.KindPod:
		place, ok = w.pods.find(g.name)
	case model.KindDeployment:
		place, ok = w.deployments.find(g.name)
	case model.KindPersistentVolumeClaim:
		place, ok = w.claims.find(g.name)
	case model.KindNode:
		place, ok = w.nodes.find(g.name)
	}
	if !ok || g.ends && w.uidOf(thing{g.kind, place}) != g.uid { // what is there is another one of its name
		return nowhere
	}
	return place
}

// String says it in a sentence or a few.
func (e Explanation) String() string {
	name := e.Object[strings.IndexByte(e.Object, '/')+1:]
	asked := name + " is what its spec asks for"
	if strings.HasPrefix(e.Object, "node/") {
		asked = name + " is Ready, and nobody drains it"
	}
	switch e.Standing {
	case AsAsked:
		return asked
	case Held:
		return asked + ": " + e.sentence() + e.advice(" would move it on")
	}
	s := e.Subject + " " + e.sentence()
	if clock(e.At) != clock(e.Now) {
		s = "from " + clock(e.At) + " on " + s
	}
	switch {
	case e.Untried != nil:
		return s + "; no remedy was tried: " + e.Untried.Error()
	case e.Standing == Passing:
		return s + "; " + e.outcome(name) + " at " + clock(e.Until) + " if nothing else happens" + e.advice(" would be faster")
	case len(e.Remedies) == 0:
		return s + "; nothing was found that frees it"
	}
	return s + e.advice(" would free it")
}

// outcome is what becomes of an object when it has all it waits for.
func (e Explanation) outcome(name string) string {
	switch {
	case e.Ending:
		return name + " will be gone"
	case strings.HasPrefix(e.Chain[0].Why, "is being drained"):
		return name + " will be drained"
	case strings.HasPrefix(e.Object, "pod/"), strings.HasPrefix(e.Object, "node/"):
		return name + " will be Ready"
	}
	return name + " will be what its spec asks for"
}

// clauses is the chain in words: each link is a clause about the object that the one before
// it ends with.
func (e Explanation) clauses() string {
	var all []string
	for _, l := range e.Chain {
		all = append(all, l.Why)
	}
	return strings.Join(all, ", which ")
}

// sentence is the chain in words, with the rules behind it.
func (e Explanation) sentence() string {
	var b strings.Builder
	b.WriteString(e.clauses())
	for _, l := range e.Chain {
		if l.Rule == "" {
			continue
		}
		b.WriteString("; " + l.Rule)
		if strings.HasPrefix(l.Source, "kubernetes #") {
			b.WriteString(" (" + l.Source + ")")
		}
	}
	return b.String()
}

// advice says what helps.
func (e Explanation) advice(how string) string {
	if len(e.Remedies) == 1 {
		r := &e.Remedies[0]
		if e.Standing == Stuck && !r.Settles {
			how = " would help"
		}
		return "; " + r.String() + how + r.upshot()
	}
	var all []string
	for i := range e.Remedies {
		all = append(all, e.Remedies[i].String()+e.Remedies[i].upshot())
		if e.Standing == Stuck && !e.Remedies[i].Settles {
			how = " would help"
		}
	}
	if all == nil {
		return ""
	}
	return "; each of these" + how + ": " + strings.Join(all, "; ")
}

// upshot is what a remedy leads to.
func (r *Remedy) upshot() string {
	s := fmt.Sprintf(", in %.1fs", r.After.Seconds())
	if r.After < 50*time.Millisecond {
		s = " at once"
	}
	if r.Cost != "" {
		s += ", but " + r.Cost
	}
	if !r.Settles {
		s += ": then it " + r.Then
	}
	return s
}
