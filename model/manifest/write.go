package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	jsonyaml "sigs.k8s.io/yaml"

	"github.com/ordinal-sim/ordinal/model"
)

// Write writes objects as `kubectl get -o yaml` shows them, one document each.
// It fails as [ToAPI] and the writer do, and writes nothing in the first case.
func Write(w io.Writer, objects ...model.Object) error {
	var b bytes.Buffer
	for i, object := range objects {
		api, err := ToAPI(object)
		if err != nil {
			return err
		}
		text, err := json.Marshal(api)
		if err != nil {
			return fmt.Errorf("manifest: %w", err)
		}
		if text, err = jsonyaml.JSONToYAML(escape(text)); err != nil {
			return fmt.Errorf("manifest: %w", err)
		}
		if i > 0 {
			b.WriteString("---\n")
		}
		b.Write(text)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// escape spells out the characters that JSON allows in a string and YAML does
// not. JSON has no such escape, but the text is going to be read as YAML.
//
// Source: YAML 1.2, production 1, c-printable.
func escape(text []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case r >= 0x7f && r < 0xa0, r == 0xfeff, r == 0xfffe, r == 0xffff:
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.Bytes()
}
