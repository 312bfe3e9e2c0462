package binding

import (
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/component-helpers/storage/volume"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/storage"
)

// view is a scene as package storage sees one.
type view struct {
	words   []string
	claims  []*storage.Claim
	volumes []*storage.Volume
	classes []*model.StorageClass
	nodes   []storage.Node
}

// askOrdinal asks package storage.
func (s scene) askOrdinal() (answers []string) {
	w := s.view()
	var mounts []model.Name
	for _, name := range s.mounts {
		mounts = append(mounts, w.name(name))
	}
	if notice := storage.Schedulable(mounts, w); notice.Reason != storage.NoReason {
		return []string{"pod: " + notice.Message(w)}
	}
	var rows []*storage.Claim
	for _, name := range mounts {
		row, _ := w.Claim(name)
		rows = append(rows, row)
	}
	for _, node := range w.nodes {
		plan, bound, unbound := storage.FilterNode(rows, node, w, nil)
		answers = append(answers, w.Name(node.Name)+": "+w.answer(plan, bound, unbound))
	}
	return answers
}

// answer are the words of an answer about a node.
func (w *view) answer(plan []storage.Assignment, bound, unbound storage.Notice) string {
	var reasons []string
	for _, r := range []storage.Notice{bound, unbound} {
		if r.Reason != storage.NoReason && r.Reason != storage.VolumeGone {
			reasons = append(reasons, r.Message(w))
		}
	}
	if bound.Reason == storage.VolumeGone { // Kubernetes says that last
		reasons = append(reasons, bound.Message(w))
	}
	if len(reasons) > 0 {
		return strings.Join(reasons, ", ")
	}
	words := []string{"possible"}
	for _, a := range plan {
		c, _ := w.Claim(a.Claim)
		vol, found := w.Volume(a.Volume)
		switch {
		case found && vol.ClaimRef.UID == c.UID: // it is already
		case found:
			words = append(words, w.Name(a.Claim)+" gets "+w.Name(a.Volume))
		case c.SelectedNode == model.Name{}:
			words = append(words, w.Name(a.Claim)+" is made")
		}
	}
	slices.Sort(words[1:])
	return strings.Join(words, ", ")
}

// view makes the rows.
func (s scene) view() *view {
	w := &view{words: []string{""}}
	for _, c := range s.claims {
		w.claims = append(w.claims, w.claimRow(c))
	}
	for _, v := range s.volumes {
		w.volumes = append(w.volumes, w.volumeRow(v))
	}
	for _, c := range s.classes {
		w.classes = append(w.classes, inModel(c).(*model.StorageClass))
	}
	for _, n := range s.nodes {
		w.nodes = append(w.nodes, storage.Node{Name: w.name(n.Name), Labels: n.Labels})
	}
	return w
}

// inModel is an object of the API as one of the model.
func inModel(o object) model.Object {
	out, _, err := manifest.FromAPI(o)
	must(err)
	return out
}

func (w *view) claimRow(o *v1.PersistentVolumeClaim) *storage.Claim {
	m := inModel(o).(*model.PersistentVolumeClaim)
	c := &storage.Claim{Name: w.name(m.Name), UID: m.UID, Spec: &m.Spec, Phase: m.Status.Phase, Deleting: m.DeletedAt != nil}
	if class := m.Spec.StorageClassName; class != nil {
		c.Class = storage.Class{Name: w.symbol(*class), Given: true}
	}
	if m.Spec.VolumeName != "" {
		c.VolumeName = w.name(m.Spec.VolumeName)
	}
	if node := m.Annotations[volume.AnnSelectedNode]; node != "" {
		c.SelectedNode = w.name(node)
	}
	_, c.BindCompleted = m.Annotations[volume.AnnBindCompleted]
	return c
}

func (w *view) volumeRow(o *v1.PersistentVolume) *storage.Volume {
	m := inModel(o).(*model.PersistentVolume)
	v := &storage.Volume{
		Name: w.name(m.Name), UID: m.UID, Spec: &m.Spec, Labels: m.Labels, Class: w.symbol(m.Spec.StorageClassName),
		Phase: m.Status.Phase, Deleting: m.DeletedAt != nil,
	}
	if ref := m.Spec.ClaimRef; ref != nil {
		v.ClaimRef = storage.ClaimRef{Name: w.name(ref.Name), UID: ref.UID, Set: true}
	}
	return v
}

// symbol is the place of a word.
func (w *view) symbol(s string) model.Symbol {
	if i := slices.Index(w.words, s); i >= 0 {
		return model.Symbol(i)
	}
	w.words = append(w.words, s)
	return model.Symbol(len(w.words) - 1)
}

func (w *view) name(s string) model.Name {
	return model.Name{Base: w.symbol(s), Ordinal: model.NoOrdinal}
}

// Symbol implements [storage.Names].
func (w *view) Symbol(s model.Symbol) string { return w.words[s] }

// Name implements [storage.Names].
func (w *view) Name(n model.Name) string { return w.words[n.Base] }

// Claim implements [storage.View].
func (w *view) Claim(n model.Name) (*storage.Claim, bool) {
	i := slices.IndexFunc(w.claims, func(c *storage.Claim) bool { return c.Name == n })
	if i < 0 {
		return nil, false
	}
	return w.claims[i], true
}

// Volume implements [storage.View].
func (w *view) Volume(n model.Name) (*storage.Volume, bool) {
	i := slices.IndexFunc(w.volumes, func(v *storage.Volume) bool { return v.Name == n })
	if i < 0 {
		return nil, false
	}
	return w.volumes[i], true
}

// Candidate implements [storage.View].
func (w *view) Candidate(_ *storage.Claim, i int) (*storage.Volume, bool) {
	if i >= len(w.volumes) {
		return nil, false
	}
	return w.volumes[i], true
}

// Class implements [storage.View].
func (w *view) Class(s model.Symbol) (*model.StorageClass, bool) {
	i := slices.IndexFunc(w.classes, func(c *model.StorageClass) bool { return c.Name == w.words[s] })
	if i < 0 {
		return nil, false
	}
	return w.classes[i], true
}

// DefaultClass implements [storage.View]: the scheduler does not ask for it.
func (w *view) DefaultClass() (model.Symbol, bool) { return 0, false }

// UnscheduledPod implements [storage.View].
func (w *view) UnscheduledPod(model.Name) (model.Name, bool) { return model.Name{}, false }

// RunningPod implements [storage.View].
func (w *view) RunningPod(model.Name) (model.Name, bool) { return model.Name{}, false }
