package endpoints

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

// How long after it is written an object reaches whoever watches.
const (
	lag       = 2 * time.Millisecond // of pods, Services and nodes
	lagSlices = 5 * time.Millisecond
)

// object is a Kubernetes object.
type object interface {
	metav1.Object
	runtime.Object
}

// api is an API server as far as the controller can tell: names, UIDs, versions and
// generations, and watches that lag. Stored objects are never changed in place.
type api struct {
	mu      sync.Mutex
	version int64
	uids    int
	tables  map[string]*table
	onWrite func(service types.NamespacedName) // slices of it have changed; called with the lock held
}

// table holds the objects of one resource by "namespace/name".
type table struct {
	resource schema.GroupResource
	lag      time.Duration
	objects  map[string]object
	watchers []*watcher
	pending  []watch.Event
	due      []time.Time
}

func newAPI() *api {
	a := &api{version: 1, tables: map[string]*table{}}
	for resource, lag := range map[string]time.Duration{"pods": lag, "services": lag, "nodes": lag, "endpointslices": lagSlices} {
		a.tables[resource] = &table{resource: schema.GroupResource{Resource: resource}, lag: lag, objects: map[string]object{}}
	}
	return a
}

func keyOf(namespace, name string) string { return namespace + "/" + name }

// put stores an object as the user does who applies it: the UID stays as long as the
// object does, unless the user brings one. It returns the object as stored.
func (a *api) put(resource string, o object) object {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.tables[resource]
	old, exists := t.objects[keyOf(o.GetNamespace(), o.GetName())]
	o = o.DeepCopyObject().(object)
	switch {
	case exists:
		o.SetUID(old.GetUID())
		return a.store(t, watch.Modified, o)
	case o.GetUID() == "":
		a.uids++
		o.SetUID(types.UID("uid-" + strconv.Itoa(a.uids)))
	}
	return a.store(t, watch.Added, o)
}

func (a *api) store(t *table, what watch.EventType, o object) object {
	a.version++
	o.SetResourceVersion(strconv.FormatInt(a.version, 10))
	t.objects[keyOf(o.GetNamespace(), o.GetName())] = o
	t.emit(a, what, o)
	return o
}

// drop takes an object away, and those that it owns: the slices of a Service.
func (a *api) drop(resource, key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	gone := a.remove(a.tables[resource], key)
	if gone == nil || resource != "services" {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(a.tables["endpointslices"].objects)) {
		if slice := a.tables["endpointslices"].objects[key]; metav1.IsControlledBy(slice, gone) {
			a.remove(a.tables["endpointslices"], key)
		}
	}
}

func (a *api) remove(t *table, key string) object {
	o, ok := t.objects[key]
	if !ok {
		return nil
	}
	delete(t.objects, key)
	a.version++
	o = o.DeepCopyObject().(object)
	o.SetResourceVersion(strconv.FormatInt(a.version, 10))
	t.emit(a, watch.Deleted, o)
	return o
}

// dropSlices deletes the slices of a Service, as somebody might by hand.
func (a *api) dropSlices(service string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, slice := range a.slicesOf(service) {
		a.remove(a.tables["endpointslices"], keyOf(slice.Namespace, slice.Name))
	}
}

// slicesOf are the slices of a Service, by name.
func (a *api) slicesOf(service string) (out []*discovery.EndpointSlice) {
	t := a.tables["endpointslices"]
	for _, key := range slices.Sorted(maps.Keys(t.objects)) {
		if slice := t.objects[key].(*discovery.EndpointSlice); keyOf(slice.Namespace, slice.Labels[discovery.LabelServiceName]) == service {
			out = append(out, slice)
		}
	}
	return out
}

// client is client-go's fake client with the server behind it.
func (a *api) client() *fake.Clientset {
	c := &fake.Clientset{}
	c.AddReactor("*", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
		o, err := a.react(action)
		return true, o, err
	})
	c.AddWatchReactor("*", func(action clienttesting.Action) (bool, watch.Interface, error) {
		from, err := strconv.ParseInt(action.(clienttesting.WatchActionImpl).ListOptions.ResourceVersion, 10, 64)
		return true, a.watch(a.tables[action.GetResource().Resource], from), err
	})
	return c
}

func (a *api) react(action clienttesting.Action) (runtime.Object, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.tables[action.GetResource().Resource]
	if t == nil { // Kubernetes events: nobody reads them
		return &corev1.Event{}, nil
	}
	switch act := action.(type) {
	case clienttesting.ListActionImpl:
		return a.list(t), nil
	case clienttesting.CreateActionImpl:
		return a.createSlice(t, act.Object.DeepCopyObject().(*discovery.EndpointSlice))
	case clienttesting.UpdateActionImpl:
		return a.updateSlice(t, act.Object.DeepCopyObject().(*discovery.EndpointSlice))
	case clienttesting.DeleteActionImpl:
		gone := a.remove(t, keyOf(act.Namespace, act.Name))
		if gone == nil {
			return nil, apierrors.NewNotFound(t.resource, act.Name)
		}
		a.wrote(gone.(*discovery.EndpointSlice))
		return nil, nil
	default:
		panic("endpoints: nobody has thought of " + action.GetVerb())
	}
}

func (a *api) createSlice(t *table, o *discovery.EndpointSlice) (runtime.Object, error) {
	a.uids++
	o.UID, o.Generation = types.UID("uid-"+strconv.Itoa(a.uids)), 1
	o.Name = o.GenerateName + strconv.Itoa(a.uids)
	a.store(t, watch.Added, o)
	a.wrote(o)
	return o.DeepCopy(), nil
}

// updateSlice stores a slice. The generation counts its changes.
//
// Source: pkg/registry/discovery/endpointslice/strategy.go, PrepareForUpdate.
func (a *api) updateSlice(t *table, o *discovery.EndpointSlice) (runtime.Object, error) {
	found, ok := t.objects[keyOf(o.Namespace, o.Name)]
	if !ok {
		return nil, apierrors.NewNotFound(t.resource, o.Name)
	}
	old := found.(*discovery.EndpointSlice)
	o.UID, o.Generation = old.UID, old.Generation
	before, after := *old, *o
	before.ObjectMeta, after.ObjectMeta = metav1.ObjectMeta{Labels: old.Labels}, metav1.ObjectMeta{Labels: o.Labels}
	if !apiequality.Semantic.DeepEqual(before, after) {
		o.Generation++
	}
	a.store(t, watch.Modified, o)
	a.wrote(o)
	return o.DeepCopy(), nil
}

// wrote tells that the controller has changed slices of a Service.
func (a *api) wrote(slice *discovery.EndpointSlice) {
	a.onWrite(types.NamespacedName{Namespace: slice.Namespace, Name: slice.Labels[discovery.LabelServiceName]})
}

// list is what an informer begins with.
func (a *api) list(t *table) runtime.Object {
	meta := metav1.ListMeta{ResourceVersion: strconv.FormatInt(a.version, 10)}
	switch t.resource.Resource {
	case "pods":
		return &corev1.PodList{ListMeta: meta, Items: items[corev1.Pod](t)}
	case "services":
		return &corev1.ServiceList{ListMeta: meta, Items: items[corev1.Service](t)}
	case "nodes":
		return &corev1.NodeList{ListMeta: meta, Items: items[corev1.Node](t)}
	default:
		return &discovery.EndpointSliceList{ListMeta: meta, Items: items[discovery.EndpointSlice](t)}
	}
}

func items[T any](t *table) (out []T) {
	for _, key := range slices.Sorted(maps.Keys(t.objects)) {
		out = append(out, *any(t.objects[key].DeepCopyObject()).(*T))
	}
	return out
}

// watcher is somebody who watches a table.
type watcher struct {
	api    *api
	table  *table
	from   int64 // the version that it has already seen
	events chan watch.Event
	done   chan struct{}
	once   sync.Once
}

func (a *api) watch(t *table, from int64) watch.Interface {
	a.mu.Lock()
	defer a.mu.Unlock()
	w := &watcher{api: a, table: t, from: from, events: make(chan watch.Event, 100), done: make(chan struct{})}
	t.watchers = append(t.watchers, w)
	return w
}

// ResultChan implements [watch.Interface].
func (w *watcher) ResultChan() <-chan watch.Event { return w.events }

// Stop implements [watch.Interface].
func (w *watcher) Stop() {
	w.once.Do(func() { close(w.done) }) // before the lock: whoever delivers holds it
	w.api.mu.Lock()
	defer w.api.mu.Unlock()
	w.table.watchers = slices.DeleteFunc(w.table.watchers, func(other *watcher) bool { return other == w })
}

// emit sends an event when the lag of the table has passed. The object is a copy of its
// own, as it would be after its way over the network.
func (t *table) emit(a *api, what watch.EventType, o object) {
	t.pending = append(t.pending, watch.Event{Type: what, Object: o.DeepCopyObject()})
	t.due = append(t.due, time.Now().Add(t.lag))
	time.AfterFunc(t.lag, func() { a.deliver(t) })
}

func (a *api) deliver(t *table) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	for len(t.due) > 0 && !t.due[0].After(now) {
		event := t.pending[0]
		t.pending, t.due = t.pending[1:], t.due[1:]
		version, _ := strconv.ParseInt(event.Object.(object).GetResourceVersion(), 10, 64)
		for _, w := range t.watchers {
			if version <= w.from {
				continue
			}
			select {
			case w.events <- event:
			case <-w.done:
			}
		}
	}
}

// TestAPI holds the manners on which the controller relies.
func TestAPI(t *testing.T) {
	a := newAPI()
	wrote := 0
	a.onWrite = func(types.NamespacedName) { wrote++ }
	svc := a.put("services", &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "nginx"}})
	again := a.put("services", &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "nginx"}})
	if svc.GetUID() != again.GetUID() || svc.GetResourceVersion() == again.GetResourceVersion() {
		t.Error("an object that is replaced keeps its UID and gets another version")
	}
	slice := &discovery.EndpointSlice{ObjectMeta: metav1.ObjectMeta{
		Namespace: "default", GenerateName: "nginx-", Labels: map[string]string{discovery.LabelServiceName: "nginx"},
		OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(svc, corev1.SchemeGroupVersion.WithKind("Service"))},
	}}
	created, _ := a.createSlice(a.tables["endpointslices"], slice)
	same, _ := a.updateSlice(a.tables["endpointslices"], created.(*discovery.EndpointSlice).DeepCopy())
	changed := same.(*discovery.EndpointSlice).DeepCopy()
	changed.Endpoints = []discovery.Endpoint{{Addresses: []string{"10.1.0.1"}}}
	after, _ := a.updateSlice(a.tables["endpointslices"], changed)
	var generations []string
	for _, o := range []runtime.Object{created, same, after} {
		generations = append(generations, strconv.FormatInt(o.(object).GetGeneration(), 10))
	}
	if got := strings.Join(generations, " "); got != "1 1 2" {
		t.Errorf("the generation counts changes: %s", got)
	}
	a.drop("services", "default/nginx")
	if len(a.slicesOf("default/nginx")) != 0 || wrote != 3 {
		t.Error("slices go with the Service that owns them, and the controller wrote three times")
	}
}
