package sim_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// How a pod ends, how its containers start and crash, and what goes with an object
// that is deleted.

// orphan makes one pod that nobody creates again, web-0, with a grace period, and
// moves the clock to a second where it runs and is ready.
func (w *worldPlay) orphan(config sim.Config, changes ...func(*model.StatefulSet)) {
	w.t.Helper()
	w.begin(config, webSet(1, append([]func(*model.StatefulSet){stateless}, changes...)...))
	w.until(func(v sim.View) bool { return v.PodReady("web-0") })
	w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
	w.c.Run(10*time.Second - time.Duration(w.c.Now()))
}

// deadline wants web-0 to be terminating, and its deletionTimestamp to be as many
// seconds after the tenth.
func (w *worldPlay) deadline(seconds int) {
	w.t.Helper()
	p := w.pod("web-0")
	require.NotNil(w.t, p.DeletedAt, w.rule)
	w.is(fmt.Sprint(10*time.Second+time.Duration(seconds)*time.Second), fmt.Sprint(time.Duration(*p.DeletedAt)))
}

// goneAt wants web-0 to be there until so long after the tenth second.
func (w *worldPlay) goneAt(after time.Duration) {
	w.t.Helper()
	w.until(func(v sim.View) bool { return !v.PodExists("web-0") })
	w.is(fmt.Sprint(after), fmt.Sprint(time.Duration(w.c.Now())-10*time.Second))
}

// behaving is a world with one image, A.
func behaving(image sim.Image) sim.Config {
	return sim.Config{Images: map[string]sim.Image{"A": image}}
}

var deletionCases = []worldCase{
	{"P1", "A pod that runs and is deleted stays until its grace period is over", func(w *worldPlay) {
		w.orphan(sim.Config{})
		w.do(w.c.Delete("pod/web-0"))
		w.pods("web-0:Terminating")
		w.deadline(30)
		w.goneAt(30 * time.Second)
	}},
	{"P2", "A grace period of 0 makes every deletion a forced one", func(w *worldPlay) {
		w.orphan(sim.Config{}, grace(0))
		w.do(w.c.Delete("pod/web-0"))
		w.pods("")
	}},
	{"P3", "A deletion may ask for more time than the pod does", func(w *worldPlay) {
		w.orphan(sim.Config{})
		w.do(w.c.Delete("pod/web-0", sim.Grace(300)))
		w.deadline(300)
		w.goneAt(300 * time.Second)
	}},
	{"P4", "A negative grace period is one of a second", func(w *worldPlay) {
		w.orphan(sim.Config{}, grace(-1))
		w.do(w.c.Delete("pod/web-0"))
		w.deadline(1)
		w.goneAt(2 * time.Second) // SIGKILL comes two seconds after SIGTERM at the earliest
	}},
	{"P5", "A pod without a node is gone at once; one with a node that has not started yet, in a moment", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1))
		w.c.Settle()
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.c.Settle()
		w.do(w.c.Delete("pod/web-0"))
		w.pods("")

		w.begin(sim.Config{Latencies: sim.Latencies{Attach: sim.Fixed(time.Hour)}}, withDisks(webSet(1))...)
		w.c.Run(10 * time.Second)
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.do(w.c.Delete("pod/web-0"))
		w.pods("web-0:Terminating")
		w.deadline(30)
		w.goneAt(time.Millisecond)
		w.settles()
	}},
	{"P6", "A pod that has ended is gone at once, whatever grace period is asked for", func(w *worldPlay) {
		w.orphan(sim.Config{})
		w.do(w.c.Do(sim.FailPod{Pod: "web-0"}))
		w.is("Failed Evicted", string(w.pod("web-0").Status.Phase)+" "+w.pod("web-0").Status.Reason)
		w.pods("web-0:Error") // kubectl says how its container has ended
		w.do(w.c.Delete("pod/web-0", sim.Grace(300)))
		w.pods("")
	}},
	{"P7", "A second deletion can make the end that the API shows come sooner, not later; the kubelet goes on as it has begun", func(w *worldPlay) {
		w.orphan(sim.Config{})
		w.do(w.c.Delete("pod/web-0"))
		w.do(w.c.Delete("pod/web-0"))
		w.deadline(30)
		w.do(w.c.Delete("pod/web-0", sim.Grace(60)))
		w.deadline(30)
		w.do(w.c.Delete("pod/web-0", sim.Grace(5)))
		w.deadline(5)
		w.goneAt(30 * time.Second)

		w.orphan(sim.Config{})
		w.do(w.c.Delete("pod/web-0"))
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.pods("")
		w.settles()
	}},
	{"P8", "A second deletion whose end is past leaves a second, as the API has it", func(w *worldPlay) {
		w.orphan(sim.Config{})
		w.do(w.c.Delete("pod/web-0"))
		w.c.Run(20 * time.Second)
		w.do(w.c.Delete("pod/web-0", sim.Grace(5)))
		w.deadline(20)
		w.goneAt(30 * time.Second)
	}},
	{"P9", "A pod that fails while it is terminating is not deleted a second time; its kubelet ends it", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless))
		w.settles()
		uid := w.pod("web-0").UID
		w.do(w.c.Delete("pod/web-0"))
		w.c.Run(time.Second)
		w.do(w.c.Do(sim.FailPod{Pod: "web-0"}))
		w.settles()
		require.NotEqual(w.t, uid, w.pod("web-0").UID)
	}},
	{"P10", "A program that exits when it gets SIGTERM does not need the whole grace period", func(w *worldPlay) {
		w.orphan(behaving(sim.Image{Stop: sim.Fixed(3 * time.Second)}))
		w.do(w.c.Delete("pod/web-0"))
		w.deadline(30)
		w.goneAt(3 * time.Second)
	}},
	{"P11", "A program that ignores SIGTERM gets SIGKILL at its end", func(w *worldPlay) {
		w.orphan(sim.Config{}, grace(7))
		w.do(w.c.Delete("pod/web-0"))
		w.goneAt(7 * time.Second)
	}},
	{"P12", "The preStop hook comes first, and its time counts", func(w *worldPlay) {
		w.orphan(behaving(sim.Image{Stop: sim.Fixed(time.Second)}), preStop(10))
		w.do(w.c.Delete("pod/web-0"))
		w.goneAt(11 * time.Second)
	}},
	{"P13", "A preStop hook is cut off at the end of the grace period; the program still gets two seconds", func(w *worldPlay) {
		config := hookTakes(60 * time.Second)
		config.Latencies.Remove = sim.Fixed(time.Second)
		w.orphan(config, preStopCommand, beside("B"))
		w.do(w.c.Delete("pod/web-0"))
		w.c.Run(31 * time.Second) // B, which has no hook, has been killed; nobody is told before all have ended
		w.is("running running", w.pod("web-0").Status.ContainerStatuses[0].State+" "+w.pod("web-0").Status.ContainerStatuses[1].State)
		w.c.Run(time.Second)
		for i, ended := range []time.Duration{42, 40} {
			killed := w.pod("web-0").Status.ContainerStatuses[i]
			require.Equal(w.t, []any{"terminated", "Error", int32(137)}, []any{killed.State, killed.Reason, killed.ExitCode})
			require.Equal(w.t, ended*time.Second, time.Duration(killed.FinishedAt))
		}
		w.goneAt(33 * time.Second)
	}},
	{"P13b", "What a hook takes of the grace period is counted in whole seconds", func(w *worldPlay) {
		w.orphan(hookTakes(10900*time.Millisecond), preStopCommand)
		w.do(w.c.Delete("pod/web-0"))
		w.goneAt(30900 * time.Millisecond)
	}},
	{"P14", "In 1.27.1 the program got the whole grace period after a hook, however long that took", func(w *worldPlay) {
		for _, row := range []struct{ hook, gone time.Duration }{{60, 60}, {29, 59}, {10, 40}} {
			w := &worldPlay{t: w.t, rule: w.rule}
			config := hookTakes(row.hook * time.Second)
			config.Release = release.V1_27_1
			w.orphan(config, preStopCommand)
			w.do(w.c.Delete("pod/web-0"))
			w.goneAt(row.gone * time.Second)
		}
	}},
	{"P10", "Until its object is gone, a pod shows how it has ended; 1.27.1 took a Failed one for a reason to create its successor at once (Kubernetes issue 119685)", func(w *worldPlay) {
		for _, r := range []release.Release{release.V1_27_1, release.V1_33} {
			w := &worldPlay{t: w.t, rule: w.rule}
			w.begin(sim.Config{Release: r, Latencies: sim.Latencies{Remove: sim.Fixed(time.Second)}}, webSet(1, stateless))
			w.settles()
			w.do(w.c.Delete("pod/web-0"))
			w.c.Run(30*time.Second + 500*time.Millisecond)
			require.Equal(w.t, model.PodFailed, w.pod("web-0").Status.Phase)
			require.Equal(w.t, r == release.V1_27_1, strings.Contains(w.c.Trace().String(), `cannot go on: pods "web-0" already exists`), "%v", r)
			w.settles()
			require.True(w.t, w.pod("web-0").Ready())
		}
	}},
	{"P15", "A forced deletion takes the object at once, and its twin is created", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless))
		w.settles()
		before, at := w.pod("web-0"), w.c.Now()
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.pods("")
		w.until(func(v sim.View) bool { return v.PodReady("web-0") })
		require.Equal(w.t, 1011*time.Millisecond, w.c.Now().Sub(at), "seen 1ms, scheduled 10ms, start and ready 1s")
		require.NotEqual(w.t, before.UID, w.pod("web-0").UID)
		require.NotEqual(w.t, before.Status.PodIP, w.pod("web-0").Status.PodIP)
	}},
	{"P16", "A second deletion with a shorter grace period does not reach what is being stopped (Kubernetes issue 83916), not even by force", func(w *worldPlay) {
		// That the pod would be killed five seconds later contradicts P8, by which the
		// end is past and a second is left; and the kubelet does neither: it has handed
		// the first grace period to the runtime, and waits.
		w.orphan(sim.Config{Images: map[string]sim.Image{"B": {Stop: sim.Fixed(40 * time.Second)}}}, grace(60), image("B"))
		w.do(w.c.Delete("pod/web-0"))
		w.c.Run(10 * time.Second)
		w.do(w.c.Delete("pod/web-0", sim.Grace(20)))
		w.deadline(20) // counted from the first deletion
		w.c.Run(10 * time.Second)
		w.do(w.c.Delete("pod/web-0", sim.Force()))
		w.pods("")
		w.is("[node-0]", fmt.Sprint(w.c.RunningAt("web-0")))
		w.c.Run(19 * time.Second)
		w.is("[node-0]", fmt.Sprint(w.c.RunningAt("web-0")))
		w.c.Run(time.Second)
		w.is("[]", fmt.Sprint(w.c.RunningAt("web-0")))
		w.settles()
	}},
	{"P16b", "It counts if the pod's worker has not begun to stop it: it is still pulling an image", func(w *worldPlay) {
		w.begin(sim.Config{Latencies: sim.Latencies{Pull: sim.Fixed(20 * time.Second)}}, webSet(1, stateless, grace(60)))
		w.c.Run(10 * time.Second)
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.do(w.c.Delete("pod/web-0"))
		w.do(w.c.Delete("pod/web-0", sim.Grace(5)))
		w.until(func(v sim.View) bool { return !v.PodExists("web-0") })
		w.at("25.511s") // pulled after 20.011s, started half a second later, and then given five
	}},
	{"P17", "A pod that terminates is ready until its program has ended", func(w *worldPlay) {
		w.orphan(sim.Config{})
		w.do(w.c.Delete("pod/web-0"))
		w.c.Run(29 * time.Second)
		require.True(w.t, w.pod("web-0").Ready())
	}},
	{"P17b", "Of two programs that are stopped, the last that ends makes the pod unready: its worker waits for all of them", func(w *worldPlay) {
		config := sim.Config{Images: map[string]sim.Image{"B": {Stop: sim.Fixed(10 * time.Second)}}}
		config.Latencies.Remove = sim.Fixed(time.Second)
		w.orphan(config, beside("B"))
		w.do(w.c.Delete("pod/web-0"))
		w.c.Run(29 * time.Second)
		require.True(w.t, w.pod("web-0").Ready())
		w.c.Run(1500 * time.Millisecond)
		require.False(w.t, w.pod("web-0").Ready())
		w.is("Error Completed", w.pod("web-0").Status.ContainerStatuses[0].Reason+" "+w.pod("web-0").Status.ContainerStatuses[1].Reason)
		w.goneAt(31 * time.Second)
	}},
	{"starting", "A pod that is deleted in the middle of its start is started to the end, and then stopped", func(w *worldPlay) {
		config := sim.Config{
			Latencies: sim.Latencies{Start: sim.Fixed(5 * time.Second)},
			Images:    map[string]sim.Image{"A": {Crash: sim.Fixed(time.Hour)}},
		}
		w.begin(config, webSet(1, stateless, grace(20), beside("B")))
		w.c.Run(4 * time.Second) // the image is there after 2s
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.do(w.c.Delete("pod/web-0"))
		w.c.Run(15 * time.Second)
		require.False(w.t, w.pod("web-0").Ready())
		require.Equal(w.t, model.PodPending, w.pod("web-0").Status.Phase, "its status is that before the start")
		w.until(func(v sim.View) bool { return !v.PodExists("web-0") })
		w.at("34.011s") // A is started after 7.011s, B is pulled after 9.011s and started after 14.011s
		w.settles()
	}},
}

// preStop gives the pod's container a hook that sleeps.
func preStop(seconds int64) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) {
		s.Spec.Template.Spec.Containers[0].PreStop = &model.LifecycleHandler{SleepSeconds: &seconds}
	}
}

// preStopCommand adds a preStop hook that runs something; hookTakes says how long
// that takes.
func preStopCommand(s *model.StatefulSet) {
	s.Spec.Template.Spec.Containers[0].PreStop = &model.LifecycleHandler{Exec: []string{"drain"}}
}

func hookTakes(d time.Duration) sim.Config {
	return sim.Config{Latencies: sim.Latencies{PreStop: sim.Fixed(d)}}
}

// beside adds a container.
func beside(image string) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) {
		s.Spec.Template.Spec.Containers = append(s.Spec.Template.Spec.Containers, model.Container{Name: "beside", Image: image})
	}
}

// restarts are the delays between the crashes of web-0 and its restarts, and how
// long it ran each time, as the trace has them.
func (w *worldPlay) restarts() string {
	var out []string
	for _, line := range strings.Split(w.c.Trace().String(), "\n") {
		if _, delay, ok := strings.Cut(line, "crashes and is restarted "); ok {
			out = append(out, strings.TrimPrefix(delay, "in "))
		}
	}
	return strings.Join(out, " ")
}

var kubeletCases = []worldCase{
	{"P19", "A program that crashes each time is restarted at once, then after 10, 20, 40, 80, 160 and 300 s, for ever", func(w *worldPlay) {
		w.begin(behaving(sim.Image{Crash: sim.Fixed(time.Second)}), webSet(1, stateless))
		w.c.Run(30 * time.Minute)
		require.Regexp(w.t, `^at once 10s 20s 40s 80s 160s 300s 300s`, w.restarts())
		out := w.c.Settle()
		require.Equal(w.t, sim.Limit, out.State)
		require.Contains(w.t, out.String(), "pod/web-0: CrashLoopBackOff: the program of image A exits with code 1\n  it would help to set another image")
		require.Equal(w.t, model.PodRunning, w.pod("web-0").Status.Phase)
		require.False(w.t, w.pod("web-0").Ready())
		w.event("pod/web-0", "BackOff: Back-off restarting failed container main in pod web-0_default("+w.pod("web-0").UID.String()+")")
		// Nobody but the user helps: an ordered set does not replace a pod that is
		// not ready.
		w.do(w.c.SetImage("web", "main", "B"))
		w.c.Run(time.Hour)
		w.do(w.c.Delete("pod/web-0"))
		w.settles()
	}},
	{"P20", "A program that has run for more than ten minutes is restarted at once", func(w *worldPlay) {
		for _, row := range []struct {
			runs time.Duration
			want string
		}{
			{602 * time.Second, `^(at once ?)+$`},
			{595 * time.Second, `^at once 10s 20s 40s`},
		} {
			w.begin(behaving(sim.Image{Crash: sim.Fixed(row.runs)}), webSet(1, stateless))
			w.c.Run(2 * time.Hour)
			require.Regexp(w.t, row.want, w.restarts())
		}
	}},
	{"P21", "A pod that is created again begins without back-off", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless))
		w.settles()
		for range 3 {
			w.do(w.c.Do(sim.CrashContainer{Pod: "web-0"}))
			w.settles()
		}
		require.EqualValues(w.t, 3, w.pod("web-0").Status.ContainerStatuses[0].RestartCount)
		w.do(w.c.Delete("pod/web-0"))
		w.settles()
		require.Zero(w.t, w.pod("web-0").Status.ContainerStatuses[0].RestartCount)
		w.do(w.c.Do(sim.CrashContainer{Pod: "web-0"}))
		w.settles()
		w.is("at once 10s 20s at once", w.restarts())
	}},
	{"P27", "A crash keeps the pod, its address and its phase, and takes its readiness for a while", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless))
		w.settles()
		before := w.pod("web-0")
		w.do(w.c.Do(sim.CrashContainer{Pod: "web-0"}))
		w.pods("web-0:Error")
		require.Equal(w.t, model.PodRunning, w.pod("web-0").Status.Phase)
		require.False(w.t, w.pod("web-0").Ready())
		w.settles()
		after := w.pod("web-0")
		require.Equal(w.t, before.UID, after.UID)
		require.Equal(w.t, before.Status.PodIP, after.Status.PodIP)
	}},
	{"image", "A node pulls an image once, and one image at a time", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(2, stateless, parallel, image("A:1")), webSet(1, named("other"), stateless, image("B")))
		w.until(func(v sim.View) bool { return v.PodReady("web-0") && v.PodReady("web-1") })
		w.at("3.011s") // seen 1ms, scheduled 10ms, pulled 2s, start and ready 1s: both
		w.until(func(v sim.View) bool { return v.PodReady("other-0") })
		w.at("5.011s")
		w.event("pod/web-0", `Pulling: Pulling image "A:1"`)
		w.event("pod/web-1", `Pulling: Pulling image "A:1"`)
		mark := w.c.Now()
		w.do(w.c.Scale("web", 3))
		w.until(func(v sim.View) bool { return v.PodReady("web-2") })
		require.Equal(w.t, 1011*time.Millisecond, w.c.Now().Sub(mark))
		w.noEvent("pod/web-2", "Pulling")
		w.event("pod/web-2", `Pulled: Container image "A:1" already present on machine and can be accessed by the pod`)
	}},
	{"missing image", "An image that cannot be pulled", func(w *worldPlay) {
		w.begin(sim.Config{Images: map[string]sim.Image{"A": {Missing: true}}}, webSet(2, stateless))
		w.waits("pod/web-0: ImagePullBackOff: image A cannot be pulled\n  it would help to set another image", "sts/web: waits: web-0 is pending")
		w.pods("web-0:ImagePullBackOff")
		w.event("pod/web-0", `Failed: Failed to pull image "A": failed to pull and unpack image "A": not found`)
		w.event("pod/web-0", "Failed: Error: ErrImagePull")
		w.event("pod/web-0", `BackOff: Back-off pulling image "A"`)
		w.event("pod/web-0", "Failed: Error: ImagePullBackOff")
		w.do(w.c.SetImage("web", "main", "B"))
		w.waits("it would help to kubectl delete pod web-0: under OrderedReady a pod of an old revision is only replaced once it is ready, or deleted")
		w.do(w.c.Delete("pod/web-0"))
		w.settles()
	}},
	{"missing image, no block", "Without a block rollingUpdate the pod may come back at its old revision", func(w *worldPlay) {
		w.begin(sim.Config{Images: map[string]sim.Image{"A": {Missing: true}}}, webSet(2, stateless, strategy(model.RollingUpdate)))
		w.c.Settle()
		w.do(w.c.SetImage("web", "main", "B"))
		w.waits("it would help to kubectl patch sts/web -p '{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":0}}}}' and kubectl delete pod web-0: ")
		w.do(w.c.Delete("pod/web-0"))
		w.waits("image A cannot be pulled")
		w.do(w.c.SetPartition("web", 0))
		w.do(w.c.Delete("pod/web-0"))
		w.settles()
	}},
	{"two containers", "Containers start one after the other, and the pod is ready when all are", func(w *worldPlay) {
		w.begin(sim.Config{Images: map[string]sim.Image{"A": {Ready: sim.Fixed(10 * time.Second)}}}, webSet(1, stateless, beside("B")))
		w.c.Run(2600 * time.Millisecond) // A runs after 2.511s
		require.Equal(w.t, model.PodPending, w.pod("web-0").Status.Phase)
		w.c.Run(2500 * time.Millisecond) // B is pulled after 4.511s, and runs after 5.011s
		require.Equal(w.t, model.PodRunning, w.pod("web-0").Status.Phase)
		w.until(func(v sim.View) bool { return v.PodReady("web-0") })
		w.at("12.511s")
		w.settles()
		w.do(w.c.Do(sim.CrashContainer{Pod: "web-0", Container: "beside"}))
		require.False(w.t, w.pod("web-0").Ready())
		w.settles()
	}},
	{"never ready", "A program that never becomes ready", func(w *worldPlay) {
		w.begin(behaving(sim.Image{NeverReady: true}), webSet(2, stateless))
		w.waits("pod/web-0: not ready: the program of image A never becomes ready", "sts/web: waits: web-0 is not ready")
		w.pods("web-0:Unready")
	}},
	{"failed", "A pod that its kubelet evicts is created again, without waiting", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(2, stateless))
		w.settles()
		at := w.c.Now()
		w.do(w.c.Do(sim.FailPod{Pod: "web-0"}))
		w.settles()
		require.Less(w.t, w.c.Now().Sub(at), 2*time.Second)
	}},
	{"failed before it started", "A pod that fails while it waits for its volumes never starts", func(w *worldPlay) {
		w.begin(sim.Config{Latencies: sim.Latencies{Attach: sim.Fixed(time.Minute)}}, withDisks(webSet(1))...)
		w.c.Run(10 * time.Second)
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.do(w.c.Do(sim.FailPod{Pod: "web-0"}))
		w.waits("pod/web-0: has ended, its phase is Failed")
		w.pods("web-0:ContainerStatusUnknown")
		require.Empty(w.t, w.pod("web-0").Status.PodIP)
	}},
	{"full", "Nodes have room for so many pods; the next waits for one to go", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2, PodsPerNode: 1}, webSet(3, stateless, parallel))
		w.waits("pod/web-2: Pending: 0/2 nodes are available: 2 Too many pods.", "add a node")
		w.do(w.c.Do(sim.FailPod{Pod: "web-0"})) // makes room, and is created again where it is
		w.do(w.c.Scale("web", 2))
		w.settles()
		w.do(w.c.Cordon("node-0"))
		w.do(w.c.Scale("web", 3))
		w.waits("0/2 nodes are available: 1 Too many pods, 1 node(s) were unschedulable.", "uncordon a node, or add one")
		w.apply(&model.Node{ObjectMeta: model.ObjectMeta{Name: "new"}})
		w.settles()
		w.nodes("web-0:node-0 web-1:node-1 web-2:new")
	}},
	{"drained", "A drained node loses its pods, which are created again elsewhere", func(w *worldPlay) {
		w.begin(sim.Config{Nodes: 2}, withDisks(webSet(3))...)
		w.settles()
		w.nodes("web-0:node-0 web-1:node-1 web-2:node-0")
		w.do(w.c.Drain("node-0"))
		w.settles()
		w.nodes("web-0:node-1 web-1:node-1 web-2:node-1")
	}},
}

var collectorCases = []worldCase{
	{"background", "The set goes at once, its pods follow, each with its grace period; the claims stay", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(2))...)
		w.settles()
		w.do(w.c.Delete("sts/web"))
		require.Empty(w.t, w.c.StatefulSets().Items)
		w.c.Run(2 * time.Millisecond)
		w.pods("web-0:Terminating web-1:Terminating")
		w.settles()
		w.pods("")
		w.claims("www-web-0:Bound www-web-1:Bound")
	}},
	{"foreground", "The set goes last: after its pods, and after the claims that it owns", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(2, retaining("Delete", "Retain")))...)
		w.settles()
		mark := w.c.TraceLen()
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeForeground)))
		w.c.Run(time.Second)
		require.Equal(w.t, []string{"foregroundDeletion"}, w.c.StatefulSets().Items[0].Finalizers)
		w.pods("web-0:Terminating web-1:Terminating")
		w.settles()
		w.happens(mark, "web-0 is gone", "www-web-0 persistentvolumeclaim deleted",
			"web-1 is gone", "www-web-1 persistentvolumeclaim deleted", "web statefulset deleted")
		require.NotContains(w.t, w.c.TraceFrom(mark).String(), "creates")
		w.pods("")
		w.claims("")
	}},
	{"foreground, scaled in", "So it is where claims are left and no pods", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(2, retaining("Delete", "Retain")))...)
		w.settles()
		w.do(w.c.Scale("web", 0))
		w.settles()
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeForeground)))
		w.settles()
		w.claims("")
		require.Empty(w.t, w.c.StatefulSets().Items)
	}},
	{"orphan, early", "A pod whose set is gone before it has started starts all the same", func(w *worldPlay) {
		for _, after := range []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond} { // no volume, no attachment
			w.begin(sim.Config{}, withDisks(webSet(1))...)
			w.c.Run(after)
			w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
			w.settles()
			w.pods("web-0:Running")
		}
	}},
	{"orphan", "The set goes alone; a set of its name and selector adopts what it left", func(w *worldPlay) {
		w.begin(sim.Config{}, withDisks(webSet(2, retaining("Delete", "Delete")))...)
		w.settles()
		uid := w.pod("web-1").UID
		w.do(w.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan)))
		w.settles()
		w.pods("web-0:Running web-1:Running")
		w.owners("www-web-0: www-web-1:")
		require.Empty(w.t, w.pod("web-1").OwnerReferences)
		w.do(w.c.Delete("pod/web-0"))
		w.settles()
		w.pods("web-1:Running")
		w.apply(webSet(2, ofClass("disks"), retaining("Delete", "Delete")))
		w.settles()
		w.pods("web-0:Running web-1:Running")
		require.Equal(w.t, uid, w.pod("web-1").UID)
		w.owners("www-web-0:web www-web-1:web")
	}},
}
