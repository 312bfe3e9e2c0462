package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// Deployments, for the contrast.

// webDeployment is the Deployment web of an image.
func webDeployment(replicas int32, image string) *model.Deployment {
	return &model.Deployment{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.DeploymentSpec{
		Replicas: &replicas, Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
		Template: model.PodTemplateSpec{Labels: model.Labels{"app": "web"}, Spec: model.PodSpec{
			Containers: []model.Container{{Name: "main", Image: image}},
		}},
	}}
}

// deployed is a world of three nodes with the Deployment web at rest.
func (w *worldPlay) deployed(replicas int32) {
	w.t.Helper()
	w.begin(sim.Config{Nodes: 3, Images: map[string]sim.Image{"B": {NeverReady: true}, "A": {Stop: sim.Fixed(time.Second)}}}, webDeployment(replicas, "A"))
	w.settles()
}

// counts wants what `kubectl get deploy` says: "ready up-to-date available".
func (w *worldPlay) counts(want string) {
	w.t.Helper()
	d, err := w.c.Deployment("web")
	w.do(err)
	w.is(want, fmt.Sprint(d.Status.ReadyReplicas, d.Status.UpdatedReplicas, d.Status.AvailableReplicas))
}

// available is how many pods of the Deployment are ready and not being deleted.
func (w *worldPlay) available() (n int) {
	for _, p := range w.c.Pods("deploy/web").Items {
		if p.Ready() && p.DeletedAt == nil {
			n++
		}
	}
	return n
}

var statelessCases = []worldCase{
	{"P70", "A new image: one more pod at a time, one old one down for each that is available, never fewer than three", func(w *worldPlay) {
		w.deployed(3)
		mark := w.c.TraceLen()
		w.do(w.c.SetImage("deploy/web", "main", "C"))
		least, most := 3, 0
		w.until(func(sim.View) bool {
			pods := 0
			for _, p := range w.c.Pods("deploy/web").Items {
				if p.DeletedAt == nil {
					pods++
				}
			}
			least, most = min(least, w.available()), max(most, pods)
			d, err := w.c.Deployment("web")
			return err == nil && d.Status.ObservedGeneration == d.Generation && d.Status.UpdatedReplicas == 3 && d.Status.Replicas == 3 && d.Status.AvailableReplicas == 3
		})
		w.is("3 4", fmt.Sprint(least, most))
		w.settles()
		w.counts("3 3 3")
		w.happens(mark, "web makes web-", "at revision 2 with 1 replicas", "from 3 to 2", "from 1 to 2", "from 2 to 1", "from 2 to 3", "from 1 to 0")
		message, done, err := w.c.RolloutStatus("deploy/web")
		w.do(err)
		w.is(`true deployment "web" successfully rolled out`+"\n", fmt.Sprint(done, " ", message))
	}},
	{"P71", "A new image that is broken gets one pod; the old ones serve on, and undoing it takes that one away", func(w *worldPlay) {
		w.deployed(3)
		before := w.c.Pods("deploy/web").Names()
		w.do(w.c.SetImage("deploy/web", "main", "B"))
		w.waits("deploy/web: waits: pods of web-")
		require.Len(w.t, w.c.Pods("deploy/web").Items, 4, w.rule)
		w.is("3", fmt.Sprint(w.available()))
		_, _, err := w.c.RolloutStatus("deploy/web")
		require.ErrorContains(w.t, err, `deployment "web" exceeded its progress deadline`, w.rule)
		says, err := w.c.RolloutUndo("deploy/web", 0)
		w.do(err)
		w.is("deployment.apps/web rolled back", says)
		w.settles()
		require.Equal(w.t, before, w.c.Pods("deploy/web").Names(), w.rule)
		history, err := w.c.RolloutHistory("deploy/web", 0)
		w.do(err)
		w.is("deployment.apps/web \nREVISION  CHANGE-CAUSE\n2         <none>\n3         <none>\n", history)
	}},
	{"P72", "A pod that is deleted has a successor at once, under another name", func(w *worldPlay) {
		w.deployed(3)
		names := w.c.Pods("deploy/web").Names()
		mark := w.c.TraceLen()
		w.do(w.c.Delete("pod/" + names[0]))
		w.c.Run(10 * time.Millisecond)
		require.Len(w.t, w.c.Pods("deploy/web").Items, 4, w.rule)
		w.happens(mark, names[0]+" is stopping", " creates web-")
		w.settles()
		require.NotContains(w.t, w.c.Pods("deploy/web").Names(), names[0], w.rule)
	}},
	{"P73", "Scaled down, the pod that has got least far goes", func(w *worldPlay) {
		w.deployed(2)
		names := w.c.Pods("deploy/web").Names()
		w.do(w.c.Cordon("node-0"))
		w.do(w.c.Cordon("node-1"))
		w.do(w.c.Cordon("node-2"))
		w.do(w.c.Scale("deploy/web", 3)) // the third finds no node
		w.waits("Pending")
		w.do(w.c.Scale("deploy/web", 2))
		w.settles()
		require.Equal(w.t, names, w.c.Pods("deploy/web").Names(), w.rule)
	}},
	{"P49", "A node dies: a Deployment has replaced its pods as soon as they are evicted", func(w *worldPlay) {
		w.deployed(3)
		var lost string
		for _, p := range w.c.Pods("deploy/web").Items {
			if p.Spec.NodeName == "node-2" {
				lost = p.Name
			}
		}
		w.do(w.c.Do(sim.CrashNode{Node: "node-2"}))
		w.until(w.terminating(lost))
		w.c.Run(5 * time.Second)
		w.is("3", fmt.Sprint(w.available()))
		w.happens(0, lost+" is evicted", " creates web-")
		w.waits(lost+": is terminating", "node-2 does not answer")
	}},
	{"paused", "A paused Deployment follows no template, and its size all the same", func(w *worldPlay) {
		w.deployed(2)
		w.do(w.c.RolloutPause("deploy/web"))
		require.ErrorContains(w.t, w.c.RolloutPause("deploy/web"), "is already paused", w.rule)
		w.do(w.c.SetImage("deploy/web", "main", "C"))
		w.do(w.c.Scale("deploy/web", 3))
		w.settles()
		for _, p := range w.c.Pods("deploy/web").Items {
			w.is("A", p.Spec.Containers[0].Image)
		}
		_, err := w.c.RolloutUndo("deploy/web", 0)
		require.ErrorContains(w.t, err, "you cannot rollback a paused deployment", w.rule)
		w.do(w.c.RolloutResume("deploy/web"))
		w.settles()
		w.counts("3 3 3")
	}},
	{"Recreate", "With the strategy Recreate all old pods end before a new one begins", func(w *worldPlay) {
		d := webDeployment(2, "A")
		d.Spec.Strategy.Type = model.Recreate
		w.begin(sim.Config{Images: map[string]sim.Image{"A": {Stop: sim.Fixed(time.Second)}}}, d)
		w.settles()
		w.do(w.c.SetImage("deploy/web", "main", "C"))
		for w.c.Step() {
			images := map[string]bool{}
			for _, p := range w.c.Pods("deploy/web").Items {
				images[p.Spec.Containers[0].Image] = true
			}
			require.LessOrEqual(w.t, len(images), 1, "%s\n%s", w.rule, w.c.Trace())
		}
		w.settles()
		w.counts("2 2 2")
	}},
	{"ended", "No event tells of the end of a pod that Recreate waits for; once its deadline has passed the controller looks by itself", func(w *worldPlay) {
		d := webDeployment(1, "A")
		d.Spec.Strategy.Type, d.Spec.ProgressDeadlineSeconds = model.Recreate, new(int32(60))
		w.begin(sim.Config{Manual: true}, d) // where an end is confirmed by hand
		w.c.Run(time.Second)
		old := w.c.Pods("deploy/web").Items[0].Name
		w.do(w.c.Schedule(old))
		w.do(w.c.SetPhase(old, model.PodRunning))
		w.do(w.c.SetReady(old, true))
		w.c.Run(time.Second)
		w.do(w.c.SetImage("deploy/web", "main", "C"))
		w.c.Run(10 * time.Second)
		w.do(w.c.Label("pod/"+old, []string{"app=other"})) // nobody counts it now
		w.c.Run(time.Second)
		w.do(w.c.SetPhase(old, model.PodFailed))
		w.c.Run(40 * time.Second)
		w.is("1", fmt.Sprint(len(w.c.Pods("").Items)))
		w.c.Run(20 * time.Second)
		w.is("2", fmt.Sprint(len(w.c.Pods("").Items)))
	}},
	{"heard of", "The first that is heard of a new pod is a reason to look at its Service, and to write what others are owed", func(w *worldPlay) {
		w.begin(sim.Config{Images: map[string]sim.Image{"never": {NeverReady: true}}},
			nginx(func(s *model.Service) { s.Spec.PublishNotReadyAddresses = true }), webSet(1, stateless, func(s *model.StatefulSet) { s.Spec.Template.Spec.Containers[0].Image = "never" }))
		w.c.Run(30 * time.Second)
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.c.Run(time.Second)
		w.do(w.c.Do(sim.FailPod{Pod: "web-0"}))
		w.c.Run(time.Minute)
		w.endpoints("nginx", "web-0:ready") // it had never been ready: nobody looks
		w.apply(webDeployment(1, "A"))
		w.c.Run(5 * time.Millisecond) // before the pod has a node
		w.endpoints("nginx", "")
	}},
	{"gone", "What a Deployment has made goes with it, or stays if it is asked to", func(w *worldPlay) {
		w.deployed(2)
		w.do(w.c.Delete("deploy/web"))
		w.settles()
		w.pods("")
		require.Empty(w.t, w.c.ReplicaSets().Items, w.rule)

		w.deployed(2)
		w.do(w.c.Delete("deploy/web", sim.WithCascade(sim.CascadeOrphan)))
		w.settles()
		require.Len(w.t, w.c.ReplicaSets().Items, 1, w.rule)
		require.Len(w.t, w.c.Pods("").Items, 2, w.rule)

		w.deployed(2)
		w.do(w.c.Delete("deploy/web", sim.WithCascade(sim.CascadeForeground)))
		w.settles()
		require.Empty(w.t, w.c.Deployments().Items, w.rule)
		w.pods("")
	}},
	{"budget", "A budget counts what the Deployment asks for", func(w *worldPlay) {
		w.deployed(3)
		w.apply(pdb("web", unavailable(1)))
		w.settles()
		names := w.c.Pods("deploy/web").Names()
		w.do(w.c.Evict(names[0]))
		w.c.Run(time.Millisecond)
		w.refuses(names[1], 429, "needs 2 healthy pods and has 2 currently")
		w.settles()
		w.do(w.c.Evict(names[1]))
	}},
	{"budget-rollout", "and counts that once, while the pods of two ReplicaSets are there", func(w *worldPlay) {
		w.deployed(4)
		w.apply(pdb("web", unavailable(1)))
		w.settles()
		w.budget("allows 1 of 4, 4 healthy, needs 3, disrupted []")
		w.do(w.c.SetImage("deploy/web", "main", "B"))
		w.c.Run(500 * time.Millisecond)
		require.Len(w.t, w.c.Pods("").Items, 6, w.rule)
		require.EqualValues(w.t, 4, w.c.PodDisruptionBudgets().Items[0].Status.ExpectedPods, w.rule)
	}},
}

// A world with a Deployment in the middle of a rollout forks like any other, and names
// come back as they were.
func TestDeploymentForks(t *testing.T) {
	c := sim.New(sim.Config{Nodes: 2, Seed: 3})
	require.NoError(t, c.Apply(webDeployment(5, "A")))
	c.Settle()
	require.NoError(t, c.SetImage("deploy/web", "main", "C"))
	c.Run(3 * time.Second)
	fork, err := c.Clone()
	require.NoError(t, err)
	require.Equal(t, c.StateHash(), fork.StateHash())
	c.Settle()
	fork.Settle()
	require.Equal(t, c.Fingerprint(), fork.Fingerprint())
	require.Equal(t, c.Trace().String(), fork.Trace().String())
	for _, name := range c.Pods("deploy/web").Names() {
		p, err := c.Pod(name)
		require.NoError(t, err)
		require.Equal(t, name, p.Name)
	}
}
