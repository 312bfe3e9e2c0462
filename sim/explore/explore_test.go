package explore_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/explore"
	"github.com/ordinal-sim/ordinal/sim/faults"
)

// web is a headless Service and a set, as manifests have them.
const web = `
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  clusterIP: None
  selector: {app: web}
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 5
      containers: [{name: app, image: "app:1"}]
`

// disks is a class of disks, and disk asks for one of it for each pod.
const (
	disks = `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: disks}
provisioner: disk.csi.example.com
volumeBindingMode: WaitForFirstConsumer
`
	disk = `{"spec": {
		"template": {"spec": {"containers": [{"name": "app", "image": "app:1", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}]}},
		"volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {
			"storageClassName": "disks", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}
		}}]
	}}`
)

// world is a settled world with the set web of so many replicas, changed by patches, and
// whatever else there is.
func world(t require.TestingT, config sim.Config, replicas int32, more string, patches ...string) *sim.Cluster {
	objects, err := manifest.Parse([]byte(web + more))
	require.NoError(t, err)
	config.AnyOrder = true
	c := sim.New(config)
	for _, object := range objects.Objects {
		if set, ok := object.(*model.StatefulSet); ok {
			set.Spec.Replicas = &replicas
			for _, patch := range patches {
				object, err = manifest.StrategicMerge(patch).Patch(object)
				require.NoError(t, err)
			}
		}
		require.NoError(t, c.Apply(object))
	}
	require.Equal(t, sim.Settled, c.Settle().State)
	return c
}

func crashes(nodes ...string) (all []faults.Fault) {
	for _, node := range nodes {
		all = append(all, faults.Fault{Kind: faults.NodeCrash, Do: sim.CrashNode{Node: node}, Undo: []sim.Operation{sim.RestartNode{Node: node}}})
	}
	return all
}

func run(t testing.TB, s explore.Search) explore.Result {
	r, err := explore.Run(context.Background(), s)
	require.NoError(t, err)
	t.Logf("%v in %v: %.0f states/s", r, r.Elapsed.Round(time.Millisecond), float64(r.States)/r.Elapsed.Seconds())
	return r
}

// rolling is a world in which a rolling update of three replicas with claims and a Service
// begins, held against all rules of safety.
func rolling(t testing.TB) *sim.Cluster {
	c := world(t, sim.Config{Nodes: 3}, 3, "---"+disks, disk)
	c.Check(checks.All()...)
	require.NoError(t, c.SetImage("web", "app", "app:2"))
	return c
}

// TestRollingUpdateHolds: three replicas, one rolling update, one crash and restart of any node
// between any two events, and simultaneous events in every order. Nothing breaks a rule of
// safety, every world comes to rest at its spec, and the number of states does not depend on how
// many look at them.
func TestRollingUpdateHolds(t *testing.T) {
	search := explore.Search{World: rolling(t), Faults: crashes("node-0", "node-1", "node-2"), AtRest: settled}
	search.Workers = 1
	one := run(t, search)
	require.Equal(t, explore.Holds, one.Verdict, "%v", one)
	search.Workers = 2
	two := run(t, search)
	require.Equal(t, one.States, two.States)
	require.Equal(t, one.Rests, two.Rests)
	require.Greater(t, one.States, int64(10_000))
}

// settled is for a world that has to reach its spec.
func settled(c *sim.Cluster) string {
	if out := c.Settle(); out.State != sim.Settled {
		return "the world is " + out.String()
	}
	return ""
}

// BenchmarkSearch is how fast states are visited, by one worker.
func BenchmarkSearch(b *testing.B) {
	search := explore.Search{World: rolling(b), Faults: crashes("node-0", "node-1", "node-2"), Workers: 1}
	states := int64(0)
	for b.Loop() {
		r, err := explore.Run(context.Background(), search)
		require.NoError(b, err)
		states += r.States
	}
	b.ReportMetric(float64(states)/b.Elapsed().Seconds(), "states/s")
}
