package real

import (
	"runtime"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/client-go/informers"
	appsinformers "k8s.io/client-go/informers/apps/v1"
	appslisters "k8s.io/client-go/listers/apps/v1"
	"k8s.io/client-go/tools/cache"
)

// setInformer is client-go's informer of StatefulSets with two liberties.
//
// It remembers what the controller has it call, so that the controller can be made to
// look once more. And when a sync begins, by asking for its set, it waits until the
// caches have everything that was written before: with all watch events at most
// lagOfPods late, that is after syncPause.
type setInformer struct {
	appsinformers.StatefulSetInformer
	shared *setSharedInformer
}

func newSetInformer(f informers.SharedInformerFactory) *setInformer {
	in := f.Apps().V1().StatefulSets()
	return &setInformer{in, &setSharedInformer{SharedIndexInformer: in.Informer()}}
}

// Informer implements [appsinformers.StatefulSetInformer].
func (i *setInformer) Informer() cache.SharedIndexInformer { return i.shared }

// Lister implements [appsinformers.StatefulSetInformer].
func (i *setInformer) Lister() appslisters.StatefulSetLister {
	return setLister{i.StatefulSetInformer.Lister()}
}

// resync makes the controller look at a set once more.
func (i *setInformer) resync(set *appsv1.StatefulSet) {
	if i.shared.handler != nil {
		i.shared.handler.OnUpdate(set, set)
	}
}

type setSharedInformer struct {
	cache.SharedIndexInformer
	handler cache.ResourceEventHandler
}

// AddEventHandler implements [cache.SharedInformer].
func (i *setSharedInformer) AddEventHandler(h cache.ResourceEventHandler) (cache.ResourceEventHandlerRegistration, error) {
	i.handler = h
	return i.SharedIndexInformer.AddEventHandler(h)
}

type setLister struct{ appslisters.StatefulSetLister }

// StatefulSets implements [appslisters.StatefulSetLister].
func (l setLister) StatefulSets(namespace string) appslisters.StatefulSetNamespaceLister {
	return setNamespaceLister{l.StatefulSetLister.StatefulSets(namespace)}
}

type setNamespaceLister struct {
	appslisters.StatefulSetNamespaceLister
}

// Get implements [appslisters.StatefulSetNamespaceLister].
func (l setNamespaceLister) Get(name string) (*appsv1.StatefulSet, error) {
	if inSync() {
		time.Sleep(syncPause)
	}
	return l.StatefulSetNamespaceLister.Get(name)
}

// inSync reports whether the caller of Get is a sync that begins. The others are event
// handlers and the retry of a status, which need not wait.
//
// Source: pkg/controller/statefulset/stateful_set.go, sync.
func inSync() bool {
	var callers [3]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.Function, "(*StatefulSetController).sync") {
			return true
		}
		if !more {
			return false
		}
	}
}
