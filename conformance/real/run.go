package real

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/component-base/version"
	"k8s.io/klog/v2"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"
	_ "k8s.io/kubernetes/pkg/apis/apps/install" // the scheme that the controller reads revisions with
	_ "k8s.io/kubernetes/pkg/apis/core/install"

	"github.com/ordinal-sim/ordinal/conformance/scenario"
)

// Release is the minor version of the Kubernetes that this package was compiled with:
// "1.37".
func Release() string { return version.DefaultKubeBinaryVersion }

// player plays one scenario.
type player struct {
	server     *server
	client     *fake.Clientset
	controller *controller
	want       scenario.Set
	lives      scenario.Lives    // of pods, at the last reading
	images     map[string]string // of revisions, by name: they never change
	failed     atomic.Bool       // something has failed since the controller was last made to look
	seen       int64             // the version of the world then
}

// Run plays a scenario and returns what the API showed after the set was created and
// after each step: one state more than there are steps. It fails the test at once if
// the scenario is for another release, or sets a gate that this one does not have.
//
// It must not run in parallel with anything else that uses Kubernetes' code: gates and
// error handlers are of the whole process, and are put back at the end.
func Run(t *testing.T, spec scenario.Spec, steps []scenario.Step) (states []scenario.State) {
	t.Helper()
	if spec.Release != "" && spec.Release != Release() {
		t.Fatalf("real: the scenario is for Kubernetes %s, and this is %s", spec.Release, Release())
	}
	defer setGates(t, spec.Gates)()
	p := &player{server: newServer(), want: scenario.NewSet(spec), images: map[string]string{}}
	// The last of the handlers waits, with a limiter of the whole process, when there
	// are many errors; the time of a bubble must not get there.
	handlers := utilruntime.ErrorHandlers
	utilruntime.ErrorHandlers = []utilruntime.ErrorHandler{
		func(context.Context, error, string, ...any) { p.failed.Store(true) },
	}
	defer func() { utilruntime.ErrorHandlers = handlers }()
	klog.SetLogger(logr.Discard()) // of those who have not learnt to ask their context
	defer klog.ClearLogger()
	synctest.Test(t, func(*testing.T) { states = p.play(steps) })
	return states
}

// setGates sets feature gates and returns what puts them back.
func setGates(t *testing.T, gates map[string]bool) (restore func()) {
	t.Helper()
	features := utilfeature.DefaultMutableFeatureGate
	before := map[string]bool{}
	known := features.GetAll()
	for name := range gates {
		for feature := range known {
			if string(feature) == name {
				before[name] = features.Enabled(feature)
			}
		}
	}
	if err := features.SetFromMap(gates); err != nil {
		t.Fatalf("real: %v", err)
	}
	return func() {
		if err := features.SetFromMap(before); err != nil {
			t.Fatalf("real: %v", err)
		}
	}
}

// startUp is how long a controller has to fill its caches before the story begins.
const startUp = time.Second

// play plays a scenario in a bubble.
func (p *player) play(steps []scenario.Step) (states []scenario.State) {
	p.client = newClient(p.server)
	p.controller = startController(p.client)
	time.Sleep(startUp)
	p.createSet()
	for i := range len(steps) + 1 {
		if i > 0 {
			p.do(steps[i-1])
		}
		p.pass(scenario.Settle)
		state := p.state()
		states = append(states, state)
		if len(state.Endless) > 0 {
			break
		}
		time.Sleep(scenario.Rest)
		p.client.ClearActions()
	}
	p.controller.stop()
	return states
}

// pass lets time pass: now and then the collectors act, and the controller is made to
// look at the set once more.
func (p *player) pass(d time.Duration) {
	begin := time.Now()
	for at := scenario.First; at < d; at += scenario.Every {
		time.Sleep(time.Until(begin.Add(at)))
		p.server.collect()
		p.resync()
	}
	time.Sleep(time.Until(begin.Add(d)))
}

// resync makes the controller look at the set once more, unless it would only see what
// it saw when it last looked: nothing has failed or been written since, and no pod has
// become available.
func (p *player) resync() {
	failed, version := p.failed.Swap(false), p.server.lastVersion()
	if !failed && version == p.seen && !p.ripening() {
		return
	}
	p.seen = version
	if set, err := p.server.get(p.server.sets, setName); err == nil {
		p.controller.sets.resync(set.(*apps.StatefulSet))
	}
}

// ripening reports whether some pod becomes available about now, or has just done so.
func (p *player) ripening() bool {
	if p.want.MinReadySeconds == 0 {
		return false
	}
	long := time.Duration(p.want.MinReadySeconds)*time.Second + 2*scenario.Every
	for _, name := range p.server.namesOf(p.server.pods) {
		pod, err := p.server.get(p.server.pods, name)
		if err != nil {
			continue
		}
		if c := podutil.GetPodReadyCondition(pod.(*v1.Pod).Status); c != nil && time.Since(c.LastTransitionTime.Time) <= long {
			return true
		}
	}
	return false
}
