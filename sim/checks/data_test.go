package checks_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/simtest"
	"github.com/ordinal-sim/ordinal/workload"
)

// database is a world with a server of a database and three clients that note what they were
// promised, on storage of a kind.
func database(t require.TestingT, provisioner string, chooser sim.Chooser) *sim.Cluster {
	objects, err := manifest.ReadFile("../../examples/split-brain/database.yaml")
	require.NoError(t, err)
	for _, o := range objects {
		if class, ok := o.(*model.StorageClass); ok {
			class.Provisioner = provisioner
		}
	}
	c := sim.New(sim.Config{Nodes: 3, Chooser: chooser, Images: map[string]sim.Image{
		"mysql:5.7": {Program: workload.MySQL{}},
		"client":    {Program: workload.Client{Write: "mysql-0.mysql", Every: 2 * time.Second, Notes: "/notes/promises"}},
	}})
	c.Check(checks.LosesNothing(
		checks.Noted("/promises", "notes-client-0", "notes-client-1", "notes-client-2"),
		checks.OnVolume("/binlog", "data-mysql-0"),
	), checks.LosesNothing(checks.Remembered("client-0", "client-1", "client-2"), checks.OnVolume("/binlog", "data-mysql-0")))
	require.NoError(t, c.Apply(objects...))
	c.Settle()
	return c
}

// losesNothing is the name of the rule.
var losesNothing = checks.LosesNothing(nil, nil).Name

const (
	disks = "ebs.csi.aws.com"                             // at one node at a time
	share = "k8s-sigs.io/nfs-subdir-external-provisioner" // at any number
)

// splits deletes the server by force while its node is cut off.
func splits(c *sim.Cluster) error {
	err := c.Do(sim.PartitionNode{Node: "node-0"})
	c.Run(time.Minute) // and no pod is put there any more
	return errors.Join(err, c.Do(sim.Delete{Target: "pod/mysql-0", Force: true}))
}

// Two servers that write to one file lose what was promised, and so does a claim that is gone.
// A disk that only one node can have loses nothing.
func TestLosesNothing(t *testing.T) {
	for _, row := range []struct {
		words, provisioner string
		story              func(c *sim.Cluster) error
		loses              bool
	}{
		{"a share, and two servers", share, splits, true},
		{"a disk, and two servers", disks, splits, false},
		{"a claim that is deleted", disks, func(c *sim.Cluster) error {
			return errors.Join(c.Delete("pvc/data-mysql-0"), c.Delete("pod/mysql-0"))
		}, true},
	} {
		t.Run(row.words, func(t *testing.T) {
			c := database(t, row.provisioner, nil)
			require.Greater(t, len(checks.Noted("/promises", "notes-client-0")(viewOf(c))), 5)
			require.NoError(t, row.story(c))
			c.Run(10 * time.Minute)
			if !row.loses {
				require.Empty(t, c.Violations())
				return
			}
			require.Len(t, c.Violations(), 2, "as noted, and as remembered")
			require.Contains(t, c.Violations()[0].Why, "not on disk")
		})
	}
}

// TestNothingIsLost: on disks nothing is lost, whatever happens to the server and its nodes.
func TestNothingIsLost(t *testing.T) {
	if *only != "" && *only != losesNothing {
		t.Skip("there is nothing else here")
	}
	reached := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		c := database(t, disks, sim.ChooserFunc(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) }))
		for _, s := range dataSights {
			c.Sometimes(s.name, s.seen)
		}
		for range rapid.IntRange(0, 8).Draw(t, "operations") {
			name := fmt.Sprintf("node-%d", rapid.IntRange(0, 2).Draw(t, "node"))
			_ = c.Do(rapid.SampledFrom([]sim.Operation{
				sim.Delete{Target: "pod/mysql-0", Force: true}, sim.Delete{Target: "pod/mysql-0"}, sim.CrashContainer{Pod: "mysql-0"},
				sim.PartitionNode{Node: name}, sim.HealNode{Node: name}, sim.CrashNode{Node: name}, sim.RestartNode{Node: name},
				sim.TaintNode{Node: name, Taints: []string{model.TaintOutOfService + "=nodeshutdown:NoExecute"}},
			}).Draw(t, "operation"))
			c.Run(simtest.Pause().Draw(t, "pause") * 3)
			require.Empty(t, c.Violations(), "%s", c.Trace())
		}
		unreached := c.Unreached()
		for _, s := range dataSights {
			reached[s.name] = reached[s.name] || !slices.Contains(unreached, s.name)
		}
	})
	for _, s := range dataSights {
		require.True(t, reached[s.name] || testing.Short() || *only != "", "never seen: %s", s.name)
	}
}

// dataSights are what promises have to be kept in.
var dataSights = []sight{
	{"the server runs on, and its pod is gone", func(v sim.View) bool {
		for r := range v.Running {
			if r.Pod() == "mysql-0" && r.Orphaned() {
				return true
			}
		}
		return false
	}},
	{"the server is at another node than at first, and has been written to", func(v sim.View) bool {
		p, ok := v.Pod("mysql-0")
		server, runs := v.Program("mysql-0").(workload.MySQL)
		return ok && runs && p.Serving() && p.Node() != "node-0" && server.Records().Len() > 20
	}},
	{"the server has been started again at its node", func(v sim.View) bool {
		p, ok := v.Pod("mysql-0")
		return ok && p.Serving() && p.Restarts() > 0
	}},
}

// A check that asks for what is stored, or for programs, is asked again whenever that has
// changed; others are not disturbed.
func TestWritesAreSeen(t *testing.T) {
	c := database(t, disks, nil)
	stored := func(v sim.View) (out []string) {
		for _, f := range checks.OnVolume("/binlog", "data-mysql-0")(v) {
			out = append(out, f.Summary())
		}
		return out
	}
	program := func(v sim.View) string { return fmt.Sprint(v.Program("client-0")) }
	var sawStored []string
	var sawProgram string
	asked, objects := 0, 0
	c.Always("sees what is stored", func(v sim.View) bool { sawStored = stored(v); asked++; return true })
	c.Always("sees a program", func(v sim.View) bool { sawProgram = program(v); return true })
	c.Always("sees objects", func(v sim.View) bool { objects++; return v.Replicas("client") == 3 })
	const events = 2000
	was := stored(viewOf(c))
	for range events {
		require.True(t, c.Step())
		require.Equal(t, stored(viewOf(c)), sawStored)
		require.Equal(t, program(viewOf(c)), sawProgram)
	}
	require.NotEqual(t, was, sawStored)
	require.Less(t, asked, events, "not at every event")
	require.Less(t, objects, 10, "programs go on, and the objects are what they are")
}

// viewOf is the view that conditions get.
func viewOf(c *sim.Cluster) (out sim.View) {
	c.RunUntil(func(v sim.View) bool { out = v; return true }, 0)
	return out
}
