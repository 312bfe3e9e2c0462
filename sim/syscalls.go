package sim

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/workload"
)

// syscalls are the system calls of a process while it is told something. They
// implement [workload.Container].
type syscalls struct {
	*world
	process int32
}

func (s *syscalls) row() *process { return &s.processes.rows[s.process] }

func (s *syscalls) sandbox() int32 { return s.containers[s.row().container].sandbox }

func (s *syscalls) box() *sandbox { return &s.sandboxes[s.sandbox()] }

// Now implements [workload.Container].
func (s *syscalls) Now() model.Instant { return s.now }

// Hostname implements [workload.Container].
func (s *syscalls) Hostname() string { return s.row().host }

// Namespace implements [workload.Container].
func (s *syscalls) Namespace() string { return s.text(s.box().name.Namespace) }

// Ordinal implements [workload.Container].
func (s *syscalls) Ordinal() int32 { return max(model.NoOrdinal, s.box().name.Ordinal) }

// Addr implements [workload.Container].
func (s *syscalls) Addr() netip.Addr { return podAddr(s.box().ip) }

// Lookup implements [workload.Container].
func (s *syscalls) Lookup(name string) ([]netip.Addr, error) {
	box := s.box()
	r := s.resolveAs(&pod{
		identity: identity{name: box.name}, template: box.template, service: box.service, node: box.node, ip: box.ip,
	}, name)
	switch {
	case r.Outcome == dnsmodel.Found && len(r.Addresses) > 0:
		return r.Addresses, nil
	case r.Outcome == dnsmodel.Unheard, r.Outcome == dnsmodel.Failed:
		return nil, workload.ErrNoAnswer
	default:
		return nil, workload.ErrNoName
	}
}

// Send implements [workload.Container].
func (s *syscalls) Send(to netip.Addr, body workload.Body) {
	if body == nil {
		panic("sim: " + s.Hostname() + " sends nothing")
	}
	s.post(s.box(), to, body)
}

// where finds the place of a path.
func (s *syscalls) where(path string) (place, error) {
	mount, ok := mountAbove(s.containerSpec(s.row().container).VolumeMounts, path)
	if !ok {
		return place{}, workload.ErrNoVolume
	}
	return s.placeOf(s.sandbox(), mount, path)
}

// Read implements [workload.Container].
func (s *syscalls) Read(path string) (workload.File, error) {
	at, err := s.where(path)
	if err != nil {
		return workload.File{}, err
	}
	data, ok := s.contents.read(at.content, at.path)
	if !ok {
		return workload.File{}, workload.ErrNotExist
	}
	return data, nil
}

// open finds the place of a path that is to be written, and what is there.
func (s *syscalls) open(path string) (at place, data workload.File, err error) {
	at, err = s.where(path)
	if err == nil && at.readOnly {
		err = workload.ErrReadOnly
	}
	if err == nil {
		data, _ = s.contents.read(at.content, at.path)
	}
	return at, data, err
}

// Write implements [workload.Container].
func (s *syscalls) Write(path string, content workload.File) error {
	at, _, err := s.open(path)
	if err == nil {
		s.contents.write(at.content, at.path, content)
	}
	return err
}

// WriteAt implements [workload.Container].
func (s *syscalls) WriteAt(path string, position int, record string) error {
	at, data, err := s.open(path)
	if err == nil {
		s.contents.write(at.content, at.path, data.WriteAt(position, record))
	}
	return err
}

// Append implements [workload.Container].
func (s *syscalls) Append(path, record string) error {
	at, data, err := s.open(path)
	if err == nil {
		s.contents.write(at.content, at.path, data.Append(record))
	}
	return err
}

// SetTimer implements [workload.Container].
func (s *syscalls) SetTimer(id workload.TimerID, d time.Duration) {
	if d < 0 {
		panic(fmt.Sprintf("sim: %s sets a timer for %v: time does not go back", s.Hostname(), d))
	}
	s.setTimer(s.process, id, s.later(d))
}

// CancelTimer implements [workload.Container].
func (s *syscalls) CancelTimer(id workload.TimerID) {
	if t := s.timerOf(s.process, id); t != nowhere {
		s.queue.cancel(purposeTimer, t)
		s.dropTimer(t)
	}
}

// SetReady implements [workload.Container].
func (s *syscalls) SetReady(ready bool) { s.programReady(s.row().container, ready) }

// SetHealthy implements [workload.Container].
func (s *syscalls) SetHealthy(healthy bool) { s.programHealthy(s.row().container, healthy) }

// Log implements [workload.Container].
func (s *syscalls) Log(line string) {
	s.record(record{kind: recLogged, subject: s.box().name, a: int64(s.containers[s.row().container].index), text: s.symbol(line)})
}

// Exit implements [workload.Container].
func (s *syscalls) Exit(code int) { s.exit(s.process, int32(code)) }

// Choose implements [workload.Container].
func (s *syscalls) Choose(label string, n int) int { return s.choose(label, n) }

// choose makes one choice, unless there is none.
func (w *world) choose(label string, n int) int {
	if n == 1 {
		return 0
	}
	if n < 1 {
		panic(fmt.Sprintf("sim: %s: one of %d cannot be chosen", label, n))
	}
	k := w.choices.choose(label, n)
	w.digest(uint64(k), uint64(n))
	w.record(record{kind: recChoice, a: int64(k), b: int64(n), text: w.symbol(label)})
	return k
}
