package race

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/statefulset"
)

// cluster is the real controller, a fake API server and the simplest kubelet.
type cluster struct {
	ctx    context.Context
	client *fake.Clientset
	writes atomic.Int64 // what the API server was asked to write
}

// init lets the controller act on what its cache shows: the fake sends deletions
// with the resource version of the object as it was, for which the controller of 1.36
// and later would wait in vain. A release without the gate has no need of it.
func init() {
	_ = utilfeature.DefaultMutableFeatureGate.Set("StaleControllerConsistencyStatefulSet=false")
}

// onKubernetes lives a life in a bubble and returns how many writes it took.
func onKubernetes(t *testing.T, replicas int32) (writes int64) {
	handlers := utilruntime.ErrorHandlers
	utilruntime.ErrorHandlers = nil // the last one waits, when there are many errors
	defer func() { utilruntime.ErrorHandlers = handlers }()
	klog.SetLogger(logr.Discard())
	defer klog.ClearLogger()
	synctest.Test(t, func(*testing.T) {
		ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), logr.Discard()))
		c := &cluster{ctx: ctx, client: fake.NewSimpleClientset()} // NewClientset keeps managed fields, and is many times slower
		ended := c.start()
		c.live(replicas)
		writes = c.writes.Load()
		cancel()
		ended.Wait()
	})
	return writes
}

// start runs the controller and the kubelet until the context ends.
func (c *cluster) start() *sync.WaitGroup {
	c.client.PrependReactor("*", "*", c.count)
	f := informers.NewSharedInformerFactory(c.client, 0)
	ssc := statefulset.NewStatefulSetController(c.ctx, f.Core().V1().Pods(), f.Apps().V1().StatefulSets(),
		f.Core().V1().PersistentVolumeClaims(), f.Apps().V1().ControllerRevisions(), c.client)
	f.Start(c.ctx.Done())
	var ended sync.WaitGroup
	ended.Go(func() { ssc.Run(c.ctx, 1) })
	ended.Go(func() { <-c.ctx.Done(); f.Shutdown() })
	ended.Go(c.kubelet)
	time.Sleep(time.Second) // until the caches are full
	return &ended
}

// count counts writes, of the controller's events too. What is stored gets a new
// resource version, which the fake forgets: without, the controller takes it for a
// resync.
func (c *cluster) count(action clienttesting.Action) (bool, runtime.Object, error) {
	switch write := action.(type) {
	case interface{ GetObject() runtime.Object }:
		n := c.writes.Add(1)
		write.GetObject().(metav1.Object).SetResourceVersion(strconv.FormatInt(n, 10))
	case clienttesting.DeleteAction:
		c.writes.Add(1)
	}
	return false, nil, nil
}

// kubelet looks at all pods every tenth of a second, and makes the new ones ready.
func (c *cluster) kubelet() {
	client := c.client.CoreV1().Pods(metav1.NamespaceDefault)
	for ; c.ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		pods, err := client.List(c.ctx, metav1.ListOptions{})
		c.must(pods, err)
		for i := range pods.Items {
			pod := &pods.Items[i]
			if pod.Status.Phase != "" && pod.Status.Phase != v1.PodPending {
				continue
			}
			pod.Status.Phase = v1.PodRunning
			pod.Status.Conditions = []v1.PodCondition{{Type: v1.PodReady, Status: v1.ConditionTrue, LastTransitionTime: metav1.Now()}}
			c.must(client.UpdateStatus(c.ctx, pod, metav1.UpdateOptions{}))
		}
	}
}

func (c *cluster) must(_ any, err error) {
	if err != nil {
		panic(fmt.Sprintf("race: %v", err))
	}
}

// live is the life of a set.
func (c *cluster) live(replicas int32) {
	sets := c.client.AppsV1().StatefulSets(metav1.NamespaceDefault)
	set := newSet(replicas)
	c.must(sets.Create(c.ctx, set, metav1.CreateOptions{}))
	c.until(func(s *apps.StatefulSetStatus) bool {
		return s.ReadyReplicas == replicas && s.UpdatedReplicas == replicas
	})

	c.update(func(s *apps.StatefulSet) { s.Spec.Template.Spec.Containers[0].Image = "app:2" })
	c.until(func(s *apps.StatefulSetStatus) bool {
		return s.CurrentRevision == s.UpdateRevision && s.UpdatedReplicas == replicas && s.ReadyReplicas == replicas
	})

	pods := c.client.CoreV1().Pods(metav1.NamespaceDefault)
	crashed, err := pods.Get(c.ctx, "web-1", metav1.GetOptions{})
	c.must(crashed, err)
	crashed.Status = v1.PodStatus{Phase: v1.PodFailed}
	c.must(pods.UpdateStatus(c.ctx, crashed, metav1.UpdateOptions{}))
	c.until(func(s *apps.StatefulSetStatus) bool {
		pod, err := pods.Get(c.ctx, "web-1", metav1.GetOptions{})
		return err == nil && pod.Status.Phase == v1.PodRunning && s.ReadyReplicas == replicas
	})

	c.update(func(s *apps.StatefulSet) { s.Spec.Replicas = new(int32) })
	c.until(func(s *apps.StatefulSetStatus) bool { return s.Replicas == 0 })
}

// update changes the set's spec.
func (c *cluster) update(change func(*apps.StatefulSet)) {
	sets := c.client.AppsV1().StatefulSets(metav1.NamespaceDefault)
	set, err := sets.Get(c.ctx, "web", metav1.GetOptions{})
	c.must(set, err)
	change(set)
	set.Generation++
	c.must(sets.Update(c.ctx, set, metav1.UpdateOptions{}))
}

// until lets time pass until the controller has seen the newest spec and the status
// is as it should be.
func (c *cluster) until(holds func(*apps.StatefulSetStatus) bool) {
	const patience = 10 * time.Minute
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		set, err := c.client.AppsV1().StatefulSets(metav1.NamespaceDefault).Get(c.ctx, "web", metav1.GetOptions{})
		c.must(set, err)
		if set.Status.ObservedGeneration == set.Generation && holds(&set.Status) {
			return
		}
		if time.Now().After(deadline) {
			panic(fmt.Sprintf("race: the set does not get there: %+v", set.Status))
		}
	}
}

// newSet is the set of a life, as the API server would have stored it.
func newSet(replicas int32) *apps.StatefulSet {
	partition, limit := int32(0), int32(10)
	return &apps.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: metav1.NamespaceDefault, UID: "web", Generation: 1},
		Spec: apps.StatefulSetSpec{
			Replicas: &replicas, ServiceName: "web", RevisionHistoryLimit: &limit,
			Selector:            &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
			PodManagementPolicy: apps.OrderedReadyPodManagement,
			UpdateStrategy: apps.StatefulSetUpdateStrategy{
				Type: apps.RollingUpdateStatefulSetStrategyType, RollingUpdate: &apps.RollingUpdateStatefulSetStrategy{Partition: &partition},
			},
			Template: v1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}},
				Spec:       v1.PodSpec{Containers: []v1.Container{{Name: "app", Image: "app:1"}}},
			},
		},
	}
}
