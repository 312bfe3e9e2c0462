package real

import (
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/testing"
)

// errInjected is what the API server says to a write that is made to fail.
var errInjected = errors.New("injected failure")

// fault is one failing write to come.
type fault struct {
	what string // "create pod"
	nth  int32  // it is the n-th next one; 1 is the next
}

// fail makes the n-th next write of a kind fail.
func (s *server) fail(what string, nth int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, fault{what, max(1, nth)})
}

// refuse makes all writes of a kind fail from now on, or no longer.
func (s *server) refuse(what string, always bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused[what] = always
}

// admit lets a write of the controller pass unless a fault is due.
func (s *server) admit(action testing.Action) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	what := writeOf(action)
	if s.refused[what] {
		return apierrors.NewInternalError(errInjected)
	}
	for i := range s.faults {
		f := &s.faults[i]
		if f.what != what || f.nth == 0 {
			continue
		}
		if f.nth--; f.nth == 0 {
			return apierrors.NewInternalError(errInjected)
		}
	}
	return nil
}

// writeOf is what an action is called in a scenario; "" if it does not write what can
// fail there.
func writeOf(action testing.Action) string {
	verb, kind := action.GetVerb(), ""
	switch action.GetResource().Resource {
	case "pods":
		kind = "pod"
	case "persistentvolumeclaims":
		kind = "claim"
	case "statefulsets":
		kind = action.GetSubresource()
	case "replicasets":
		if kind = "replicaset"; action.GetSubresource() != "" {
			kind = action.GetSubresource()
		}
	}
	if verb == "patch" {
		verb = "update"
	}
	return verb + " " + kind
}
