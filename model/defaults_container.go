package model

import (
	"bytes"
	"encoding/json"
	"strings"
)

// undefaulted reports whether a container has something to be filled in.
func (c *Container) undefaulted() bool {
	for i := range c.Ports {
		if c.Ports[i].undefaulted() {
			return true
		}
	}
	return c.ImagePullPolicy == "" || c.PreStop.undefaulted() || c.PostStart.undefaulted() ||
		c.LivenessProbe.undefaulted() || c.ReadinessProbe.undefaulted() || c.StartupProbe.undefaulted()
}

// setDefaults fills in a container, which is nobody else's. What it points to may be.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_Container; the protocol of a port
// is declared in staging/src/k8s.io/api/core/v1/types.go.
func (c *Container) setDefaults() {
	c.Ports = mend(c.Ports, (*ContainerPort).undefaulted, func(p *ContainerPort) { p.Protocol = "TCP" })
	if c.ImagePullPolicy == "" {
		c.ImagePullPolicy = DefaultPullPolicy(c.Image)
	}
	c.PreStop, c.PostStart = c.PreStop.withDefaults(), c.PostStart.withDefaults()
	c.LivenessProbe, c.ReadinessProbe, c.StartupProbe =
		c.LivenessProbe.withDefaults(), c.ReadinessProbe.withDefaults(), c.StartupProbe.withDefaults()
}

func (p *ContainerPort) undefaulted() bool { return p.Protocol == "" }

// undefaulted reports whether a hook does not say what it asks for by HTTP.
func (h *LifecycleHandler) undefaulted() bool {
	return h != nil && h.HTTPGet != "" && !strings.Contains(h.HTTPGet, "/")
}

// withDefaults is the hook with what it left out.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_HTTPGetAction.
func (h *LifecycleHandler) withDefaults() *LifecycleHandler {
	if !h.undefaulted() {
		return h
	}
	out := *h
	out.HTTPGet += "/"
	return &out
}

func (p *Probe) undefaulted() bool { return p.withDefaults() != p }

// withDefaults is the probe with what it left out.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_Probe.
func (p *Probe) withDefaults() *Probe {
	if p == nil {
		return nil
	}
	out := *p
	setDefault(&out.PeriodSeconds, 10)
	setDefault(&out.TimeoutSeconds, 1)
	setDefault(&out.SuccessThreshold, 1)
	setDefault(&out.FailureThreshold, 3)
	out.Handler = handlerWithDefaults(p.Handler)
	if out == *p {
		return p
	}
	return &out
}

// handlerWithDefaults fills in what a probe asks, and spells it in one way: JSON
// with sorted keys, on one line. A text that is not JSON stays as it is, to be refused.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_HTTPGetAction; the service of
// gRPC is declared in staging/src/k8s.io/api/core/v1/types.go.
func handlerWithDefaults(handler string) string {
	if handler == "" {
		return ""
	}
	var actions map[string]map[string]any
	reader := json.NewDecoder(strings.NewReader(handler))
	reader.UseNumber()
	if reader.Decode(&actions) != nil || reader.More() {
		return handler
	}
	fill := func(action, field, value string) {
		if fields := actions[action]; fields != nil && (fields[field] == nil || fields[field] == "") {
			fields[field] = value
		}
	}
	fill("httpGet", "path", "/")
	fill("httpGet", "scheme", "HTTP")
	fill("grpc", "service", "")
	var out bytes.Buffer
	writer := json.NewEncoder(&out)
	writer.SetEscapeHTML(false)
	if err := writer.Encode(actions); err != nil {
		panic("model: a probe cannot be marshalled: " + err.Error())
	}
	return strings.TrimSuffix(out.String(), "\n")
}
