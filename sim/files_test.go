package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// stored is a set of one pod with a claim of a class, on two nodes, whose pod has
// written a line.
func stored(t *testing.T, class *model.StorageClass, more ...model.Object) *sim.Cluster {
	c := sim.New(sim.Config{Nodes: 2})
	objects := disks(1)
	class.Name = "disks"
	objects[0] = class
	set := objects[2].(*model.StatefulSet)
	set.Spec.Template.Spec.Volumes = []model.Volume{{Name: "scratch", EmptyDir: true}, {Name: "other", Unmodelled: "{}"}}
	set.Spec.Template.Spec.Containers[0].VolumeMounts = append(set.Spec.Template.Spec.Containers[0].VolumeMounts,
		model.VolumeMount{Name: "scratch", MountPath: "/tmp"}, model.VolumeMount{Name: "other", MountPath: "/etc/other"},
		model.VolumeMount{Name: "data", MountPath: "/etc/config", SubPath: "config", ReadOnly: true})
	require.NoError(t, c.Apply(append(objects, more...)...))
	require.Equal(t, sim.Settled, c.Settle().State, "%s", c.Trace())
	require.NoError(t, c.WriteFile("db-0", "/data/file", "one\ntwo"))
	return c
}

// read is what cat says.
func read(c *sim.Cluster, pod, path string) string {
	text, err := c.ReadFile(pod, path)
	if err != nil {
		return err.Error()
	}
	return text
}

// move makes db-0 come back on the other node.
func move(t *testing.T, c *sim.Cluster) {
	pod, err := c.Pod("db-0")
	require.NoError(t, err)
	require.NoError(t, c.Cordon(pod.Spec.NodeName))
	require.NoError(t, c.Delete("pod/db-0"))
	require.Equal(t, sim.Settled, c.Settle().State, "%s", c.Trace())
	require.NoError(t, c.Uncordon(pod.Spec.NodeName))
}

const gone = "cat: /data/file: No such file or directory"

// Where the bytes of a volume are depends on its kind.
func TestContentByKindOfStorage(t *testing.T) {
	hostPath := &model.PersistentVolume{ObjectMeta: model.ObjectMeta{Name: "by-hand"}, Spec: model.PersistentVolumeSpec{
		Capacity: model.Gi, AccessModes: []model.AccessMode{model.ReadWriteOnce}, StorageClassName: "disks",
		ReclaimPolicy: model.ReclaimRetain, Source: model.VolumeSource{Type: model.SourceHostPath, Path: "/srv"},
	}}
	for _, row := range []struct {
		name       string
		class      model.StorageClass
		more       []model.Object
		moved      string
		node       string // on whose disk it is
		afterWipes string // the claim is deleted, and made again
	}{
		{name: "a block device belongs to its volume", class: model.StorageClass{Provisioner: "ebs.csi.aws.com"}, moved: "one\ntwo", afterWipes: gone},
		{name: "a file share too", class: model.StorageClass{Provisioner: "k8s-sigs.io/nfs-subdir-external-provisioner"}, moved: "one\ntwo", afterWipes: gone},
		{name: "a provisioned hostPath is a directory on each node", class: model.StorageClass{Provisioner: "k8s.io/minikube-hostpath"},
			moved: gone, node: "node-0", afterWipes: gone},
		{name: "a hostPath by hand is what its path is on each node", class: model.StorageClass{Provisioner: "example.com/absent"},
			more: []model.Object{hostPath}, moved: gone, node: "node-0", afterWipes: "one\ntwo"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := stored(t, &row.class, row.more...)
			require.Equal(t, "one\ntwo", read(c, "db-0", "/data/file"))
			files, err := c.Stored("data-db-0")
			require.NoError(t, err)
			require.Len(t, files, 1)
			require.Equal(t, row.node, files[0].Node)
			require.Equal(t, "/file", files[0].Path)
			require.Equal(t, []string{"one", "two"}, files[0].Data.Records())

			move(t, c)
			require.Equal(t, row.moved, read(c, "db-0", "/data/file"))
			move(t, c)
			require.Equal(t, "one\ntwo", read(c, "db-0", "/data/file"), "back on its node it finds what it left there")

			if row.more != nil {
				return // a claim to a volume by hand needs another volume
			}
			require.NoError(t, c.Delete("pvc/data-db-0"))
			require.NoError(t, c.Delete("pod/db-0"))
			require.Equal(t, sim.Settled, c.Settle().State, "%s", c.Trace())
			require.Equal(t, row.afterWipes, read(c, "db-0", "/data/file"))
		})
	}
}

// An empty directory lives as long as its pod, whatever its containers do.
func TestEmptyDirLivesAsLongAsItsPod(t *testing.T) {
	c := stored(t, &model.StorageClass{Provisioner: "ebs.csi.aws.com"})
	require.NoError(t, c.WriteFile("db-0", "/tmp/x", "draft"))
	before := c.StateHash()
	require.NoError(t, c.WriteFile("db-0", "/tmp/x", "another draft"))
	require.NotEqual(t, before, c.StateHash())
	require.NoError(t, c.Do(sim.CrashContainer{Pod: "db-0"}))
	c.Settle()
	require.Equal(t, "another draft", read(c, "db-0", "/tmp/x"))
	require.NoError(t, c.Delete("pod/db-0"))
	c.Settle()
	require.Equal(t, "cat: /tmp/x: No such file or directory", read(c, "db-0", "/tmp/x"))
}

// What cannot be written to says so.
func TestFilesThatCannotBeWritten(t *testing.T) {
	c := stored(t, &model.StorageClass{Provisioner: "ebs.csi.aws.com"})
	for path, says := range map[string]string{
		"/etc/config/x": "sh: /etc/config/x: Read-only file system",
		"/etc/other/x":  "volume other of pod db-0 is not a persistent one",
		"/root/x":       "no persistent volume of pod db-0 is mounted at /root/x",
		"/database/x":   "no persistent volume of pod db-0 is mounted at /database/x",
	} {
		require.EqualError(t, c.WriteFile("db-0", path, "x"), says)
	}
	_, err := c.Stored("data-db-7")
	require.EqualError(t, err, `persistentvolumeclaims "data-db-7" not found`)
}

// A fork keeps what is stored, and what one of them writes the other does not see.
func TestForkKeepsFiles(t *testing.T) {
	c := stored(t, &model.StorageClass{Provisioner: "ebs.csi.aws.com"})
	fork, err := c.Clone()
	require.NoError(t, err)
	require.Equal(t, c.StateHash(), fork.StateHash())
	require.NoError(t, c.WriteFile("db-0", "/data/file", "three"))
	require.NoError(t, c.WriteFile("db-0", "/data/another", "four"))
	require.Equal(t, "one\ntwo", read(fork, "db-0", "/data/file"))
	require.Equal(t, "cat: /data/another: No such file or directory", read(fork, "db-0", "/data/another"))
	require.NotEqual(t, c.StateHash(), fork.StateHash())
}
