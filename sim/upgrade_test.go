package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// What is stored gets the defaults of the release that reads it, and is not changed by
// that: applying its manifest again does nothing.
func TestAnUpgradeReadsStoredSets(t *testing.T) {
	c := sim.New(sim.Config{Manual: true, Release: release.V1_36})
	require.NoError(t, c.Apply(plain(1, model.Parallel)))
	stored := func() *model.StatefulSet {
		set, err := c.StatefulSet("web")
		require.NoError(t, err)
		return set
	}
	require.Nil(t, stored().Spec.UpdateStrategy.RollingUpdate.MaxUnavailable)
	c.UpgradeTo(release.V1_37)
	require.Equal(t, release.V1_37, c.Release())
	require.Equal(t, model.FromInt(1), *stored().Spec.UpdateStrategy.RollingUpdate.MaxUnavailable)
	require.NoError(t, c.Apply(plain(1, model.Parallel)))
	require.Equal(t, int64(1), stored().Generation)
}

// A pod that somebody gives to another controller is the set's no more, and its name is
// taken; given to nobody, it is adopted again.
func TestAPodIsGivenAway(t *testing.T) {
	c := sim.New(sim.Config{Manual: true})
	require.NoError(t, c.Apply(plain(1, model.Parallel)))
	c.Settle()
	replicas := func() int32 {
		c.Settle()
		set, err := c.StatefulSet("web")
		require.NoError(t, err)
		return set.Status.Replicas
	}
	require.Equal(t, int32(1), replicas())
	before := c.StateHash()
	other := model.OwnerReference{Kind: "ReplicaSet", Name: "other", UID: 77, Controller: true}
	require.NoError(t, c.Patch("pod/web-0", owners{other}))
	require.Zero(t, replicas())
	pod, err := c.Pod("web-0")
	require.NoError(t, err)
	require.Equal(t, []model.OwnerReference{other}, pod.OwnerReferences)
	require.NotEqual(t, before, c.StateHash())
	require.NoError(t, c.Patch("pod/web-0", owners{}))
	require.Equal(t, int32(1), replicas())
	require.Error(t, c.Patch("pod/web-0", owners{other, other}), "a pod has one controller")
}

// owners is a patch of the owner references of an object.
type owners []model.OwnerReference

func (o owners) String() string { return "owners" }

// Type implements [sim.Patch].
func (o owners) Type() string { return "merge" }

func (o owners) Patch(object model.Object) (model.Object, error) {
	object.Meta().OwnerReferences = o
	return object, nil
}

// The garbage collector and the protection of claims take as long as they are told to.
func TestCollectTakesItsTime(t *testing.T) {
	set := plain(2, model.Parallel)
	set.Spec.VolumeClaimTemplates = []model.PersistentVolumeClaim{{
		ObjectMeta: model.ObjectMeta{Name: "www"},
		Spec:       model.PersistentVolumeClaimSpec{AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi},
	}}
	c := sim.New(sim.Config{Manual: true, Latencies: sim.Latencies{Collect: sim.Fixed(100 * time.Millisecond)}})
	require.NoError(t, c.Apply(set))
	c.Settle()
	claims := func() int { return len(c.Claims().Items) }
	require.NoError(t, c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
	c.Settle()
	require.NoError(t, c.Delete("pvc/www-web-0"))
	c.Run(99 * time.Millisecond)
	require.Equal(t, 2, claims())
	require.NotNil(t, c.Claims().Items[0].DeletedAt)
	c.Run(time.Millisecond)
	require.Equal(t, 1, claims(), "nobody uses it")

	require.NoError(t, c.Schedule("web-1"))
	require.NoError(t, c.Delete("pvc/www-web-1"))
	c.Run(time.Second)
	require.Equal(t, 1, claims(), "a pod with a node mounts it")
	require.NoError(t, c.Delete("pod/web-1", sim.Force()))
	c.Run(99 * time.Millisecond)
	require.Equal(t, 1, claims())
	c.Run(time.Millisecond)
	require.Zero(t, claims())
}
