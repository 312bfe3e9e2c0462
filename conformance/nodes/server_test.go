package nodes

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	apps "k8s.io/api/apps/v1"
	coordination "k8s.io/api/coordination/v1"
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	corev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	clienttesting "k8s.io/client-go/testing"
)

// Watch events of nodes come late, and one after the other: see the package comment.
const (
	lagOfNodes = time.Microsecond
	apart      = 10 * time.Nanosecond
)

type object interface {
	metav1.Object
	runtime.Object
}

// server is an API server for nodes, leases and pods. It notes what controllers write.
type server struct {
	mu      sync.Mutex
	begin   time.Time
	version int64
	tables  map[string]*table
	notes   []note
}

type table struct {
	kind     string
	lag      time.Duration
	objects  map[string]object
	watchers []*watcher
	pending  []watch.Event
	due      []time.Time
}

func newServer() *server {
	s := &server{begin: time.Now(), tables: map[string]*table{}}
	for kind, lag := range map[string]time.Duration{"nodes": lagOfNodes, "leases": 0, "pods": 0, "daemonsets": 0} {
		s.tables[kind] = &table{kind: kind, lag: lag, objects: map[string]object{}}
	}
	return s
}

// note notes what a controller does now.
func (s *server) note(format string, args ...any) {
	s.notes = append(s.notes, note{time.Since(s.begin).Truncate(grain), fmt.Sprintf(format, args...)})
}

// stored is an object as it comes back from storage: its times in seconds.
func stored[T object](o T) T {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	out := emptyLike(o).(T)
	if err := json.Unmarshal(text, out); err != nil {
		panic(err)
	}
	return out
}

func emptyLike(o object) object {
	switch o.(type) {
	case *v1.Node:
		return &v1.Node{}
	case *v1.Pod:
		return &v1.Pod{}
	case *coordination.Lease:
		return &coordination.Lease{}
	default:
		panic(fmt.Sprintf("nodes: nobody stores a %T", o))
	}
}

// put stores an object, new or changed. The caller holds the lock.
func (s *server) put(t *table, o object) object {
	o = stored(o)
	s.version++
	o.SetResourceVersion(strconv.FormatInt(s.version, 10))
	what := watch.Modified
	if t.objects[o.GetName()] == nil {
		what = watch.Added
	}
	t.objects[o.GetName()] = o
	s.emit(t, what, o)
	return o
}

// remove takes an object away. The caller holds the lock.
func (s *server) remove(t *table, name string) {
	o := t.objects[name]
	if o == nil {
		return
	}
	delete(t.objects, name)
	o = o.DeepCopyObject().(object)
	s.version++
	o.SetResourceVersion(strconv.FormatInt(s.version, 10))
	s.emit(t, watch.Deleted, o)
}

// write lets the test itself change something.
func (s *server) write(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *server) get(t *table, name string) (object, error) {
	if o, ok := t.objects[name]; ok {
		return o, nil
	}
	return nil, apierrors.NewNotFound(schema.GroupResource{Resource: t.kind}, name)
}

// react does what a controller asks for.
func (s *server) react(action clienttesting.Action) (runtime.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[action.GetResource().Resource]
	if t == nil {
		return &v1.Event{}, nil
	}
	switch a := action.(type) {
	case clienttesting.ListActionImpl:
		return s.list(t), nil
	case clienttesting.GetActionImpl:
		return copied(s.get(t, a.Name))
	case clienttesting.UpdateActionImpl:
		return copied(s.updateStatus(t, a.Object.(object), a.Subresource))
	case clienttesting.PatchActionImpl:
		return copied(s.patch(t, a.Name, a.Patch))
	case clienttesting.DeleteActionImpl:
		return nil, s.delete(a.Name, a.DeleteOptions)
	default:
		panic(fmt.Sprintf("nodes: nobody has thought of %s %s", action.GetVerb(), t.kind))
	}
}

func copied(o object, err error) (runtime.Object, error) {
	if err != nil {
		return nil, err
	}
	return o.DeepCopyObject(), nil
}

func (s *server) list(t *table) runtime.Object {
	meta := metav1.ListMeta{ResourceVersion: strconv.FormatInt(s.version, 10)}
	switch t.kind {
	case "nodes":
		out := &v1.NodeList{ListMeta: meta}
		for _, o := range t.objects {
			out.Items = append(out.Items, *o.(*v1.Node).DeepCopy())
		}
		return out
	case "pods":
		out := &v1.PodList{ListMeta: meta}
		for _, o := range t.objects {
			out.Items = append(out.Items, *o.(*v1.Pod).DeepCopy())
		}
		return out
	case "leases":
		out := &coordination.LeaseList{ListMeta: meta}
		for _, o := range t.objects {
			out.Items = append(out.Items, *o.(*coordination.Lease).DeepCopy())
		}
		return out
	default:
		return &apps.DaemonSetList{ListMeta: meta}
	}
}

// updateStatus is an update of a status: the rest of what is given does not count.
func (s *server) updateStatus(t *table, given object, subresource string) (object, error) {
	old, err := s.get(t, given.GetName())
	if err != nil {
		return nil, err
	}
	if subresource != "status" {
		panic("nodes: a controller updates a " + t.kind + " itself")
	}
	o := old.DeepCopyObject().(object)
	switch o := o.(type) {
	case *v1.Node:
		o.Status = given.(*v1.Node).Status
	case *v1.Pod:
		// A conflict would have the controller try again a while later, at an instant that
		// nobody can predict: so it changes the conditions that it has, and drops none.
		for _, c := range given.(*v1.Pod).Status.Conditions {
			at := slices.IndexFunc(o.Status.Conditions, func(u v1.PodCondition) bool { return u.Type == c.Type })
			if at < 0 {
				o.Status.Conditions = append(o.Status.Conditions, c)
			} else {
				o.Status.Conditions[at] = c
			}
		}
	}
	return s.replace(t, old, o), nil
}

// replace stores what a controller has made of an object, and notes what that is.
func (s *server) replace(t *table, old, o object) object {
	switch o := o.(type) {
	case *v1.Node:
		s.noteNode(old.(*v1.Node), stored(o))
	case *v1.Pod:
		before, after := readyOf(old.(*v1.Pod)), readyOf(o)
		if before != after {
			s.note("%s is Ready=%s", o.Name, after)
		}
	}
	return s.put(t, o)
}

func readyOf(p *v1.Pod) v1.ConditionStatus {
	for _, c := range p.Status.Conditions {
		if c.Type == v1.PodReady {
			return c.Status
		}
	}
	return ""
}

// noteNode notes how a node has changed.
func (s *server) noteNode(old, o *v1.Node) {
	if before, after := conditionsOf(old), conditionsOf(o); before != after {
		s.note("%s: %s", o.Name, after)
	}
	for _, taint := range o.Spec.Taints {
		at := slices.IndexFunc(old.Spec.Taints, func(u v1.Taint) bool { return u.MatchTaint(&taint) })
		switch {
		case at < 0:
			s.note("%s +%s", o.Name, taintText(taint))
		case !taint.TimeAdded.Equal(old.Spec.Taints[at].TimeAdded):
			s.note("%s ~%s", o.Name, taintText(taint))
		}
	}
	for _, taint := range old.Spec.Taints {
		if !slices.ContainsFunc(o.Spec.Taints, func(u v1.Taint) bool { return u.MatchTaint(&taint) }) {
			s.note("%s -%s", o.Name, taintText(taint))
		}
	}
}

func taintText(t v1.Taint) string {
	return strings.TrimPrefix(t.Key, "node.kubernetes.io/") + ":" + string(t.Effect)
}

// conditionsOf are a node's conditions with their reasons and words.
func conditionsOf(n *v1.Node) string {
	var out []string
	for _, c := range n.Status.Conditions {
		out = append(out, fmt.Sprintf("%s=%s (%s: %s)", c.Type, c.Status, c.Reason, c.Message))
	}
	return strings.Join(out, ", ")
}

// patch applies a strategic merge patch. One that says of which version it is conflicts with
// another.
func (s *server) patch(t *table, name string, patch []byte) (object, error) {
	old, err := s.get(t, name)
	if err != nil {
		return nil, err
	}
	var of metav1.PartialObjectMetadata
	if err := json.Unmarshal(patch, &of); err != nil {
		return nil, err
	}
	if v := of.ResourceVersion; v != "" && v != old.GetResourceVersion() {
		return nil, apierrors.NewConflict(schema.GroupResource{Resource: t.kind}, name, fmt.Errorf("the object has been modified"))
	}
	before, err := json.Marshal(old)
	if err != nil {
		return nil, err
	}
	o := emptyLike(old)
	after, err := strategicpatch.StrategicMergePatch(before, patch, o)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(after, o); err != nil {
		return nil, err
	}
	return s.replace(t, old, o), nil
}

// delete deletes a pod for a controller.
func (s *server) delete(name string, options metav1.DeleteOptions) error {
	pods := s.tables["pods"]
	o, err := s.get(pods, name)
	if err != nil {
		return err
	}
	pod := o.DeepCopyObject().(*v1.Pod)
	force := options.GracePeriodSeconds != nil && *options.GracePeriodSeconds == 0
	if pod.DeletionTimestamp != nil && !force {
		return nil // how often it is asked for again depends on what is heard of together
	}
	how := "gracefully"
	if force {
		how = "by force"
	}
	target := ""
	for _, c := range pod.Status.Conditions {
		if c.Type == v1.DisruptionTarget {
			target = fmt.Sprintf("; %s: %s", c.Reason, c.Message)
		}
	}
	s.note("%s is deleted %s, %s%s", name, how, pod.Status.Phase, target)
	if force {
		s.remove(pods, name)
		return nil
	}
	now := metav1.Now()
	pod.DeletionTimestamp = &now
	s.put(pods, pod)
	return nil
}

// watcher is somebody who watches a table.
type watcher struct {
	server *server
	table  *table
	events chan watch.Event
	done   chan struct{}
	once   sync.Once
}

func (w *watcher) ResultChan() <-chan watch.Event { return w.events }

func (w *watcher) Stop() {
	w.once.Do(func() { close(w.done) })
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	w.table.watchers = slices.DeleteFunc(w.table.watchers, func(o *watcher) bool { return o == w })
}

func (s *server) watch(kind string) watch.Interface {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[kind]
	w := &watcher{server: s, table: t, events: make(chan watch.Event, 1000), done: make(chan struct{})}
	t.watchers = append(t.watchers, w)
	return w
}

// emit tells those who watch. The caller holds the lock.
func (s *server) emit(t *table, what watch.EventType, o object) {
	t.pending = append(t.pending, watch.Event{Type: what, Object: o})
	if t.lag == 0 {
		t.due = append(t.due, time.Now())
		s.deliver(t)
		return
	}
	due := time.Now().Add(t.lag)
	if n := len(t.due); n > 0 && !t.due[n-1].Before(due) {
		due = t.due[n-1].Add(apart)
	}
	t.due = append(t.due, due)
	time.AfterFunc(time.Until(due), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.deliver(t)
	})
}

// deliver delivers the events that are due, in their order.
func (s *server) deliver(t *table) {
	for len(t.due) > 0 && !t.due[0].After(time.Now()) {
		event := t.pending[0]
		t.pending, t.due = t.pending[1:], t.due[1:]
		for _, w := range t.watchers {
			select {
			case w.events <- event:
			case <-w.done:
			}
		}
	}
}

// client is client-go's fake with the server behind it.
type client struct {
	*fake.Clientset
}

func newClient(s *server) client {
	c := &fake.Clientset{}
	c.AddReactor("*", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
		o, err := s.react(action)
		return true, o, err
	})
	c.AddWatchReactor("*", func(action clienttesting.Action) (bool, watch.Interface, error) {
		return true, s.watch(action.GetResource().Resource), nil
	})
	return client{c}
}

// CoreV1 implements kubernetes.Interface: the node lifecycle controller posts its
// events past the fake.
func (c client) CoreV1() corev1.CoreV1Interface { return core{c.Clientset.CoreV1()} }

type core struct{ corev1.CoreV1Interface }

// RESTClient implements [corev1.CoreV1Interface]: everything that is posted is accepted.
func (core) RESTClient() rest.Interface {
	accept := roundTripper(func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: http.StatusCreated, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(`{"kind":"Event","apiVersion":"v1"}`)),
		}, nil
	})
	c, err := rest.NewRESTClient(&url.URL{Scheme: "http", Host: "nobody"}, "/api/v1", rest.ClientContentConfig{
		ContentType: "application/json", GroupVersion: v1.SchemeGroupVersion,
		Negotiator: runtime.NewClientNegotiator(scheme.Codecs.WithoutConversion(), v1.SchemeGroupVersion),
	}, nil, &http.Client{Transport: accept})
	if err != nil {
		panic(err)
	}
	return c
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
