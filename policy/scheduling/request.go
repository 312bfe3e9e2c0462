package scheduling

import "github.com/ordinal-sim/ordinal/model"

// Request is how much room a pod takes.
type Request struct {
	CPU    model.MilliCPU
	Memory model.Bytes

	// The same with an assumption for each container that asks for nothing; only scores use
	// these, so that such pods do not all go to one node.
	AssumedCPU    model.MilliCPU
	AssumedMemory model.Bytes
}

// What a container that asks for nothing is assumed to use.
//
// Source: pkg/scheduler/util/pod_resources.go.
const (
	assumedCPU    model.MilliCPU = 100
	assumedMemory                = 200 * model.Mi
)

// RequestOf is how much room a pod takes: all containers and sidecars together, or, if that
// is more, an init container together with the sidecars that have been started before it.
// What is not requested is taken to be the limit, as defaulting does.
//
// Source: component-helpers resource/helpers.go, AggregateContainerRequests.
func RequestOf(spec *model.PodSpec) Request {
	var main, sidecars, init Request
	for i := range spec.Containers {
		main.add(ofContainer(&spec.Containers[i]))
	}
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		r := ofContainer(c)
		r.add(sidecars)
		if c.Sidecar() {
			sidecars = r
		}
		init.max(r)
	}
	main.add(sidecars)
	main.max(init)
	return main
}

func ofContainer(c *model.Container) Request {
	r := Request{CPU: c.Resources.Requests.CPU, Memory: c.Resources.Requests.Memory}
	if r.CPU == 0 {
		r.CPU = c.Resources.Limits.CPU
	}
	if r.Memory == 0 {
		r.Memory = c.Resources.Limits.Memory
	}
	r.AssumedCPU, r.AssumedMemory = r.CPU, r.Memory
	if r.CPU == 0 {
		r.AssumedCPU = assumedCPU
	}
	if r.Memory == 0 {
		r.AssumedMemory = assumedMemory
	}
	return r
}

func (r *Request) add(o Request) {
	r.CPU += o.CPU
	r.Memory += o.Memory
	r.AssumedCPU += o.AssumedCPU
	r.AssumedMemory += o.AssumedMemory
}

func (r *Request) sub(o Request) {
	r.CPU -= o.CPU
	r.Memory -= o.Memory
	r.AssumedCPU -= o.AssumedCPU
	r.AssumedMemory -= o.AssumedMemory
}

// Minus is the room that is left of r without o.
func (r Request) Minus(o Request) Request {
	r.sub(o)
	return r
}

func (r *Request) max(o Request) {
	r.CPU = max(r.CPU, o.CPU)
	r.Memory = max(r.Memory, o.Memory)
	r.AssumedCPU = max(r.AssumedCPU, o.AssumedCPU)
	r.AssumedMemory = max(r.AssumedMemory, o.AssumedMemory)
}
