package sim_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

// What cannot be done is refused in Kubernetes' words, as a whole: the world is as
// it was, and its trace says nothing.
func TestRefusals(t *testing.T) {
	parallel := func() *model.StatefulSet {
		s := disks(3)[2].(*model.StatefulSet)
		s.Spec.PodManagementPolicy = model.Parallel
		return s
	}
	claim := func() *model.PersistentVolumeClaim {
		return &model.PersistentVolumeClaim{ObjectMeta: model.ObjectMeta{Name: "free"}}
	}
	for _, row := range []struct {
		what string
		do   func(*sim.Cluster) error
		says string
	}{
		{"a negative scale", func(c *sim.Cluster) error { return c.Scale("db", -1) },
			`StatefulSet.apps "db" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0`},
		{"a scale of nothing", func(c *sim.Cluster) error { return c.Scale("bd", 1) }, `statefulsets.apps "bd" not found`},
		{"a scale in another namespace", func(c *sim.Cluster) error { return c.Scale("db", 1, sim.InNamespace("prod")) }, `statefulsets.apps "db" not found`},
		{"an immutable field", func(c *sim.Cluster) error { return c.Apply(parallel()) },
			`StatefulSet.apps "db" is invalid: spec.podManagementPolicy: Invalid value: "Parallel": field is immutable`},
		{"another Service name", func(c *sim.Cluster) error {
			return c.Edit("db", func(s *model.StatefulSet) error { s.Spec.ServiceName = "other"; return nil })
		}, `StatefulSet.apps "db" is invalid: spec.serviceName: Invalid value: "other": field is immutable`},
		{"a duplicate create", func(c *sim.Cluster) error { return c.Create(disks(3)[2]) }, `statefulsets.apps "db" already exists`},
		{"one bad object among good ones", func(c *sim.Cluster) error {
			return c.Apply(&model.Service{ObjectMeta: model.ObjectMeta{Name: "good"}, Spec: model.ServiceSpec{ClusterIP: "None"}}, claim())
		}, `PersistentVolumeClaim "free" is invalid: [spec.accessModes: Required value: at least 1 access mode is required, spec.resources[storage]: Required value]`},
		{"an object twice", func(c *sim.Cluster) error {
			s := &model.Service{ObjectMeta: model.ObjectMeta{Name: "good"}, Spec: model.ServiceSpec{ClusterIP: "None"}}
			return c.Apply(s, s)
		}, `services "good" already exists`},
		{"a rollback without a past", func(c *sim.Cluster) error { _, err := c.RolloutUndo("db", 0); return err }, `no last revision to roll back to`},
		{"a rollback to nowhere", func(c *sim.Cluster) error { _, err := c.RolloutUndo("db", 9); return err }, `unable to find specified revision 9 in history`},
		{"the history of nothing", func(c *sim.Cluster) error { _, err := c.RolloutHistory("db", 9); return err }, `unable to find the specified revision`},
		{"the image of no container", func(c *sim.Cluster) error { return c.SetImage("db", "sidecar", "x") }, `unable to find container named "sidecar"`},
		{"an empty image", func(c *sim.Cluster) error { return c.SetImage("db", "db", "") },
			`StatefulSet.apps "db" is invalid: spec.template.spec.containers[0].image: Required value`},
		{"a negative partition", func(c *sim.Cluster) error { return c.SetPartition("db", -1) },
			`StatefulSet.apps "db" is invalid: spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0`},
		{"a partition that no int32 holds", func(c *sim.Cluster) error { return c.SetPartition("db", math.MaxInt) }, `more than an int32 holds`},
		{"an ordinal that no int32 holds", func(c *sim.Cluster) error {
			return c.Edit("db", func(s *model.StatefulSet) error { s.Spec.Ordinals = &model.Ordinals{Start: 1<<31 - 1}; return nil })
		}, `statefulsets.apps "db" is forbidden: the simulator does not model the ordinal 2147483649`},
		{"force with patience", func(c *sim.Cluster) error { return c.Delete("pod/db-0", sim.Force(), sim.Grace(30)) },
			`--force and --grace-period greater than 0 cannot be specified together`},
		{"a pod that is not there", func(c *sim.Cluster) error { return c.Delete("pod/db-7") }, `pods "db-7" not found`},
		{"a kind that is not there", func(c *sim.Cluster) error { return c.Delete("daemonset/db") }, `the server doesn't have a resource type "daemonset"`},
		{"a name without a kind", func(c *sim.Cluster) error { return c.Delete("db-0") }, `"db-0" must be a resource and a name, like pod/web-0`},
		{"a cascade of another kind", func(c *sim.Cluster) error { return c.Delete("sts/db", sim.WithCascade("up")) },
			`invalid cascade value (up). Must be "background", "foreground", or "orphan"`},
		{"an unknown node", func(c *sim.Cluster) error { return c.Drain("node-9") }, `nodes "node-9" not found`},
		{"a label without a value", func(c *sim.Cluster) error { return c.Label("pod/db-0", []string{"app"}) }, `invalid label spec: app`},
		{"a label that is none", func(c *sim.Cluster) error { return c.Label("pod/db-0", []string{"app=a b"}) }, `Pod "db-0" is invalid: metadata.labels: Invalid value: "a b": `},
		{"a larger claim of a class that forbids it", func(c *sim.Cluster) error {
			return c.Patch("pvc/data-db-0", manifest.StrategicMerge(`{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}`))
		}, `only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize`},
		{"a patch with a typo", func(c *sim.Cluster) error {
			return c.Patch("sts/db", manifest.StrategicMerge(`{"spec":{"replica":2}}`))
		}, `unknown field "spec.replica"`},
		{"a crash of nothing", func(c *sim.Cluster) error { return c.Do(sim.CrashContainer{Pod: "db-0", Container: "x"}) }, `container x not found in pod db-0`},
		{"a file outside the volumes", func(c *sim.Cluster) error { return c.WriteFile("db-0", "/tmp/x", "") }, `no persistent volume of pod db-0 is mounted at /tmp/x`},
		{"a file that is not there", func(c *sim.Cluster) error { _, err := c.ReadFile("db-0", "/data/x"); return err }, `cat: /data/x: No such file or directory`},
		{"a name looked up from nowhere", func(c *sim.Cluster) error { _, err := c.Lookup("db-9", "db"); return err }, `pods "db-9" not found`},
		{"the past", func(c *sim.Cluster) error { return c.At(time.Second, sim.Scale{Set: "db", Replicas: 1}) }, `sim: At: 1s has passed`},
	} {
		t.Run(row.what, func(t *testing.T) {
			c := sim.New(sim.Config{})
			require.NoError(t, c.Apply(disks(3)...))
			require.Equal(t, sim.Settled, c.Settle().State)
			hash, fingerprint, trace := c.StateHash(), c.Fingerprint(), c.TraceLen()
			require.ErrorContains(t, row.do(c), row.says)
			require.Equal(t, hash, c.StateHash(), "the state has changed")
			require.Equal(t, fingerprint, c.Fingerprint(), "something has happened")
			require.Equal(t, trace, c.TraceLen(), "the trace tells of it")
		})
	}
}
