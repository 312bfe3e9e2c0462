package sim_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// What a kubelet does with the containers of a pod: in which order it starts and stops
// them, what it asks them, and what it says of it all.

// starting adds init containers, each named like its image.
func starting(images ...string) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) {
		for _, image := range images {
			s.Spec.Template.Spec.InitContainers = append(s.Spec.Template.Spec.InitContainers, model.Container{Name: strings.ToLower(image), Image: image})
		}
	}
}

// sidecars adds sidecars, each named like its image.
func sidecars(images ...string) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) {
		for _, image := range images {
			s.Spec.Template.Spec.InitContainers = append(s.Spec.Template.Spec.InitContainers, model.Container{
				Name: strings.ToLower(image), Image: image, RestartPolicy: model.RestartAlways,
			})
		}
	}
}

// container changes the first main container.
func container(change func(*model.Container)) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) { change(&s.Spec.Template.Spec.Containers[0]) }
}

// every is a probe that asks once a period, with a threshold of three failures.
func every(seconds int32, changes ...func(*model.Probe)) *model.Probe {
	p := &model.Probe{PeriodSeconds: seconds, Handler: `{"httpGet":{"path":"/","port":80}}`}
	for _, change := range changes {
		change(p)
	}
	return p
}

func failures(n int32) func(*model.Probe) { return func(p *model.Probe) { p.FailureThreshold = n } }

func readiness(p *model.Probe) func(*model.StatefulSet) {
	return container(func(c *model.Container) { c.ReadinessProbe = p })
}

func liveness(p *model.Probe) func(*model.StatefulSet) {
	return container(func(c *model.Container) { c.LivenessProbe = p })
}

func startup(p *model.Probe) func(*model.StatefulSet) {
	return container(func(c *model.Container) { c.StartupProbe = p })
}

// programs are images with a behaviour each.
func programs(images map[string]sim.Image) sim.Config { return sim.Config{Images: images} }

// row wants what kubectl's table says of web-0, without its address and node.
func (w *worldPlay) row(want string) {
	w.t.Helper()
	lines := strings.Split(w.c.Pods("web").String(), "\n")
	fields := strings.Fields(lines[1])
	w.is(want, strings.Join(fields[1:len(fields)-3], " "))
}

// conditions wants those conditions of web-0 that are True.
func (w *worldPlay) conditions(want string) {
	w.t.Helper()
	var out []string
	for _, c := range w.pod("web-0").Status.Conditions {
		if c.Status {
			out = append(out, c.Type)
		}
	}
	w.is(want, strings.Join(out, " "))
}

// runs lets the world come to an instant, given in seconds since it began.
func (w *worldPlay) runs(to float64) {
	w.t.Helper()
	w.c.Run(time.Duration(to*float64(time.Second)) - time.Duration(w.c.Now()))
}

// when lets time pass until the condition holds, and wants it to be that instant.
func (w *worldPlay) when(want string, condition func() bool) {
	w.t.Helper()
	w.until(func(sim.View) bool { return condition() })
	w.at(want)
}

func (w *worldPlay) ready() bool {
	p, err := w.c.Pod("web-0")
	return err == nil && p.Ready()
}

func (w *worldPlay) notReady() bool { return !w.ready() }

// restarted reports whether the first main container has been restarted so often.
func (w *worldPlay) restarted(times int32) func() bool {
	return func() bool {
		statuses := w.pod("web-0").Status.ContainerStatuses
		return len(statuses) > 0 && statuses[0].RestartCount == times
	}
}

func (w *worldPlay) fault(op sim.Operation) {
	w.t.Helper()
	w.do(w.c.Do(op))
}

var startCases = []worldCase{
	{"init", "Init containers run one by one, each to its end, before the main ones", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, starting("S1", "S2")))
		w.runs(0.005)
		w.row("0/1 Pending 0 0s")
		w.runs(0.5) // the first image is pulled
		w.row("0/1 Init:0/2 0 0s")
		w.conditions("PodScheduled PodReadyToStartContainers")
		w.runs(3.2) // pulled after 2.011s, started after 2.511s, ended after 3.011s
		w.row("0/1 Init:1/2 0 3s")
		w.runs(6.2)
		w.row("0/1 PodInitializing 0 6s")
		w.conditions("PodScheduled PodReadyToStartContainers Initialized")
		require.Equal(w.t, model.PodPending, w.pod("web-0").Status.Phase)
		w.when("9.011s", w.ready)
		w.row("1/1 Running 0 9s")
		w.conditions("PodScheduled PodReadyToStartContainers Initialized ContainersReady Ready")
		w.happens(0, "web-0 runs init container s1", "web-0 runs init container s2", "web-0 is ready")
		w.settles()
	}},
	{"P25", "An init container that fails is restarted with back-off; the main ones never start", func(w *worldPlay) {
		w.begin(programs(map[string]sim.Image{"S": {Run: sim.Fixed(time.Second), ExitCode: 3}}), webSet(2, stateless, starting("S")))
		w.runs(3)
		w.row("0/1 Init:0/1 0 2s")
		w.runs(3.6) // it has ended after 3.511s, and is started again at once
		w.row("0/1 Init:Error 0 3s")
		w.runs(5.1)
		w.row("0/1 Init:CrashLoopBackOff 1 (0s ago) 5s")
		w.event("pod/web-0", "BackOff: Back-off restarting failed container s in pod web-0_default("+w.pod("web-0").UID.String()+")")
		status := w.pod("web-0").Status.InitContainerStatuses[0]
		w.is("back-off 10s restarting failed container=s pod=web-0_default("+w.pod("web-0").UID.String()+")", status.Message)
		require.EqualValues(w.t, 3, status.LastState.ExitCode)
		w.c.Run(time.Hour)
		require.Equal(w.t, model.PodPending, w.pod("web-0").Status.Phase)
		w.conditions("PodScheduled PodReadyToStartContainers")
		w.is("PodInitializing", w.pod("web-0").Status.ContainerStatuses[0].Reason)
		w.is("at once 10s 20s 40s 80s 160s 300s 300s", strings.Join(strings.Split(w.restarts(), " ")[:9], " "))
		out := w.c.Settle()
		require.Equal(w.t, sim.Limit, out.State)
		require.Contains(w.t, out.String(), "pod/web-0: init container s: CrashLoopBackOff: the program of image S exits with code 3\n  it would help to set another image")
	}},
	{"init, for ever", "An init container that does not end keeps its pod Pending", func(w *worldPlay) {
		w.begin(programs(map[string]sim.Image{"S": {NeverReady: true}}), webSet(2, stateless, starting("S")))
		w.waits("pod/web-0: init container s: the program of image S does not end", "sts/web: waits: web-0 is pending")
		w.pods("web-0:Init:0/1")
	}},
	{"sidecar", "A sidecar only has to be started before the next container is; it counts for readiness, and is restarted by itself", func(w *worldPlay) {
		w.begin(programs(map[string]sim.Image{"P": {Ready: sim.Fixed(20 * time.Second)}}), webSet(1, stateless, sidecars("P"), starting("S")))
		w.runs(2.6)
		w.row("0/2 Init:1/2 0 2s")
		w.runs(8) // P runs from 2.511s, S from 5.011s to 5.511s, the main one from 8.011s
		w.row("0/2 PodInitializing 0 7s")
		w.runs(9)
		w.row("1/2 Running 0 8s")
		w.conditions("PodScheduled PodReadyToStartContainers Initialized")
		w.is("containers with unready status: [p]", w.pod("web-0").Status.Conditions[3].Message)
		w.when("22.511s", w.ready)
		w.row("2/2 Running 0 22s")
		w.settles()
		w.fault(sim.CrashContainer{Pod: "web-0", Container: "p"})
		w.row("1/2 Init:Error 0 22s") // so kubectl has it, though the main one runs
		require.True(w.t, w.notReady())
		require.Equal(w.t, model.PodRunning, w.pod("web-0").Status.Phase)
		w.settles()
		w.row("2/2 Running 1 (20s ago) 43s")
	}},
	{"P26", "A sidecar whose startup probe fails keeps the main containers from starting", func(w *worldPlay) {
		w.begin(programs(map[string]sim.Image{"P": {Hang: sim.Fixed(0), Stop: sim.Fixed(0)}}), webSet(1, stateless, sidecars("P"), func(s *model.StatefulSet) {
			s.Spec.Template.Spec.InitContainers[0].StartupProbe = every(10)
		}))
		w.runs(20)
		w.row("0/2 Init:0/1 0 19s")
		w.runs(32) // asked every ten seconds from 0.011s on; the third answer does not come by 31.011s
		w.event("pod/web-0", `Unhealthy: Startup probe failed: Get "http://10.0.0.1:80/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`)
		w.event("pod/web-0", "Killing: Init container p failed startup probe")
		w.runs(62) // it does not hear SIGTERM
		w.row("0/2 Init:0/1 1 (0s ago) 61s")
		require.Equal(w.t, model.PodPending, w.pod("web-0").Status.Phase)
		w.c.Run(time.Hour)
		require.NotContains(w.t, w.c.Trace().String(), "pulls image A")
		require.Equal(w.t, sim.Limit, w.c.Settle().State)
	}},
	{"postStart", "Nothing else of a pod is started, and nothing said of it, before a postStart hook is done", func(w *worldPlay) {
		hook := container(func(c *model.Container) { c.PostStart = &model.LifecycleHandler{Exec: []string{"warm-up"}} })
		config := sim.Config{Latencies: sim.Latencies{PostStart: sim.Fixed(7 * time.Second)}}
		w.begin(config, webSet(1, stateless, hook, beside("B")))
		w.runs(9) // it runs from 2.511s on
		w.row("0/2 ContainerCreating 0 8s")
		w.when("12.511s", w.ready) // 7s later B is pulled, started, and ready
		w.settles()
	}},
	{"postStart fails", "A container whose postStart hook fails is killed, and restarted with back-off", func(w *worldPlay) {
		hook := container(func(c *model.Container) { c.PostStart = &model.LifecycleHandler{SleepSeconds: new(int64)} })
		w.begin(programs(map[string]sim.Image{"A": {PostStartFails: true, Stop: sim.Fixed(time.Second)}}), webSet(1, stateless, hook))
		w.runs(3)
		w.event("pod/web-0", "FailedPostStartHook: PostStartHook failed")
		w.event("pod/web-0", "Killing: FailedPostStartHook")
		w.runs(3.6) // it has ended after 3.511s
		w.row("0/1 PostStartHookError 0 3s")
		w.c.Run(2 * time.Second)
		w.row("0/1 CrashLoopBackOff 1 (0s ago) 5s")
		require.Equal(w.t, sim.Limit, w.c.Settle().State)
	}},
	{"gate", "A readiness gate is a condition that somebody has to set before the pod is Ready", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, func(s *model.StatefulSet) { s.Spec.Template.Spec.ReadinessGates = []string{"example.com/served"} }))
		w.waits(`pod/web-0: not ready: corresponding condition of pod readiness gate "example.com/served" does not exist.`, "set the condition")
		w.row("1/1 Running 0 3s")
		w.conditions("PodScheduled PodReadyToStartContainers Initialized ContainersReady")
		ready := func() model.PodCondition { return w.pod("web-0").Status.Conditions[4] }
		w.is("Ready ReadinessGatesNotReady", ready().Type+" "+ready().Reason)
		w.do(w.c.SetCondition("web-0", "example.com/served", false))
		w.is(`the status of pod readiness gate "example.com/served" is not "True", but False`, ready().Message)
		w.do(w.c.SetCondition("web-0", "example.com/served", true))
		require.True(w.t, w.ready())
		w.settles()
		w.conditions("PodScheduled PodReadyToStartContainers Initialized ContainersReady Ready example.com/served")
		w.do(w.c.SetCondition("web-0", "example.com/served", false))
		require.True(w.t, w.notReady())
		require.ErrorContains(w.t, w.c.SetCondition("web-0", "Ready", true), "the condition Ready is Kubernetes' own")
		require.ErrorContains(w.t, w.c.SetCondition("web-0", "", true), "needs a type")
		require.ErrorContains(w.t, w.c.SetCondition("web-7", "x", true), "not found")
	}},
	{"completed", "A main container that exits with 0 is restarted like one that fails", func(w *worldPlay) {
		w.begin(programs(map[string]sim.Image{"A": {Run: sim.Fixed(time.Second)}}), webSet(1, stateless))
		w.runs(3.6)
		w.row("0/1 Completed 0 3s")
		require.Equal(w.t, model.PodRunning, w.pod("web-0").Status.Phase)
		w.runs(5.2)
		w.row("0/1 CrashLoopBackOff 1 (0s ago) 5s")
	}},
}

var imageCases = []worldCase{
	{"ErrImagePull", "A pull that fails shows at first as ErrImagePull and after its back-off as ImagePullBackOff; further attempts are no events", func(w *worldPlay) {
		w.begin(behaving(sim.Image{Missing: true}), webSet(1, stateless))
		w.runs(5) // it has failed after 2.011s
		w.row("0/1 ErrImagePull 0 4s")
		w.runs(12.1)
		w.row("0/1 ImagePullBackOff 0 12s")
		w.waits("pod/web-0: ImagePullBackOff: image A cannot be pulled")
		w.at("12.100s")
	}},
	{"mended image", "An image that comes to be there is pulled when the back-off allows it", func(w *worldPlay) {
		for _, row := range []struct {
			mended float64
			pulled string // the attempts are 10, 20, 40, 80, 160 and 300 seconds after each other, from 2.011s on
		}{
			{5, "12.011s"}, {13, "32.011s"}, {32.011, "32.011s"}, {33, "72.011s"}, {100, "152.011s"}, {400, "612.011s"},
			{700, "912.011s"}, {1000, "1212.011s"}, {100_000, "100212.011s"},
		} {
			w := &worldPlay{t: w.t, rule: fmt.Sprintf("%s: mended after %vs", w.rule, row.mended)}
			w.begin(behaving(sim.Image{Missing: true}), webSet(1, stateless))
			w.runs(row.mended)
			w.fault(sim.MendImage{Image: "A"})
			mark := w.c.TraceLen()
			w.when(row.pulled, func() bool { return strings.Contains(w.c.TraceFrom(mark).String(), "pulls image") })
			w.settles()
			require.True(w.t, w.ready())
		}
	}},
	{"pull policies", "Of an image that is lost, IfNotPresent uses what the node has, Always asks in vain, and Never asks nobody", func(w *worldPlay) {
		policy := func(p model.PullPolicy) func(*model.StatefulSet) {
			return container(func(c *model.Container) { c.ImagePullPolicy = p })
		}
		w.begin(sim.Config{}, webSet(1, stateless, named("never"), policy(model.PullNever)))
		w.waits("pod/never-0: ErrImageNeverPull: image A is not on its node, and is never pulled")
		w.event("pod/never-0", `ErrImageNeverPull: Container image "A" is not present with pull policy of Never`)
		w.pods("never-0:ErrImageNeverPull")
		w.runs(3)
		w.apply(webSet(1, stateless, named("first"), policy(model.PullIfNotPresent)))
		w.until(func(v sim.View) bool { return v.PodReady("first-0") })
		w.until(func(v sim.View) bool { return v.PodReady("never-0") })
		w.at("11.011s") // the image came with first-0 after 5.011s; its worker looks every ten seconds
		w.fault(sim.LoseImage{Image: "A"})
		w.apply(webSet(1, stateless, named("second"), policy(model.PullIfNotPresent)), webSet(1, stateless, named("always"), policy(model.PullAlways)))
		w.waits("pod/always-0: ImagePullBackOff: image A cannot be pulled")
		w.pods("always-0:ImagePullBackOff first-0:Running never-0:Running second-0:Running")
		require.ErrorContains(w.t, w.c.Do(sim.LoseImage{Image: "A"}), "cannot be pulled anyway")
		w.fault(sim.MendImage{Image: "A"})
		require.ErrorContains(w.t, w.c.Do(sim.MendImage{Image: "A"}), "can be pulled")
		w.settles()
	}},
	{"beside a bad image", "A container whose image cannot be pulled does not keep the others from running", func(w *worldPlay) {
		w.begin(programs(map[string]sim.Image{"A": {Missing: true}}), webSet(1, stateless, beside("B")))
		w.waits("pod/web-0: ImagePullBackOff: image A cannot be pulled")
		w.row("1/2 ImagePullBackOff 0 12s")
		require.Equal(w.t, model.PodPending, w.pod("web-0").Status.Phase)
		w.runs(13)
		w.fault(sim.MendImage{Image: "A"})
		w.settles()
		w.row("2/2 Running 0 35s")
	}},
}

var endCases = []worldCase{
	{"P18", "Sidecars wait for the main containers: one gets SIGTERM when the last of these has ended", func(w *worldPlay) {
		w.orphan(programs(map[string]sim.Image{"A": {Stop: sim.Fixed(5 * time.Second)}, "P": {Stop: sim.Fixed(time.Second)}}), sidecars("P"))
		w.do(w.c.Delete("pod/web-0"))
		w.goneAt(6 * time.Second)
	}},
	{"P18b", "Of several sidecars the last one that was started is stopped first", func(w *worldPlay) {
		images := map[string]sim.Image{"A": {Stop: sim.Fixed(5 * time.Second)}, "P1": {Stop: sim.Fixed(2 * time.Second)}, "P2": {Stop: sim.Fixed(3 * time.Second)}}
		config := programs(images)
		config.Latencies.Remove = sim.Fixed(time.Second)
		w.orphan(config, sidecars("P1", "P2"))
		w.do(w.c.Delete("pod/web-0"))
		w.runs(20.5)
		w.is("20s 18s", fmt.Sprint(time.Duration(w.pod("web-0").Status.InitContainerStatuses[0].FinishedAt), " ", time.Duration(w.pod("web-0").Status.InitContainerStatuses[1].FinishedAt)))
		require.Equal(w.t, model.PodSucceeded, w.pod("web-0").Status.Phase)
		w.goneAt(11 * time.Second)
	}},
	{"P18c", "Sidecars wait within the grace period; what is left then is two seconds", func(w *worldPlay) {
		w.orphan(sim.Config{}, sidecars("P1", "P2"), grace(10))
		w.do(w.c.Delete("pod/web-0"))
		w.goneAt(12 * time.Second) // the main one gets SIGKILL after ten seconds, and both sidecars SIGTERM
	}},
	{"P18d", "What a sidecar has waited is counted in whole seconds; its preStop hook runs at once", func(w *worldPlay) {
		hook := func(s *model.StatefulSet) {
			two := int64(2)
			s.Spec.Template.Spec.InitContainers[0].PreStop = &model.LifecycleHandler{SleepSeconds: &two}
		}
		w.orphan(programs(map[string]sim.Image{"A": {Stop: sim.Fixed(5900 * time.Millisecond)}}), sidecars("P"), hook, grace(20))
		w.do(w.c.Delete("pod/web-0"))
		// 20 - 2 of the hook - 3 of the 3.9 that it waits are left after 5.9 seconds.
		w.goneAt(20900 * time.Millisecond)
	}},
	{"P15b", "A forced deletion leaves the old program two seconds on a healthy node, beside its twin", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless))
		w.settles()
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.c.Run(1900 * time.Millisecond)
		w.is("[node-0 node-0]", fmt.Sprint(w.c.RunningAt("web-0")))
		w.c.Run(200 * time.Millisecond)
		w.is("[node-0]", fmt.Sprint(w.c.RunningAt("web-0")))
	}},
	{"terminal phase", "A pod that was stopped has Succeeded if all its main programs have exited with 0", func(w *worldPlay) {
		for _, row := range []struct {
			stop sim.Image
			want string
		}{
			{sim.Image{Stop: sim.Fixed(time.Second)}, "Succeeded Completed PodCompleted"},
			{sim.Image{}, "Failed Error PodFailed"},
		} {
			config := programs(map[string]sim.Image{"A": row.stop})
			config.Latencies.Remove = sim.Fixed(time.Minute)
			w.orphan(config, sidecars("P"), grace(5))
			w.do(w.c.Delete("pod/web-0"))
			w.runs(20)
			p := w.pod("web-0")
			w.is(row.want, fmt.Sprint(p.Status.Phase, " ", p.Status.ContainerStatuses[0].Reason, " ", p.Status.Conditions[4].Reason))
			w.conditions("PodScheduled Initialized")
			require.NotEmpty(w.t, p.Status.PodIP, "its address stays")
		}
	}},
	{"P27b", "A container that the kernel kills for its memory is restarted in its pod; the pod has not failed", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless))
		w.settles()
		before := w.pod("web-0")
		w.fault(sim.OOMKill{Pod: "web-0"})
		w.row("0/1 OOMKilled 0 3s")
		require.Equal(w.t, model.PodRunning, w.pod("web-0").Status.Phase)
		w.settles()
		after := w.pod("web-0")
		require.Equal(w.t, []any{before.UID, before.Status.PodIP}, []any{after.UID, after.Status.PodIP})
		status := after.Status.ContainerStatuses[0]
		require.Equal(w.t, []any{int32(1), int32(137), "OOMKilled"}, []any{status.RestartCount, status.LastState.ExitCode, status.LastState.Reason})
		require.Contains(w.t, w.c.Trace().String(), "is killed for its memory and is restarted at once")
		require.ErrorContains(w.t, w.c.Do(sim.OOMKill{Pod: "web-0", Container: "x"}), "container x not found in pod web-0")
	}},
	{"crashed when deleted", "A pod that waits for a restart when it is deleted has nothing to be stopped", func(w *worldPlay) {
		config := behaving(sim.Image{Crash: sim.Fixed(time.Second)})
		config.Latencies.Remove = sim.Fixed(time.Second)
		w.begin(config, webSet(1, stateless))
		w.runs(60)
		w.row("0/1 CrashLoopBackOff 3 (21s ago) 59s")
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.do(w.c.Delete("pod/web-0"))
		w.row("0/1 Error 3 59s")
		require.Equal(w.t, model.PodFailed, w.pod("web-0").Status.Phase)
		w.settles()
	}},
}
