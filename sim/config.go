package sim

import (
	"maps"
	"time"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/storage"
)

// Config describes a world. The zero Config is a calm one that works: one node,
// latencies that never vary, nothing that fails.
type Config struct {
	// Seed is where the choices of latencies start; it matters only if one of
	// them varies.
	Seed uint64
	// Chooser makes the choices instead of the seeded generator.
	Chooser Chooser
	// Release is the release of Kubernetes that the world begins as; the zero Release
	// is the newest. [Cluster.UpgradeTo] changes it.
	Release release.Release
	// Nodes is how many nodes there are, named node-0, node-1 and so on; 0 means 1.
	Nodes int
	// PodsPerNode is how many pods fit on a node; 0 means any number.
	PodsPerNode int
	// Latencies are how long everything takes.
	Latencies Latencies
	// Images says how the containers of an image behave. An image that is not
	// listed can be pulled, becomes ready, runs for ever and ignores SIGTERM.
	Images map[string]Image
	// AbsentProvisioners are the provisioners that nobody runs: claims of their
	// classes stay Pending.
	AbsentProvisioners []string
	// DNS is how the cluster's DNS is set up; the zero Profile means
	// dnsmodel.Kubeadm.
	DNS dnsmodel.Profile
	// Manual leaves the scheduler and the kubelet out: pods stay as they are
	// until [Cluster.Schedule], [Cluster.SetPhase], [Cluster.SetReady] and
	// [Cluster.Finish] move them. The garbage collector and the protection of
	// claims act at once, unless Latencies.Collect says otherwise.
	Manual bool
}

// Latencies are how long everything takes. Each has a default that does not vary.
type Latencies struct {
	Controller Latency // from a change until a controller acts on it: 1ms
	Watch      Latency // how far the StatefulSet controller's cache lies behind; must not vary: 0
	Schedule   Latency // to find a node for a pod: 10ms
	Provision  Latency // to make a volume: 1s
	Attach     Latency // to attach an attachable volume to a node: 1s
	Detach     Latency // to detach it again: 0
	Pull       Latency // to pull an image that the node does not have: 2s
	Start      Latency // to start a container: 500ms
	Ready      Latency // from its start until a container is ready: 500ms
	PreStop    Latency // of a preStop hook that is not a sleep: 0
	Collect    Latency // until the garbage collector sees to what has lost its owner, and until a deleted claim goes after its last pod: Controller and at once; in manual mode both at once
	Remove     Latency // from the end of a deleted pod's last container, which leaves it Failed or Succeeded, until its object is gone: 0
}

// Image says how the containers of an image behave. The zero Image is a program
// that becomes ready, runs for ever and ignores SIGTERM, so that the whole grace
// period of its pod is seen.
type Image struct {
	// Missing is an image that cannot be pulled.
	Missing bool
	// NeverReady is a program that starts and never becomes ready.
	NeverReady bool
	// Ready is how long after its start the container is ready; the zero Latency
	// means Latencies.Ready.
	Ready Latency
	// Stop is how long after SIGTERM the program exits; the zero Latency means
	// never.
	Stop Latency
	// Crash is how long after its start the program exits with code 1; the zero
	// Latency means never.
	Crash Latency
}

// settings is a Config with its defaults, as a world reads it. It never changes.
type settings struct {
	config     Config
	latencies  Latencies
	absent     map[string]bool // never ranged over
	watchDelay time.Duration
	dns        dnsmodel.Profile
}

// defaults are the latencies of a calm world.
var defaults = Latencies{
	Controller: Fixed(time.Millisecond),
	Watch:      Fixed(0),
	Schedule:   Fixed(10 * time.Millisecond),
	Provision:  Fixed(time.Second),
	Attach:     Fixed(time.Second),
	Detach:     Fixed(0),
	Pull:       Fixed(2 * time.Second),
	Start:      Fixed(500 * time.Millisecond),
	Ready:      Fixed(500 * time.Millisecond),
	PreStop:    Fixed(0),
	Remove:     Fixed(0),
}

// orDefaults are the latencies, each with its default if it is the zero Latency.
func (l Latencies) orDefaults() Latencies {
	return Latencies{
		Controller: l.Controller.or(defaults.Controller),
		Watch:      l.Watch.or(defaults.Watch),
		Schedule:   l.Schedule.or(defaults.Schedule),
		Provision:  l.Provision.or(defaults.Provision),
		Attach:     l.Attach.or(defaults.Attach),
		Detach:     l.Detach.or(defaults.Detach),
		Pull:       l.Pull.or(defaults.Pull),
		Start:      l.Start.or(defaults.Start),
		Ready:      l.Ready.or(defaults.Ready),
		PreStop:    l.PreStop.or(defaults.PreStop),
		Remove:     l.Remove.or(defaults.Remove),
		Collect:    l.Collect, // without one, see world.depart and world.letGo
	}
}

func (c Config) settings() *settings {
	c.Images = maps.Clone(c.Images) // the caller may go on to change theirs
	s := &settings{config: c, absent: make(map[string]bool, len(c.AbsentProvisioners)), latencies: c.Latencies.orDefaults()}
	if s.latencies.Watch.varies() {
		panic("sim: Latencies.Watch must not vary: a watch delivers in order")
	}
	s.watchDelay = s.latencies.Watch.at(0)
	for _, p := range c.AbsentProvisioners {
		s.absent[p] = true
		if driver := storage.MigratedTo(p); driver != "" {
			s.absent[driver] = true
		}
	}
	s.dns = c.DNS
	if s.dns.Name == "" {
		s.dns = dnsmodel.Kubeadm()
	}
	return s
}
