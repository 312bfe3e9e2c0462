// Command fidelity writes what the comparisons have found into the README: which
// version of Kubernetes, how much was compared, how many differences. Nobody writes
// such a number by hand.
//
//	ORDINAL_REPORT=/tmp/reports go test ./...
//	go run ./fidelity -reports /tmp/reports -readme ../README.md
//
// It replaces what stands between the marks "<!-- fidelity" and "<!-- end of fidelity -->".
// With -check it writes nothing, and fails if the README says something else.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	beginMark = "<!-- fidelity: written by conformance/fidelity -->\n"
	endMark   = "<!-- end of fidelity -->"
)

func main() {
	reports := flag.String("reports", "", "the folder that ORDINAL_REPORT named")
	readme := flag.String("readme", "../README.md", "the file to write into")
	check := flag.Bool("check", false, "fail if the file says something else, and write nothing")
	flag.Parse()
	if err := run(*reports, *readme, *check); err != nil {
		fmt.Fprintln(os.Stderr, "fidelity:", err)
		os.Exit(1)
	}
}

func run(reports, readme string, check bool) error {
	page, err := render(reports)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(data), beginMark)
	old, after, ok2 := strings.Cut(rest, endMark)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no place between %q and %q", readme, beginMark, endMark)
	}
	switch {
	case old == page:
		return nil
	case check:
		return fmt.Errorf("%s does not say what the reports say:\n%s", readme, page)
	}
	return os.WriteFile(readme, []byte(before+beginMark+page+endMark+after), 0o644)
}

// render makes the page.
func render(reports string) (string, error) {
	var b strings.Builder
	b.WriteString("| held against | Kubernetes | how much | differences |\n|---|---|---|---|\n")
	rows := 0
	for _, kind := range []struct {
		prefix string
		row    func([]byte) (row, error)
	}{
		{"statefulset", controller}, {"binding", binding}, {"objects", objects}, {"rollout", rollout},
		{"stateless", stateless}, {"disruption", disruption}, {"endpoints", endpoints}, {"dns", dns},
		{"nodes", nodes}, {"scheduling", scheduling}, {"autoscaling", autoscaling},
	} {
		files, err := filepath.Glob(filepath.Join(reports, kind.prefix+"-*.json"))
		if err != nil {
			return "", err
		}
		slices.Sort(files)
		slices.Reverse(files) // the newest first
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return "", err
			}
			r, err := kind.row(data)
			if err != nil {
				return "", fmt.Errorf("%s: %w", file, err)
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %d |\n", r.what, r.version, r.much, r.differences)
			rows++
		}
	}
	if rows == 0 {
		return "", errors.New("there are no reports in " + reports)
	}
	return b.String(), nil
}

// row is a line of the page.
type row struct {
	what, version, much string
	differences         int
}

// controller is the report of package statefulset.
func controller(data []byte) (row, error) {
	var r struct {
		Version                            string
		Scenarios, Steps, States, SetAside int
		Endless, Differences               int
	}
	err := json.Unmarshal(data, &r)
	much := fmt.Sprintf("%s drawn scenarios, %s steps, %s states compared, %d set aside because the real side does not agree with itself",
		thousands(r.Scenarios), thousands(r.Steps), thousands(r.States), r.SetAside)
	return row{"the StatefulSet controller's own code", r.Version, much, r.Differences}, err
}

// binding is the report of package binding.
func binding(data []byte) (row, error) {
	var r struct {
		Version                             string
		Worlds, Steps, States, Events, Ties int
		Pods, Verdicts, Differences         int
	}
	err := json.Unmarshal(data, &r)
	much := fmt.Sprintf("%s drawn worlds, %s steps, %s states and %s events compared, %d ties; %s pods to be scheduled, %s verdicts",
		thousands(r.Worlds), thousands(r.Steps), thousands(r.States), thousands(r.Events), r.Ties, thousands(r.Pods), thousands(r.Verdicts))
	return row{"the controllers of claims and volumes, and the scheduler's VolumeBinding", r.Version, much, r.Differences}, err
}

// objects is the report of package objects.
func objects(data []byte) (row, error) {
	var r struct {
		Version string
		Kinds   []struct{ Drawn, Valid, Invalid, Errors, Rules, Differences int }
	}
	err := json.Unmarshal(data, &r)
	drawn, valid, lines, differences := 0, 0, 0, 0
	for _, k := range r.Kinds {
		drawn, valid, lines, differences = drawn+k.Drawn, valid+k.Valid, lines+k.Errors, differences+k.Differences
	}
	much := fmt.Sprintf("%s drawn objects of %d kinds, %s valid, %s lines of errors", thousands(drawn), len(r.Kinds), thousands(valid), thousands(lines))
	return row{"the API server's defaulting and validation", r.Version, much, differences}, err
}

// rollout is the report of package rollout.
func rollout(data []byte) (row, error) {
	var r struct {
		Version                string
		Histories, Differences int
		Questions              map[string]int
	}
	err := json.Unmarshal(data, &r)
	questions := 0
	for _, n := range r.Questions { // a sum: no order shows
		questions += n
	}
	return row{"`kubectl rollout`", r.Version, fmt.Sprintf("%s drawn histories, %s questions", thousands(r.Histories), thousands(questions)), r.Differences}, err
}

// stateless is the report of package stateless.
func stateless(data []byte) (row, error) {
	var r struct {
		Version                                         string
		Scenarios, Steps, States, SetAside, Differences int
	}
	err := json.Unmarshal(data, &r)
	much := fmt.Sprintf("%s drawn stories of a Deployment, %s steps, %s states compared, %d set aside because the real side does not agree with itself",
		thousands(r.Scenarios), thousands(r.Steps), thousands(r.States), r.SetAside)
	return row{"the controllers of Deployments and ReplicaSets", r.Version, much, r.Differences}, err
}

// disruption is the report of package disruption.
func disruption(data []byte) (row, error) {
	var r struct {
		Version                                 string
		Stories, States, Evictions, Differences int
	}
	err := json.Unmarshal(data, &r)
	much := fmt.Sprintf("%s drawn stories, %s states of the budgets compared, %s evictions with their answers",
		thousands(r.Stories), thousands(r.States), thousands(r.Evictions))
	return row{"disruption budgets and evictions", r.Version, much, r.Differences}, err
}

// endpoints is the report of package endpoints.
func endpoints(data []byte) (row, error) {
	var r struct {
		Version                                 string
		Worlds, Steps, Turns, Writes, Endpoints int
		Lives, Comparisons                      int
		Differences                             int
	}
	err := json.Unmarshal(data, &r)
	much := fmt.Sprintf("%s drawn worlds, %s steps, %s turns of the controller, %s writes compared with their instants, %s endpoints; %s lives of a simulated cluster, compared %s times",
		thousands(r.Worlds), thousands(r.Steps), thousands(r.Turns), thousands(r.Writes), thousands(r.Endpoints), thousands(r.Lives), thousands(r.Comparisons))
	return row{"the EndpointSlice controller's own code", r.Version, much, r.Differences}, err
}

// autoscaling is the report of package autoscaling.
func autoscaling(data []byte) (row, error) {
	var r struct {
		Version                                    string
		Worlds, Looks, Taken, Changes, Differences int
	}
	err := json.Unmarshal(data, &r)
	much := fmt.Sprintf("%s drawn worlds, %s looks of the controller compared with all that it says of itself, %s changes of scale; Ordinal took %s of the looks",
		thousands(r.Worlds), thousands(r.Looks), thousands(r.Changes), thousands(r.Taken))
	return row{"the HorizontalPodAutoscaler controller's own code", r.Version, much, r.Differences}, err
}

// dns is the report of the module dns, whose version is that of CoreDNS.
func dns(data []byte) (row, error) {
	var r struct {
		Version                                      string
		Worlds, Questions, Denials, Cached, Profiles int
		Differences                                  int
	}
	err := json.Unmarshal(data, &r)
	much := fmt.Sprintf("%s drawn worlds, %s questions in %d setups, %s denials, %s answers from a cache",
		thousands(r.Worlds), thousands(r.Questions), r.Profiles, thousands(r.Denials), thousands(r.Cached))
	return row{"CoreDNS's own code", "CoreDNS " + r.Version, much, r.Differences}, err
}

// nodes is the report of package nodes. How much the controllers write depends on which
// of several nodes they taint first, and is left out.
func nodes(data []byte) (row, error) {
	var r struct {
		Version                                string
		Scenarios, Lost, SetAside, Differences int
	}
	err := json.Unmarshal(data, &r)
	much := fmt.Sprintf("%s drawn lives of clusters, in which nodes are lost %s times, every write at its instant, %d set aside because the real side does not agree with itself",
		thousands(r.Scenarios), thousands(r.Lost), r.SetAside)
	return row{"node lifecycle, taint eviction and the pod garbage collector", r.Version, much, r.Differences}, err
}

// scheduling is the report of package scheduling. What the whole scheduler did depends on
// which of several nodes it has chosen, and is left out.
func scheduling(data []byte) (row, error) {
	var r struct {
		Version                                           string
		Clusters, Questions, Messages, Lives, Differences int
	}
	err := json.Unmarshal(data, &r)
	much := fmt.Sprintf("%s drawn clusters, %s pods on nodes, %s messages; %s lives of a cluster with the whole scheduler",
		thousands(r.Clusters), thousands(r.Questions), thousands(r.Messages), thousands(r.Lives))
	return row{"the scheduler and its filters", r.Version, much, r.Differences}, err
}

// thousands writes a number as people read it: "12,345".
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
