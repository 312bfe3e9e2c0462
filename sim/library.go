package sim

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// library numbers the pod templates of a world: equal templates have equal
// numbers, so that a decision compares integers. Like names, it is shared by
// forks until one of them learns a new template.
type library struct {
	templates []*template
	byText    map[string]policy.Template // never ranged over
	nodes     bool                       // a template speaks of nodes by their names
}

// template is a pod template and what is worked out from it once. It never changes.
type template struct {
	spec       *model.PodTemplateSpec
	containers []recipe // of all containers, the init containers first
	text       string
	hash       uint64   // of the text
	nodes      []string // the names and hostnames of nodes that it speaks of
	grace      int64

	tolerations []model.Toleration // of the pods: the template's, and those that every pod gets
	pod         *model.PodSpec     // of the pods: the template's, with these tolerations
}

// learn returns the number of a template.
func (w *world) learn(spec *model.PodTemplateSpec) policy.Template {
	text := spec.Canonical()
	if t, ok := w.library.byText[text]; ok {
		return t
	}
	t := &template{spec: spec, text: text, hash: textHash(text), nodes: nodesOfPod(&spec.Spec), grace: 30}
	if g := spec.Spec.TerminationGracePeriodSeconds; g != nil {
		t.grace = *g
	}
	for i := range spec.Spec.InitContainers {
		t.containers = append(t.containers, w.learnRecipe(&spec.Spec.InitContainers[i], initContainer))
	}
	for i := range spec.Spec.Containers {
		t.containers = append(t.containers, w.learnRecipe(&spec.Spec.Containers[i], mainContainer))
	}
	t.tolerations = model.WithDefaultTolerations(spec.Spec.Tolerations)
	t.pod = copied(spec.Spec)
	t.pod.Tolerations = t.tolerations
	if !w.tellsApart && asksForOnePod(t.pod) {
		w.tellApart()
	}
	w.own()
	number := policy.Template(len(w.library.templates))
	w.library.templates = append(w.library.templates, t)
	w.library.byText[text] = number
	w.library.nodes = w.library.nodes || len(t.nodes) > 0
	return number
}

// learnFrom takes over what a fork has learned: names and templates are numbered in the order
// in which they are met, so that those of a fork begin with those of its origin.
func (w *world) learnFrom(fork *world) {
	names, templates := w.names.strings, w.library.templates
	if len(names) > len(fork.names.strings) || !slices.Equal(names, fork.names.strings[:len(names)]) ||
		len(templates) > len(fork.library.templates) || !slices.Equal(templates, fork.library.templates[:len(templates)]) {
		panic("sim: Learn: that is no fork of this world")
	}
	w.names, w.library, w.borrowed, fork.borrowed = fork.names, fork.library, true, true
	if fork.tellsApart && !w.tellsApart {
		w.tellApart()
	}
}

// template is the template of a number.
func (w *world) template(t policy.Template) *template { return w.library.templates[t] }

// own makes names and library the world's own, before they are written.
func (w *world) own() {
	if !w.borrowed {
		return
	}
	w.names = w.names.clone()
	w.library = &library{
		templates: append([]*template(nil), w.library.templates...),
		byText:    maps.Clone(w.library.byText),
		nodes:     w.library.nodes,
	}
	w.borrowed = false
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("sim: a spec cannot be marshalled: " + err.Error())
	}
	return string(b)
}
