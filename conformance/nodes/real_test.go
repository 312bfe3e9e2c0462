package nodes

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	coordination "k8s.io/api/coordination/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/informers"
	coreinformers "k8s.io/client-go/informers/core/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/nodelifecycle"
	"k8s.io/kubernetes/pkg/controller/podgc"
	"k8s.io/kubernetes/pkg/controller/tainteviction"

	"github.com/ordinal-sim/ordinal/model"
)

// note is something that a controller has done.
type note struct {
	at   time.Duration
	text string
}

// grain is how exactly instants are compared.
const grain = 10 * time.Microsecond

// told is what came of a scenario.
type told struct {
	notes               []note
	look, pass, collect time.Duration // when the loops began
}

// moment is how long each pass of a loop takes.
const moment = time.Nanosecond

// slowNodes is an informer of nodes whose list takes a nanosecond, and the first time as
// long as it is to take until the first look.
type slowNodes struct {
	coreinformers.NodeInformer
	corelisters.NodeLister
	offset time.Duration
	begun  *time.Duration // when the first list was asked for
	begin  time.Time
}

func (i *slowNodes) Lister() corelisters.NodeLister { return i }

func (i *slowNodes) List(s labels.Selector) ([]*v1.Node, error) {
	if *i.begun < 0 {
		*i.begun = time.Since(i.begin)
		time.Sleep(i.offset)
	} else {
		time.Sleep(moment)
	}
	return i.NodeLister.List(s)
}

// slowPods is the same, of pods.
type slowPods struct {
	coreinformers.PodInformer
	corelisters.PodLister
	begun *time.Duration
	begin time.Time
}

func (i *slowPods) Lister() corelisters.PodLister { return i }

func (i *slowPods) List(s labels.Selector) ([]*v1.Pod, error) {
	if *i.begun < 0 {
		*i.begun = time.Since(i.begin)
	} else {
		time.Sleep(moment)
	}
	return i.PodLister.List(s)
}

// runReal lets Kubernetes' controllers live through the scenario.
func runReal(t *testing.T, s scenario) (out told) {
	t.Helper()
	handlers := utilruntime.ErrorHandlers
	utilruntime.ErrorHandlers = []utilruntime.ErrorHandler{func(context.Context, error, string, ...any) {}}
	defer func() { utilruntime.ErrorHandlers = handlers }()
	klog.SetLogger(logr.Discard())
	defer klog.ClearLogger()
	synctest.Test(t, func(t *testing.T) { out = playReal(t, s) })
	return out
}

func playReal(t *testing.T, s scenario) told {
	server := newServer()
	c := newClient(server)
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), logr.Discard()))
	f := informers.NewSharedInformerFactory(c, 0)
	nodes, pods := f.Core().V1().Nodes(), f.Core().V1().Pods()
	pass, collect := time.Duration(-1), time.Duration(-1)
	slow := &slowNodes{nodes, nodes.Lister(), s.offset, &pass, server.begin}
	lifecycle, err := nodelifecycle.NewNodeLifecycleController(ctx, f.Coordination().V1().Leases(), pods, slow, f.Apps().V1().DaemonSets(),
		c, 5*time.Second, time.Minute, 50*time.Second, 0.1, 0.01, 50, 0.55)
	if err != nil {
		t.Fatal(err)
	}
	evictions, err := tainteviction.New(ctx, c, pods, nodes, "taint-eviction-controller")
	if err != nil {
		t.Fatal(err)
	}
	collector := podgc.NewPodGC(ctx, c, &slowPods{pods, pods.Lister(), &collect, server.begin}, nodes, 12500)
	f.Start(ctx.Done())
	f.WaitForCacheSync(ctx.Done())

	var ended sync.WaitGroup
	ended.Go(func() { lifecycle.Run(ctx) })
	ended.Go(func() { evictions.Run(ctx) })
	ended.Go(func() {
		time.Sleep(time.Until(server.begin.Add(s.begin)))
		collector.Run(ctx)
	})
	for _, fact := range s.facts() {
		time.Sleep(time.Until(server.begin.Add(fact.at)))
		server.write(func() { server.happens(s, fact) })
	}
	time.Sleep(time.Until(server.begin.Add(s.end)))
	cancel()
	ended.Wait()
	f.Shutdown()
	return told{notes: server.notes, look: pass + s.offset, pass: pass, collect: collect}
}

// happens writes a fact to the API.
func (s *server) happens(sc scenario, f fact) {
	nodes, leases, pods := s.tables["nodes"], s.tables["leases"], s.tables["pods"]
	name := nodeName(f.node)
	switch f.do {
	case "join":
		s.put(nodes, &v1.Node{ObjectMeta: metav1.ObjectMeta{
			Name: name, UID: types.UID(name + f.at.String()), CreationTimestamp: metav1.Now(),
			Labels: map[string]string{v1.LabelTopologyZone: sc.zone(f.node)},
		}})
	case "leave":
		s.remove(nodes, name)
		s.remove(leases, name)
	case "lease":
		now := metav1.NowMicro()
		s.put(leases, &coordination.Lease{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: v1.NamespaceNodeLease}, Spec: coordination.LeaseSpec{RenewTime: &now},
		})
	case "post":
		n := nodes.objects[name].DeepCopyObject().(*v1.Node)
		post(n, f.ready)
		s.put(nodes, n)
	case "taint", "untaint":
		n := nodes.objects[name].DeepCopyObject().(*v1.Node)
		taint := userTaint(f.taint)
		n.Spec.Taints = slices.DeleteFunc(n.Spec.Taints, func(u v1.Taint) bool { return u.MatchTaint(&taint) })
		if f.do == "taint" {
			n.Spec.Taints = append(n.Spec.Taints, taint)
		}
		s.put(nodes, n)
	case "bind":
		s.put(pods, &v1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: podName(f.pod), Namespace: "default", UID: types.UID(podName(f.pod)), CreationTimestamp: metav1.Now()},
			Spec:       v1.PodSpec{NodeName: name, Tolerations: realTolerations(f.pods)},
			Status:     v1.PodStatus{Phase: v1.PodRunning, Conditions: []v1.PodCondition{{Type: v1.PodReady, Status: v1.ConditionTrue}}},
		})
	case "force":
		s.remove(pods, podName(f.pod))
	}
}

// post is what a kubelet writes into its node's status.
func post(n *v1.Node, ready bool) {
	now := metav1.Now()
	status, reason, message := v1.ConditionFalse, "KubeletNotReady", "container runtime is down"
	if ready {
		status, reason, message = v1.ConditionTrue, "KubeletReady", "kubelet is posting ready status"
	}
	for _, c := range []v1.NodeCondition{
		{Type: v1.NodeMemoryPressure, Status: v1.ConditionFalse, Reason: "KubeletHasSufficientMemory", Message: "kubelet has sufficient memory available"},
		{Type: v1.NodeReady, Status: status, Reason: reason, Message: message},
	} {
		c.LastHeartbeatTime, c.LastTransitionTime = now, now
		at := slices.IndexFunc(n.Status.Conditions, func(o v1.NodeCondition) bool { return o.Type == c.Type })
		if at < 0 {
			n.Status.Conditions = append(n.Status.Conditions, c)
			continue
		}
		if n.Status.Conditions[at].Status == c.Status {
			c.LastTransitionTime = n.Status.Conditions[at].LastTransitionTime
		}
		n.Status.Conditions[at] = c
	}
}

// userTaint reads a taint.
func userTaint(text string) v1.Taint {
	key, effect, _ := strings.Cut(text, ":")
	key, value, _ := strings.Cut(key, "=")
	return v1.Taint{Key: key, Value: value, Effect: v1.TaintEffect(effect)}
}

// toleration is what a pod tolerates, for both sides.
func podTolerations(kind string) []model.Toleration {
	of := func(key string, seconds ...int64) model.Toleration {
		t := model.Toleration{Key: key, Operator: model.TolerationExists, Effect: model.NoExecute}
		if len(seconds) > 0 {
			t.TolerationSeconds = &seconds[0]
		}
		return t
	}
	switch kind {
	case "default":
		return []model.Toleration{of(model.TaintNotReady, 300), of(model.TaintUnreachable, 300)}
	case "short":
		return []model.Toleration{of(model.TaintNotReady, 13), of(model.TaintUnreachable, 13)}
	case "mine":
		return []model.Toleration{of("mine", 70), of(model.TaintNotReady, 100), of(model.TaintUnreachable)}
	case "forever":
		return []model.Toleration{{Operator: model.TolerationExists}}
	case "uneven":
		return []model.Toleration{of(model.TaintNotReady, 0), of(model.TaintUnreachable, 40), of("mine")}
	default:
		return nil
	}
}

func realTolerations(kind string) (out []v1.Toleration) {
	for _, t := range podTolerations(kind) {
		out = append(out, v1.Toleration{
			Key: t.Key, Operator: v1.TolerationOperator(t.Operator), Value: t.Value, Effect: v1.TaintEffect(t.Effect), TolerationSeconds: t.TolerationSeconds,
		})
	}
	return out
}

// nodelifecycleOf says which Kubernetes this is.
var nodelifecycleOf = nodelifecycle.NewNodeLifecycleController
