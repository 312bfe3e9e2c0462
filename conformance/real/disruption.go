package real

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v1"
	v1 "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apiserver/pkg/registry/rest"
	fakediscovery "k8s.io/client-go/discovery/fake"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	policyclient "k8s.io/client-go/kubernetes/typed/policy/v1"
	"k8s.io/client-go/scale"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/klog/v2"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"
	core "k8s.io/kubernetes/pkg/apis/core"
	corev1 "k8s.io/kubernetes/pkg/apis/core/v1"
	internalpolicy "k8s.io/kubernetes/pkg/apis/policy"
	disruptioncontroller "k8s.io/kubernetes/pkg/controller/disruption"

	"github.com/ordinal-sim/ordinal/conformance/disruption"
)

// The disruption controller, and the API server's answers to evictions.

// disruptionPlayer plays one story.
type disruptionPlayer struct {
	server  *server
	store   *podStore
	evict   rest.NamedCreater
	begin   time.Time
	answers []string
	states  []disruption.State
}

// RunDisruption plays a story on Kubernetes' code and returns what the API showed after each
// step, and how evictions were answered: by what the caller makes of a store of pods and a
// client. (To make it here would make all of this module depend on the API server's store.)
func RunDisruption(t *testing.T, story []disruption.Step, eviction func(rest.StandardStorage, policyclient.PodDisruptionBudgetsGetter) rest.NamedCreater) (states []disruption.State) {
	t.Helper()
	handlers := utilruntime.ErrorHandlers
	utilruntime.ErrorHandlers = []utilruntime.ErrorHandler{func(context.Context, error, string, ...any) {}}
	defer func() { utilruntime.ErrorHandlers = handlers }()
	klog.SetLogger(logr.Discard())
	defer klog.ClearLogger()
	synctest.Test(t, func(*testing.T) {
		p := &disruptionPlayer{server: newServer()}
		client := newClient(p.server)
		p.store = &podStore{s: p.server}
		p.evict = eviction(p.store, client.PolicyV1())
		stop := startDisruptionController(p.server, client)
		time.Sleep(startUp)
		p.begin = time.Now()
		p.createOwners()
		for i, step := range story {
			p.answers = nil
			p.do(step)
			time.Sleep(time.Until(p.begin.Add(time.Duration(i+1)*disruption.StepTime - time.Second)))
			p.touchBudgets(i)
			time.Sleep(time.Until(p.begin.Add(time.Duration(i+1) * disruption.StepTime)))
			p.read()
		}
		stop()
		states = p.states
	})
	return states
}

func startDisruptionController(s *server, client kubernetes.Interface) (stop func()) {
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), logr.Discard()))
	f := informers.NewSharedInformerFactory(client, 0)
	mapper := meta.NewDefaultRESTMapper(nil)
	for _, kind := range []string{"StatefulSet", "Deployment", "ReplicaSet"} {
		mapper.Add(apps.SchemeGroupVersion.WithKind(kind), meta.RESTScopeNamespace)
	}
	discovery := &fakediscovery.FakeDiscovery{Fake: &clienttesting.Fake{Resources: []*metav1.APIResourceList{{
		GroupVersion: "apps/v1", APIResources: []metav1.APIResource{{Name: "replicasets/scale", Group: "autoscaling", Version: "v1", Kind: "Scale"}},
	}}}}
	dc := disruptioncontroller.NewDisruptionController(ctx, f.Core().V1().Pods(), f.Policy().V1().PodDisruptionBudgets(),
		f.Core().V1().ReplicationControllers(), f.Apps().V1().ReplicaSets(), f.Apps().V1().Deployments(), f.Apps().V1().StatefulSets(),
		client, mapper, scales{s}, discovery)
	f.Start(ctx.Done())
	var ended sync.WaitGroup
	ended.Go(func() {
		switch r := any(dc).(type) { // before 1.37 it had one worker, and nobody asked
		case interface{ Run(context.Context, int) }:
			r.Run(ctx, 1)
		case interface{ Run(context.Context) }:
			r.Run(ctx)
		}
	})
	return func() {
		cancel()
		ended.Wait()
		f.Shutdown()
	}
}

// scales answers what the scale subresources of ReplicaSets say.
type scales struct{ s *server }

// Scales implements [scale.ScalesGetter].
func (s scales) Scales(string) scale.ScaleInterface { return scaleOf{nil, s.s} }

type scaleOf struct {
	scale.ScaleInterface
	s *server
}

// Get implements [scale.ScaleInterface].
func (s scaleOf) Get(_ context.Context, _ schema.GroupResource, name string, _ metav1.GetOptions) (*autoscaling.Scale, error) {
	o, err := s.s.get(s.s.replicaSets, name)
	if err != nil {
		return nil, err
	}
	return &autoscaling.Scale{ObjectMeta: metav1.ObjectMeta{Name: name, UID: o.GetUID()}, Spec: autoscaling.ScaleSpec{Replicas: *o.(*apps.ReplicaSet).Spec.Replicas}}, nil
}

// podStore is as much of the registry's store of pods as an eviction needs.
type podStore struct {
	rest.StandardStorage
	s     *server
	fails bool // deletions do
}

// Get implements [rest.Getter].
func (p *podStore) Get(_ context.Context, name string, _ *metav1.GetOptions) (apiruntime.Object, error) {
	o, err := p.s.get(p.s.pods, name)
	if err != nil {
		return nil, err
	}
	pod := &core.Pod{}
	return pod, corev1.Convert_v1_Pod_To_core_Pod(clone(o).(*v1.Pod), pod, nil)
}

// Update implements [rest.Updater].
func (p *podStore) Update(ctx context.Context, name string, info rest.UpdatedObjectInfo, _ rest.ValidateObjectFunc, _ rest.ValidateObjectUpdateFunc, _ bool, _ *metav1.UpdateOptions) (apiruntime.Object, bool, error) {
	old, err := p.Get(ctx, name, nil)
	if err != nil {
		return nil, false, err
	}
	updated, err := info.UpdatedObject(ctx, old)
	if err != nil {
		return nil, false, err
	}
	pod := &v1.Pod{}
	if err := corev1.Convert_core_Pod_To_v1_Pod(updated.(*core.Pod), pod, nil); err != nil {
		return nil, false, err
	}
	p.s.edit(p.s.pods, name, func(o object) { o.(*v1.Pod).Status = pod.Status })
	latest, err := p.Get(ctx, name, nil)
	return latest, false, err
}

// Delete implements [rest.GracefulDeleter].
func (p *podStore) Delete(_ context.Context, name string, _ rest.ValidateObjectFunc, options *metav1.DeleteOptions) (apiruntime.Object, bool, error) {
	if p.fails {
		return nil, false, apierrors.NewInternalError(errInjected)
	}
	return nil, true, p.s.delete(p.s.pods, name, *options)
}

// The UIDs of owners are given when they are created.
func (p *disruptionPlayer) createOwners() {
	three, none := int32(3), int32(0)
	selector := &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	template := v1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}}}
	must := func(o object, err error) object {
		if err != nil {
			panic(err)
		}
		return o
	}
	s := p.server
	must(s.create(s.sets, &apps.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: "set"}, Spec: apps.StatefulSetSpec{Replicas: &three, Selector: selector, Template: template}}))
	d := must(s.create(s.deployments, &apps.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "deployment"}, Spec: apps.DeploymentSpec{Replicas: &three, Selector: selector, Template: template}}))
	of := []metav1.OwnerReference{*metav1.NewControllerRef(d, apps.SchemeGroupVersion.WithKind("Deployment"))}
	for name, owners := range map[string][]metav1.OwnerReference{"deployment-1": of, "deployment-2": of, "bare": nil} { // in any order
		rs := &apps.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Name: name, OwnerReferences: owners}, Spec: apps.ReplicaSetSpec{Replicas: &three, Selector: selector, Template: template}}
		if name == "deployment-2" {
			rs.Spec.Replicas = &none
		}
		must(s.create(s.replicaSets, rs))
	}
}

// ownerRef is the reference of a pod to its controller.
func (p *disruptionPlayer) ownerRef(owner string) []metav1.OwnerReference {
	if owner == "" {
		return nil
	}
	t, kind := p.server.replicaSets, "ReplicaSet"
	switch owner {
	case "set":
		t, kind = p.server.sets, "StatefulSet"
	case "deployment":
		owner = "deployment-1"
	}
	ref := metav1.NewControllerRef(&metav1.ObjectMeta{Name: owner, UID: "gone"}, apps.SchemeGroupVersion.WithKind(kind))
	if o, err := p.server.get(t, owner); err == nil {
		ref.UID = o.GetUID()
	}
	return []metav1.OwnerReference{*ref}
}

// touchBudgets makes the controller look at each budget once more.
func (p *disruptionPlayer) touchBudgets(step int) {
	for _, name := range p.server.namesOf(p.server.budgets) {
		p.server.edit(p.server.budgets, name, func(o object) {
			metav1.SetMetaDataAnnotation(&o.(*policy.PodDisruptionBudget).ObjectMeta, "step", fmt.Sprint(step))
		})
	}
}

// do does a step.
func (p *disruptionPlayer) do(step disruption.Step) {
	s, name := p.server, disruption.Name(step.Pod)
	switch step.Op {
	case disruption.Wait:
	case disruption.Create:
		pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labelsOf("a"), OwnerReferences: p.ownerRef(step.Value)}}
		_, _ = s.create(s.pods, pod) // an error if there is one
	case disruption.ScaleOwner:
		p.scale(step.Value, step.N)
	case disruption.Budget:
		p.budget(disruption.Parse(step.Value))
	case disruption.DropBudget:
		_ = s.delete(s.budgets, step.Value, metav1.DeleteOptions{}) // an error if there is none
	case disruption.Delete:
		_ = s.delete(s.pods, name, metav1.DeleteOptions{}) // an error if there is none
	case disruption.Gone:
		if pod, err := s.get(s.pods, name); err == nil && pod.GetDeletionTimestamp() != nil {
			now := int64(0)
			_ = s.delete(s.pods, name, metav1.DeleteOptions{GracePeriodSeconds: &now}) // it is there
		}
	case disruption.Evict, disruption.EvictTwo, disruption.EvictFails:
		for _, pod := range step.Evictions() {
			p.evictPod(disruption.Name(pod), step.Op == disruption.EvictFails)
		}
	default:
		s.edit(s.pods, name, func(o object) { changeDisruptedPod(o.(*v1.Pod), step) })
	}
}

func labelsOf(letters string) map[string]string {
	labels := map[string]string{}
	for _, letter := range letters {
		labels[string(letter)] = "yes"
	}
	return labels
}

func changeDisruptedPod(pod *v1.Pod, step disruption.Step) {
	switch step.Op {
	case disruption.Ready, disruption.Unready:
		if pod.Status.Phase != v1.PodSucceeded {
			pod.Spec.NodeName, pod.Status.Phase = nodeName, v1.PodRunning
			setReady(pod, step.Op == disruption.Ready)
		}
	case disruption.Finish:
		pod.Status.Phase = v1.PodSucceeded
		setReady(pod, false)
	case disruption.Relabel:
		pod.Labels = labelsOf(step.Value)
	}
}

func (p *disruptionPlayer) scale(owner string, n int32) {
	switch s := p.server; owner {
	case "set":
		s.edit(s.sets, owner, func(o object) { o.(*apps.StatefulSet).Spec.Replicas = &n })
	case "deployment":
		s.edit(s.deployments, owner, func(o object) { o.(*apps.Deployment).Spec.Replicas = &n })
	default:
		s.edit(s.replicaSets, owner, func(o object) { o.(*apps.ReplicaSet).Spec.Replicas = &n })
	}
}

func (p *disruptionPlayer) budget(spec disruption.BudgetSpec) {
	s, value := p.server, intstr.Parse(spec.Value)
	b := &policy.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Name: spec.Name}, Spec: policy.PodDisruptionBudgetSpec{
		Selector: &metav1.LabelSelector{MatchLabels: map[string]string{spec.Name: "yes"}}, MinAvailable: &value,
	}}
	if spec.Max {
		b.Spec.MinAvailable, b.Spec.MaxUnavailable = nil, &value
	}
	if spec.Always {
		always := policy.AlwaysAllow
		b.Spec.UnhealthyPodEvictionPolicy = &always
	}
	live, err := s.get(s.budgets, spec.Name)
	if err != nil {
		_, err = s.create(s.budgets, b)
	} else {
		changed := clone(live).(*policy.PodDisruptionBudget)
		changed.Spec = b.Spec
		_, err = s.update(s.budgets, changed, "")
	}
	if err != nil {
		panic(err)
	}
}

// evictPod asks for an eviction, and notes the answer.
func (p *disruptionPlayer) evictPod(name string, fails bool) {
	p.store.fails = fails
	eviction := &internalpolicy.Eviction{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}}
	o, err := p.evict.Create(context.Background(), name, eviction, nil, &metav1.CreateOptions{})
	status := metav1.Status{Code: 201}
	var known apierrors.APIStatus
	if errors.As(err, &known) {
		status = known.Status()
	} else if err != nil {
		panic(err)
	} else if s := o.(*metav1.Status); s.Status == metav1.StatusFailure {
		status = *s
	}
	cause, retryAfter := "", int32(0)
	if d := status.Details; d != nil {
		retryAfter = d.RetryAfterSeconds
		for _, c := range d.Causes {
			if c.Type == policy.DisruptionBudgetCause {
				cause = c.Message
			}
		}
	}
	p.answers = append(p.answers, disruption.Answer(int(status.Code), status.Message, cause, retryAfter))
}

// read reads what the API shows.
func (p *disruptionPlayer) read() {
	s := p.server
	var out disruption.State
	for _, name := range s.namesOf(s.budgets) {
		o, _ := s.get(s.budgets, name)
		b := o.(*policy.PodDisruptionBudget)
		var disrupted []string
		for pod := range b.Status.DisruptedPods {
			disrupted = append(disrupted, pod)
		}
		slices.Sort(disrupted)
		condition := ""
		for _, c := range b.Status.Conditions {
			condition = fmt.Sprintf("%t %s: %s", c.Status == metav1.ConditionTrue, c.Reason, c.Message)
		}
		out.Budgets = append(out.Budgets, disruption.BudgetLine(name, b.Status.ObservedGeneration == b.Generation, b.Status.ExpectedPods,
			b.Status.DesiredHealthy, b.Status.CurrentHealthy, b.Status.DisruptionsAllowed, disrupted, condition))
	}
	for _, name := range s.namesOf(s.pods) {
		o, _ := s.get(s.pods, name)
		pod := o.(*v1.Pod)
		_, target := podutil.GetPodCondition(&pod.Status, v1.DisruptionTarget)
		out.Pods = append(out.Pods, disruption.PodLine(name, string(pod.Status.Phase), podutil.IsPodReady(pod), pod.DeletionTimestamp != nil,
			target != nil && target.Status == v1.ConditionTrue))
	}
	out.Answers = p.answers
	p.states = append(p.states, out.Normal())
}
