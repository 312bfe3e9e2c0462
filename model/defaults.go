package model

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
	if s.Spec.UpdateStrategy.Type == "" {
		s.Spec.UpdateStrategy.Type = RollingUpdate
		if s.Spec.UpdateStrategy.RollingUpdate == nil {
			s.Spec.UpdateStrategy.RollingUpdate = &RollingUpdateStrategy{}
		}
	}
	if ru := s.Spec.UpdateStrategy.RollingUpdate; ru != nil && s.Spec.UpdateStrategy.Type == RollingUpdate {
		block := *ru
		setDefaultPointer(&block.Partition, 0)
		setDefaultPointer(&block.MaxUnavailable, FromInt(1))
		s.Spec.UpdateStrategy.RollingUpdate = &block
	}
	retention := s.Spec.Retention()
	s.Spec.PersistentVolumeClaimRetentionPolicy = &retention
	setDefaultPointer(&s.Spec.Replicas, 1)
	setDefaultPointer(&s.Spec.RevisionHistoryLimit, 10)
	s.Spec.Template.Spec.Default()
	claims := make([]PersistentVolumeClaim, len(s.Spec.VolumeClaimTemplates))
	copy(claims, s.Spec.VolumeClaimTemplates)
	for i := range claims {
		setDefault(&claims[i].Spec.VolumeMode, Filesystem)
	}
	if len(claims) > 0 {
		s.Spec.VolumeClaimTemplates = claims
	}
}

// Default fills in what the pod's author left out.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_PodSpec and SetDefaults_Container.
func (s *PodSpec) Default() {
	setDefault(&s.RestartPolicy, "Always")
	setDefault(&s.DNSPolicy, "ClusterFirst")
	setDefaultPointer(&s.TerminationGracePeriodSeconds, 30)
	containers := make([]Container, len(s.Containers))
	copy(containers, s.Containers)
	for i := range containers {
		c := &containers[i]
		ports := make([]ContainerPort, len(c.Ports))
		copy(ports, c.Ports)
		for j := range ports {
			setDefault(&ports[j].Protocol, "TCP")
		}
		if len(ports) > 0 {
			c.Ports = ports
		}
		setDefault(&c.Resources.Requests.CPU, c.Resources.Limits.CPU)
		setDefault(&c.Resources.Requests.Memory, c.Resources.Limits.Memory)
	}
	if len(containers) > 0 {
		s.Containers = containers
	}
}

// Default fills in what the manifest left out.
//
// Source: pkg/apis/core/v1/defaults.go, SetDefaults_Service.
func (s *Service) Default() {
	s.defaultMeta(true)
	setDefault(&s.Spec.Type, ServiceClusterIP)
	if s.Spec.ClusterIP == "" && len(s.Spec.ClusterIPs) > 0 {
		s.Spec.ClusterIP = s.Spec.ClusterIPs[0]
	}
	ports := make([]ServicePort, len(s.Spec.Ports))
	copy(ports, s.Spec.Ports)
	for i := range ports {
		setDefault(&ports[i].Protocol, "TCP")
		setDefault(&ports[i].TargetPort, FromInt(ports[i].Port))
	}
	if len(ports) > 0 {
		s.Spec.Ports = ports
	}
}

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

func (m *ObjectMeta) defaultMeta(namespaced bool) {
	if namespaced {
		setDefault(&m.Namespace, NamespaceDefault)
	}
}
