package screenplay

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

// ParseOperation reads an operation in the words in which it prints itself. Objects that are
// applied come as YAML, in input. What kubectl writes in more than one way may be written in
// each: "pod web-0" and "pod/web-0", "--namespace=prod" and "-n prod".
func ParseOperation(command, input string) (sim.Operation, error) {
	if strings.HasPrefix(command, "kubectl ") {
		return parseKubectl(command, input)
	}
	return parseFault(command)
}

// FormatOperation is an operation in words that [ParseOperation] reads, and the input that
// belongs to them. It is an error if the operation is a function: those have no words.
func FormatOperation(op sim.Operation) (command, input string, err error) {
	switch o := op.(type) {
	case sim.Apply:
		command = "kubectl apply -f -"
		if o.MustCreate {
			command = "kubectl create -f -"
		}
		input, err = formatObjects(o.Objects)
		return command, input, err
	case sim.SetLoad:
		return formatLoad(o), "", nil
	case sim.Edit, sim.Func:
		return "", "", fmt.Errorf("screenplay: %s is a function, which cannot be written down; a patch can", op)
	}
	return op.String(), "", nil
}

// formatObjects are objects as YAML, without their status: who applies an object has no say
// in that.
func formatObjects(objects []model.Object) (string, error) {
	var documents []string
	for _, object := range objects {
		var b strings.Builder
		if err := manifest.Write(&b, object); err != nil {
			return "", err
		}
		var tree map[string]any
		if err := yaml.Unmarshal([]byte(b.String()), &tree, exactNumbers); err != nil {
			return "", err
		}
		delete(tree, "status")
		text, err := yaml.Marshal(tree)
		if err != nil {
			return "", err
		}
		documents = append(documents, string(text))
	}
	return strings.Join(documents, "---\n"), nil
}

// errNoCommand is the error of words that are no command.
var errNoCommand = errors.New("no such command")

// exactNumbers keeps a number as it is written, whatever its size.
func exactNumbers(d *json.Decoder) *json.Decoder {
	d.UseNumber()
	return d
}
