package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// TestWorldAtRest holds that nothing ticks: a world that is as its specs ask for has
// nothing to do, whatever stands in it, and time passes without an event.
func TestWorldAtRest(t *testing.T) {
	for _, row := range []struct {
		what    string
		config  sim.Config
		objects []model.Object
	}{
		{"nothing", sim.Config{}, nil},
		{"a node more", sim.Config{}, []model.Object{&model.Node{ObjectMeta: model.ObjectMeta{Name: "new"}}}},
		{"a set without pods", sim.Config{}, []model.Object{webSet(0)}},
		{"a set", sim.Config{}, []model.Object{webSet(3, stateless)}},
		{"a set with disks, and its Service", sim.Config{Nodes: 3}, append(withDisks(webSet(3)), nginx())},
		{"the same, all at once", sim.Config{Nodes: 3}, append(withDisks(webSet(3, parallel)), nginx())},
		{"volumes that nobody wants", sim.Config{}, []model.Object{byHand("a"), byHand("b", reservedFor("c"))}},
		{"a claim without a pod", sim.Config{}, []model.Object{disksClass(), aClaim("c", claimClass("disks"))}},
		{"a class and a Service that nobody uses", sim.Config{}, []model.Object{disksClass(isDefault), nginx()}},
		{"pods that have to be ready for a minute", sim.Config{}, []model.Object{webSet(2, stateless, func(s *model.StatefulSet) { s.Spec.MinReadySeconds = 60 })}},
		{"everything drawn", ranges(3), append(withDisks(webSet(3)), nginx())},
		{"a controller that sees late", sim.Config{Latencies: sim.Latencies{Watch: sim.Fixed(time.Second)}}, append(withDisks(webSet(3)), nginx())},
	} {
		t.Run(row.what, func(t *testing.T) {
			w := &worldPlay{t: t, rule: row.what}
			w.begin(row.config, row.objects...)
			w.settles()
			require.Empty(t, w.c.Reasons())
			events := w.c.EventCount()
			w.c.Run(10 * 24 * time.Hour)
			require.Equal(t, events, w.c.EventCount())
			require.Equal(t, sim.Settled, w.c.Settle().State)
		})
	}
}

// TestWorldReasons has, for each reason why a world comes to rest otherwise than
// its specs ask for, a world that does so.
func TestWorldReasons(t *testing.T) {
	absent := sim.Config{AbsentProvisioners: []string{"ebs.csi.aws.com"}}
	evicted := func(w *worldPlay) {
		w.orphan(sim.Config{})
		w.do(w.c.Do(sim.FailPod{Pod: "web-0"}))
	}
	for _, row := range []struct {
		what string
		play func(w *worldPlay)
		want []string // the reasons, whole
	}{
		{"no volume fits", func(w *worldPlay) { w.begin(sim.Config{}, webSet(2)) }, []string{
			"sts/web: waits: web-0 is pending",
			"pod/web-0: Pending: 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
			"pvc/www-web-0: Pending: no persistent volumes available for this claim and no storage class is set\n  it would help to kubectl apply a PersistentVolume that fits",
		}},
		{"no class", func(w *worldPlay) { w.begin(sim.Config{}, aClaim("c", claimClass("gold"))) }, []string{
			"pvc/c: Pending: storageclass.storage.k8s.io \"gold\" not found\n  it would help to kubectl apply a StorageClass named gold, or a PersistentVolume of that class that fits",
		}},
		{"no provisioner", func(w *worldPlay) { w.begin(absent, disksClass(), aClaim("c", claimClass("disks"))) }, []string{
			"pvc/c: Pending: Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system administrator. " +
				"If volume creation is delayed, please verify that the provisioner is running and correctly registered.\n" +
				"  it would help to run the provisioner, or kubectl apply a PersistentVolume that fits",
		}},
		{"a provisioner that cannot", func(w *worldPlay) {
			w.begin(sim.Config{}, disksClass(), aClaim("c", claimClass("disks"), func(c *model.PersistentVolumeClaim) {
				c.Spec.Selector = &model.LabelSelector{MatchLabels: model.Labels{"a": "b"}}
			}))
		}, []string{
			"pvc/c: Pending: claim Selector is not supported\n  it would help to kubectl apply a PersistentVolume that fits",
		}},
		{"a provisioner that makes nothing", func(w *worldPlay) {
			w.begin(sim.Config{}, disksClass(provisionedBy(model.ProvisionerNone)), aClaim("c", claimClass("disks")))
		}, []string{
			"pvc/c: Pending: no volume plugin matched name: kubernetes.io/no-provisioner\n  it would help to kubectl apply a PersistentVolume that fits",
		}},
		{"a volume that is not there", func(w *worldPlay) {
			w.begin(sim.Config{}, aClaim("c", func(c *model.PersistentVolumeClaim) { c.Spec.VolumeName = "a" }))
		}, []string{"pvc/c: Pending: the requested volume \"a\" does not exist\n  it would help to kubectl apply a PersistentVolume that fits"}},
		{"a volume that does not do", func(w *worldPlay) {
			w.begin(sim.Config{}, byHand("a", volumeClass("gold")), aClaim("c", func(c *model.PersistentVolumeClaim) { c.Spec.VolumeName = "a" }))
		}, []string{"pvc/c: Pending: Cannot bind to requested volume \"a\": storageClassName does not match"}},
		{"volumes that are not made", func(w *worldPlay) { w.begin(absent, withDisks(webSet(1), onFirstUse)...) }, []string{
			"sts/web: waits: web-0 is pending",
			"pod/web-0: waits for its volumes to be bound",
			"pvc/www-web-0: Pending: Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system administrator. " +
				"If volume creation is delayed, please verify that the provisioner is running and correctly registered.\n" +
				"  it would help to run the provisioner, or kubectl apply a PersistentVolume that fits",
		}},
		{"a claim in use", func(w *worldPlay) {
			w.begin(sim.Config{}, withDisks(webSet(1))...)
			w.settles()
			w.do(w.c.Delete("pvc/www-web-0"))
		}, []string{"pvc/www-web-0: is being deleted, and stays as long as a pod uses it"}},
		{"a cordoned node", func(w *worldPlay) {
			w.begin(sim.Config{}, webSet(1, stateless))
			w.do(w.c.Cordon("node-0"))
		}, []string{
			"sts/web: waits: web-0 is pending",
			"pod/web-0: Pending: 0/1 nodes are available: 1 node(s) were unschedulable. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.\n" +
				"  it would help to uncordon a node, or add one",
		}},
		{"a full node", func(w *worldPlay) { w.begin(sim.Config{PodsPerNode: 1}, webSet(2, stateless)) }, []string{
			"sts/web: waits: web-1 is pending",
			"pod/web-1: Pending: 0/1 nodes are available: 1 Too many pods. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.\n" +
				"  it would help to add a node",
		}},
		{"a disk that is elsewhere", func(w *worldPlay) {
			w.begin(sim.Config{Nodes: 2}, disksClass(), aClaim("shared", claimClass("disks")), webSet(2, mounting("shared")))
		}, []string{"sts/web: waits: web-1 is pending", "pod/web-1: waits for its volumes"}},
		{"no image", func(w *worldPlay) { w.begin(behaving(sim.Image{Missing: true}), webSet(1, stateless)) }, []string{
			"sts/web: waits: web-0 is pending",
			"pod/web-0: ImagePullBackOff: image A cannot be pulled\n  it would help to set another image",
		}},
		{"never ready", func(w *worldPlay) { w.begin(behaving(sim.Image{NeverReady: true}), webSet(1, stateless)) }, []string{
			"sts/web: waits: web-0 is not ready",
			"pod/web-0: not ready: the program of image A never becomes ready\n  it would help to set another image",
		}},
		{"never ready, and set right", func(w *worldPlay) {
			w.begin(behaving(sim.Image{NeverReady: true}), webSet(1, stateless))
			w.c.Settle()
			w.do(w.c.SetImage("web", "main", "B"))
		}, []string{
			"sts/web: waits: web-0 is not ready\n  it would help to kubectl delete pod web-0: under OrderedReady a pod of an old revision is only replaced once it is ready, or deleted (kubernetes #67250)",
			"pod/web-0: not ready: the program of image A never becomes ready",
		}},
		{"a program beside that is not ready", func(w *worldPlay) {
			w.begin(sim.Config{Images: map[string]sim.Image{"B": {NeverReady: true}}}, webSet(1, stateless, beside("B")))
		}, []string{
			"sts/web: waits: web-0 is not ready",
			"pod/web-0: not ready: the program of image B never becomes ready\n  it would help to set another image",
		}},
		{"a pod that has ended", evicted, []string{
			"pod/web-0: has ended, its phase is Failed, and nobody replaces it\n  it would help to kubectl delete pod web-0",
		}},
		{"pods that are refused", func(w *worldPlay) { w.begin(sim.Config{}, webSet(1, stateless, named(strings.Repeat("w", 60)))) }, []string{
			"sts/" + strings.Repeat("w", 60) + ": the controller cannot go on: ",
		}},
		{"by hand", func(w *worldPlay) {
			w.begin(sim.Config{Manual: true}, webSet(1, stateless))
			w.c.Settle()
			w.do(w.c.Schedule("web-0"))
		}, []string{"sts/web: waits: web-0 is pending", "pod/web-0: not ready"}},
		{"by hand, to the end", func(w *worldPlay) {
			w.begin(sim.Config{Manual: true}, webSet(1, stateless))
			w.c.Settle()
			w.do(w.c.Schedule("web-0"))
			w.do(w.c.Delete("pod/web-0"))
		}, []string{"sts/web: waits: web-0 is terminating", "pod/web-0: is terminating"}},
	} {
		t.Run(row.what, func(t *testing.T) {
			w := &worldPlay{t: t, rule: row.what}
			row.play(w)
			out := w.c.Settle()
			require.Equal(t, sim.Waiting, out.State)
			require.Zero(t, w.c.Pending())
			require.Equal(t, out.Reasons, w.c.Reasons())
			var said []string
			for i, r := range out.Reasons {
				line := r.String()
				if i < len(row.want) && strings.HasSuffix(row.want[i], ": ") && strings.HasPrefix(line, row.want[i]) {
					line = row.want[i] // the rest is Kubernetes' words
				}
				said = append(said, line)
			}
			require.Equal(t, row.want, said)
		})
	}
}

// TestWorldLimit holds that what goes on for ever is told from what comes to rest.
func TestWorldLimit(t *testing.T) {
	w := &worldPlay{t: t, rule: "a crash loop"}
	w.begin(behaving(sim.Image{Crash: sim.Fixed(time.Second)}), webSet(2, stateless))
	out := w.c.Settle()
	require.Equal(t, sim.Limit, out.State)
	require.Equal(t, []string{
		"sts/web: waits: web-0 is not ready",
		"pod/web-0: CrashLoopBackOff: the program of image A exits with code 1\n  it would help to set another image",
	}, []string{out.Reasons[0].String(), out.Reasons[1].String()})
	require.NotZero(t, w.c.Pending())
	require.Greater(t, time.Duration(out.At), 6*24*time.Hour)
}
