package validation

import (
	"encoding/json"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/ordinal-sim/ordinal/model"
)

// probes checks the probes of a container. Only a readiness probe may want to succeed
// more than once; only the others may end the container, and say in what time.
//
// Source: pkg/apis/core/validation/validation.go, validateLivenessProbe,
// validateReadinessProbe and validateStartupProbe.
func probes(c *model.Container, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if p := c.LivenessProbe; p != nil {
		errs = append(errs, probe(p, at.child("livenessProbe"))...)
		errs = append(errs, succeedsOnce(p, at.child("livenessProbe"))...)
	}
	if p := c.ReadinessProbe; p != nil {
		errs = append(errs, probe(p, at.child("readinessProbe"))...)
		if p.TerminationGracePeriodSeconds != nil {
			errs = append(errs, field.Invalid(at.child("readinessProbe").child("terminationGracePeriodSeconds").field(),
				*p.TerminationGracePeriodSeconds, "must not be set for readinessProbes"))
		}
	}
	if p := c.StartupProbe; p != nil {
		errs = append(errs, probe(p, at.child("startupProbe"))...)
		errs = append(errs, succeedsOnce(p, at.child("startupProbe"))...)
	}
	return errs
}

func succeedsOnce(p *model.Probe, at fieldPath) field.ErrorList {
	if p.SuccessThreshold == 1 {
		return nil
	}
	return field.ErrorList{field.Invalid(at.child("successThreshold").field(), p.SuccessThreshold, "must be 1")}
}

// Source: pkg/apis/core/validation/validation.go, validateProbe.
func probe(p *model.Probe, at fieldPath) field.ErrorList {
	errs := probeHandler(p.Handler, at)
	errs = append(errs, nonNegative(at.child("initialDelaySeconds"), p.InitialDelaySeconds)...)
	errs = append(errs, nonNegative(at.child("timeoutSeconds"), p.TimeoutSeconds)...)
	errs = append(errs, nonNegative(at.child("periodSeconds"), p.PeriodSeconds)...)
	errs = append(errs, nonNegative(at.child("successThreshold"), p.SuccessThreshold)...)
	errs = append(errs, nonNegative(at.child("failureThreshold"), p.FailureThreshold)...)
	if grace := p.TerminationGracePeriodSeconds; grace != nil && *grace <= 0 {
		errs = append(errs, field.Invalid(at.child("terminationGracePeriodSeconds").field(), *grace, "must be greater than 0"))
	}
	return errs
}

// action is what a probe asks: of the pointers one is set.
type action struct {
	Exec *struct {
		Command []string `json:"command"`
	} `json:"exec"`
	HTTPGet *struct {
		Path    string       `json:"path"`
		Port    numberOrName `json:"port"`
		Scheme  string       `json:"scheme"`
		Headers []struct {
			Name string `json:"name"`
		} `json:"httpHeaders"`
	} `json:"httpGet"`
	TCPSocket *struct {
		Port numberOrName `json:"port"`
	} `json:"tcpSocket"`
	GRPC *struct {
		Port int32 `json:"port"`
	} `json:"grpc"`
}

// numberOrName is a port.
type numberOrName struct{ model.IntOrString }

// UnmarshalJSON implements [json.Unmarshaler].
func (p *numberOrName) UnmarshalJSON(text []byte) error {
	p.IsString = len(text) > 0 && text[0] == '"'
	if p.IsString {
		return json.Unmarshal(text, &p.StrVal)
	}
	return json.Unmarshal(text, &p.IntVal)
}

// probeHandler checks what a probe asks, which the model keeps as JSON. A text that is
// none can only come from a program.
//
// Source: pkg/apis/core/validation/validation.go, validateHandler.
func probeHandler(handler string, at fieldPath) field.ErrorList {
	if handler == "" {
		return field.ErrorList{field.Required(at.field(), "must specify a handler type")}
	}
	var a action
	if err := json.Unmarshal([]byte(handler), &a); err != nil {
		return field.ErrorList{field.Invalid(at.child("handler").field(), handler, "must be a JSON object with one of exec, grpc, httpGet and tcpSocket")}
	}
	var errs field.ErrorList
	one := false
	first := func(there bool, at fieldPath) bool {
		if there && one {
			errs = append(errs, field.Forbidden(at.field(), "may not specify more than 1 handler type"))
			return false
		}
		one = one || there
		return there
	}
	if at := at.child("exec"); first(a.Exec != nil, at) && len(a.Exec.Command) == 0 {
		errs = append(errs, field.Required(at.child("command").field(), ""))
	}
	if at := at.child("httpGet"); first(a.HTTPGet != nil, at) {
		errs = append(errs, httpAction(&a, at)...)
	}
	if at := at.child("tcpSocket"); first(a.TCPSocket != nil, at) {
		errs = append(errs, portNumberOrName(a.TCPSocket.Port.IntOrString, at.child("port"))...)
	}
	if at := at.child("grpc"); first(a.GRPC != nil, at) {
		errs = append(errs, portNumber(a.GRPC.Port, at.child("port"))...)
	}
	if !one {
		errs = append(errs, field.Required(at.field(), "must specify a handler type"))
	}
	return errs
}

// Source: pkg/apis/core/validation/validation.go, validateHTTPGetAction.
func httpAction(a *action, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	if a.HTTPGet.Path == "" {
		errs = append(errs, field.Required(at.child("path").field(), ""))
	}
	errs = append(errs, portNumberOrName(a.HTTPGet.Port.IntOrString, at.child("port"))...)
	switch a.HTTPGet.Scheme {
	case "HTTP", "HTTPS":
	default:
		errs = append(errs, field.NotSupported(at.child("scheme").field(), a.HTTPGet.Scheme, []string{"HTTP", "HTTPS"}))
	}
	for _, header := range a.HTTPGet.Headers {
		errs = append(errs, follow(validation.IsHTTPHeaderName, at.child("httpHeaders"), header.Name)...)
	}
	return errs
}

func portNumberOrName(p model.IntOrString, at fieldPath) field.ErrorList {
	if p.IsString {
		return follow(portName, at, p.StrVal)
	}
	return portNumber(p.IntVal, at)
}

// hooks checks the hooks of a container. One on a socket is not modelled, and taken on
// trust.
//
// Source: pkg/apis/core/validation/validation.go, validateLifecycle.
func hooks(c *model.Container, grace *int64, at fieldPath) field.ErrorList {
	var errs field.ErrorList
	trusted := strings.Contains(c.Unmodelled, `"tcpSocket"`)
	if h := c.PostStart; h != nil && !(trusted && h.Silent()) {
		errs = append(errs, handler(h, grace, at.child("postStart"))...)
	}
	if h := c.PreStop; h != nil && !(trusted && h.Silent()) {
		errs = append(errs, handler(h, grace, at.child("preStop"))...)
	}
	return errs
}
