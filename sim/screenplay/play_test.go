package screenplay_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// anyConfig draws how a world is set up, with a bit of everything.
func anyConfig(t *rapid.T) sim.Config {
	latency := func(of string) sim.Latency {
		return rapid.SampledFrom([]sim.Latency{{}, sim.Fixed(0), sim.Between(10*time.Millisecond, 5*time.Second), sim.Quantiles(0, time.Second, time.Minute)}).Draw(t, of)
	}
	return sim.Config{
		Seed: rapid.Uint64().Draw(t, "seed"), Nodes: rapid.IntRange(0, 4).Draw(t, "nodes"), PodsPerNode: rapid.IntRange(0, 3).Draw(t, "pods"),
		Allocatable: model.ResourceList{CPU: model.MilliCPU(rapid.IntRange(0, 4).Draw(t, "cpu") * 500), Memory: model.Bytes(rapid.IntRange(0, 2).Draw(t, "memory")) * model.Gi},
		Zones:       rapid.IntRange(0, 2).Draw(t, "zones"), AnyOrder: rapid.Bool().Draw(t, "anyOrder"),
		Latencies: sim.Latencies{Start: latency("start"), Ready: latency("ready"), Pull: latency("pull"), Provision: latency("provision"), Detach: latency("detach")},
		Kubelet:   sim.Kubelet{ShutdownGracePeriod: time.Duration(rapid.IntRange(0, 2).Draw(t, "shutdown")) * 10 * time.Second},
		Images:    simtest.Images(),
	}
}

// TestStoriesAreToldAgain: what is written down of any world plays again, event by event, and
// is written down alike.
func TestStoriesAreToldAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := sim.New(anyConfig(t))
		require.NoError(t, c.Apply(simtest.Objects(simtest.StatefulSet().Draw(t, "set"))...))
		c.Always("there are pods", func(v sim.View) bool { return v.Replicas("web") > 0 })
		for range rapid.IntRange(0, 8).Draw(t, "operations") {
			op := simtest.Operation("web").Draw(t, "operation")
			if rapid.Bool().Draw(t, "later") {
				require.NoError(t, c.At(time.Duration(c.Now())+simtest.Pause().Draw(t, "ahead"), op))
			} else {
				_ = c.Do(op)
			}
			for range rapid.IntRange(0, 3).Draw(t, "steps") {
				c.Step()
				if rapid.Bool().Draw(t, "amid") { // other events of the instant are to come
					_ = c.Do(simtest.Operation("web").Draw(t, "amid events"))
				}
			}
			c.Run(simtest.Pause().Draw(t, "pause"))
			_, _ = c.Lookup("web-0", "web-1.web")
		}
		c.Run(3 * time.Minute) // until all operations are done
		written, err := screenplay.Of(c, "It is told\nagain.")
		require.NoError(t, err)
		text := written.String()
		plays, err := screenplay.Parse(text)
		require.NoError(t, err, "%s", text)
		require.Equal(t, "It is told again.", plays[0].Rule())
		stage := screenplay.Stage{Checks: map[string]func(*sim.Cluster){"there are pods": func(c *sim.Cluster) {
			c.Always("there are pods", func(v sim.View) bool { return v.Replicas("web") > 0 })
		}}}
		again, err := stage.Play(plays[0])
		require.NoError(t, err, "%s", text)
		require.Equal(t, c.Fingerprint(), again.Fingerprint())
		require.Equal(t, c.StateHash(), again.StateHash())
		require.Equal(t, c.Violations(), again.Violations())
		rewritten, err := screenplay.Of(again, "It is told\nagain.")
		require.NoError(t, err)
		require.Equal(t, text, rewritten.String())
	})
}

const canary = `# A canary: only ordinals at or above the partition get the new image.
world nodes=3
image bad:1 neverReady
kubectl apply -f - <<EOF
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  replicas: 2
  serviceName: web
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      terminationGracePeriodSeconds: 10
      containers:
      - name: nginx
        image: nginx
EOF
settle
> settled at +6.0s

kubectl patch sts/web -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":1}}}}'
+20s kubectl set image sts/web nginx=bad:1
kubectl scale sts/db --replicas=2
> error: statefulsets.apps "db" not found
settle
kubectl get pods
`

// TestPlay: what commands say is compared, and the story.
func TestPlay(t *testing.T) {
	play := func(text string, rewrite bool) (*screenplay.Screenplay, error) {
		plays, err := screenplay.Parse(text)
		require.NoError(t, err)
		require.Len(t, plays, 1)
		require.Equal(t, text, plays[0].String(), "it is the same text again")
		_, err = screenplay.Stage{Rewrite: rewrite}.Play(plays[0])
		return plays[0], err
	}
	_, err := play(canary, false)
	require.NoError(t, err)
	_, err = play(canary+"> web-0 is there\n", false)
	require.ErrorContains(t, err, "line 33: kubectl get pods: it says something else\nline 1 was  web-0 is there\nand is now  NAME    READY")
	asked, err := play(canary+"why web\n> ?\n", true)
	require.NoError(t, err)
	require.Contains(t, asked.String(), "\nwhy web\n> ")
	t.Log(asked.Steps[len(asked.Steps)-1].Says)
	rewritten, err := play(canary+"> ?\n----\n", true)
	require.NoError(t, err)
	require.Contains(t, rewritten.String(), "\n> web-1   0/1     Running ")
	require.Contains(t, rewritten.String(), "\n----\n+0.0s   you    kubectl apply sts/web\n")
	_, err = play(rewritten.String(), false)
	require.NoError(t, err)
	open := canary + "kubectl scale sts/db --replicas=2\n> error: statefulsets.apps ...\n"
	rewritten, err = play(open, true)
	require.NoError(t, err)
	require.Equal(t, open, rewritten.String(), "what is left open stays so")
	for text, says := range map[string]string{
		canary + "expect settled\n":                                       "line 34: expect settled: the world is waiting",
		canary + "expect violation of the peace\n":                        "line 34: expect violation of the peace: it was not violated",
		canary + "world nodes=4\n":                                        "the world is there already",
		canary + "+1s run 1s\n":                                           "+1s has passed",
		canary + "fingerprint 12\n":                                       "another story was told",
		canary + "kubectl scale sts/db --replicas=2\n":                    `statefulsets.apps "db" not found`,
		canary + "kubectl delete pod web-0 --now\n":                       "unknown flag: --now",
		canary + "kubectl delete pod web-0 -f x\n":                        "kubectl delete has no flag --filename here",
		canary + "kubectl scale sts/db --replicas=2\n> error: pods ...\n": "line 1 was  error: pods ...\nand is now  error: statefulsets.apps",
		"settle\n> ...\n> and on\n":                                       "it ends before line 2: and on",
		canary + "dance\n":                                                "no such command: dance",
		canary + "check the weather\n":                                    "there is no check of that name",
		canary + "kubectl get cronjobs\n":                                 "there is no table of cronjobs",
		"world node=3\n":                                                  "node=3: there is no node here",
		"world dns=mine\n":                                                `there is no setup of DNS named "mine"`,
		"image x program\n":                                               "who plays has to give it",
		"latencies start=2s..1s\n":                                        "must be ascending",
		canary + "check " + checks.AtMostOne().Name + "\n----\n":          "the story has changed\nline 1 was",
	} {
		_, err = play(text, false)
		require.ErrorContains(t, err, says, "%s", text[max(0, len(text)-60):])
	}
	for text, says := range map[string]string{
		"kubectl apply -f - <<EOF\nx\n": "line 2: the input of \"kubectl apply -f -\" has no end EOF",
		"# x\n> y\n":                    `no command says "> y"`,
		"+1x settle\n":                  `"+1x" is no instant`,
		"+1s#a settle\n":                `"a" is no number of events`,
	} {
		_, err := screenplay.Parse(text)
		require.ErrorContains(t, err, says)
	}
}
