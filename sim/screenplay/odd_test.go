package screenplay_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/faults"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// again writes a world down, reads the text, and plays it.
func again(t require.TestingT, c *sim.Cluster, stage screenplay.Stage) string {
	written, err := screenplay.Of(c, "")
	require.NoError(t, err)
	text := written.String()
	plays, err := screenplay.Parse(text)
	require.NoError(t, err, "%s", text)
	require.Equal(t, text, plays[0].String())
	played, err := stage.Play(plays[0])
	require.NoError(t, err, "%s", text)
	require.Equal(t, c.Fingerprint(), played.Fingerprint(), "%s", text)
	require.Equal(t, c.StateHash(), played.StateHash(), "%s", text)
	require.Equal(t, c.Violations(), played.Violations(), "%s", text)
	return text
}

// words are odd: each has been in the way of somebody's parser.
var words = []string{
	"", " ", "plain", "a b", "it's", `"quoted"`, "$HOME", "${HOME}", "$(date)", "`date`", "~", "*", "{a,b}", "a <<EOF", "<<EOF", "EOF", "# no comment", "> no answer",
	"=== no title", "----", "+1s", "a: b", ": ", " lead", "trail ", "x\ny", "x\r\ny", "tab\there", "ü→日", `back\slash`, "-n prod", "--force", "once", "3 times",
	"a > b", "; true", "a'b\"c", "\x01", "to", "on node-1", "for want of room", "%!s", `\n`, "$'x'",
}

// anyWord is one of them, or two, or any text.
func anyWord(of string) *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(words), rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom(words).Draw(t, of) + rapid.SampledFrom(words).Draw(t, "and")
	}), rapid.StringN(0, 6, -1))
}

// printable leaves away what cannot stand in a line.
func printable(r rune) rune {
	if unicode.IsControl(r) {
		return -1
	}
	return r
}

func inJSON(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// TestOddWords: whatever a world has let somebody say is written so that it reads back.
func TestOddWords(t *testing.T) {
	done := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		d := drawn{t}
		word := func(of string) string { return anyWord(of).Draw(t, of) }
		ns := d.namespace()
		image := strings.Map(printable, word("image"))
		c := sim.New(sim.Config{Nodes: 2, Images: map[string]sim.Image{image: {NeverReady: true}}})
		objects := simtest.Objects(simtest.StatefulSet().Draw(t, "set"))
		for _, o := range objects {
			o.Meta().Namespace = ns
		}
		require.NoError(t, c.Apply(objects...))
		c.Run(time.Minute)
		container := word("container")
		for _, op := range []sim.Operation{
			sim.SetImage{Namespace: ns, Set: "web", Container: "app", Image: word("image")},
			sim.LoseImage{Image: word("image")}, sim.MendImage{Image: word("image")},
			sim.FailWrite{Verb: sim.VerbCreate, Kind: model.KindPod, Error: word("error"), Times: d.count("times"), Nth: d.count("nth")},
			sim.FailProvisioning{Class: word("class"), Error: word("error"), Node: word("node")},
			sim.FailProvisioning{Namespace: ns, Claim: word("claim"), Error: word("error"), Times: 1},
			sim.FailExpansion{Class: word("class"), Error: word("error")},
			sim.HealProvisioning{Class: word("class")}, sim.HealExpansion{Namespace: ns, Claim: word("claim")},
			sim.CrashContainer{Namespace: ns, Pod: "web-0", Container: container},
			sim.WriteFile{Namespace: ns, Pod: "web-0", Path: "/data/" + word("path"), Content: word("content")},
			sim.Lookup{Namespace: ns, Pod: "web-0", Name: word("name")},
			sim.SetCondition{Namespace: ns, Pod: "web-0", Type: word("type"), Status: true, Reason: word("reason"), Message: word("message")},
			sim.Label{Namespace: ns, Target: "pod/web-0", Labels: []string{"a=" + word("label"), word("label") + "-"}},
			sim.Label{Namespace: ns, Target: "pod/web-0", Labels: []string{word("label")}},
			sim.TaintNode{Node: "node-0", Taints: []string{word("taint") + ":NoSchedule"}},
			sim.PatchObject{Namespace: ns, Target: "sts/web", With: manifest.Merge(`{"metadata":{"annotations":{"a":` + inJSON(word("annotation")) + `}}}`)},
			sim.Delete{Namespace: ns, Target: "pod/web-0", Cascade: sim.Cascade(word("cascade"))},
			sim.LoseEvents{Kind: model.Kind(word("kind")), Times: d.count("times")},
		} {
			fork, err := c.Clone()
			require.NoError(t, err)
			if fork.Do(op) == nil {
				if _, err := screenplay.Of(fork, ""); err != nil {
					require.ErrorContains(t, err, "cannot be written ")
					continue
				}
			}
			if c.Do(op) != nil {
				continue
			}
			done[fmt.Sprintf("%T", op)]++
			c.Run(100 * time.Millisecond)
		}
		again(t, c, screenplay.Stage{})
	})
	t.Log(done)
	require.Greater(t, len(done), 8, "of most kinds some were done")
}

// TestLooksLikeAFlag: rapid found a label that was read as another namespace.
func TestLooksLikeAFlag(t *testing.T) {
	_, _, err := screenplay.FormatOperation(sim.Label{Target: "pod/web-0", Labels: []string{"a=", "-n prod-"}})
	require.ErrorContains(t, err, "cannot be written down: it is read as")
}

// TestOddChecks: conditions of any name are checked again, or refused with the reason.
func TestOddChecks(t *testing.T) {
	for _, name := range words {
		c := sim.New(sim.Config{})
		never := func(c *sim.Cluster) { c.Always(name, func(v sim.View) bool { return v.Now() < 1 }) }
		never(c)
		c.Run(time.Second)
		require.NoError(t, c.Do(sim.RestartController{}))
		if _, err := screenplay.Of(c, ""); err != nil {
			require.Regexp(t, `^screenplay: ".*" cannot be written on a line$`, err.Error())
			continue
		}
		again(t, c, screenplay.Stage{Checks: map[string]func(*sim.Cluster){name: never}})
	}
}

// TestWorldsThatWereGivenUp: a Settle that has ended before the world did, and failed a check.
func TestWorldsThatWereGivenUp(t *testing.T) {
	set := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
		Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
		Template: model.PodTemplateSpec{Labels: model.Labels{"app": "web"}, Spec: model.PodSpec{Containers: []model.Container{{Name: "main", Image: "crash"}}}},
	}}
	c := sim.New(sim.Config{Images: map[string]sim.Image{"crash": {Crash: sim.Fixed(time.Second)}}})
	ready := func(c *sim.Cluster) {
		c.Eventually("it is ready", 1000*time.Hour, func(v sim.View) bool { return v.Ready("web") == 1 })
	}
	require.NoError(t, c.Apply(set))
	ready(c)
	require.NoError(t, c.At(time.Hour, sim.RestartController{}))
	require.Equal(t, sim.Limit, c.Settle().State)
	require.Len(t, c.Violations(), 1)
	require.NoError(t, c.SetImage("web", "main", "good"))
	require.NoError(t, c.Delete("pod/web-0"))
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Contains(t, again(t, c, screenplay.Stage{Checks: map[string]func(*sim.Cluster){"it is ready": ready}}), "settled as limit\n")
}

// TestChoicesOfOthers: faults that somebody has had the world choose are among its choices.
func TestChoicesOfOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := sim.New(sim.Config{Nodes: 2, Seed: rapid.Uint64().Draw(t, "seed"), AnyOrder: true, Latencies: sim.Latencies{Ready: sim.Between(0, time.Second)}})
		require.NoError(t, c.Apply(simtest.Objects(simtest.StatefulSet().Draw(t, "set"))...))
		c.Run(simtest.Pause().Draw(t, "pause"))
		source, err := faults.Plan{Most: 3}.For(c)
		require.NoError(t, err)
		require.NoError(t, source.Draw(c).Put(c))
		c.Run(10 * time.Minute)
		fork, err := c.Clone()
		require.NoError(t, err)
		fork.UpgradeTo(release.V1_36.With(release.MaxUnavailableStatefulSet))
		fork.Choose("in a fork", 3)
		fork.Run(time.Minute)
		again(t, fork, screenplay.Stage{})
		again(t, c, screenplay.Stage{})
	})
}

// TestStraying: a story whose world has changed says so, and does not panic.
func TestStraying(t *testing.T) {
	for text, says := range map[string]string{
		"choices 3/5\nchoose 4 victim\n":           "line 2: choose 4 victim: another story is told: choice 1 (victim) is one of 4 here, and is written as one of 5",
		"choices 3/5\nchoose 5 victim\n> 2\n":      "line 1 was  2\nand is now  3",
		"choose x\n":                               "choose x: of how many?",
		"settled as new\n":                         "settled as settled, as waiting or as limit",
		"kubectl apply -f - <<EOF\nkind: x\nEOF\n": "line 1: kubectl apply -f -: ",
	} {
		plays, err := screenplay.Parse(text)
		require.NoError(t, err)
		_, err = screenplay.Play(plays[0])
		require.ErrorContains(t, err, says)
	}
	_, _, err := screenplay.FormatOperation(sim.FailProvisioning{Class: "a:", Times: 1}) // which reads as an error, "once"
	require.ErrorContains(t, err, `"a:" is not a plain word`)
	c := sim.New(sim.Config{})
	c.StopTrace()
	_, err = screenplay.Of(c, "")
	require.ErrorContains(t, err, "the world's trace was stopped")
}
