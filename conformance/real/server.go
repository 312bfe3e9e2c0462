package real

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	apps "k8s.io/api/apps/v1"
	policy "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/ordinal-sim/ordinal/conformance/scenario"
)

// namespace is where everything lives.
const namespace = "default"

// object is a Kubernetes object.
type object interface {
	metav1.Object
	runtime.Object
}

// server is an API server: tables of objects, and what it does when one is written.
//
// Objects in the tables are never changed in place: what comes in and what goes out
// are copies, or are treated as read-only.
type server struct {
	mu      sync.Mutex
	version int64 // the resource version of the last write
	lastUID int

	sets, pods, claims, revisions *table
	deployments, replicaSets      *table
	budgets                       *table
	controllers                   *table // ReplicationControllers: there are none

	faults  []fault         // what is to fail
	refused map[string]bool // what always fails
}

// table holds the objects of one kind.
type table struct {
	resource schema.GroupResource
	// lag is how long its watch events take. Those of pods and sets, which make the
	// controller look, come after those that do not.
	lag     time.Duration
	objects map[string]object
	lives   scenario.Lives // how many objects of each name there have been

	watchers []*watcher
	pending  []watch.Event // not yet delivered, the oldest first
	due      []time.Time   // when
}

// The lags of watches, and how long a sync waits before it reads: see informers.go.
const (
	lagOfClaims = 1 * time.Millisecond
	lagOfSets   = 2 * time.Millisecond
	lagOfPods   = 3 * time.Millisecond
	syncPause   = 4 * time.Millisecond
)

func newServer() *server {
	newTable := func(group, resource string, lag time.Duration) *table {
		return &table{
			resource: schema.GroupResource{Group: group, Resource: resource}, lag: lag,
			objects: map[string]object{}, lives: scenario.Lives{},
		}
	}
	return &server{
		version:   1,
		sets:      newTable(apps.GroupName, "statefulsets", lagOfSets),
		pods:      newTable("", "pods", lagOfPods),
		claims:    newTable("", "persistentvolumeclaims", lagOfClaims),
		revisions: newTable(apps.GroupName, "controllerrevisions", lagOfClaims),

		deployments: newTable(apps.GroupName, "deployments", lagOfSets),
		replicaSets: newTable(apps.GroupName, "replicasets", lagOfSets),

		controllers: newTable("", "replicationcontrollers", lagOfClaims),

		budgets: newTable(policy.GroupName, "poddisruptionbudgets", lagOfSets),

		refused: map[string]bool{},
	}
}

// table finds the table of a resource; nil if the server does not keep it.
func (s *server) table(resource string) *table {
	for _, t := range []*table{s.sets, s.pods, s.claims, s.revisions, s.deployments, s.replicaSets, s.budgets, s.controllers} {
		if t.resource.Resource == resource {
			return t
		}
	}
	return nil
}

// names are the names of the objects, in order.
func (t *table) names() []string { return slices.Sorted(maps.Keys(t.objects)) }

// namesOf are the names of a table's objects, in order.
func (s *server) namesOf(t *table) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.names()
}

// livesOf are how many objects of each name there have been in a table.
func (s *server) livesOf(t *table) scenario.Lives {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(t.lives)
}

// get finds an object, which the caller must not change.
func (s *server) get(t *table, name string) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.find(name)
}

func (t *table) find(name string) (object, error) {
	if o, ok := t.objects[name]; ok {
		return o, nil
	}
	return nil, apierrors.NewNotFound(t.resource, name)
}

// list copies all objects of a table, by name, with the version that they are of.
func (s *server) list(t *table) (objects []object, version int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range t.names() {
		objects = append(objects, clone(t.objects[name]))
	}
	return objects, s.version
}

func clone[T object](o T) T { return o.DeepCopyObject().(T) }

// lastVersion is the resource version of the last write.
func (s *server) lastVersion() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// stamp gives an object that is about to be written its resource version.
func (s *server) stamp(o object) {
	s.version++
	o.SetResourceVersion(strconv.FormatInt(s.version, 10))
}

// create stores a new object and returns it as stored.
func (s *server) create(t *table, o object) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o = clone(o)
	s.lastUID++
	if o.GetName() == "" {
		o.SetName(fmt.Sprintf("%s%05d", o.GetGenerateName(), s.lastUID))
	}
	if _, taken := t.objects[o.GetName()]; taken {
		return nil, apierrors.NewAlreadyExists(t.resource, o.GetName())
	}
	o.SetNamespace(namespace)
	o.SetUID(types.UID(fmt.Sprintf("uid-%d", s.lastUID)))
	o.SetCreationTimestamp(metav1.Now())
	if o.GetGenerateName() != "" { // those of one instant are told apart by nothing but chance
		o.SetCreationTimestamp(metav1.NewTime(time.Now().Add(time.Duration(s.lastUID))))
	}
	prepareCreate(o)
	s.stamp(o)
	t.objects[o.GetName()] = o
	t.lives[o.GetName()]++
	s.emit(t, watch.Added, o)
	return o, nil
}

// update stores a changed object and returns it as stored. An object that claims to
// be of another version than the stored one conflicts. What is not the subresource's
// to change stays; if nothing is left of the change, nothing is written.
func (s *server) update(t *table, o object, subresource string) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := t.find(o.GetName())
	if err != nil {
		return nil, err
	}
	if v := o.GetResourceVersion(); v != "" && v != old.GetResourceVersion() || o.GetUID() != "" && o.GetUID() != old.GetUID() {
		return nil, apierrors.NewConflict(t.resource, o.GetName(), fmt.Errorf("the object has been modified"))
	}
	o = clone(o)
	if err := prepareUpdate(o, old, subresource); err != nil {
		return nil, err
	}
	return s.replace(t, old, o), nil
}

// replace stores a new version of an object if it differs from the old one. One that
// is being deleted and has lost its last finalizer goes.
func (s *server) replace(t *table, old, o object) object {
	if same(old, o) {
		return old
	}
	if o.GetDeletionTimestamp() != nil && len(old.GetFinalizers()) > 0 && len(o.GetFinalizers()) == 0 {
		s.remove(t, o)
		return o
	}
	s.stamp(o)
	t.objects[o.GetName()] = o
	s.emit(t, watch.Modified, o)
	return o
}

// edit changes an object as its owner, the API server, may: nothing is checked.
func (s *server) edit(t *table, name string, change func(object)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, err := t.find(name); err == nil {
		o := clone(old)
		change(o)
		s.replace(t, old, o)
	}
}

// remove takes an object away. Its last event carries a version of its own, as the
// real one does.
func (s *server) remove(t *table, o object) {
	delete(t.objects, o.GetName())
	o = clone(o)
	s.stamp(o)
	s.emit(t, watch.Deleted, o)
}

// delete begins the end of an object.
func (s *server) delete(t *table, name string, options metav1.DeleteOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := t.find(name)
	if err != nil {
		return err
	}
	if p := options.Preconditions; p != nil && p.UID != nil && *p.UID != old.GetUID() {
		return apierrors.NewConflict(t.resource, name, fmt.Errorf("the UID in the precondition (%s) is not that of the object (%s)", *p.UID, old.GetUID()))
	}
	if old.GetDeletionTimestamp() != nil && !forced(options) {
		return nil
	}
	o := clone(old)
	if !lingers(o, options) {
		s.remove(t, o)
		return nil
	}
	now := metav1.Now()
	o.SetDeletionTimestamp(&now)
	if old.GetDeletionTimestamp() == nil && o.GetGeneration() > 0 {
		o.SetGeneration(o.GetGeneration() + 1) // apiserver pkg/registry/generic/registry/store.go, markAsDeleting
	}
	s.replace(t, old, o)
	return nil
}
