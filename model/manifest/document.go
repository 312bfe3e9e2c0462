package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	strictjson "sigs.k8s.io/json"
	jsonyaml "sigs.k8s.io/yaml"
)

// chunk is the text of one document of a stream.
type chunk struct {
	line int // of its first line in the stream, counted from 1
	text []byte
}

// split cuts a stream at its document markers: a line that starts with "---" or
// "..." and goes on with white space or not at all. YAML allows such a line
// nowhere else, not even inside a quoted scalar.
func split(data []byte) []chunk {
	var out []chunk
	start, startLine := 0, 1
	for at, line := 0, 1; at < len(data); line++ {
		end := len(data)
		if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		switch {
		case marks(data[at:end], "---") && !directives(data[start:at]):
			out = append(out, chunk{startLine, data[start:at]})
			start, startLine = at, line
		case marks(data[at:end], "..."):
			out = append(out, chunk{startLine, data[start:end]})
			start, startLine = end, line+1
		}
		at = end
	}
	return append(out, chunk{startLine, data[start:]})
}

func marks(line []byte, marker string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(marker))
	return ok && (len(rest) == 0 || strings.IndexByte(" \t\r\n", rest[0]) >= 0)
}

// directives reports whether the text is only the "%YAML" lines that precede a
// document's "---" and belong to it.
func directives(text []byte) bool {
	found := false
	for line := range bytes.Lines(text) {
		switch line = bytes.TrimSpace(line); {
		case len(line) == 0 || line[0] == '#':
		case line[0] == '%':
			found = true
		default:
			return false
		}
	}
	return found
}

// document is one document, read twice: as the API would (YAML 1.1 turned into
// JSON, as by kubectl, for which an unquoted "yes" is true), and as a tree of
// nodes, which remembers lines and keys that come twice.
type document struct {
	chunk
	number int
	root   *yaml.Node
	value  any // maps, lists, strings, bools, int64, float64
}

// read reads a chunk. It returns nil if there is nothing in it, and an error of
// one line, whose number counts from the start of the chunk, or 0.
func (c chunk) read() (d *document, line int, err error) {
	decoder := yaml.NewDecoder(bytes.NewReader(c.text))
	var root, second yaml.Node
	if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
		return nil, 0, nil
	} else if err != nil {
		return nil, lineIn(err), err
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, second.Line, errors.New("a second document starts without a line that begins with ---")
	} else if !errors.Is(err, io.EOF) {
		return nil, lineIn(err), err
	}
	text, err := jsonyaml.YAMLToJSON(c.text)
	if err != nil {
		return nil, lineIn(err), err
	}
	d = &document{chunk: c, root: &root}
	if d.value, err = tree(text); err != nil {
		return nil, 0, err
	}
	if d.value == nil {
		return nil, 0, nil
	}
	return d, 0, nil
}

// tree decodes JSON into maps, lists and scalars, with integers as int64.
func tree(text []byte) (any, error) {
	var value any
	err := strictjson.UnmarshalCaseSensitivePreserveInts(text, &value)
	return value, err
}

var lineNumber = regexp.MustCompile(`\bline (\d+)(: )?`)

// lineIn finds the line that a YAML error speaks of; 0 if it speaks of none.
func lineIn(err error) int {
	if m := lineNumber.FindStringSubmatch(err.Error()); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}

// sentence makes one line of a YAML error, without the numbers of lines, which
// count from the wrong place.
func sentence(err error) string {
	text := strings.TrimPrefix(err.Error(), "error converting YAML to JSON: ")
	text = lineNumber.ReplaceAllString(text, "")
	return strings.Join(strings.Fields(text), " ")
}

// place is where a field stands; a field that cannot be found stands where the
// nearest thing around it does.
func (d *document) place(p path) Place {
	return Place{Document: d.number, Line: d.line - 1 + d.find(p), Path: p.String()}
}

// find returns the line of a field, counted from the start of the document.
func (d *document) find(p path) int {
	node := resolve(d.root)
	line := node.Line
	for _, step := range p {
		var key, next *yaml.Node
		switch step := step.(type) {
		case string:
			key, next = member(node, step, 0)
		case int:
			if node.Kind == yaml.SequenceNode && step < len(node.Content) {
				key, next = node.Content[step], node.Content[step]
			}
		}
		if next == nil {
			break
		}
		node, line = resolve(next), key.Line
	}
	return line
}

// resolve follows a document to its content and an alias to its anchor.
func resolve(node *yaml.Node) *yaml.Node {
	for {
		switch {
		case node.Kind == yaml.DocumentNode && len(node.Content) > 0:
			node = node.Content[0]
		case node.Kind == yaml.AliasNode && node.Alias != nil:
			node = node.Alias
		default:
			return node
		}
	}
}

// member finds a key of a mapping, or of what the mapping merges with "<<".
func member(node *yaml.Node, name string, depth int) (key, value *yaml.Node) {
	const enough = 10 // mappings merged into mappings; a manifest has one or two
	if node.Kind != yaml.MappingNode || depth > enough {
		return nil, nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if k := resolve(node.Content[i]); k.Kind == yaml.ScalarNode && k.Value == name {
			return node.Content[i], node.Content[i+1]
		}
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].ShortTag() != "!!merge" {
			continue
		}
		merged := resolve(node.Content[i+1])
		sources := []*yaml.Node{merged}
		if merged.Kind == yaml.SequenceNode {
			sources = merged.Content
		}
		for _, source := range sources {
			if key, value = member(resolve(source), name, depth+1); value != nil {
				return key, value
			}
		}
	}
	return nil, nil
}

// duplicates reports the keys that come twice in one mapping, in order. JSON and
// the YAML reader silently take the last; the API server refuses.
func (d *document) duplicates() Errors {
	var out Errors
	var visit func(node *yaml.Node, at path)
	visit = func(node *yaml.Node, at path) {
		switch node.Kind {
		case yaml.MappingNode:
			seen := make(map[string]bool, len(node.Content)/2)
			for i := 0; i+1 < len(node.Content); i += 2 {
				key := resolve(node.Content[i])
				here := at.to(key.Value)
				if key.Kind == yaml.ScalarNode && seen[key.Value] {
					place := Place{Document: d.number, Line: d.line - 1 + node.Content[i].Line, Path: here.String()}
					out = append(out, &Error{place, fmt.Sprintf("duplicate field %q", here)})
				}
				seen[key.Value] = true
				visit(node.Content[i+1], here)
			}
		case yaml.SequenceNode:
			for i, item := range node.Content {
				visit(item, at.to(i))
			}
		}
	}
	visit(resolve(d.root), nil)
	return out
}
