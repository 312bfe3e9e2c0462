package sim_test

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// What a kubelet asks programs, and what follows from the answers.

var probeCases = []worldCase{
	{"P22", "A readiness probe that fails for the third time makes a pod unready; one success makes it ready", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, readiness(every(10))))
		w.when("12.511s", w.ready) // asked when it starts, in vain, and ten seconds later
		w.settles()
		w.runs(20)
		w.fault(sim.Hang{Pod: "web-0"})
		w.when("43.511s", w.notReady) // asked after 22.511s, 32.511s and 42.511s, each with a time-out of a second
		w.event("pod/web-0", `Unhealthy: Readiness probe failed: Get "http://10.0.0.1:80/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`)
		w.waits("pod/web-0: not ready: the program of image A hangs")
		w.runs(50)
		w.fault(sim.Recover{Pod: "web-0"})
		w.when("52.511s", w.ready)
		w.settles()
		require.Zero(w.t, w.pod("web-0").Status.ContainerStatuses[0].RestartCount, "it never restarts anything")
		// Two answers that fail do not count, however often.
		for range 5 {
			w.fault(sim.Hang{Pod: "web-0"})
			w.c.Run(20 * time.Second)
			require.True(w.t, w.ready())
			w.fault(sim.Recover{Pod: "web-0"})
			w.c.Run(10 * time.Second)
		}
		require.True(w.t, w.ready())
		w.settles()
	}},
	{"serving", "A program that cannot serve fails its readiness probe, and not its liveness probe", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, readiness(every(10, failures(1))), liveness(every(10, failures(1)))))
		w.settles()
		w.runs(20)
		w.fault(sim.StopServing{Pod: "web-0"})
		w.when("22.511s", w.notReady)
		w.waits("pod/web-0: not ready: the program of image A cannot serve")
		w.runs(3600)
		w.fault(sim.StartServing{Pod: "web-0", Container: "main"})
		w.when("3602.511s", w.ready)
		w.settles()
		require.Zero(w.t, w.pod("web-0").Status.ContainerStatuses[0].RestartCount)
		w.fault(sim.StopServing{Pod: "web-0"})
		w.c.Run(time.Minute)
		w.fault(sim.CrashContainer{Pod: "web-0"})
		w.settles() // the next run of it can serve
		require.Equal(w.t, 1, int(w.pod("web-0").Status.ContainerStatuses[0].RestartCount))
		require.EqualError(w.t, w.c.Do(sim.StartServing{Pod: "web-0"}), "sim: container main of pod web-0 is not kept from serving")
	}},
	{"serving2", "A program that cannot serve from its start on never becomes ready", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless))
		w.runs(2.6)
		w.row("0/1 Running 0 2s")
		w.fault(sim.StopServing{Pod: "web-0"})
		require.EqualError(w.t, w.c.Do(sim.StopServing{Pod: "web-0"}), "sim: container main of pod web-0 cannot serve already")
		require.ErrorContains(w.t, w.c.Do(sim.StopServing{Pod: "web-1"}), "not found")
		require.ErrorContains(w.t, w.c.Do(sim.StopServing{Pod: "web-0", Container: "x"}), "container x not found in pod web-0")
		w.waits("pod/web-0: not ready: the program of image A cannot serve")
		w.fault(sim.StartServing{Pod: "web-0"})
		w.settles()
	}},
	{"P22b", "A question that is not answered when the program recovers is answered then", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, readiness(every(10, failures(1), func(p *model.Probe) { p.TimeoutSeconds = 5 }))))
		w.settles()
		w.runs(20)
		w.fault(sim.Hang{Pod: "web-0"})
		w.when("27.511s", w.notReady)
		w.runs(34) // asked after 32.511s
		w.fault(sim.Recover{Pod: "web-0"})
		w.when("34.000s", w.ready)
	}},
	{"P22c", "A success threshold counts successes in a row, and an initial delay puts off the first question", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, readiness(every(10, func(p *model.Probe) { p.InitialDelaySeconds, p.SuccessThreshold = 15, 2 }))))
		// It runs from 2.511s on; the delay is counted from the whole second. It would be
		// asked after 12.511s, and is after 22.511s and 32.511s.
		w.when("32.511s", w.ready)
		w.settles()
	}},
	{"P23", "A liveness probe that fails for the third time has the container killed within its grace period, and restarted at once", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, liveness(every(10))))
		w.runs(15)
		address := w.pod("web-0").Status.PodIP
		w.fault(sim.Hang{Pod: "web-0"})
		require.True(w.t, w.notReady(), "without a readiness probe it is known at once")
		// Asked every ten seconds from 0.011s on: the third answer does not come by 41.011s.
		w.runs(41.1)
		w.event("pod/web-0", "Killing: Container main failed liveness probe, will be restarted")
		w.row("0/1 Running 0 41s")
		w.when("71.511s", w.restarted(1)) // SIGKILL after 30 seconds, and half a second to start it
		w.when("72.011s", w.ready)
		w.is(address, w.pod("web-0").Status.PodIP)
		w.row("1/1 Running 1 (1s ago) 72s")
		w.settles()
	}},
	{"P23b", "The grace period of the probe comes before that of the pod, and its preStop hook counts against it", func(w *worldPlay) {
		five := int64(5)
		w.begin(sim.Config{}, webSet(1, stateless, preStop(3), liveness(every(10, func(p *model.Probe) { p.TerminationGracePeriodSeconds = &five }))))
		w.runs(15)
		w.fault(sim.Hang{Pod: "web-0"})
		w.when("46.511s", w.restarted(1))
	}},
	{"P23c", "A container that hangs each time is killed and restarted, at last with back-off", func(w *worldPlay) {
		w.begin(behaving(sim.Image{Hang: sim.Fixed(time.Second)}), webSet(1, stateless, grace(0), liveness(every(1, failures(1)))))
		w.c.Run(30 * time.Minute)
		var words []string
		for _, e := range w.events("pod/web-0") {
			if strings.HasPrefix(e, "BackOff") || strings.HasPrefix(e, "Killing") {
				words = append(words, e[:1])
			}
		}
		// Back-off is counted from the end of the run before: the first two restarts
		// do not wait, the third would after ten seconds.
		require.Regexp(w.t, `^KKK?B`, strings.Join(words, ""))
		w.pods("web-0:CrashLoopBackOff")
		require.Equal(w.t, sim.Limit, w.c.Settle().State)
	}},
	{"P23d", "A container is not restarted for its liveness any more once its pod is deleted", func(w *worldPlay) {
		w.orphan(sim.Config{}, liveness(every(1, failures(1))))
		w.do(w.c.Delete("pod/web-0"))
		w.fault(sim.Hang{Pod: "web-0"})
		w.goneAt(30 * time.Second)
		w.noEvent("pod/web-0", "Unhealthy")
	}},
	{"P23e", "A pod that is deleted while a container is killed for its liveness waits until that has been started again", func(w *worldPlay) {
		w.orphan(sim.Config{}, liveness(every(1, failures(1))), grace(20))
		w.fault(sim.Hang{Pod: "web-0"})
		w.c.Run(5 * time.Second)
		w.do(w.c.Delete("pod/web-0"))
		// The probe fails after 1.011s, SIGKILL comes 20 seconds later; started again
		// half a second after that, it gets 20 seconds more.
		w.goneAt(41511 * time.Millisecond)
	}},
	{"P24", "A startup probe that never succeeds has the container killed after failureThreshold periods", func(w *worldPlay) {
		w.begin(behaving(sim.Image{Hang: sim.Fixed(0)}), webSet(1, stateless, startup(every(10, failures(30))), readiness(every(1)), liveness(every(1, failures(1)))))
		w.runs(300)
		w.row("0/1 Running 0 4m59s")
		w.noEvent("pod/web-0", "Killing") // neither liveness nor readiness is asked before
		w.runs(301.1)
		w.event("pod/web-0", "Killing: Container main failed startup probe, will be restarted")
		w.when("331.511s", w.restarted(1))
		require.Equal(w.t, model.PodRunning, w.pod("web-0").Status.Phase)
		require.NotContains(w.t, w.c.Trace().String(), "is ready")
	}},
	{"P24b", "A startup probe that succeeds lets the others begin: readiness at once, liveness at its next time", func(w *worldPlay) {
		w.begin(behaving(sim.Image{Boot: sim.Fixed(25 * time.Second), Ready: sim.Fixed(5 * time.Second)}),
			webSet(1, stateless, startup(every(10)), readiness(every(10)), liveness(every(10, failures(1)))))
		w.when("30.011s", w.ready) // booted after 27.511s, and asked every ten seconds from 0.011s on
		w.settles()
		require.True(w.t, w.pod("web-0").Status.ContainerStatuses[0].Started)
		w.fault(sim.CrashContainer{Pod: "web-0"})
		w.c.Run(time.Second)
		require.False(w.t, w.pod("web-0").Status.ContainerStatuses[0].Started, "it begins anew")
		w.when("60.011s", w.ready)
	}},
	{"readiness while stopping", "A readiness probe goes on while its pod is stopped", func(w *worldPlay) {
		w.orphan(sim.Config{}, readiness(every(2, failures(2))), grace(60))
		w.runs(16)
		require.True(w.t, w.ready())
		w.do(w.c.Delete("pod/web-0"))
		w.runs(20)
		require.True(w.t, w.ready())
		w.fault(sim.Hang{Pod: "web-0"})
		w.runs(26)
		require.True(w.t, w.notReady())
	}},
	{"probes and a stopped kubelet", "A kubelet that is stopped asks nothing", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, liveness(every(1, failures(1)))))
		w.settles()
		w.fault(sim.StopKubelet{Node: "node-0"})
		w.fault(sim.Hang{Pod: "web-0"})
		w.c.Run(30 * time.Second)
		w.noEvent("pod/web-0", "Killing")
		w.fault(sim.StartKubelet{Node: "node-0"})
		w.c.Run(1100 * time.Millisecond)
		w.event("pod/web-0", "Killing: Container main failed liveness probe, will be restarted")
	}},
	{"probes and a partition", "A kubelet that is cut off asks on, and kills; nobody hears of it", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, liveness(every(1, failures(1))), grace(5)))
		w.settles()
		w.fault(sim.PartitionNode{Node: "node-0"})
		w.fault(sim.Hang{Pod: "web-0"})
		w.c.Run(20 * time.Second)
		w.row("1/1 Running 0 23s")
		w.fault(sim.HealNode{Node: "node-0"})
		w.row("1/1 Running 1 (13s ago) 23s")
	}},
	{"P29", "A kubelet that is restarted keeps a probed pod ready; before 1.35 the pod had to prove itself again", func(w *worldPlay) {
		for _, r := range []release.Release{release.V1_34_4, release.V1_35_0, release.V1_37} {
			w := &worldPlay{t: w.t, rule: w.rule}
			w.begin(sim.Config{Release: r, Latencies: sim.Latencies{Probe: sim.Fixed(4 * time.Second)}},
				webSet(1, stateless, startup(every(10)), readiness(every(10))))
			w.settles()
			w.runs(60)
			since := w.pod("web-0").Status.Conditions[4].LastTransitionTime
			w.fault(sim.StartKubelet{Node: "node-0"})
			require.Equal(w.t, r != release.V1_34_4, w.ready(), "%v", r)
			if r == release.V1_34_4 {
				w.when("64.000s", w.ready)
				since = model.Instant(64 * time.Second)
			}
			w.settles()
			require.True(w.t, w.ready())
			require.Equal(w.t, since, w.pod("web-0").Status.Conditions[4].LastTransitionTime)
		}
	}},
	{"P29b", "It flaps also later if its container has not run for ten seconds", func(w *worldPlay) {
		w.begin(sim.Config{Latencies: sim.Latencies{Probe: sim.Fixed(time.Second)}}, webSet(1, stateless, readiness(every(1))))
		w.when("3.511s", w.ready)
		w.runs(5)
		w.fault(sim.StartKubelet{Node: "node-0"})
		require.True(w.t, w.notReady())
		w.when("6.000s", w.ready)
	}},
	{"P30", "The machine of a pod that comes back after a minute has the same pod, with a new address; its containers are started once more", func(w *worldPlay) {
		w.begin(sim.Config{}, webSet(1, stateless, starting("S"), sidecars("P")))
		w.settles()
		before := w.pod("web-0")
		w.fault(sim.CrashNode{Node: "node-0"})
		w.c.Run(time.Minute)
		w.fault(sim.RestartNode{Node: "node-0"})
		w.c.Run(50 * time.Millisecond)
		w.is("Unknown", sim.PodStatus(w.pod("web-0"))) // nobody knows how its program has ended
		w.event("pod/web-0", "SandboxChanged: Pod sandbox changed, it will be killed and re-created.")
		w.settles()
		after := w.pod("web-0")
		require.Equal(w.t, before.UID, after.UID)
		require.NotEqual(w.t, before.Status.PodIP, after.Status.PodIP)
		status := after.Status.ContainerStatuses[0]
		require.Equal(w.t, []any{int32(1), int32(255), "Unknown"}, []any{status.RestartCount, status.LastState.ExitCode, status.LastState.Reason})
		require.True(w.t, after.Ready())
	}},
}
