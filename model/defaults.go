package model

import "slices"

// Defaults are what the API server fills in when an object is created. They are
// applied in place, to objects that nobody shares yet.

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func setDefaultPointer[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}

// mend changes the elements of a list that need it, in a copy: templates are
// shared. A list that needs nothing, as after the first time, stays where it is.
func mend[T any](list []T, needs func(*T) bool, change func(*T)) []T {
	first := 0
	for first < len(list) && !needs(&list[first]) {
		first++
	}
	if first == len(list) {
		return list
	}
	list = slices.Clone(list)
	for i := first; i < len(list); i++ {
		if needs(&list[i]) {
			change(&list[i])
		}
	}
	return list
}

// Default fills in what the manifest left out.
//
// An updateStrategy that is left out becomes RollingUpdate with partition 0 and
// maxUnavailable 1; an updateStrategy that only says RollingUpdate keeps its
// missing block, and behaves differently for it.
//
// Source: pkg/apis/apps/v1/defaults.go, SetDefaults_StatefulSet.
func (s *StatefulSet) Default() {
	s.defaultMeta(true)
	setDefault(&s.Spec.PodManagementPolicy, OrderedReady)
	s.Spec.UpdateStrategy.rollingDefault()
	if p := s.Spec.PersistentVolumeClaimRetentionPolicy; p == nil || p.WhenDeleted == "" || p.WhenScaled == "" {
		retention := s.Spec.Retention()
		s.Spec.PersistentVolumeClaimRetentionPolicy = &retention
	}
	setDefaultPointer(&s.Spec.Replicas, 1)
	setDefaultPointer(&s.Spec.RevisionHistoryLimit, 10)
	s.Spec.Template.Spec.Default()
	s.Spec.VolumeClaimTemplates = mend(s.Spec.VolumeClaimTemplates,
		func(c *PersistentVolumeClaim) bool { return c.Spec.VolumeMode == "" },
		func(c *PersistentVolumeClaim) { c.Spec.VolumeMode = Filesystem })
}

// rollingDefault fills in the strategy of a set.
func (s *UpdateStrategy) rollingDefault() {
	if s.Type == "" {
		s.Type = RollingUpdate
		if s.RollingUpdate == nil {
			s.RollingUpdate = &RollingUpdateStrategy{}
		}
	}
	if s.Type != RollingUpdate || s.RollingUpdate == nil {
		return
	}
	if block := *s.RollingUpdate; block.Partition == nil || block.MaxUnavailable == nil {
		setDefaultPointer(&block.Partition, 0)
		setDefaultPointer(&block.MaxUnavailable, FromInt(1))
		s.RollingUpdate = &block
	}
}

// Default fills in what the author of a pod or of a pod template left out.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_PodSpec, SetDefaults_Volume and
// SetDefaults_Container.
func (s *PodSpec) Default() {
	setDefault(&s.RestartPolicy, RestartAlways)
	setDefault(&s.DNSPolicy, "ClusterFirst")
	setDefaultPointer(&s.TerminationGracePeriodSeconds, 30)
	s.Volumes = mend(s.Volumes, (*Volume).sourceless, func(v *Volume) { v.EmptyDir = true })
	s.Containers = mend(s.Containers, (*Container).undefaulted, (*Container).setDefaults)
	s.InitContainers = mend(s.InitContainers, (*Container).undefaulted, (*Container).setDefaults)
}

// sourceless reports whether a volume does not say what it is. It is an emptyDir
// then.
func (v *Volume) sourceless() bool { return *v == Volume{Name: v.Name} }

// Default fills in what the pod's author left out. A pod gets more than the
// template that it is made from: what a container may use at most, it also asks
// for, and a negative grace period becomes a second.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_Pod.
func (p *Pod) Default() {
	p.defaultMeta(true)
	p.Spec.Default()
	if grace := p.Spec.TerminationGracePeriodSeconds; *grace < 0 {
		second := int64(1)
		p.Spec.TerminationGracePeriodSeconds = &second
	}
	p.Spec.Containers = mend(p.Spec.Containers, (*Container).asksTooLittle, (*Container).askForLimits)
	p.Spec.InitContainers = mend(p.Spec.InitContainers, (*Container).asksTooLittle, (*Container).askForLimits)
}

func (c *Container) asksTooLittle() bool { return c.Resources.Requests != c.Resources.Effective() }

func (c *Container) askForLimits() { c.Resources.Requests = c.Resources.Effective() }

// Effective are the requests of a pod's container: its own, and the limits of what it
// does not request.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_Pod.
func (r *ResourceRequirements) Effective() ResourceList {
	out := r.Requests
	setDefault(&out.CPU, r.Limits.CPU)
	setDefault(&out.Memory, r.Limits.Memory)
	return out
}

// Default fills in what the manifest left out.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_Service.
func (s *Service) Default() {
	s.defaultMeta(true)
	setDefault(&s.Spec.Type, ServiceClusterIP)
	s.Spec.Ports = mend(s.Spec.Ports, (*ServicePort).undefaulted, func(p *ServicePort) {
		setDefault(&p.Protocol, "TCP")
		if p.TargetPort.unset() {
			p.TargetPort = FromInt(p.Port)
		}
	})
}

func (p *ServicePort) undefaulted() bool { return p.Protocol == "" || p.TargetPort.unset() }

// unset reports whether a port is neither a number nor a name.
func (v IntOrString) unset() bool { return v == FromInt(0) || v == FromString("") }

// Default fills in what the manifest left out. The default class is not a
// default of the API but the work of an admission plugin, which has to see the
// classes: the cluster does it.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_PersistentVolumeClaim.
func (c *PersistentVolumeClaim) Default() {
	c.defaultMeta(true)
	setDefault(&c.Spec.VolumeMode, Filesystem)
	setDefault(&c.Status.Phase, ClaimPending)
}

// Default fills in what the manifest left out.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_PersistentVolume.
func (v *PersistentVolume) Default() {
	v.defaultMeta(false)
	setDefault(&v.Spec.ReclaimPolicy, ReclaimRetain)
	setDefault(&v.Spec.VolumeMode, Filesystem)
	setDefault(&v.Status.Phase, VolumePending)
}

// Default fills in what the manifest left out.
//
// Source: pkg/apis/storage/v1/defaults.go, SetDefaults_StorageClass.
func (c *StorageClass) Default() {
	c.defaultMeta(false)
	setDefault(&c.ReclaimPolicy, ReclaimDelete)
	setDefault(&c.VolumeBindingMode, BindImmediate)
}

// Default fills in what the manifest left out.
func (n *Node) Default() { n.defaultMeta(false) }

// defaultMeta puts an object into a namespace, or takes it out of one if its kind
// has none.
//
// Source: apiserver pkg/registry/rest/meta.go,
// EnsureObjectNamespaceMatchesRequestNamespace.
func (m *ObjectMeta) defaultMeta(namespaced bool) {
	if namespaced {
		setDefault(&m.Namespace, NamespaceDefault)
	} else {
		m.Namespace = ""
	}
}
