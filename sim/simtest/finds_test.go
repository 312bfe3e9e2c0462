package simtest_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/faults"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// found is a property that fails, because of what users of Kubernetes have met.
type found struct {
	name     string // of the test that fails
	property func(t *rapid.T)
	headline string   // what the report begins with
	does     []string // expressions for what is done in what is left of it, in order, beside kubectl apply
}

// calm is nothing that goes wrong by itself.
var calm = faults.Plan{Kinds: []faults.Kind{}}

// sets draws sets with something changed.
func sets(change func(*model.StatefulSet)) *rapid.Generator[*model.StatefulSet] {
	return rapid.Map(simtest.StatefulSet(), func(set *model.StatefulSet) *model.StatefulSet {
		change(set)
		return set
	})
}

// some makes a set have a replica at least, few two at most.
func some(set *model.StatefulSet) { *set.Spec.Replicas = max(1, *set.Spec.Replicas) }
func few(set *model.StatefulSet)  { *set.Spec.Replicas = min(2, *set.Spec.Replicas) }

// withBlock gives a set under Parallel a rollingUpdate block: without one a rollout may go in
// circles for ever, which is another story.
func withBlock(set *model.StatefulSet) {
	if strategy := &set.Spec.UpdateStrategy; strategy.Type == model.RollingUpdate && strategy.RollingUpdate == nil && set.Spec.PodManagementPolicy == model.Parallel {
		strategy.RollingUpdate = &model.RollingUpdateStrategy{}
	}
}

// finishes is the rule that a rollout to an image that is good comes to its end, whatever was
// tried before it.
func finishes(t *rapid.T, life simtest.Life) {
	life.Faults = calm
	life.Operations = resting("set image")
	c := simtest.World(t, life)
	out := c.Settle()
	set, err := c.StatefulSet("web")
	require.NoError(t, err)
	switch set.Spec.Template.Spec.Containers[0].Image {
	case simtest.ImageFirst, simtest.ImageSecond, simtest.ImageThird:
		simtest.Require(t, c, "a reverted rollout finishes", out.State == sim.Settled)
	}
}

// resting draws operations of some kinds, but no image with which a world never comes to rest.
func resting(kinds ...string) *rapid.Generator[sim.Operation] {
	return simtest.Operation("web", kinds...).Filter(func(op sim.Operation) bool {
		image, ok := op.(sim.SetImage)
		return !ok || image.Image != simtest.ImageCrashing
	})
}

// stopServing draws a pod that works and cannot serve.
var stopServing = rapid.Custom(func(t *rapid.T) sim.Operation {
	return sim.StopServing{Pod: model.PodName("web", rapid.Int32Range(0, 4).Draw(t, "ordinal"))}
})

var newest = []release.Release{release.V1_37}

// finds are what rapid finds by itself.
var finds = []found{{
	name:     "Reverted", // kubernetes 67250
	property: func(t *rapid.T) { finishes(t, simtest.Life{Set: sets(withBlock), Releases: newest}) },
	headline: "a reverted rollout finishes: that is not so",
	does:     []string{`set image sts/web app=app:(never-ready|missing|crashing)`, `set image sts/web app=app:\d`},
}, {
	name: "AtMostOne", // kubernetes 61832
	property: func(t *rapid.T) {
		withGrace := sets(func(set *model.StatefulSet) { *set.Spec.Template.Spec.TerminationGracePeriodSeconds += 1 })
		c := simtest.World(t, simtest.Life{Set: withGrace, Faults: calm, Releases: newest}, simtest.Check(checks.AtMostOne()))
		c.Settle()
	},
	headline: checks.AtMostOne().Name + ": web-",
	does:     []string{`delete pod/web-\d --force`},
}, {
	name: "AtMostOneWithoutForce", // a grace period of 0
	property: func(t *rapid.T) {
		c := simtest.World(t, simtest.Life{Operations: simtest.Operation("web", "rollout restart"), Faults: calm, Releases: newest}, simtest.Check(checks.AtMostOne()))
		c.Settle()
	},
	headline: checks.AtMostOne().Name + ": web-",
	does:     []string{`rollout restart sts/web`},
}, {
	name: "Parallel", // kubernetes 137409
	property: func(t *rapid.T) {
		parallel := sets(func(set *model.StatefulSet) {
			set.Spec.PodManagementPolicy = model.Parallel
			withBlock(set)
		})
		finishes(t, simtest.Life{Set: parallel, Releases: []release.Release{release.V1_35_0}})
	},
	headline: "a reverted rollout finishes: that is not so",
	does:     []string{`set image sts/web app=app:(never-ready|missing|crashing)`, `set image sts/web app=app:\d`},
}, {
	name: "ScaleDown", // kubernetes 36333
	property: func(t *rapid.T) {
		operations := rapid.OneOf(simtest.Operation("web", "scale"), stopServing)
		c := simtest.World(t, simtest.Life{Set: sets(few), Operations: operations, Faults: calm, Releases: newest})
		c.Settle()
		set, err := c.StatefulSet("web")
		require.NoError(t, err)
		simtest.Require(t, c, "fewer replicas can be had", len(c.Pods("web").Items) <= int(*set.Spec.Replicas))
	},
	headline: "fewer replicas can be had: that is not so",
	does:     []string{`stop serving web-\d`},
}, {
	name: "Partition", // kubernetes 121534
	property: func(t *rapid.T) {
		canary := sets(func(set *model.StatefulSet) {
			some(set)
			one := int32(1)
			set.Spec.UpdateStrategy = model.UpdateStrategy{Type: model.RollingUpdate, RollingUpdate: &model.RollingUpdateStrategy{Partition: &one}}
			set.Spec.Ordinals = nil
		})
		operations := resting("scale", "set image")
		c := simtest.World(t, simtest.Life{Set: canary, Operations: operations, Faults: calm, Releases: newest})
		if _, err := c.Pod("web-0"); err != nil {
			t.Skip("it begins with another image")
		}
		c.Settle()
		pod, err := c.Pod("web-0")
		simtest.Require(t, c, "a pod below the partition keeps its image", err != nil || pod.Spec.Containers[0].Image == simtest.ImageFirst)
	},
	headline: "a pod below the partition keeps its image: that is not so",
	does:     []string{`set image`, `scale sts/web --replicas=0`, `scale sts/web --replicas=\d`},
}}

// seed is where rapid begins in these properties: always at one place, so that who changes nothing
// sees nothing else. It has found all from some dozens of others.
var seed = flag.String("seed", "1", "where rapid begins to look for what users have met; 0 for anywhere")

// failing is set where the properties are to fail: in a process of their own.
const failing = "SIMTEST_FAILING"

// TestFinds is what the user writes, and fails.
func TestFinds(t *testing.T) {
	if os.Getenv(failing) == "" {
		t.Skip("fails: TestRapidFinds runs it")
	}
	for _, f := range finds {
		t.Run(f.name, func(t *testing.T) { rapid.Check(t, f.property) })
	}
}

// TestKept is the line that a failure prints, for each file that there is. It fails as well.
func TestKept(t *testing.T) {
	if os.Getenv(failing) == "" {
		t.Skip("fails: TestRapidFinds runs it")
	}
	files, err := filepath.Glob("testdata/stories/*.txt")
	require.NoError(t, err)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { simtest.Replay(t, filepath.ToSlash(file)) })
	}
}

// TestRapidFinds: from a sentence that ought to be true and drawn worlds rapid finds by itself what
// users have reported, and makes it as small as it can be. What it prints is what one needs, and
// the line that it prints tells the story again: in a fresh process, on a 32-bit machine and
// in a browser's.
func TestRapidFinds(t *testing.T) {
	dir := t.TempDir()
	reports := make([]string, len(finds))
	t.Run("properties", func(t *testing.T) {
		for i, f := range finds {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				reports[i] = find(t, dir, f)
			})
		}
	})
	if t.Failed() {
		return
	}
	program, err := os.Executable()
	require.NoError(t, err)
	for _, in := range []struct {
		name string
		kept func(t *testing.T) *exec.Cmd // the test of the kept stories
	}{
		{"a fresh process", func(*testing.T) *exec.Cmd { return exec.Command(program) }},
		{"linux/386", func(t *testing.T) *exec.Cmd { return exec.Command(compiled(t, "linux", "386")) }},
		{"js/wasm", func(t *testing.T) *exec.Cmd {
			root, err := exec.Command("go", "env", "GOROOT").Output()
			require.NoError(t, err)
			return exec.Command(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "go_js_wasm_exec"), compiled(t, "js", "wasm"))
		}},
	} {
		t.Run(in.name, func(t *testing.T) {
			run := in.kept(t)
			run.Args = append(run.Args, "-test.run=^TestKept$")
			run.Dir, run.Env = dir, []string{failing + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + dir}
			out, err := run.CombinedOutput()
			require.Error(t, err, "%s", out)
			for _, report := range reports {
				require.Contains(t, plain(string(out)), report, "%s", out)
			}
		})
	}
}

// find runs a property that fails, and returns its report.
func find(t *testing.T, dir string, f found) string {
	program, err := os.Executable()
	require.NoError(t, err)
	run := exec.Command(program, "-test.run=^TestFinds$/^"+f.name+"$", "-rapid.checks=2000", "-rapid.nofailfile", "-rapid.seed="+*seed)
	run.Dir, run.Env = dir, append(os.Environ(), failing+"=1")
	out, err := run.CombinedOutput()
	require.Error(t, err, "%s", out)
	report := regexp.MustCompile(`(?s)\n` + regexp.QuoteMeta(f.headline) + `[^\n]*\n\n.*simtest\.Replay\(t, "[^"]*"\)`).FindString(plain(string(out)))
	require.NotEmpty(t, report, "%s", out)
	require.Less(t, strings.Count(report, "\n"), 50, "a screen\n%s", report)
	file := "testdata/stories/TestFinds_" + f.name + ".txt"
	require.Contains(t, report, `simtest.Replay(t, "`+file+`")`)
	text, err := os.ReadFile(filepath.Join(dir, file))
	require.NoError(t, err)
	t.Logf("%s\n%s", report, text)

	plays, err := screenplay.Parse(string(text))
	require.NoError(t, err)
	done := commands(plays[0])
	require.LessOrEqual(t, len(done), 6, "%s", text)
	for _, expression := range f.does {
		require.Regexp(t, expression, strings.Join(done, "\n"))
	}
	replicas := regexp.MustCompile(`\n  replicas: (\d)`).FindStringSubmatch(string(text))
	require.NotNil(t, replicas, "%s", text)
	n, err := strconv.Atoi(replicas[1])
	require.NoError(t, err)
	require.LessOrEqual(t, n, 2)
	return report
}

// plain is what a test has printed, without what stands before each line.
func plain(out string) string {
	return regexp.MustCompile(`(?m)^[ \t]+(\w+\.go:\d+: )?`).ReplaceAllString(out, "")
}

// compiled is this test, compiled for another machine.
func compiled(t *testing.T, system, architecture string) string {
	if runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		t.Skip("only linux/amd64 is known to run programs of linux/386")
	}
	if testing.Short() {
		t.Skip("compiles the package once more")
	}
	file := filepath.Join(t.TempDir(), "simtest.test")
	build := exec.Command("go", "test", "-c", "-ldflags=-s -w", "-o", file, ".")
	build.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+architecture, "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return file
}

// commands are what somebody does in a screenplay.
func commands(p *screenplay.Screenplay) (all []string) {
	for _, s := range p.Steps {
		switch word, _, _ := strings.Cut(s.Command, " "); word {
		case "world", "latencies", "kubelet", "image", "choices", "check", "run", "settle", "expect", "fingerprint":
		default:
			all = append(all, s.Command)
		}
	}
	return all
}
