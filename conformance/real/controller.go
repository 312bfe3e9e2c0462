package real

import (
	"context"
	"sync"

	"github.com/go-logr/logr"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/statefulset"
)

// controller is the StatefulSet controller at work.
type controller struct {
	sets    *setInformer
	factory informers.SharedInformerFactory
	cancel  context.CancelFunc
	ended   sync.WaitGroup
}

// startController starts Kubernetes' controller with one worker: there is one set.
func startController(client kubernetes.Interface) *controller {
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), logr.Discard()))
	f := informers.NewSharedInformerFactory(client, 0)
	c := &controller{sets: newSetInformer(f), factory: f, cancel: cancel}
	ssc := statefulset.NewStatefulSetController(ctx, f.Core().V1().Pods(), c.sets,
		f.Core().V1().PersistentVolumeClaims(), f.Apps().V1().ControllerRevisions(), client)
	f.Start(ctx.Done())
	c.ended.Go(func() { ssc.Run(ctx, 1) })
	return c
}

// stop ends the controller and its informers, and waits for them.
func (c *controller) stop() {
	c.cancel()
	c.ended.Wait()
	c.factory.Shutdown()
}
