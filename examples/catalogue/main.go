// Catalogue is problems that people have had with StatefulSets, each as a story that can be
// played on any release: what somebody did, and what came of it. The index, with what became of
// each problem from release to release, is README.md beside this file.
//
//	go run ./examples/catalogue                     the index
//	go run ./examples/catalogue K01                 one of them, on the newest release
//	go run ./examples/catalogue K01 -release 1.36   on another
//
// An entry is a few screenplays in kNN.txt, which can be read without anything else, and a
// value of type entry in the file of its chapter (rollouts.go, scaling.go ...), which says what
// the story comes to on each release, and what somebody can do about it. The test plays them
// all.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "catalogue:", err)
		os.Exit(1)
	}
}

// run does what the command line asks for.
func run(out io.Writer, args []string) error {
	flags := flag.NewFlagSet("catalogue", flag.ContinueOnError)
	on := flags.String("release", "", "the release to play it on, and its gates: \"1.36 MaxUnavailableStatefulSet=true\" (default the newest on which the play is of interest)")
	title := flags.String("play", "", "another play of the entry: \"remedy: delete the pod\"")
	if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
		if err == nil {
			_, err = io.WriteString(out, index())
		}
		return err
	}
	id := flags.Arg(0)
	if err := flags.Parse(flags.Args()[1:]); err != nil {
		return err
	}
	for _, e := range catalogue() {
		if !strings.EqualFold(e.id, id) {
			continue
		}
		r, err := e.newest(*title), error(nil)
		if *on != "" {
			r, err = release.Parse(*on)
		}
		if err != nil {
			return err
		}
		return tell(out, e, *title, r)
	}
	return fmt.Errorf("there is no entry %s", id)
}

// tell plays a play of an entry, and prints its rule, its story, and how it ends.
func tell(out io.Writer, e entry, title string, r release.Release) error {
	p, err := e.screenplay(title)
	if err != nil {
		return err
	}
	c, err := e.play(title, r)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s  %s\n%s\n\n%s\n\n", e.id, e.symptom, strings.Join(e.reported(), ", "), wrapped(p.Rule()))
	fmt.Fprintf(out, "On Kubernetes %s:\n\n%s\n", r, c.Trace())
	fmt.Fprintf(out, "It comes to this: %s.\n", e.lookOf(title)(c))
	if e.says != "" {
		fmt.Fprintf(out, "\n%s\n", wrapped("The report is not all right: "+e.says+"."))
	}
	for _, set := range c.StatefulSets().Items {
		why, err := c.Why(set.Name)
		if err != nil {
			return err
		}
		if why.Standing != sim.AsAsked {
			fmt.Fprintf(out, "\n%s\n", wrapped(why.String()))
		}
	}
	tellOthers(out, e, title)
	return nil
}

// tellOthers names the other plays of the entry.
func tellOthers(out io.Writer, e entry, title string) {
	heading := "\nOther plays of it:\n"
	for _, other := range e.titles() {
		if other == title {
			continue
		}
		if other == "" {
			fmt.Fprintf(out, "%s  go run ./examples/catalogue %s\n", heading, e.id)
		} else {
			fmt.Fprintf(out, "%s  go run ./examples/catalogue %s -play %q\n", heading, e.id, other)
		}
		heading = ""
	}
}

// wrapped is a text in lines of at most 96 letters.
func wrapped(text string) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		switch {
		case column == 0:
		case column+1+len(word) > 96:
			b.WriteString("\n")
			column = 0
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}
