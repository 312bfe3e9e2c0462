package scheduling

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/profile"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/conformance/version"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
)

// op is something that happens in a cluster with a scheduler.
type op struct {
	at   time.Duration
	do   string
	name string
	node *v1.Node // of add and of changes
	pod  *v1.Pod  // of create
}

// note is what the scheduler does: a binding, or a message.
type note struct {
	at      time.Duration
	pod     string
	node    string // of a binding
	message string // otherwise
}

// drawnOps draws what happens to a cluster.
var drawnOps = rapid.Custom(func(t *rapid.T) (ops []op) {
	nodes, pods := 0, 0
	at := time.Second
	add := func(o op) {
		ops = append(ops, o)
		o.at = at
		ops[len(ops)-1].at = at
		at += time.Duration(of(t, "pause", 10, 300, 2700)) * time.Millisecond
	}
	addNode := func() {
		n := drawNode(t, nodes)
		add(op{do: "add", name: n.Name, node: n})
		nodes++
	}
	for range of(t, "nodes", 1, 2, 3) {
		addNode()
	}
	var first *v1.Pod
	for range of(t, "ops", 5, 15, 25) {
		n := fmt.Sprintf("node-%d", rapid.IntRange(0, nodes-1).Draw(t, "node"))
		switch do := of(t, "do", "create", "create", "create", "create", "delete", "delete", "resize", "retaint", "relabel", "add"); do {
		case "add":
			addNode()
		case "create":
			p := drawPod(t, fmt.Sprintf("pod-%d", pods))
			if first != nil && of(t, "sibling", false, true) {
				name := p.Name
				p = first.DeepCopy()
				p.Name, p.UID = name, p.UID+"x"
			}
			first = p
			add(op{do: do, name: p.Name, pod: p})
			pods++
		case "delete":
			if pods > 0 {
				add(op{do: do, name: fmt.Sprintf("pod-%d", rapid.IntRange(0, pods-1).Draw(t, "pod"))})
			}
		default:
			add(op{do: do, name: n, node: drawNode(t, 0)})
		}
	}
	return ops
})

// change is a node after an operation on it.
func (o op) change(n *v1.Node) *v1.Node {
	n = n.DeepCopy()
	switch o.do {
	case "resize":
		n.Status = *o.node.Status.DeepCopy()
	case "retaint":
		n.Spec = *o.node.Spec.DeepCopy()
	case "relabel":
		hostname, ok := n.Labels[v1.LabelHostname]
		n.Labels = o.node.DeepCopy().Labels
		if delete(n.Labels, v1.LabelHostname); ok {
			n.Labels[v1.LabelHostname] = hostname
		}
	}
	return n
}

// runReal lets Kubernetes' scheduler live through operations.
func runReal(t *testing.T, ops []op) (notes []note) {
	handlers := utilruntime.ErrorHandlers
	utilruntime.ErrorHandlers = []utilruntime.ErrorHandler{func(context.Context, error, string, ...any) {}}
	defer func() { utilruntime.ErrorHandlers = handlers }()
	klog.SetLogger(logr.Discard())
	defer klog.ClearLogger()
	signals := make(chan os.Signal, 1) // the scheduler listens for one: what that starts must not be of a bubble
	signal.Notify(signals, syscall.SIGUSR2)
	defer signal.Stop(signals)
	synctest.Test(t, func(t *testing.T) { notes = playReal(t, ops) })
	return notes
}

func playReal(t *testing.T, ops []op) (notes []note) {
	begin := time.Now()
	var mu sync.Mutex
	tell := func(n note) {
		mu.Lock()
		defer mu.Unlock()
		n.at = time.Since(begin)
		notes = append(notes, n)
	}
	c := fake.NewClientset()
	for _, name := range []string{"default", "other"} {
		require.NoError(t, c.Tracker().Add(&v1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}))
	}
	c.PrependReactor("create", "pods", func(action clienttesting.Action) (bool, runtime.Object, error) {
		if action.GetSubresource() != "binding" {
			return false, nil, nil
		}
		b := action.(clienttesting.CreateAction).GetObject().(*v1.Binding)
		o, err := c.Tracker().Get(action.GetResource(), action.GetNamespace(), b.Name)
		if err != nil {
			return true, nil, err
		}
		p := o.(*v1.Pod).DeepCopy()
		p.Spec.NodeName = b.Target.Name
		tell(note{pod: b.Name, node: b.Target.Name})
		return true, b, c.Tracker().Update(action.GetResource(), p, action.GetNamespace())
	})
	c.PrependReactor("patch", "pods", func(action clienttesting.Action) (bool, runtime.Object, error) {
		a := action.(clienttesting.PatchAction)
		if _, message, ok := strings.Cut(string(a.GetPatch()), `"message":"`); ok {
			message, _, _ = strings.Cut(message, `","`)
			tell(note{pod: a.GetName(), message: strings.ReplaceAll(message, `\u0026`, "&")})
		}
		return false, nil, nil
	})
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), logr.Discard()))
	f := informers.NewSharedInformerFactory(c, 0)
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: c.EventsV1()})
	s, err := scheduler.New(ctx, c, f, nil, profile.NewRecorderFactory(broadcaster))
	require.NoError(t, err)
	f.Start(ctx.Done())
	f.WaitForCacheSync(ctx.Done())
	var ended sync.WaitGroup
	ended.Go(func() { s.Run(ctx) })
	for _, o := range ops {
		time.Sleep(time.Until(begin.Add(o.at)))
		o.write(t, c)
		synctest.Wait()
	}
	time.Sleep(10 * time.Second)
	cancel()
	ended.Wait()
	f.Shutdown()
	broadcaster.Shutdown()
	time.Sleep(2 * time.Second) // up to 1.36 those who count for metrics look each second whether it is over
	return notes
}

// write does an operation to the API.
func (o op) write(t *testing.T, c *fake.Clientset) {
	ctx := context.Background()
	switch o.do {
	case "add":
		_, err := c.CoreV1().Nodes().Create(ctx, o.node, metav1.CreateOptions{})
		require.NoError(t, err)
	case "create":
		_, err := c.CoreV1().Pods(o.pod.Namespace).Create(ctx, o.pod, metav1.CreateOptions{})
		require.NoError(t, err)
	case "delete":
		for _, ns := range []string{"default", "other"} {
			_ = c.CoreV1().Pods(ns).Delete(ctx, o.name, metav1.DeleteOptions{}) // it may be gone
		}
	default:
		n, err := c.CoreV1().Nodes().Get(ctx, o.name, metav1.GetOptions{})
		require.NoError(t, err)
		_, err = c.CoreV1().Nodes().Update(ctx, o.change(n), metav1.UpdateOptions{})
		require.NoError(t, err)
	}
}

// String is the operation in a few words.
func (o op) String() string { return fmt.Sprintf("%v %s %s", o.at, o.do, o.name) }

// judge follows what the real scheduler does and checks each step.
type judge struct {
	t       require.TestingT
	rules   release.Rules
	view    scheduling.View
	nodes   map[string]*v1.Node
	numbers map[string]scheduling.Node
	kinds   map[string]scheduling.Kind
	bound   map[string]string // pods, and their nodes
	waiting map[string]waiting
	order   []string // the pods that wait

	last op // the last operation

	messages, bindings, retries, late int
}

type waiting struct {
	why      scheduling.Reasons
	attempts int32
	last     model.Instant
	mayTry   time.Duration // when it may try again, after the last operation; below 0 if that does not help it
}

// event is the event that an operation is; ok is false if it is none.
func (j *judge) do(o op) (e scheduling.Event, ok bool) {
	j.last = o
	switch o.do {
	case "add":
		j.numbers[o.name] = scheduling.Node(len(j.numbers))
		j.set(o.node)
		return scheduling.NodeAdded, true
	case "create":
		j.kinds[o.name] = j.view.AddKind(kindOf(o.pod))
		j.waiting[o.name] = waiting{mayTry: o.at}
		j.order = append(j.order, o.name)
		return 0, false
	case "delete":
		node, bound := j.bound[o.name]
		if bound {
			j.view.Unbind(j.kinds[o.name], j.numbers[node], false)
			delete(j.bound, o.name)
		}
		delete(j.waiting, o.name)
		return scheduling.PodGone, bound
	}
	j.set(o.change(j.nodes[o.name]))
	return map[string]scheduling.Event{"resize": scheduling.NodeResized, "retaint": scheduling.NodeTainted, "relabel": scheduling.NodeLabelled}[o.do], true
}

func (j *judge) set(n *v1.Node) {
	j.nodes[n.Name] = n
	j.view.SetNode(j.numbers[n.Name], nodeOf(n))
}

// ask is what Ordinal says of a pod now.
func (j *judge) ask(pod string) (fits []string, why scheduling.Reasons, message string) {
	var q scheduling.Query
	var tally scheduling.Tally
	j.view.Begin(j.kinds[pod], &q)
	tally.Begin(j.rules)
	for name, n := range j.numbers { // sorted below, or counted
		r := j.view.Early(&q, n)
		if r.Why == 0 {
			r = j.view.Late(&q, n)
		}
		if r.Why == 0 {
			fits = append(fits, name)
		} else {
			tally.Refuse(r)
		}
	}
	slices.Sort(fits)
	return fits, tally.Why, tally.Message()
}

// wake lets those try again that an event may help.
func (j *judge) wake(e scheduling.Event, at time.Duration) {
	for name, w := range j.waiting { // each by itself: no order shows
		if w.attempts > 0 && w.why.HelpedBy(e) {
			w.mayTry = time.Duration(scheduling.RetryAt(j.rules, w.attempts, w.last, model.Instant(at)))
			j.waiting[name] = w
		}
	}
}

// hear is something that the real scheduler has done.
func (j *judge) hear(n note) {
	w, ok := j.waiting[n.pod]
	require.True(j.t, ok, "%v: %s does not wait", n.at, n.pod)
	fits, why, message := j.ask(n.pod)
	if n.node == "" { // it may have tried although it would not help
		require.Equal(j.t, j.last.at, n.at, "after %v %s is told: %s", j.last, n.pod, n.message)
		require.Empty(j.t, fits, "%v: %s fits there, and Kubernetes says: %s", n.at, n.pod, n.message)
		require.Equal(j.t, n.message, message, "%v: %s", n.at, n.pod)
		w.why, w.attempts, w.last = why, w.attempts+1, model.Instant(n.at)
		j.waiting[n.pod] = w
		j.messages++
		return
	}
	require.Equal(j.t, w.mayTry, n.at, "after %v %s, refused for %b, gets %s", j.last, n.pod, w.why, n.node)
	require.Contains(j.t, fits, n.node, "%v: %s gets %s, and Ordinal says: %s", n.at, n.pod, n.node, message)
	if w.attempts > 0 {
		j.retries++
	}
	j.bindings++
	j.bound[n.pod] = n.node
	delete(j.waiting, n.pod)
	j.view.Bind(j.kinds[n.pod], j.numbers[n.node])
	j.wake(scheduling.PodBound, n.at)
}

// next is the next of the notes to hear. The scheduler writes a binding in another goroutine,
// so that what it says next may be written before: such a message is not true yet, and
// comes after the bindings of that instant.
func (j *judge) next(notes []note) int {
	for i, n := range notes {
		if n.at != notes[0].at {
			break
		}
		if fits, _, message := j.ask(n.pod); n.node != "" && slices.Contains(fits, n.node) || n.node == "" && len(fits) == 0 && message == n.message {
			return i
		}
	}
	return 0
}

// settled checks that nobody has been forgotten: who would fit now has been tried. (Where
// Kubernetes looks closer at an event than Ordinal does, and is wrong, it tries again within
// 5 minutes; those are counted.)
func (j *judge) settled(at time.Duration) {
	for _, name := range j.order {
		w, ok := j.waiting[name]
		if !ok {
			continue
		}
		require.Positive(j.t, w.attempts, "%s has never been tried", name)
		fits, why, _ := j.ask(name)
		if len(fits) > 0 {
			j.late++
		} else if w.mayTry == at { // it tries again here, in vain, or Kubernetes knows that it would
			w.why, w.last = why, model.Instant(at)
			j.waiting[name] = w
		}
	}
}

// TestScheduler lets the whole scheduler live with a cluster that changes, and checks each
// thing that it does: a pod gets a node that Ordinal would let it have; a pod that gets none
// is told the same; and both try again at the same instants.
func TestScheduler(t *testing.T) {
	rules := rulesOf(version.Of(scheduler.New))
	fewer(t, 20)
	late := 0
	failed := false
	rapid.Check(t, func(rt *rapid.T) {
		ops := drawnOps.Draw(rt, "ops")
		notes := runReal(t, ops)
		j := &judge{
			t: rt, rules: rules, nodes: map[string]*v1.Node{}, numbers: map[string]scheduling.Node{},
			kinds: map[string]scheduling.Kind{}, bound: map[string]string{}, waiting: map[string]waiting{},
		}
		failed = true // unless it gets to the end
		j.follow(ops, notes)
		failed = false
		counts.Lives++
		counts.Said += j.messages
		counts.Bindings += j.bindings
		counts.Retries += j.retries
		late += j.late
	})
	if failed {
		counts.Differences++
	}
	t.Logf("Kubernetes %s: %d lives of a cluster, %d messages, %d bindings, %d of them at another try; %d times Kubernetes did not notice that a pod fits",
		counts.Version, counts.Lives, counts.Said, counts.Bindings, counts.Retries, late)
	if counts.Lives >= 50 {
		require.NotZero(t, counts.Retries)
		require.NotZero(t, counts.Said)
	}
}

// follow checks what the real scheduler has done, operation by operation.
func (j *judge) follow(ops []op, notes []note) {
	j.view.SetRules(j.rules)
	for i, o := range ops {
		if e, ok := j.do(o); ok {
			j.wake(e, o.at)
		}
		for len(notes) > 0 && (i+1 == len(ops) || notes[0].at < ops[i+1].at) {
			next := j.next(notes)
			j.hear(notes[next])
			notes = slices.Delete(notes, next, next+1)
		}
		j.settled(o.at)
	}
}

// fewer has rapid draw so many times fewer in a test that takes long.
func fewer(t *testing.T, times int) {
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	n, err := strconv.Atoi(before)
	require.NoError(t, err)
	require.NoError(t, flag.Set(checks.Name, strconv.Itoa(max(1, n/times))))
	t.Cleanup(func() { _ = flag.Set(checks.Name, before) })
}
