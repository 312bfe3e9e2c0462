package endpoints

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	discovery "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/endpointslice"
)

// runReal plays a story on Kubernetes' controller and returns what it wrote. Steps that
// are skipped are not taken.
func runReal(t *testing.T, s story, skipped map[int]bool) (log []change) {
	t.Helper()
	defer quiet()()
	synctest.Test(t, func(*testing.T) {
		c := startController(s.Batch)
		for i, st := range s.Steps {
			time.Sleep(time.Until(c.begin.Add(st.At)))
			if !skipped[i] {
				c.do(st)
			}
		}
		time.Sleep(time.Until(c.begin.Add(s.End)))
		c.stop()
		log = c.log
	})
	return log
}

// quiet keeps Kubernetes from telling the test's output about every retry, and from
// waiting when there are many: its handlers of errors are the whole process's. It
// returns what puts them back.
func quiet() (restore func()) {
	handlers := utilruntime.ErrorHandlers
	utilruntime.ErrorHandlers = nil
	klog.SetLogger(logr.Discard())
	return func() {
		utilruntime.ErrorHandlers = handlers
		klog.ClearLogger()
	}
}

// controller is Kubernetes' controller at work on a server of its own.
type controller struct {
	api     *api
	factory informers.SharedInformerFactory
	cancel  context.CancelFunc
	ended   sync.WaitGroup
	begin   time.Time
	log     []change
}

// startUp is how long a controller has to fill its caches before the story begins.
const startUp = time.Second

// How many workers there are by default, and endpoints in a slice at most.
//
// Source: pkg/controller/endpointslice/config/v1alpha1/defaults.go.
const (
	workers  = 5
	perSlice = 100
)

func startController(batch time.Duration) *controller {
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), logr.Discard()))
	c := &controller{api: newAPI(), cancel: cancel}
	c.api.onWrite = c.wrote
	client := c.api.client()
	c.factory = informers.NewSharedInformerFactory(client, 0)
	core := c.factory.Core().V1()
	esc := endpointslice.NewController(ctx, core.Pods(), core.Services(), core.Nodes(), c.factory.Discovery().V1().EndpointSlices(),
		perSlice, client, batch)
	c.factory.Start(ctx.Done())
	c.ended.Go(func() { esc.Run(ctx, workers) })
	time.Sleep(startUp)
	c.begin = time.Now()
	return c
}

// stop ends the controller and its informers, and waits for them.
func (c *controller) stop() {
	c.cancel()
	c.ended.Wait()
	c.factory.Shutdown()
}

// do takes a step.
func (c *controller) do(st step) {
	kind, key, _ := strings.Cut(st.Gone, " ")
	switch {
	case st.Service != nil:
		c.api.put("services", serviceOf(st.Service))
	case st.Pod != nil:
		c.api.put("pods", st.Pod.api())
	case st.Node != nil:
		c.api.put("nodes", st.Node.api())
	case st.Gone != "":
		c.api.drop(kind, key)
	default:
		c.api.dropSlices(st.Slices)
	}
}

// wrote notes what the slices of a Service have come to. What is written at the same
// instant is one change.
func (c *controller) wrote(service types.NamespacedName) {
	key := keyOf(service.Namespace, service.Name)
	if _, exists := c.api.tables["services"].objects[key]; !exists {
		return // its slices are on their way out
	}
	now := change{time.Since(c.begin), key, contentOf(c.api.slicesOf(key))}
	for i := range c.log {
		if c.log[i].At == now.At && c.log[i].Service == key {
			c.log[i] = now
			return
		}
	}
	c.log = append(c.log, now)
}

// contentOf shows slices: their families, and their endpoints. An endpoint is ready if it
// says so or says nothing, which is how CoreDNS reads it.
func contentOf(list []*discovery.EndpointSlice) string {
	var lines []string
	for _, s := range list {
		if family := string(s.AddressType); !slices.Contains(lines, family) {
			lines = append(lines, family)
		}
		if len(s.Endpoints) == 0 {
			lines = append(lines, string(s.AddressType)+" a slice without endpoints")
		}
		var ports []string
		for _, p := range s.Ports {
			ports = append(ports, fmt.Sprintf("%s/%s/%d", *p.Name, *p.Protocol, *p.Port))
		}
		for _, e := range s.Endpoints {
			for _, addr := range e.Addresses {
				lines = append(lines, line{
					family: string(s.AddressType), addr: addr, hostname: deref(e.Hostname),
					ready: e.Conditions.Ready == nil || *e.Conditions.Ready, serving: deref(e.Conditions.Serving), terminating: deref(e.Conditions.Terminating),
					pod: string(e.TargetRef.UID), node: deref(e.NodeName), zone: deref(e.Zone), ports: slices.Clone(ports),
				}.String())
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
