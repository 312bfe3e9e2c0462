// Quickstart tells the life of a StatefulSet, from its manifest to a canary, a
// rollback and a scale-down, in virtual time:
//
//	go run ./examples/quickstart
//
// It applies the manifest that tutorials give (web.yaml) with a storage class, and
// then does what people do to such a set. Every line has the virtual time at which
// it happened.
//
//	-f file    another manifest; may be given more than once. Try -f web.yaml alone:
//	           without its class the first pod stays Pending, and you are told why.
//	-seed n    let latencies vary, drawn from this seed; 0 is calm
//	-trace     everything that happened, at the end
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
)

//go:embed web.yaml
var webYAML []byte

//go:embed storageclass.yaml
var storageClassYAML []byte

func main() {
	var files []string
	flag.Func("f", "manifest `file` to apply instead of the built-in one (may be repeated)", func(file string) error {
		files = append(files, file)
		return nil
	})
	seed := flag.Uint64("seed", 0, "let latencies vary, drawn from this seed; 0 is calm")
	trace := flag.Bool("trace", false, "print everything that happened, at the end")
	flag.Parse()
	if err := run(os.Stdout, files, *seed, *trace); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run reads the manifests and tells the story.
func run(out io.Writer, files []string, seed uint64, trace bool) error {
	objects, names, err := load(out, files)
	if err != nil {
		return err
	}
	n := newNarrator(out, seed)
	if err := n.tell(objects, names); err != nil {
		return err
	}
	if trace {
		n.heading("Everything that happened")
		fmt.Fprint(out, n.c.Trace())
	}
	return nil
}

// load reads the manifest files, or the built-in ones, and prints what the
// simulator does not model of them.
func load(out io.Writer, files []string) (objects []model.Object, names []string, err error) {
	add := func(name string, m *manifest.Manifest, err error) error {
		if err != nil {
			return err
		}
		for _, w := range m.Warnings {
			fmt.Fprintln(out, "warning:", w)
		}
		objects, names = append(objects, m.Objects...), append(names, name)
		return nil
	}
	if len(files) == 0 {
		class, err := manifest.Parse(storageClassYAML)
		if err := add("storageclass.yaml", class, err); err != nil {
			return nil, nil, err
		}
		web, err := manifest.Parse(webYAML)
		err = add("web.yaml", web, err)
		return objects, names, err
	}
	for _, name := range files {
		m, err := manifest.Load(name)
		if err := add(name, m, err); err != nil {
			return nil, nil, err
		}
	}
	return objects, names, nil
}
