package sim

import (
	"cmp"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// Probes, without asking every ten seconds.
//
// A probe has a worker in the kubelet, which asks the program once a period and changes
// its verdict when it has got the same answer often enough in a row. What the program
// would answer is known at any time (health.go), and changes rarely. So nobody has to
// ask: from how often the probe has heard the present answer and when it asks next
// follows the one instant at which the verdict changes, if it does, and only that is an
// event. When the answer changes, the questions asked in between are counted.
//
// The periods of startup and liveness probes are counted from when the pod's sandbox was
// made, those of a readiness probe from when its container was last seen not to be ready:
// it is asked then at once. Before a startup probe has succeeded there are no others.
// A question to a program that hangs is answered when the probe's timeout is over.
//
// Source: pkg/kubelet/prober/worker.go, doProbe; prober_manager.go, UpdatePodStatus.

// probe is a probe of a container.
type probe struct {
	container int32
	next      int32 // the container's next probe, or the next that is not in use
	kind      probeKind
	held      bool // there are no questions until the container runs anew
	verdict   answer
	last      answer        // of the last question
	times     int32         // how often it was that in a row; it outlives the container
	told      bool          // that it fails was said, and the verdict was that before
	asks      model.Instant // the next question, or the first that was not counted yet
	begins    model.Instant // there are none before that
}

type probeKind uint8

const (
	startupProbe probeKind = iota
	readinessProbe
	livenessProbe
)

func (k probeKind) String() string { return [...]string{"Startup", "Readiness", "Liveness"}[k] }

// answer is what a question is answered, or a number of them in a row.
type answer uint8

const (
	unanswered answer = iota
	yes
	no
)

// unwellness is what a probe has found of a container.
type unwellness uint8

const (
	well          unwellness = iota
	unwellAtStart            // its startup probe has failed
	unwellLater              // its liveness probe has failed
)

// spec is a probe as the manifest has it.
func (k probeKind) spec(c *model.Container) *model.Probe {
	return [...]*model.Probe{c.StartupProbe, c.ReadinessProbe, c.LivenessProbe}[k]
}

func (w *world) probeSpec(p int32) *model.Probe {
	return w.probes[p].kind.spec(w.containerSpec(w.probes[p].container))
}

// period is the time between two questions.
func period(spec *model.Probe) time.Duration { return seconds(cmp.Or(spec.PeriodSeconds, 10)) }

// timeout is how long a question waits for its answer: not for longer than until the
// next one.
func timeout(spec *model.Probe) time.Duration {
	return min(seconds(cmp.Or(spec.TimeoutSeconds, 1)), period(spec))
}

// threshold is how often in a row an answer has to be given to count.
func threshold(spec *model.Probe, a answer) int32 {
	if a == yes {
		return max(spec.SuccessThreshold, 1)
	}
	return cmp.Or(spec.FailureThreshold, 3)
}

// makeProbes makes the probes of a container, which begin to count their periods.
func (w *world) makeProbes(c int32) {
	w.containers[c].probes = nowhere
	spec := w.recipe(c)
	if spec.kind == initContainer {
		return
	}
	for kind := livenessProbe; ; kind-- {
		if kind.spec(spec.spec) != nil {
			w.containers[c].probes = w.newProbe(probe{container: c, next: w.containers[c].probes, kind: kind, asks: w.now, begins: w.now})
		}
		if kind == startupProbe {
			return
		}
	}
}

func (w *world) newProbe(row probe) int32 {
	if p := w.freeProbe; p != nowhere {
		w.freeProbe = w.probes[p].next
		w.probes[p] = row
		return p
	}
	w.probes = append(doubled(w.probes), row)
	return int32(len(w.probes) - 1)
}

// endProbes takes the probes of a container away.
func (w *world) endProbes(c int32) {
	for p := w.containers[c].probes; p != nowhere; {
		next := w.probes[p].next
		w.queue.cancel(purposeProbe, p)
		w.probes[p] = probe{container: nowhere, next: w.freeProbe}
		w.freeProbe = p
		p = next
	}
	w.containers[c].probes = nowhere
}

// beginProbes is a run of a container that its kubelet sees for the first time. How
// often a probe has heard its last answer is not forgotten.
func (w *world) beginProbes(c int32) {
	for p := w.containers[c].probes; p != nowhere; p = w.probes[p].next {
		row := &w.probes[p]
		row.held, row.told, row.verdict = false, false, [...]answer{unanswered, no, yes}[row.kind]
	}
	w.skipQuestions(c)
	w.armProbes(c)
}

// skipQuestions passes over the questions that were not asked until now.
func (w *world) skipQuestions(c int32) {
	for p := w.containers[c].probes; p != nowhere; p = w.probes[p].next {
		probe := &w.probes[p]
		probe.asks = nextTick(probe.asks, period(w.probeSpec(p)), w.now)
	}
}

// resumeProbes begins the probes of a container anew, with a kubelet that was restarted.
// Since 1.35 what it knows of containers that have run for a while is what the API
// server shows; before, they had to prove themselves.
//
// Source: pkg/kubelet/prober/prober_manager.go, isContainerStarted and
// setReadyStateOnKubeletRestart; worker.go, run.
func (w *world) resumeProbes(c int32) {
	const grace = 10 * time.Second
	row := &w.containers[c]
	kept := !w.rules.Has(release.KubeletRestartUnreadies) && w.now.Sub(row.started.Second()) > grace
	row.passed = kept && row.passed || w.containerSpec(c).StartupProbe == nil
	for p := row.probes; p != nowhere; p = w.probes[p].next {
		probe := &w.probes[p]
		probe.held, probe.told, probe.last, probe.times = false, false, unanswered, 0
		probe.verdict = [...]answer{unanswered, no, yes}[probe.kind]
		if pod := w.sandboxes[row.sandbox].pod; probe.kind == readinessProbe && kept && pod != nowhere && w.pods.at(pod).ready {
			probe.verdict = yes
		}
		probe.begins = w.after(&w.settings.latencies.Probe, "probe")
		probe.asks = probe.begins
	}
	w.armProbes(c)
}

// asking reports whether a probe asks its questions at the moment.
func (w *world) asking(p int32) bool {
	probe := &w.probes[p]
	row := &w.containers[probe.container]
	box := &w.sandboxes[row.sandbox]
	switch {
	case row.state != containerRunning || !row.watched || probe.held || !w.kubeletActs(box.node):
		return false
	case probe.kind == readinessProbe:
		return row.passed
	case box.ending || box.stage == sandboxStopping:
		return false // to stop and start it again would be of no use
	default:
		return row.passed == (probe.kind == livenessProbe)
	}
}

// answers is what a question of a probe is answered at the moment, and after what time.
func (w *world) answers(p int32) (a answer, after time.Duration) {
	row := &w.containers[w.probes[p].container]
	says := row.alive
	if w.probes[p].kind == readinessProbe {
		says = row.serves()
	}
	switch {
	case row.hung:
		return no, timeout(w.probeSpec(p))
	case says:
		return yes, 0
	default:
		return no, 0
	}
}

// firstQuestion is the first question of a probe from its next one on that is asked at
// all: none is before the initial delay is over, which is counted from the whole second.
func (w *world) firstQuestion(p int32) model.Instant {
	probe, spec := &w.probes[p], w.probeSpec(p)
	earliest := w.containers[probe.container].started.Second().Add(seconds(spec.InitialDelaySeconds))
	return nextTick(probe.asks, period(spec), earliest)
}

// nextTick is the first tick from an instant on, of those that come each period.
func nextTick(tick model.Instant, period time.Duration, from model.Instant) model.Instant {
	if tick >= from {
		return tick
	}
	return tick.Add((from.Sub(tick) + period - 1) / period * period)
}

// countProbes counts what the probes of a container were told until now. It is called
// before what its program says changes.
func (w *world) countProbes(c int32) {
	for p := w.containers[c].probes; p != nowhere; p = w.probes[p].next {
		w.count(p, w.now-1)
	}
}

// count counts the questions of a probe that were answered up to an instant, all alike.
func (w *world) count(p int32, until model.Instant) {
	probe, spec := &w.probes[p], w.probeSpec(p)
	if !w.asking(p) {
		probe.asks = nextTick(probe.asks, period(spec), until+1)
		return
	}
	a, after := w.answers(p)
	first := w.firstQuestion(p)
	if first.Add(after) > until {
		return
	}
	n := until.Sub(first.Add(after))/period(spec) + 1
	probe.asks = first.Add(n * period(spec))
	if probe.last != a {
		probe.last, probe.times = a, 0
	}
	probe.times = int32(min(time.Duration(probe.times)+n, 1<<30))
}

// armProbes plans, for the probes of a container, when their verdicts change as things
// stand.
func (w *world) armProbes(c int32) {
	for p := w.containers[c].probes; p != nowhere; p = w.probes[p].next {
		w.armProbe(p)
	}
}

// armProbesOf does so for all containers of a pod.
func (w *world) armProbesOf(s int32) {
	for c := w.sandboxes[s].containers; c != nowhere; c = w.containers[c].next {
		w.armProbes(c)
	}
}

func (w *world) armProbe(p int32) {
	probe, spec := &w.probes[p], w.probeSpec(p)
	a, after := w.answers(p)
	if !w.asking(p) || probe.verdict == a && (a == yes || probe.told || probe.kind != readinessProbe) {
		w.queue.cancel(purposeProbe, p)
		return
	}
	need := threshold(spec, a)
	if probe.last == a {
		need -= probe.times
	}
	at := w.firstQuestion(p).Add(time.Duration(max(need, 1)-1) * period(spec)).Add(after)
	w.queue.arm(purposeProbe, p, max(at, w.now))
}

// askNow is a readiness probe that is asked at once, and then once a period from now on.
func (w *world) askNow(p int32) {
	if !w.asking(p) {
		return
	}
	w.count(p, w.now-1)
	w.probes[p].asks = max(w.now, w.probes[p].begins)
	w.armProbe(p)
}

// verdict is a probe that has heard an answer often enough.
func (w *world) verdict(p int32) {
	w.count(p, w.now)
	probe := &w.probes[p]
	c, before := probe.container, probe.verdict
	probe.verdict, probe.told = probe.last, probe.last == no
	if probe.verdict == no {
		w.recordUnhealthy(p)
	}
	row := &w.containers[c]
	switch probe.kind {
	case startupProbe:
		probe.held, probe.times = true, 0
		if row.passed = probe.verdict == yes; !row.passed {
			row.unwell = unwellAtStart
		}
	case livenessProbe:
		if probe.verdict == yes {
			return
		}
		probe.held, probe.times = true, 0
		row.unwell = unwellLater
	default:
		if before != probe.verdict {
			w.readinessChanged(c)
		}
		return
	}
	w.skipQuestions(c)
	w.armProbes(c)
	w.syncSandbox(row.sandbox)
}

// recordUnhealthy tells that a probe fails.
func (w *world) recordUnhealthy(p int32) {
	c := w.probes[p].container
	row := &w.containers[c]
	box := &w.sandboxes[row.sandbox]
	w.record(record{
		kind: recUnhealthy, subject: box.name, text: w.recipe(c).name, why: uint8(w.probes[p].kind),
		a: int64(row.index)<<1 | int64(boolByte(row.hung)), b: int64(box.template)<<32 | int64(box.ip),
	})
}

// readinessProbeOf is the readiness probe of a container; nowhere if it has none.
func (w *world) readinessProbeOf(c int32) int32 {
	for p := w.containers[c].probes; p != nowhere; p = w.probes[p].next {
		if w.probes[p].kind == readinessProbe {
			return p
		}
	}
	return nowhere
}
