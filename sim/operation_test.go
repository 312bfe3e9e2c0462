package sim_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

func formed(t *testing.T, objects ...model.Object) *sim.Cluster {
	c := sim.New(sim.Config{Nodes: 3})
	require.NoError(t, c.Apply(objects...))
	require.Equal(t, sim.Settled, c.Settle().State)
	return c
}

// Operations wait for their instants, in a fork as well as in its origin.
func TestOperationsAtInstants(t *testing.T) {
	c := formed(t, plain(3, model.OrderedReady))
	now := time.Duration(c.Now())
	require.NoError(t, c.At(now+20*time.Second, sim.Scale{Set: "web", Replicas: 1}))
	require.NoError(t, c.At(now+10*time.Second, sim.Delete{Target: "pod/web-0"}))
	require.NoError(t, c.At(now+30*time.Second, sim.Delete{Target: "pod/web-2"}))
	fork, err := c.Clone()
	require.NoError(t, err)
	for _, c := range []*sim.Cluster{c, fork} {
		require.Equal(t, sim.Settled, c.Settle().State)
		require.Equal(t, []string{"web-0"}, c.Pods("web").Names())
		require.Contains(t, c.Trace().String(), `kubectl delete pod/web-2: pods "web-2" not found`, "what is refused then is in the trace")
	}
	require.Equal(t, c.Fingerprint(), fork.Fingerprint())
}

// A plain function may stand where nobody forks.
func TestFunctionsCannotBeForked(t *testing.T) {
	c := formed(t, plain(1, model.OrderedReady))
	called := false
	require.NoError(t, c.At(time.Duration(c.Now())+time.Second, sim.Func(func(c *sim.Cluster) {
		called = true
		require.NoError(t, c.Scale("web", 2))
	})))
	_, err := c.Clone()
	require.ErrorIs(t, err, sim.ErrFunctionPending)
	c.Settle()
	require.True(t, called)
	require.Equal(t, []string{"web-0", "web-1"}, c.Pods("web").Names())
	_, err = c.Clone()
	require.NoError(t, err, "nothing is pending any more")
}

// RunUntil looks after every event, and stops at the first that makes it so.
func TestRunUntil(t *testing.T) {
	c := sim.New(sim.Config{})
	require.NoError(t, c.Apply(plain(3, model.OrderedReady)))
	require.True(t, c.RunUntil(func(v sim.View) bool { return v.Ready("web") == 2 }, time.Minute))
	require.True(t, sim.ViewOf(c).PodReady("web-1"))
	require.False(t, sim.ViewOf(c).PodExists("web-2"), "it is created a moment later")
	before := c.Now()
	require.False(t, c.RunUntil(func(v sim.View) bool { return v.Ready("web") == 4 }, time.Minute))
	require.Equal(t, before.Add(time.Minute), c.Now())
}

// Everything has a namespace, and names of different ones do not meet.
func TestNamespaces(t *testing.T) {
	prod, set := plain(1, model.OrderedReady), plain(1, model.OrderedReady)
	prod.Namespace = "prod"
	service := model.Clone(*headless)
	service.Namespace = "prod"
	c := formed(t, prod, set, &service, headless)
	require.NoError(t, c.Scale("web", 2, sim.InNamespace("prod")))
	c.Settle()
	require.Equal(t, []string{"web-0"}, c.Pods("web").Names())
	require.Equal(t, []string{"web-0", "web-1"}, c.Pods("web", sim.InNamespace("prod")).Names())
	there, err := c.Lookup("web-0", "web-1.web.prod")
	require.NoError(t, err)
	require.Len(t, there.Addresses, 1)
	here, err := c.Lookup("web-0", "web-1.web")
	require.NoError(t, err)
	require.Contains(t, here.Err, "NXDOMAIN")
}

// kubectl apply merges: what the manifest says counts, what it never said stays,
// and what it says no more gets its default.
func TestApplyMerges(t *testing.T) {
	c := formed(t, headless, plain(3, model.OrderedReady))
	spec := func() *model.StatefulSetSpec {
		s, err := c.StatefulSet("web")
		require.NoError(t, err)
		return &s.Spec
	}
	require.NoError(t, c.SetPartition("web", 2))
	require.NoError(t, c.RolloutRestart("web"))
	c.Settle()

	silent := plain(3, model.OrderedReady) // says nothing of a strategy
	silent.Spec.Replicas = nil             // and no more of replicas
	require.NoError(t, c.Apply(silent))
	require.Equal(t, int32(2), spec().Partition(), "the partition was set by hand, and stays")
	require.Equal(t, int32(1), spec().DesiredReplicas(), "the replicas were in the manifest, and are not any more")
	require.NotEmpty(t, spec().Template.Annotations, "the restart is not undone")

	require.NoError(t, c.Scale("web", 4))
	require.NoError(t, c.Apply(silent))
	require.Equal(t, int32(4), spec().DesiredReplicas(), "the manifest leaves the replicas to others")

	require.NoError(t, c.Label("sts/web", []string{"team=a"}))
	budget := plain(4, model.OrderedReady)
	two := model.FromInt(2)
	budget.Spec.UpdateStrategy = model.UpdateStrategy{Type: model.RollingUpdate, RollingUpdate: &model.RollingUpdateStrategy{MaxUnavailable: &two}}
	require.NoError(t, c.Apply(budget))
	require.Equal(t, int32(2), spec().Partition(), "a block that says something else leaves the partition")
	require.Equal(t, int32(2), spec().MaxUnavailable())

	set, err := c.StatefulSet("web")
	require.NoError(t, err)
	require.Equal(t, model.Labels{"team": "a"}, set.Labels, "a label that was set by hand stays")
	mark := c.TraceLen()
	require.NoError(t, c.Apply(budget, headless))
	require.Len(t, c.TraceFrom(mark), 1, "nothing but the command: all is as it was")
	again, err := c.StatefulSet("web")
	require.NoError(t, err)
	require.Equal(t, set.Generation, again.Generation, "applying the same again changes nothing")
}

// The pull policy that a container got by default stays when its image changes, by
// whatever hand; only a manifest that says another, or has said one, changes it.
func TestApplyKeepsPullPolicies(t *testing.T) {
	image := func(image string, policy model.PullPolicy) *model.StatefulSet {
		s := plain(1, model.OrderedReady)
		s.Spec.Template.Spec.Containers[0].Image, s.Spec.Template.Spec.Containers[0].ImagePullPolicy = image, policy
		return s
	}
	c := formed(t, headless, image("app", ""))
	policy := func() model.PullPolicy {
		s, err := c.StatefulSet("web")
		require.NoError(t, err)
		return s.Spec.Template.Spec.Containers[0].ImagePullPolicy
	}
	require.Equal(t, model.PullAlways, policy(), "latest is asked for each time")
	require.NoError(t, c.SetImage("web", "app", "app:2"))
	require.Equal(t, model.PullAlways, policy())
	c.Settle()
	require.NoError(t, c.Apply(image("app:2", "")))
	require.Equal(t, model.PullAlways, policy())
	c.Settle()
	revisions, err := c.Revisions("web")
	require.NoError(t, err)
	require.Len(t, revisions, 2, "what was set by hand is applied, and no third template")
	require.NoError(t, c.Apply(image("app:2", model.PullNever)))
	require.Equal(t, model.PullNever, policy())
	require.NoError(t, c.Apply(image("app:2", "")))
	require.Equal(t, model.PullIfNotPresent, policy(), "what is said no more gets its default")
}

// A patch is merged as the API server does it.
func TestPatch(t *testing.T) {
	c := formed(t, plain(2, model.OrderedReady))
	patch := manifest.StrategicMerge(`{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"app:9"}]}}}}`)
	require.NoError(t, c.Patch("sts/web", patch))
	c.Settle()
	require.Equal(t, "app:9", c.Pods("web").Items[1].Spec.Containers[0].Image)
	revisions, err := c.Revisions("web")
	require.NoError(t, err)
	require.Len(t, revisions, 2)
}

// The pages that kubectl prints name what matters.
func TestPages(t *testing.T) {
	c := formed(t, disks(2)...)
	for _, row := range []struct{ target, says string }{
		{"sts/db", "2 desired | 2 total"},
		{"pod/db-0", "SuccessfulAttachVolume"},
		{"pvc/data-db-0", "ProvisioningSucceeded"},
	} {
		page, err := c.Describe(row.target)
		require.NoError(t, err)
		require.Contains(t, page, row.says)
	}
	require.Contains(t, c.StatefulSets().String(), "db     2/2")
	require.Contains(t, c.Volumes().String(), "default/data-db-1")
	require.Contains(t, c.Services().String(), "app=db")
	endpoints, err := c.Endpoints("db")
	require.NoError(t, err)
	require.Len(t, endpoints.Items, 2)
	require.NoError(t, c.Cordon("node-1"))
	require.Contains(t, c.Nodes().String(), "SchedulingDisabled")
	history, err := c.RolloutHistory("db", 1)
	require.NoError(t, err)
	require.Contains(t, history, "with revision #1")
}

// What there is can be written as Kubernetes objects, and the story as JSON.
func TestExports(t *testing.T) {
	c := formed(t, disks(1)...)
	var yaml, lines bytes.Buffer
	require.NoError(t, manifest.Write(&yaml, c.Objects()...))
	for _, kind := range []string{"Node", "StorageClass", "PersistentVolume", "PersistentVolumeClaim", "Service", "StatefulSet", "ControllerRevision", "Pod"} {
		require.Contains(t, yaml.String(), "kind: "+kind+"\n")
	}
	require.NoError(t, c.Trace().WriteJSON(&lines))
	require.Equal(t, len(c.Trace()), strings.Count(lines.String(), "\n"))
	require.Contains(t, lines.String(), `"who":"db-0","what":"is ready at 10.0.0.1 with the data of data-db-0"`)
}

// What the caller goes on to change does not change the world.
func TestNothingIsSharedWithTheCaller(t *testing.T) {
	images := map[string]sim.Image{}
	c := sim.New(sim.Config{Images: images})
	objects := []model.Object{plain(3, model.OrderedReady)}
	require.NoError(t, c.At(time.Second, sim.Apply{Objects: objects}))
	objects[0].Meta().Name = "other"
	images["app:1"] = sim.Image{Missing: true}
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Len(t, c.Pods("web").Items, 3)
	replicas := int32(2)
	require.NoError(t, c.Edit("web", func(s *model.StatefulSet) error { s.Spec.Replicas = &replicas; return nil }))
	replicas = 7
	c.Pods("web").Items[0].Spec.Containers[0].Image = "mine"
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Equal(t, []string{"web-0", "web-1"}, c.Pods("web").Names())
	require.Equal(t, "app:1", c.Pods("web").Items[0].Spec.Containers[0].Image)
}

// A wait that an edit has made pointless does not pass.
func TestAnEditEndsTheWaitForMinReadySeconds(t *testing.T) {
	c := sim.New(sim.Config{})
	set := plain(1, model.OrderedReady)
	set.Spec.MinReadySeconds = 600
	require.NoError(t, c.Apply(set))
	c.Run(20 * time.Second)
	require.NoError(t, c.Edit("web", func(s *model.StatefulSet) error { s.Spec.MinReadySeconds = 0; return nil }))
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Less(t, c.Now(), model.Instant(21*time.Second))
}

// Time does not go back, and does not run over.
func TestTimeGoesOn(t *testing.T) {
	c := formed(t, plain(1, model.OrderedReady))
	require.Panics(t, func() { c.Run(-1) })
	require.Panics(t, func() { c.RunUntil(func(sim.View) bool { return false }, -1) })
	c.Run(1<<63 - 1)
	require.Equal(t, model.Instant(1<<63-1), c.Now())
	require.NotEmpty(t, c.TraceFrom(-1))
}

// Revisions that nobody controls any more go to the set whose selector matches them
// and who looks first, whoever's they were.
func TestOrphanRevisionsFindAnotherSet(t *testing.T) {
	two := plain(1, model.OrderedReady)
	two.Name = "two"
	c := formed(t, plain(1, model.OrderedReady), two)
	require.NoError(t, c.SetImage("web", "app", "app:2"))
	c.Settle()
	require.NoError(t, c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
	c.Settle()
	require.NoError(t, c.Resync("two"))
	c.Settle()
	revisions, err := c.Revisions("two")
	require.NoError(t, err)
	require.Len(t, revisions, 3, "its own, and the two of web")
	require.NoError(t, c.Apply(plain(1, model.OrderedReady)))
	require.Equal(t, sim.Settled, c.Settle().State)
	revisions, err = c.Revisions("web")
	require.NoError(t, err)
	require.Empty(t, revisions, "they have found a set; the one that the new web needs is used where it is")
	set, err := c.StatefulSet("web")
	require.NoError(t, err)
	require.NotEmpty(t, set.Status.CurrentRevision)
}
