package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// The verbs that change a StatefulSet: each is an edit of its spec.

// Edit is `kubectl edit`: it changes a set with a function. The function gets a
// copy and may refuse.
func (c *Cluster) Edit(set string, edit func(*model.StatefulSet) error, opts ...Option) error {
	return c.Do(Edit{Namespace: namespaceOf(opts), Set: set, Change: edit})
}

// Edit is [Cluster.Edit] as an operation. The function must not hold anything that
// changes: a fork calls it too.
type Edit struct {
	Namespace, Set string
	Change         func(*model.StatefulSet) error
	Words          string // what String says; "" is "kubectl edit sts/<set>"
}

// String implements [Operation].
func (o Edit) String() string {
	if o.Words != "" {
		return o.Words
	}
	return "kubectl edit sts/" + o.Set + namespaceFlag(o.Namespace)
}

func (o Edit) prepare(w *world) (func(), error) { return w.editSet(o.Namespace, o.Set, o.Change) }

// changeSet checks a change of a set and returns what stores it. The change puts
// new values in the places of old ones: those are shared with the stored set, and
// never edited.
func (w *world) changeSet(namespace, name string, change func(*model.StatefulSet) error) (func(), error) {
	s, err := w.mustSet(namespace, name)
	if err != nil {
		return nil, err
	}
	live := w.modelSet(s)
	set := *live
	if err := change(&set); err != nil {
		return nil, err
	}
	return w.prepareSet(s, &set, live)
}

// editSet is changeSet for a function of the user's, which may edit what it likes.
func (w *world) editSet(namespace, name string, edit func(*model.StatefulSet) error) (func(), error) {
	s, err := w.mustSet(namespace, name)
	if err != nil {
		return nil, err
	}
	live := w.modelSet(s)
	set := model.Clone(*live)
	if err := edit(&set); err != nil {
		return nil, err
	}
	set = model.Clone(set) // what the function has put in stays the caller's
	return w.prepareSet(s, &set, live)
}

// Scale is `kubectl scale --replicas`.
func (c *Cluster) Scale(set string, replicas int, opts ...Option) error {
	return c.Do(Scale{Namespace: namespaceOf(opts), Set: set, Replicas: replicas})
}

// Scale is [Cluster.Scale] as an operation.
type Scale struct {
	Namespace, Set string
	Replicas       int
}

// String implements [Operation].
func (o Scale) String() string {
	return "kubectl scale " + targetOf(o.Set) + " --replicas=" + strconv.Itoa(o.Replicas) + namespaceFlag(o.Namespace)
}

func (o Scale) prepare(w *world) (func(), error) {
	if o.Replicas != int(int32(o.Replicas)) {
		return nil, fmt.Errorf("sim: %d replicas are more than an int32 holds", o.Replicas)
	}
	replicas := int32(o.Replicas)
	if name, ok := deploymentName(o.Set); ok {
		return w.changeDeployment(o.Namespace, name, func(d *model.Deployment) error {
			d.Spec.Replicas = &replicas
			return nil
		})
	}
	return w.changeSet(o.Namespace, o.Set, func(s *model.StatefulSet) error {
		s.Spec.Replicas = &replicas
		return nil
	})
}

// SetImage is `kubectl set image`: it changes the image of a container of the
// set's template.
func (c *Cluster) SetImage(set, container, image string, opts ...Option) error {
	return c.Do(SetImage{Namespace: namespaceOf(opts), Set: set, Container: container, Image: image})
}

// SetImage is [Cluster.SetImage] as an operation.
type SetImage struct{ Namespace, Set, Container, Image string }

// String implements [Operation].
func (o SetImage) String() string {
	return "kubectl set image " + targetOf(o.Set) + " " + quotedIfOdd(o.Container+"="+o.Image) + namespaceFlag(o.Namespace)
}

func (o SetImage) prepare(w *world) (func(), error) {
	if name, ok := deploymentName(o.Set); ok {
		return w.changeDeployment(o.Namespace, name, func(d *model.Deployment) error {
			return setImageOf(&d.Spec.Template.Spec, o.Container, o.Image)
		})
	}
	return w.changeSet(o.Namespace, o.Set, func(s *model.StatefulSet) error {
		pod := &s.Spec.Template.Spec
		i := slices.IndexFunc(pod.Containers, func(c model.Container) bool { return c.Name == o.Container })
		if i < 0 {
			return fmt.Errorf("unable to find container named %q", o.Container)
		}
		pod.Containers = slices.Clone(pod.Containers)
		pod.Containers[i].Image = o.Image
		return nil
	})
}

// SetPartition sets updateStrategy.rollingUpdate.partition: how many pods, counted
// from the first ordinal, a rolling update leaves at the old revision.
func (c *Cluster) SetPartition(set string, partition int, opts ...Option) error {
	return c.Do(SetPartition{Namespace: namespaceOf(opts), Set: set, Partition: partition})
}

// SetPartition is [Cluster.SetPartition] as an operation.
type SetPartition struct {
	Namespace, Set string
	Partition      int
}

// String implements [Operation].
func (o SetPartition) String() string {
	patch := fmt.Sprintf(`{"spec":{"updateStrategy":{"rollingUpdate":{"partition":%d}}}}`, o.Partition)
	return "kubectl patch sts/" + o.Set + namespaceFlag(o.Namespace) + " -p " + quoted(patch)
}

func (o SetPartition) prepare(w *world) (func(), error) {
	if o.Partition != int(int32(o.Partition)) {
		return nil, fmt.Errorf("sim: a partition of %d is more than an int32 holds", o.Partition)
	}
	partition := int32(o.Partition)
	return w.changeSet(o.Namespace, o.Set, func(s *model.StatefulSet) error {
		block := model.RollingUpdateStrategy{}
		if old := s.Spec.UpdateStrategy.RollingUpdate; old != nil {
			block = *old
		}
		block.Partition = &partition
		s.Spec.UpdateStrategy.RollingUpdate = &block
		return nil
	})
}

// Patch changes an object as `kubectl patch` does. Package model/manifest makes
// patches of JSON and YAML.
type Patch interface {
	fmt.Stringer  // the patch as JSON, on one line
	Type() string // kubectl's --type: "strategic" or "merge"
	Patch(model.Object) (model.Object, error)
}

// Patch is `kubectl patch`, for an object named like "sts/web".
func (c *Cluster) Patch(target string, patch Patch, opts ...Option) error {
	return c.Do(PatchObject{Namespace: namespaceOf(opts), Target: target, With: patch})
}

// PatchObject is [Cluster.Patch] as an operation.
type PatchObject struct {
	Namespace, Target string
	With              Patch
}

// String implements [Operation].
func (o PatchObject) String() string {
	kind := ""
	if o.With.Type() != "strategic" { // which kubectl takes without being told
		kind = " --type " + o.With.Type()
	}
	return "kubectl patch " + o.Target + namespaceFlag(o.Namespace) + kind + " -p " + quoted(o.With.String())
}

func (o PatchObject) prepare(w *world) (func(), error) {
	kind, name, err := parseTarget(o.Target)
	if err != nil {
		return nil, err
	}
	old := w.object(kind, orDefault(o.Namespace), name)
	if old == nil {
		return nil, validation.NotFound(kind, name)
	}
	patched, err := o.With.Patch(cloneObject(old))
	if err != nil {
		return nil, err
	}
	patched = cloneObject(patched)
	if set, ok := patched.(*model.StatefulSet); ok {
		s, _ := w.mustSet(o.Namespace, name)
		return w.prepareSet(s, set, old.(*model.StatefulSet))
	}
	return w.prepareUpdate(patched, old)
}

// Label is `kubectl label --overwrite`: each label is "key=value", or "key-" to
// take it away. The target is a pod, a set or a node: "pod/web-0".
func (c *Cluster) Label(target string, labels []string, opts ...Option) error {
	return c.Do(Label{Namespace: namespaceOf(opts), Target: target, Labels: labels})
}

// Label is [Cluster.Label] as an operation.
type Label struct {
	Namespace, Target string
	Labels            []string
}

// String implements [Operation].
func (o Label) String() string {
	return "kubectl label " + o.Target + " " + quotedAll(o.Labels) + " --overwrite" + namespaceFlag(o.Namespace)
}

// change returns the labels as they are to be.
func (o Label) change(labels model.Labels) (model.Labels, error) {
	for _, l := range o.Labels {
		if key, gone := strings.CutSuffix(l, "-"); gone && !strings.Contains(l, "=") {
			labels = labels.Without(key)
			continue
		}
		key, value, ok := strings.Cut(l, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("invalid label spec: %s", l)
		}
		labels = labels.With(key, value)
	}
	return labels, nil
}

func (o Label) prepare(w *world) (func(), error) {
	kind, name, err := parseTarget(o.Target)
	if err != nil {
		return nil, err
	}
	switch kind {
	case model.KindStatefulSet:
		return w.editSet(o.Namespace, name, func(s *model.StatefulSet) (err error) {
			s.Labels, err = o.change(s.Labels)
			return err
		})
	case model.KindPod:
		p, err := w.mustPod(o.Namespace, name)
		if err != nil {
			return nil, err
		}
		old := w.modelPod(p)
		updated := *old
		if updated.Labels, err = o.change(old.Labels); err != nil {
			return nil, err
		}
		if err := validation.Invalid(kind, name, validation.PodUpdate(&updated, old)); err != nil {
			return nil, err
		}
		return func() { w.relabelPod(p, updated.Labels) }, nil
	case model.KindNode:
		n, err := must(w, &w.nodes, kind, "", name)
		if err != nil {
			return nil, err
		}
		node := w.modelNode(n)
		if node.Labels, err = o.change(node.Labels); err != nil {
			return nil, err
		}
		if err := validation.Invalid(kind, name, validation.Node(node)); err != nil {
			return nil, err
		}
		return func() { w.applyNode(node) }, nil
	default:
		return nil, fmt.Errorf("sim: labels of a %s cannot be changed here", kind)
	}
}
