package binding

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/kubernetes/pkg/api/legacyscheme"

	"github.com/ordinal-sim/ordinal/model"
)

// namespace is where the claims and the pods live.
const namespace = model.NamespaceDefault

// object is a Kubernetes object.
type object interface {
	metav1.Object
	runtime.Object
}

// server is an API server in memory. What it does when an object is written is in
// manners_test.go. Objects in its tables are never changed in place: what comes in and
// what goes out are copies, or are treated as read-only.
type server struct {
	mu      sync.Mutex
	version int64
	lastUID model.UID
	tables  []*table
	events  []heard // what the controllers have recorded, in order
}

// table holds the objects of one kind.
type table struct {
	resource schema.GroupResource
	objects  map[string]object
	watchers []*watcher
	pending  []watch.Event // not yet delivered, the oldest first
	due      []time.Time   // when
}

// lag is how late watch events are: see informers_test.go.
const lag = 70 * time.Microsecond

func newServer() *server {
	s := &server{version: 1, lastUID: 1000}
	for _, r := range []schema.GroupResource{
		{Resource: "pods"}, {Resource: "nodes"}, {Resource: "persistentvolumeclaims"}, {Resource: "persistentvolumes"},
		{Group: storagev1.GroupName, Resource: "storageclasses"}, {Group: storagev1.GroupName, Resource: "csinodes"},
		{Group: storagev1.GroupName, Resource: "csidrivers"}, {Group: storagev1.GroupName, Resource: "csistoragecapacities"},
	} {
		s.tables = append(s.tables, &table{resource: r, objects: map[string]object{}})
	}
	return s
}

// table finds the table of a resource; nil if the server does not keep it.
func (s *server) table(resource string) *table {
	for _, t := range s.tables {
		if t.resource.Resource == resource {
			return t
		}
	}
	return nil
}

// tableOf finds the table for an object.
func (s *server) tableOf(o object) *table {
	switch o.(type) {
	case *v1.Pod:
		return s.table("pods")
	case *v1.PersistentVolumeClaim:
		return s.table("persistentvolumeclaims")
	case *v1.PersistentVolume:
		return s.table("persistentvolumes")
	case *storagev1.StorageClass:
		return s.table("storageclasses")
	case *v1.Node:
		return s.table("nodes")
	default:
		panic(fmt.Sprintf("binding: nobody keeps a %T", o))
	}
}

func (t *table) find(name string) (object, error) {
	if o, ok := t.objects[name]; ok {
		return o, nil
	}
	return nil, apierrors.NewNotFound(t.resource, name)
}

// get finds an object, which the caller must not change.
func (s *server) get(t *table, name string) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.find(name)
}

// list copies the objects of a table, by name, with the version that they are of.
func (s *server) list(t *table) (objects []object, version int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(t.objects)) {
		objects = append(objects, clone(t.objects[name]))
	}
	return objects, s.version
}

func clone[T object](o T) T { return o.DeepCopyObject().(T) }

func (s *server) stamp(o object) {
	s.version++
	o.SetResourceVersion(strconv.FormatInt(s.version, 10))
}

// now is the time as the API writes it: cut to the whole second.
func now() metav1.Time { return metav1.NewTime(time.Now().Truncate(time.Second)) }

// create stores a new object and returns it as stored.
func (s *server) create(t *table, o object) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := t.objects[o.GetName()]; taken {
		return nil, apierrors.NewAlreadyExists(t.resource, o.GetName())
	}
	o = clone(o)
	s.lastUID++
	o.SetUID(types.UID(s.lastUID.String()))
	o.SetCreationTimestamp(now())
	if err := s.prepareCreate(o); err != nil {
		return nil, err
	}
	s.stamp(o)
	t.objects[o.GetName()] = o
	s.emit(t, watch.Added, o)
	return o, nil
}

// put stores an object as it is, in whatever state.
func (s *server) put(o object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o = clone(o)
	legacyscheme.Scheme.Default(o)
	s.stamp(o)
	s.tableOf(o).objects[o.GetName()] = o
}

// update stores a changed object and returns it as stored. An object that claims to be
// of another version than the stored one conflicts; if nothing is left of the change
// that is the subresource's to make, nothing is written.
func (s *server) update(t *table, o object, subresource string) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.updateLocked(t, o, subresource)
}

func (s *server) updateLocked(t *table, o object, subresource string) (object, error) {
	old, err := t.find(o.GetName())
	if err != nil {
		return nil, err
	}
	if v := o.GetResourceVersion(); v != "" && v != old.GetResourceVersion() || o.GetUID() != "" && o.GetUID() != old.GetUID() {
		return nil, apierrors.NewConflict(t.resource, o.GetName(), fmt.Errorf("the object has been modified"))
	}
	o = clone(o)
	o.SetResourceVersion(old.GetResourceVersion())
	if err := prepareUpdate(o, old, subresource); err != nil {
		return nil, err
	}
	if equality.Semantic.DeepEqual(old, o) {
		return old, nil
	}
	if o.GetDeletionTimestamp() != nil && len(o.GetFinalizers()) == 0 && len(old.GetFinalizers()) > 0 {
		s.remove(t, o)
		return o, nil
	}
	s.stamp(o)
	t.objects[o.GetName()] = o
	s.emit(t, watch.Modified, o)
	return o, nil
}

// edit is an update by somebody who has read the object this very moment.
func (s *server) edit(t *table, name, subresource string, change func(object)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := t.find(name)
	if err != nil {
		return err
	}
	o := clone(old)
	change(o)
	_, err = s.updateLocked(t, o, subresource)
	return err
}

// remove takes an object away. Its last event has a version of its own, as the real
// one has.
func (s *server) remove(t *table, o object) {
	delete(t.objects, o.GetName())
	o = clone(o)
	s.stamp(o)
	s.emit(t, watch.Deleted, o)
}

// delete begins the end of an object. One that has finalizers stays until they are gone.
func (s *server) delete(t *table, name string, options metav1.DeleteOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := t.find(name)
	if err != nil {
		return err
	}
	if p := options.Preconditions; p != nil && p.UID != nil && *p.UID != old.GetUID() {
		return apierrors.NewConflict(t.resource, name, fmt.Errorf("the UID in the precondition is another"))
	}
	if old.GetDeletionTimestamp() != nil && !forced(options) {
		return nil
	}
	if !lingers(old, options) {
		s.remove(t, old)
		return nil
	}
	o := clone(old)
	at := now()
	o.SetDeletionTimestamp(&at)
	s.stamp(o)
	t.objects[name] = o
	s.emit(t, watch.Modified, o)
	return nil
}

func forced(options metav1.DeleteOptions) bool {
	return options.GracePeriodSeconds != nil && *options.GracePeriodSeconds == 0
}

// lingers reports whether an object stays for a while when it is deleted: one with
// finalizers, and a pod that has a node and may still run.
func lingers(o object, options metav1.DeleteOptions) bool {
	if pod, ok := o.(*v1.Pod); ok && !forced(options) {
		ended := pod.Status.Phase == v1.PodFailed || pod.Status.Phase == v1.PodSucceeded
		return pod.Spec.NodeName != "" && !ended
	}
	return len(o.GetFinalizers()) > 0
}

// watcher is somebody who watches a table, or one object of it.
type watcher struct {
	server *server
	table  *table
	name   string // of the one object; "" for all
	from   int64  // the version that it has already seen
	events chan watch.Event
	done   chan struct{}
	once   sync.Once
}

// watch begins to watch a table, from a version on. A table that the server does not
// keep has nothing to tell.
func (s *server) watch(t *table, name string, from int64) watch.Interface {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &watcher{server: s, table: t, name: name, from: from, events: make(chan watch.Event, 100), done: make(chan struct{})}
	if t != nil {
		t.watchers = append(t.watchers, w)
	}
	return w
}

// ResultChan implements [watch.Interface].
func (w *watcher) ResultChan() <-chan watch.Event { return w.events }

// Stop implements [watch.Interface].
func (w *watcher) Stop() {
	w.once.Do(func() { close(w.done) }) // before the lock: whoever delivers holds it
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	if w.table != nil {
		w.table.watchers = slices.DeleteFunc(w.table.watchers, func(other *watcher) bool { return other == w })
	}
}

// emit tells those who watch a table: who waits for one object at once, the others
// when the lag has passed.
func (s *server) emit(t *table, what watch.EventType, o object) {
	event := watch.Event{Type: what, Object: o}
	for _, w := range t.watchers {
		if w.name != "" && w.name == o.GetName() {
			w.send(event)
		}
	}
	t.pending, t.due = append(t.pending, event), append(t.due, time.Now().Add(lag))
	time.AfterFunc(lag, func() { s.deliver(t) })
}

// deliver delivers the events of a table that are due, in their order, whichever timer
// came first.
func (s *server) deliver(t *table) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at := time.Now(); len(t.due) > 0 && !t.due[0].After(at); t.pending, t.due = t.pending[1:], t.due[1:] {
		for _, w := range t.watchers {
			if w.name == "" && versionOf(t.pending[0].Object.(object)) > w.from {
				w.send(t.pending[0])
			}
		}
	}
}

// send waits for room: whoever watches takes its events without asking the server
// anything.
func (w *watcher) send(event watch.Event) {
	select {
	case w.events <- event:
	case <-w.done:
	}
}

func versionOf(o object) int64 {
	n, _ := strconv.ParseInt(o.GetResourceVersion(), 10, 64)
	return n
}
