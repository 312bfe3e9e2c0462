package manifest

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/ordinal-sim/ordinal/model"
)

// The status of pods, in both directions.

func podStatusToAPI(s *model.PodStatus) corev1.PodStatus {
	out := corev1.PodStatus{
		Phase:             corev1.PodPhase(s.Phase),
		Reason:            s.Reason,
		Message:           s.Message,
		PodIP:             s.PodIP,
		ContainerStatuses: each(s.ContainerStatuses, containerStatusToAPI),

		InitContainerStatuses: each(s.InitContainerStatuses, containerStatusToAPI),
		Conditions: each(s.Conditions, func(c model.PodCondition) corev1.PodCondition {
			return corev1.PodCondition{
				Type: corev1.PodConditionType(c.Type), Status: conditionToAPI(c.Status),
				LastTransitionTime: timeToAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
			}
		}),
	}
	if s.PodIP != "" {
		out.PodIPs = []corev1.PodIP{{IP: s.PodIP}}
	}
	if s.StartTime != 0 {
		out.StartTime = new(timeToAPI(s.StartTime))
	}
	return out
}

func podStatusFromAPI(s *corev1.PodStatus) model.PodStatus {
	return model.PodStatus{
		Phase:             model.PodPhase(s.Phase),
		Reason:            s.Reason,
		Message:           s.Message,
		PodIP:             s.PodIP,
		StartTime:         timeFromAPI(deref(s.StartTime)),
		ContainerStatuses: each(s.ContainerStatuses, containerStatusFromAPI),

		InitContainerStatuses: each(s.InitContainerStatuses, containerStatusFromAPI),
		Conditions: each(s.Conditions, func(c corev1.PodCondition) model.PodCondition {
			return model.PodCondition{
				Type: string(c.Type), Status: c.Status == corev1.ConditionTrue,
				LastTransitionTime: timeFromAPI(c.LastTransitionTime), Reason: c.Reason, Message: c.Message,
			}
		}),
	}
}

func conditionToAPI(status bool) corev1.ConditionStatus {
	if status {
		return corev1.ConditionTrue
	}
	return corev1.ConditionFalse
}

// The states of a container, as the model spells them.
const (
	waiting    = "waiting"
	running    = "running"
	terminated = "terminated"
)

func containerStatusToAPI(s model.ContainerStatus) corev1.ContainerStatus {
	out := corev1.ContainerStatus{Name: s.Name, Image: s.Image, Ready: s.Ready, RestartCount: s.RestartCount, Started: &s.Started}
	switch s.State {
	case waiting:
		out.State.Waiting = &corev1.ContainerStateWaiting{Reason: s.Reason, Message: s.Message}
	case running:
		out.State.Running = &corev1.ContainerStateRunning{StartedAt: timeToAPI(s.StartedAt)}
	case terminated:
		out.State.Terminated = &corev1.ContainerStateTerminated{
			ExitCode: s.ExitCode, Reason: s.Reason,
			StartedAt: timeToAPI(s.StartedAt), FinishedAt: timeToAPI(s.FinishedAt),
		}
	}
	if last := s.LastState; last != nil {
		out.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{
			ExitCode: last.ExitCode, Reason: last.Reason,
			StartedAt: timeToAPI(last.StartedAt), FinishedAt: timeToAPI(last.FinishedAt),
		}
	}
	return out
}

func containerStatusFromAPI(s corev1.ContainerStatus) model.ContainerStatus {
	out := model.ContainerStatus{Name: s.Name, Image: s.Image, Ready: s.Ready, RestartCount: s.RestartCount, Started: deref(s.Started)}
	switch state := s.State; {
	case state.Terminated != nil:
		out.State, out.Reason, out.ExitCode = terminated, state.Terminated.Reason, state.Terminated.ExitCode
		out.StartedAt = timeFromAPI(state.Terminated.StartedAt)
		out.FinishedAt = timeFromAPI(state.Terminated.FinishedAt)
	case state.Running != nil:
		out.State, out.StartedAt = running, timeFromAPI(state.Running.StartedAt)
	case state.Waiting != nil:
		out.State, out.Reason, out.Message = waiting, state.Waiting.Reason, state.Waiting.Message
	}
	if last := s.LastTerminationState.Terminated; last != nil {
		out.LastState = &model.Termination{
			ExitCode: last.ExitCode, Reason: last.Reason,
			StartedAt: timeFromAPI(last.StartedAt), FinishedAt: timeFromAPI(last.FinishedAt),
		}
	}
	return out
}
