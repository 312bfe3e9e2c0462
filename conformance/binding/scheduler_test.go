package binding

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/assert"
	v1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	componentvolume "k8s.io/component-helpers/storage/volume"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/feature"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/volumebinding"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/conformance/version"
)

// scene is a pod that is to be scheduled, and what there is: objects in any state
// whatever, whether a controller would have brought them there or not.
type scene struct {
	claims  []*v1.PersistentVolumeClaim
	volumes []*v1.PersistentVolume
	classes []*storagev1.StorageClass
	nodes   []*v1.Node
	mounts  []string // the claims of the pod
}

// TestScheduling draws scenes, and asks the scheduler's plugin VolumeBinding and package
// storage the same: can the pod be scheduled at all, on which nodes, and what would be
// bound there.
func TestScheduling(t *testing.T) {
	answers := map[string]bool{}
	ask := func(rt *rapid.T) {
		s := drawScene(rt)
		want, got := s.askKubernetes(t), s.askOrdinal()
		if !slices.Equal(want, got) {
			rt.Fatalf("%v\nKubernetes says\n  %s\nOrdinal says\n  %s", s, strings.Join(want, "\n  "), strings.Join(got, "\n  "))
		}
		counts.Pods++
		counts.Verdicts += len(want)
		for _, line := range want {
			_, what, _ := strings.Cut(line, ": ")
			answers[digitless(what)] = true
		}
	}
	if !t.Run("pods", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			for range 3 {
				ask(rt)
			}
		})
	}) {
		counts.Differences++
	}
	t.Logf("Kubernetes %s: %d pods, %d verdicts, %d different ones", version.Kubernetes(), counts.Pods, counts.Verdicts, len(answers))
	if testing.Short() || counts.Pods < 1000 {
		return
	}
	shown := slices.Sorted(maps.Keys(answers))
	for _, words := range []string{
		`persistentvolumeclaim "c#" not found`, `persistentvolumeclaim "c#" is being deleted`, `persistentvolumeclaim "c#" bound to non-existent persistentvolume "v#"`,
		"pod has unbound immediate PersistentVolumeClaims", "node(s) didn't match PersistentVolume's node affinity",
		"node(s) didn't find available persistent volumes to bind", "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)",
		"node(s) didn't match PersistentVolume's node affinity, node(s) didn't find available persistent volumes to bind",
		"possible", "possible, c# gets v#", "possible, c# is made", "possible, c# gets v#, c# is made", "possible, c# gets v#, c# gets v#",
	} {
		assert.Contains(t, shown, words, "nothing drawn has come to show it")
	}
}

// digitless writes all numbers alike.
func digitless(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '#'
		}
		return r
	}, s)
}

// handle is as much of a scheduler as the plugin asks for.
type handle struct {
	fwk.Handle
	client  kubernetes.Interface
	factory informers.SharedInformerFactory
}

// ClientSet implements [fwk.Handle].
func (h handle) ClientSet() kubernetes.Interface { return h.client }

// SharedInformerFactory implements [fwk.Handle].
func (h handle) SharedInformerFactory() informers.SharedInformerFactory { return h.factory }

// askKubernetes asks the plugin.
func (s scene) askKubernetes(t *testing.T) (answers []string) {
	synctest.Test(t, func(t *testing.T) {
		if whole := s.preFilter(t); whole != "" {
			answers = []string{"pod: " + whole}
			return
		}
		for _, node := range s.nodes {
			answers = append(answers, node.Name+": "+s.filter(t, node))
		}
	})
	return answers
}

// plugin starts the plugin on a server of its own.
func (s scene) plugin(t *testing.T) (*server, *volumebinding.VolumeBinding, func()) {
	server := newServer()
	for _, o := range s.objects() {
		server.put(o)
	}
	client := newClient(server)
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), logr.Discard()))
	f := informers.NewSharedInformerFactory(client, 0)
	args := &config.VolumeBindingArgs{BindTimeoutSeconds: 600}
	made, err := volumebinding.New(ctx, args, handle{client: client, factory: f}, feature.Features{})
	if err != nil {
		t.Fatal(err)
	}
	f.Start(ctx.Done())
	f.WaitForCacheSync(ctx.Done())
	synctest.Wait()
	return server, made.(*volumebinding.VolumeBinding), func() {
		cancel()
		f.Shutdown()
	}
}

func (s scene) preFilter(t *testing.T) string {
	_, plugin, stop := s.plugin(t)
	defer stop()
	_, status := plugin.PreFilter(context.Background(), framework.NewCycleState(), s.pod(), nil)
	if status.IsSuccess() {
		return ""
	}
	return strings.Join(status.Reasons(), ", ")
}

// filter asks about one node; if it is possible, the pod is reserved and bound there, as
// far as it goes without anybody who answers.
func (s scene) filter(t *testing.T, node *v1.Node) string {
	server, plugin, stop := s.plugin(t)
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	state, pod := framework.NewCycleState(), s.pod()
	plugin.PreFilter(ctx, state, pod, nil)
	info := framework.NewNodeInfo()
	info.SetNode(node)
	if status := plugin.Filter(ctx, state, pod, info); !status.IsSuccess() {
		return strings.Join(status.Reasons(), ", ")
	}
	if status := plugin.Reserve(ctx, state, pod, node.Name); !status.IsSuccess() {
		return "cannot be reserved: " + strings.Join(status.Reasons(), ", ")
	}
	status := plugin.PreBind(ctx, state, pod, node.Name) // it writes, and waits in vain
	if !status.IsSuccess() && !strings.Contains(status.Message(), context.DeadlineExceeded.Error()) {
		return "cannot be bound: " + status.Message()
	}
	words := []string{"possible"}
	for _, c := range s.claims {
		words = append(words, s.written(server, c, node.Name)...)
	}
	slices.Sort(words[1:])
	return strings.Join(words, ", ")
}

// written is what the plugin has written for a claim.
func (s scene) written(server *server, c *v1.PersistentVolumeClaim, node string) (words []string) {
	for _, v := range s.volumes {
		o, err := server.get(server.table("persistentvolumes"), v.Name)
		if err != nil {
			continue
		}
		ref, before := o.(*v1.PersistentVolume).Spec.ClaimRef, v.Spec.ClaimRef
		if ref != nil && ref.UID == c.UID && ref.Name == c.Name && (before == nil || before.UID != c.UID) {
			words = append(words, c.Name+" gets "+v.Name)
		}
	}
	o, err := server.get(server.table("persistentvolumeclaims"), c.Name)
	if err == nil && o.GetAnnotations()[componentvolume.AnnSelectedNode] == node && c.Annotations[componentvolume.AnnSelectedNode] == "" {
		words = append(words, c.Name+" is made")
	}
	return words
}

// objects are all objects of the scene. The pod is not one of them: nobody looks for it.
func (s scene) objects() (out []object) {
	for _, c := range s.claims {
		out = append(out, c)
	}
	for _, v := range s.volumes {
		out = append(out, v)
	}
	for _, c := range s.classes {
		out = append(out, c)
	}
	for _, n := range s.nodes {
		out = append(out, n)
	}
	return out
}

// pod is the pod that is to be scheduled.
func (s scene) pod() *v1.Pod {
	pod := &v1.Pod{}
	pod.Name, pod.Namespace = "p", namespace
	for i, claim := range s.mounts {
		pod.Spec.Volumes = append(pod.Spec.Volumes, v1.Volume{Name: fmt.Sprint("v", i), VolumeSource: v1.VolumeSource{
			PersistentVolumeClaim: &v1.PersistentVolumeClaimVolumeSource{ClaimName: claim},
		}})
	}
	return pod
}

func (s scene) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, "a pod that mounts", s.mounts)
	for _, o := range s.objects() {
		if _, ok := o.(*v1.Node); !ok {
			fmt.Fprintln(&b, step{do: doCreate, target: o.GetName(), create: o})
		}
		switch o := o.(type) {
		case *v1.PersistentVolumeClaim:
			fmt.Fprintln(&b, "   ", claimLine(o), "uid="+o.UID)
		case *v1.PersistentVolume:
			fmt.Fprintln(&b, "   ", newLives().volumeLine(o), o.Spec.NodeAffinity)
		case *v1.Node:
			fmt.Fprintln(&b, o.Name, o.Labels)
		}
	}
	return b.String()
}
