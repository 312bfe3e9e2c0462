package sim

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/workload"
)

// The programs that run in containers (Image.Program, package workload).
//
// A process begins when its container has started and ends with it. It is told of
// timers, messages and SIGTERM, each an event; what it does about them it does at
// once, through its system calls (syscalls.go). Where no image has a program there
// is no process, and nothing here costs anything.

// processes are what runs, and the timers that it has set.
type processes struct {
	rows      []process
	free      int32 // the first of the rows not in use, chained by next; nowhere if there is none
	timers    []timer
	freeTimer int32
	at        flat.Index[address] // the process that is sent what is sent to an address
	timing    int32               // timers that are set
	moves     int64               // how often a program was told something
}

// process is a program that runs in a container.
type process struct {
	container int32 // nowhere if the row is not in use
	next      int32
	program   workload.Program
	host      string // its hostname
	timers    int32  // the first of its timers; nowhere if it has set none
	begun     bool   // it has been told that it runs
	exiting   bool   // it has exited; its container notices at this instant
	stopped   bool   // it is to be sent SIGTERM
}

// timer is one that a process has set.
type timer struct {
	process int32
	next    int32 // the process's next timer, or the next that is not in use
	id      workload.TimerID
}

// address is a pod's address.
type address uint32

// Hash implements flat.Key.
func (a address) Hash() uint64 { return flat.Mix(uint64(a)) }

func newProcesses() processes { return processes{free: nowhere, freeTimer: nowhere} }

func (p *processes) copyFrom(src *processes) {
	rows, timers, at := p.rows, p.timers, p.at
	*p = *src
	p.rows = append(rows[:0], src.rows...)
	p.timers = append(timers[:0], src.timers...)
	p.at = at
	p.at.CopyFrom(&src.at)
}

// startProcess starts the program of a container that has started.
func (w *world) startProcess(c int32, program workload.Program) {
	box := &w.sandboxes[w.containers[c].sandbox]
	row := process{
		container: c, next: nowhere, program: program, host: model.Hostname(w.rendered(box.name)), timers: nowhere,
	}
	p := w.processes.free
	if p != nowhere {
		w.processes.free = w.processes.rows[p].next
		w.processes.rows[p] = row
	} else {
		p = int32(len(w.processes.rows))
		w.processes.rows = append(doubled(w.processes.rows), row)
	}
	w.containers[c].process = p + 1
	w.listen(w.containers[c].sandbox)
	w.queue.arm(purposeSignal, c, w.now)
}

// endProcess ends the program of a container, if it has one.
func (w *world) endProcess(c int32) {
	p := w.containers[c].process - 1
	if p == nowhere {
		return
	}
	w.containers[c].process = 0
	w.queue.cancel(purposeSignal, c)
	for t := w.processes.rows[p].timers; t != nowhere; {
		next := w.processes.timers[t].next
		w.queue.cancel(purposeTimer, t)
		w.freeTimer(t)
		t = next
	}
	w.processes.rows[p] = process{container: nowhere, next: w.processes.free}
	w.processes.free = p
	w.listen(w.containers[c].sandbox)
}

// listen notes who is sent what is sent to a pod: its first container that runs a
// program.
func (w *world) listen(s int32) {
	box := &w.sandboxes[s]
	for c := box.containers; c != nowhere; c = w.containers[c].next {
		if p := w.containers[c].process; p != 0 {
			w.processes.at.Put(address(box.ip), p-1)
			return
		}
	}
	w.processes.at.Delete(address(box.ip))
}

// signal tells a process that it runs, and that it is to stop.
func (w *world) signal(c int32) {
	p := w.containers[c].process - 1
	if row := &w.processes.rows[p]; !row.begun {
		row.begun = true
		w.tell(p, workload.Input{Kind: workload.Started})
	}
	if row := &w.processes.rows[p]; row.stopped {
		row.stopped = false
		w.tell(p, workload.Input{Kind: workload.Terminated})
	}
}

// terminateProcess sends SIGTERM to the program of a container, if it has one.
func (w *world) terminateProcess(c int32) {
	if p := w.containers[c].process - 1; p != nowhere {
		w.processes.rows[p].stopped = true
		w.queue.arm(purposeSignal, c, w.now)
	}
}

// tell tells a process something, unless it hangs.
func (w *world) tell(p int32, in workload.Input) {
	row := &w.processes.rows[p]
	if !row.begun || row.exiting || w.containers[row.container].hung {
		return
	}
	calls := &w.scratch.calls
	*calls = syscalls{w, p}
	next := row.program.Next(calls, in)
	if next == nil {
		panic(fmt.Sprintf("sim: the program of %s became nil", row.host))
	}
	w.processes.rows[p].program = next
	w.processes.moves++
}

// exit is a program that has ended by itself.
func (w *world) exit(p int32, code int32) {
	row := &w.processes.rows[p]
	if row.exiting {
		return
	}
	row.exiting = true
	w.containers[row.container].exitCode = code
	w.queue.arm(purposeExit, row.container, w.now)
}

// setTimer sets a timer of a process, or moves it.
func (w *world) setTimer(p int32, id workload.TimerID, at model.Instant) {
	t := w.timerOf(p, id)
	if t == nowhere {
		row := timer{process: p, next: w.processes.rows[p].timers, id: id}
		if t = w.processes.freeTimer; t != nowhere {
			w.processes.freeTimer = w.processes.timers[t].next
			w.processes.timers[t] = row
		} else {
			t = int32(len(w.processes.timers))
			w.processes.timers = append(doubled(w.processes.timers), row)
		}
		w.processes.rows[p].timers = t
		w.processes.timing++
	}
	w.queue.arm(purposeTimer, t, at)
}

func (w *world) timerOf(p int32, id workload.TimerID) int32 {
	t := w.processes.rows[p].timers
	for t != nowhere && w.processes.timers[t].id != id {
		t = w.processes.timers[t].next
	}
	return t
}

// dropTimer takes a timer from its process.
func (w *world) dropTimer(t int32) {
	row := w.processes.timers[t]
	if first := &w.processes.rows[row.process].timers; *first == t {
		*first = row.next
	} else {
		for u := *first; u != nowhere; u = w.processes.timers[u].next {
			if w.processes.timers[u].next == t {
				w.processes.timers[u].next = row.next
			}
		}
	}
	w.freeTimer(t)
}

func (w *world) freeTimer(t int32) {
	w.processes.timers[t] = timer{process: nowhere, next: w.processes.freeTimer}
	w.processes.freeTimer = t
	w.processes.timing--
}

// wakeProcess lets the timers of a program fire that have come while it hung.
func (w *world) wakeProcess(c int32) {
	p := w.containers[c].process - 1
	if p == nowhere {
		return
	}
	for t := w.processes.rows[p].timers; t != nowhere; t = w.processes.timers[t].next {
		if _, armed := w.queue.armed(purposeTimer, t); !armed {
			w.queue.arm(purposeTimer, t, w.now)
		}
	}
}

// timerFires tells a process of a timer. One that hangs is told later, if it recovers.
func (w *world) timerFires(t int32) {
	row := w.processes.timers[t]
	if w.containers[w.processes.rows[row.process].container].hung {
		return
	}
	w.dropTimer(t)
	w.tell(row.process, workload.Input{Kind: workload.TimerFired, Timer: row.id})
}
