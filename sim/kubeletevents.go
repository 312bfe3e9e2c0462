package sim

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// The events of kubelets. A probe that fails again and again is one event here, when its
// verdict is known; Kubernetes counts it up each time.
//
// Source: pkg/kubelet/events/event.go.

// kubeletEvents are the events of a record, if it is one of a kubelet's.
func (w *world) kubeletEvents(r *record) []Event {
	text := w.text(r.text)
	one := func(kind, reason, message string) []Event {
		return []Event{{
			At: r.at, Type: kind, Reason: reason, Message: message,
			Kind: model.KindPod, Namespace: w.text(r.subject.Namespace), Name: w.rendered(r.subject),
		}}
	}
	normal := func(reason, message string) []Event { return one("Normal", reason, message) }
	warning := func(reason, message string) []Event { return one("Warning", reason, message) }
	notStarted := func(why startFailure) []Event { return warning("Failed", "Error: "+why.reason()) }
	switch r.kind {
	case recPodStarted:
		if r.why == 1 {
			return normal("SandboxChanged", "Pod sandbox changed, it will be killed and re-created.")
		}
	case recPulling:
		return normal("Pulling", fmt.Sprintf("Pulling image %q", text))
	case recPulled:
		if r.a == alreadyPresent {
			return normal("Pulled", fmt.Sprintf("Container image %q already present on machine and can be accessed by the pod", text))
		}
		return normal("Pulled", fmt.Sprintf("Successfully pulled image %q in %v (%[2]v including waiting). Image size: 0 bytes.",
			text, time.Duration(r.a).Truncate(time.Millisecond)))
	case recPullFailed:
		return append(warning("Failed", fmt.Sprintf("Failed to pull image %q: %s", text, pullError(text))), notStarted(failedPull)...)
	case recPullBackOff:
		return append(normal("BackOff", fmt.Sprintf("Back-off pulling image %q", text)), notStarted(failedPullBackOff)...)
	case recNeverPulled:
		return append(warning("ErrImageNeverPull", neverPulledMessage(text)), notStarted(failedNever)...)
	case recContainerStarted:
		return append(normal("Created", "Container created"), normal("Started", "Container started")...)
	case recHookFailed:
		return warning("FailedPostStartHook", "PostStartHook failed")
	case recKilling:
		return normal("Killing", killingMessage(text, killReason(r.why), unwellness(r.a), containerKind(r.b)))
	case recUnhealthy:
		return warning("Unhealthy", w.unhealthyMessage(r))
	case recPressed:
		return warning(reasonEvicted, text)
	case recRejected:
		reason, message, _ := strings.Cut(text, "\n")
		return warning(reason, strings.TrimPrefix(message, "Pod was rejected: "))
	case recPressure:
		return ofNode(r, normal, [...][2]string{{"NodeHasSufficientMemory", "NodeHasInsufficientMemory"}, {"NodeHasNoDiskPressure", "NodeHasDiskPressure"}}[r.b][r.a])
	case recShutdown:
		events := normal("Shutdown", "Shutdown manager detected shutdown event")
		events[0].Kind = model.KindNode
		return events
	case recBackOff:
		return warning("BackOff", fmt.Sprintf("Back-off restarting failed container %s in pod %s", text, w.fullName(r.subject, model.UID(r.a))))
	}
	return nil
}

// ofNode is an event of a node whose status changes.
//
// Source: pkg/kubelet/kubelet_node_status.go, recordNodeStatusEvent.
func ofNode(r *record, normal func(reason, message string) []Event, reason string) []Event {
	events := normal(reason, "")
	events[0].Kind = model.KindNode
	events[0].Message = fmt.Sprintf("Node %s status is now: %s", events[0].Name, reason)
	return events
}

// pullError is what a registry says that does not have an image.
func pullError(image string) string {
	return fmt.Sprintf("failed to pull and unpack image %q: not found", image)
}

func neverPulledMessage(image string) string {
	return fmt.Sprintf("Container image %q is not present with pull policy of Never", image)
}

// killingMessage says why a container is killed.
//
// Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go, computePodActions;
// kuberuntime_container.go, computeInitContainerActions, startContainer and killContainer.
func killingMessage(name string, why killReason, unwell unwellness, kind containerKind) string {
	probe := "liveness"
	if unwell == unwellAtStart {
		probe = "startup"
	}
	switch {
	case why == killedForHook:
		return "FailedPostStartHook"
	case why == killedWithPod:
		return "Stopping container " + name
	case kind == mainContainer:
		return fmt.Sprintf("Container %s failed %s probe, will be restarted", name, probe)
	default:
		return fmt.Sprintf("Init container %s failed %s probe", name, probe)
	}
}

// unhealthyMessage is what a probe has been told, as far as its kind is known.
//
// Source: pkg/kubelet/prober/prober.go; pkg/probe.
func (w *world) unhealthyMessage(r *record) string {
	hung := r.a&1 == 1
	spec := probeKind(r.why).spec(w.template(policy.Template(r.b >> 32)).containers[r.a>>1].spec)
	address := podAddr(uint32(r.b)).String()
	head := probeKind(r.why).String() + " probe failed: "
	var handler struct {
		HTTPGet *struct {
			Scheme, Path string
			Port         any
		}
		TCPSocket *struct{ Port any }
		GRPC      *struct{ Port any }
		Exec      *struct{ Command []string }
	}
	_ = json.Unmarshal([]byte(spec.Handler), &handler) // one that cannot be read says nothing
	switch {
	case handler.HTTPGet != nil && hung:
		scheme := strings.ToLower(handler.HTTPGet.Scheme)
		if scheme == "" {
			scheme = "http"
		}
		return fmt.Sprintf("%sGet \"%s://%s:%v/%s\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
			head, scheme, address, handler.HTTPGet.Port, strings.TrimPrefix(handler.HTTPGet.Path, "/"))
	case handler.HTTPGet != nil:
		return head + "HTTP probe failed with statuscode: 503"
	case handler.TCPSocket != nil && hung:
		return fmt.Sprintf("%sdial tcp %s:%v: i/o timeout", head, address, handler.TCPSocket.Port)
	case handler.TCPSocket != nil:
		return fmt.Sprintf("%sdial tcp %s:%v: connect: connection refused", head, address, handler.TCPSocket.Port)
	case handler.GRPC != nil && hung:
		return fmt.Sprintf("%stimeout: failed to connect service \"%s:%v\" within %v: context deadline exceeded", head, address, handler.GRPC.Port, timeout(spec))
	case handler.GRPC != nil:
		return head + `service unhealthy (responded with "NOT_SERVING")`
	case handler.Exec != nil && hung:
		return fmt.Sprintf("%scommand timed out: %q timed out after %v", head, strings.Join(handler.Exec.Command, " "), timeout(spec))
	default:
		return head
	}
}
