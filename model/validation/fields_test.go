package validation_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// TestFields has the rules that users seldom meet: they hold for several kinds,
// or for what manifests seldom say.
func TestFields(t *testing.T) {
	type set = *model.StatefulSet
	node := func(edit func(*model.Node)) asked {
		n := &model.Node{ObjectMeta: model.ObjectMeta{Name: "node-0"}}
		edit(n)
		return toCreate(n)
	}
	container := func(edit func(*model.Container)) asked {
		return setWith(func(s set) { edit(&s.Spec.Template.Spec.Containers[0]) })
	}
	source := func(s model.VolumeSource) asked {
		return toCreate(&model.PersistentVolume{ObjectMeta: model.ObjectMeta{Name: "pv"}, Spec: model.PersistentVolumeSpec{
			Capacity: model.Gi, AccessModes: []model.AccessMode{model.ReadWriteOnce}, Source: s}})
	}
	expression := func(r model.LabelSelectorRequirement) asked {
		c := www(func(c *model.PersistentVolumeClaim) {
			c.Spec.Selector = &model.LabelSelector{MatchExpressions: []model.LabelSelectorRequirement{r}}
		})
		return toCreate(c)
	}
	affinity := func(s model.NodeSelector) asked {
		return toCreate(&model.PersistentVolume{ObjectMeta: model.ObjectMeta{Name: "pv"}, Spec: model.PersistentVolumeSpec{
			Capacity: model.Gi, AccessModes: []model.AccessMode{model.ReadWriteOnce}, NodeAffinity: &s, Source: model.VolumeSource{Type: model.SourceLocal, Path: "/d"}}})
	}
	service := func(edit func(*model.ServiceSpec)) asked {
		o := &model.Service{ObjectMeta: model.ObjectMeta{Name: "nginx"}, Spec: model.ServiceSpec{Ports: []model.ServicePort{{Port: 80}}}}
		edit(&o.Spec)
		o.Default()
		return toCreate(o)
	}
	ips := func(ips ...string) asked {
		return service(func(s *model.ServiceSpec) { s.ClusterIP, s.ClusterIPs = ips[0], ips })
	}
	pod := func(edit func(*model.Pod)) asked {
		s := web()
		s.Default()
		p := podOf(s, 0, "web-1")
		p.Spec.Containers = slices.Clone(p.Spec.Containers)
		edit(p)
		return toCreate(p)
	}
	class := func(parameters map[string]string) asked {
		c := &model.StorageClass{ObjectMeta: model.ObjectMeta{Name: "fast"}, Provisioner: "a.b/c", Parameters: parameters}
		c.Default()
		return toCreate(c)
	}
	many := map[string]string{}
	for i := range 513 {
		many[strings.Repeat("k", i+1)] = ""
	}
	cordoned, free := &model.Node{ObjectMeta: model.ObjectMeta{Name: "node-0"}}, &model.Node{ObjectMeta: model.ObjectMeta{Name: "node-0"}}
	cordoned.Spec.Unschedulable, cordoned.Finalizers = true, []string{"a.b/c"}
	cordoned.DeletedAt, free.Finalizers = ptr(model.Instant(0)), []string{"a.b/c", "a.b/d"}
	owner := model.OwnerReference{Kind: "StatefulSet", Name: "web", UID: 1, Controller: true}
	const ownerJSON = `{"apiVersion":"apps/v1","kind":"StatefulSet","name":"web","uid":"00000000-0000-4000-8000-000000000001","controller":true}`
	const first, terms = "spec.template.spec.containers[0].", "spec.nodeAffinity.required.nodeSelectorTerms"
	const noFinalizer = "name is neither a standard finalizer name nor is it fully qualified"
	const keyChars = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
	const valueChars = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

	for _, r := range []struct {
		rule string
		got  asked
		want []string
	}{
		{"labels are checked in the order of their keys", node(func(n *model.Node) { n.Labels = model.Labels{"b": "!", "a": "?", "-": ""} }), []string{
			`metadata.labels: Invalid value: "-": ` + keyChars, `metadata.labels: Invalid value: "?": ` + valueChars, `metadata.labels: Invalid value: "!": ` + valueChars}},
		{"an annotation's key is that of a label, in any case", node(func(n *model.Node) { n.Annotations = model.Labels{"Example.COM/a": "any value!", "-": ""} }),
			[]string{`metadata.annotations: Invalid value: "-": ` + keyChars}},
		{"annotations have 256 KiB at most", node(func(n *model.Node) { n.Annotations = model.Labels{"a": strings.Repeat("x", 256<<10)} }),
			[]string{"metadata.annotations: Too long: may not be more than 262144 bytes"}},
		{"a node has no namespace", node(func(n *model.Node) { n.Namespace = "default" }), []string{"metadata.namespace: Forbidden: not allowed on this type"}},
		{"a namespace is a label of DNS", setWith(func(s set) { s.Namespace = "a.b" }), []string{`metadata.namespace: Invalid value: "a.b": must not contain dots`}},
		{"a finalizer is named like a label", node(func(n *model.Node) { n.Finalizers = []string{"-"} }), []string{
			`metadata.finalizers: Invalid value: "-": ` + keyChars, `metadata.finalizers[0]: Invalid value: "-": ` + noFinalizer}},
		{"a finalizer has a domain", node(func(n *model.Node) { n.Finalizers = []string{"kubernetes", "example.com/a", "mine"} }),
			[]string{`metadata.finalizers[2]: Invalid value: "mine": ` + noFinalizer}},
		{"dependents are orphaned or deleted", node(func(n *model.Node) { n.Finalizers = []string{"orphan", "foregroundDeletion"} }),
			[]string{`metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set`}},
		{"an owner has a kind, a name and a UID", node(func(n *model.Node) { n.OwnerReferences = []model.OwnerReference{{}} }), []string{
			"metadata.ownerReferences[0].kind: Required value: must not be empty", "metadata.ownerReferences[0].name: Required value: must not be empty",
			"metadata.ownerReferences[0].uid: Required value: must not be empty"}},
		{"one owner controls", node(func(n *model.Node) { n.OwnerReferences = []model.OwnerReference{owner, owner} }), []string{
			`metadata.ownerReferences: Invalid value: [` + ownerJSON + `,` + ownerJSON + `]: ` +
				`Only one reference can have Controller set to true. Found "true" in references for StatefulSet/web and StatefulSet/web`}},
		{"a node's resources are not negative", node(func(n *model.Node) { n.Status = model.NodeStatus{Allocatable: model.ResourceList{CPU: -1}, Pods: -2} }), []string{
			`status.allocatable.cpu: Invalid value: "-1m": ` + notNegative, `status.allocatable.pods: Invalid value: "-2": ` + notNegative}},
		{"In needs values", expression(model.LabelSelectorRequirement{Key: "a", Operator: model.SelectorIn}),
			[]string{"spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"}},
		{"Exists has none", expression(model.LabelSelectorRequirement{Key: "a", Operator: model.SelectorExists, Values: []string{"b"}}),
			[]string{"spec.selector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'"}},
		{"a value is that of a label", expression(model.LabelSelectorRequirement{Key: "a", Operator: model.SelectorIn, Values: []string{"b", "!"}}),
			[]string{`spec.selector.matchExpressions[0].values[1]: Invalid value: "!": ` + valueChars}},
		{"an affinity has a term", affinity(model.NodeSelector{}), []string{terms + ": Required value: must have at least one node selector term"}},
		{"Gt compares with one value", affinity(model.NodeSelector{Terms: []model.NodeSelectorTerm{{MatchExpressions: []model.LabelSelectorRequirement{{Key: "a", Operator: "Gt"}}}}}),
			[]string{terms + "[0].matchExpressions[0].values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'"}},
		{"the template's labels are labels", setWith(func(s set) { s.Spec.Template.Labels = model.Labels{"app": "nginx", "x": "!"} }),
			[]string{`spec.template.labels: Invalid value: "!": ` + valueChars}},
		{"a volume has one name", setWith(func(s set) {
			s.Spec.Template.Spec.Volumes = []model.Volume{{Name: "tmp", EmptyDir: true}, {Name: "tmp", EmptyDir: true}, {EmptyDir: true}}
		}), []string{`spec.template.spec.volumes[2].name: Duplicate value: "tmp"`, "spec.template.spec.volumes[3].name: Required value"}},
		{"a container has a name", container(func(c *model.Container) { c.Name = "" }), []string{first + "name: Required value"}},
		{"a pod's image has no space around it", pod(func(p *model.Pod) { p.Spec.Containers[0].Image = "nginx " }), []string{`spec.containers[0].image: Invalid value: "nginx ": must not have leading or trailing whitespace`}},
		{"a template's image may have", container(func(c *model.Container) { c.Image = "nginx " }), none},
		{"a hook does one thing", container(func(c *model.Container) {
			c.PreStop = &model.LifecycleHandler{Exec: []string{"sh"}, HTTPGet: ":80/", SleepSeconds: ptr(int64(1))}
		}), []string{first + "lifecycle.preStop.httpGet: Forbidden: may not specify more than 1 handler type", first + "lifecycle.preStop.sleep: Forbidden: may not specify more than 1 handler type"}},
		{"a hook does something", container(func(c *model.Container) { c.PreStop = &model.LifecycleHandler{} }), []string{first + "lifecycle.preStop: Required value: must specify a handler type"}},
		{"a hook asks a port", container(func(c *model.Container) { c.PreStop = &model.LifecycleHandler{HTTPGet: "host:0/"} }),
			[]string{first + "lifecycle.preStop.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive"}},
		{"a hook asks a named port", container(func(c *model.Container) { c.PreStop = &model.LifecycleHandler{HTTPGet: ":Web/"} }),
			[]string{first + `lifecycle.preStop.httpGet.port: Invalid value: "Web": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`}},
		{"a hook sleeps within the grace period", container(func(c *model.Container) { c.PreStop = &model.LifecycleHandler{SleepSeconds: ptr(int64(31))} }),
			[]string{first + "lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)"}},
		{"a port of the node is taken once", pod(func(p *model.Pod) {
			p.Spec.HostNetwork, p.Spec.Containers[0].Ports = true, []model.ContainerPort{{ContainerPort: 80, Protocol: "TCP"}, {ContainerPort: 80, Protocol: "TCP"}, {ContainerPort: 80, Protocol: "UDP"}}
		}), []string{`spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//80"`}},
		{"a volume is one thing", pod(func(p *model.Pod) { p.Spec.Volumes[0].EmptyDir = true }), []string{
			"spec.volumes[0].persistentVolumeClaim: Forbidden: may not specify more than 1 volume type", `spec.containers[0].volumeMounts[0].name: Not found: "www"`}},
		{"a container's port is required", container(func(c *model.Container) { c.Ports = []model.ContainerPort{{}} }), []string{first + "ports[0].containerPort: Required value"}},
		{"a container's port is a port", container(func(c *model.Container) { c.Ports = []model.ContainerPort{{ContainerPort: -1}} }),
			[]string{first + "ports[0].containerPort: Invalid value: -1: must be between 1 and 65535, inclusive"}},
		{"a port's name stands once", container(func(c *model.Container) {
			c.Ports = []model.ContainerPort{{Name: "web", ContainerPort: 80}, {Name: "web", ContainerPort: 81}}
		}), []string{first + `ports[1].name: Duplicate value: "web"`}},
		{"a mount has a name and a path", container(func(c *model.Container) { c.VolumeMounts = []model.VolumeMount{{}} }),
			[]string{first + "volumeMounts[0].name: Required value", first + `volumeMounts[0].name: Not found: ""`, first + "volumeMounts[0].mountPath: Required value"}},
		{"a sub-path stays below its volume", container(func(c *model.Container) { c.VolumeMounts[0].SubPath = "/a/../b" }),
			[]string{first + `volumeMounts.subPath: Invalid value: "/a/../b": must be a relative path`, first + `volumeMounts.subPath: Invalid value: "/a/../b": must not contain '..'`}},
		{"a request is within its limit", container(func(c *model.Container) {
			c.Resources.Requests = model.ResourceList{CPU: 2000, Memory: 2 * model.Gi}
			c.Resources.Limits = model.ResourceList{CPU: 500, Memory: model.Gi}
		}), []string{first + `resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 500m`, first + `resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi`}},
		{"a request needs no limit", container(func(c *model.Container) { c.Resources.Requests = model.ResourceList{CPU: 2000, Memory: model.Gi} }), none},
		{"a limit is not negative", container(func(c *model.Container) { c.Resources.Limits.Memory, c.Resources.Requests.Memory = -1, -1 }), []string{
			first + `resources.limits[memory]: Invalid value: "-1": ` + notNegative, first + `resources.requests[memory]: Invalid value: "-1": ` + notNegative}},
		{"a DNS policy is one of four", setWith(func(s set) { s.Spec.Template.Spec.DNSPolicy = "Foo" }),
			[]string{`spec.template.spec.dnsPolicy: Unsupported value: "Foo": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"`}},
		{"a deadline is positive", setWith(func(s set) { s.Spec.Template.Spec.ActiveDeadlineSeconds = ptr(int64(0)) }), []string{
			"spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported",
			"spec.template.spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"}},
		{"a host's path does not climb", source(model.VolumeSource{Type: model.SourceHostPath, Path: "/a/../b"}), []string{`spec.hostPath.path: Invalid value: "/a/../b": must not contain '..'`}},
		{"NFS has a server and a path from the root", source(model.VolumeSource{Type: model.SourceNFS, Path: "a"}),
			[]string{"spec.nfs.server: Required value", `spec.nfs.path: Invalid value: "a": must be an absolute path`}},
		{"CSI has a driver and a handle", source(model.VolumeSource{Type: model.SourceCSI, Driver: "-"}),
			[]string{`spec.csi.driver: Invalid value: "-": ` + rfc1123Domain, "spec.csi.volumeHandle: Required value"}},
		{"a volume's capacity is above zero", toCreate(&model.PersistentVolume{ObjectMeta: model.ObjectMeta{Name: "pv"}, Spec: model.PersistentVolumeSpec{
			Capacity: -1, AccessModes: []model.AccessMode{model.ReadWriteOnce}, Source: model.VolumeSource{Type: model.SourceOther}}}),
			[]string{"spec.capacity[storage]: Invalid value: -1: must be a valid resource quantity", `spec.capacity[storage]: Invalid value: "-1": must be greater than zero`}},
		{"a Service has a known type", service(func(s *model.ServiceSpec) { s.Type = "Foo" }),
			[]string{`spec.type: Unsupported value: "Foo": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"`}},
		{"a Service has an address of each family", ips("10.0.0.1", "fd00::1"), none},
		{"a Service has one address of a family", ips("10.0.0.1", "10.0.0.2"),
			[]string{`spec.clusterIPs: Invalid value: ["10.0.0.1","10.0.0.2"]: may specify no more than one IP for each IP family`}},
		{"a Service has two addresses at most", ips("10.0.0.1", "None", "fd00::1"), []string{
			`spec.clusterIPs[1]: Invalid value: "None": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`,
			`spec.clusterIPs: Invalid value: ["10.0.0.1","None","fd00::1"]: may only hold up to 2 values`}},
		{"a Service with a list of addresses says which is the first", service(func(s *model.ServiceSpec) { s.ClusterIPs = []string{"10.0.0.1"} }),
			[]string{"spec.clusterIPs: Invalid value: [\"10.0.0.1\"]: must be empty when `clusterIP` is not specified"}},
		{"a Service's first address is its address", service(func(s *model.ServiceSpec) { s.ClusterIP, s.ClusterIPs = "None", []string{"10.0.0.1"} }),
			[]string{"spec.clusterIPs: Invalid value: [\"10.0.0.1\"]: first value must match `clusterIP`"}},
		{"a target port may have a name", service(func(s *model.ServiceSpec) { s.Ports[0].TargetPort = model.FromString("web") }), none},
		{"a target port's name has a letter", service(func(s *model.ServiceSpec) { s.Ports[0].TargetPort = model.FromString("80") }),
			[]string{`spec.ports[0].targetPort: Invalid value: "80": must contain at least one letter (a-z)`}},
		{"ClusterIP has no node ports", service(func(s *model.ServiceSpec) { s.Ports[0].NodePort = 30000 }),
			[]string{"spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"}},
		{"a node port stands once", service(func(s *model.ServiceSpec) {
			s.Type, s.Ports = model.ServiceNodePort, []model.ServicePort{{Name: "a", Port: 80, NodePort: 30000}, {Name: "b", Port: 81, NodePort: 30000}}
		}), []string{"spec.ports[1].nodePort: Duplicate value: 30000"}},
		{"a parameter has a name", class(map[string]string{"": "x"}), []string{`parameters: Invalid value: "": field can not be empty.`}},
		{"parameters have 256 KiB at most", class(map[string]string{"a": strings.Repeat("x", 256<<10)}), []string{"parameters: Too long: may not be more than 262144 bytes"}},
		{"there are 512 parameters at most", class(many), []string{"parameters: Too long: may not be more than 512 bytes"}},
		{"a node is uncordoned", toUpdate(free, free), none},
		{"what is being deleted keeps its finalizers", toUpdate(cordoned, cordoned), none},
		{"what is being deleted gets no others", toUpdate(free, cordoned),
			[]string{`metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.b/d"}`}},
		{"the namespace is immutable", setChanged(func(s set) { s.Namespace = "other" }), []string{`metadata.namespace: Invalid value: "other": ` + immutable}},
		{"a pod's restart policy is one of three", setWith(func(s set) { s.Spec.Template.Spec.RestartPolicy = "Foo" }), []string{
			`spec.template.spec.restartPolicy: Unsupported value: "Foo": supported values: "Always"`,
			`spec.template.spec.restartPolicy: Unsupported value: "Foo": supported values: "Always", "OnFailure", "Never"`}},
		{"a node's name is a name of DNS", setWith(func(s set) { s.Spec.Template.Spec.NodeName = "Node" }),
			[]string{`spec.template.spec.nodeName: Invalid value: "Node": ` + rfc1123Domain}},
		{"an option of resolv.conf has a name", setWith(func(s set) {
			s.Spec.Template.Spec.DNSConfig = &model.PodDNSConfig{Options: []model.PodDNSConfigOpt{{}}}
		}), []string{"spec.template.spec.dnsConfig.options[0]: Required value: must not be empty"}},
		{"an unknown source is trusted", source(model.VolumeSource{Type: model.SourceOther}), none},
	} {
		t.Run(r.rule, func(t *testing.T) { require.Equal(t, r.want, r.got.messages()) })
	}
}

func TestPodDeadline(t *testing.T) {
	pod := func(deadline *int64) *model.Pod {
		s := web()
		s.Default()
		p := podOf(s, 0, "web-1")
		p.Spec.ActiveDeadlineSeconds = deadline
		return p
	}
	for _, r := range []struct {
		rule         string
		updated, old *int64
		want         []string
	}{
		{"a deadline may be set", ptr(int64(9)), nil, none},
		{"and shortened", ptr(int64(8)), ptr(int64(9)), none},
		{"but not moved away", ptr(int64(10)), ptr(int64(9)), []string{"spec.activeDeadlineSeconds: Invalid value: 10: must be less than or equal to previous value"}},
		{"and not lifted", nil, ptr(int64(9)), []string{"spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value"}},
	} {
		t.Run(r.rule, func(t *testing.T) {
			require.Equal(t, r.want, messages(validation.PodUpdate(pod(r.updated), pod(r.old))))
		})
	}
}

func TestControllerRevision(t *testing.T) {
	revision := func(edits ...func(*model.ControllerRevision)) *model.ControllerRevision {
		r := &model.ControllerRevision{ObjectMeta: model.ObjectMeta{Name: "web-1", Namespace: "default"}, Revision: 1}
		for _, edit := range edits {
			edit(r)
		}
		return r
	}
	renumber := func(n int64) func(*model.ControllerRevision) {
		return func(r *model.ControllerRevision) { r.Revision = n }
	}
	require.Equal(t, []string{"revision: Invalid value: -1: " + notNegative}, toCreate(revision(renumber(-1))).messages())
	require.Empty(t, validation.Update(revision(renumber(3)), revision()), "a rollback gives an old revision a new number")
	errs := validation.Update(revision(func(r *model.ControllerRevision) { r.Template.Labels = model.Labels{"a": "b"} }), revision())
	require.Len(t, errs, 1)
	require.Equal(t, "data", errs[0].Field, "what a revision records is immutable")
}
