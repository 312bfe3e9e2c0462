package autoscaling

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	scalefake "k8s.io/client-go/scale/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/podautoscaler"
	"k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy/autoscaling"
)

// state is what there is after a look.
type state struct {
	replicas int32
	status   string
}

// real is Kubernetes' controller, and the cluster around it.
type real struct {
	metrics.MetricsClient // only resource metrics are asked for

	stage *stage
	times autoscaling.Times
	begin time.Time
	pods  cache.Indexer
	lock  sync.Mutex
}

// latency is how long the API takes for an answer.
const latency = time.Millisecond

// runReal plays a story on Kubernetes' controller, and returns what there is after each
// look.
func runReal(t *testing.T, s story) (out []state) {
	t.Helper()
	handlers := utilruntime.ErrorHandlers
	utilruntime.ErrorHandlers = nil
	klog.SetLogger(logr.Discard())
	defer func() { utilruntime.ErrorHandlers = handlers; klog.ClearLogger() }()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), logr.Discard()))
		client := fake.NewClientset()
		factory := informers.NewSharedInformerFactory(client, 0)
		r := &real{stage: newStage(s.Replicas), times: autoscaling.DefaultTimes(0), pods: factory.Core().V1().Pods().Informer().GetIndexer()}
		c := podautoscaler.NewHorizontalController(ctx, client.CoreV1(), r.scales(), client.AutoscalingV2(), mapper(), r,
			factory.Autoscaling().V2().HorizontalPodAutoscalers(), factory.Core().V1().Pods(),
			r.times.Period, r.times.Stabilize, float64(r.times.Tolerance)/1000, r.times.Starting, r.times.Readiness)
		factory.Start(ctx.Done())
		var ended sync.WaitGroup
		ended.Go(func() { c.Run(ctx, 1) })
		time.Sleep(time.Second)
		object, err := manifest.ToAPI(s.Autoscaler)
		require.NoError(t, err)
		r.begin = time.Now()
		if rules(t).Has(release.NoAutoscalerGeneration) {
			r.begin = r.begin.Add(r.times.Period) // of the first look
		}
		r.show()
		_, err = client.AutoscalingV2().HorizontalPodAutoscalers("default").Create(ctx, object.(*autoscalingv2.HorizontalPodAutoscaler), metav1.CreateOptions{})
		require.NoError(t, err)
		for i := range s.Looks {
			look := model.Instant(i) * model.Instant(r.times.Period)
			r.until(look.Add(time.Second))
			h, err := client.AutoscalingV2().HorizontalPodAutoscalers("default").Get(ctx, "web", metav1.GetOptions{})
			require.NoError(t, err)
			out = append(out, state{r.stage.replicas, statusText(t, h)})
			r.lock.Lock()
			r.stage.follow(look)
			r.lock.Unlock()
			for _, d := range s.Looks[i] {
				at := look.Add(time.Duration(d.After) * time.Second)
				r.lock.Lock()
				r.stage.happen(d, at)
				r.lock.Unlock()
			}
			r.until(look.Add(13 * time.Second))
			r.show()
		}
		cancel()
		ended.Wait()
		factory.Shutdown()
	})
	return out
}

func (r *real) until(at model.Instant) { time.Sleep(time.Until(r.begin.Add(time.Duration(at)))) }

// mapper knows StatefulSets.
func mapper() meta.RESTMapper {
	apps := schema.GroupVersion{Group: "apps", Version: "v1"}
	m := meta.NewDefaultRESTMapper([]schema.GroupVersion{apps})
	m.Add(apps.WithKind("StatefulSet"), meta.RESTScopeNamespace)
	return m
}

// scales are the scale subresources: that of the StatefulSet web.
func (r *real) scales() *scalefake.FakeScaleClient {
	c := &scalefake.FakeScaleClient{}
	c.AddReactor("get", "statefulsets", func(clienttesting.Action) (bool, runtime.Object, error) {
		time.Sleep(latency)
		r.lock.Lock()
		defer r.lock.Unlock()
		return true, &autoscalingv1.Scale{
			ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default"},
			Spec:       autoscalingv1.ScaleSpec{Replicas: r.stage.replicas},
			Status:     autoscalingv1.ScaleStatus{Replicas: r.stage.replicas, Selector: "app=web"},
		}, nil
	})
	c.AddReactor("update", "statefulsets", func(a clienttesting.Action) (bool, runtime.Object, error) {
		time.Sleep(latency)
		r.lock.Lock()
		defer r.lock.Unlock()
		s := a.(clienttesting.UpdateAction).GetObject().(*autoscalingv1.Scale)
		r.stage.replicas = s.Spec.Replicas
		return true, s, nil
	})
	return c
}

// GetResourceMetric implements metrics.MetricsClient: a sample of each pod that has one.
func (r *real) GetResourceMetric(_ context.Context, name corev1.ResourceName, _ string, _ labels.Selector, _ string) (metrics.PodMetricsInfo, time.Time, error) {
	time.Sleep(latency)
	r.lock.Lock()
	defer r.lock.Unlock()
	out := metrics.PodMetricsInfo{}
	now := model.Instant(time.Since(r.begin) / r.times.Period * r.times.Period)
	for i := range r.stage.pods {
		p := &r.stage.pods[i]
		use := &p.CPU
		if name == corev1.ResourceMemory {
			use = &p.Memory
		}
		if p.Samples && p.Sampled <= now {
			out[fmt.Sprint("web-", i)] = metrics.PodMetric{Timestamp: r.begin.Add(time.Duration(now)), Window: r.times.Sample, Value: use.Amount}
		}
	}
	if len(out) == 0 {
		return nil, time.Time{}, errors.New("no metrics returned from resource metrics API")
	}
	return out, time.Now(), nil
}

// show puts the pods into the controller's cache.
func (r *real) show() {
	var all []any
	for i := range r.stage.pods {
		p := &r.stage.pods[i]
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("web-", i), Namespace: "default", Labels: map[string]string{"app": "web"}}}
		started := metav1.NewTime(r.begin.Add(time.Duration(p.Started)))
		pod.Status.Phase, pod.Status.StartTime = corev1.PodRunning, &started
		ready := corev1.ConditionFalse
		if p.Ready {
			ready = corev1.ConditionTrue
		}
		pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: ready, LastTransitionTime: metav1.NewTime(r.begin.Add(time.Duration(p.Since)))}}
		pod.Spec.Containers = []corev1.Container{{Name: "main"}}
		if p.CPU.Request > 0 {
			pod.Spec.Containers[0].Resources.Requests = corev1.ResourceList{
				corev1.ResourceCPU: *resource.NewMilliQuantity(p.CPU.Request, resource.DecimalSI), corev1.ResourceMemory: *resource.NewMilliQuantity(p.Memory.Request, resource.DecimalSI),
			}
		}
		switch {
		case r.stage.failed[i]:
			pod.Status.Phase = corev1.PodFailed
		case p.Gone:
			pod.DeletionTimestamp = &started
		case p.Pending:
			pod.Status.Phase = corev1.PodPending
		}
		all = append(all, pod)
	}
	if err := r.pods.Replace(all, ""); err != nil {
		panic("autoscaling: " + err.Error())
	}
}

// anyPod is a pod in a message: which of several that are alike it is about is a matter
// of luck.
var anyPod = regexp.MustCompile(`of Pod web-\d+`)

// statusText is a status but for the times of its conditions.
func statusText(t *testing.T, h *autoscalingv2.HorizontalPodAutoscaler) string {
	object, _, err := manifest.FromAPI(h)
	require.NoError(t, err)
	return words(object.(*model.HorizontalPodAutoscaler).Status)
}

func words(s model.HorizontalPodAutoscalerStatus) string {
	out := fmt.Sprintf("%d current / %d desired", s.CurrentReplicas, s.DesiredReplicas)
	for _, m := range s.CurrentMetrics {
		out += fmt.Sprintf("; %s %d", m.Resource, m.AverageValue)
		if m.AverageUtilization != nil {
			out += fmt.Sprintf(" %d%%", *m.AverageUtilization)
		}
	}
	for _, c := range s.Conditions {
		out += fmt.Sprintf("\n    %s=%s %s: %s", c.Type, c.Status, c.Reason, c.Message)
	}
	return anyPod.ReplaceAllString(out, "of Pod web-N")
}
