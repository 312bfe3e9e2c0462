package sim

import (
	"fmt"
	"maps"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
	"github.com/ordinal-sim/ordinal/policy"
)

// files are what is stored on a volume, by path. They are replaced, never edited:
// forks share them.
type files struct{ byPath map[string]string }

// WriteFile writes a file from inside a pod that runs. If a persistent volume is
// mounted at the path, the file is on it, and stays with it; otherwise it would be
// lost with the pod, and that is an error here.
func (c *Cluster) WriteFile(pod, path, content string, opts ...Option) error {
	return c.Do(WriteFile{Pod: pod, Path: path, Content: content, Namespace: namespaceOf(opts)})
}

// WriteFile is [Cluster.WriteFile] as an operation.
type WriteFile struct {
	Namespace, Pod, Path, Content string
}

// String implements [Operation].
func (o WriteFile) String() string {
	return fmt.Sprintf("kubectl exec %s -- sh -c 'echo %s > %s'", o.Pod, o.Content, o.Path)
}

func (o WriteFile) prepare(w *world) (func(), error) {
	v, file, err := w.fileOf(o.Namespace, o.Pod, o.Path)
	if err != nil {
		return nil, err
	}
	return func() {
		vol := w.volumes.at(v)
		next := &files{byPath: map[string]string{}}
		if vol.files != nil {
			next.byPath = maps.Clone(vol.files.byPath)
		}
		next.byPath[file] = o.Content
		vol.files = next
	}, nil
}

// ReadFile reads a file from inside a pod that runs. The error of a file that does
// not exist is what cat says.
func (c *Cluster) ReadFile(pod, path string, opts ...Option) (string, error) {
	v, file, err := c.w.fileOf(namespaceOf(opts), pod, path)
	if err != nil {
		return "", err
	}
	if f := c.w.volumes.at(v).files; f != nil {
		if content, ok := f.byPath[file]; ok {
			return content, nil
		}
	}
	return "", fmt.Errorf("cat: %s: No such file or directory", path)
}

// fileOf finds the volume on which a path of a pod is, and the path on it.
func (w *world) fileOf(namespace, name, path string) (v int32, file string, err error) {
	p, err := w.mustPod(namespace, name)
	if err != nil {
		return 0, "", err
	}
	r := w.pods.at(p)
	if r.phase != policy.Running {
		return 0, "", fmt.Errorf("cannot exec in pod %s: its phase is %s", name, r.phase.Model())
	}
	mount, ok := w.mountOf(r, path)
	if !ok {
		return 0, "", fmt.Errorf("no persistent volume of pod %s is mounted at %s", name, path)
	}
	c, ok := w.Claim(w.claimOfMount(r, mount.Name))
	if !ok {
		return 0, "", fmt.Errorf("volume %s of pod %s is not a persistent one", mount.Name, name)
	}
	v, ok = w.volumes.find(c.VolumeName)
	if !ok {
		return 0, "", validation.NotFound(model.KindPersistentVolume, w.rendered(c.VolumeName))
	}
	return v, mount.SubPath + strings.TrimPrefix(path, mount.MountPath), nil
}

// mountOf is the mount of a pod that is nearest above a path.
func (w *world) mountOf(r *pod, path string) (best model.VolumeMount, found bool) {
	for _, c := range w.template(r.template).spec.Spec.Containers {
		for _, m := range c.VolumeMounts {
			if (path == m.MountPath || strings.HasPrefix(path, strings.TrimSuffix(m.MountPath, "/")+"/")) &&
				len(m.MountPath) >= len(best.MountPath) {
				best, found = m, true
			}
		}
	}
	return best, found
}

// claimOfMount is the claim behind a volume of a pod; the zero Name if there is none.
func (w *world) claimOfMount(r *pod, volume string) model.Name {
	want := volume + "-" + w.text(r.name.Base)
	for _, base := range r.claimBases {
		if w.text(base) == want {
			return model.Name{Namespace: r.name.Namespace, Base: base, Ordinal: r.name.Ordinal}
		}
	}
	for _, v := range w.template(r.template).spec.Spec.Volumes {
		if v.Name == volume && v.PersistentVolumeClaim != "" {
			n, _ := w.lookup(w.text(r.name.Namespace), v.PersistentVolumeClaim)
			return n
		}
	}
	return model.Name{}
}
