package sim

import (
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// What would come of it: forks of a world that run ahead.

// How far ahead an explanation looks: a day, in which no more is told than so many things,
// with more for each pod. Nothing that Kubernetes waits for by itself takes longer. The
// heartbeats of programs tell nothing, and have a bound of their own.
const (
	whyTime   = 24 * time.Hour
	whyTold   = 20_000
	whyEvents = 400_000
	// accepted is how long an operation is asked for again that is refused at first, as
	// when it makes an object anew that is still going.
	accepted = time.Minute
	// patience is how long somebody waits before it is worth to hasten what comes by itself.
	patience = time.Minute
)

// asker is one question and what it takes to answer it.
type asker struct {
	goal goal
	now  *world // as it is: no time passes in it
	end  *world // a fork of it, a day later, or at rest
	rest bool   // end is at rest
}

// private is a fork that nobody else notices: no check looks at it, and its choices are its
// own.
func (w *world) private() *world {
	f := &world{}
	f.copyFrom(w)
	f.checks, f.changes, f.deadline, f.onViolation = nil, nil, neverChecked, nil
	f.choices.custom = nil
	return f
}

// ahead lets time pass until a condition holds. If it does not come to hold, it reports
// whether the world has come to rest.
func (w *world) ahead(holds func() bool) (held, rest bool) {
	until, events, told := w.now.Add(whyTime), w.events+whyEvents, w.told+whyTold
	for s := range w.sets.all {
		told += settleEventsPerPod * int64(w.sets.at(s).spec.DesiredReplicas())
	}
	events += told
	var hum hum
	for !holds() {
		if len(w.queue.heap) == 0 || hum.isAll(w) {
			return false, true
		}
		if w.queue.heap[0].at > until || w.events >= events || w.told >= told {
			return false, false
		}
		w.step()
	}
	return true, false
}

func never() bool { return false }

// untried explains without looking ahead.
func (a *asker) untried(why error) Explanation {
	e, _ := a.standing(a.now)
	if len(e.Chain) > 0 && e.Standing != Held {
		e.Untried = why
	}
	return e
}

// standing is the explanation of a world as it is, of which nothing is known but that; and
// the chain as the remedies need it.
func (a *asker) standing(w *world) (Explanation, []whyLink) {
	of := thing{a.goal.kind, a.goal.place(w)}
	e := Explanation{Object: shortKind(a.goal.kind) + "/" + a.goal.text, Subject: a.goal.text, Ending: a.goal.ends, At: w.now, Now: a.now.now}
	if of.place == nowhere {
		return e, nil
	}
	links := w.chain(of)
	root := links[len(links)-1].cause
	switch {
	case !w.asAsked(&a.goal):
		e.Standing, e.Subject = Stuck, w.subject(of)
	case root.holds():
		e.Standing = Held
	default:
		return e, nil
	}
	for _, l := range links {
		e.Chain = append(e.Chain, l.Link)
	}
	return e, links
}

// explain answers the question.
func (a *asker) explain() Explanation {
	e, links := a.standing(a.now)
	if e.Standing == AsAsked {
		return e
	}
	if e.Standing == Held {
		a.goal.all = true
	}
	a.end = a.now.private()
	held, rest := a.end.ahead(func() bool { return a.end.asAsked(&a.goal) })
	switch {
	case held:
		e.Standing, e.Until = Passing, a.end.now
		if wait := a.end.now.Sub(a.now.now); wait > patience {
			_, a.rest = a.end.ahead(never)
			from := a.now
			if links[len(links)-1].cause == causeLooks {
				from = a.looked()
				until := e.Until
				e, links = a.standing(from)
				e.Standing, e.Until = Passing, until
			}
			e.Remedies = slices.DeleteFunc(a.remedies(from, links), func(r Remedy) bool { return !r.Settles || 2*r.After > wait })
		}
		return e
	case e.Standing == Held:
		a.rest = rest
		e.Remedies = a.remedies(a.now, links)
		return e
	}
	a.rest = rest
	if name, why, loops := a.loop(); loops {
		links = a.now.loopChain(&a.goal, name, why)
		e.At, e.Chain = a.now.now, nil
		for _, l := range links {
			e.Chain = append(e.Chain, l.Link)
		}
		e.Remedies = a.remedies(a.now, links)
		return e
	}
	from := a.now
	if later, chain := a.standing(a.end); !sameChain(links, chain) {
		from = a.whenStuck(chain)
		e, links = a.standing(from)
		if from == a.end {
			e, links = later, chain
		}
	}
	e.Remedies = a.remedies(from, links)
	return e
}

// looked is the world as it is when the controller has looked that is about to.
func (a *asker) looked() *world {
	w := a.now.private()
	until := w.now.Add(time.Second)
	w.ahead(func() bool {
		if len(w.queue.heap) == 0 || w.queue.heap[0].at > until {
			return true
		}
		place := a.goal.place(w)
		if place == nowhere {
			return true
		}
		links := w.chain(thing{a.goal.kind, place})
		return links[len(links)-1].cause != causeLooks
	})
	if place := a.goal.place(w); place == nowhere || w.asAsked(&a.goal) {
		return a.now
	}
	return w
}

// whenStuck is the world as it is when its object begins to wait for what it waits for in the
// end.
func (a *asker) whenStuck(chain []whyLink) *world {
	return a.whenChained(a.now.private(), chain, a.end, a.rest)
}

// whenChained lets time pass in a world until its object waits for what it waits for in the
// end, which is another fork of the same: for good if that has come to rest, and for the first
// time if it goes on for ever.
func (a *asker) whenChained(from *world, chain []whyLink, end *world, rest bool) *world {
	w, seen, holding := from.private(), int64(-1), false
	begin := end.events
	w.ahead(func() bool {
		if w.told != seen { // else nothing has happened that anybody could tell of
			seen = w.told
			place := a.goal.place(w)
			holds := place != nowhere && sameChain(chain, w.chain(thing{a.goal.kind, place}))
			if holds && !holding {
				begin = w.events
			}
			holding = holds
		}
		return w.events >= end.events || holding && !rest
	})
	if begin == end.events {
		return end
	}
	from.ahead(func() bool { return from.events == begin })
	return from
}

// remedies are those that help, the best first.
func (a *asker) remedies(w *world, links []whyLink) (out []Remedy) {
	if len(links) == 0 {
		return nil
	}
	solved := map[group]bool{} // looked up only
	for _, c := range w.candidates(links) {
		if c.group != noGroup && solved[c.group] {
			continue
		}
		if r, helps := a.try(w, links, &c); helps {
			out = append(out, r)
			solved[c.group] = r.Settles
		}
	}
	slices.SortStableFunc(out, func(x, y Remedy) int {
		for _, by := range [...]int{
			boolInt(y.Settles) - boolInt(x.Settles), boolInt(x.Cost != "") - boolInt(y.Cost != ""), len(x.Do) - len(y.Do),
		} {
			if by != 0 {
				return by
			}
		}
		return int(min(max(x.After-y.After, -1), 1))
	})
	return out
}

// try does in a fork what may help. It helps if the object becomes what its spec asks for,
// or comes further than it would have, and nothing else is worse off.
func (a *asker) try(from *world, links []whyLink, c *candidate) (Remedy, bool) {
	w := from.private()
	r := Remedy{Do: c.do, Cost: c.cost}
	for _, op := range c.do {
		if !w.accepts(op) {
			return r, false
		}
	}
	twins := ""
	held, rest := w.ahead(func() bool {
		if twins == "" && c.apart {
			twins = w.twins()
		}
		return w.asAsked(&a.goal)
	})
	r.Settles, r.After = held, w.now.Sub(from.now)
	if held && a.rest {
		_, rest = w.ahead(never)
	} else if held {
		return r.withTwins(twins), true
	} else if then, chain := a.standing(w); chain == nil || !a.further(w, links, chain) {
		return r, false
	} else {
		r.Then = then.clauses()
		w = a.whenWaiting(from, c.do, chain, w, rest)
		r.After = w.now.Sub(from.now)
	}
	if rest && held && !w.asAsked(&a.goal) || a.worse(w, rest) {
		return r, false
	}
	return r.withTwins(twins), true
}

// withTwins is a remedy that has been seen to let a pod run at two places.
func (r Remedy) withTwins(pod string) Remedy {
	if pod != "" {
		r.Cost = "two of " + pod + " would run at once"
	}
	return r
}

// further reports whether an object has come further than it would have: more is done, and
// it waits for something else. If it has been given another template, what it waits for has to
// be a different thing altogether: less is to be done then, and that is all.
func (a *asker) further(w *world, before, now []whyLink) bool {
	if sameChain(before, now) || w.gap(&a.goal) >= a.end.gap(&a.goal) {
		return false
	}
	if a.goal.kind != model.KindStatefulSet {
		return true
	}
	x, y := &before[len(before)-1], &now[len(now)-1]
	return x.Object != y.Object || x.cause != y.cause || w.sets.at(a.goal.place(w)).template == a.end.sets.at(a.goal.place(a.end)).template
}

// whenWaiting is a world in which something has been done, as it is when the object begins to
// wait for what it waits for in the end.
func (a *asker) whenWaiting(from *world, do []Operation, chain []whyLink, end *world, rest bool) *world {
	w := from.private()
	for _, op := range do {
		if !w.accepts(op) {
			return end
		}
	}
	return a.whenChained(w, chain, end, rest)
}

// accepts does an operation as soon as it is not refused.
func (w *world) accepts(op Operation) bool {
	until := w.now.Add(accepted)
	for w.do(op) != nil {
		if len(w.queue.heap) == 0 || w.queue.heap[0].at > until {
			return false
		}
		w.step()
	}
	return true
}

// twins is a pod that runs at two places; "" if there is none.
func (w *world) twins() string {
	for s := range w.sandboxes {
		if box := &w.sandboxes[s]; box.begun() && box.running > 0 && box.pod == nowhere {
			if p, ok := w.pods.find(box.name); ok && w.pods.at(p).sandbox != nowhere && w.sandboxes[w.pods.at(p).sandbox].running > 0 {
				return w.rendered(box.name)
			}
		}
	}
	return ""
}

// worse reports whether another set or Deployment is further from what it asks for than it
// would have been. Worlds that never come to rest are not compared: what they are at any
// instant means nothing.
func (a *asker) worse(w *world, rest bool) bool {
	if !rest || !a.rest {
		return false
	}
	for s := range a.end.sets.all {
		row := a.end.sets.at(s)
		other := goal{kind: model.KindStatefulSet, name: row.name, ends: row.deleting != notDeleted}
		if other.name != a.goal.name && w.gap(&other) > a.end.gap(&other) {
			return true
		}
	}
	for d := range a.end.deployments.all {
		row := a.end.deployments.at(d)
		other := goal{kind: model.KindDeployment, name: row.name, ends: row.deleting != notDeleted}
		if w.gap(&other) > a.end.gap(&other) {
			return true
		}
	}
	return false
}
