package scheduling

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

var newest = release.V1_37.Rules()

// What is said of a pod that fits nowhere.
func TestMessage(t *testing.T) {
	taint := Refusal{Why: Reasons(0).With(Tainted), Hopeless: true, Taint: model.Taint{Key: "gpu", Value: "yes"}}
	both := Refusal{Why: Reasons(0).With(InsufficientMemory).With(InsufficientCPU)}
	for _, row := range []struct {
		rule     string
		release  release.Release
		refusals []Refusal
		want     string
	}{
		{"no nodes", release.V1_37, nil, "no nodes available to schedule pods"},
		{"numbers stand before words, so that the order is that of text", release.V1_37, []Refusal{refuse(Cordoned, true), refuse(Cordoned, true), refuse(NotNear, true)},
			"0/3 nodes are available: 1 node(s) didn't match pod affinity rules, 2 node(s) were unschedulable. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."},
		{"a node may be short of several things", release.V1_37, []Refusal{both, refuse(TooManyPods, false)},
			"0/2 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 Too many pods. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod."},
		{"hope for one node, none for the other", release.V1_37, []Refusal{refuse(TooNear, false), taint},
			"0/2 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 1 node(s) had untolerated taint(s). " +
				"preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling."},
		{"claims of devices are spoken of from 1.34 to 1.36", release.V1_36, []Refusal{taint},
			"0/1 nodes are available: 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."},
		{"the taint was named before 1.34.2", release.V1_33, []Refusal{taint},
			"0/1 nodes are available: 1 node(s) had untolerated taint {gpu: yes}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."},
	} {
		var tally Tally
		tally.Begin(row.release.Rules())
		for _, r := range row.refusals {
			tally.Refuse(r)
		}
		require.Equal(t, row.want, tally.Message(), row.rule)
	}
	var tally Tally
	tally.Begin(newest)
	tally.RefuseFor(true, "a", "b")
	require.Equal(t, "0/1 nodes are available: 1 a, 1 b. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.", tally.Message(), "a node may be counted twice")
	require.Equal(t, "0/3 nodes are available: no claim. not found", WithoutAsking(newest, 3, "no claim"))
	require.Equal(t, "0/3 nodes are available: no claim. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.", WithoutAsking(release.V1_33.Rules(), 3, "no claim"))
}

func ask(cpu model.MilliCPU, memory model.Bytes, sidecar bool) model.Container {
	c := model.Container{Resources: model.ResourceRequirements{Requests: model.ResourceList{CPU: cpu, Memory: memory}}}
	if sidecar {
		c.RestartPolicy = model.RestartAlways
	}
	return c
}

// How much room a pod takes.
func TestRequest(t *testing.T) {
	limited := model.Container{Resources: model.ResourceRequirements{Limits: model.ResourceList{CPU: 70}}}
	for _, row := range []struct {
		rule             string
		inits, mains     []model.Container
		cpu, assumed     model.MilliCPU
		memory, assumedM model.Bytes
	}{
		{"containers together", nil, []model.Container{ask(100, 10, false), ask(200, 20, false)}, 300, 300, 30, 30},
		{"who asks for nothing is assumed to use something, for scores alone", nil, []model.Container{ask(0, 0, false)}, 0, 100, 0, 200 * model.Mi},
		{"a limit is a request", nil, []model.Container{limited}, 70, 70, 0, 200 * model.Mi},
		{"init containers one after the other: the largest, if it is larger", []model.Container{ask(500, 1, false), ask(400, 50, false)}, []model.Container{ask(100, 10, false)}, 500, 500, 50, 50},
		{"and sidecars beside all that come after them", []model.Container{ask(500, 1, false), ask(50, 5, true), ask(460, 1, false)}, []model.Container{ask(100, 10, false)}, 510, 510, 15, 15},
	} {
		r := RequestOf(&model.PodSpec{InitContainers: row.inits, Containers: row.mains})
		require.Equal(t, Request{CPU: row.cpu, Memory: row.memory, AssumedCPU: row.assumed, AssumedMemory: row.assumedM}, r, row.rule)
	}
	require.Equal(t, Request{CPU: 1}, Request{CPU: 3}.Minus(Request{CPU: 2}))
}

// Which pods a kubelet does not take.
func TestAdmit(t *testing.T) {
	node := &NodeSpec{
		Labels: model.Labels{"disk": "ssd"}, Pods: 2, Allocatable: model.ResourceList{CPU: 1000, Memory: 1000},
		Taints: []model.Taint{{Key: "k", Effect: model.NoSchedule}, {Key: "l", Effect: model.NoExecute}},
	}
	tolerant := []model.Toleration{{Key: "l", Operator: model.TolerationExists}}
	for _, row := range []struct {
		rule            string
		pods            int32
		used            Request
		spec            model.PodSpec
		request         Request
		reason, message string
	}{
		{"it fits; a taint of effect NoSchedule is the scheduler's", 1, Request{CPU: 500, Memory: 500}, model.PodSpec{Tolerations: tolerant}, Request{CPU: 500, Memory: 500}, "", ""},
		{"the number of pods comes first", 2, Request{CPU: 900}, model.PodSpec{}, Request{CPU: 500}, "OutOfpods", "Node didn't have enough resource: pods, requested: 1, used: 2, capacity: 2"},
		{"then CPU, in thousandths", 1, Request{CPU: 900, Memory: 900}, model.PodSpec{}, Request{CPU: 101, Memory: 500}, "OutOfcpu", "Node didn't have enough resource: cpu, requested: 101, used: 900, capacity: 1000"},
		{"then memory", 1, Request{Memory: 501}, model.PodSpec{}, Request{Memory: 500}, "OutOfmemory", "Node didn't have enough resource: memory, requested: 500, used: 501, capacity: 1000"},
		{"who asks for nothing fits where nothing is left", 1, Request{CPU: 1500}, model.PodSpec{Tolerations: tolerant}, Request{}, "", ""},
		{"then labels", 0, Request{}, model.PodSpec{NodeSelector: map[string]string{"disk": "hdd"}}, Request{}, "NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"},
		{"then taints of effect NoExecute", 0, Request{}, model.PodSpec{}, Request{}, "TaintToleration", "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"},
	} {
		reason, message := Admit(node, row.pods, row.used, &row.spec, row.request)
		require.Equal(t, row.reason+"\n"+row.message, reason+"\n"+message, row.rule)
	}
}

// When a pod tries again.
func TestRetryAt(t *testing.T) {
	old := release.V1_27_1.Rules()
	second := func(s float64) model.Instant { return model.Instant(s * float64(time.Second)) }
	for _, row := range []struct {
		rule            string
		rules           release.Rules
		attempts        int32
		last, now, want float64
	}{
		{"at once, since 1.33", newest, 5, 10.2, 10.3, 10.3},
		{"before, at the end of the back-off, seen at a whole second", old, 1, 10.2, 10.3, 12},
		{"or at once if it has ended", old, 1, 10.2, 13.3, 13.3},
		{"two seconds after the second attempt", old, 2, 10, 10.3, 12},
		{"ten after the fifth and all others", old, 5, 10, 10.3, 20},
		{"as many as there are", old, 1 << 30, 10, 10.3, 20},
		{"a pod that has never been tried", old, 0, 0, 10.3, 10.3},
	} {
		require.Equal(t, second(row.want), RetryAt(row.rules, row.attempts, second(row.last), second(row.now)), row.rule)
	}
}

// Which of two nodes is taken.
func TestBetter(t *testing.T) {
	for _, row := range []struct {
		rule          string
		better, worse Score
	}{
		{"the one without a taint that is better avoided", Score{Crowded: 9}, Score{Avoided: 1}},
		{"then the one where fewer pods are from which it had better be away", Score{Free: 1}, Score{Crowded: 1, Free: 100}},
		{"then the one with more left", Score{Free: 51, Pods: 9}, Score{Free: 50}},
		{"then the one with fewer pods", Score{Pods: 1}, Score{Pods: 2}},
	} {
		require.True(t, row.better.Better(row.worse), row.rule)
		require.False(t, row.worse.Better(row.better), row.rule)
	}
	require.False(t, Score{}.Better(Score{}), "of equals the first one is taken")
}

// What may help a pod.
func TestHelpedBy(t *testing.T) {
	for _, row := range []struct {
		reason Reason
		events []Event
	}{
		{Cordoned, []Event{NodeAdded, NodeTainted}},
		{Tainted, []Event{NodeAdded, NodeTainted}},
		{NotSelected, []Event{NodeAdded, NodeLabelled}},
		{TooManyPods, []Event{NodeAdded, NodeResized, PodGone}},
		{InsufficientCPU, []Event{NodeAdded, NodeResized, PodGone}},
		{TooNear, []Event{NodeAdded, NodeLabelled, PodLabelled, PodGone, NodeRemoved}},
		{NotNear, []Event{NodeAdded, NodeLabelled, PodBound, PodLabelled, PodGone, NodeRemoved}},
	} {
		var got []Event
		for e := range events {
			if Reasons(0).With(row.reason).HelpedBy(e) {
				got = append(got, e)
			}
		}
		require.Equal(t, row.events, got, row.reason.String())
	}
}
