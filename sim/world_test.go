package sim_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// A worldCase is one rule of Kubernetes, shown by a whole world: API server,
// controllers, scheduler, kubelet, storage and DNS, and nothing played by hand.
type worldCase struct {
	id   string
	rule string
	play func(w *worldPlay)
}

// worldCases are the cases of each area. They stand in the files world_*_test.go.
var worldCases = map[string][][]worldCase{
	"pod_lifecycle": {deletionCases, kubeletCases, collectorCases, nodeCases, evictionCases, startCases, imageCases, endCases, probeCases, statelessCases, autoscalerCases, pressureCases, schedulingCases},
	"storage":       {claimCases, retentionCases, volumeCases, attachCases, bindingCases, lostNodeCases, expansionCases, driverCases},
	"dns":           {endpointCases, dnsCases, serverCases},
}

// worldPlay is a world on the stage: what is done to it must succeed, and what it
// shows is compared as one line of text.
type worldPlay struct {
	t    *testing.T
	c    *sim.Cluster
	rule string
}

// begin makes the world.
func (w *worldPlay) begin(config sim.Config, objects ...model.Object) {
	w.c = sim.New(config)
	w.apply(objects...)
}

func (w *worldPlay) apply(objects ...model.Object) {
	w.t.Helper()
	w.do(w.c.Apply(objects...))
}

// do wants no error.
func (w *worldPlay) do(err error) {
	w.t.Helper()
	require.NoError(w.t, err, w.rule)
}

// is wants what is shown to be what is expected.
func (w *worldPlay) is(want, shown string) {
	w.t.Helper()
	require.Equal(w.t, want, shown, "%s\n%s", w.rule, w.c.Trace())
}

// settles lets the world come to rest, as its specs ask for.
func (w *worldPlay) settles() {
	w.t.Helper()
	out := w.c.Settle()
	require.Equal(w.t, sim.Settled, out.State, "%s\n%s%s", w.rule, out, w.c.Trace())
	require.Zero(w.t, w.c.Pending(), w.rule)
}

// waits lets the world come to rest where it is not what the specs ask for; the
// words are in the reasons, in any order.
func (w *worldPlay) waits(words ...string) {
	w.t.Helper()
	out := w.c.Settle()
	require.Equal(w.t, sim.Waiting, out.State, "%s\n%s%s", w.rule, out, w.c.Trace())
	require.Zero(w.t, w.c.Pending(), w.rule)
	for _, word := range words {
		require.Contains(w.t, out.String(), word, w.rule)
	}
}

// until lets time pass until the condition holds, which has to be soon.
func (w *worldPlay) until(condition func(sim.View) bool) {
	w.t.Helper()
	require.True(w.t, w.c.RunUntil(condition, time.Hour), "%s\n%s", w.rule, w.c.Trace())
}

// pods wants the pods of the namespace default: "web-0:Running web-1:Pending". A
// pod that runs and is not ready is Unready.
func (w *worldPlay) pods(want string) {
	w.t.Helper()
	var out []string
	for _, p := range w.c.Pods("").Items {
		status := sim.PodStatus(&p)
		if status == "Running" && !p.Ready() {
			status = "Unready"
		}
		out = append(out, p.Name+":"+status)
	}
	w.is(want, strings.Join(out, " "))
}

// nodes wants the nodes of pods: "web-0:node-1", or "web-0:" for one that has none.
func (w *worldPlay) nodes(want string) {
	w.t.Helper()
	var out []string
	for _, p := range w.c.Pods("").Items {
		out = append(out, p.Name+":"+p.Spec.NodeName)
	}
	w.is(want, strings.Join(out, " "))
}

// claims wants the claims of the namespace default: "www-web-0:Bound".
func (w *worldPlay) claims(want string) {
	w.t.Helper()
	var out []string
	for _, c := range w.c.Claims().Items {
		status := string(c.Status.Phase)
		if c.DeletedAt != nil {
			status = "Terminating"
		}
		out = append(out, c.Name+":"+status)
	}
	w.is(want, strings.Join(out, " "))
}

// owners wants what owns the claims: "www-web-0: www-web-1:web www-web-2:web-2".
func (w *worldPlay) owners(want string) {
	w.t.Helper()
	var out []string
	for _, c := range w.c.Claims().Items {
		var refs []string
		for _, o := range c.OwnerReferences {
			refs = append(refs, o.Name)
		}
		out = append(out, c.Name+":"+strings.Join(refs, ","))
	}
	w.is(want, strings.Join(out, " "))
}

// volumes wants the volumes and what they are bound to: "a:Bound:www-web-0
// b:Available:". Those that were provisioned are called new.
func (w *worldPlay) volumes(want string) {
	w.t.Helper()
	var out []string
	for _, v := range w.c.Volumes().Items {
		name, status, claim := v.Name, string(v.Status.Phase), ""
		if strings.HasPrefix(name, "pvc-") {
			name = "new"
		}
		if v.DeletedAt != nil {
			status = "Terminating"
		}
		if v.Spec.ClaimRef != nil {
			claim = v.Spec.ClaimRef.Name
		}
		out = append(out, name+":"+status+":"+claim)
	}
	w.is(want, strings.Join(out, " "))
}

// event wants an event: "FailedBinding: no persistent volumes ...".
func (w *worldPlay) event(object, want string) {
	w.t.Helper()
	require.Contains(w.t, w.events(object), want, "%s\n%s", w.rule, w.c.Trace())
}

func (w *worldPlay) noEvent(object, reason string) {
	w.t.Helper()
	for _, e := range w.events(object) {
		require.False(w.t, strings.HasPrefix(e, reason), "%s\n%s", w.rule, e)
	}
}

func (w *worldPlay) events(object string) []string {
	var out []string
	for _, e := range w.c.Events(object).Items {
		out = append(out, e.Reason+": "+e.Message)
	}
	return out
}

// spaces are what the trace lines up its columns with.
var spaces = regexp.MustCompile(` +`)

// happens wants lines of the trace from a mark on, in that order, with anything
// between them.
func (w *worldPlay) happens(mark int, lines ...string) {
	w.t.Helper()
	story := spaces.ReplaceAllString(w.c.TraceFrom(mark).String(), " ")
	rest := story
	for _, line := range lines {
		_, after, found := strings.Cut(rest, line)
		require.True(w.t, found, "%s\nno %q in its place in\n%s", w.rule, line, story)
		rest = after
	}
}

// at wants the present instant, in seconds since the world began.
func (w *worldPlay) at(want string) {
	w.t.Helper()
	w.is(want, fmt.Sprintf("%.3fs", time.Duration(w.c.Now()).Seconds()))
}

// write writes something onto the volume of pods.
func (w *worldPlay) write(text string, pods ...string) {
	w.t.Helper()
	for _, pod := range pods {
		w.do(w.c.WriteFile(pod, "/data/file", text+" of "+pod))
	}
}

// reads wants what pods find on their volumes: "web-0:a of web-0 web-1:".
func (w *worldPlay) reads(want string, pods ...string) {
	w.t.Helper()
	var out []string
	for _, pod := range pods {
		text, err := w.c.ReadFile(pod, "/data/file")
		if err != nil {
			w.is("cat: /data/file: No such file or directory", err.Error())
		}
		out = append(out, pod+":"+text)
	}
	w.is(want, strings.Join(out, " "))
}

func (w *worldPlay) pod(name string) *model.Pod {
	w.t.Helper()
	p, err := w.c.Pod(name)
	w.do(err)
	return p
}

func (w *worldPlay) status() model.StatefulSetStatus {
	w.t.Helper()
	s, err := w.c.StatefulSet("web")
	w.do(err)
	return s.Status
}

// The objects of the plays.

// webSet is the set web of an image A with the label app=web, its Service nginx, and
// one claim template www of 1Gi.
func webSet(replicas int32, changes ...func(*model.StatefulSet)) *model.StatefulSet {
	set := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
		Replicas: &replicas, ServiceName: "nginx", Selector: &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
		Template: model.PodTemplateSpec{Labels: model.Labels{"app": "web"}, Spec: model.PodSpec{Containers: []model.Container{
			{Name: "main", Image: "A", VolumeMounts: []model.VolumeMount{{Name: "www", MountPath: "/data"}}},
		}}},
		VolumeClaimTemplates: []model.PersistentVolumeClaim{{ObjectMeta: model.ObjectMeta{Name: "www"}, Spec: request()}},
	}}
	for _, change := range changes {
		change(set)
	}
	return set
}

// request asks for 1Gi, ReadWriteOnce, of no particular class.
func request() model.PersistentVolumeClaimSpec {
	return model.PersistentVolumeClaimSpec{AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi}
}

func parallel(s *model.StatefulSet) { s.Spec.PodManagementPolicy = model.Parallel }

// stateless takes the claim template away.
func stateless(s *model.StatefulSet) {
	s.Spec.VolumeClaimTemplates = nil
	s.Spec.Template.Spec.Containers[0].VolumeMounts = nil
}

// named gives the set, its pods and its selector another name.
func named(name string) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) {
		s.Name = name
		s.Spec.Template.Labels = model.Labels{"app": name}
		s.Spec.Selector = &model.LabelSelector{MatchLabels: model.Labels{"app": name}}
	}
}

func image(name string) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) { s.Spec.Template.Spec.Containers[0].Image = name }
}

func grace(seconds int64) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) { s.Spec.Template.Spec.TerminationGracePeriodSeconds = &seconds }
}

// ofClass makes the claims ask for a class; "" asks for none.
func ofClass(class string) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) { s.Spec.VolumeClaimTemplates[0].Spec.StorageClassName = &class }
}

// retaining is the set's persistentVolumeClaimRetentionPolicy.
func retaining(whenDeleted, whenScaled model.RetentionPolicyType) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) {
		s.Spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{WhenDeleted: whenDeleted, WhenScaled: whenScaled}
	}
}

// mounting makes the pods mount, all of them, a claim that exists, in the place of
// one from a template.
func mounting(claim string) func(*model.StatefulSet) {
	return func(s *model.StatefulSet) {
		s.Spec.VolumeClaimTemplates = nil
		s.Spec.Template.Spec.Volumes = []model.Volume{{Name: "www", PersistentVolumeClaim: claim}}
	}
}

// disksClass is a class of attachable volumes; its name is disks.
func disksClass(changes ...func(*model.StorageClass)) *model.StorageClass {
	class := &model.StorageClass{ObjectMeta: model.ObjectMeta{Name: "disks"}, Provisioner: "ebs.csi.aws.com"}
	for _, change := range changes {
		change(class)
	}
	return class
}

func isDefault(c *model.StorageClass) {
	c.Annotations = model.Labels{model.AnnotationDefaultClass: "true"}
}

// onFirstUse is volumeBindingMode WaitForFirstConsumer.
func onFirstUse(c *model.StorageClass) { c.VolumeBindingMode = model.BindWaitForFirstConsumer }

func provisionedBy(name string) func(*model.StorageClass) {
	return func(c *model.StorageClass) { c.Provisioner = name }
}

// byHand is a volume of 1Gi that an administrator makes, on a network file system.
func byHand(name string, changes ...func(*model.PersistentVolume)) *model.PersistentVolume {
	v := &model.PersistentVolume{ObjectMeta: model.ObjectMeta{Name: name}, Spec: model.PersistentVolumeSpec{
		Capacity: model.Gi, AccessModes: []model.AccessMode{model.ReadWriteOnce},
		Source: model.VolumeSource{Type: model.SourceNFS, Server: "files", Path: "/" + name},
	}}
	for _, change := range changes {
		change(v)
	}
	return v
}

// volumeClass is a volume's class.
func volumeClass(class string) func(*model.PersistentVolume) {
	return func(v *model.PersistentVolume) { v.Spec.StorageClassName = class }
}

// reservedFor is a volume that is kept for a claim of that name.
func reservedFor(claim string) func(*model.PersistentVolume) {
	return func(v *model.PersistentVolume) {
		v.Spec.ClaimRef = &model.ClaimReference{Namespace: model.NamespaceDefault, Name: claim}
	}
}

// localTo is a volume on the disk of a node.
func localTo(node string) func(*model.PersistentVolume) {
	return func(v *model.PersistentVolume) {
		v.Spec.Source = model.VolumeSource{Type: model.SourceLocal, Path: "/mnt/disk"}
		v.Spec.NodeAffinity = &model.NodeSelector{Terms: []model.NodeSelectorTerm{{MatchExpressions: []model.LabelSelectorRequirement{
			{Key: "kubernetes.io/hostname", Operator: model.SelectorIn, Values: []string{node}},
		}}}}
	}
}

// aClaim is a claim that somebody makes by hand.
func aClaim(name string, changes ...func(*model.PersistentVolumeClaim)) *model.PersistentVolumeClaim {
	c := &model.PersistentVolumeClaim{ObjectMeta: model.ObjectMeta{Name: name}, Spec: request()}
	for _, change := range changes {
		change(c)
	}
	return c
}

func claimClass(class string) func(*model.PersistentVolumeClaim) {
	return func(c *model.PersistentVolumeClaim) { c.Spec.StorageClassName = &class }
}

// nginx is the headless Service of the set web.
func nginx(changes ...func(*model.Service)) *model.Service {
	s := &model.Service{ObjectMeta: model.ObjectMeta{Name: "nginx"}, Spec: model.ServiceSpec{
		ClusterIP: model.ClusterIPNone, Selector: model.Labels{"app": "web"}, Ports: []model.ServicePort{{Port: 80}},
	}}
	for _, change := range changes {
		change(s)
	}
	return s
}
