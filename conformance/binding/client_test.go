package binding

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/testing"
)

// newClient is client-go's fake client with the server behind it.
func newClient(s *server) *fake.Clientset {
	c := &fake.Clientset{}
	c.AddReactor("*", "*", func(action testing.Action) (bool, runtime.Object, error) {
		if action.GetResource().Resource == "events" {
			o, err := s.hear(action)
			return true, o, err
		}
		o, err := s.react(action)
		return true, o, err
	})
	c.AddWatchReactor("*", func(action testing.Action) (bool, watch.Interface, error) {
		options := action.(testing.WatchActionImpl).ListOptions
		from, _ := strconv.ParseInt(options.ResourceVersion, 10, 64)
		_, name, _ := strings.Cut(options.FieldSelector, "metadata.name=")
		return true, s.watch(s.table(action.GetResource().Resource), name, from), nil
	})
	return c
}

// react does what the client asks for.
func (s *server) react(action testing.Action) (runtime.Object, error) {
	t := s.table(action.GetResource().Resource)
	if t == nil {
		panic(fmt.Sprintf("binding: nobody keeps %s", action.GetResource().Resource))
	}
	switch a := action.(type) {
	case testing.ListActionImpl:
		objects, version := s.list(t)
		return listObject(t, objects, version), nil
	case testing.GetActionImpl:
		return reply(s.get(t, a.Name))
	case testing.CreateActionImpl:
		return reply(s.create(t, a.Object.(object)))
	case testing.UpdateActionImpl:
		return reply(s.update(t, a.Object.(object), a.Subresource))
	case testing.PatchActionImpl:
		return reply(s.patch(t, a.Name, a.Subresource, a.Patch))
	case testing.DeleteActionImpl:
		return nil, s.delete(t, a.Name, a.DeleteOptions)
	default:
		panic(fmt.Sprintf("binding: nobody has thought of %s %s", action.GetVerb(), t.resource))
	}
}

// reply is a copy for the client to keep.
func reply(o object, err error) (runtime.Object, error) {
	if err != nil {
		return nil, err
	}
	return o.DeepCopyObject(), nil
}

// patch applies a strategic merge patch.
func (s *server) patch(t *table, name, subresource string, patch []byte) (object, error) {
	old, err := s.get(t, name)
	if err != nil {
		return nil, err
	}
	patched, err := patched(old, patch)
	if err != nil {
		return nil, err
	}
	return s.update(t, patched, subresource)
}

func patched[T object](old T, patch []byte) (T, error) {
	var none T
	before, err := json.Marshal(old)
	if err != nil {
		return none, err
	}
	after, err := strategicpatch.StrategicMergePatch(before, patch, old)
	if err != nil {
		return none, err
	}
	o := reflect.New(reflect.TypeOf(old).Elem()).Interface().(T)
	return o, json.Unmarshal(after, o)
}

// hear notes an event that a controller records. An event that repeats comes as a patch
// of its count.
func (s *server) hear(action testing.Action) (runtime.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var event *v1.Event
	switch a := action.(type) {
	case testing.CreateActionImpl:
		event = a.Object.(*v1.Event).DeepCopy()
		event.Name += "." + strconv.Itoa(len(s.events)) // two of one instant have one name
	case testing.PatchActionImpl:
		event = s.recorded(a.Name)
		if event == nil {
			return nil, fmt.Errorf("nobody has recorded the event %s", a.Name)
		}
		var err error
		if event, err = patched(event, a.Patch); err != nil {
			return nil, err
		}
	default:
		panic("binding: nobody has thought of " + action.GetVerb() + " events")
	}
	kind := map[string]string{"PersistentVolumeClaim": "pvc/", "PersistentVolume": "pv/"}[event.InvolvedObject.Kind]
	s.events = append(s.events, heard{
		target: kind + event.InvolvedObject.Name,
		line:   fmt.Sprintf("%s %s: %s", event.Type, event.Reason, event.Message),
		event:  event,
	})
	return event, nil
}

// recorded is the last state of an event of a name.
func (s *server) recorded(name string) *v1.Event {
	for i := len(s.events) - 1; i >= 0; i-- {
		if s.events[i].event.Name == name {
			return s.events[i].event
		}
	}
	return nil
}

// listObject is the list that an informer begins with.
func listObject(t *table, objects []object, version int64) runtime.Object {
	meta := metav1.ListMeta{ResourceVersion: strconv.FormatInt(version, 10)}
	switch t.resource.Resource {
	case "pods":
		return &v1.PodList{ListMeta: meta, Items: items[v1.Pod](objects)}
	case "persistentvolumeclaims":
		return &v1.PersistentVolumeClaimList{ListMeta: meta, Items: items[v1.PersistentVolumeClaim](objects)}
	case "persistentvolumes":
		return &v1.PersistentVolumeList{ListMeta: meta, Items: items[v1.PersistentVolume](objects)}
	case "storageclasses":
		return &storagev1.StorageClassList{ListMeta: meta, Items: items[storagev1.StorageClass](objects)}
	case "csinodes":
		return &storagev1.CSINodeList{ListMeta: meta}
	case "csidrivers":
		return &storagev1.CSIDriverList{ListMeta: meta}
	case "csistoragecapacities":
		return &storagev1.CSIStorageCapacityList{ListMeta: meta}
	default:
		return &v1.NodeList{ListMeta: meta, Items: items[v1.Node](objects)}
	}
}

func items[T any](objects []object) (out []T) {
	for _, o := range objects {
		out = append(out, *any(o).(*T))
	}
	return out
}
