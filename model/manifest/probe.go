package manifest

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/ordinal-sim/ordinal/model"
)

// Probes, in both directions. What a probe asks has no meaning for the model, which
// keeps it as JSON in the field Handler, as it keeps other things in Unmodelled; only
// that nobody has to be warned of it.

// handlers are the fields of a probe that say what it asks.
var handlers = []string{"exec", "grpc", "httpGet", "tcpSocket"}

func probeToAPI(p *model.Probe) *corev1.Probe {
	if p == nil {
		return nil
	}
	return &corev1.Probe{
		InitialDelaySeconds: p.InitialDelaySeconds, PeriodSeconds: p.PeriodSeconds, TimeoutSeconds: p.TimeoutSeconds,
		SuccessThreshold: p.SuccessThreshold, FailureThreshold: p.FailureThreshold,
		TerminationGracePeriodSeconds: copyPointer(p.TerminationGracePeriodSeconds),
	}
}

func probeFromAPI(p *corev1.Probe) *model.Probe {
	if p == nil {
		return nil
	}
	return &model.Probe{
		InitialDelaySeconds: p.InitialDelaySeconds, PeriodSeconds: p.PeriodSeconds, TimeoutSeconds: p.TimeoutSeconds,
		SuccessThreshold: p.SuccessThreshold, FailureThreshold: p.FailureThreshold,
		TerminationGracePeriodSeconds: copyPointer(p.TerminationGracePeriodSeconds),
	}
}

// probeSlots are the fields Handler of a container's probes.
func probeSlots(at path, c *model.Container) []slot {
	var out []slot
	for _, p := range []struct {
		name  string
		probe *model.Probe
	}{{"livenessProbe", c.LivenessProbe}, {"readinessProbe", c.ReadinessProbe}, {"startupProbe", c.StartupProbe}} {
		if p.probe != nil {
			out = append(out, slot{at: at.to(p.name), text: &p.probe.Handler, only: handlers})
		}
	}
	return out
}
