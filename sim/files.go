package sim

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/workload"
)

// WriteFile writes a file from inside a pod that runs. If a volume is mounted at the
// path, the file is on it, and stays with it; otherwise it would be lost with the
// container, and that is an error here. Lines are the records of a [workload.File].
func (c *Cluster) WriteFile(pod, path, content string, opts ...Option) error {
	return c.Do(WriteFile{Pod: pod, Path: path, Content: content, Namespace: namespaceOf(opts)})
}

// WriteFile is [Cluster.WriteFile] as an operation.
type WriteFile struct {
	Namespace, Pod, Path, Content string
}

// String implements [Operation].
func (o WriteFile) String() string {
	return "kubectl exec " + o.Pod + namespaceFlag(o.Namespace) + " -- sh -c " + quoted("echo "+quotedIfOdd(o.Content)+" > "+quotedIfOdd(o.Path))
}

func (o WriteFile) prepare(w *world) (func(), error) {
	at, err := w.exec(o.Namespace, o.Pod, o.Path)
	if err == nil && at.readOnly {
		err = workload.ErrReadOnly
	}
	if err != nil {
		return nil, shellError("sh", o.Path, err)
	}
	return func() {
		w.contents.write(at.content, at.path, workload.Lines(strings.Split(o.Content, "\n")...))
	}, nil
}

// ReadFile reads a file from inside a pod that runs. The error of a file that does
// not exist is what cat says.
func (c *Cluster) ReadFile(pod, path string, opts ...Option) (string, error) {
	at, err := c.w.exec(namespaceOf(opts), pod, path)
	if err == nil {
		if data, ok := c.w.contents.read(at.content, at.path); ok {
			return data.String(), nil
		}
		err = workload.ErrNotExist
	}
	return "", shellError("cat", path, err)
}

// shellError is an error as a command in a container says it.
func shellError(command, path string, err error) error {
	for _, e := range [...]error{workload.ErrNotExist, workload.ErrReadOnly, workload.ErrIO} {
		if err == e {
			text := e.Error()
			return errors.New(command + ": " + path + ": " + strings.ToUpper(text[:1]) + text[1:])
		}
	}
	return err
}

// StoredFile is a file on a volume.
type StoredFile struct {
	Node string // on whose disk it is; "" if it is on no node's
	Path string // on the volume
	Data workload.File
}

// Stored is what is stored on the volume that a claim is bound to, whether a pod
// runs or not: on the volume, or in the directories of all nodes that have one for it.
func (c *Cluster) Stored(claim string, opts ...Option) ([]StoredFile, error) {
	place, err := must(c.w, &c.w.claims, model.KindPersistentVolumeClaim, namespaceOf(opts), claim)
	if err != nil {
		return nil, err
	}
	v, ok := c.w.volumes.find(c.w.claims.at(place).VolumeName)
	if !ok {
		return nil, fmt.Errorf("persistentvolumeclaim %q is not bound to a volume", claim)
	}
	var out []StoredFile
	for n := range c.w.nodes.rows {
		key := c.w.contentOn(v, int32(n))
		node := c.w.rendered(key.Node)
		for _, f := range c.w.contents.at(key) {
			out = append(out, StoredFile{Node: node, Path: f.path, Data: f.data})
		}
		if node == "" {
			break // all nodes see the same
		}
	}
	return out, nil
}

// place is where a path of a container is stored.
type place struct {
	content  contentKey
	path     string // on the volume
	readOnly bool
}

// exec finds where a path of a pod is, for a command that somebody runs in it.
func (w *world) exec(namespace, name, path string) (place, error) {
	p, err := w.mustPod(namespace, name)
	if err != nil {
		return place{}, err
	}
	r := w.pods.at(p)
	if r.phase != policy.Running {
		return place{}, fmt.Errorf("cannot exec in pod %s: its phase is %s", name, r.phase.Model())
	}
	if r.sandbox != nowhere {
		mount, ok := w.mountOf(r.template, path)
		if !ok {
			return place{}, fmt.Errorf("no persistent volume of pod %s is mounted at %s", name, path)
		}
		at, err := w.placeOf(r.sandbox, mount, path)
		if err == workload.ErrNoVolume {
			err = fmt.Errorf("volume %s of pod %s is not a persistent one", mount.Name, name)
		}
		return at, err
	}
	return w.execByHand(r, name, path)
}

// execByHand is exec where somebody plays the kubelet, who mounts nothing.
func (w *world) execByHand(r *pod, name, path string) (place, error) {
	mount, ok := w.mountOf(r.template, path)
	if !ok {
		return place{}, fmt.Errorf("no persistent volume of pod %s is mounted at %s", name, path)
	}
	c, ok := w.Claim(w.claimBehind(r.name, r.claimBases, r.template, mount.Name))
	if !ok {
		return place{}, fmt.Errorf("volume %s of pod %s is not a persistent one", mount.Name, name)
	}
	v, ok := w.volumes.find(c.VolumeName)
	if !ok {
		return place{}, validation.NotFound(model.KindPersistentVolume, w.rendered(c.VolumeName))
	}
	return place{content: w.contentOn(v, r.node), path: pathOn(mount, path), readOnly: mount.ReadOnly}, nil
}

// placeOf finds where a path under a mount of a sandbox is. A volume that has been
// taken away from its node, or that is gone, is there no more.
func (w *world) placeOf(s int32, mount *model.VolumeMount, path string) (place, error) {
	box := &w.sandboxes[s]
	at := place{path: pathOn(mount, path), readOnly: mount.ReadOnly}
	volumes := w.template(box.template).spec.Spec.Volumes
	for i := range volumes {
		if v := &volumes[i]; v.Name == mount.Name {
			at.readOnly = at.readOnly || v.ReadOnly
			if v.EmptyDir {
				at.content = scratchOf(box.uid, v.Name)
				return at, nil
			}
		}
	}
	claim := w.claimBehind(box.name, box.claimBases, box.template, mount.Name)
	for m := box.mounts; m != nowhere; m = w.mounts[m].next {
		row := &w.mounts[m]
		if row.claim != claim {
			continue
		}
		if row.lost || w.volumes.at(row.volume).UID != row.uid {
			return place{}, workload.ErrIO
		}
		at.content = w.contentOn(row.volume, box.node)
		return at, nil
	}
	return place{}, workload.ErrNoVolume
}

// pathOn is a path in a container as a path on the volume that is mounted above it.
func pathOn(mount *model.VolumeMount, path string) string {
	return mount.SubPath + strings.TrimPrefix(path, mount.MountPath)
}

// mountOf is the mount of any container of a pod that is nearest above a path.
func (w *world) mountOf(t policy.Template, path string) (best *model.VolumeMount, found bool) {
	containers := w.template(t).spec.Spec.Containers
	for i := range containers {
		if m, ok := mountAbove(containers[i].VolumeMounts, path); ok && (!found || len(m.MountPath) > len(best.MountPath)) {
			best, found = m, true
		}
	}
	return best, found
}

// mountAbove is the mount that is nearest above a path.
func mountAbove(mounts []model.VolumeMount, path string) (best *model.VolumeMount, found bool) {
	for i := range mounts {
		m := &mounts[i]
		dir := strings.TrimSuffix(m.MountPath, "/")
		under := path == m.MountPath || len(path) > len(dir) && path[len(dir)] == '/' && strings.HasPrefix(path, dir)
		if under && (!found || len(m.MountPath) >= len(best.MountPath)) {
			best, found = m, true
		}
	}
	return best, found
}

// claimBehind is the claim behind a volume of a pod; the zero Name if there is none.
func (w *world) claimBehind(pod model.Name, bases []model.Symbol, t policy.Template, volume string) model.Name {
	set := w.text(pod.Base)
	for _, base := range bases {
		if b := w.text(base); len(b) == len(volume)+1+len(set) && b[len(volume)] == '-' &&
			strings.HasPrefix(b, volume) && strings.HasSuffix(b, set) {
			return model.Name{Namespace: pod.Namespace, Base: base, Ordinal: pod.Ordinal}
		}
	}
	volumes := w.template(t).spec.Spec.Volumes
	for i := range volumes {
		if v := &volumes[i]; v.Name == volume && v.PersistentVolumeClaim != "" {
			n, _ := w.lookup(w.text(pod.Namespace), v.PersistentVolumeClaim)
			return n
		}
	}
	return model.Name{}
}
