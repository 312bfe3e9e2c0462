package simtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// failed runs a property that fails, and returns what its last run has said: the report, and the
// headline once more.
func failed(t *testing.T, property func(t *rapid.T)) (report, headline string) {
	p := fails(t, property)
	require.True(t, p.failed)
	require.GreaterOrEqual(t, len(p.said), 2)
	return p.said[len(p.said)-2], p.said[len(p.said)-1]
}

// replayed replays a file and returns what the test then says; nothing if it passes.
func replayed(t *testing.T, file string, opts ...simtest.Option) (said []string) {
	p := &probe{T: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		simtest.Replay(p, file, opts...)
	}()
	<-done
	require.Equal(t, p.failed, len(p.said) > 0)
	return p.said
}

// file is where the stories of the test are kept that calls it.
func file(t *testing.T) string { return "testdata/stories/" + t.Name() + ".txt" }

// started is a world of a set of one.
func started(t *rapid.T, opts ...simtest.Option) *sim.Cluster {
	c := simtest.Cluster(t, opts...)
	require.NoError(t, c.Apply(simtest.Objects(webSet(1))...))
	return c
}

// never is a condition that does not hold.
func never(sim.View) bool { return false }

// TestOwnRules: a rule that only the test knows is asked again if it is given; else the file's
// word stands for it.
func TestOwnRules(t *testing.T) {
	const name = "web is ready soon"
	ready := func(v sim.View) bool { return v.Ready("web") == 1 }
	for _, row := range []struct {
		name           string
		rule, milder   simtest.Option
		lives          func(c *sim.Cluster)
		headline, last string
	}{{
		name: "always", rule: simtest.Always(name, func(v sim.View) bool { return v.Now() < model.Instant(time.Second) || ready(v) }),
		milder: simtest.Always(name, func(v sim.View) bool { return true }),
		lives:  func(c *sim.Cluster) { c.Settle() }, headline: name + ": that is not so",
	}, {
		name: "the time runs out before an event", rule: simtest.Eventually(name, 1500*time.Millisecond, ready),
		milder: simtest.Eventually(name, time.Minute, ready),
		lives:  func(c *sim.Cluster) { c.Settle() }, headline: name + ": that has not been so for 1.5s",
	}, {
		name: "the time runs out when nothing happens any more", rule: simtest.Eventually(name, time.Hour, never),
		milder: simtest.Eventually(name, 2*time.Hour, never),
		lives:  func(c *sim.Cluster) { c.Run(90 * time.Minute) }, headline: name + ": that has not been so for 1h0m0s",
	}, {
		name: "the world comes to rest", rule: simtest.Eventually(name, time.Hour, never),
		milder: simtest.Eventually(name, time.Hour, ready),
		lives:  func(c *sim.Cluster) { c.Settle() }, headline: name + ": that is not so, and the world is settled at +3.0s",
	}, {
		name: "a check of one's own", rule: simtest.Check(sim.Check{Name: name, Broken: func(v sim.View) string {
			if v.PodExists("web-0") {
				return "there is a pod"
			}
			return ""
		}}),
		milder: simtest.Check(sim.Check{Name: name, Broken: func(v sim.View) string { return "" }}),
		lives:  func(c *sim.Cluster) { c.Settle() }, headline: name + ": there is a pod",
	}} {
		t.Run(row.name, func(t *testing.T) {
			report, headline := failed(t, func(t *rapid.T) { row.lives(started(t, row.rule)) })
			require.Equal(t, row.headline, headline)
			require.Contains(t, report, `simtest.Always("web is ready soon", ...)`)
			kept := "testdata/stories/" + strings.NewReplacer("/", "_", "'", "_").Replace(t.Name()) + ".txt"
			require.Equal(t, []string{report, headline}, replayed(t, kept, row.rule), "asked again")
			said := replayed(t, kept)
			require.Equal(t, headline, said[1], "the file's word")
			require.Contains(t, said[0], `simtest.Always("web is ready soon", ...)`)
			require.NotContains(t, said[0], "check  web")
			said = replayed(t, kept, row.milder)
			require.Contains(t, said[len(said)-1], "the story is not told as it is written: ")
			require.Contains(t, said[len(said)-1], "it was not violated")
		})
	}
}

// TestReplaySaysWhatHasChanged: a story that does not go as it is written is no failure of the rule.
func TestReplaySaysWhatHasChanged(t *testing.T) {
	report, headline := failed(t, func(t *rapid.T) {
		c := started(t)
		c.Settle()
		simtest.Require(t, c, "two pods are there", len(c.Pods("web").Items) == 2)
	})
	require.Equal(t, "two pods are there: that is not so", headline)
	require.Equal(t, []string{report, headline}, replayed(t, file(t)))
	text, err := os.ReadFile(file(t))
	require.NoError(t, err)
	rewrite := func(old, new string) string {
		changed := strings.ReplaceAll(string(text), old, new)
		require.NotEqual(t, string(text), changed)
		require.NoError(t, os.WriteFile("changed.txt", []byte(changed), 0o644))
		return "changed.txt"
	}
	said := replayed(t, rewrite("replicas: 1", "replicas: 0"))
	require.Contains(t, said[len(said)-1], "the story is not told as it is written: line ")
	said = replayed(t, rewrite("fingerprint ", "fingerprint 1234\n# "))
	require.Contains(t, said[len(said)-1], "another story was told")
	require.Empty(t, replayed(t, rewrite("fingerprint", "# fingerprint")), "and without it nobody says that anything is wrong")
	require.Empty(t, replayed(t, rewrite("# Broken: ", "# ")), "nor of a story that no failure has left")
	require.Contains(t, replayed(t, rewrite("run to", "jump to"))[0], "no such command")
	require.Contains(t, replayed(t, rewrite("run to", "=== another\nrun to"))[0], "there are 2 screenplays in it")
	require.Contains(t, replayed(t, "nowhere.txt")[0], "no such file")
}

// TestStoriesThatCannotBeKept: the report says so.
func TestStoriesThatCannotBeKept(t *testing.T) {
	report, _ := failed(t, func(t *rapid.T) {
		c := started(t)
		require.NoError(t, c.Do(sim.Func(func(*sim.Cluster) {})))
		require.NoError(t, c.Edit("web", func(*model.StatefulSet) error { return nil }))
		simtest.Fail(t, c, "all is well", "it is not")
	})
	require.Contains(t, report, "The story cannot be kept: ")
	require.NoDirExists(t, "testdata")
	p := fails(t, func(t *rapid.T) {
		c := started(t, simtest.Always("there is no pod", func(v sim.View) bool { return !v.PodExists("web-0") }))
		fork, err := c.Clone()
		require.NoError(t, err)
		fork.Settle()
	})
	require.Equal(t, "there is no pod: that is not so (in a fork of the world)", p.said[len(p.said)-1])
	p = fails(t, func(t *rapid.T) {
		require.NoError(t, os.WriteFile("testdata", nil, 0o644), "a file where the directory would be")
		simtest.Fail(t, started(t), "all is well", "it is not")
	})
	require.Contains(t, p.said[len(p.said)-2], "The story could not be kept: ")
}

// TestOneFailure: rapid makes one failure smaller, and takes one rule for one failure wherever it
// is broken, and two for two.
func TestOneFailure(t *testing.T) {
	p := fails(t, func(t *rapid.T) {
		c := started(t)
		n := len(rapid.SliceOf(rapid.Bool()).Draw(t, "list"))
		deeper := func() { simtest.Fail(t, c, "it is small", fmt.Sprint(n)) }
		switch {
		case n > 4 && n%2 == 0:
			simtest.Fail(t, c, "it is small", fmt.Sprint(n))
		case n > 4:
			deeper()
		}
	})
	require.Equal(t, "it is small: 5", p.said[len(p.said)-1])
	for range 5 {
		first := ""
		p := fails(t, func(t *rapid.T) {
			c := started(t)
			rule := "it is odd"
			if rapid.IntRange(0, 1000).Draw(t, "n")%2 == 1 {
				rule = "it is even"
			}
			if first == "" {
				first = rule
			}
			simtest.Fail(t, c, rule, "it is not")
		})
		require.Equal(t, first+": it is not", p.said[len(p.said)-1])
	}
}

// TestScreenful: however long a story is, a screen has room for what is told of it: all lines in
// their order, the beginning, the end, and what somebody did; and what is left out is counted.
func TestScreenful(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var story sim.Story
		for i := range rapid.IntRange(0, 200).Draw(t, "lines") {
			who := rapid.SampledFrom([]string{"web", "web-0", "web-1", "web-1", "web", "web-0", "you"}).Draw(t, "who")
			story = append(story, sim.Line{At: model.Instant(i) * model.Instant(time.Second), Who: who, What: fmt.Sprintf("does %d", i)})
		}
		const most = 30
		told := simtest.Screenful(story, "at most one: web-1 runs twice", most)
		require.LessOrEqual(t, len(told), most)
		all := strings.Split(strings.TrimSuffix(story.String(), "\n"), "\n")
		if len(story) <= most {
			require.Equal(t, all, told)
			return
		}
		i, hands, ofWeb1, others := 0, 0, 0, 0
		for _, line := range told {
			var n int
			if _, err := fmt.Sscanf(line, "... %d line", &n); err == nil {
				require.Positive(t, n)
				i += n
				continue
			}
			require.Equal(t, all[i], line)
			switch story[i].Who {
			case "you":
				hands++
			case "web-1":
				ofWeb1++
			default:
				others++
			}
			i++
		}
		require.Equal(t, len(all), i, "all lines are told or counted")
		require.Equal(t, all[0], told[0])
		require.Equal(t, all[len(all)-8:], told[len(told)-8:])
		byHand := slices.DeleteFunc(slices.Clone(story), func(l sim.Line) bool { return l.Who != "you" })
		if 2*len(byHand)+2*9 < most {
			require.Equal(t, len(byHand), hands, "what somebody did is told")
		}
	})
}

// TestManifests: what is drawn as text is read back as it was drawn.
func TestManifests(t *testing.T) {
	kinds := map[model.Kind]int{}
	rapid.Check(t, func(t *rapid.T) {
		objects := simtest.DrawObjects(t)
		written := simtest.Text(objects)
		read, err := manifest.Read(strings.NewReader(written))
		require.NoError(t, err, "%s", written)
		require.Len(t, read, len(objects))
		require.Equal(t, written, simtest.Text(read))
		live := func(objects []model.Object) uint64 {
			c := sim.New(sim.Config{Images: simtest.Images()})
			require.NoError(t, c.Apply(objects...), "%s", written)
			c.Run(time.Minute)
			return c.StateHash()
		}
		for _, object := range read {
			kinds[object.Kind()]++
		}
		require.Equal(t, live(objects), live(read), "%s", written)
	})
	for _, kind := range []model.Kind{model.KindStorageClass, model.KindService, model.KindStatefulSet, model.KindPodDisruptionBudget} {
		require.True(t, kinds[kind] > 0 || testing.Short(), "never drawn: %s", kind)
	}
	text := simtest.Manifest().Example(1)
	require.Contains(t, text, "kind: StatefulSet")
}

// TestPassingTestsLeaveNothing: no test of this package keeps a story in it.
func TestPassingTestsLeaveNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		started(t, simtest.Check(checks.All()...)).Settle()
	})
	left, err := filepath.Glob(filepath.Join("testdata", "stories", "*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
