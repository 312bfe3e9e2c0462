package sim

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/ordinal-sim/ordinal/model"
)

// The fields of a pod template that kubectl shows. Some the model has; the others
// stand as JSON in the fields named Unmodelled, which lie over the model's.

type shownPod struct {
	ServiceAccountName string

	initContainers, containers []shownContainer
	volumes                    []shownVolume
}

type shownContainer struct {
	Name, Image     string
	Command, Args   []string
	Ports           overlaid[shownPort]
	Resources       struct{ Limits, Requests map[string]string }
	SecurityContext struct {
		SeccompProfile *struct{ Type, LocalhostProfile string }
	}
	Env           []shownVariable
	EnvFrom       []shownVariables
	VolumeMounts  overlaid[shownMount]
	VolumeDevices []shownDevice

	liveness, readiness, startup *shownProbe
}

type shownPort struct {
	Name, Protocol          string
	ContainerPort, HostPort int32
}

type shownMount struct {
	Name, MountPath, SubPath string
	ReadOnly                 bool
}

type shownDevice struct{ Name, DevicePath string }

// shownProbe is a probe; of its actions one is set.
type shownProbe struct {
	*model.Probe

	Exec    *struct{ Command []string }
	HTTPGet *struct {
		Scheme, Host, Path string
		Port               numberOrName
	}
	TCPSocket *struct {
		Host string
		Port numberOrName
	}
	GRPC *struct {
		Port    int32
		Service string
	}
}

// shownVariable is an environment variable; its value may come from elsewhere.
type shownVariable struct {
	Name, Value string
	ValueFrom   *struct {
		FieldRef                      *struct{ APIVersion, FieldPath string }
		ResourceFieldRef              *struct{ Resource, Divisor string }
		SecretKeyRef, ConfigMapKeyRef *shownKey
	}
}

type shownKey struct {
	Name, Key string
	Optional  bool
}

// shownVariables are all variables of a ConfigMap or a Secret.
type shownVariables struct {
	Prefix                  string
	ConfigMapRef, SecretRef *shownKey
}

// shownVolume is a volume; of its sources one is set.
type shownVolume struct {
	Name     string
	HostPath *struct {
		Path string
		Type *string
	}
	EmptyDir              *struct{ Medium, SizeLimit string }
	Secret                *shownSource
	ConfigMap             *shownSource
	NFS                   *shownSource
	PersistentVolumeClaim *shownSource
	DownwardAPI           *struct{ Items []shownItem }
	Projected             *struct{ Sources []shownProjection }
	CSI                   *shownSource
	Image                 *struct{ Reference, PullPolicy string }
}

// shownSource are the fields of several sources of volumes.
type shownSource struct {
	Name, SecretName, ClaimName, Server, Path, Driver, FSType string
	Optional, ReadOnly                                        bool
	VolumeAttributes                                          map[string]string
}

type shownItem struct {
	Path             string
	FieldRef         *struct{ FieldPath string }
	ResourceFieldRef *struct{ Resource string }
}

type shownProjection struct {
	Secret, ConfigMap   *shownSource
	DownwardAPI         *struct{}
	ServiceAccountToken *struct{ ExpirationSeconds int64 }
}

// numberOrName is a port: a number, or the name of one.
type numberOrName string

// UnmarshalJSON implements [json.Unmarshaler].
func (n *numberOrName) UnmarshalJSON(text []byte) error {
	if text[0] != '"' {
		*n = numberOrName(text)
		return nil
	}
	var name string
	err := json.Unmarshal(text, &name)
	*n = numberOrName(name)
	return err
}

// overlaid is a list of which Unmodelled may give single items, by their index.
type overlaid[T any] []T

// UnmarshalJSON implements [json.Unmarshaler]: a list is a new one, an object has
// parts of the items.
func (l *overlaid[T]) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, (*[]T)(l))
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(parts)) {
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(*l) {
			continue
		}
		if err := json.Unmarshal(parts[key], &(*l)[i]); err != nil {
			return err
		}
	}
	return nil
}

// lay puts what Unmodelled says over what the model has. What does not fit cannot
// be shown; it has been refused where it was read.
func lay(unmodelled string, over any) {
	if unmodelled != "" {
		_ = json.Unmarshal([]byte(unmodelled), over)
	}
}

func showPod(s *model.PodSpec) *shownPod {
	var out shownPod
	lay(s.Unmodelled, &out)
	for i := range s.InitContainers {
		out.initContainers = append(out.initContainers, showContainer(&s.InitContainers[i]))
	}
	for i := range s.Containers {
		out.containers = append(out.containers, showContainer(&s.Containers[i]))
	}
	for i := range s.Volumes {
		out.volumes = append(out.volumes, showVolume(&s.Volumes[i]))
	}
	return &out
}

func showContainer(c *model.Container) shownContainer {
	out := shownContainer{
		Name: c.Name, Image: c.Image, Command: c.Command, Args: c.Args,
		liveness: showProbe(c.LivenessProbe), readiness: showProbe(c.ReadinessProbe), startup: showProbe(c.StartupProbe),
	}
	for _, p := range c.Ports {
		out.Ports = append(out.Ports, shownPort{Name: p.Name, Protocol: p.Protocol, ContainerPort: p.ContainerPort})
	}
	for _, m := range c.VolumeMounts {
		out.VolumeMounts = append(out.VolumeMounts, shownMount{Name: m.Name, MountPath: m.MountPath, SubPath: m.SubPath, ReadOnly: m.ReadOnly})
	}
	out.Resources.Limits, out.Resources.Requests = showResources(c.Resources.Limits), showResources(c.Resources.Requests)
	lay(c.Unmodelled, &out)
	return out
}

func showProbe(p *model.Probe) *shownProbe {
	if p == nil {
		return nil
	}
	out := &shownProbe{}
	lay(p.Handler, out)
	out.Probe = p
	return out
}

func showResources(r model.ResourceList) map[string]string {
	out := map[string]string{}
	if r.CPU != 0 {
		out["cpu"] = r.CPU.String()
	}
	if r.Memory != 0 {
		out["memory"] = r.Memory.String()
	}
	return out
}

func showVolume(v *model.Volume) shownVolume {
	out := shownVolume{Name: v.Name}
	if v.PersistentVolumeClaim != "" || v.ReadOnly {
		out.PersistentVolumeClaim = &shownSource{ClaimName: v.PersistentVolumeClaim, ReadOnly: v.ReadOnly}
	}
	if v.EmptyDir {
		out.EmptyDir = &struct{ Medium, SizeLimit string }{}
	}
	lay(v.Unmodelled, &out)
	return out
}
