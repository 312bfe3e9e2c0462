package scheduling

import (
	"context"
	"slices"
	"testing"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/latest"
	"k8s.io/kubernetes/pkg/scheduler/backend/cache"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/names"
	"k8s.io/kubernetes/pkg/scheduler/framework/runtime"
	"k8s.io/kubernetes/pkg/scheduler/metrics"
)

// verdict is what a scheduler says of a pod and each node, by the nodes' names.
type verdict struct {
	reasons  map[string][]string // empty where the pod fits
	hopeless map[string]bool     // taking other pods away would not help
	free     map[string]int64    // the score of least allocated, of each node
	message  string              // if the pod fits nowhere: up to the sentence about preemption
}

// ours are the plugins that are compared, in the order in which the default profile has them.
var ours = []string{
	names.NodeUnschedulable, names.TaintToleration, names.NodeAffinity, names.NodeResourcesFit, names.PodTopologySpread, names.InterPodAffinity,
}

// onlyOurs is the default profile with only the plugins that are compared.
func onlyOurs(t *testing.T) *config.KubeSchedulerProfile {
	c, err := latest.Default()
	require.NoError(t, err)
	p := c.Profiles[0]
	keep := append([]string{names.PrioritySort, names.DefaultBinder}, ours...)
	p.Plugins.MultiPoint.Enabled = slices.DeleteFunc(p.Plugins.MultiPoint.Enabled, func(p config.Plugin) bool { return !slices.Contains(keep, p.Name) })
	p.PluginConfig = slices.DeleteFunc(p.PluginConfig, func(c config.PluginConfig) bool { return !slices.Contains(keep, c.Name) })
	return &p
}

// askReal asks Kubernetes' plugins.
func askReal(t *testing.T, c cluster) verdict {
	metrics.Register()
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), logr.Discard()))
	defer cancel()
	var namespaces []*v1.Namespace
	for _, name := range []string{"default", "other"} {
		namespaces = append(namespaces, &v1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	factory := informers.NewSharedInformerFactory(fake.NewClientset(), 0)
	for _, ns := range namespaces {
		require.NoError(t, factory.Core().V1().Namespaces().Informer().GetStore().Add(ns))
	}
	f, err := runtime.NewFramework(ctx, plugins.NewInTreeRegistry(), onlyOurs(t),
		runtime.WithSnapshotSharedLister(cache.NewSnapshot(c.pods, c.nodes)), runtime.WithInformerFactory(factory), runtime.WithLogger(logr.Discard()))
	require.NoError(t, err)
	defer f.Close()
	infos, err := f.SnapshotSharedLister().NodeInfos().List()
	require.NoError(t, err)

	state := framework.NewCycleState()
	_, status, _ := f.RunPreFilterPlugins(ctx, state, c.pod)
	require.True(t, status.IsSuccess(), status.Message())
	out := verdict{reasons: map[string][]string{}, hopeless: map[string]bool{}, free: map[string]int64{}}
	failed := framework.NewDefaultNodeToStatus()
	fits := false
	for _, info := range infos {
		name := info.Node().Name
		status := f.RunFilterPlugins(ctx, state, c.pod, info)
		out.reasons[name], out.hopeless[name] = nil, status.Code() == fwk.UnschedulableAndUnresolvable
		if status.IsSuccess() {
			fits = true
			continue
		}
		out.reasons[name] = status.Reasons()
		failed.Set(name, status)
	}
	if !fits {
		e := framework.FitError{Pod: c.pod, NumAllNodes: len(infos), Diagnosis: framework.Diagnosis{NodeToStatus: failed}}
		out.message = e.Error()
	}
	require.True(t, f.RunPreScorePlugins(ctx, state, c.pod, infos).IsSuccess())
	scores, status := f.RunScorePlugins(ctx, state, c.pod, infos)
	require.True(t, status.IsSuccess(), status.Message())
	for _, s := range scores {
		for _, p := range s.Scores {
			if p.Name == names.NodeResourcesFit {
				out.free[s.Name] = p.Score
			}
		}
	}
	return out
}
