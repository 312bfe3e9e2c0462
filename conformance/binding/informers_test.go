package binding

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	coreinformers "k8s.io/client-go/informers/core/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
)

// The volume controller has a worker for claims and one for volumes, and looks at
// everything in the order of a map. Which of the two workers is the first, and which
// claim, is a matter of luck in a cluster. Here it is not: a sync begins by waiting for
// its turn, and lists come in the order of names. Watch events arrive between the turns,
// so that each sync sees all that those before it have written. Two runs of a story are
// the same.
const (
	turn  = 10 * time.Millisecond // of the claims, and then of the volumes
	pause = time.Millisecond      // between one sync and the next
)

// waitFor waits for the next instant at which it is somebody's turn: in the first half
// of each two turns that of the claims, in the second that of the volumes.
func waitFor(phase time.Duration) {
	now := time.Duration(time.Now().UnixNano())
	next := now - now%pause + pause
	for next%(2*turn) < phase || next%(2*turn) >= phase+turn {
		next += pause
	}
	time.Sleep(next - now)
}

// calledBy reports whether the caller's caller is the method of that name, or, in releases
// before 1.36, the function in the worker that later became one.
func calledBy(method, worker string) bool {
	var callers [3]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.Function, method) || strings.HasSuffix(frame.Function, worker+".func1") {
			return true
		}
		if !more {
			return false
		}
	}
}

// resyncs knows when the volume controller first looked at everything. It does so again
// every 15 seconds.
type resyncs struct {
	once  sync.Once
	first time.Time
}

// turns are how often somebody has waited for a turn: if the names of Kubernetes'
// functions change, nobody does.
var turns struct{ claims, volumes atomic.Int64 }

type claimInformer struct {
	coreinformers.PersistentVolumeClaimInformer
	resyncs *resyncs
}

// Lister implements [coreinformers.PersistentVolumeClaimInformer].
func (i claimInformer) Lister() corelisters.PersistentVolumeClaimLister {
	return claimLister{i.PersistentVolumeClaimInformer.Lister(), i.resyncs}
}

type claimLister struct {
	corelisters.PersistentVolumeClaimLister
	resyncs *resyncs
}

// List implements [corelisters.PersistentVolumeClaimLister].
func (l claimLister) List(s labels.Selector) ([]*v1.PersistentVolumeClaim, error) {
	l.resyncs.once.Do(func() { l.resyncs.first = time.Now() })
	list, err := l.PersistentVolumeClaimLister.List(s)
	slices.SortFunc(list, func(a, b *v1.PersistentVolumeClaim) int { return cmp.Compare(a.Name, b.Name) })
	return list, err
}

// PersistentVolumeClaims implements [corelisters.PersistentVolumeClaimLister].
func (l claimLister) PersistentVolumeClaims(namespace string) corelisters.PersistentVolumeClaimNamespaceLister {
	return claimNamespaceLister{l.PersistentVolumeClaimLister.PersistentVolumeClaims(namespace)}
}

type claimNamespaceLister struct {
	corelisters.PersistentVolumeClaimNamespaceLister
}

// Get implements [corelisters.PersistentVolumeClaimNamespaceLister].
func (l claimNamespaceLister) Get(name string) (*v1.PersistentVolumeClaim, error) {
	if calledBy(".syncClaimByKey", ".claimWorker") {
		turns.claims.Add(1)
		waitFor(0)
	}
	return l.PersistentVolumeClaimNamespaceLister.Get(name)
}

type volumeInformer struct {
	coreinformers.PersistentVolumeInformer
}

// Lister implements [coreinformers.PersistentVolumeInformer].
func (i volumeInformer) Lister() corelisters.PersistentVolumeLister {
	return volumeLister{i.PersistentVolumeInformer.Lister()}
}

type volumeLister struct {
	corelisters.PersistentVolumeLister
}

// List implements [corelisters.PersistentVolumeLister].
func (l volumeLister) List(s labels.Selector) ([]*v1.PersistentVolume, error) {
	list, err := l.PersistentVolumeLister.List(s)
	slices.SortFunc(list, func(a, b *v1.PersistentVolume) int { return cmp.Compare(a.Name, b.Name) })
	return list, err
}

// Get implements [corelisters.PersistentVolumeLister].
func (l volumeLister) Get(name string) (*v1.PersistentVolume, error) {
	if calledBy(".syncVolumeByKey", ".volumeWorker") {
		turns.volumes.Add(1)
		waitFor(turn)
	}
	return l.PersistentVolumeLister.Get(name)
}

// turnsOf are the informers of a factory with turns.
func turnsOf(f informers.SharedInformerFactory) (claimInformer, volumeInformer) {
	return claimInformer{f.Core().V1().PersistentVolumeClaims(), &resyncs{}}, volumeInformer{f.Core().V1().PersistentVolumes()}
}
