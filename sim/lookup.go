package sim

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/dnsmodel"
)

// Lookup is `kubectl exec <pod> -- nslookup <name>`: what the resolver in a pod is
// told. It is an error only if there is no such pod, or it has no address yet; a
// name that is not found is a result.
func (c *Cluster) Lookup(pod, name string, opts ...Option) (dnsmodel.Result, error) {
	var answer dnsmodel.Result
	err := c.Do(Lookup{Namespace: namespaceOf(opts), Pod: pod, Name: name, answer: &answer})
	return answer, err
}

// Lookup is [Cluster.Lookup] as an operation. It changes the caches that it asks, and so what
// others are told; the trace says nothing of it.
type Lookup struct {
	Namespace, Pod, Name string
	answer               *dnsmodel.Result // where it goes, if somebody waits for it
}

// String implements [Operation].
func (o Lookup) String() string {
	return "kubectl exec " + o.Pod + namespaceFlag(o.Namespace) + " -- nslookup " + quotedIfOdd(o.Name)
}

func (o Lookup) prepare(w *world) (func(), error) {
	p, err := w.mustPod(o.Namespace, o.Pod)
	if err != nil {
		return nil, err
	}
	if w.pods.at(p).ip == 0 {
		return nil, fmt.Errorf("cannot exec in pod %s: it has not been started", o.Pod)
	}
	return func() {
		answer := w.resolve(p, o.Name)
		if o.answer != nil {
			*o.answer = answer
		}
	}, nil
}
