package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/storage"
)

// State is how a world comes to rest.
type State uint8

// The ways of coming to rest.
const (
	// Settled: nothing is pending, and the world is what the specs ask for.
	Settled State = iota
	// Waiting: nothing is pending, and the world is not what the specs ask for.
	// The reasons say what it waits for.
	Waiting
	// Limit: it goes on for ever, or for longer than [Cluster.Settle] looks: a
	// crash loop, or a pod that is deleted and created again and again.
	Limit
)

// String is "settled", "waiting" or "limit".
func (s State) String() string { return [...]string{"settled", "waiting", "limit"}[s] }

// Outcome is how a world has come to rest, and why it is not what the specs ask for.
type Outcome struct {
	State   State
	At      model.Instant
	Reasons []Reason // from what is waited for by others to the root; none if Settled
}

// Reason is why an object is not as it should be.
type Reason struct {
	Object string // "pod/web-0"
	Why    string
	Remedy string // what would help, as a command or a sentence; "" if that is for another reason to say
}

// String says the reason in one line, and the remedy in another.
func (r Reason) String() string {
	s := r.Object + ": " + r.Why
	if r.Remedy != "" {
		s += "\n  it would help to " + r.Remedy
	}
	return s
}

// String says the state and the reasons.
func (o Outcome) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s\n", o.State, clock(o.At))
	for _, r := range o.Reasons {
		b.WriteString(r.String() + "\n")
	}
	return b.String()
}

// How far Settle looks: a week, and so many events, with more for each pod that a
// set asks for. A rollout of a pod takes some thirty.
const (
	settleTime         = 7 * 24 * time.Hour
	settleEvents       = 1_000_000
	settleEventsPerPod = 200
)

// Settle lets time pass until nothing is pending, and says how the world has come
// to rest. It looks a week ahead.
//
// Programs never come to rest: they poll and send heartbeats. A world in which only
// they do something is settled when for a minute, and for as long as it takes all
// timers that are set to fire once, that has changed nothing: no readiness, no exit.
func (c *Cluster) Settle() Outcome {
	w := c.w
	until, from := w.now.Add(settleTime), w.events
	var hum hum
	for len(w.queue.heap) > 0 && !hum.isAll(w) {
		if w.queue.heap[0].at > until || w.events-from >= settleEvents && w.events-from >= w.settleBudget() {
			out := Outcome{State: Limit, At: w.now, Reasons: w.reasons()}
			w.settleChecks(&out)
			return out
		}
		w.step()
	}
	out := Outcome{State: Settled, At: w.now, Reasons: w.reasons()}
	if len(out.Reasons) > 0 {
		out.State = Waiting
	}
	w.settleChecks(&out)
	return out
}

// hum watches programs that go on and on, and change nothing.
type hum struct {
	heard bool
	told  int64         // as much had happened
	until model.Instant // nothing else may happen before then
}

// humTime is for how long nothing may change, at least. It is longer than any cache
// of DNS keeps what programs may be waiting for.
const humTime = time.Minute

// isAll reports whether the world has been humming for long enough.
func (h *hum) isAll(w *world) bool {
	programs := int(w.processes.timing + w.messages.flying)
	switch {
	case programs == 0 || len(w.queue.heap) > programs || h.heard && h.told != w.told:
		h.heard = false
		return false
	case !h.heard:
		*h = hum{heard: true, told: w.told, until: w.now.Add(humTime)}
		for i := range w.queue.heap {
			h.until = max(h.until, w.queue.heap[i].at)
		}
	}
	if w.queue.heap[0].at <= h.until {
		return false
	}
	for i := range w.queue.heap { // timers of a program that hangs are set, and not pending
		if p := w.queue.heap[i].purpose; p != purposeTimer && p != purposeMessage {
			h.heard = false
			break
		}
	}
	return h.heard
}

// settleBudget is how many events Settle lets happen.
func (w *world) settleBudget() int64 {
	budget := int64(settleEvents)
	for s := range w.sets.all {
		budget += settleEventsPerPod * int64(w.sets.at(s).spec.DesiredReplicas())
	}
	return budget
}

// Reasons are why the world is not what the specs ask for as it is now; none if it is.
func (c *Cluster) Reasons() []Reason { return c.w.reasons() }

func (w *world) reasons() []Reason {
	var out []Reason
	for s := range w.sets.all {
		out = append(out, w.setReasons(s)...)
	}
	for d := range w.deployments.all {
		if why := w.deploymentReason(d); why != "" {
			out = append(out, Reason{"deploy/" + w.rendered(w.deployments.at(d).name), why, ""})
		}
	}
	out = append(out, w.drainReasons()...)
	for p := range w.pods.all {
		if why, remedy := w.podReason(p); why != "" {
			out = append(out, Reason{"pod/" + w.rendered(w.pods.at(p).name), why, remedy})
		}
	}
	for h := range w.autoscalers.all {
		if why, remedy := w.autoscalerReason(h); why != "" {
			out = append(out, Reason{"hpa/" + w.rendered(w.autoscalers.at(h).name), why, remedy})
		}
	}
	for c := range w.claims.all {
		if why, remedy := w.claimReason(c); why != "" {
			out = append(out, Reason{"pvc/" + w.rendered(w.claims.at(c).Name), why, remedy})
		}
	}
	return out
}

// setReasons is why a set is not what its spec asks for.
func (w *world) setReasons(s int32) []Reason {
	set := w.sets.at(s)
	name := "sts/" + w.rendered(set.name)
	if set.trouble != 0 {
		remedy := ""
		if len(set.blocked) == 0 && set.failures > 0 {
			remedy = "change the set, or what refuses its pods"
		}
		return []Reason{{name, "the controller cannot go on: " + w.text(set.trouble), remedy}}
	}
	if w.paused && w.missed(s) {
		return []Reason{{name, "the controller is paused", ResumeController{}.String()}}
	}
	replicas := set.spec.DesiredReplicas()
	st := &set.status
	complete := st.ObservedGeneration == set.generation && st.Replicas == replicas && st.AvailableReplicas == replicas
	switch set.wait.Because {
	case 0, policy.BelowPartition, policy.ByHand:
		if complete && set.deleting == notDeleted {
			return w.unheard(s, name)
		}
	}
	return []Reason{{name, "waits: " + w.waitReason(set.name, set.wait), w.setRemedy(set)}}
}

// unheard is the reason of a set whose status says that all is well, and whose pods say
// otherwise: the controller's watch has missed something.
func (w *world) unheard(s int32, name string) []Reason {
	set := SetView{w, s}
	for i := range set.Spec().DesiredReplicas() {
		if ordinal := set.Spec().StartOrdinal() + i; !set.Healthy(ordinal) {
			return []Reason{{name, "the controller has not heard what has become of " + model.PodName(w.text(set.row().podBase), ordinal), "restart the controller"}}
		}
	}
	return nil
}

// setRemedy is what frees a set whose pod does not get well by itself.
func (w *world) setRemedy(set *statefulSet) string {
	if set.wait.Ordinal < 0 {
		return ""
	}
	if set.wait.Because == policy.StaleClaim {
		return "change the set, or delete one of its pods, once the claim is gone: its controller does not watch claims"
	}
	pod, ok := set.view.Pod(set.wait.Ordinal)
	if !ok {
		return ""
	}
	name := model.PodName(w.text(set.podBase), set.wait.Ordinal)
	switch set.wait.Because {
	case policy.NotReady, policy.NotRunning:
		if pod.Revision != set.status.UpdateRevision {
			if set.withoutBlock() {
				return fmt.Sprintf("kubectl patch sts/%s -p '%s' and kubectl delete pod %s: under OrderedReady a pod of an old revision "+
					"is only replaced once it is ready, or deleted (kubernetes #67250), and without a block rollingUpdate it may come back at that revision",
					w.text(set.podBase), blockPatch, name)
			}
			return fmt.Sprintf("kubectl delete pod %s: under OrderedReady a pod of an old revision is only replaced "+
				"once it is ready, or deleted (kubernetes #67250)", name)
		}
	case policy.CondemnedUnhealthy:
		return "kubectl delete pod " + name
	}
	return ""
}

// podReason is why a pod does not run as it should.
func (w *world) podReason(p int32) (why, remedy string) {
	r := w.pods.at(p)
	switch {
	case r.node == nowhere && r.place.binding:
		return "waits for its volumes to be bound", ""
	case r.node == nowhere && r.place.waiting:
		return "Pending: " + w.text(r.place.message), r.place.remedy()
	case r.deleting && !w.hears(r.node):
		name := w.rendered(w.nodes.at(r.node).name)
		return "is terminating, and " + name + " does not answer", "bring " + name + " back, or, if its machine is surely off, kubectl taint nodes " +
			name + " node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"
	case r.deleting:
		return "is terminating", ""
	case r.ended():
		return fmt.Sprintf("has ended, its phase is %s, and nobody replaces it", r.phase.Model()), "kubectl delete pod " + w.rendered(r.name)
	case r.sandbox != nowhere && w.sandboxes[r.sandbox].stage == sandboxVolumes:
		return "waits for its volumes", ""
	}
	another := "set another image"
	if r.set != nowhere && r.revision != w.sets.at(r.set).status.UpdateRevision {
		another = "" // that has been done, and the pod is a leftover
	}
	for c := range w.containersOf(p) {
		if why, remedy := w.containerReason(c, another); why != "" {
			return why, remedy
		}
	}
	if !r.ready {
		if reason, message := w.unreadyReason(r, w.statuses(p)); reason == reasonGates {
			return "not ready: " + message, "set the condition"
		}
		if program := w.programOf(p); program != nil {
			return "not ready: its program " + program.String(), ""
		}
		return "not ready", ""
	}
	return "", ""
}

// claimReason is why a claim is not bound, or not gone.
func (w *world) claimReason(c int32) (why, remedy string) {
	row := w.claims.at(c)
	if row.Deleting {
		return "is being deleted, and stays as long as a pod uses it", ""
	}
	if row.BindCompleted && row.Phase == model.ClaimBound {
		return w.growthReason(c)
	}
	notice := storage.SyncClaim(&row.Claim, w).Notice // what it said last may not be so any more
	switch notice.Reason {
	case storage.NoConsumer, storage.NoReason:
		return "", ""
	case storage.ClassNotFound:
		remedy = fmt.Sprintf("kubectl apply a StorageClass named %s, or a PersistentVolume of that class that fits", w.text(row.Class.Name))
	case storage.NoVolumeFits, storage.NoProvisioner, storage.VolumeNotCreated:
		remedy = "kubectl apply a PersistentVolume that fits"
	case storage.ProvisionerAsked:
		remedy = "run the provisioner, or kubectl apply a PersistentVolume that fits"
		if class, ok := w.Class(row.Class.Name); ok {
			if _, refusal := storage.ProvisionerActs(&row.Claim, class); refusal.Reason != storage.NoReason {
				notice, remedy = refusal, "kubectl apply a PersistentVolume that fits"
			}
		}
		if row.provisioning.failures > 0 && w.driverIsBroken(toProvision, &row.Claim, row.Spec.Request) {
			notice = storage.Notice{Reason: storage.ProvisioningFailed, Class: row.Class.Name, Detail: w.faultText(toProvision, &row.Claim, row.Spec.Request)}
			remedy = "let the driver work again (HealProvisioning), or kubectl apply a PersistentVolume that fits"
		}
	}
	return string(row.Phase) + ": " + notice.Message(spelling{w}), remedy
}
