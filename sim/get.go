package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// `kubectl get`: lists of objects that print as kubectl's tables do.
//
// Source: pkg/printers/internalversion/printers.go.

// textTable is a table of words.
type textTable struct {
	b strings.Builder
	w *tabwriter.Writer
}

func newTable(head ...string) *textTable {
	t := &textTable{}
	t.w = tabwriter.NewWriter(&t.b, 6, 4, 3, ' ', 0)
	t.row(head...)
	return t
}

func (t *textTable) row(cells ...string) {
	fmt.Fprintln(t.w, strings.Join(cells, "\t"))
}

func (t *textTable) String() string {
	t.w.Flush()
	lines := strings.Split(t.b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// orNone is what kubectl prints for nothing in some columns.
func orNone(s string) string {
	if s == "" {
		return "<none>"
	}
	return s
}

// age is how long ago something was, as kubectl says it.
//
// Source: apimachinery pkg/util/duration/duration.go, HumanDuration.
func age(now, then model.Instant) string {
	d := now.Sub(then)
	seconds, minutes, hours := int(d.Seconds()), int(d.Minutes()), int(d.Hours())
	pair := func(a int, aUnit string, b int, bUnit string) string {
		if b == 0 {
			return strconv.Itoa(a) + aUnit
		}
		return strconv.Itoa(a) + aUnit + strconv.Itoa(b) + bUnit
	}
	switch {
	case seconds < 120:
		return strconv.Itoa(seconds) + "s"
	case minutes < 10:
		return pair(minutes, "m", seconds%60, "s")
	case minutes < 180:
		return strconv.Itoa(minutes) + "m"
	case hours < 8:
		return pair(hours, "h", minutes%60, "m")
	case hours < 48:
		return strconv.Itoa(hours) + "h"
	case hours < 8*24:
		return pair(hours/24, "d", hours%24, "h")
	default:
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	}
}

// PodList is what `kubectl get pods -o wide` prints.
type PodList struct {
	Items []model.Pod
	now   model.Instant
}

// Pods are the pods of a set (those whose names begin with the set's), or all for
// "", by name.
func (c *Cluster) Pods(set string, opts ...Option) PodList {
	list := PodList{now: c.w.now}
	namespace := namespaceOf(opts)
	for p := range c.w.pods.all {
		r := c.w.pods.at(p)
		if c.w.text(r.name.Namespace) == namespace && (set == "" || c.w.text(r.name.Base) == set) {
			list.Items = append(list.Items, *c.w.modelPod(p))
		}
	}
	slices.SortFunc(list.Items, func(a, b model.Pod) int { return compareMeta(&a.ObjectMeta, &b.ObjectMeta) })
	return list
}

// Pod is one pod; the error is Kubernetes' when there is none.
func (c *Cluster) Pod(name string, opts ...Option) (*model.Pod, error) {
	p, err := c.w.mustPod(namespaceOf(opts), name)
	if err != nil {
		return nil, err
	}
	return c.w.modelPod(p), nil
}

// Names are the names of the pods.
func (l PodList) Names() []string {
	var out []string
	for i := range l.Items {
		out = append(out, l.Items[i].Name)
	}
	return out
}

// String renders the pods as kubectl does, with their images.
func (l PodList) String() string {
	if len(l.Items) == 0 {
		return "No resources found.\n"
	}
	t := newTable("NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE", "IMAGE")
	for i := range l.Items {
		p := &l.Items[i]
		ready, restarts := 0, int32(0)
		for _, c := range p.Status.ContainerStatuses {
			restarts += c.RestartCount
			if c.Ready {
				ready++
			}
		}
		if len(p.Status.ContainerStatuses) == 0 && p.Ready() {
			ready = len(p.Spec.Containers) // played by hand
		}
		t.row(p.Name, fmt.Sprintf("%d/%d", ready, len(p.Spec.Containers)), PodStatus(p), strconv.Itoa(int(restarts)),
			age(l.now, p.CreatedAt), orNone(p.Status.PodIP), orNone(p.Spec.NodeName), images(&p.Spec))
	}
	return t.String()
}

func images(spec *model.PodSpec) string {
	var out []string
	for i := range spec.Containers {
		out = append(out, spec.Containers[i].Image)
	}
	return strings.Join(out, ",")
}

// PodStatus is the word in kubectl's column STATUS.
//
// Source: pkg/printers/internalversion/printers.go, printPod.
func PodStatus(p *model.Pod) string {
	status := string(p.Status.Phase)
	if p.Status.Reason != "" {
		status = p.Status.Reason
	}
	for _, c := range p.Status.ContainerStatuses {
		switch {
		case c.State == "waiting" && c.Reason != "":
			status = c.Reason
		case c.State == "terminated" && c.Reason != "":
			status = c.Reason
		}
	}
	if len(p.Status.ContainerStatuses) == 0 && p.Status.Phase == model.PodPending && p.Spec.NodeName != "" {
		status = "ContainerCreating"
	}
	if p.DeletedAt != nil {
		status = "Terminating"
	}
	return status
}

// SetList is what `kubectl get sts` prints.
type SetList struct {
	Items []model.StatefulSet
	now   model.Instant
}

// StatefulSets are the sets of a namespace, by name.
func (c *Cluster) StatefulSets(opts ...Option) SetList {
	list := SetList{now: c.w.now}
	for s := range c.w.sets {
		if set := &c.w.sets[s]; set.uid != 0 && c.w.text(set.name.Namespace) == namespaceOf(opts) {
			list.Items = append(list.Items, *c.w.modelSet(int32(s)))
		}
	}
	slices.SortFunc(list.Items, func(a, b model.StatefulSet) int { return compareMeta(&a.ObjectMeta, &b.ObjectMeta) })
	return list
}

// StatefulSet is one set; the error is Kubernetes' when there is none.
func (c *Cluster) StatefulSet(name string, opts ...Option) (*model.StatefulSet, error) {
	s, err := c.w.mustSet(namespaceOf(opts), name)
	if err != nil {
		return nil, err
	}
	return c.w.modelSet(s), nil
}

// String renders the sets as kubectl does.
func (l SetList) String() string {
	if len(l.Items) == 0 {
		return "No resources found.\n"
	}
	t := newTable("NAME", "READY", "AGE", "CONTAINERS", "IMAGES")
	for i := range l.Items {
		s := &l.Items[i]
		var names []string
		for j := range s.Spec.Template.Spec.Containers {
			names = append(names, s.Spec.Template.Spec.Containers[j].Name)
		}
		t.row(s.Name, fmt.Sprintf("%d/%d", s.Status.ReadyReplicas, s.Spec.DesiredReplicas()), age(l.now, s.CreatedAt),
			strings.Join(names, ","), images(&s.Spec.Template.Spec))
	}
	return t.String()
}

// ClaimList is what `kubectl get pvc` prints.
type ClaimList struct {
	Items []model.PersistentVolumeClaim
	now   model.Instant
}

// Claims are the claims of a namespace, by name.
func (c *Cluster) Claims(opts ...Option) ClaimList {
	list := ClaimList{now: c.w.now}
	for k := range c.w.claims.all {
		if c.w.text(c.w.claims.at(k).Name.Namespace) == namespaceOf(opts) {
			list.Items = append(list.Items, *c.w.modelClaim(k))
		}
	}
	slices.SortFunc(list.Items, func(a, b model.PersistentVolumeClaim) int { return compareMeta(&a.ObjectMeta, &b.ObjectMeta) })
	return list
}

// String renders the claims as kubectl does.
func (l ClaimList) String() string {
	if len(l.Items) == 0 {
		return "No resources found.\n"
	}
	t := newTable("NAME", "STATUS", "VOLUME", "CAPACITY", "ACCESS MODES", "STORAGECLASS", "AGE")
	for i := range l.Items {
		c := &l.Items[i]
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
		t.row(c.Name, status, c.Spec.VolumeName, capacity, modes(c.Status.AccessModes), class, age(l.now, c.CreatedAt))
	}
	return t.String()
}

func modes(modes []model.AccessMode) string {
	var out []string
	for _, m := range modes {
		out = append(out, m.Short())
	}
	return strings.Join(out, ",")
}

// VolumeList is what `kubectl get pv` prints.
type VolumeList struct {
	Items []model.PersistentVolume
	now   model.Instant
}

// Volumes are all volumes, by name.
func (c *Cluster) Volumes() VolumeList {
	list := VolumeList{now: c.w.now}
	for v := range c.w.volumes.all {
		list.Items = append(list.Items, *c.w.modelVolume(v))
	}
	slices.SortFunc(list.Items, func(a, b model.PersistentVolume) int { return compareMeta(&a.ObjectMeta, &b.ObjectMeta) })
	return list
}

// String renders the volumes as kubectl does.
func (l VolumeList) String() string {
	if len(l.Items) == 0 {
		return "No resources found.\n"
	}
	t := newTable("NAME", "CAPACITY", "ACCESS MODES", "RECLAIM POLICY", "STATUS", "CLAIM", "STORAGECLASS", "AGE")
	for i := range l.Items {
		v := &l.Items[i]
		claim := ""
		if ref := v.Spec.ClaimRef; ref != nil {
			claim = ref.Namespace + "/" + ref.Name
		}
		t.row(v.Name, v.Spec.Capacity.String(), modes(v.Spec.AccessModes), string(v.Spec.ReclaimPolicy), string(v.Status.Phase),
			claim, v.Spec.StorageClassName, age(l.now, v.CreatedAt))
	}
	return t.String()
}

// ServiceList is what `kubectl get svc` prints.
type ServiceList struct {
	Items []model.Service
	now   model.Instant
}

// Services are the Services of a namespace, by name.
func (c *Cluster) Services(opts ...Option) ServiceList {
	list := ServiceList{now: c.w.now}
	for s := range c.w.services.all {
		if c.w.text(c.w.services.at(s).name.Namespace) == namespaceOf(opts) {
			list.Items = append(list.Items, *c.w.modelService(s))
		}
	}
	slices.SortFunc(list.Items, func(a, b model.Service) int { return compareMeta(&a.ObjectMeta, &b.ObjectMeta) })
	return list
}

// String renders the Services as kubectl does.
func (l ServiceList) String() string {
	if len(l.Items) == 0 {
		return "No resources found.\n"
	}
	t := newTable("NAME", "TYPE", "CLUSTER-IP", "PORT(S)", "AGE", "SELECTOR")
	for i := range l.Items {
		s := &l.Items[i]
		var ports []string
		for _, p := range s.Spec.Ports {
			ports = append(ports, fmt.Sprintf("%d/%s", p.Port, p.Protocol))
		}
		t.row(s.Name, string(s.Spec.Type), orNone(s.Spec.ClusterIP), strings.Join(ports, ","), age(l.now, s.CreatedAt), s.Spec.Selector.String())
	}
	return t.String()
}

// Endpoint is one address of a Service.
type Endpoint struct {
	Service     string
	Pod         string
	Addr        string
	Ready       bool // DNS answers with it
	Serving     bool
	Terminating bool
}

// EndpointList are the endpoints of a Service.
type EndpointList []Endpoint

// Endpoints are the endpoints of a Service, by pod, as the endpoints controller
// last wrote them.
func (c *Cluster) Endpoints(service string, opts ...Option) (EndpointList, error) {
	s, err := must(c.w, &c.w.services, model.KindService, namespaceOf(opts), service)
	if err != nil {
		return nil, err
	}
	var list EndpointList
	for _, e := range c.w.sortedEndpoints(s) {
		row := c.w.endpoints.at(e)
		list = append(list, Endpoint{
			Service: service, Pod: c.w.rendered(row.pod), Addr: podAddr(row.ip).String(),
			Ready: row.ready, Serving: row.serving, Terminating: row.terminating,
		})
	}
	return list, nil
}

// String renders the endpoints as a table.
func (l EndpointList) String() string {
	if len(l) == 0 {
		return "No endpoints.\n"
	}
	t := newTable("SERVICE", "POD", "ADDRESS", "READY", "SERVING", "TERMINATING")
	for _, e := range l {
		t.row(e.Service, e.Pod, e.Addr, strconv.FormatBool(e.Ready), strconv.FormatBool(e.Serving), strconv.FormatBool(e.Terminating))
	}
	return t.String()
}

// NodeList is what `kubectl get nodes` prints.
type NodeList struct {
	Items []model.Node
	now   model.Instant
}

// Nodes are all nodes, by name.
func (c *Cluster) Nodes() NodeList {
	list := NodeList{now: c.w.now}
	for n := range c.w.nodes.all {
		list.Items = append(list.Items, *c.w.modelNode(n))
	}
	slices.SortFunc(list.Items, func(a, b model.Node) int { return compareMeta(&a.ObjectMeta, &b.ObjectMeta) })
	return list
}

// String renders the nodes as kubectl does.
func (l NodeList) String() string {
	t := newTable("NAME", "STATUS", "AGE")
	for i := range l.Items {
		status := "Ready"
		if l.Items[i].Spec.Unschedulable {
			status += ",SchedulingDisabled"
		}
		t.row(l.Items[i].Name, status, age(l.now, l.Items[i].CreatedAt))
	}
	return t.String()
}
