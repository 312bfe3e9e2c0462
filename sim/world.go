package sim

import (
	"time"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/policy"
	"github.com/ordinal-sim/ordinal/policy/nodelifecycle"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
	"github.com/ordinal-sim/ordinal/policy/stateless"
	"github.com/ordinal-sim/ordinal/storage"
)

// world is everything that a fork copies: the time, what is to come, the tables
// of what is, and what has happened. Those who act in it have a file each, all
// of one shape: what they notice, when they act, and what they write.
type world struct {
	settings *settings
	names    *names
	library  *library
	borrowed bool // names and library are shared with a fork: copy before writing

	release release.Release
	rules   release.Rules // of the release

	now         model.Instant
	nextUID     model.UID
	nextVersion int64
	nextIP      uint32
	past        []pastAddress // those that others may get, and those that others have got, in the order in which they were let go
	nextVIP     uint32
	events      int64 // how many there have been
	before      int64 // how many there had been when the present instant began
	told        int64 // records of the trace that tell of the world: neither choices nor what programs log
	moves       int64 // of containers from state to state
	fingerprint uint64

	queue   queue
	choices choices
	trace   trace
	untold  bool // the trace is not written any more

	nodes       table[node]
	images      table[nodeImage]
	sets        table[statefulSet]
	revisions   table[revision]
	pods        table[pod]
	sandboxes   []sandbox
	freeBox     int32 // the first of the sandboxes not in use, chained by next; nowhere if there is none
	mounts      []mount
	freeMount   int32
	containers  []container
	freeCont    int32 // the first of the containers not in use, chained by next; nowhere if there is none
	probes      []probe
	freeProbe   int32
	claims      table[claim]
	volumes     table[volume]
	contents    contents
	processes   processes
	messages    messages
	attachments []attachment
	freeAttach  int32
	classes     table[class]
	orders      table[order]
	services    table[service]
	budgets     table[budget]
	deployments table[deployment]
	replicaSets table[replicaSet]
	autoscalers table[autoscaler]
	draining    []drainedPod // pods that drains wait for
	endpoints   table[endpoint]

	places     scheduling.View     // what the scheduler knows
	kinds      flat.Index[kindKey] // of its kinds of pods, those that pods share
	tellsApart bool                // some template asks for pods by their names or ordinals
	waiting    []int32             // pods that found no node, in the order of their last attempts
	refused    unaskedFor

	unsettled int32 // claims that are not bound
	namers    int32 // claims among them that ask for a volume by name

	unpublished flat.FIFO[dated[noticed]]  // what the endpoints controller has not heard of yet
	owed        owedEndpoints              // pods whose endpoints are not what they should be
	unseen      []unseenEndpoint           // what DNS servers see instead of what was written
	seenAt      model.Instant              // when they see what was last written
	wroteAt     model.Instant              // and when that was
	orphaned    flat.FIFO[dated[departed]] // owners that are gone, for the garbage collector
	watched     flat.FIFO[dated[delivery]] // what the StatefulSet controller has not heard yet
	watchDelay  time.Duration              // how long that takes
	paused      bool                       // the StatefulSet controller stands still
	losing      []lostEvents               // events of its watch that do not arrive
	lagged      bool                       // it has not always heard of everything at once
	operations  []operation                // that wait for their instants
	done        []done                     // what the trace says of operations
	failing     []writeFault
	faulty      []driverFault
	listed      []listedPod // pods that nodes with reads other than of the present are told of
	loads       []load      // of workloads
	lifecycle   nodelifecycle.Controller
	zones       []model.Symbol         // keys of the zones that it knows; replaced when it grows
	actions     []nodelifecycle.Action // of its last turn
	free        []int32                // volumes that a claim may still get, by the spelling of their names

	namespaces  []model.Symbol
	dns         dnsServers
	caches      []dnsmodel.Cache // of DNS; none before the first question
	noticed     storage.Notice   // the last notice that was recorded, and its words
	noticedText model.Symbol

	made    []madeSpec   // specs that provisioners have given to volumes; replaced when it grows
	dynamic model.Symbol // dynamicVolumes

	imageChanges []imageChange // against the configuration; replaced, never edited
	imageless    bool          // some container waits, or has waited, for an image that it does not pull

	oddOwners bool // somebody has given claims owners by hand
	oddScrubs bool // some volume is to be recycled, which pods may be in the way of
	oddMounts bool // some pod mounts a claim that its set did not make for it

	checks         []checkRow
	violations     []Violation // appended to a copy: forks share what is there
	onViolation    func(Violation)
	deadline       model.Instant // the first at which a check's time is up
	looked         int64         // what could be seen had this number when the checks were last evaluated
	lookedStored   int64         // and what is stored this one
	lookedPrograms int64         // and the programs this one
	asked          uint8         // what the view of the check that is being evaluated was asked about
	changes        []podChange   // of the event that is happening, if there are checks
	claimChanges   []model.Name  // claims that it deletes, though nobody has asked for that
	controllerActs bool          // it is the StatefulSet controller's
	byHand         bool          // it is an operation

	scratch scratch
	hashes  *hashes // nil in a world that has never been hashed
}

// dated is something that is to be seen to at an instant.
type dated[T any] struct {
	at   model.Instant
	item T
}

// scratch is memory that decisions are made in; it holds nothing between events.
type scratch struct {
	decision  policy.Decision
	adopted   []policy.Pod
	owned     []model.Symbol // revisions that this sync has adopted
	truncated []model.Symbol
	calls     syscalls

	replicas stateless.Decision
	strays   []stateless.Pod
	rollout  stateless.Rollout
	sets     []stateless.Set

	query scheduling.Query
	tally scheduling.Tally
	equal []goodNode
	ties  []int32
}

func newWorld(c Config) *world {
	w := &world{
		settings: c.settings(), release: c.Release, rules: c.Release.Rules(),
		names:   newNames(),
		library: &library{byText: map[string]policy.Template{}},
		choices: seededChoices(c.Seed),
		nextUID: 1, nextVersion: 1,
		processes: newProcesses(), messages: newMessages(),
		deadline: neverChecked,
		freeBox:  nowhere, freeMount: nowhere, freeCont: nowhere, freeProbe: nowhere, freeAttach: nowhere,
	}
	w.choices.custom = c.Chooser
	w.watchDelay = w.settings.watchDelay
	w.namespaces = append(w.namespaces, w.symbol(model.NamespaceDefault))
	w.dynamic = w.symbol(dynamicVolumes)
	w.places.SetRules(w.rules)
	for i := range max(1, c.Nodes) {
		w.addNode(i)
	}
	w.dns.replicas = make([]dnsServer, max(1, w.settings.dns.Replicas))
	w.startLifecycle()
	return w
}

// copyFrom makes w a fork of src, in w's own memory. The first fork of a world
// writes to it (it seals its history); the ones after that only read.
func (w *world) copyFrom(src *world) {
	if !src.borrowed {
		src.borrowed = true
	}
	own := *w
	src.trace.forkTo(&own.trace)
	*w = *src
	w.trace = own.trace
	w.queue = own.queue
	w.queue.copyFrom(&src.queue)
	copyTable(&w.nodes, &own.nodes, &src.nodes)
	copyTable(&w.images, &own.images, &src.images)
	copyTable(&w.revisions, &own.revisions, &src.revisions)
	copyTable(&w.pods, &own.pods, &src.pods)
	copyTable(&w.claims, &own.claims, &src.claims)
	copyTable(&w.volumes, &own.volumes, &src.volumes)
	copyTable(&w.classes, &own.classes, &src.classes)
	copyTable(&w.orders, &own.orders, &src.orders)
	copyTable(&w.services, &own.services, &src.services)
	copyTable(&w.budgets, &own.budgets, &src.budgets)
	copyTable(&w.deployments, &own.deployments, &src.deployments)
	w.copyReplicaSets(&own, src)
	copyTable(&w.autoscalers, &own.autoscalers, &src.autoscalers)
	w.loads = append(own.loads[:0], src.loads...)
	w.draining = append(own.draining[:0], src.draining...)
	w.sandboxes = append(own.sandboxes[:0], src.sandboxes...)
	w.mounts = append(own.mounts[:0], src.mounts...)
	w.containers = append(own.containers[:0], src.containers...)
	w.probes = append(own.probes[:0], src.probes...)
	w.attachments = append(own.attachments[:0], src.attachments...)
	copyTable(&w.endpoints, &own.endpoints, &src.endpoints)
	w.operations = append(own.operations[:0], src.operations...)
	w.done = src.done[:len(src.done):len(src.done)]
	w.failing = append(own.failing[:0], src.failing...)
	w.losing = append(own.losing[:0], src.losing...)
	w.faulty = append(own.faulty[:0], src.faulty...)
	w.listed = append(own.listed[:0], src.listed...)
	w.lifecycle = own.lifecycle
	w.lifecycle.CopyFrom(&src.lifecycle)
	w.actions = own.actions
	w.free = append(own.free[:0], src.free...)
	w.unpublished = own.unpublished
	w.unpublished.CopyFrom(&src.unpublished)
	w.owed = own.owed
	w.owed.copyFrom(&src.owed)
	w.unseen = append(own.unseen[:0], src.unseen...)
	w.past = append(own.past[:0], src.past...)
	w.orphaned = own.orphaned
	w.orphaned.CopyFrom(&src.orphaned)
	w.watched = own.watched
	w.watched.CopyFrom(&src.watched)
	w.contents = own.contents
	w.contents.copyFrom(&src.contents)
	w.processes = own.processes
	w.processes.copyFrom(&src.processes)
	w.messages = own.messages
	w.messages.copyFrom(&src.messages)
	w.places = own.places
	w.places.CopyFrom(&src.places)
	w.kinds = own.kinds
	w.kinds.CopyFrom(&src.kinds)
	w.waiting = append(own.waiting[:0], src.waiting...)
	w.checks = append(own.checks[:0], src.checks...)
	w.changes, w.claimChanges = own.changes[:0], own.claimChanges[:0]
	w.copySets(&own, src)
	w.copyCaches(&own, src)
	w.scratch = own.scratch
	w.copyHashes(&own, src)
}

func copyTable[T row](dst, own, src *table[T]) {
	*dst = *own
	dst.copyFrom(src)
}

// copySets copies the table of sets. A set's view has memory of its own, which a
// plain copy of the row would share.
func (w *world) copySets(own, src *world) {
	w.sets = own.sets
	w.sets.free = append(own.sets.free[:0], src.sets.free...)
	w.sets.names.CopyFrom(&src.sets.names)
	w.sets.moves = src.sets.moves
	rows := own.sets.rows[:cap(own.sets.rows)]
	for len(rows) < len(src.sets.rows) {
		rows = append(rows, statefulSet{})
	}
	w.sets.rows = rows[:len(src.sets.rows)]
	for i := range src.sets.rows {
		view := rows[i].view
		rows[i] = src.sets.rows[i]
		view.CopyFrom(&src.sets.rows[i].view)
		rows[i].view = view
	}
}

func (w *world) copyCaches(own, src *world) {
	w.namespaces = append(own.namespaces[:0], src.namespaces...)
	w.dns = own.dns
	w.dns.copyFrom(&src.dns)
	w.caches = own.caches[:cap(own.caches)]
	for len(w.caches) < len(src.caches) {
		w.caches = append(w.caches, dnsmodel.Cache{})
	}
	w.caches = w.caches[:len(src.caches)]
	for i := range src.caches {
		w.caches[i].CopyFrom(&src.caches[i])
	}
}

// step lets the next event happen.
func (w *world) step() {
	at := w.queue.heap[0].at
	w.expire(at)
	w.goTo(at)
	e := w.next()
	if e.purpose != purposeOperation { // which is somebody's, as if it were done by hand
		w.events++
		w.digest(uint64(e.at), uint64(e.purpose)<<32|uint64(uint32(e.entity)))
	}
	if len(w.checks) == 0 {
		w.dispatch(e)
		return
	}
	w.changes, w.claimChanges = w.changes[:0], w.claimChanges[:0]
	w.controllerActs, w.byHand = e.purpose == purposeSync || e.purpose == purposeDelayed, false
	w.dispatch(e)
	if e.purpose != purposeOperation { // which has looked
		w.check()
	}
}

// digest mixes something that has happened into the fingerprint.
func (w *world) digest(a, b uint64) {
	h := (w.fingerprint ^ a) * 0x9e3779b97f4a7c15
	h ^= h >> 29
	h = (h ^ b) * 0xbf58476d1ce4e5b9
	w.fingerprint = h ^ h>>32
}

// digestText adds a text to the fingerprint, eight bytes at a time.
func (w *world) digestText(s string) {
	word := uint64(len(s))
	for i := range len(s) {
		if i%8 == 0 {
			w.digest(uint64(w.now), word)
			word = 0
		}
		word = word<<8 | uint64(s[i])
	}
	w.digest(uint64(w.now), word)
}

// dispatch gives an event to the one who acts.
func (w *world) dispatch(e event) {
	switch e.purpose {
	case purposeSync, purposeDelayed:
		w.syncSet(e.entity)
	case purposeSchedule:
		w.schedule(e.entity)
	case purposeVolumes:
		w.startSandbox(e.entity)
	case purposeRemove:
		w.finishSandbox(e.entity)
	case purposePublish:
		w.publish()
	case purposeTurn:
		w.turnDue(e.entity)
	case purposeProgress:
		w.progressContainer(e.entity)
	case purposeReady:
		w.containerReady(e.entity)
	case purposeHealth:
		w.programChanges(e.entity)
	case purposeExit:
		w.containerExits(e.entity)
	case purposeSignal:
		w.signal(e.entity)
	case purposeTimer:
		w.timerFires(e.entity)
	case purposeMessage:
		w.arrive(e.entity)
	case purposePressure:
		w.look(e.entity)
	case purposeShutdown:
		w.shutNext(e.entity)
	case purposeProbe:
		w.verdict(e.entity)
	case purposeBind:
		w.syncClaim(e.entity)
	case purposeProvision:
		w.provision(e.entity)
	case purposeResync:
		w.resync()
	case purposeRetryProvision:
		w.askProvisioner(e.entity)
	case purposeResize:
		w.resize(e.entity)
	case purposeGrow:
		w.growFileSystem(e.entity)
	case purposeProtect:
		w.protect(e.entity)
	case purposeReclaim:
		w.syncVolume(e.entity)
	case purposeAttach:
		w.attachmentDone(e.entity)
	case purposeMonitor:
		w.monitor()
	case purposeEvict:
		w.evictTainted(e.entity)
	case purposeCleanup:
		w.cleanUp()
	case purposeReplicaSet:
		w.syncReplicaSet(e.entity)
	case purposeDeployment:
		w.syncDeployment(e.entity)
	case purposeAutoscale:
		w.autoscale(e.entity)
	case purposeDrain:
		w.askEvictions()
	case purposeBudget:
		w.syncBudget(e.entity)
	case purposeUndisrupt:
		w.undisrupt(e.entity)
	case purposeCollect:
		w.collect()
	case purposeWatch:
		w.deliver()
	case purposeOperation:
		w.operate(e.entity)
	default:
		panic("sim: an event without a purpose")
	}
}

// after is the instant at which something that takes the latency l is done.
func (w *world) after(l *Latency, label string) model.Instant {
	return w.now.Add(w.draw(l, label))
}

// draw is one drawing of a latency. Only one that varies is a choice.
func (w *world) draw(l *Latency, label string) time.Duration {
	if !l.varies() {
		return l.quantiles[0]
	}
	k := w.choices.choose(label, slices1024)
	w.digest(uint64(k), slices1024)
	w.record(record{kind: recChoice, a: int64(k), b: slices1024, text: w.symbol(label)})
	return l.at(k)
}

// soon is when a controller acts on a change that it notices now.
func (w *world) soon() model.Instant {
	return w.after(&w.settings.latencies.Controller, "controller")
}

func (w *world) record(r record) {
	r.at = w.now
	if r.kind != recChoice && r.kind != recLogged {
		w.told++
	}
	if !w.untold {
		w.trace.add(r)
	}
}

// stamp gives a new object its identity.
func (w *world) stamp(n model.Name) identity {
	w.nextUID++
	return identity{name: n, uid: w.nextUID - 1, version: w.bump(), created: w.now}
}

// bump is the next resourceVersion.
func (w *world) bump() int64 {
	w.nextVersion++
	return w.nextVersion - 1
}
