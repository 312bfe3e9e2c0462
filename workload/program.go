package workload

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Program is what runs in a container, at one instant: an immutable value. Programs
// are shared by all forks of a world, so that Next must not change what it is called
// on, nor anything that it points to.
type Program interface {
	// Next is what the program becomes when it is told of in. The container is good
	// for this call only. It must depend on nothing else: no clock, no global, no
	// random numbers but those of [Container.Choose].
	Next(c Container, in Input) Program
	// AppendState appends what Next depends on, apart from the program's
	// configuration, which does not change: programs with equal bytes go on alike.
	// The hash of a world's state is made of it.
	AppendState(b []byte) []byte
	// String says in words what the program is doing, for whoever asks why a pod is
	// not ready: "follows 10.0.0.4, 12 records".
	fmt.Stringer
}

// Input is what a program is told.
type Input struct {
	Kind  InputKind
	Timer TimerID    // of TimerFired
	From  netip.Addr // of Received: the address of the pod that has sent it
	Body  Body       // of Received
}

// InputKind is what kind of thing a program is told.
type InputKind uint8

// The kinds of inputs.
const (
	Started    InputKind = iota // it runs, for the first time or again; the first input there is
	TimerFired                  // a timer that it has set
	Received                    // a message
	Terminated                  // SIGTERM; what is left of the grace period follows, then SIGKILL, which nobody is told of
)

// String is "started", "timer", "message" or "SIGTERM".
func (k InputKind) String() string {
	return [...]string{"started", "timer", "message", "SIGTERM"}[k]
}

// TimerID names a timer of a program: it may have one of each.
type TimerID uint8

// Body is what a message says. It must be comparable and never change, and its String
// must tell all of it: messages that differ have different strings, which the hash of a
// world's state is made of.
type Body interface{ fmt.Stringer }

// Container is the system calls of a program. They take no time and act at once,
// except for messages, which are on their way for a while.
type Container interface {
	// Now is the present instant.
	Now() model.Instant
	// Hostname is the name of the pod: "mysql-0".
	Hostname() string
	// Namespace is the namespace of the pod.
	Namespace() string
	// Ordinal is the number at the end of the hostname; model.NoOrdinal if there is none.
	Ordinal() int32
	// Addr is the address of the pod.
	Addr() netip.Addr

	// Lookup asks the pod's resolver for a name: "mysql-0.mysql". There is at least
	// one address, in the order of the answer, or an error: [ErrNoName] or [ErrNoAnswer].
	Lookup(name string) ([]netip.Addr, error)
	// Send sends a message to an address: of a pod, or of a Service, which passes it
	// to one of its pods that are ready. Nobody is told if it does not arrive. What
	// answers a message that went to a Service comes from the pod's own address.
	Send(to netip.Addr, body Body)

	// Read is the content of a file. Errors: [ErrNoVolume], [ErrNotExist], [ErrIO].
	Read(path string) (File, error)
	// Write replaces the content of a file, or makes one. Errors: [ErrNoVolume],
	// [ErrReadOnly], [ErrIO].
	Write(path string, content File) error
	// WriteAt writes a record of a file, as pwrite does: over the record at that
	// position, or, at the position after the last one, behind it. If it lies further
	// behind, empty records fill the gap. Errors: those of Write.
	WriteAt(path string, position int, record string) error
	// Append writes a record behind the last one, wherever that is by now, as
	// O_APPEND does. Errors: those of Write.
	Append(path string, record string) error

	// SetTimer lets a timer fire after d, or moves it if it is set. d must not be
	// negative.
	SetTimer(id TimerID, d time.Duration)
	// CancelTimer takes a timer back, if it is set.
	CancelTimer(id TimerID)

	// SetReady says what a readiness probe is told from now on. At its start a
	// program is not ready.
	SetReady(ready bool)
	// SetHealthy says what a liveness probe is told from now on. At its start a
	// program is healthy.
	SetHealthy(healthy bool)
	// Log writes a line to the container's log.
	Log(line string)
	// Exit ends the program when Next returns; what Next returns is forgotten. A
	// container whose program has exited is started again, unless its pod is being
	// deleted.
	Exit(code int)

	// Choose picks a number from 0 to n-1; n is at least 1. The label says what about.
	Choose(label string, n int) int
}

// The errors of system calls, in the words of libc and of the kernel.
var (
	ErrNoName   = errors.New("name or service not known")            // NXDOMAIN, or no address
	ErrNoAnswer = errors.New("temporary failure in name resolution") // nobody answers, or not now
	ErrNoVolume = errors.New("no volume is mounted there")           // what is written there would be gone with the container
	ErrNotExist = errors.New("no such file or directory")
	ErrReadOnly = errors.New("read-only file system")
	ErrIO       = errors.New("input/output error") // the volume has been taken away
)

// orDefault is a duration, or a default for one that is not given.
func orDefault(d, byDefault time.Duration) time.Duration {
	if d == 0 {
		return byDefault
	}
	return d
}
