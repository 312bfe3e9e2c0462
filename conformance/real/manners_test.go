package real

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/ordinal-sim/ordinal/conformance/scenario"
)

// newWorld is a server with a set and nobody who controls it.
func newWorld(t *testing.T, spec scenario.Spec) *player {
	t.Helper()
	p := &player{server: newServer(), want: scenario.NewSet(spec)}
	p.createSet()
	return p
}

func (p *player) set(t *testing.T) *apps.StatefulSet {
	t.Helper()
	o, err := p.server.get(p.server.sets, setName)
	require.NoError(t, err)
	return o.(*apps.StatefulSet)
}

func plain() scenario.Spec {
	return scenario.Spec{Replicas: 2, PodManagementPolicy: "OrderedReady", Strategy: "RollingUpdate", MaxUnavailable: "2", RevisionHistoryLimit: 10, Image: "a"}
}

func TestStatusAndSpecAreWrittenApart(t *testing.T) {
	p := newWorld(t, plain())
	s := p.server
	stale := clone(p.set(t))

	set := clone(p.set(t))
	set.Status.Replicas = 1
	set.Spec.MinReadySeconds = 7
	_, err := s.update(s.sets, set, "status")
	require.NoError(t, err)
	require.Equal(t, int32(1), p.set(t).Status.Replicas)
	require.Zero(t, p.set(t).Spec.MinReadySeconds, "a status update does not change the spec")
	require.Equal(t, int64(1), p.set(t).Generation)

	set = clone(p.set(t))
	set.Status.Replicas = 5
	set.Spec.MinReadySeconds = 7
	_, err = s.update(s.sets, set, "")
	require.NoError(t, err)
	require.Equal(t, int32(1), p.set(t).Status.Replicas, "an update does not change the status")
	require.Equal(t, int64(2), p.set(t).Generation)

	version := s.lastVersion()
	_, err = s.update(s.sets, clone(p.set(t)), "")
	require.NoError(t, err)
	require.Equal(t, version, s.lastVersion(), "what changes nothing is not written")

	_, err = s.update(s.sets, stale, "")
	require.True(t, apierrors.IsConflict(err), "%v", err)
}

func TestStatusIsValidated(t *testing.T) {
	p := newWorld(t, plain())
	set := clone(p.set(t))
	set.Status.CurrentReplicas = -1
	_, err := p.server.update(p.server.sets, set, "status")
	require.True(t, apierrors.IsInvalid(err), "%v", err)
	require.ErrorContains(t, err, "status.currentReplicas: Invalid value: -1")
}

// TestMaxUnavailableBelongsToItsGate: without the gate the field is dropped, unless the
// stored set has it.
func TestMaxUnavailableBelongsToItsGate(t *testing.T) {
	off := map[string]bool{scenario.GateMaxUnavailable: false}
	restore := setGates(t, off)
	p := newWorld(t, plain())
	require.Nil(t, p.set(t).Spec.UpdateStrategy.RollingUpdate.MaxUnavailable)
	p.editSet()
	require.Nil(t, p.set(t).Spec.UpdateStrategy.RollingUpdate.MaxUnavailable)
	restore()

	restore = setGates(t, map[string]bool{scenario.GateMaxUnavailable: true})
	p = newWorld(t, plain())
	restore()
	defer setGates(t, off)()
	p.editSet()
	require.Equal(t, "2", p.set(t).Spec.UpdateStrategy.RollingUpdate.MaxUnavailable.String())
}

// TestDeletion: what goes at once and what stays, and that the last event is newer than
// the object was.
func TestDeletion(t *testing.T) {
	now := int64(0)
	for _, c := range []struct {
		name  string
		pod   func(*v1.Pod)
		grace *int64
		stays bool
	}{
		{"without a node", func(*v1.Pod) {}, nil, false},
		{"with a node", func(p *v1.Pod) { p.Spec.NodeName = nodeName }, nil, true},
		{"with a node, forced", func(p *v1.Pod) { p.Spec.NodeName = nodeName }, &now, false},
		{"ended", func(p *v1.Pod) { p.Spec.NodeName, p.Status.Phase = nodeName, v1.PodFailed }, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				w := s.watch(s.pods, 0)
				_, err := s.create(s.pods, &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web-0"}})
				require.NoError(t, err)
				s.edit(s.pods, "web-0", func(o object) { c.pod(o.(*v1.Pod)) })
				require.NoError(t, s.delete(s.pods, "web-0", metav1.DeleteOptions{GracePeriodSeconds: c.grace}))
				o, err := s.get(s.pods, "web-0")
				require.Equal(t, c.stays, err == nil)
				if c.stays {
					require.NotNil(t, o.GetDeletionTimestamp())
				}
				require.Equal(t, c.stays, lastEvent(w, s.lastVersion()) == watch.Modified)
			})
		})
	}
}

// lastEvent waits for the event of a version.
func lastEvent(w watch.Interface, version int64) watch.EventType {
	defer w.Stop()
	for event := range w.ResultChan() {
		if versionOf(event.Object.(object)) == version {
			return event.Type
		}
	}
	return ""
}

// TestCollect: what has lost all owners goes, what has kept one loses the others, and a
// claim waits for the pod that mounts it.
func TestCollect(t *testing.T) {
	p := newWorld(t, plain())
	s := p.server
	owner := func(name, uid string) metav1.OwnerReference {
		return metav1.OwnerReference{Kind: "StatefulSet", Name: name, UID: types.UID(uid)}
	}
	living, dead := owner(setName, string(p.set(t).UID)), owner("gone", "none")
	for name, owners := range map[string][]metav1.OwnerReference{
		"c0-web-0": nil, "c0-web-1": {living, dead}, "c0-web-2": {dead}, "c0-web-3": {dead},
	} {
		_, err := s.create(s.claims, &v1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: name, OwnerReferences: owners}})
		require.NoError(t, err)
	}
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web-3"}}
	pod.Spec.NodeName = nodeName
	pod.Spec.Volumes = []v1.Volume{{VolumeSource: v1.VolumeSource{PersistentVolumeClaim: &v1.PersistentVolumeClaimVolumeSource{ClaimName: "c0-web-3"}}}}
	_, err := s.create(s.pods, pod)
	require.NoError(t, err)

	s.collect()
	require.Equal(t, []string{"c0-web-0", "c0-web-1", "c0-web-3"}, s.namesOf(s.claims))
	kept, _ := s.get(s.claims, "c0-web-1")
	require.Equal(t, []metav1.OwnerReference{living}, kept.GetOwnerReferences())
	p.force("web-3")
	s.collect()
	require.Equal(t, []string{"c0-web-0", "c0-web-1"}, s.namesOf(s.claims))
}

// TestPatch: a patch of owners keeps the nanoseconds of the rest, is for one UID only, and
// does not make a second controller.
func TestPatch(t *testing.T) {
	s := newServer()
	at := metav1.NewTime(time.Unix(1, 5))
	created, err := s.create(s.pods, &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web-0"}})
	require.NoError(t, err)
	s.edit(s.pods, "web-0", func(o object) {
		o.(*v1.Pod).Status.Conditions = []v1.PodCondition{{Type: v1.PodReady, LastTransitionTime: at}}
	})
	patch := func(owner string, uid any) error {
		_, err := s.patch(s.pods, "web-0", fmt.Appendf(nil,
			`{"metadata":{"uid":%q,"ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":%q,"uid":%q,"controller":true}]}}`, uid, owner, owner))
		return err
	}
	require.NoError(t, patch("web", created.GetUID()))
	pod, _ := s.get(s.pods, "web-0")
	require.Equal(t, at, pod.(*v1.Pod).Status.Conditions[0].LastTransitionTime)
	require.Len(t, pod.GetOwnerReferences(), 1)
	require.True(t, apierrors.IsConflict(patch("web", "another")))
	require.True(t, apierrors.IsInvalid(patch("other", created.GetUID())))
}

// TestSyncWaitsForItsCaches: the controller learns of the set when its watch says so, and
// then waits until it has whatever was written before.
func TestSyncWaitsForItsCaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &player{server: newServer(), want: scenario.NewSet(plain())}
		p.client = newClient(p.server)
		p.controller = startController(p.client)
		defer func() { p.controller.stop() }()
		time.Sleep(startUp)
		p.createSet()
		time.Sleep(time.Second)
		pod, err := p.server.get(p.server.pods, "web-0")
		require.NoError(t, err)
		took := pod.GetCreationTimestamp().Sub(p.set(t).CreationTimestamp.Time)
		require.InDelta(t, lagOfSets+syncPause, took, float64(time.Microsecond)) // what else is watched takes its nanoseconds
	})
}
