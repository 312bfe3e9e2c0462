package sim

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// The table of pods.
//
// Source: pkg/printers/internalversion/printers.go, printPod.

func podTable(pods []model.Pod, now model.Instant) *textTable {
	t := newTable("NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE", "IMAGE")
	for i := range pods {
		p := &pods[i]
		row := describeRow(p)
		if len(p.Status.ContainerStatuses) == 0 && p.Ready() {
			row.ready = row.containers // played by hand
		}
		restarts := strconv.Itoa(int(row.restarts))
		if row.restarts > 0 && row.restarted > 0 {
			restarts += " (" + age(now, row.restarted) + " ago)"
		}
		t.row(p.Name, fmt.Sprintf("%d/%d", row.ready, row.containers), row.status, restarts,
			age(now, p.CreatedAt), orNone(p.Status.PodIP), orNone(p.Spec.NodeName), images(&p.Spec))
	}
	return t
}

func images(spec *model.PodSpec) string {
	var out []string
	for i := range spec.Containers {
		out = append(out, spec.Containers[i].Image)
	}
	return strings.Join(out, ",")
}

// PodStatus is the word in kubectl's column STATUS.
func PodStatus(p *model.Pod) string { return describeRow(p).status }

// podRow is what kubectl's table says of a pod.
type podRow struct {
	status            string
	ready, containers int
	restarts          int32
	restarted         model.Instant // when the last run has ended that was followed by another
}

// restart counts the restarts of a container.
func (r *podRow) restart(c *model.ContainerStatus) {
	r.restarts += c.RestartCount
	if c.LastState != nil {
		r.restarted = max(r.restarted, c.LastState.FinishedAt)
	}
}

// condition reports whether a condition of a pod is True.
func condition(p *model.Pod, kind string) bool {
	for _, c := range p.Status.Conditions {
		if c.Type == kind {
			return c.Status
		}
	}
	return false
}

func describeRow(p *model.Pod) podRow {
	row := podRow{status: string(p.Status.Phase), containers: len(p.Spec.Containers)}
	if p.Status.Reason != "" {
		row.status = p.Status.Reason
	}
	for i := range p.Spec.InitContainers {
		if p.Spec.InitContainers[i].Sidecar() {
			row.containers++
		}
	}
	if initializing := row.describeInits(p); !initializing || condition(p, conditionInitialized) {
		row.describeMains(p)
	}
	if p.DeletedAt != nil && p.Status.Phase != model.PodFailed && p.Status.Phase != model.PodSucceeded {
		row.status = "Terminating"
	}
	return row
}

// describeInits says how far the init containers are; it reports whether they are not
// done. Their restarts count as long as that is so, and those of sidecars always.
func (r *podRow) describeInits(p *model.Pod) (initializing bool) {
	var sidecars podRow
	for i := range p.Status.InitContainerStatuses {
		s := &p.Status.InitContainerStatuses[i]
		beside := p.Spec.InitContainers[i].Sidecar()
		r.restart(s)
		if beside {
			sidecars.restart(s)
		}
		switch {
		case s.State == stateTerminated && s.ExitCode == 0:
			continue
		case beside && s.Started:
			if s.Ready {
				r.ready++
			}
			continue
		case s.State == stateTerminated:
			r.status = "Init:" + s.Reason
		case s.State == stateWaiting && s.Reason != "" && s.Reason != reasonInitializing:
			r.status = "Init:" + s.Reason
		default:
			r.status = fmt.Sprintf("Init:%d/%d", i, len(p.Spec.InitContainers))
		}
		initializing = true
		break
	}
	if !initializing || condition(p, conditionInitialized) {
		r.restarts, r.restarted = sidecars.restarts, sidecars.restarted
	}
	return initializing
}

// describeMains says how the main containers are.
func (r *podRow) describeMains(p *model.Pod) {
	running, failed := false, ""
	for i := len(p.Status.ContainerStatuses) - 1; i >= 0; i-- {
		s := &p.Status.ContainerStatuses[i]
		r.restart(s)
		switch {
		case s.State == stateWaiting && s.Reason != "":
			r.status = s.Reason
		case s.State == stateTerminated:
			r.status = s.Reason
			if s.ExitCode != 0 {
				failed = s.Reason
			}
		case s.Ready && s.State == stateRunning:
			running = true
			r.ready++
		}
	}
	if r.status != "Completed" {
		return
	}
	switch {
	case running && p.Ready():
		r.status = "Running"
	case failed != "":
		r.status = failed
	case running:
		r.status = "NotReady"
	}
}
