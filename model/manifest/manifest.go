package manifest

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/ordinal-sim/ordinal/model"
)

// Manifest is what a YAML stream says.
type Manifest struct {
	Objects  []model.Object // in the order of the text, lists unpacked
	Warnings []Warning      // what the simulation ignores, in order of lines
}

// ReadFile reads the objects of a file. Mistakes in it are an [Errors], each with
// its line. Use [Load] to see what the simulation will ignore.
func ReadFile(name string) ([]model.Object, error) {
	m, err := Load(name)
	if err != nil {
		return nil, err
	}
	return m.Objects, nil
}

// Load reads a file, objects and warnings. It fails as [ReadFile] does.
func Load(name string) (*Manifest, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return parse(name, data)
}

// Read reads the objects of a stream to its end. It fails as [Parse] does, or as
// the reader does.
func Read(r io.Reader) ([]model.Object, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	m, err := Parse(data)
	if err != nil {
		return nil, err
	}
	return m.Objects, nil
}

// Parse reads the documents of a YAML stream (JSON is YAML too). A document
// without content is skipped, a List gives its items. An object's status is
// read, and then forgotten, because it is the cluster's to write; only a Node
// keeps it, which says how much the machine can hold.
//
// The error is an [Errors] with every mistake of the stream: bad YAML, unknown
// kinds, unknown and duplicate fields, values of a wrong type, quantities that
// are none. What the values may be is the business of package validation.
func Parse(data []byte) (*Manifest, error) { return parse("", data) }

func parse(file string, data []byte) (*Manifest, error) {
	p := parser{file: file}
	for _, c := range split(data) {
		p.chunk(c)
	}
	if err := p.errs.ordered(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(p.out.Warnings, func(a, b Warning) int { return comparePlaces(a.Place, b.Place) })
	return &p.out, nil
}

// parser gathers what the documents say and what is wrong with them.
type parser struct {
	file   string
	number int // of the last document
	out    Manifest
	errs   Errors
}

func (p *parser) chunk(c chunk) {
	d, line, err := c.read()
	if err == nil && d == nil {
		return
	}
	p.number++
	if err != nil {
		place := Place{File: p.file, Document: p.number, Line: c.line - 1 + max(1, line)}
		p.errs = append(p.errs, &Error{place, sentence(err)})
		return
	}
	d.number = p.number
	for _, e := range d.duplicates() {
		e.File = p.file
		p.errs = append(p.errs, e)
	}
	p.object(d, nil, d.value)
}

func (p *parser) place(d *document, at path) Place {
	place := d.place(at)
	place.File = p.file
	return place
}

func (p *parser) errorf(d *document, at path, format string, args ...any) {
	p.errs = append(p.errs, &Error{p.place(d, at), fmt.Sprintf(format, args...)})
}

// object reads one object; at leads to it from the top of its document.
func (p *parser) object(d *document, at path, value any) {
	object, ok := value.(map[string]any)
	if !ok {
		p.errorf(d, at, "%sis not an object", subject(at))
		return
	}
	kind, _ := object["kind"].(string)
	apiVersion, _ := object["apiVersion"].(string)
	if apiVersion == "" {
		p.errorf(d, at.to("apiVersion"), "%sapiVersion not set", subject(at))
	}
	if kind == "" {
		p.errorf(d, at.to("kind"), "%skind not set", subject(at))
	}
	k := kindOf(model.Kind(kind))
	switch {
	case kind == "" || apiVersion == "":
	case kind == "List" && apiVersion == coreV1:
		p.list(d, at, object)
	case k.apiVersion != apiVersion:
		p.errorf(d, at.to("kind"), "%skind %q (%s) is not understood; %s", subject(at), kind, apiVersion, understood())
	default:
		p.known(d, at, object, k)
	}
}

// subject names an item of a list at the head of a sentence.
func subject(at path) string {
	if len(at) == 0 {
		return ""
	}
	return at.String() + ": "
}

func (p *parser) list(d *document, at path, object map[string]any) {
	items, ok := object["items"].([]any)
	if ok { // each is decoded on its own, not with every list around it
		object = maps.Clone(object)
		delete(object, "items")
	}
	p.faults(d, at, decode(object, &corev1.List{}))
	for i, item := range items {
		p.object(d, at.to("items", i), item)
	}
}

func (p *parser) known(d *document, at path, object map[string]any, k known) {
	api := k.empty()
	if faults := decode(object, api); len(faults) > 0 {
		p.faults(d, at, faults)
		return
	}
	out, notes, err := convert(api)
	if err != nil {
		p.errorf(d, at, "%s%s", subject(at), err)
		return
	}
	forgetStatus(out)
	p.out.Objects = append(p.out.Objects, out)
	for _, n := range notes {
		full := at.to(n.at...)
		p.out.Warnings = append(p.out.Warnings, Warning{p.place(d, full), full.String() + " " + n.message})
	}
}

func (p *parser) faults(d *document, at path, faults []fault) {
	for _, f := range faults {
		message := f.message
		if len(at) > 0 {
			message = at.String() + ": " + message
		}
		p.errorf(d, at.to(f.at...), "%s", message)
	}
}

// forgetStatus drops what the API server drops when an object is created.
//
// Source: pkg/registry/apps/statefulset/strategy.go and its siblings,
// PrepareForCreate.
func forgetStatus(object model.Object) {
	switch o := object.(type) {
	case *model.StatefulSet:
		o.Status = model.StatefulSetStatus{}
	case *model.Pod:
		o.Status = model.PodStatus{}
	case *model.PersistentVolumeClaim:
		o.Status = model.PersistentVolumeClaimStatus{}
	case *model.PersistentVolume:
		o.Status = model.PersistentVolumeStatus{}
	case *model.Deployment:
		o.Status = model.DeploymentStatus{}
	case *model.ReplicaSet:
		o.Status = model.ReplicaSetStatus{}
	case *model.PodDisruptionBudget:
		o.Status = model.PodDisruptionBudgetStatus{}
	case *model.HorizontalPodAutoscaler:
		o.Status = model.HorizontalPodAutoscalerStatus{}
	}
}
