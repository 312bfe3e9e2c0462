package binding

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	v1 "k8s.io/api/core/v1"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/volume/expand"
	"k8s.io/kubernetes/pkg/controller/volume/persistentvolume"
	"k8s.io/kubernetes/pkg/controller/volume/pvcprotection"
	"k8s.io/kubernetes/pkg/controller/volume/pvprotection"
	"k8s.io/kubernetes/pkg/volume"
	"k8s.io/kubernetes/pkg/volume/csimigration"
	"k8s.io/kubernetes/pkg/volume/hostpath"
	"k8s.io/kubernetes/pkg/volume/nfs"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// resync is how often the volume controller looks at everything.
//
// Source: pkg/controller/volume/persistentvolume/config/v1alpha1/defaults.go.
const resync = 15 * time.Second

// onKubernetes plays a story on Kubernetes' own controllers and returns what the API
// shows after each step.
func onKubernetes(t *testing.T, steps []step, period time.Duration) (states []state) {
	t.Helper()
	handlers := utilruntime.ErrorHandlers
	utilruntime.ErrorHandlers = []utilruntime.ErrorHandler{func(context.Context, error, string, ...any) {}}
	defer func() { utilruntime.ErrorHandlers = handlers }()
	klog.SetLogger(logr.Discard())
	defer klog.ClearLogger()
	synctest.Test(t, func(t *testing.T) {
		p := &realPlayer{server: newServer(), lives: newLives()}
		controllers := start(t, newClient(p.server), period)
		begin := controllers.resyncs.first
		for i, s := range steps {
			time.Sleep(time.Until(begin.Add(stepAt(i))))
			refused := p.do(s)
			time.Sleep(time.Until(begin.Add(seenAt(i))))
			states = append(states, p.state(refused))
		}
		controllers.stop()
	})
	return states
}

// controllers are those that are about claims and volumes.
type controllers struct {
	resyncs   *resyncs
	factories []informers.SharedInformerFactory
	cancel    context.CancelFunc
	ended     sync.WaitGroup
}

// runner is a controller.
type runner interface{ Run(context.Context, int) }

// keep is the first result: a controller's constructor has an error besides in some
// releases.
func keep(v any, _ ...any) runner { return v.(runner) }

// start starts the controllers, and waits until they are at work.
func start(t *testing.T, client kubernetes.Interface, period time.Duration) *controllers {
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), logr.Discard()))
	f := informers.NewSharedInformerFactory(client, 0)
	c := &controllers{factories: []informers.SharedInformerFactory{f}, cancel: cancel}
	claims, volumes := turnsOf(f)
	c.resyncs = claims.resyncs
	binder, err := persistentvolume.NewController(ctx, persistentvolume.ControllerParameters{
		KubeClient: client, SyncPeriod: period, VolumePlugins: plugins(),
		VolumeInformer: volumes, ClaimInformer: claims, ClassInformer: f.Storage().V1().StorageClasses(),
		PodInformer: f.Core().V1().Pods(), NodeInformer: f.Core().V1().Nodes(), EnableDynamicProvisioning: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	protections := []runner{
		keep(pvcprotection.NewPVCProtectionController(logr.Discard(), f.Core().V1().PersistentVolumeClaims(), f.Core().V1().Pods(), client)),
		keep(pvprotection.NewPVProtectionController(logr.Discard(), f.Core().V1().PersistentVolumes(), client)),
	}
	expander, err := expand.NewExpandController(ctx, client, f.Core().V1().PersistentVolumeClaims(), nil, native{}, csimigration.PluginManager{PluginNameMapper: native{}})
	if err != nil {
		t.Fatal(err)
	}
	f.Start(ctx.Done())
	c.ended.Go(func() { expander.Run(ctx) })
	for _, p := range protections {
		c.ended.Go(func() { p.Run(ctx, 1) })
	}
	for _, p := range served {
		c.provisioner(ctx, client, p.name, p.inTree...)
	}
	time.Sleep(time.Second)
	c.ended.Go(func() { binder.Run(ctx) })
	for c.resyncs.first.IsZero() {
		time.Sleep(pause)
	}
	if c.resyncs.first.UnixNano()%int64(2*turn) != 0 {
		t.Fatal("binding: the controllers begin out of turn")
	}
	return c
}

// native says of each volume that it is of no plugin that a CSI driver has taken over: none
// is drawn.
type native struct{}

func (native) GetInTreePluginNameFromSpec(*v1.PersistentVolume, *v1.Volume) (string, error) {
	return "", nil
}

func (native) GetCSINameFromInTreeName(string) (string, error) { return "", nil }

// provisioner starts an external provisioner with the settings of csi-provisioner, in a
// process of its own.
//
// Source: kubernetes-csi external-provisioner cmd/csi-provisioner/csi-provisioner.go.
func (c *controllers) provisioner(ctx context.Context, client kubernetes.Interface, name string, inTree ...string) {
	f := informers.NewSharedInformerFactory(client, 0)
	c.factories = append(c.factories, f)
	p := controller.NewProvisionController(ctx, client, name, driver{name},
		controller.LeaderElection(false),
		controller.AdditionalProvisionerNames(inTree),
		controller.FailedProvisionThreshold(0),
		controller.FailedDeleteThreshold(0),
		controller.RateLimiter(workqueue.NewTypedItemExponentialFailureRateLimiter[string](time.Second, 5*time.Minute)),
		controller.AddFinalizer(true),
		controller.ClaimsInformer(f.Core().V1().PersistentVolumeClaims().Informer()),
		controller.VolumesInformer(f.Core().V1().PersistentVolumes().Informer()),
		controller.ClassesInformer(f.Storage().V1().StorageClasses().Informer()),
	)
	p.ControllerWaitGroup(&c.ended) // of its workers, which may be about to make a volume
	f.Start(ctx.Done())
	c.ended.Go(func() { p.Run(ctx) })
}

// plugins are those of the controller manager that recycle or delete. The others do
// neither, and are not given to the volume controller.
//
// Source: cmd/kube-controller-manager/app/plugins.go,
// ProbeProvisionableRecyclableVolumePlugins.
func plugins() []volume.VolumePlugin {
	config := func() volume.VolumeConfig {
		return volume.VolumeConfig{RecyclerMinimumTimeout: 60, RecyclerTimeoutIncrement: 30, RecyclerPodTemplate: volume.NewPersistentVolumeRecyclerPodTemplate()}
	}
	return append(hostpath.ProbeVolumePlugins(config()), nfs.ProbeVolumePlugins(config())...)
}

// stop ends the controllers and their informers, and waits for them.
func (c *controllers) stop() {
	c.cancel()
	c.ended.Wait()
	for _, f := range c.factories {
		f.Shutdown()
	}
}
