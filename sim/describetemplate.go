package sim

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// A pod template as kubectl describes it, byte for byte: a tab stands between a
// field's name and its value, and `kubectl rollout history --revision` prints it
// as it is. `kubectl describe` makes columns of the tabs.
//
// Source: kubectl pkg/describe/describe.go, DescribePodTemplate and what it calls.

// page is text that grows, with kubectl's indentation: two blanks a level.
type page struct{ b strings.Builder }

// harmless takes what could play with a terminal out of a text.
//
// Source: cli-runtime pkg/printers/terminal.go, WriteEscaped.
var harmless = strings.NewReplacer("\x1b", "^[", "\r", "\\r")

// line writes a line at a level.
func (p *page) line(level int, format string, args ...any) {
	p.b.WriteString(strings.Repeat("  ", level))
	p.b.WriteString(harmless.Replace(fmt.Sprintf(format, args...)) + "\n")
}

// labels writes labels, a line for each.
func (p *page) labels(title string, labels map[string]string) {
	if len(labels) == 0 {
		p.line(0, "%s:\t<none>", title)
		return
	}
	for i, key := range slices.Sorted(maps.Keys(labels)) {
		p.line(0, "%s\t%s=%s", onlyFirst(i, title+":"), key, labels[key])
	}
}

// onlyFirst is the title of the first of several lines.
func onlyFirst(i int, title string) string {
	if i > 0 {
		return ""
	}
	return title
}

// What kubectl does to annotations: it hides the one in which `kubectl apply`
// remembers the manifest, and cuts what is long.
const (
	lastApplied       = "kubectl.kubernetes.io/last-applied-configuration"
	annotationMaximum = 140 // bytes
)

// annotations writes annotations; one that is long, or has lines, below its key.
func (p *page) annotations(title string, annotations model.Labels) {
	annotations = annotations.Without(lastApplied)
	if len(annotations) == 0 {
		p.line(0, "%s:\t<none>", title)
		return
	}
	for i, key := range annotations.Keys() {
		head, value := onlyFirst(i, title+":"), strings.TrimSuffix(annotations[key], "\n")
		if len(key)+len(value)+2 <= annotationMaximum && !strings.Contains(value, "\n") {
			p.line(0, "%s\t%s: %s", head, key, value)
			continue
		}
		p.line(0, "%s\t%s:", head, key)
		for _, text := range strings.Split(value, "\n") {
			if len(text) > annotationMaximum-2 {
				text = text[:annotationMaximum-2] + "..."
			}
			p.line(0, "\t  %s", text)
		}
	}
}

// describeTemplate renders a pod template as kubectl does.
func describeTemplate(t *model.PodTemplateSpec) string {
	var p page
	spec := showPod(&t.Spec)
	p.line(0, "Pod Template:")
	p.labels("  Labels", t.Labels)
	if len(t.Annotations) > 0 {
		p.annotations("  Annotations", t.Annotations)
	}
	if spec.ServiceAccountName != "" {
		p.line(1, "Service Account:\t%s", spec.ServiceAccountName)
	}
	if len(spec.initContainers) > 0 {
		p.containers("Init Containers", spec.initContainers)
	}
	p.containers("Containers", spec.containers)
	p.volumes(spec.volumes)
	p.spread(t.Spec.TopologySpreadConstraints)
	if name := t.Spec.PriorityClassName; name != "" {
		p.line(1, "Priority Class Name:\t%s", name)
	}
	p.labels("  Node-Selectors", t.Spec.NodeSelector)
	p.tolerations(t.Spec.Tolerations)
	return p.b.String()
}

func (p *page) containers(title string, containers []shownContainer) {
	if len(containers) == 0 {
		p.line(1, "%s: <none>", title)
		return
	}
	p.line(1, "%s:", title)
	for i := range containers {
		p.container(&containers[i])
	}
}

func (p *page) container(c *shownContainer) {
	p.line(1, " %s:", c.Name)
	p.line(2, "Image:\t%s", c.Image)
	p.ports("Port", c.Ports, func(port shownPort) int32 { return port.ContainerPort })
	p.ports("Host Port", c.Ports, func(port shownPort) int32 { return port.HostPort })
	if s := c.SecurityContext.SeccompProfile; s != nil {
		p.line(2, "SeccompProfile:\t%s", s.Type)
		if s.Type == "Localhost" {
			p.line(3, "LocalhostProfile:\t%s", s.LocalhostProfile)
		}
	}
	p.words("Command", c.Command)
	p.words("Args", c.Args)
	p.resources("Limits", c.Resources.Limits)
	p.resources("Requests", c.Resources.Requests)
	p.probe("Liveness", c.liveness)
	p.probe("Readiness", c.readiness)
	p.probe("Startup", c.startup)
	p.environmentFrom(c.EnvFrom)
	p.environment(c)
	p.mounts(c)
}

// ports writes one number of each port; the title is in the plural if there are
// several.
func (p *page) ports(title string, ports []shownPort, number func(shownPort) int32) {
	var out []string
	for _, port := range ports {
		text := fmt.Sprintf("%d/%s", number(port), port.Protocol)
		if port.Name != "" {
			text += " (" + port.Name + ")"
		}
		out = append(out, text)
	}
	if len(out) > 1 {
		title += "s"
	}
	p.line(2, "%s:\t%s", title, orNone(strings.Join(out, ", ")))
}

// words writes a command line, a word or a line of a word on each line.
func (p *page) words(title string, words []string) {
	if len(words) == 0 {
		return
	}
	p.line(2, "%s:", title)
	for _, word := range words {
		for _, text := range strings.Split(word, "\n") {
			p.line(3, "%s", text)
		}
	}
}

func (p *page) resources(title string, amounts map[string]string) {
	if len(amounts) == 0 {
		return
	}
	p.line(2, "%s:", title)
	for _, name := range slices.Sorted(maps.Keys(amounts)) {
		p.line(3, "%s:\t%s", name, amounts[name])
	}
}

func (p *page) mounts(c *shownContainer) {
	none := ""
	if len(c.VolumeMounts) == 0 {
		none = "\t<none>"
	}
	p.line(2, "Mounts:%s", none)
	mounts := slices.Clone(c.VolumeMounts)
	slices.SortStableFunc(mounts, func(a, b shownMount) int { return strings.Compare(a.MountPath, b.MountPath) })
	for _, m := range mounts {
		flags := "rw"
		if m.ReadOnly {
			flags = "ro"
		}
		if m.SubPath != "" {
			flags += fmt.Sprintf(",path=%q", m.SubPath)
		}
		p.line(3, "%s from %s (%s)", m.MountPath, m.Name, flags)
	}
	if len(c.VolumeDevices) == 0 {
		return
	}
	p.line(2, "Devices:%s", none) // kubectl asks for the mounts here
	devices := slices.Clone(c.VolumeDevices)
	slices.SortStableFunc(devices, func(a, b shownDevice) int { return strings.Compare(a.DevicePath, b.DevicePath) })
	for _, d := range devices {
		p.line(3, "%s from %s", d.DevicePath, d.Name)
	}
}
