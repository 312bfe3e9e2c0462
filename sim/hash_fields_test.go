package sim

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy"
)

// fieldsWorld is a world with a row of each kind.
func fieldsWorld(t *testing.T) *world {
	c := New(Config{Nodes: 3, AnyOrder: true, Latencies: Latencies{EndpointWatch: Fixed(time.Second), Provision: Fixed(time.Minute)}})
	labels, two, class := model.Labels{"app": "web"}, int32(2), "disks"
	template := func(image string) model.PodTemplateSpec {
		return model.PodTemplateSpec{Labels: labels, Spec: model.PodSpec{Containers: []model.Container{{
			Name: "app", Image: image, ReadinessProbe: &model.Probe{PeriodSeconds: 10, Handler: `{"httpGet":{"path":"/","port":80}}`}, VolumeMounts: []model.VolumeMount{{Name: "data", MountPath: "/d"}},
		}}}}
	}
	selector := &model.LabelSelector{MatchLabels: labels}
	meta := model.ObjectMeta{Name: "web"}
	bare := template("B")
	bare.Spec.Containers[0].VolumeMounts = nil
	require.NoError(t, c.Apply(
		&model.StorageClass{ObjectMeta: model.ObjectMeta{Name: class}, Provisioner: "ebs.csi.aws.com"},
		&model.Service{ObjectMeta: meta, Spec: model.ServiceSpec{ClusterIP: model.ClusterIPNone, Selector: labels}},
		&model.PodDisruptionBudget{ObjectMeta: meta, Spec: model.PodDisruptionBudgetSpec{Selector: selector}},
		&model.StatefulSet{ObjectMeta: meta, Spec: model.StatefulSetSpec{
			Replicas: &two, ServiceName: "web", Selector: selector, Template: template("A"),
			VolumeClaimTemplates: []model.PersistentVolumeClaim{{ObjectMeta: model.ObjectMeta{Name: "data"}, Spec: model.PersistentVolumeClaimSpec{
				AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi, StorageClassName: &class,
			}}},
		}},
		&model.Deployment{ObjectMeta: model.ObjectMeta{Name: "api"}, Spec: model.DeploymentSpec{Replicas: &two, Selector: selector, Template: bare}},
	))
	require.NoError(t, c.Do(Autoscale{Target: "deploy/api", Max: 3}))
	require.NoError(t, c.Do(SetLoad{Target: "deploy/api", Steps: ConstantLoad(100)}))
	c.Settle()
	require.NoError(t, c.Do(Drain{Node: "node-0"}))
	for _, op := range []Operation{
		FailWrite{Verb: VerbCreate, Kind: model.KindPod, Nth: 100}, FailProvisioning{Class: class}, LoseEvents{Kind: model.KindControllerRevision},
		LoseImage{Image: "B"}, FailPod{Pod: "web-1"}, Scale{Set: "web", Replicas: 4},
	} {
		require.NoError(t, c.Do(op), op.String())
	}
	c.RunUntil(func(View) bool { return len(c.w.unseen) > 0 && c.w.orders.len() > 0 }, time.Minute)
	return c.w
}

// ties are the fields that hold places of other rows, and what has rows of its own: other tests
// look at these.
var ties = []string{
	"statefulSet.view", "replicaSet.view", "replicaSet.deployment", "pod.set", "pod.replicaSet", "pod.node", "pod.sandbox", "pod.place.node", "pod.kind",
	"sandbox.pod", "sandbox.next", "sandbox.node", "sandbox.containers", "sandbox.busy", "sandbox.mounts", "container.sandbox", "container.next", "container.index",
	"container.probes", "container.process", "probe.container", "probe.next", "mount.next", "mount.volume", "volume.attachments", "attachment.volume",
	"attachment.node", "attachment.next", "endpoint.service", "unseenEndpoint.endpoint.service", "owedEndpoint.service", "drainedPod.node", "revision.set", "event.entity", "event.purpose",
	"nodeImage.identity.name.Ordinal",
}

// unhashed are the fields, or the beginnings of their names, that the hash does not see, and why.
var unhashed = []struct {
	why    string
	fields []string
}{
	{"a number that counts", []string{
		"node.identity.uid", "nodeImage.identity.uid", "class.identity.uid", "service.identity.uid", "budget.identity.uid", "deployment.identity.uid", "autoscaler.identity.uid",
		"sandbox.uid", "revision.identity.uid", "node.identity.version", "nodeImage.identity.version", "statefulSet.identity.version", "revision.identity.version", "pod.identity.version",
		"claim.version", "volume.version", "class.identity.version", "service.identity.version", "budget.identity.version", "deployment.identity.version",
		"replicaSet.identity.version", "autoscaler.identity.version", "event.seq",
	}},
	{"nobody acts on when it was made, or was first to go", []string{
		"node.identity.created", "nodeImage.identity.created", "statefulSet.identity.created", "pod.identity.created", "claim.created", "volume.created", "class.identity.created",
		"service.identity.created", "budget.identity.created", "deployment.identity.created", "autoscaler.identity.created",
		"statefulSet.deletedAt", "claim.deletedAt", "volume.deletedAt", "deployment.deletedAt", "replicaSet.deletedAt",
	}},
	{"it is over: an instant that has passed, a failure that was made good, what is not so yet", []string{
		"node.pullsDone", "nodeImage.ready", "statefulSet.shows", "statefulSet.looks.", "statefulSet.retryAt", "claim.provisioning.retry", "claim.resizing.retry", "claim.growth.", "claim.growing", "claim.growings",
		"attachment.since", "dnsServer.since", "service.turns.waiting", "service.turns.at", "pod.place.", "sandbox.leased",
	}},
	{"it is there only while an event happens", []string{"service.wanted", "service.changed"}},
	{"it follows from the name or the spec", []string{
		"node.identity.name.Namespace", "nodeImage.identity.name.Namespace", "statefulSet.podBase", "statefulSet.serviceName", "statefulSet.claimLabels", "statefulSet.claimBases", "order.name.",
		"service.symbol", "deployment.symbol", "deployment.template", "replicaSet.symbol", "container.kind",
	}},
	{"it follows from other rows", []string{
		"pod.guarded.", "claim.users", "claim.refs", "claim.unsettled", "claim.namer", "service.owes", "budget.pods", "budget.healthy", "budget.owners", "sandbox.running",
		"sandbox.claimBases", "sandbox.shared", "sandbox.service",
	}},
	{"an answer that is remembered", []string{
		"service.picky", "service.asked", "service.answer", "service.template", "budget.picky", "budget.asked", "budget.answer", "budget.template",
	}},
	{"it is only told: words, and that they were said", []string{
		"pod.waitsTold", "claim.notice.", "volume.trouble.", "budget.told", "budget.changed", "deployment.wait.",
	}},
	{"what is being made is for a claim of that name, class, spec and node", []string{"order.claim."}},
}

// Each field of each row is in the hash, or is listed with the reason why it is not. A new field
// has to find its place in one of the two.
func TestStateHashSeesEachField(t *testing.T) {
	w := fieldsWorld(t)
	var unseen []string
	for _, row := range rowsOf(w) {
		require.False(t, row.IsNil(), "the world has no %s", row.Type().Elem())
		unseen = append(unseen, w.unseenFields(t, row.Type().Elem().Name(), row.Elem())...)
	}
	used := map[string]bool{}
	for _, path := range unseen {
		listed := false
		for _, group := range unhashed {
			for _, field := range group.fields {
				if path == field || strings.HasSuffix(field, ".") && strings.HasPrefix(path, field) {
					listed, used[field] = true, true
				}
			}
		}
		assert.True(t, listed, "the hash does not see %s: put it in, or say in the list why not", path)
	}
	for _, group := range unhashed {
		for _, field := range group.fields {
			assert.True(t, used[field], "the hash sees %s", field)
		}
	}
}

// rowsOf are pointers to one row of each kind.
func rowsOf(w *world) []reflect.Value {
	return []reflect.Value{
		firstRow(w.nodes.rows), firstRow(w.images.rows), firstRow(w.sets.rows), firstRow(w.revisions.rows), firstRow(w.pods.rows),
		firstRow(w.claims.rows), firstRow(w.volumes.rows), firstRow(w.classes.rows), firstRow(w.orders.rows), firstRow(w.services.rows),
		firstRow(w.budgets.rows), firstRow(w.deployments.rows), firstRow(w.replicaSets.rows), firstRow(w.autoscalers.rows), firstRow(w.endpoints.rows),
		firstOf(w.sandboxes, func(b *sandbox) bool { return b.stage != sandboxFree }),
		firstOf(w.containers, func(c *container) bool { return c.state == containerRunning }),
		firstOf(w.probes, func(p *probe) bool { return p.asks != 0 }),
		firstOf(w.mounts, func(m *mount) bool { return m.uid != 0 }),
		firstOf(w.attachments, func(a *attachment) bool { return a.volume != nowhere }),
		firstOf(w.draining, nil), firstOf(w.failing, nil), firstOf(w.faulty, nil), firstOf(w.losing, nil), firstOf(w.imageChanges, nil),
		firstOf(w.queue.heap, nil), firstOf(w.unseen, nil), firstOf(w.dns.replicas, nil),
	}
}

func firstRow[T row](rows []T) reflect.Value {
	return firstOf(rows, func(r *T) bool { return (*r).inUse() })
}

func firstOf[T any](rows []T, used func(*T) bool) reflect.Value {
	for i := range rows {
		if used == nil || used(&rows[i]) {
			return reflect.ValueOf(&rows[i])
		}
	}
	return reflect.ValueOf((*T)(nil))
}

// unseenFields are the fields of a row, or of what is in it, that can be changed without a
// change of the hash.
func (w *world) unseenFields(t *testing.T, path string, v reflect.Value) (out []string) {
	if slices.Contains(ties, path) {
		return nil
	}
	v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem() // also of an unexported field
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			out = append(out, w.unseenFields(t, path+"."+v.Type().Field(i).Name, v.Field(i))...)
		}
		return out
	case reflect.Array:
		return w.unseenFields(t, path, v.Index(0))
	}
	c := Cluster{w}
	before := FreshHash(&c)
	old := reflect.New(v.Type()).Elem()
	old.Set(v)
	if !alter(v) {
		return nil
	}
	defer func() {
		v.Set(old)
		require.Equal(t, before, c.StateHash(), path)
		if r := recover(); r != nil { // a place, or something like it
			out = []string{path}
		}
	}()
	after := FreshHash(&c)
	require.Equal(t, after, c.StateHash(), path)
	if before == after {
		return []string{path}
	}
	return nil
}

// alter makes a value another one.
func alter(v reflect.Value) bool {
	switch v.Type() {
	case reflect.TypeFor[model.Symbol]():
		v.SetInt(v.Int()%2 + 1)
		return true
	case reflect.TypeFor[policy.Template]():
		v.SetInt(1 - v.Int()%2)
		return true
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(v.Uint() + 1)
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Slice:
		if v.Len() > 0 {
			v.SetZero()
		} else {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(model.Labels{"x": "y"}))
	default:
		return false
	}
	return true
}
