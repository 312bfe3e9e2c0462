package sim

import (
	"maps"
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/storage"
	"github.com/ordinal-sim/ordinal/workload"
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
	// Allocatable is how much CPU and memory each of them has for pods; 0 means any amount.
	Allocatable model.ResourceList
	// Zones is over how many zones the nodes are dealt, one after the other: their label
	// topology.kubernetes.io/zone is zone-0, zone-1 and so on; 0 means that they have none.
	Zones int
	// AnyOrder leaves to choice what a fixed order decides otherwise: which of several
	// events of one instant comes first, which of several equally good nodes a pod gets, and
	// which of several silent nodes is tainted first.
	AnyOrder bool
	// Latencies are how long everything takes.
	Latencies Latencies
	// Kubelet is how the kubelets are configured.
	Kubelet Kubelet
	// Images says how the containers of an image behave. An image that is not
	// listed can be pulled, becomes ready, runs for ever and ignores SIGTERM.
	Images map[string]Image
	// AbsentProvisioners are the provisioners that nobody runs: claims of their
	// classes stay Pending.
	AbsentProvisioners []string
	// AbsentResizers are the CSI drivers whose resizer nobody runs, though their
	// provisioner may be there: their volumes are made, and do not grow.
	AbsentResizers []string
	// DNS is how the cluster's DNS is set up; the zero Profile means
	// dnsmodel.Kubeadm, and so does one that says no more than who answers for names
	// outside the cluster, and how many servers there are.
	DNS dnsmodel.Profile
	// NodeResolv is the /etc/resolv.conf of each node: pods with dnsPolicy Default ask its
	// nameservers, which know what DNS.Server.Upstream knows and nothing of the cluster, and
	// all pods search its domains last. The zero ResolvConf names nobody.
	NodeResolv dnsmodel.ResolvConf
	// ReuseAddresses is for how long an address is nobody's before another pod may get it,
	// the one that has been free for longest first; Fixed(0) means not at all. It must not
	// vary. With the zero Latency no address is ever given to a second pod.
	ReuseAddresses Latency
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
	Expand     Latency // to make a volume larger: 1s
	// Grow is from the growth of a volume that is mounted until its kubelet has grown the
	// file system on it: it looks at each of its pods once in 60 to 90 seconds. One that is
	// not mounted waits for the next pod: 1m.
	Grow      Latency
	Attach    Latency // to attach an attachable volume to a node: 1s
	Detach    Latency // to detach it again: 0
	Pull      Latency // to pull an image that the node does not have: 2s
	Start     Latency // to start a container: 500ms
	Ready     Latency // from its start until a container is ready: 500ms
	PreStop   Latency // of a preStop hook that is not a sleep: 0
	PostStart Latency // of a postStart hook that is not a sleep: 0
	Init      Latency // that the program of an init container runs, if its Image does not say so: 500ms
	Probe     Latency // from the start of a kubelet until it probes a container that runs already; Kubernetes draws up to a period: 0
	Collect   Latency // until the garbage collector sees to what has lost its owner, and until a deleted claim goes after its last pod: Controller and at once; in manual mode both at once
	Message   Latency // of a message between programs, also on one node: 1ms
	// EndpointBatch is how long the endpoints controller waits, beside Controller, before
	// it writes what it has heard of a pod, so that it can write more at once: the flag
	// --endpointslice-updates-batch-period of the controller manager; must not vary: 0.
	EndpointBatch Latency
	// EndpointWatch is from the writing of an EndpointSlice until it is seen, by DNS
	// servers and by the controller that wrote it, which until then does not write
	// another one of the Service, and tries again a second later: 0.
	EndpointWatch Latency
	Remove        Latency // from the end of a deleted pod's last container, which leaves it Failed or Succeeded, until its object is gone: 0
}

// Image says how the containers of an image behave. The zero Image is a program
// that becomes ready, runs for ever and ignores SIGTERM, so that the whole grace
// period of its pod is seen.
//
// A program that is asked by a startup or liveness probe says yes once it has booted, by
// a readiness probe once it can serve, and nothing any more when it hangs. A container
// without a readiness probe is ready when its program can serve.
type Image struct {
	// Missing is an image that cannot be pulled, until [MendImage].
	Missing bool
	// NeverReady is a program that starts and can never serve.
	NeverReady bool
	// Ready is how long after its start the program can serve; the zero Latency
	// means Latencies.Ready.
	Ready Latency
	// Boot is how long after its start the program works, as startup and liveness
	// probes see it; the zero Latency means from its start on.
	Boot Latency
	// Hang is how long after that the program hangs, as by the fault [Hang]; the zero
	// Latency means never, and Fixed(0) that it never answers a probe.
	Hang Latency
	// PostStartFails is a program whose postStart hook fails when its time is over.
	PostStartFails bool
	// Run is how long after its start the program exits with ExitCode; the zero
	// Latency means never, and Latencies.Init for an init container that is not
	// NeverReady.
	Run Latency
	// ExitCode is the code with which the program exits after Run.
	ExitCode int32
	// Stop is how long after SIGTERM the program exits with code 0; the zero Latency
	// means never.
	Stop Latency
	// Crash is how long after its start the program exits with code 1; the zero
	// Latency means never.
	Crash Latency
	// Resolver is whose resolver a pod has whose first container is of this image; the
	// zero Flavour is glibc.
	Resolver dnsmodel.Flavour
	// Memory and Disk are how much a container uses, for a kubelet that has to evict
	// pods ([Pressure]).
	Memory, Disk model.Bytes
	// Program is what runs in the container, as it is when it starts. It says itself
	// when it is ready and what it does about SIGTERM: NeverReady, Ready and Stop are
	// for images without one.
	Program workload.Program
}

// settings is a Config with its defaults, as a world reads it. It never changes.
type settings struct {
	config        Config
	latencies     Latencies
	absent        map[string]bool // never ranged over
	watchDelay    time.Duration   // until somebody changes it
	endpointBatch time.Duration
	dns           dnsmodel.Profile
	programs      bool // an image has a program
}

// defaults are the latencies of a calm world.
var defaults = Latencies{
	Controller:    Fixed(time.Millisecond),
	Watch:         Fixed(0),
	Schedule:      Fixed(10 * time.Millisecond),
	Provision:     Fixed(time.Second),
	Expand:        Fixed(time.Second),
	Grow:          Fixed(time.Minute),
	Attach:        Fixed(time.Second),
	Detach:        Fixed(0),
	Pull:          Fixed(2 * time.Second),
	Start:         Fixed(500 * time.Millisecond),
	Ready:         Fixed(500 * time.Millisecond),
	PreStop:       Fixed(0),
	Message:       Fixed(time.Millisecond),
	PostStart:     Fixed(0),
	Init:          Fixed(500 * time.Millisecond),
	Probe:         Fixed(0),
	EndpointBatch: Fixed(0),
	EndpointWatch: Fixed(0),
	Remove:        Fixed(0),
}

// orDefaults are the latencies, each with its default if it is the zero Latency.
func (l Latencies) orDefaults() Latencies {
	return Latencies{
		Controller:    l.Controller.or(defaults.Controller),
		Watch:         l.Watch.or(defaults.Watch),
		Schedule:      l.Schedule.or(defaults.Schedule),
		Provision:     l.Provision.or(defaults.Provision),
		Expand:        l.Expand.or(defaults.Expand),
		Grow:          l.Grow.or(defaults.Grow),
		Attach:        l.Attach.or(defaults.Attach),
		Detach:        l.Detach.or(defaults.Detach),
		Pull:          l.Pull.or(defaults.Pull),
		Start:         l.Start.or(defaults.Start),
		Ready:         l.Ready.or(defaults.Ready),
		PreStop:       l.PreStop.or(defaults.PreStop),
		Message:       l.Message.or(defaults.Message),
		PostStart:     l.PostStart.or(defaults.PostStart),
		Init:          l.Init.or(defaults.Init),
		Probe:         l.Probe.or(defaults.Probe),
		EndpointBatch: l.EndpointBatch.or(defaults.EndpointBatch),
		EndpointWatch: l.EndpointWatch.or(defaults.EndpointWatch),
		Remove:        l.Remove.or(defaults.Remove),
		Collect:       l.Collect, // without one, see world.depart and world.letGo
	}
}

// own is the configuration with maps and lists of its own.
func (c Config) own() Config {
	c.Images, c.AbsentProvisioners, c.AbsentResizers = maps.Clone(c.Images), slices.Clone(c.AbsentProvisioners), slices.Clone(c.AbsentResizers)
	c.DNS.Caches = slices.Clone(c.DNS.Caches)
	r := &c.NodeResolv
	r.Nameservers, r.Searches, r.Options = slices.Clone(r.Nameservers), slices.Clone(r.Searches), slices.Clone(r.Options)
	return c
}

func (c Config) settings() *settings {
	c = c.own() // the caller may go on to change theirs
	s := &settings{config: c, absent: make(map[string]bool, len(c.AbsentProvisioners)), latencies: c.Latencies.orDefaults()}
	if s.latencies.Watch.varies() {
		panic("sim: Latencies.Watch must not vary: a watch delivers in order")
	}
	for _, image := range c.Images { // any will do: no order shows
		s.programs = s.programs || image.Program != nil
	}
	s.watchDelay = s.latencies.Watch.at(0)
	if s.latencies.EndpointBatch.varies() {
		panic("sim: Latencies.EndpointBatch must not vary: it is a flag of the controller manager")
	}
	if c.ReuseAddresses.set && c.ReuseAddresses.varies() {
		panic("sim: ReuseAddresses must not vary: it is a rule of the network")
	}
	s.endpointBatch = s.latencies.EndpointBatch.at(0)
	for _, p := range c.AbsentProvisioners {
		s.absent[p] = true
		if driver := storage.MigratedTo(p); driver != "" {
			s.absent[driver] = true
		}
	}
	s.dns = orKubeadm(c.DNS)
	return s
}

// orKubeadm is a setup of DNS, or that of kubeadm where none is given; who answers for names
// outside, and how many servers there are, may be said alone.
func orKubeadm(p dnsmodel.Profile) dnsmodel.Profile {
	if p.Name != "" || p.Caches != nil || p.Server.TTL != 0 {
		return p
	}
	out := dnsmodel.Kubeadm()
	out.Server.Upstream, out.Replicas, out.InTurn = p.Server.Upstream, p.Replicas, p.InTurn
	return out
}
