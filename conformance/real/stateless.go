package real

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/informers"
	appsinformers "k8s.io/client-go/informers/apps/v1"
	"k8s.io/client-go/kubernetes"
	appslisters "k8s.io/client-go/listers/apps/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/deployment"
	"k8s.io/kubernetes/pkg/controller/replicaset"

	"github.com/ordinal-sim/ordinal/conformance/stateless"
)

// The Deployment and ReplicaSet controllers, and stories of one Deployment.

// statelessPlayer plays one story.
type statelessPlayer struct {
	server      *server
	deployments *deploymentInformer
	replicaSets *replicaSetInformer
	want        stateless.Spec
	begin       time.Time
	step        atomic.Int64 // when the current step began
	states      []stateless.State
	pods        []string // the names of the pods of the last state, in its order
	images      map[string]string
	story       stateless.Scenario
}

// RunStateless plays a story on Kubernetes' controllers and returns what the API showed
// after the Deployment was created and after each step.
func RunStateless(t *testing.T, story stateless.Scenario) (states []stateless.State) {
	t.Helper()
	handlers := utilruntime.ErrorHandlers
	utilruntime.ErrorHandlers = []utilruntime.ErrorHandler{func(context.Context, error, string, ...any) {}}
	defer func() { utilruntime.ErrorHandlers = handlers }()
	klog.SetLogger(logr.Discard())
	defer klog.ClearLogger()
	synctest.Test(t, func(t *testing.T) {
		p := &statelessPlayer{server: newServer(), want: story.Spec, story: story, images: map[string]string{}}
		stop := p.start(t, newClient(p.server))
		time.Sleep(startUp)
		p.begin = time.Now()
		p.createDeployment()
		p.settle(0)
		for i, step := range story.Steps {
			p.step.Store(time.Now().UnixNano())
			p.do(step)
			p.settle(i + 1)
		}
		stop()
		states = p.states
	})
	return states
}

// start starts both controllers.
func (p *statelessPlayer) start(t *testing.T, client kubernetes.Interface) (stop func()) {
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), logr.Discard()))
	f := informers.NewSharedInformerFactory(client, 0)
	ofDeployments, ofSets := p.story.Pauses()
	p.deployments = &deploymentInformer{f.Apps().V1().Deployments(), remembering(f.Apps().V1().Deployments().Informer()), pause{ofDeployments, &p.step}}
	p.replicaSets = &replicaSetInformer{f.Apps().V1().ReplicaSets(), remembering(f.Apps().V1().ReplicaSets().Informer()), ofSets}
	rsc := replicaset.NewReplicaSetController(ctx, p.replicaSets, f.Core().V1().Pods(), client, replicaset.BurstReplicas)
	dc, err := deployment.NewDeploymentController(ctx, p.deployments, f.Apps().V1().ReplicaSets(), f.Core().V1().Pods(), client)
	if err != nil {
		t.Fatal(err)
	}
	f.Start(ctx.Done())
	var ended sync.WaitGroup
	ended.Go(func() { rsc.Run(ctx, 1) })
	ended.Go(func() { dc.Run(ctx, 1) })
	return func() {
		cancel()
		ended.Wait()
		f.Shutdown()
	}
}

// settle lets the rest of a step pass and reads the state.
func (p *statelessPlayer) settle(step int) {
	time.Sleep(time.Until(p.begin.Add(time.Duration(step)*stateless.StepTime + stateless.Late)))
	p.lookAtSets()
	time.Sleep(time.Until(p.begin.Add(time.Duration(step+1)*stateless.StepTime - time.Millisecond)))
	p.read()
	time.Sleep(time.Millisecond)
}

// lookAtSets makes the ReplicaSet controller look at everything once more.
func (p *statelessPlayer) lookAtSets() {
	for _, name := range p.server.namesOf(p.server.replicaSets) {
		if o, err := p.server.get(p.server.replicaSets, name); err == nil {
			p.replicaSets.shared.handlers[0].OnUpdate(o, o)
		}
	}
}

// look makes both controllers look at everything once more.
func (p *statelessPlayer) look() {
	p.lookAtSets()
	for _, name := range p.server.namesOf(p.server.deployments) {
		if o, err := p.server.get(p.server.deployments, name); err == nil {
			p.deployments.shared.handlers[0].OnUpdate(o, o)
		}
	}
}

// rememberingInformer remembers what is to be called.
type rememberingInformer struct {
	cache.SharedIndexInformer
	handlers []cache.ResourceEventHandler
}

func remembering(i cache.SharedIndexInformer) *rememberingInformer {
	return &rememberingInformer{SharedIndexInformer: i}
}

// AddEventHandler implements [cache.SharedInformer].
func (i *rememberingInformer) AddEventHandler(h cache.ResourceEventHandler) (cache.ResourceEventHandlerRegistration, error) {
	i.handlers = append(i.handlers, h)
	return i.SharedIndexInformer.AddEventHandler(h)
}

// pause is how long a look at a Deployment takes. A look that a step falls into takes as
// long again: after a deadline the controller looks again and again, and a look that is
// nearly over would see the step before the ReplicaSets do.
type pause struct {
	time.Duration
	step *atomic.Int64
}

func (p pause) pass() {
	began := time.Now()
	time.Sleep(p.Duration)
	if step := time.Unix(0, p.step.Load()); step.After(began) {
		time.Sleep(time.Until(step.Add(p.Duration)))
	}
}

type deploymentInformer struct {
	appsinformers.DeploymentInformer
	shared *rememberingInformer
	pause  pause
}

// Informer implements [appsinformers.DeploymentInformer].
func (i *deploymentInformer) Informer() cache.SharedIndexInformer { return i.shared }

// Lister implements [appsinformers.DeploymentInformer].
func (i *deploymentInformer) Lister() appslisters.DeploymentLister {
	return deploymentLister{i.DeploymentInformer.Lister(), i.pause}
}

type deploymentLister struct {
	appslisters.DeploymentLister
	pause pause
}

// Deployments implements [appslisters.DeploymentLister].
func (l deploymentLister) Deployments(namespace string) appslisters.DeploymentNamespaceLister {
	return deploymentNamespaceLister{l.DeploymentLister.Deployments(namespace), l.pause}
}

type deploymentNamespaceLister struct {
	appslisters.DeploymentNamespaceLister
	pause pause
}

// Get implements [appslisters.DeploymentNamespaceLister].
func (l deploymentNamespaceLister) Get(name string) (*apps.Deployment, error) {
	if calledBy("(*DeploymentController).syncDeployment") {
		l.pause.pass()
	}
	return l.DeploymentNamespaceLister.Get(name)
}

type replicaSetInformer struct {
	appsinformers.ReplicaSetInformer
	shared *rememberingInformer
	pause  time.Duration
}

// Informer implements [appsinformers.ReplicaSetInformer].
func (i *replicaSetInformer) Informer() cache.SharedIndexInformer { return i.shared }

// Lister implements [appsinformers.ReplicaSetInformer].
func (i *replicaSetInformer) Lister() appslisters.ReplicaSetLister {
	return replicaSetLister{i.ReplicaSetInformer.Lister(), i.pause}
}

type replicaSetLister struct {
	appslisters.ReplicaSetLister
	pause time.Duration
}

// ReplicaSets implements [appslisters.ReplicaSetLister].
func (l replicaSetLister) ReplicaSets(namespace string) appslisters.ReplicaSetNamespaceLister {
	return replicaSetNamespaceLister{l.ReplicaSetLister.ReplicaSets(namespace), l.pause}
}

type replicaSetNamespaceLister struct {
	appslisters.ReplicaSetNamespaceLister
	pause time.Duration
}

// Get implements [appslisters.ReplicaSetNamespaceLister].
func (l replicaSetNamespaceLister) Get(name string) (*apps.ReplicaSet, error) {
	if calledBy("(*ReplicaSetController).syncReplicaSet") {
		time.Sleep(l.pause)
	}
	return l.ReplicaSetNamespaceLister.Get(name)
}

// calledBy reports whether the caller of the caller is a function.
func calledBy(name string) bool {
	var callers [3]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.Function, name) {
			return true
		}
		if !more {
			return false
		}
	}
}

// createDeployment creates the Deployment that is wanted.
func (p *statelessPlayer) createDeployment() {
	d := &apps.Deployment{ObjectMeta: metav1.ObjectMeta{Name: setName}}
	d.Spec = apps.DeploymentSpec{
		Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
		Template: v1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}},
			Spec:       v1.PodSpec{Containers: []v1.Container{{Name: "app"}}},
		},
	}
	p.writeDeployment(&d.Spec)
	if _, err := p.server.create(p.server.deployments, d); err != nil {
		panic(err)
	}
}

// editDeployment changes the Deployment as kubectl does.
func (p *statelessPlayer) editDeployment(change func(*apps.Deployment)) {
	live, err := p.server.get(p.server.deployments, setName)
	if err != nil {
		panic(err)
	}
	d := clone(live).(*apps.Deployment)
	d.ResourceVersion = ""
	change(d)
	if _, err := p.server.update(p.server.deployments, d, ""); err != nil {
		panic(err)
	}
}

// writeDeployment puts what is wanted into a spec.
func (p *statelessPlayer) writeDeployment(spec *apps.DeploymentSpec) {
	want := p.want
	spec.Replicas = &want.Replicas
	spec.Template.Spec.Containers[0].Image = want.Image
	spec.MinReadySeconds = want.MinReady
	spec.RevisionHistoryLimit = &want.HistoryLimit
	spec.Paused = want.Paused
	spec.ProgressDeadlineSeconds = nil
	forever := int32(1<<31 - 1) // what is stored where there is no deadline
	spec.ProgressDeadlineSeconds = &forever
	if want.Deadline != 0 {
		spec.ProgressDeadlineSeconds = &want.Deadline
	}
	spec.Strategy = apps.DeploymentStrategy{Type: apps.DeploymentStrategyType(want.Strategy)}
	if want.Strategy == string(apps.RollingUpdateDeploymentStrategyType) {
		surge, unavailable := intstr.Parse(want.MaxSurge), intstr.Parse(want.MaxUnavailable)
		spec.Strategy.RollingUpdate = &apps.RollingUpdateDeployment{MaxSurge: &surge, MaxUnavailable: &unavailable}
	}
}

// do does a step.
func (p *statelessPlayer) do(step stateless.Step) {
	if edited, ok := p.want.Edit(step); ok {
		p.want = edited
		p.editDeployment(func(d *apps.Deployment) { p.writeDeployment(&d.Spec) })
		return
	}
	s := p.server
	switch step.Op {
	case stateless.Wait:
	case stateless.Annotate:
		p.editDeployment(func(d *apps.Deployment) { metav1.SetMetaDataAnnotation(&d.ObjectMeta, "cause", step.Value) })
	case stateless.ScaleSet:
		p.editSet(step.Value, func(rs *apps.ReplicaSet) { rs.Spec.Replicas = &step.N })
	case stateless.Tamper:
		p.editSet(step.Value, func(rs *apps.ReplicaSet) {
			delete(rs.Annotations, "deployment.kubernetes.io/desired-replicas")
			delete(rs.Annotations, "deployment.kubernetes.io/max-replicas")
		})
	case stateless.FailSet:
		for range step.N {
			s.fail("update replicaset", 1)
		}
	case stateless.FailPod:
		s.fail("create pod", 1)
	case stateless.Refuse:
		s.refuse("create pod", true)
	case stateless.Allow:
		s.refuse("create pod", false)
		p.look()
	case stateless.AllReady:
		for i, name := range p.pods {
			s.edit(s.pods, name, func(o object) { beReady(o.(*v1.Pod), i) })
		}
	default:
		if step.Pod < len(p.pods) {
			p.doPod(step, p.pods[step.Pod])
		}
	}
}

// beReady makes the i-th pod run and be ready, if it can.
func beReady(pod *v1.Pod, i int) {
	if pod.DeletionTimestamp != nil || pod.Status.Phase == v1.PodFailed || pod.Status.Phase == v1.PodSucceeded {
		return
	}
	if pod.Spec.NodeName == "" {
		pod.Spec.NodeName = [...]string{"a", "b", "c"}[i%3]
	}
	pod.Status.Phase = v1.PodRunning
	setReady(pod, true)
}

// editSet changes the ReplicaSet with an image.
func (p *statelessPlayer) editSet(image string, change func(*apps.ReplicaSet)) {
	for _, name := range p.server.namesOf(p.server.replicaSets) {
		o, err := p.server.get(p.server.replicaSets, name)
		if err != nil || o.(*apps.ReplicaSet).Spec.Template.Spec.Containers[0].Image != image {
			continue
		}
		rs := clone(o).(*apps.ReplicaSet)
		rs.ResourceVersion = ""
		change(rs)
		if _, err := p.server.update(p.server.replicaSets, rs, ""); err != nil {
			panic(err)
		}
	}
}

// doPod does a step that is about one pod.
func (p *statelessPlayer) doPod(step stateless.Step, name string) {
	s := p.server
	switch step.Op {
	case stateless.Gone:
		if pod, err := s.get(s.pods, name); err == nil && pod.GetDeletionTimestamp() != nil {
			now := int64(0)
			_ = s.delete(s.pods, name, metav1.DeleteOptions{GracePeriodSeconds: &now}) // it is there
		}
	case stateless.Delete:
		_ = s.delete(s.pods, name, metav1.DeleteOptions{}) // it is there
	default:
		s.edit(s.pods, name, func(o object) { changeStatelessPod(o.(*v1.Pod), step) })
	}
}

// changeStatelessPod does a step that only changes the pod.
func changeStatelessPod(pod *v1.Pod, step stateless.Step) {
	running := pod.Status.Phase == v1.PodRunning
	switch step.Op {
	case stateless.Schedule:
		if pod.Spec.NodeName == "" {
			pod.Spec.NodeName = step.Value
		}
	case stateless.Run:
		if pod.Status.Phase == v1.PodPending && pod.Spec.NodeName != "" {
			pod.Status.Phase = v1.PodRunning
		}
	case stateless.Ready, stateless.Unready:
		if running {
			setReady(pod, step.Op == stateless.Ready)
		}
	case stateless.Fail, stateless.Succeed:
		if running {
			pod.Status.Phase = map[stateless.Op]v1.PodPhase{stateless.Fail: v1.PodFailed, stateless.Succeed: v1.PodSucceeded}[step.Op]
			setReady(pod, false)
		}
	case stateless.Restarts:
		pod.Status.ContainerStatuses = []v1.ContainerStatus{{Name: "app", RestartCount: step.N}}
	case stateless.Cost:
		metav1.SetMetaDataAnnotation(&pod.ObjectMeta, v1.PodDeletionCost, fmt.Sprint(step.N))
	case stateless.Release:
		pod.Labels["app"] = "other"
	case stateless.Adopt:
		pod.Labels["app"] = "web"
	default:
		panic("real: unknown step " + step.Op)
	}
}
