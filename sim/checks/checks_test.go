package checks_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// webSet is a set of three pods with a claim each.
func webSet(changes ...func(*model.StatefulSet)) *model.StatefulSet {
	three, zero, labels, grace, class := int32(3), int32(0), model.Labels{"app": "web"}, int64(5), "at-once"
	set := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
		Replicas: &three, ServiceName: "web", Selector: &model.LabelSelector{MatchLabels: labels},
		UpdateStrategy: model.UpdateStrategy{Type: model.RollingUpdate, RollingUpdate: &model.RollingUpdateStrategy{Partition: &zero}},
		Template: model.PodTemplateSpec{Labels: labels, Spec: model.PodSpec{
			Containers: []model.Container{{Name: simtest.Container, Image: simtest.ImageFirst}}, TerminationGracePeriodSeconds: &grace,
		}},
		VolumeClaimTemplates: []model.PersistentVolumeClaim{{
			ObjectMeta: model.ObjectMeta{Name: "data"},
			Spec:       model.PersistentVolumeClaimSpec{AccessModes: []model.AccessMode{model.ReadWriteMany}, Request: model.Gi, StorageClassName: &class},
		}},
	}}
	for _, change := range changes {
		change(set)
	}
	return set
}

// stateless leaves the claims out: a pod that needs no disk waits for none.
func stateless(s *model.StatefulSet) { s.Spec.VolumeClaimTemplates = nil }

func parallel(s *model.StatefulSet) { s.Spec.PodManagementPolicy = model.Parallel }

// lag is how far the controller's cache lies behind in the stories below.
const lag = 100 * time.Millisecond

// TestChecksBreak tells for each check a story in which Kubernetes does what it does, and the
// rule is broken: by force, or by a cache that lags behind.
func TestChecksBreak(t *testing.T) {
	lagging := sim.Config{Nodes: 3, Latencies: sim.Latencies{Watch: sim.Fixed(lag)}}
	ready := func(pod string) func(sim.View) bool { return func(v sim.View) bool { return v.PodReady(pod) } }
	for _, row := range []struct {
		check  sim.Check
		config sim.Config
		story  func(t *testing.T, c *sim.Cluster)
		why    string
	}{
		{checks.AtMostOne(), sim.Config{Nodes: 3}, func(t *testing.T, c *sim.Cluster) {
			c.Settle()
			require.NoError(t, c.Do(sim.PartitionNode{Node: "node-0"}))
			require.NoError(t, c.Cordon("node-0"))
			require.NoError(t, c.Delete("pod/web-0", sim.Force()))
		}, "web-0 runs on node-0 and on node-1"},
		{checks.AtMostOne(), sim.Config{}, func(t *testing.T, c *sim.Cluster) {
			require.NoError(t, c.Edit("web", func(s *model.StatefulSet) error {
				none := int64(0)
				s.Spec.Template.Spec.TerminationGracePeriodSeconds = &none
				return nil
			}))
			c.Settle()
			require.NoError(t, c.Delete("pod/web-0"))
		}, "web-0 runs on node-0 and on node-0"},
		{checks.CreatesInOrder(), lagging, func(t *testing.T, c *sim.Cluster) {
			require.True(t, c.RunUntil(ready("web-0"), time.Minute))
			c.Run(lag / 2)
			require.NoError(t, c.Delete("pod/web-0"))
		}, "web-1 is created while the pod at ordinal 0 is not available"},
		{checks.TerminatesInOrder(), lagging, func(t *testing.T, c *sim.Cluster) {
			c.Settle()
			require.NoError(t, c.Scale("web", 2))
			c.Run(lag / 2)
			require.NoError(t, c.Delete("pod/web-0"))
		}, "web-2 is scaled away while the pod at ordinal 0 is not available"},
		{checks.UpdatesInOrder(), lagging, func(t *testing.T, c *sim.Cluster) {
			c.Settle()
			require.NoError(t, c.SetImage("web", simtest.Container, simtest.ImageSecond))
			c.Run(lag / 2)
			require.NoError(t, c.Delete("pod/web-0"))
		}, "web-2 is replaced while the pod at ordinal 0 is not available"},
		{checks.DeletesForReason(), lagging, func(t *testing.T, c *sim.Cluster) {
			c.Settle()
			require.NoError(t, c.SetImage("web", simtest.Container, simtest.ImageSecond))
			c.Run(lag / 2)
			require.NoError(t, c.Edit("web", func(s *model.StatefulSet) error {
				s.Spec.UpdateStrategy = model.UpdateStrategy{Type: model.OnDelete}
				return nil
			}))
		}, "web-2 is deleted under OnDelete"},
		{checks.RespectsPartition(), lagging, func(t *testing.T, c *sim.Cluster) {
			c.Settle()
			require.NoError(t, c.SetImage("web", simtest.Container, simtest.ImageSecond))
			c.Run(lag / 2)
			require.NoError(t, c.SetPartition("web", 3))
		}, "web-2 is deleted, and the partition is 3"},
		{checks.MaxUnavailable(), lagging, func(t *testing.T, c *sim.Cluster) {
			c.Settle()
			require.NoError(t, c.SetImage("web", simtest.Container, simtest.ImageSecond))
			c.Run(lag / 2)
			require.NoError(t, c.Delete("pod/web-0"))
		}, "web-2 is replaced, with which 2 replicas are unavailable, and maxUnavailable is 1"},
	} {
		t.Run(row.check.Name, func(t *testing.T) {
			row.config.Images = simtest.Images()
			c := sim.New(row.config)
			c.Check(row.check)
			require.NoError(t, c.Apply(simtest.Objects(webSet(stateless))...))
			row.story(t, c)
			require.Empty(t, c.Violations())
			c.Settle()
			require.Len(t, c.Violations(), 1, "%s", c.Trace())
			require.Equal(t, row.why, c.Violations()[0].Why)
		})
	}
}
