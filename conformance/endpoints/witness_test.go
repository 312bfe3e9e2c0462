package endpoints

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
)

// TestWitness holds that the comparison can fail: each bug, planted into Ordinal's side,
// is seen in one of the stories drawn.
func TestWitness(t *testing.T) {
	const storiesAtMost = 600
	for _, row := range []struct {
		what string
		bug  bug
	}{
		{"a terminating pod is like any other", bug{pod: func(p *dnsmodel.Pod) { p.Terminating = false }}},
		{"a finished pod stays", bug{pod: func(p *dnsmodel.Pod) { p.Finished = false }}},
		{"a pod stays though its node has no Node object", bug{pod: func(p *dnsmodel.Pod) { p.NodeMissing = false }}},
		{"every pod of a subdomain is named after itself", bug{pod: func(p *dnsmodel.Pod) { p.Hostname = p.Name }}},
		{"every Service names pods", bug{service: func(s *model.Service) { s.Name = "nginx" }}},
		{"the order of a pod's addresses matters", bug{pod: func(p *dnsmodel.Pod) { p.IPs[1] = p.IPs[0] }}},
		{"an init container has no ports", bug{pod: func(p *dnsmodel.Pod) { p.Spec = &model.PodSpec{Containers: p.Spec.Containers} }}},
		{"publishNotReadyAddresses does nothing", bug{service: func(s *model.Service) { s.Spec.PublishNotReadyAddresses = false }}},
		{"a Service has the first of its families", bug{service: func(s *model.Service) { s.Spec.IPFamilies = s.Spec.IPFamilies[:min(1, len(s.Spec.IPFamilies))] }}},
		{"a protocol does not matter for the name of a port", bug{service: func(s *model.Service) {
			ports := s.Spec.Ports
			s.Spec.Ports = nil
			for _, p := range ports {
				p.Protocol = "TCP"
				s.Spec.Ports = append(s.Spec.Ports, p)
			}
		}}},
		{"the informer never lies behind", bug{turn: func(q *dnsmodel.SyncQueue, now model.Instant) { q.Wrote(now) }}},
		{"a turn that fails is not repeated", bug{turn: func(q *dnsmodel.SyncQueue, now model.Instant) { _ = q.Take(now.Add(time.Hour)) }}},
		{"every turn that fails is repeated after a second", bug{turn: func(q *dnsmodel.SyncQueue, _ model.Instant) { q.Succeeded() }}},
		{"there is a batch period", bug{batch: time.Millisecond}},
	} {
		t.Run(row.what, func(t *testing.T) {
			generator := stories()
			for seed := range storiesAtMost {
				o := newOurs(generator.Example(seed))
				o.bug = row.bug
				if compare(t, o) != "" {
					return
				}
			}
			t.Errorf("nobody has noticed in %d stories", storiesAtMost)
		})
	}
}

// TestEmptySelector holds what an API server makes of a selector without labels, which
// would select every pod of the namespace: in storage, and on its way to a controller, it
// is the same as none, which selects no pod.
func TestEmptySelector(t *testing.T) {
	data, err := (&corev1.Service{Spec: corev1.ServiceSpec{Selector: map[string]string{}}}).Marshal()
	require.NoError(t, err)
	var read corev1.Service
	require.NoError(t, read.Unmarshal(data))
	require.Nil(t, read.Spec.Selector)
}
