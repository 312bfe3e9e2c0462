package scheduling

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/scheduler"

	"github.com/ordinal-sim/ordinal/conformance/version"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
)

// TestUnasked lets the whole scheduler speak of a pod that it refuses before it asks any node:
// its claim does not exist.
func TestUnasked(t *testing.T) {
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "pod", Namespace: "default", UID: "pod"}, Spec: v1.PodSpec{
		SchedulerName: v1.DefaultSchedulerName, Containers: []v1.Container{{Name: "main"}},
		Volumes: []v1.Volume{{Name: "data", VolumeSource: v1.VolumeSource{PersistentVolumeClaim: &v1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}}}},
	}}
	node := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node"}}
	notes := runReal(t, []op{{at: time.Second, do: "add", name: node.Name, node: node}, {at: 2 * time.Second, do: "create", name: pod.Name, pod: pod}})
	require.Len(t, notes, 1)
	want := scheduling.WithoutAsking(rulesOf(version.Of(scheduler.New)), 1, `persistentvolumeclaim \"data\" not found`)
	require.Equal(t, want, notes[0].message)
}
