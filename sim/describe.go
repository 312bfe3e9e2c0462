package sim

import (
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// Describe is `kubectl describe`, for a set, a pod, a claim, a volume or another object
// named like "sts/web":
// what it is, and its events.
func (c *Cluster) Describe(target string, opts ...Option) (string, error) {
	kind, name, err := parseTarget(target)
	if err != nil {
		return "", err
	}
	object := c.w.object(kind, namespaceOf(opts), name)
	if object == nil {
		return "", validation.NotFound(kind, name)
	}
	var b strings.Builder
	describeMeta(&b, object.Meta(), kind.Namespaced())
	switch o := object.(type) {
	case *model.StatefulSet:
		describeSet(&b, o)
	case *model.Pod:
		describePod(&b, o)
	case *model.HorizontalPodAutoscaler:
		describeAutoscaler(&b, o)
	case *model.PersistentVolumeClaim:
		describeClaim(&b, o, c.w.usersOf(o))
	case *model.PersistentVolume:
		describeVolume(&b, o)
	case *model.StorageClass:
		describeClass(&b, o)
	}
	events := c.Events(shortKind(kind)+"/"+name, opts...)
	if len(events.Items) == 0 {
		field(&b, "Events", "<none>")
	} else {
		b.WriteString("Events:\n" + events.String())
	}
	return inColumns(b.String()), nil
}

func field(b *strings.Builder, name, value string) { fmt.Fprintf(b, "%s:\t%s\n", name, value) }

func describeMeta(b *strings.Builder, m *model.ObjectMeta, namespaced bool) {
	field(b, "Name", m.Name)
	if namespaced {
		field(b, "Namespace", m.Namespace)
	}
	field(b, "CreationTimestamp", m.CreatedAt.String())
	field(b, "Labels", m.Labels.String())
	if m.DeletedAt != nil {
		field(b, "Terminating", "until "+m.DeletedAt.String())
	}
	for _, o := range m.OwnerReferences {
		field(b, "Controlled By", string(o.Kind)+"/"+o.Name)
	}
}

func describeSet(b *strings.Builder, s *model.StatefulSet) {
	field(b, "Selector", s.Spec.Selector.String())
	field(b, "Replicas", fmt.Sprintf("%d desired | %d total", s.Spec.DesiredReplicas(), s.Status.Replicas))
	field(b, "Update Strategy", string(s.Spec.UpdateStrategy.Type))
	if s.Spec.UpdateStrategy.RollingUpdate != nil {
		field(b, "  Partition", fmt.Sprint(s.Spec.Partition()))
	}
	field(b, "Pods Status", fmt.Sprintf("%d ready / %d current / %d updated", s.Status.ReadyReplicas, s.Status.CurrentReplicas, s.Status.UpdatedReplicas))
	b.WriteString(describeTemplate(&s.Spec.Template))
	for i := range s.Spec.VolumeClaimTemplates {
		t := &s.Spec.VolumeClaimTemplates[i]
		class := "<default>"
		if t.Spec.StorageClassName != nil {
			class = *t.Spec.StorageClassName
		}
		field(b, "Volume Claim", fmt.Sprintf("%s, %s of class %s, %s", t.Name, t.Spec.Request, class, modes(t.Spec.AccessModes)))
	}
}

func describePod(b *strings.Builder, p *model.Pod) {
	field(b, "Node", p.Spec.NodeName)
	field(b, "Status", PodStatus(p))
	if p.Status.Reason != "" {
		field(b, "Reason", p.Status.Reason)
		field(b, "Message", p.Status.Message)
	}
	field(b, "IP", p.Status.PodIP)
	for i := range p.Status.InitContainerStatuses {
		describeContainer(b, "Init Container ", &p.Status.InitContainerStatuses[i])
	}
	for i := range p.Status.ContainerStatuses {
		describeContainer(b, "Container ", &p.Status.ContainerStatuses[i])
	}
	for _, v := range p.Spec.Volumes {
		if v.PersistentVolumeClaim != "" {
			field(b, "Volume "+v.Name, "claim "+v.PersistentVolumeClaim)
		}
	}
	for _, c := range p.Status.Conditions {
		field(b, "Condition "+c.Type, strings.TrimSpace(conditionWord(c.Status)+" "+c.Reason))
	}
}

// describeContainer says how a container is, and how its last run has ended.
func describeContainer(b *strings.Builder, title string, c *model.ContainerStatus) {
	b.WriteString(title + c.Name + ":\n")
	field(b, "  Image", c.Image)
	field(b, "  State", strings.TrimSpace(c.State+" "+c.Reason))
	if c.State == stateTerminated {
		field(b, "  Exit Code", fmt.Sprint(c.ExitCode))
	}
	if last := c.LastState; last != nil {
		field(b, "  Last State", fmt.Sprintf("%s %s, exit code %d", stateTerminated, last.Reason, last.ExitCode))
	}
	field(b, "  Ready", fmt.Sprint(c.Ready))
	field(b, "  Restart Count", fmt.Sprint(c.RestartCount))
}
