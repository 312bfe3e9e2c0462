package sim_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// ranges is a world in which everything takes a drawn time.
func ranges(seed uint64) sim.Config {
	return sim.Config{Seed: seed, Nodes: 3, Latencies: sim.Latencies{
		Schedule:  sim.Between(5*time.Millisecond, 50*time.Millisecond),
		Provision: sim.Quantiles(time.Second, 2*time.Second, 9*time.Second),
		Attach:    sim.Between(500*time.Millisecond, 3*time.Second),
		Pull:      sim.Between(time.Second, 20*time.Second),
		Start:     sim.Between(100*time.Millisecond, time.Second),
		Ready:     sim.Quantiles(100*time.Millisecond, 400*time.Millisecond, 8*time.Second),
	}}
}

// disks is a set with a claim of a class of attachable volumes, its Service and
// its class.
func disks(replicas int32) []model.Object {
	class := "disks"
	return []model.Object{
		&model.StorageClass{ObjectMeta: model.ObjectMeta{Name: class}, Provisioner: "ebs.csi.aws.com"},
		&model.Service{ObjectMeta: model.ObjectMeta{Name: "db"}, Spec: model.ServiceSpec{
			ClusterIP: model.ClusterIPNone, Selector: model.Labels{"app": "db"}, Ports: []model.ServicePort{{Port: 5432}},
		}},
		&model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "db"}, Spec: model.StatefulSetSpec{
			Replicas: &replicas, ServiceName: "db", Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": "db"}},
			Template: model.PodTemplateSpec{Labels: model.Labels{"app": "db"}, Spec: model.PodSpec{
				Containers: []model.Container{{Name: "db", Image: "db:1", VolumeMounts: []model.VolumeMount{{Name: "data", MountPath: "/data"}}}},
			}},
			VolumeClaimTemplates: []model.PersistentVolumeClaim{{ObjectMeta: model.ObjectMeta{Name: "data"}, Spec: model.PersistentVolumeClaimSpec{
				AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi, StorageClassName: &class,
			}}},
		}},
	}
}

// story lives through a rollout, a crash, a drain and a scale-down.
func story(c *sim.Cluster) error {
	for _, do := range []func() error{
		func() error { return c.Apply(disks(3)...) },
		func() error { c.Run(30 * time.Second); return c.At(45*time.Second, sim.CrashContainer{Pod: "db-0"}) },
		func() error { c.Settle(); return c.SetImage("db", "db", "db:2") },
		func() error { c.Run(40 * time.Second); return c.Drain("node-1") },
		func() error { c.Settle(); return c.Scale("db", 1) },
		func() error { c.Settle(); return c.Uncordon("node-1") },
		func() error { c.Settle(); return nil },
	} {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

func tell(t *testing.T, seed uint64) *sim.Cluster {
	c := sim.New(ranges(seed))
	require.NoError(t, story(c))
	return c
}

func TestFingerprintIsTheSameTwice(t *testing.T) {
	a, b := tell(t, 7), tell(t, 7)
	require.Equal(t, a.Fingerprint(), b.Fingerprint())
	require.Equal(t, a.StateHash(), b.StateHash())
	require.Equal(t, a.Trace().String(), b.Trace().String())
}

func TestFingerprintDiffersWithTheSeed(t *testing.T) {
	seen := map[uint64]bool{}
	for seed := range uint64(20) {
		seen[tell(t, seed).Fingerprint()] = true
	}
	require.Len(t, seen, 20)
}

// A fork made at any event goes on as its origin does, and does not disturb it.
func TestFingerprintAfterFork(t *testing.T) {
	whole := tell(t, 7)
	fork := sim.New(sim.Config{})
	for _, events := range []int{0, 1, 10, 50, 100, 150} {
		c := sim.New(ranges(7))
		require.NoError(t, c.Apply(disks(3)...))
		for range events {
			c.Step()
		}
		require.NoError(t, c.CopyTo(fork))
		require.Equal(t, c.StateHash(), fork.StateHash())
		run := func(c *sim.Cluster) string {
			c.Settle()
			require.NoError(t, c.SetImage("db", "db", "db:2"))
			c.Settle()
			return fmt.Sprintf("%x %x\n%s", c.Fingerprint(), c.StateHash(), c.Trace())
		}
		told := run(fork)
		require.Equal(t, told, run(c), "fork after %d events", events)
	}
	require.Equal(t, whole.Fingerprint(), tell(t, 7).Fingerprint())
}

func TestFingerprintAtAnyGOMAXPROCS(t *testing.T) {
	want := tell(t, 7).Fingerprint()
	for _, n := range []int{1, 8} {
		old := runtime.GOMAXPROCS(n)
		got := tell(t, 7).Fingerprint()
		runtime.GOMAXPROCS(old)
		require.Equal(t, want, got, "GOMAXPROCS %d", n)
	}
}

// The choices of a world, replayed, tell its story again, whatever the seed.
func TestFingerprintOfAReplay(t *testing.T) {
	a := tell(t, 7)
	config := ranges(1234)
	config.Chooser = sim.Replay(a.Choices())
	b := sim.New(config)
	require.NoError(t, story(b))
	require.Equal(t, a.Fingerprint(), b.Fingerprint())
}

// golden is the fingerprint of seed 7's story, and its state's hash. Every machine
// and architecture has to come to it. A change of behaviour changes it: then the
// new numbers, which the failure prints, belong here.
const golden = "6872cc90f1ad7cdf 178408e2ad252bd0"

func TestFingerprintIsGolden(t *testing.T) {
	c := tell(t, 7)
	require.Equal(t, golden, fmt.Sprintf("%x %x", c.Fingerprint(), c.StateHash()))
}

// The same test, compiled for a 32-bit machine.
func TestFingerprintOnAnotherArchitecture(t *testing.T) {
	if runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		t.Skip("only linux/amd64 is known to run programs of linux/386")
	}
	if testing.Short() {
		t.Skip("compiles the package once more")
	}
	binary := filepath.Join(t.TempDir(), "sim.test")
	build := exec.Command("go", "test", "-c", "-o", binary, ".")
	build.Env = append(os.Environ(), "GOARCH=386", "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	out, err = exec.Command(binary, "-test.v", "-test.run", "TestFingerprintIsGolden").CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.True(t, strings.Contains(string(out), "--- PASS: TestFingerprintIsGolden"), "%s", out)
}
