package release

// Difference is one thing that a release, or a switched gate, makes different from
// the newest release with its default gates.
type Difference uint8

// The differences, in the order in which the newest release left them behind.
const (
	// PreStopDoublesGrace: the time of a preStop hook does not count: after it a container
	// gets the whole grace period.
	PreStopDoublesGrace Difference = iota
	// CountsOwnWork: the status counts the pods that the sync itself has created,
	// and no longer those it has deleted for being Failed or out of range.
	CountsOwnWork
	// CompletesByPods: an update is complete when all pods that there are have been
	// updated, however many the spec asks for.
	CompletesByPods
	// SucceededStays: a Succeeded pod is waited for, and never replaced.
	SucceededStays
	// RecreatesAtOnce: a Failed pod is deleted and its successor created in one sync,
	// which fails while the old object lingers.
	RecreatesAtOnce
	// TaintsNextLook: a node that is declared Unknown waits for its NoExecute taint only from
	// the next look at the nodes on.
	TaintsNextLook
	// ShortNodeGrace: a node is declared Unknown after 40 seconds without news, not 50.
	ShortNodeGrace
	// WaitsForBackoff: a pod that found no node waits for the end of its back-off, also if the
	// scheduler has nothing else to do.
	WaitsForBackoff
	// SequentialParallel: Parallel writes one pod after the other, and stops at the
	// first error.
	SequentialParallel
	// UncontrolledClaims: the owner references that the retention policy writes are
	// not controller references, and other owners of a claim are not looked at.
	UncontrolledClaims
	// NoPodIndexLabel: pods are not labelled apps.kubernetes.io/pod-index.
	NoPodIndexLabel
	// NoRetention: persistentVolumeClaimRetentionPolicy is not stored, and ignored.
	NoRetention
	// NoStartOrdinal: ordinals are not stored, and ignored.
	NoStartOrdinal
	// ReadyIsHealthy: a pod that is ready and not yet available counts as healthy. So a
	// rolling update under Parallel does not wait for it, and scaling down under
	// OrderedReady does not take it for the one unhealthy pod that may go, and waits.
	ReadyIsHealthy
	// NoDevices: the scheduler knows nothing of devices and their claims.
	NoDevices
	// HopesForTooBig: a pod that asks for more than a whole node has is told that nobody was
	// found who could make room for it, not that it would not help.
	HopesForTooBig
	// NamesTaint: the scheduler names the taint that a pod does not tolerate.
	NamesTaint
	// SpeaksOfDevices: the scheduler tells a pod that fits nowhere that it has no claims of
	// devices to deallocate, before it speaks of preemption.
	SpeaksOfDevices
	// ComparesHashes: two revisions of one template differ if their hashes look like
	// different numbers.
	ComparesHashes
	// WritesCreationTimestamp: a stored template carries a field creationTimestamp,
	// null, which makes other bytes and another hash of it.
	WritesCreationTimestamp
	// ComparesBytes: a template whose stored bytes are not the newest revision's is a
	// new revision, whatever it means.
	ComparesBytes
	// LowerCaseEvents: the messages of the controller's events begin in lower case.
	LowerCaseEvents
	// KubeletRestartUnreadies: after a restart of its kubelet a container with probes is
	// not ready, and not started, until they have succeeded again.
	KubeletRestartUnreadies
	// KubeletListsPast: a kubelet that is started lists its pods from the cache of an API
	// server, however far that lies behind.
	KubeletListsPast
	// CoarseRequeue: the controller looks again after the whole of minReadySeconds,
	// and a second later after a pod has become ready.
	CoarseRequeue
	// OneBudget: unavailable pods count against maxUnavailable even if they are
	// outdated themselves, so that a rollout can wait for them for ever.
	OneBudget
	// IgnoresMaxUnavailable: a rolling update goes one pod at a time, and waits only
	// for pods above the next one.
	IgnoresMaxUnavailable
	// ReadsStaleCache: the controller acts on a cache that does not show its own
	// last writes yet.
	ReadsStaleCache
	// GoneIsError: deleting a pod that is gone already is a failure.
	GoneIsError
	// OnlyRollingUpdateCompletes: under another strategy the update revision never
	// becomes current.
	OnlyRollingUpdateCompletes
	// DropsConditions: writing the status drops all conditions.
	DropsConditions
	// HistoryLimitIsImmutable: revisionHistoryLimit of a set cannot be changed.
	HistoryLimitIsImmutable
	// RecreateGoesByLabels: the strategy Recreate of a Deployment waits only for those old
	// pods to end that have the labels of its selector.
	RecreateGoesByLabels
	// ServiceNamesBeginWithLetter: the name of a Service may not begin with a digit.
	ServiceNamesBeginWithLetter
	// OneWordForImmutable: the API server refuses all changes of immutable fields of a
	// set with one message, which does not say which field it was.
	OneWordForImmutable
	// NoUnusedCondition: a claim has no condition that says since when no pod uses it.
	NoUnusedCondition
	// SaysMultiAttach: a pod whose volume is attached elsewhere is told of a Multi-Attach
	// error, and not that it waits for the volume to be detached.
	SaysMultiAttach
	// RecreateIsUnknown: the strategy Recreate is not known; where it is stored, pods
	// are rolled as if there were no strategy.
	RecreateIsUnknown
	// RecreateIsRefused: the strategy Recreate is not allowed; where it is stored,
	// every sync fails.
	RecreateIsRefused
	// IgnoresTolerance: the tolerance of an autoscaler's behavior is not stored.
	IgnoresTolerance
	// AutoscalerKeepsOne: an autoscaler does not go below one pod.
	AutoscalerKeepsOne
	// NoAutoscalerGeneration: autoscalers have no generation. Their controller sees a new
	// spec at its next look, and a new autoscaler 15 seconds late.
	NoAutoscalerGeneration

	differences = iota
)

// Facts are what is known of a difference.
type Facts struct {
	Name  string
	Until string // the first release without it; "" if a gate alone decides
	Gate  string // the gate that decides, if one does; not all of these are a [Gate] here
	Issue string // where it was discussed, on GitHub, in kubernetes/kubernetes
	What  string

	holds func(Release) bool
}

// before is a difference of all releases older than a profile.
func before(p Release) func(Release) bool {
	return func(r Release) bool { return r.profile() > p }
}

// without is a difference of a gate that is off.
func without(g Gate) func(Release) bool {
	return func(r Release) bool { return !r.Enabled(g) }
}

var facts = [differences]Facts{
	PreStopDoublesGrace: {"PreStopDoublesGrace", "1.28", "", "117373",
		"the time that a preStop hook takes does not count against the grace period", before(V1_33)},
	CountsOwnWork: {"CountsOwnWork", "1.28", "", "120732",
		"the status counts what the sync itself creates and deletes", before(V1_33)},
	CompletesByPods: {"CompletesByPods", "1.29", "", "119685, 120731",
		"an update is complete when all pods that there are have been updated", before(V1_33)},
	SucceededStays: {"SucceededStays", "1.29", "", "121389",
		"a Succeeded pod is never replaced", before(V1_33)},
	RecreatesAtOnce: {"RecreatesAtOnce", "1.31", "", "122709",
		"a Failed pod is deleted and created again in one sync", before(V1_33)},
	TaintsNextLook: {"TaintsNextLook", "1.29", "", "120815",
		"an unreachable node is tainted NoExecute a look later", before(V1_33)},
	ShortNodeGrace: {"ShortNodeGrace", "1.32", "", "121793",
		"a silent node is Unknown after 40 seconds", before(V1_33)},
	WaitsForBackoff: {"WaitsForBackoff", "1.33", "SchedulerPopFromBackoffQ", "",
		"a pod that found no node waits for the end of its back-off", before(V1_33)},
	SequentialParallel: {"SequentialParallel", "1.28", "", "",
		"Parallel writes one pod after the other", before(V1_33)},
	UncontrolledClaims: {"UncontrolledClaims", "1.31", "", "122400",
		"claims are owned by reference, not by controller reference", before(V1_33)},
	NoPodIndexLabel: {"NoPodIndexLabel", "1.28", "PodIndexLabel", "",
		"pods are not labelled apps.kubernetes.io/pod-index", before(V1_33)},
	NoRetention: {"NoRetention", "", "StatefulSetAutoDeletePVC", "",
		"persistentVolumeClaimRetentionPolicy is ignored", func(r Release) bool {
			return r.profile() == V1_27_1 && !r.Enabled(StatefulSetAutoDeletePVC)
		}},
	NoStartOrdinal: {"NoStartOrdinal", "", "StatefulSetStartOrdinal", "",
		"ordinals.start is ignored", func(r Release) bool {
			return r.profile() == V1_27_1 && !r.Enabled(StatefulSetStartOrdinal)
		}},
	ReadyIsHealthy: {"ReadyIsHealthy", "1.34.0", "", "112307, 112066, 119234, 123918",
		"a pod that is ready and not yet available counts as healthy", before(V1_34_1)},
	NoDevices: {"NoDevices", "1.34.0", "DynamicResourceAllocation", "",
		"the scheduler knows nothing of claims of devices", before(V1_34_1)},
	HopesForTooBig: {"HopesForTooBig", "1.34.0", "", "",
		"preemption is looked for even on nodes that are too small for the pod", before(V1_34_1)},
	NamesTaint: {"NamesTaint", "1.34.2", "", "",
		"the scheduler names the taint that a pod does not tolerate", before(V1_34_4)},
	SpeaksOfDevices: {"SpeaksOfDevices", "1.37.0", "DynamicResourceAllocation", "",
		"the scheduler mentions claims of devices, from 1.34 on", func(r Release) bool {
			return r.profile() > V1_37 && r.profile() < V1_33
		}},
	ComparesHashes: {"ComparesHashes", "1.34.2", "", "",
		"revisions whose hashes are different numbers differ", before(V1_34_4)},
	WritesCreationTimestamp: {"WritesCreationTimestamp", "1.34.0", "", "134773",
		"a stored template carries creationTimestamp: null", before(V1_34_1)},
	ComparesBytes: {"ComparesBytes", "1.34.2", "StatefulSetSemanticRevisionComparison", "134773",
		"templates are compared byte by byte", without(StatefulSetSemanticRevisionComparison)},
	LowerCaseEvents: {"LowerCaseEvents", "1.35.0", "", "",
		"messages of events begin in lower case", before(V1_35_0)},
	KubeletRestartUnreadies: {"KubeletRestartUnreadies", "1.35.0", "ChangeContainerStatusOnKubeletRestart", "",
		"a kubelet that is restarted takes containers with probes for not ready", before(V1_35_0)},
	KubeletListsPast: {"KubeletListsPast", "1.35.0", "WatchListClient", "59848",
		"a kubelet that is started may be told of pods that are gone", before(V1_35_0)},
	CoarseRequeue: {"CoarseRequeue", "1.35.1", "", "",
		"the controller looks again after the whole of minReadySeconds", before(V1_35_4)},
	OneBudget: {"OneBudget", "1.37.0", "MaxUnavailableStatefulSet", "137409",
		"outdated pods that are unavailable use up maxUnavailable", func(r Release) bool {
			return r.profile() > V1_37 && r.Enabled(MaxUnavailableStatefulSet)
		}},
	IgnoresMaxUnavailable: {"IgnoresMaxUnavailable", "", "MaxUnavailableStatefulSet", "137904, 137926",
		"rolling updates go one pod at a time", without(MaxUnavailableStatefulSet)},
	ReadsStaleCache: {"ReadsStaleCache", "1.36.0", "StaleControllerConsistencyStatefulSet", "",
		"the controller may act on a cache without its own last writes", without(StaleControllerConsistencyStatefulSet)},
	GoneIsError: {"GoneIsError", "1.36.0", "", "",
		"deleting a pod that is gone fails", before(V1_36)},
	OnlyRollingUpdateCompletes: {"OnlyRollingUpdateCompletes", "1.37.0", "", "73492",
		"under OnDelete the update revision never becomes current", before(V1_37)},
	DropsConditions: {"DropsConditions", "1.37.0", "", "",
		"writing the status drops its conditions", before(V1_37)},
	HistoryLimitIsImmutable: {"HistoryLimitIsImmutable", "1.33", "", "",
		"revisionHistoryLimit cannot be changed", before(V1_33)},
	RecreateGoesByLabels: {"RecreateGoesByLabels", "1.36.0", "", "",
		"a Deployment that recreates does not wait for old pods with other labels", before(V1_36)},
	ServiceNamesBeginWithLetter: {"ServiceNamesBeginWithLetter", "1.36.0", "RelaxedServiceNameValidation", "",
		"the name of a Service may not begin with a digit", before(V1_36)},
	OneWordForImmutable: {"OneWordForImmutable", "1.37.0", "", "",
		"one message for all immutable fields of a set", before(V1_37)},
	NoUnusedCondition: {"NoUnusedCondition", "1.37.0", "PersistentVolumeClaimUnusedSinceTime", "",
		"claims have no condition Unused", before(V1_37)},
	SaysMultiAttach: {"SaysMultiAttach", "1.37.0", "", "",
		"a volume that is attached elsewhere is a Multi-Attach error", before(V1_37)},
	RecreateIsUnknown: {"RecreateIsUnknown", "1.37.0", "", "",
		"there is no strategy Recreate", before(V1_37)},
	RecreateIsRefused: {"RecreateIsRefused", "", "StatefulSetRecreateStrategy", "",
		"the strategy Recreate is not allowed", func(r Release) bool {
			return r.profile() == V1_37 && !r.Enabled(StatefulSetRecreateStrategy)
		}},
	IgnoresTolerance: {"IgnoresTolerance", "1.35.0", "HPAConfigurableTolerance", "",
		"the tolerance of an autoscaler's behavior is ignored", before(V1_35_0)},
	AutoscalerKeepsOne: {"AutoscalerKeepsOne", "1.37.0", "HPAScaleToZero", "",
		"the minReplicas of an autoscaler are at least 1", before(V1_37)},
	NoAutoscalerGeneration: {"NoAutoscalerGeneration", "1.37.0", "HPAGeneration", "42715",
		"nothing makes the controller look at an autoscaler at once", before(V1_37)},
}

// Differences are all differences, in the order of their constants.
func Differences() []Difference {
	out := make([]Difference, differences)
	for i := range out {
		out[i] = Difference(i)
	}
	return out
}

// Facts is what is known of the difference.
func (d Difference) Facts() Facts { return facts[d] }

// String is the difference's name.
func (d Difference) String() string { return facts[d].Name }

// Each difference has a bit of Rules; this does not compile when there are too many.
const _ = uint(64 - differences)

// Rules are the differences that hold, as a set. The zero Rules is the newest
// release with the strategy Recreate allowed.
type Rules uint64

// Rules are the differences of a release.
func (r Release) Rules() Rules {
	var rules Rules
	for d := range facts {
		if facts[d].holds(r) {
			rules = rules.With(Difference(d))
		}
	}
	return rules
}

// Has reports whether a difference holds.
func (r Rules) Has(d Difference) bool { return r>>d&1 == 1 }

// With is the set with one more difference: for trying one by itself.
func (r Rules) With(d Difference) Rules { return r | 1<<d }

// Without is the set without a difference.
func (r Rules) Without(d Difference) Rules { return r &^ (1 << d) }
