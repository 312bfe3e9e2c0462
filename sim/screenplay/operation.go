package screenplay

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

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
	command = op.String()
	if !strings.HasPrefix(command, "kubectl ") {
		return command, "", sayable(op, command)
	}
	switch read, failed := ParseOperation(command, ""); {
	case failed != nil:
		err = fmt.Errorf("screenplay: %q cannot be written down: %w", command, failed)
	case read.String() != command: // a word looks like a flag
		err = fmt.Errorf("screenplay: %q cannot be written down: it is read as %q", command, read)
	}
	return command, "", err
}

// sayable refuses a fault, or another plain sentence, whose words would not be read back as they
// are: a sentence has no quotes. Objects have no such names; what faults speak of need not exist.
func sayable(op sim.Operation, command string) error {
	v := reflect.ValueOf(op)
	for i := 0; v.Kind() == reflect.Struct && i < v.NumField(); i++ {
		text := v.Field(i).String()
		if v.Field(i).Kind() != reflect.String || text == "" || v.Field(i).Type() == reflect.TypeFor[sim.Verb]() {
			continue
		}
		message := v.Type().Field(i).Name == "Error" // at the end, with all its spaces
		if strings.TrimSpace(text) != text || !message && (strings.HasPrefix(text, "-") || strings.HasSuffix(text, ":") || len(strings.Fields(text)) != 1 || quotedWord(text) != text) {
			return fmt.Errorf("screenplay: %q cannot be written down: %q is not a plain word", command, text)
		}
	}
	return onOneLine(command)
}

// onOneLine refuses a command that would not be read as one line.
func onOneLine(command string) error {
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\t' }
	if strings.ContainsFunc(command, control) || !utf8.ValidString(command) || strings.TrimSpace(command) != command {
		return fmt.Errorf("screenplay: %q cannot be written on a line", command)
	}
	return nil
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
