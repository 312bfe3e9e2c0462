package sim_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/workload"
)

// actor logs what it is told, counts it, and does something about it.
type actor struct {
	do  func(c workload.Container, in workload.Input)
	was int
}

func (a actor) Next(c workload.Container, in workload.Input) workload.Program {
	a.was++
	switch in.Kind {
	case workload.TimerFired:
		c.Log(fmt.Sprintf("%v timer %d", c.Now().Sub(0), in.Timer))
	case workload.Received:
		c.Log(fmt.Sprintf("%v %s from %s", c.Now().Sub(0), in.Body, in.From))
	default:
		c.Log(fmt.Sprintf("%v %s", c.Now().Sub(0), in.Kind))
	}
	if a.do != nil {
		a.do(c, in)
	}
	return a
}

func (a actor) AppendState(b []byte) []byte { return append(b, byte(a.was)) }
func (a actor) String() string              { return fmt.Sprintf("has been told %d things", a.was) }

// note is a message of a word.
type note string

func (n note) String() string { return string(n) }

// acting is a world with a set web of pods that do something.
func acting(t *testing.T, replicas int32, do func(c workload.Container, in workload.Input), changes ...func(*model.StatefulSet)) *sim.Cluster {
	c := sim.New(sim.Config{Nodes: 3, Images: map[string]sim.Image{"app:1": {Program: actor{do: do}}}})
	set := plain(replicas, model.Parallel)
	for _, change := range changes {
		change(set)
	}
	require.NoError(t, c.Apply(headless, set))
	c.Run(3 * time.Second) // scheduled 10ms, pulled 2s, started 0.5s
	return c
}

// A program is told that it runs, and of SIGTERM when the preStop hook is done. When
// its pod goes is for it to say, up to the grace period.
func TestProgramIsTold(t *testing.T) {
	sleep := func(seconds int64) func(*model.StatefulSet) {
		return func(s *model.StatefulSet) {
			s.Spec.Template.Spec.Containers[0].PreStop = &model.LifecycleHandler{SleepSeconds: &seconds}
		}
	}
	for _, row := range []struct {
		name    string
		changes []func(*model.StatefulSet)
		do      func(c workload.Container, in workload.Input)
		logs    string
		gone    string
		code    string
	}{
		{name: "it exits at once", do: func(c workload.Container, in workload.Input) {
			if in.Kind == workload.Terminated {
				c.Exit(0)
			}
		}, logs: "2.511s started, 3s SIGTERM", gone: "+3.0s"},
		{name: "it takes a while", do: func(c workload.Container, in workload.Input) {
			switch in.Kind {
			case workload.Terminated:
				c.SetTimer(7, 4*time.Second)
			case workload.TimerFired:
				c.Exit(0)
			}
		}, logs: "2.511s started, 3s SIGTERM, 7s timer 7", gone: "+7.0s"},
		{name: "it does not listen, and is killed", logs: "2.511s started, 3s SIGTERM", gone: "+13.0s"},
		{name: "the hook comes first", changes: []func(*model.StatefulSet){sleep(4)}, logs: "2.511s started, 7s SIGTERM", gone: "+13.0s"},
		{name: "a hook that takes all but one second leaves two", changes: []func(*model.StatefulSet){sleep(9)},
			logs: "2.511s started, 12s SIGTERM", gone: "+14.0s"},
		{name: "an exit while the hook runs ends the pod", changes: []func(*model.StatefulSet){sleep(4)},
			do: func(c workload.Container, in workload.Input) {
				if in.Kind == workload.Started {
					c.SetTimer(1, 2*time.Second)
				} else {
					c.Exit(0)
				}
			}, logs: "2.511s started, 4.511s timer 1", gone: "+4.5s"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := acting(t, 1, row.do, append(row.changes, grace(10))...)
			require.NoError(t, c.Delete("pod/web-0"))
			mark := c.TraceLen()
			c.RunUntil(func(v sim.View) bool { return !v.PodExists("web-0") || v.Now() > model.Instant(time.Minute) }, time.Hour)
			require.Equal(t, row.logs, strings.Join(c.Logs("web-0"), ", "))
			gone := ""
			for _, line := range strings.Split(c.TraceFrom(mark).String(), "\n") {
				if strings.Contains(line, "is gone") {
					gone = strings.Fields(line)[0]
				}
			}
			require.Equal(t, row.gone, gone, "%s", c.TraceFrom(mark))
		})
	}
}

// A program that exits is started again, after the back-off, and has forgotten
// everything but what is on its volume.
func TestProgramIsStartedAgain(t *testing.T) {
	lives := func(c workload.Container, in workload.Input) {
		switch in.Kind {
		case workload.Started:
			c.SetReady(true)
			_ = c.Append("/data/lives", "one more")
			c.SetTimer(1, 5*time.Second)
			c.SetTimer(2, time.Hour)
		case workload.TimerFired:
			c.Exit(3)
			c.Exit(4) // it has exited already
		}
	}
	c := sim.New(sim.Config{Images: map[string]sim.Image{"db:1": {Program: actor{do: lives}}}})
	require.NoError(t, c.Apply(disks(1)...))
	c.Run(40 * time.Second)
	pod, err := c.Pod("db-0")
	require.NoError(t, err)
	status := pod.Status.ContainerStatuses[0]
	require.Equal(t, int32(2), status.RestartCount, "%s", c.Trace())
	require.Equal(t, int32(3), status.LastState.ExitCode, "%s", c.Trace())
	require.Equal(t, "CrashLoopBackOff", status.Reason)
	require.Equal(t, "one more\none more\none more", read(c, "db-0", "/data/lives"))
	program, err := c.Program("db-0")
	require.NoError(t, err)
	require.Nil(t, program, "it waits to be started")
	require.Equal(t, 1, c.Pending(), "the hour's timer went with its program: %s", c.Trace())
	require.Equal(t, sim.Limit, c.Settle().State, "a crash loop")
}

// Timers fire once, when they are set to; to set one again moves it.
func TestProgramTimers(t *testing.T) {
	c := acting(t, 1, func(c workload.Container, in workload.Input) {
		switch {
		case in.Kind == workload.Started:
			for id, d := range []time.Duration{3 * time.Second, time.Second, 2 * time.Second, 4 * time.Second, 0} {
				c.SetTimer(workload.TimerID(id), d)
			}
		case in.Timer == 1:
			c.SetTimer(0, 5*time.Second)
			c.CancelTimer(2)
			c.CancelTimer(2) // nothing to cancel
			c.CancelTimer(9)
		}
	})
	require.Equal(t, sim.Waiting, c.Settle().State, "it is not ready")
	require.Equal(t, "2.511s started, 2.511s timer 4, 3.511s timer 1, 6.511s timer 3, 8.511s timer 0", strings.Join(c.Logs("web-0"), ", "))
	require.Zero(t, c.Pending())
	require.Equal(t, []sim.Reason{
		{Object: "sts/web", Why: "waits: web-0 is not ready"},
		{Object: "pod/web-0", Why: "not ready: its program has been told 5 things"},
	}, c.Reasons())
}

// Timers that end out of order leave the others as they are.
func TestProgramTimersAreAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type set struct {
			id     workload.TimerID
			after  time.Duration
			cancel bool
		}
		plan := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) set {
			return set{workload.TimerID(rapid.IntRange(0, 4).Draw(t, "id")), time.Duration(rapid.IntRange(0, 9).Draw(t, "s")) * time.Second, rapid.Bool().Draw(t, "cancel")}
		}), 0, 20).Draw(t, "plan")
		want := map[workload.TimerID]time.Duration{}
		for _, s := range plan {
			if delete(want, s.id); !s.cancel {
				want[s.id] = s.after
			}
		}
		got := map[workload.TimerID]time.Duration{}
		start := model.Instant(0)
		c := sim.New(sim.Config{Images: map[string]sim.Image{"app:1": {Program: actor{do: func(c workload.Container, in workload.Input) {
			switch in.Kind {
			case workload.Started:
				start = c.Now()
				for _, s := range plan {
					if s.cancel {
						c.CancelTimer(s.id)
					} else {
						c.SetTimer(s.id, s.after)
					}
				}
			case workload.TimerFired:
				_, again := got[in.Timer]
				require.False(t, again)
				got[in.Timer] = c.Now().Sub(start)
			}
		}}}}})
		require.NoError(t, c.Apply(plain(1, model.Parallel)))
		c.Settle()
		require.Equal(t, want, got)
	})
}

// While a container of a pod that runs a program is not ready, neither is the pod.
func TestProgramSaysWhenItIsReady(t *testing.T) {
	c := acting(t, 1, func(c workload.Container, in workload.Input) {
		switch {
		case in.Kind == workload.Started:
			c.SetTimer(1, time.Second)
			c.SetTimer(2, 3*time.Second)
		case in.Timer == 1:
			c.SetReady(true)
		case in.Timer == 2:
			c.SetReady(false)
		}
	})
	v := sim.ViewOf(c)
	require.False(t, v.PodReady("web-0"))
	c.Run(time.Second)
	require.True(t, v.PodReady("web-0"))
	require.Equal(t, "POD     NODE     IP         READY   PROGRAM\nweb-0   node-0   10.0.0.1   true    has been told 2 things\n", c.Processes().String())
	require.Equal(t, actor{was: 2}.String(), v.Program("web-0").String())
	require.Nil(t, v.Program("web-1"))
	c.Run(2 * time.Second)
	require.False(t, v.PodReady("web-0"))
	_, err := c.Program("web-7")
	require.EqualError(t, err, `pods "web-7" not found`)
	require.Empty(t, c.Logs("web-7"))
}

// What a program sees of itself, and of its volumes.
func TestProgramSystemCalls(t *testing.T) {
	var told []string
	say := func(format string, args ...any) { told = append(told, fmt.Sprintf(format, args...)) }
	c := sim.New(sim.Config{Nodes: 2, Images: map[string]sim.Image{"db:1": {Program: actor{do: func(c workload.Container, in workload.Input) {
		if in.Kind != workload.Started {
			return
		}
		say("%s %d of %s at %s, %v", c.Hostname(), c.Ordinal(), c.Namespace(), c.Addr(), c.Now().Sub(0))
		_, err := c.Read("/data/log")
		say("%v", err)
		say("%v", c.WriteAt("/data/log", 1, "b"))
		say("%v", c.WriteAt("/data/log", 0, "a"))
		say("%v", c.Append("/data/log", "c"))
		f, err := c.Read("/data/log")
		say("%q %v", f, err)
		say("%v", c.Write("/data/log", workload.Lines("d")))
		f, _ = c.Read("/data/log")
		say("%q", f)
		_, err = c.Read("/config/log")
		say("%v %v", err, c.Write("/config/log", f))
		_, err = c.Read("/elsewhere")
		say("%v %v %v %v", err, c.Write("/elsewhere", f), c.WriteAt("/elsewhere", 0, ""), c.Append("/elsewhere", ""))
		_, err = c.Lookup("nobody.db")
		say("%v", err)
		self, err := c.Lookup(c.Hostname())
		say("%v %v", self, err)
		say("%d", c.Choose("alone", 1))
	}}}}})
	objects := disks(1)
	spec := &objects[2].(*model.StatefulSet).Spec.Template.Spec.Containers[0]
	spec.VolumeMounts = append(spec.VolumeMounts, model.VolumeMount{Name: "data", MountPath: "/config", SubPath: "config", ReadOnly: true})
	require.NoError(t, c.Apply(objects...))
	c.Settle()
	require.Equal(t, []string{
		"db-0 0 of default at 10.0.0.1, 4.503s",
		"no such file or directory", "<nil>", "<nil>", "<nil>", `"a\nb\nc" <nil>`, "<nil>", `"d"`,
		"no such file or directory read-only file system",
		"no volume is mounted there no volume is mounted there no volume is mounted there no volume is mounted there",
		"name or service not known", "[10.0.0.1] <nil>", "0",
	}, told)
}

// Misuse of a system call says whose it is.
func TestProgramMisuse(t *testing.T) {
	for says, do := range map[string]func(c workload.Container){
		"sim: web-0 sends nothing":                                func(c workload.Container) { c.Send(c.Addr(), nil) },
		"sim: web-0 sets a timer for -1ns: time does not go back": func(c workload.Container) { c.SetTimer(0, -1) },
		"sim: lots: one of 0 cannot be chosen":                    func(c workload.Container) { c.Choose("lots", 0) },
	} {
		require.PanicsWithValue(t, says, func() {
			acting(t, 1, func(c workload.Container, _ workload.Input) { do(c) })
		})
	}
}

// A program that goes on and on does not keep a world from being settled, unless it
// changes something by that.
func TestSettleWithPrograms(t *testing.T) {
	every := func(d time.Duration, do func(c workload.Container, was int)) workload.Program {
		return beats{every: d, do: do}
	}
	for _, row := range []struct {
		name    string
		program workload.Program
		state   sim.State
		until   time.Duration // at least, since its start
	}{
		{"nothing but a heartbeat", every(time.Second, nil), sim.Settled, time.Minute},
		{"a heartbeat that logs", every(time.Second, func(c workload.Container, was int) { c.Log(fmt.Sprint(was)) }), sim.Settled, time.Minute},
		{"it is ready after 50 beats", every(time.Second, func(c workload.Container, was int) { c.SetReady(was >= 50) }), sim.Settled, 110 * time.Second},
		{"it is never ready", every(time.Second, func(c workload.Container, was int) { c.SetReady(false) }), sim.Waiting, time.Minute},
		{"it beats every ten minutes, and is ready the first time", every(10*time.Minute, func(c workload.Container, was int) { c.SetReady(was >= 1) }), sim.Settled, 20 * time.Minute},
		{"it is ready and is not, for ever", every(20*time.Second, func(c workload.Container, was int) { c.SetReady(was%2 == 0) }), sim.Limit, 7*24*time.Hour - time.Minute},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := sim.New(sim.Config{Images: map[string]sim.Image{"app:1": {Program: row.program}}})
			require.NoError(t, c.Apply(headless, plain(1, model.Parallel)))
			out := c.Settle()
			require.Equal(t, row.state, out.State, "%s", out)
			lasted := out.At.Sub(model.Instant(2511 * time.Millisecond))
			require.GreaterOrEqual(t, lasted, row.until-time.Second)
			require.LessOrEqual(t, lasted, row.until+10*time.Minute+time.Second)
		})
	}
}

// beats does something again and again. It is ready at once.
type beats struct {
	every time.Duration
	do    func(c workload.Container, was int)
	was   int
}

func (b beats) Next(c workload.Container, in workload.Input) workload.Program {
	if in.Kind == workload.Started {
		c.SetReady(true)
	}
	if b.do != nil {
		b.do(c, b.was)
	}
	b.was++
	c.SetTimer(0, b.every)
	return b
}

func (b beats) AppendState(s []byte) []byte { return append(s, byte(b.was)) }
func (b beats) String() string              { return "beats" }

// Probes ask the program: it is ready when a readiness probe has heard so, and started
// again when a liveness probe has heard three times that it does not work.
func TestProgramIsProbed(t *testing.T) {
	c := acting(t, 1, func(c workload.Container, in workload.Input) {
		switch {
		case in.Kind == workload.Started:
			c.SetTimer(1, time.Second)
			c.SetTimer(2, 20*time.Second)
		case in.Timer == 1:
			c.SetReady(true)
		case in.Timer == 2:
			c.SetHealthy(false)
		}
	}, func(s *model.StatefulSet) {
		spec := &s.Spec.Template.Spec.Containers[0]
		spec.ReadinessProbe = &model.Probe{PeriodSeconds: 4, Handler: `{"exec":{"command":["true"]}}`}
		spec.LivenessProbe = &model.Probe{PeriodSeconds: 5, Handler: `{"exec":{"command":["true"]}}`}
	})
	v := sim.ViewOf(c)
	require.True(t, c.RunUntil(func(v sim.View) bool { return v.PodReady("web-0") }, time.Minute))
	took := c.Now().Sub(model.Instant(2511 * time.Millisecond))
	require.True(t, took > time.Second && took <= 5*time.Second, "it says so after 1s, and is asked every 4s: %v", took)
	require.True(t, c.RunUntil(func(v sim.View) bool { return !v.PodReady("web-0") }, time.Minute))
	took = c.Now().Sub(model.Instant(2511 * time.Millisecond))
	require.True(t, took >= 30*time.Second && took <= 35*time.Second, "the third no is 10s to 15s after it stopped to work at 20s: %v\n%s", took, c.Trace())
	require.True(t, c.RunUntil(func(v sim.View) bool { return v.PodReady("web-0") }, time.Minute), "%s", c.Trace())
	require.NotNil(t, v.Program("web-0"))
	require.Len(t, c.Logs("web-0"), 6, "started, two timers, SIGTERM, started, a timer: %v", c.Logs("web-0"))
}

// A program that hangs is told nothing: messages pass it by, and its timers fire when it
// goes on.
func TestProgramHangs(t *testing.T) {
	c := acting(t, 2, func(c workload.Container, in workload.Input) {
		if in.Kind != workload.Received && c.Hostname() == "web-0" {
			c.SetReady(true)
			c.SetTimer(0, time.Second)
			c.Send(c.Addr(), hello)
		}
	})
	require.NoError(t, c.Do(sim.Hang{Pod: "web-0"}))
	before := len(c.Logs("web-0"))
	c.Run(time.Minute)
	require.Len(t, c.Logs("web-0"), before)
	require.NoError(t, c.Do(sim.Recover{Pod: "web-0"}))
	c.Run(10 * time.Second)
	require.Greater(t, len(c.Logs("web-0")), before+15, "a timer and a message each second")
}

// chatter is a program that talks for ever and is always the same.
type chatter struct{ to netip.Addr }

func (p *chatter) Next(c workload.Container, in workload.Input) workload.Program {
	if in.Kind == workload.Started {
		c.SetReady(true)
	}
	if in.Kind != workload.Received {
		c.Send(p.to, hello)
		c.SetTimer(0, time.Second)
		c.SetTimer(1, time.Hour)
		c.CancelTimer(1)
	}
	return p
}

func (p *chatter) AppendState(b []byte) []byte { return b }
func (p *chatter) String() string              { return "talks" }

var hello workload.Body = note("hello")

// The engine allocates nothing for timers and messages, nor for a fork.
func TestProgramsAllocateNothing(t *testing.T) {
	c, dst := sim.New(sim.Config{Nodes: 2, Images: map[string]sim.Image{"app:1": {Program: &chatter{netip.AddrFrom4([4]byte{10, 0, 0, 1})}}}}), sim.New(sim.Config{})
	require.NoError(t, c.Apply(headless, plain(2, model.Parallel)))
	require.Equal(t, sim.Settled, c.Settle().State)
	require.Zero(t, testing.AllocsPerRun(1000, func() { c.Step() }))
	require.NoError(t, c.CopyTo(dst))
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = c.CopyTo(dst) }))
}

// database is a world with a database and clients on a bad network.
func database(t testing.TB, seed uint64) *sim.Cluster {
	objects := disks(3)
	objects[2].(*model.StatefulSet).Spec.Template.Spec.Containers[0].VolumeMounts[0].MountPath = "/var/lib/mysql"
	clients := plain(2, model.Parallel)
	clients.Name, clients.Spec.Template.Spec.Containers[0].Image = "client", "client:1"
	config := ranges(seed)
	config.Latencies.Message = sim.Quantiles(time.Millisecond, 5*time.Millisecond, 300*time.Millisecond)
	config.Images = map[string]sim.Image{
		"db:1":     {Program: workload.MySQL{Service: "db"}},
		"client:1": {Program: workload.Client{Write: "db-0.db", Read: "db", MaxStale: 10 * time.Second}},
	}
	c := sim.New(config)
	require.NoError(t, c.Apply(append(objects, clients)...))
	require.NoError(t, c.Do(sim.LoseMessages{PerMille: 20}))
	require.NoError(t, c.At(60*time.Second, sim.CrashContainer{Pod: "db-0"}))
	require.NoError(t, c.At(80*time.Second, sim.Delete{Target: "pod/db-1"}))
	require.NoError(t, c.At(100*time.Second, sim.PartitionNodes{A: "node-0", B: "node-1"}))
	return c
}

// A fork made at any event goes on as its origin does, programs, timers, messages and
// files too, and does not disturb it.
func TestForkKeepsPrograms(t *testing.T) {
	fork := sim.New(sim.Config{})
	for _, events := range []int{100, 300, 500, 1000, 2000} {
		c := database(t, 5)
		for range events {
			c.Step()
		}
		require.NoError(t, c.CopyTo(fork))
		require.Equal(t, c.StateHash(), fork.StateHash())
		run := func(c *sim.Cluster) string {
			c.Run(5 * time.Minute)
			stored, err := c.Stored("data-db-0")
			require.NoError(t, err)
			return fmt.Sprintf("%x %x\n%s\n%s\n%s", c.Fingerprint(), c.StateHash(), c.Trace(), c.Processes(), stored[0].Data)
		}
		told := run(fork)
		require.Equal(t, told, run(c), "fork after %d events", events)
	}
	a, b := database(t, 5), database(t, 6)
	a.Run(5 * time.Minute)
	b.Run(5 * time.Minute)
	require.NotEqual(t, a.Fingerprint(), b.Fingerprint())
}

// The state hash knows what a program is, what it waits for, and what is on its way.
func TestStateHashKnowsPrograms(t *testing.T) {
	seen := map[uint64]string{}
	for name, do := range map[string]func(c workload.Container, in workload.Input){
		"nothing":         func(workload.Container, workload.Input) {},
		"a timer":         func(c workload.Container, _ workload.Input) { c.SetTimer(1, time.Hour) },
		"another timer":   func(c workload.Container, _ workload.Input) { c.SetTimer(2, time.Hour) },
		"a later timer":   func(c workload.Container, _ workload.Input) { c.SetTimer(1, 2*time.Hour) },
		"a message":       func(c workload.Container, _ workload.Input) { c.Send(netip.AddrFrom4([4]byte{10, 0, 0, 9}), note("a")) },
		"another message": func(c workload.Container, _ workload.Input) { c.Send(netip.AddrFrom4([4]byte{10, 0, 0, 9}), note("b")) },
		"to another":      func(c workload.Container, _ workload.Input) { c.Send(netip.AddrFrom4([4]byte{10, 0, 0, 8}), note("a")) },
		"another type":    func(c workload.Container, _ workload.Input) { c.Send(netip.AddrFrom4([4]byte{10, 0, 0, 9}), word("a")) },
		"not healthy":     func(c workload.Container, _ workload.Input) { c.SetHealthy(false) },
		"healthy again": func(c workload.Container, in workload.Input) {
			c.SetHealthy(false)
			c.SetHealthy(true)
			c.SetTimer(3, time.Hour)
		},
	} {
		c := sim.New(sim.Config{
			Images:    map[string]sim.Image{"app:1": {Program: actor{do: do}}},
			Latencies: sim.Latencies{Message: sim.Fixed(time.Minute)},
		})
		require.NoError(t, c.Apply(headless, plain(1, model.Parallel)))
		c.Run(10 * time.Second)
		require.Empty(t, seen[c.StateHash()], name)
		seen[c.StateHash()] = name
	}
	hash := func(ops ...sim.Operation) uint64 {
		c := sim.New(sim.Config{Nodes: 3})
		for _, op := range ops {
			require.NoError(t, c.Do(op))
		}
		return c.StateHash()
	}
	calm, cut := hash(), sim.PartitionNodes{A: "node-0", B: "node-1"}
	require.NotEqual(t, calm, hash(sim.LoseMessages{PerMille: 1}))
	require.NotEqual(t, calm, hash(cut))
	require.NotEqual(t, hash(cut), hash(sim.PartitionNodes{A: "node-0", B: "node-2"}))
	require.Equal(t, calm, hash(cut, sim.HealNodes(cut)))
}

// word is a message that looks like a note and is none.
type word string

func (w word) String() string { return string(w) }
