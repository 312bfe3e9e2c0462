package sim

import (
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// Event is a Kubernetes event, as `kubectl get events` lists it.
type Event struct {
	At        model.Instant
	Type      string // Normal or Warning
	Reason    string
	Kind      model.Kind // of the object it is about
	Namespace string
	Name      string
	Message   string
}

// Object is how kubectl names what the event is about: "pod/web-0".
func (e Event) Object() string { return shortKind(e.Kind) + "/" + e.Name }

// event is the Kubernetes event that a record is; ok is false if it is none. The
// words are Kubernetes' own.
//
// Source: pkg/controller/statefulset/stateful_pod_control.go, recordPodEvent and
// recordClaimEvent; pkg/kubelet/events; pkg/scheduler.
func (w *world) event(r *record) (e Event, ok bool) {
	e = Event{At: r.at, Type: "Normal", Kind: model.KindPod, Namespace: w.text(r.subject.Namespace), Name: w.rendered(r.subject)}
	set, object, text := e.Name, w.rendered(r.object), w.text(r.text)
	switch r.kind {
	case recPodCreated:
		e.setEvent("SuccessfulCreate", fmt.Sprintf("Create Pod %s in StatefulSet %s successful", object, set))
	case recPodDeleted:
		e.setEvent("SuccessfulDelete", fmt.Sprintf("Delete Pod %s in StatefulSet %s successful", object, set))
	case recPodRepaired:
		e.setEvent("SuccessfulUpdate", fmt.Sprintf("Update Pod %s in StatefulSet %s successful", object, set))
	case recClaimCreated:
		e.setEvent("SuccessfulCreate", fmt.Sprintf("Create Claim %s Pod %s in StatefulSet %s success", object, w.podOfClaim(r), set))
	case recCreateFailed:
		e.setWarning("FailedCreate", fmt.Sprintf("Create Pod %s in StatefulSet %s failed error: %s", object, set, text))
	case recDeleteFailed:
		e.setWarning("FailedDelete", fmt.Sprintf("Delete Pod %s in StatefulSet %s failed error: %s", object, set, text))
	case recUpdateFailed:
		e.setWarning("FailedUpdate", fmt.Sprintf("Update Pod %s in StatefulSet %s failed error: %s", object, set, text))
	case recClaimCreateFailed:
		e.setWarning("FailedCreate", fmt.Sprintf("Create Claim %s for Pod %s in StatefulSet %s failed error: %s", object, w.podOfClaim(r), set, text))
	case recClaimConflicting:
		e.setWarning("ConflictingController", fmt.Sprintf(
			"PersistentVolumeClaim %s has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim", object))
	case recReplicaSetCreated:
		e.setEvent("ScalingReplicaSet", fmt.Sprintf("Scaled up replica set %s from 0 to %d", object, r.b))
		e.Kind = model.KindDeployment
	case recReplicaSetScaled:
		way := "up"
		if r.b < r.a {
			way = "down"
		}
		e.setEvent("ScalingReplicaSet", fmt.Sprintf("Scaled %s replica set %s from %d to %d", way, object, r.a, r.b))
		e.Kind = model.KindDeployment
	case recReplicaCreated:
		e.setEvent("SuccessfulCreate", "Created pod: "+object)
		e.Kind = model.KindReplicaSet
	case recReplicaDeleted:
		e.setEvent("SuccessfulDelete", "Deleted pod: "+object)
		e.Kind = model.KindReplicaSet
	case recReplicaNotCreated:
		e.setWarning("FailedCreate", "Error creating: "+text)
		e.Kind = model.KindReplicaSet
	case recUnknownStrategy:
		e.setWarning("UnknownStrategy", text)
	case recRecreating:
		e.setWarning("RecreatingFailedPod", fmt.Sprintf("StatefulSet %s/%s is recreating failed Pod %s", e.Namespace, set, object))
	case recRescaled, recAutoscalerFailed:
		e.autoscalerEvent(r, object, text)
	default:
		return w.nodeEvent(r, e, object, text)
	}
	return e, true
}

// autoscalerEvent is an event about an autoscaler.
//
// Source: pkg/controller/podautoscaler/horizontal.go.
func (e *Event) autoscalerEvent(r *record, object, text string) {
	e.Kind, e.Type, e.Reason, e.Message = model.KindHorizontalPodAutoscaler, "Warning", object, text
	if r.kind == recRescaled {
		e.Type, e.Reason, e.Message = "Normal", "SuccessfulRescale", fmt.Sprintf("New size: %d; reason: %s", r.b, text)
	}
}

// lowerCase makes the message begin in lower case, if it is one of those that did
// before 1.35.
func (e *Event) lowerCase() {
	switch e.Reason {
	case "SuccessfulCreate", "FailedCreate", "SuccessfulDelete", "FailedDelete", "SuccessfulUpdate", "FailedUpdate":
		e.Message = strings.ToLower(e.Message[:1]) + e.Message[1:]
	}
}

// nodeEvent is the event of a record by the scheduler, a kubelet or storage.
func (w *world) nodeEvent(r *record, e Event, object, text string) (Event, bool) {
	switch r.kind {
	case recScheduled:
		e.Reason, e.Message = "Scheduled", fmt.Sprintf("Successfully assigned %s/%s to %s", e.Namespace, e.Name, object)
	case recUnschedulable:
		e.Type, e.Reason, e.Message = "Warning", "FailedScheduling", text
	case recAttached:
		e.Reason, e.Message = "SuccessfulAttachVolume", fmt.Sprintf("AttachVolume.Attach succeeded for volume %q", object)
	case recNodeNotReady:
		e.Type, e.Reason, e.Message = "Warning", "NodeNotReady", "Node is not ready"
	case recTaintEvicted:
		e.Reason, e.Message = "TaintManagerEviction", fmt.Sprintf("Marking for deletion Pod %s/%s", e.Namespace, e.Name)
	case recNodeHealth:
		e.Kind, e.Reason, e.Message = model.KindNode, "NodeReady", fmt.Sprintf("Node %s status is now: NodeReady", e.Name)
		if nodeHealth(r.a) != healthReady {
			e.Reason, e.Message = "NodeNotReady", fmt.Sprintf("Node %s status is now: NodeNotReady", e.Name)
		}
	case recProvisioning:
		e.Kind, e.Reason = model.KindPersistentVolumeClaim, "Provisioning"
		e.Message = fmt.Sprintf("External provisioner is provisioning volume for claim %q", e.Namespace+"/"+e.Name)
	case recVolumeProvisioned:
		e.Kind, e.Reason, e.Message = model.KindPersistentVolumeClaim, "ProvisioningSucceeded", "Successfully provisioned volume "+object
	case recVolumeRecycled:
		e.Kind, e.Namespace, e.Reason, e.Message = model.KindPersistentVolume, "", "VolumeRecycled", "Volume recycled"
	case recNotice:
		e.Type, e.Reason, e.Message = string(storage.Reason(r.why).Event()), storage.Reason(r.why).String(), text
		e.Kind = w.noticeKind(r)
		return e, e.Type != ""
	default:
		return e, false
	}
	return e, true
}

func (e *Event) setEvent(reason, message string) {
	e.Kind, e.Reason, e.Message = model.KindStatefulSet, reason, message
}

func (e *Event) setWarning(reason, message string) {
	e.setEvent(reason, message)
	e.Type = "Warning"
}

// podOfClaim is the pod that a claim was made for: the record's subject is the set.
func (w *world) podOfClaim(r *record) string {
	return model.PodName(w.rendered(r.subject), r.object.Ordinal)
}

// noticeKind is the kind of object that storage's words are about.
func (w *world) noticeKind(r *record) model.Kind {
	switch {
	case r.a == 1:
		return model.KindPod
	case r.subject.Namespace == 0:
		return model.KindPersistentVolume
	default:
		return model.KindPersistentVolumeClaim
	}
}
