package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

// TestWorldRandom does to a world whatever kubectl and bad luck can do, in any
// order and at any time, and holds each time it has come to rest what has to hold.
func TestWorldRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { randomWorld(t, nil) })
}

// TestStorageRandom does so with what is about storage, which is rare among all there is.
func TestStorageRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		randomWorld(t, []string{
			"scale", "delete pod", "force pod", "scale", "delete claim", "expand", "expand", "expand", "fail provisioning", "fail provisioning",
			"fail expansion", "delete set", "apply again", "drain", "cordon", "uncordon", "partition node", "heal node", "stop kubelet", "start kubelet",
		})
	})
}

// randomObjects are what stands in the world, of which any may be deleted and
// applied again: a set with disks, one with volumes on the nodes' own disks, one
// whose pods share a disk, one that only computes, and their Services.
func randomObjects() []model.Object {
	local := disksClass(onFirstUse, elastic, provisionedBy("topolvm.io"))
	local.Name = "local"
	return []model.Object{
		disksClass(elastic), local, byHand("a"), byHand("b"), aClaim("shared", claimClass("disks")),
		nginx(), nginx(serviceNamed("all"), selecting(model.Labels{}), unready), nginx(serviceNamed("one"), withIP, selecting(model.Labels{model.LabelPodName: "web-1"})),
		webSet(2, ofClass("disks"), grace(5), requesting(600)),
		webSet(2, named("near"), ofClass("local"), parallel, grace(40), preStop(3), beside("B"), apart(model.LabelHostname)),
		webSet(2, named("share"), mounting("shared"), parallel),
		webSet(2, named("free"), grace(1), image("C")), // its claims want the volumes made by hand
		webSet(2, named("full"), stateless, requesting(300), requestingMemory(100*model.Mi), spread(model.LabelHostname), grace(20), starting("S"), sidecars("P", "P2"), preStop(2),
			startup(every(2, failures(60))), readiness(every(3, failures(2))), liveness(every(5, failures(2)))),
	}
}

// someone is who does things to the world.
type someone struct {
	*rapid.T
	c     *sim.Cluster
	zones int
	does  []string // what they may do; nil for whatever there is
}

func randomWorld(t *rapid.T, does []string) {
	config := ranges(rapid.Uint64().Draw(t, "seed"))
	config.AnyOrder = rapid.SampledFrom([]bool{false, true}).Draw(t, "anyOrder")
	config.PodsPerNode = rapid.SampledFrom([]int{0, 0, 3}).Draw(t, "podsPerNode")
	config.Allocatable.CPU = rapid.SampledFrom([]model.MilliCPU{0, 0, 1000}).Draw(t, "cpu")
	config.Zones = rapid.SampledFrom([]int{0, 0, 2}).Draw(t, "zones")
	config.Latencies.Detach = rapid.SampledFrom([]sim.Latency{sim.Fixed(0), sim.Between(0, 20*time.Second)}).Draw(t, "detach")
	config.Latencies.Watch = rapid.SampledFrom([]sim.Latency{sim.Fixed(0), sim.Fixed(0), sim.Fixed(50 * time.Millisecond)}).Draw(t, "watch")
	config.ReuseAddresses = rapid.SampledFrom([]sim.Latency{{}, sim.Fixed(0), sim.Fixed(30 * time.Second)}).Draw(t, "reuse addresses")
	config.Kubelet.ShutdownGracePeriod = rapid.SampledFrom([]time.Duration{0, 20 * time.Second}).Draw(t, "shutdown")
	config.Images = map[string]sim.Image{
		"B": {Stop: sim.Between(0, 20*time.Second), Ready: sim.Between(0, 5*time.Second)},
		"P": {Stop: sim.Between(0, 8*time.Second), Boot: sim.Between(0, 3*time.Second)},
		"S": {Run: sim.Between(0, 4*time.Second)},
		"D": {Missing: true},
	}
	s := &someone{t, sim.New(config), config.Zones, does}
	require.NoError(t, s.c.Apply(randomObjects()...))
	for range rapid.IntRange(1, 4).Draw(t, "acts") {
		for range rapid.IntRange(1, 6).Draw(t, "deeds") {
			s.deed()
			s.c.Run(time.Duration(rapid.IntRange(0, 60_000).Draw(t, "run")) * time.Millisecond / time.Duration(rapid.SampledFrom([]int{1, 100}).Draw(t, "slowness")))
			require.NoError(t, sim.CheckCounts(s.c))
			s.exclusive()
		}
		s.mend()
		s.rest()
	}
}

// deed does something. What cannot be done is refused, and nothing has happened.
func (s *someone) deed() {
	set := rapid.SampledFrom([]string{"web", "near", "share", "free", "full"}).Draw(s.T, "set")
	pod := fmt.Sprintf("%s-%d", set, rapid.IntRange(0, 3).Draw(s.T, "ordinal"))
	node := rapid.SampledFrom([]string{"node-0", "node-1", "node-2"}).Draw(s.T, "node")
	object := randomObjects()[rapid.IntRange(0, len(randomObjects())-1).Draw(s.T, "object")]
	deeds := map[string]func() error{
		"scale": func() error { return s.c.Scale(set, rapid.IntRange(0, 4).Draw(s.T, "replicas")) },
		"image": func() error {
			return s.c.SetImage(set, "main", rapid.SampledFrom([]string{"A", "A2", "B", "D"}).Draw(s.T, "image"))
		},
		"partition": func() error { return s.c.SetPartition(set, rapid.IntRange(0, 3).Draw(s.T, "partition")) },
		"undo":      func() error { _, err := s.c.RolloutUndo(set, 0); return err },
		"restart":   func() error { return s.c.RolloutRestart(set) },
		"retention": func() error {
			policies := rapid.SampledFrom([]model.RetentionPolicyType{model.RetainClaim, model.DeleteClaim})
			whenDeleted, whenScaled := policies.Draw(s.T, "whenDeleted"), policies.Draw(s.T, "whenScaled")
			return s.c.Edit(set, func(o *model.StatefulSet) error { retaining(whenDeleted, whenScaled)(o); return nil })
		},
		"delete pod": func() error { return s.c.Delete("pod/" + pod) },
		"hasten pod": func() error { return s.c.Delete("pod/"+pod, sim.Grace(rapid.IntRange(1, 60).Draw(s.T, "grace"))) },
		"force pod":  func() error { return s.c.Delete("pod/"+pod, sim.Force()) },
		"relabel pod": func() error {
			return s.c.Label("pod/"+pod, []string{"app=" + rapid.SampledFrom([]string{"web", "x"}).Draw(s.T, "app")})
		},
		"crash":           func() error { return s.c.Do(sim.CrashContainer{Pod: pod}) },
		"fail":            func() error { return s.c.Do(sim.FailPod{Pod: pod}) },
		"crash a sidecar": func() error { return s.c.Do(sim.CrashContainer{Pod: pod, Container: "p"}) },
		"kill":            func() error { return s.c.Do(sim.OOMKill{Pod: pod}) },
		"hang":            func() error { return s.c.Do(sim.Hang{Pod: pod}) },
		"hang a sidecar":  func() error { return s.c.Do(sim.Hang{Pod: pod, Container: "p2"}) },
		"recover":         func() error { return s.c.Do(sim.Recover{Pod: pod}) },
		"stop serving":    func() error { return s.c.Do(sim.StopServing{Pod: pod}) },
		"start serving":   func() error { return s.c.Do(sim.StartServing{Pod: pod}) },
		"hold detach":     func() error { return s.c.Do(sim.HoldDetach{Node: node}) },
		"release detach":  func() error { return s.c.Do(sim.ReleaseDetach{Node: node}) },
		"lose image":      func() error { return s.c.Do(sim.LoseImage{Image: rapid.SampledFrom(images).Draw(s.T, "image")}) },
		"mend image":      func() error { return s.c.Do(sim.MendImage{Image: rapid.SampledFrom(images).Draw(s.T, "image")}) },
		"crash node":      func() error { return s.c.Do(sim.CrashNode{Node: node}) },
		"restart node":    func() error { return s.c.Do(sim.RestartNode{Node: node}) },
		"shut down node":  func() error { return s.c.Do(sim.ShutdownNode{Node: node}) },
		"pressure": func() error {
			return s.c.Do(sim.Pressure{Node: node, Resource: rapid.SampledFrom(pressed).Draw(s.T, "resource")})
		},
		"relieve": func() error {
			return s.c.Do(sim.Relieve{Node: node, Resource: rapid.SampledFrom(pressed).Draw(s.T, "resource")})
		},
		"partition node":  func() error { return s.c.Do(sim.PartitionNode{Node: node}) },
		"heal node":       func() error { return s.c.Do(sim.HealNode{Node: node}) },
		"stop kubelet":    func() error { return s.c.Do(sim.StopKubelet{Node: node}) },
		"start kubelet":   func() error { return s.c.Do(sim.StartKubelet{Node: node}) },
		"hold reads":      func() error { return s.c.Do(sim.HoldReads{Node: node}) },
		"release reads":   func() error { return s.c.Do(sim.ReleaseReads{Node: node}) },
		"hold volumes":    func() error { return s.c.Do(sim.HoldVolumes{Node: node}) },
		"release volumes": func() error { return s.c.Do(sim.ReleaseVolumes{Node: node}) },
		"taint":           func() error { return s.c.TaintNode(node, "node.kubernetes.io/out-of-service=x:NoExecute") },
		"delete node":     func() error { return s.c.Delete("node/" + node) },
		"wait long":       func() error { s.c.Run(10 * time.Minute); return nil },
		"drain":           func() error { return s.c.Drain(node) },
		"cordon":          func() error { return s.c.Cordon(node) },
		"uncordon":        func() error { return s.c.Uncordon(node) },
		"delete claim":    func() error { return s.c.Delete("pvc/www-" + pod) },
		"expand": func() error {
			claims := s.c.Claims().Items
			if len(claims) == 0 {
				return nil
			}
			claim := claims[rapid.IntRange(0, len(claims)-1).Draw(s.T, "claim")].Name
			return s.c.Patch("pvc/"+claim, manifest.Merge(fmt.Sprintf(`{"spec":{"resources":{"requests":{"storage":"%dGi"}}}}`, rapid.IntRange(1, 4).Draw(s.T, "size"))))
		},
		"fail provisioning": func() error {
			return s.c.Do(sim.FailProvisioning{
				Class: rapid.SampledFrom(classNames).Draw(s.T, "class"), Times: rapid.IntRange(0, 3).Draw(s.T, "times"),
				Node: rapid.SampledFrom([]string{"", node}).Draw(s.T, "there"), Exhausted: rapid.Bool().Draw(s.T, "exhausted"),
			})
		},
		"fail expansion": func() error {
			return s.c.Do(sim.FailExpansion{
				Class: rapid.SampledFrom(classNames).Draw(s.T, "class"), Times: rapid.IntRange(0, 3).Draw(s.T, "times"),
				Above: rapid.SampledFrom([]model.Bytes{0, 2 * model.Gi}).Draw(s.T, "above"),
			})
		},
		"evict": func() error { return s.c.Evict(pod) },
		"budget": func() error {
			allowed := model.FromInt(int32(rapid.IntRange(0, 2).Draw(s.T, "maxUnavailable")))
			labels := rapid.SampledFrom([]model.Labels{{"app": "web"}, {}, {model.LabelPodIndex: "0"}}).Draw(s.T, "guarded")
			return s.c.Apply(&model.PodDisruptionBudget{
				ObjectMeta: model.ObjectMeta{Name: rapid.SampledFrom([]string{"web", "other"}).Draw(s.T, "budget")},
				Spec:       model.PodDisruptionBudgetSpec{MaxUnavailable: &allowed, Selector: &model.LabelSelector{MatchLabels: labels}},
			})
		},
		"no budget": func() error { return s.c.Delete("pdb/web") },
		"delete a volume": func() error {
			if volumes := s.c.Volumes().Items; len(volumes) > 0 {
				return s.c.Delete("pv/" + volumes[rapid.IntRange(0, len(volumes)-1).Draw(s.T, "volume")].Name)
			}
			return nil
		},
		"delete set": func() error {
			cascade := rapid.SampledFrom([]sim.Cascade{sim.CascadeBackground, sim.CascadeForeground, sim.CascadeOrphan}).Draw(s.T, "cascade")
			return s.c.Delete("sts/"+set, sim.WithCascade(cascade))
		},
		"delete object": func() error { return s.c.Delete(string(object.Kind()) + "/" + object.Meta().Name) },
		"apply again":   func() error { return s.c.Apply(object) },
		"select": func() error {
			labels := rapid.SampledFrom([]model.Labels{{"app": "web"}, {"app": "near"}, {}, {model.LabelPodIndex: "0"}}).Draw(s.T, "selector")
			return s.c.Apply(nginx(serviceNamed(rapid.SampledFrom([]string{"nginx", "all", "new"}).Draw(s.T, "service")), selecting(labels)))
		},
		"refuse": func() error {
			kind := rapid.SampledFrom([]model.Kind{model.KindPod, model.KindPersistentVolumeClaim, model.KindStatefulSet}).Draw(s.T, "kind")
			verb := rapid.SampledFrom([]sim.Verb{sim.VerbCreate, sim.VerbUpdate, sim.VerbDelete, sim.VerbUpdateStatus}).Draw(s.T, "verb")
			return s.c.Do(sim.FailWrite{Verb: verb, Kind: kind, Times: rapid.IntRange(1, 3).Draw(s.T, "times")})
		},
		"conflict": func() error {
			kind := rapid.SampledFrom([]model.Kind{model.KindPod, model.KindPersistentVolumeClaim, model.KindStatefulSet, model.KindControllerRevision}).Draw(s.T, "kind")
			verb := rapid.SampledFrom([]sim.Verb{sim.VerbUpdate, sim.VerbUpdateStatus}).Draw(s.T, "verb")
			return s.c.Do(sim.ConflictWrite{Verb: verb, Kind: kind, Times: rapid.IntRange(1, 9).Draw(s.T, "times")})
		},
	}
	var names []string
	for name := range deeds {
		names = append(names, name)
	}
	slices.Sort(names)
	if s.does != nil {
		names = s.does
	}
	name := rapid.SampledFrom(names).Draw(s.T, "deed")
	if err := deeds[name](); err != nil {
		s.Logf("%s: %v", name, err)
	}
}

// images are those that may be lost.
var images = []string{"A", "A2", "B", "C", "P", "S"}

// classNames are the classes whose drivers may fail.
var classNames = []string{"disks", "local"}

// pressed is what nodes run short of.
var pressed = []sim.Resource{sim.Memory, sim.Disk}

// mend ends every fault: of images, of programs, of drivers, and of nodes.
func (s *someone) mend() {
	for _, class := range classNames {
		for _, op := range []sim.Operation{sim.HealProvisioning{Class: class}, sim.HealExpansion{Class: class}} {
			if err := s.c.Do(op); err != nil {
				require.Contains(s, err.Error(), " does not fail")
			}
		}
	}
	for _, image := range images {
		_ = s.c.Do(sim.MendImage{Image: image})
	}
	for _, p := range s.c.Pods("").Items {
		for _, container := range []string{"", "p2"} {
			_ = s.c.Do(sim.Recover{Pod: p.Name, Container: container})
			_ = s.c.Do(sim.StartServing{Pod: p.Name, Container: container})
		}
	}
	kubelet := rapid.Bool().Draw(s.T, "kubelet") // is restarted, if that is enough
	for i, node := range []string{"node-0", "node-1", "node-2"} {
		if _, err := s.c.Node(node); err != nil {
			o := &model.Node{ObjectMeta: model.ObjectMeta{Name: node}}
			if s.zones > 0 {
				o.Labels = model.Labels{model.LabelZone: fmt.Sprint("zone-", i%s.zones)}
			}
			require.NoError(s, s.c.Apply(o))
		}
		require.NoError(s, s.c.TaintNode(node, "node.kubernetes.io/out-of-service-"))
		for _, op := range []sim.Operation{sim.HealNode{Node: node}, sim.ReleaseVolumes{Node: node}, sim.ReleaseDetach{Node: node}} {
			if err := s.c.Do(op); err != nil {
				require.Contains(s, err.Error(), " not ")
			}
		}
		for _, resource := range pressed {
			_ = s.c.Do(sim.Relieve{Node: node, Resource: resource})
		}
		if !kubelet || s.c.Do(sim.StartKubelet{Node: node}) != nil {
			require.NoError(s, s.c.Do(sim.RestartNode{Node: node}))
		}
	}
}

// exclusive: a disk that is attached to one node at a time is written by the
// containers of one node at most.
func (s *someone) exclusive() { require.NoError(s, sim.CheckExclusive(s.c)) }

// rest lets the world come to rest and holds what has to hold then.
func (s *someone) rest() {
	out := s.c.Settle()
	if out.State == sim.Limit {
		s.Fatalf("%s\n%s", out, s.c.Trace())
	}
	require.Zero(s, s.c.Pending())
	require.NoError(s, sim.CheckCounts(s.c))
	s.pods()
	s.claims()
	s.grown()
	s.attachments()
	s.endpoints()
	if out.State == sim.Settled {
		s.asSpecified()
	}
	s.waitsRightly(out)
	s.fork(out)
}

// pods: each has an address of its own, and one that runs has its volumes.
func (s *someone) pods() {
	claims, volumes := map[string]model.PersistentVolumeClaim{}, map[string]model.PersistentVolume{}
	for _, c := range s.c.Claims().Items {
		claims[c.Name] = c
	}
	for _, v := range s.c.Volumes().Items {
		volumes[v.Name] = v
	}
	addresses := map[string]string{}
	for _, p := range s.c.Pods("").Items {
		require.LessOrEqual(s, len(s.c.RunningAt(p.Name)), 1, "two of %s run\n%s", p.Name, s.c.Trace())
		require.Nil(s, p.DeletedAt, "a pod terminates for ever: %s\n%s", p.Name, s.c.Trace())
		if ip := p.Status.PodIP; ip != "" {
			require.Empty(s, addresses[ip], "%s is the address of %s too", ip, p.Name)
			addresses[ip] = p.Name
		}
		if p.Status.Phase != model.PodRunning {
			continue
		}
		for _, v := range p.Spec.Volumes {
			c, ok := claims[v.PersistentVolumeClaim]
			require.True(s, ok, "%s runs without its claim %s\n%s", p.Name, v.PersistentVolumeClaim, s.c.Trace())
			require.Equal(s, model.ClaimBound, c.Status.Phase)
			require.Equal(s, c.UID, volumes[c.Spec.VolumeName].Spec.ClaimRef.UID, "the volume of %s is another's", c.Name)
		}
	}
}

// users are the pods with a node that mount a claim.
func (s *someone) users(claim string) (out []model.Pod) {
	for _, p := range s.c.Pods("").Items {
		if p.Spec.NodeName != "" && slices.ContainsFunc(p.Spec.Volumes, func(v model.Volume) bool { return v.PersistentVolumeClaim == claim }) {
			out = append(out, p)
		}
	}
	return out
}

// claims: one that is being deleted has a pod that keeps it; a volume that is
// bound has the claim that it is bound to.
func (s *someone) claims() {
	bound := map[model.UID]string{}
	for _, c := range s.c.Claims().Items {
		if c.DeletedAt != nil {
			require.NotEmpty(s, s.users(c.Name), "%s terminates for ever\n%s", c.Name, s.c.Trace())
		}
		if c.Status.Phase == model.ClaimBound {
			bound[c.UID] = c.Spec.VolumeName
		}
	}
	for _, v := range s.c.Volumes().Items {
		if v.Status.Phase == model.VolumeBound {
			require.Equal(s, v.Name, bound[v.Spec.ClaimRef.UID], "bound to nobody\n%s", s.c.Trace())
		}
		if v.DeletedAt != nil {
			require.Equal(s, model.VolumeBound, v.Status.Phase, "%s terminates for ever", v.Name)
		}
	}
}

// grown: a claim that asks for more than it has waits for a pod, and has none.
func (s *someone) grown() {
	for _, c := range s.c.Claims().Items {
		growing := c.Status.AllocatedResourceStatus
		if c.Status.Phase != model.ClaimBound {
			continue
		}
		require.Equal(s, c.Spec.Request > c.Status.Capacity, growing == model.NodeResizePending, "%s is %q\n%s", c.Name, growing, s.c.Trace())
		require.Equal(s, growing == "", len(slices.DeleteFunc(c.Status.Conditions, func(o model.ClaimCondition) bool { return o.Type == model.ClaimUnused })) == 0)
		for _, p := range s.users(c.Name) {
			require.False(s, growing != "" && p.Ready(), "%s runs on the small %s\n%s", p.Name, c.Name, s.c.Trace())
		}
	}
}

// attachments: a disk is at one node, and there is a pod there that wants it.
func (s *someone) attachments() {
	at := map[string]string{}
	for _, a := range sim.AttachmentsForTest(s.c) {
		require.Empty(s, at[a[0]], "the disk of %s is at two nodes", a[0])
		at[a[0]] = a[1]
		wanted := slices.ContainsFunc(s.users(a[0]), func(p model.Pod) bool {
			return p.Spec.NodeName == a[1] && p.Status.Phase != model.PodFailed
		})
		require.True(s, wanted, "nobody on %s wants the disk of %s\n%s", a[1], a[0], s.c.Trace())
	}
}

// endpoints: each Service has the pods that it selects and that have an address,
// as they are now.
func (s *someone) endpoints() {
	for _, service := range s.c.Services().Items {
		if service.Spec.Selector == nil {
			continue // what it had when it still had one
		}
		var want []sim.Endpoint
		failed := map[string]bool{}
		for _, p := range s.c.Pods("").Items {
			failed[p.Name] = p.Status.Phase == model.PodFailed
			if p.Status.PodIP == "" || failed[p.Name] || !(model.LabelSelector{MatchLabels: service.Spec.Selector}).Matches(p.Labels) {
				continue
			}
			want = append(want, sim.Endpoint{
				Service: service.Name, Pod: p.Name, Addr: p.Status.PodIP, Serving: p.Ready(),
				Ready: p.Ready() || service.Spec.PublishNotReadyAddresses,
			})
		}
		have, err := s.c.Endpoints(service.Name)
		require.NoError(s, err)
		// One that was not ready and has failed is published until somebody looks.
		items := slices.DeleteFunc(have.Items, func(e sim.Endpoint) bool { return failed[e.Pod] && !e.Serving })
		require.Equal(s, len(want), len(items), "%v, not %v", items, want)
		for i := range want {
			require.Equal(s, want[i], items[i])
		}
	}
}

// asSpecified: a world that says it is settled is what its sets ask for.
func (s *someone) asSpecified() {
	for _, set := range s.c.StatefulSets().Items {
		require.Equal(s, set.Spec.DesiredReplicas(), set.Status.ReadyReplicas)
		for i := range set.Spec.DesiredReplicas() {
			p, err := s.c.Pod(model.PodName(set.Name, i))
			require.NoError(s, err)
			require.True(s, p.Ready())
		}
	}
}

// waitsRightly: whoever waits has a reason that is true. Nothing that could go on
// has been forgotten.
func (s *someone) waitsRightly(out sim.Outcome) {
	classes, claims := map[string]bool{}, map[string]model.PersistentVolumeClaim{}
	for _, o := range s.c.Objects() {
		switch o := o.(type) {
		case *model.StorageClass:
			classes[o.Name] = true
		case *model.PersistentVolumeClaim:
			claims[o.Name] = *o
		}
	}
	blocked := map[string]bool{} // sets that say that they cannot go on, whatever becomes of their pods
	for _, r := range out.Reasons {
		if set, ok := strings.CutPrefix(r.Object, "sts/"); ok {
			blocked[set] = strings.Contains(r.Why, "is being deleted") || strings.Contains(r.Why, "already exists") || strings.Contains(r.Why, "earlier pod of that name")
		}
	}
	unwell := map[string]bool{} // sets with a pod that waits
	for _, p := range s.c.Pods("").Items {
		set, _ := model.ParentAndOrdinal(p.Name)
		held := blocked[set] || unwell[set] // by a pod of a lower ordinal
		unwell[set] = unwell[set] || !p.Ready()
		require.True(s, p.Ready() || s.mayWait(&p, held, claims, classes), "%s could go on\n%s%s", p.Name, out, s.c.Trace())
	}
	for name, c := range claims {
		class := "" // none is given, and none is the default
		if c.Spec.StorageClassName != nil {
			class = *c.Spec.StorageClassName
		}
		if c.Status.Phase == model.ClaimPending && c.DeletedAt == nil {
			require.True(s, class == "local" || class == "disks" && !classes[class] || class == "" && !s.volumeIsFree(), "%s could be bound\n%s%s", name, out, s.c.Trace())
		}
	}
	for _, set := range s.c.StatefulSets().Items {
		complete := set.Status.AvailableReplicas == set.Spec.DesiredReplicas() && set.Status.Replicas == set.Spec.DesiredReplicas()
		require.True(s, complete || unwell[set.Name] || blocked[set.Name], "%s could go on\n%s%s", set.Name, out, s.c.Trace())
	}
}

// mayWait reports whether a pod that is not ready cannot be helped by anybody in
// the world. Held is one that its set does not come to.
func (s *someone) mayWait(p *model.Pod, held bool, claims map[string]model.PersistentVolumeClaim, classes map[string]bool) bool {
	if p.Status.Phase == model.PodFailed {
		return held || len(p.OwnerReferences) == 0
	}
	var pinned []*model.NodeSelector
	shared := false
	for _, v := range p.Spec.Volumes {
		c, ok := claims[v.PersistentVolumeClaim]
		if !ok {
			return held || len(p.OwnerReferences) == 0 || v.PersistentVolumeClaim == "shared" // or else its set makes it
		}
		if c.DeletedAt != nil || c.Status.Phase != model.ClaimBound && (*orEmpty(c.Spec.StorageClassName) != "local" || !classes["local"]) {
			return true
		}
		for _, volume := range s.c.Volumes().Items {
			if volume.Name == c.Spec.VolumeName && volume.Spec.NodeAffinity != nil {
				pinned = append(pinned, volume.Spec.NodeAffinity)
			}
		}
		shared = shared || c.Name == "shared"
	}
	if p.Spec.NodeName != "" {
		return shared && p.Status.Phase == model.PodPending || p.Spec.Containers[0].Image == "D"
	}
	return !slices.ContainsFunc(s.c.Nodes().Items, func(n model.Node) bool {
		reached := !slices.ContainsFunc(pinned, func(a *model.NodeSelector) bool { return !a.Matches(n.Labels) })
		return !n.Spec.Unschedulable && reached && s.hasRoom(&n, p)
	})
}

// hasRoom reports whether a node surely has room for a pod, and the pod may be there beside
// the others. Of those that have no node some may have a place on this one.
func (s *someone) hasRoom(n *model.Node, p *model.Pod) bool {
	var selector *model.LabelSelector // of the pods that it is kept apart from, or spread among
	if p.Spec.Affinity != nil {
		selector = p.Spec.Affinity.PodAntiAffinity[0].LabelSelector
	}
	if len(p.Spec.TopologySpreadConstraints) > 0 {
		selector = p.Spec.TopologySpreadConstraints[0].LabelSelector
	}
	pods, cpu, alike, refusing := map[string]int{}, map[string]model.MilliCPU{}, map[string]int{}, map[string]bool{}
	for _, other := range s.c.Pods("").Items {
		at := other.Spec.NodeName
		pods[at]++
		cpu[at] += other.Spec.Containers[0].Resources.Requests.CPU
		if selector != nil && selector.Matches(other.Labels) && other.Status.Phase != model.PodFailed {
			alike[at]++
		}
		if a := other.Spec.Affinity; a != nil && a.PodAntiAffinity[0].LabelSelector.Matches(p.Labels) && other.Status.Phase != model.PodFailed {
			refusing[at] = true
		}
	}
	least := len(pods) + 1000
	for _, n := range s.c.Nodes().Items {
		least = min(least, alike[n.Name])
	}
	switch {
	case refusing[n.Name]:
		return false
	case n.Status.Pods > 0 && pods[n.Name]+pods[""] > int(n.Status.Pods):
		return false
	case n.Status.Allocatable.CPU > 0 && cpu[n.Name]+cpu[""] > n.Status.Allocatable.CPU:
		return false
	case p.Spec.Affinity != nil:
		return alike[n.Name] == 0
	case selector != nil:
		return alike[n.Name] <= least
	}
	return true
}

func orEmpty(s *string) *string {
	if s == nil {
		s = new(string)
	}
	return s
}

// volumeIsFree reports whether a volume that was made by hand is to be had.
func (s *someone) volumeIsFree() bool {
	return slices.ContainsFunc(s.c.Volumes().Items, func(v model.PersistentVolume) bool {
		return v.Status.Phase == model.VolumeAvailable && v.Spec.ClaimRef == nil
	})
}

// fork: a fork is the same world, and nothing happens in it either.
func (s *someone) fork(out sim.Outcome) {
	fork, err := s.c.Clone()
	require.NoError(s, err)
	require.Equal(s, s.c.StateHash(), fork.StateHash())
	require.Equal(s, out, fork.Settle())
	require.Equal(s, s.c.StateHash(), fork.StateHash())
	require.Equal(s, s.c.EventCount(), fork.EventCount())
}
