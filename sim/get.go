package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// `kubectl get`.
//
// Source: pkg/printers/internalversion/printers.go.

// List is what `kubectl get` shows: objects by name, that print as kubectl's table
// of their kind. The items are as they were when the list was made.
type List[T any] struct {
	Items []T
	table func(items []T, now model.Instant) *textTable
	now   model.Instant
}

// String renders the list as kubectl does.
func (l List[T]) String() string {
	if len(l.Items) == 0 {
		return "No resources found.\n"
	}
	return l.table(l.Items, l.now).String()
}

// listOf makes a list of the objects at some places of a table, in the order of
// their names.
func listOf[T any](w *world, places func(func(int32) bool), object func(int32) *T, meta func(*T) *model.ObjectMeta,
	wanted func(*model.ObjectMeta) bool, table func([]T, model.Instant) *textTable) List[T] {
	list := List[T]{table: table, now: w.now}
	for place := range places {
		if o := object(place); wanted(meta(o)) {
			list.Items = append(list.Items, model.Clone(*o))
		}
	}
	slices.SortFunc(list.Items, func(a, b T) int { return compareMeta(meta(&a), meta(&b)) })
	return list
}

// inNamespace selects the objects of the namespace that the options say.
func inNamespace(opts []Option) func(*model.ObjectMeta) bool {
	namespace := namespaceOf(opts)
	return func(m *model.ObjectMeta) bool { return m.Namespace == namespace }
}

func everything(*model.ObjectMeta) bool { return true }

// PodList is what `kubectl get pods -o wide` prints, with the pods' images.
type PodList struct{ List[model.Pod] }

// Names are the names of the pods.
func (l PodList) Names() []string {
	var out []string
	for i := range l.Items {
		out = append(out, l.Items[i].Name)
	}
	return out
}

// Pods are the pods of a set (those whose names begin with the set's), of a Deployment
// ("deploy/web"), or all for "", by name.
func (c *Cluster) Pods(set string, opts ...Option) PodList {
	here := inNamespace(opts)
	return PodList{listOf(c.w, c.w.pods.all, c.w.modelPod, func(p *model.Pod) *model.ObjectMeta { return &p.ObjectMeta },
		func(m *model.ObjectMeta) bool {
			return here(m) && (set == "" || belongs(m, set))
		}, podTable)}
}

// Pod is one pod; the error is Kubernetes' when there is none.
func (c *Cluster) Pod(name string, opts ...Option) (*model.Pod, error) {
	p, err := c.w.mustPod(namespaceOf(opts), name)
	if err != nil {
		return nil, err
	}
	return copied(model.Clone(*c.w.modelPod(p))), nil
}

// StatefulSets are the sets of a namespace, by name.
func (c *Cluster) StatefulSets(opts ...Option) List[model.StatefulSet] {
	return listOf(c.w, c.w.sets.all, c.w.modelSet, func(s *model.StatefulSet) *model.ObjectMeta { return &s.ObjectMeta },
		inNamespace(opts), setTable)
}

// StatefulSet is one set; the error is Kubernetes' when there is none.
func (c *Cluster) StatefulSet(name string, opts ...Option) (*model.StatefulSet, error) {
	s, err := c.w.mustSet(namespaceOf(opts), name)
	if err != nil {
		return nil, err
	}
	return copied(model.Clone(*c.w.modelSet(s))), nil
}

func setTable(sets []model.StatefulSet, now model.Instant) *textTable {
	t := newTable("NAME", "READY", "AGE", "CONTAINERS", "IMAGES")
	for i := range sets {
		s := &sets[i]
		var names []string
		for j := range s.Spec.Template.Spec.Containers {
			names = append(names, s.Spec.Template.Spec.Containers[j].Name)
		}
		t.row(s.Name, fmt.Sprintf("%d/%d", s.Status.ReadyReplicas, s.Spec.DesiredReplicas()), age(now, s.CreatedAt),
			strings.Join(names, ","), images(&s.Spec.Template.Spec))
	}
	return t
}

// Claims are the claims of a namespace, by name.
func (c *Cluster) Claims(opts ...Option) List[model.PersistentVolumeClaim] {
	return listOf(c.w, c.w.claims.all, c.w.modelClaim, func(o *model.PersistentVolumeClaim) *model.ObjectMeta { return &o.ObjectMeta },
		inNamespace(opts), claimTable)
}

func claimTable(claims []model.PersistentVolumeClaim, now model.Instant) *textTable {
	t := newTable("NAME", "STATUS", "VOLUME", "CAPACITY", "ACCESS MODES", "STORAGECLASS", "AGE")
	for i := range claims {
		c := &claims[i]
		status, capacity, class := string(c.Status.Phase), "", ""
		if c.DeletedAt != nil {
			status = "Terminating"
		}
		if c.Status.Capacity > 0 {
			capacity = c.Status.Capacity.String()
		}
		if c.Spec.StorageClassName != nil {
			class = *c.Spec.StorageClassName
		}
		t.row(c.Name, status, c.Spec.VolumeName, capacity, modes(c.Status.AccessModes), class, age(now, c.CreatedAt))
	}
	return t
}

func modes(modes []model.AccessMode) string {
	var out []string
	for _, m := range modes {
		out = append(out, m.Short())
	}
	return strings.Join(out, ",")
}

// Volumes are all volumes, by name.
func (c *Cluster) Volumes() List[model.PersistentVolume] {
	return listOf(c.w, c.w.volumes.all, c.w.modelVolume, func(v *model.PersistentVolume) *model.ObjectMeta { return &v.ObjectMeta },
		everything, volumeTable)
}

func volumeTable(volumes []model.PersistentVolume, now model.Instant) *textTable {
	t := newTable("NAME", "CAPACITY", "ACCESS MODES", "RECLAIM POLICY", "STATUS", "CLAIM", "STORAGECLASS", "AGE")
	for i := range volumes {
		v := &volumes[i]
		claim := ""
		if ref := v.Spec.ClaimRef; ref != nil {
			claim = ref.Namespace + "/" + ref.Name
		}
		t.row(v.Name, v.Spec.Capacity.String(), modes(v.Spec.AccessModes), string(v.Spec.ReclaimPolicy), string(v.Status.Phase),
			claim, v.Spec.StorageClassName, age(now, v.CreatedAt))
	}
	return t
}

// Services are the Services of a namespace, by name.
func (c *Cluster) Services(opts ...Option) List[model.Service] {
	return listOf(c.w, c.w.services.all, c.w.modelService, func(s *model.Service) *model.ObjectMeta { return &s.ObjectMeta },
		inNamespace(opts), serviceTable)
}

func serviceTable(services []model.Service, now model.Instant) *textTable {
	t := newTable("NAME", "TYPE", "CLUSTER-IP", "PORT(S)", "AGE", "SELECTOR")
	for i := range services {
		s := &services[i]
		var ports []string
		for _, p := range s.Spec.Ports {
			ports = append(ports, fmt.Sprintf("%d/%s", p.Port, p.Protocol))
		}
		t.row(s.Name, string(s.Spec.Type), orNone(s.Spec.ClusterIP), orNone(strings.Join(ports, ",")), age(now, s.CreatedAt), s.Spec.Selector.String())
	}
	return t
}

// Node is one node; the error is Kubernetes' when there is none.
func (c *Cluster) Node(name string) (*model.Node, error) {
	n, err := must(c.w, &c.w.nodes, model.KindNode, "", name)
	if err != nil {
		return nil, err
	}
	return copied(model.Clone(*c.w.modelNode(n))), nil
}

// Nodes are all nodes, by name.
func (c *Cluster) Nodes() List[model.Node] {
	return listOf(c.w, c.w.nodes.all, c.w.modelNode, func(n *model.Node) *model.ObjectMeta { return &n.ObjectMeta }, everything, nodeTable)
}

func nodeTable(nodes []model.Node, now model.Instant) *textTable {
	t := newTable("NAME", "STATUS", "AGE")
	for i := range nodes {
		status := "NotReady"
		if nodes[i].Ready() {
			status = "Ready"
		}
		if nodes[i].Spec.Unschedulable {
			status += ",SchedulingDisabled"
		}
		t.row(nodes[i].Name, status, age(now, nodes[i].CreatedAt))
	}
	return t
}

// PodDisruptionBudgets are the budgets of a namespace, by name, with what they allow.
func (c *Cluster) PodDisruptionBudgets(opts ...Option) List[model.PodDisruptionBudget] {
	return listOf(c.w, c.w.budgets.all, c.w.modelBudget, func(b *model.PodDisruptionBudget) *model.ObjectMeta { return &b.ObjectMeta }, inNamespace(opts), budgetTable)
}

func budgetTable(budgets []model.PodDisruptionBudget, now model.Instant) *textTable {
	t := newTable("NAME", "MIN AVAILABLE", "MAX UNAVAILABLE", "ALLOWED DISRUPTIONS", "AGE")
	orNone := func(v *model.IntOrString) string {
		if v == nil {
			return "N/A"
		}
		return v.String()
	}
	for i := range budgets {
		b := &budgets[i]
		t.row(b.Name, orNone(b.Spec.MinAvailable), orNone(b.Spec.MaxUnavailable), fmt.Sprint(b.Status.DisruptionsAllowed), age(now, b.CreatedAt))
	}
	return t
}

// Endpoint is one address of a Service.
type Endpoint struct {
	Service     string
	Pod         string
	Addr        string
	Ready       bool // DNS answers with it
	Serving     bool // the pod is ready
	Terminating bool // the pod is being deleted
}

// Endpoints are the endpoints of a Service, by pod, as the endpoints controller
// last wrote them.
func (c *Cluster) Endpoints(service string, opts ...Option) (List[Endpoint], error) {
	list := List[Endpoint]{table: endpointTable, now: c.w.now}
	s, err := must(c.w, &c.w.services, model.KindService, namespaceOf(opts), service)
	if err != nil {
		return list, err
	}
	for _, e := range c.w.sortedEndpoints(s) {
		row := c.w.endpoints.at(e)
		list.Items = append(list.Items, Endpoint{
			Service: service, Pod: c.w.rendered(row.pod), Addr: podAddr(row.ip).String(),
			Ready: row.ready, Serving: row.serving, Terminating: row.terminating,
		})
	}
	return list, nil
}

func endpointTable(endpoints []Endpoint, _ model.Instant) *textTable {
	t := newTable("SERVICE", "POD", "ADDRESS", "READY", "SERVING", "TERMINATING")
	for _, e := range endpoints {
		t.row(e.Service, e.Pod, e.Addr, strconv.FormatBool(e.Ready), strconv.FormatBool(e.Serving), strconv.FormatBool(e.Terminating))
	}
	return t
}

// belongs reports whether a pod is one of a set's, or, for "deploy/web", of a Deployment's.
func belongs(m *model.ObjectMeta, set string) bool {
	if name, ok := deploymentName(set); ok {
		for _, o := range m.OwnerReferences {
			if at := strings.LastIndexByte(o.Name, '-'); o.Kind == model.KindReplicaSet && at >= 0 && o.Name[:at] == name {
				return true
			}
		}
		return false
	}
	parent, _ := model.ParentAndOrdinal(m.Name)
	return parent == set
}
