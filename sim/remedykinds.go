package sim

import (
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// What may help with nodes, volumes, budgets and programs that wait for each other.

// revive brings a machine back that does not answer.
func (w *world) revive(n int32) []candidate {
	row, name := w.nodes.at(n), w.nodeName(n)
	var c candidate
	if row.cut {
		c.do = append(c.do, HealNode{Node: name})
	}
	switch {
	case row.down || row.shutdown != notShutDown:
		c.do = append(c.do, RestartNode{Node: name})
	case row.stopped:
		c.do = append(c.do, StartKubelet{Node: name})
	}
	if c.do == nil {
		return nil
	}
	return []candidate{c}
}

// outOfService says that a node is off and stays off.
func (w *world) outOfService(n int32) candidate {
	name := w.nodeName(n)
	return candidate{
		do:   []Operation{TaintNode{Node: name, Taints: []string{model.TaintOutOfService + "=nodeshutdown:NoExecute"}}},
		cost: "that is safe only while " + name + " is off", apart: true,
	}
}

// forNode is what may help with a node: one that is waited for by a pod may be brought back,
// or be given up.
func (w *world) forNode(l *whyLink, before []whyLink) (out []candidate) {
	n := l.of.place
	name := w.nodeName(n)
	switch l.cause {
	case causeHolds:
		return []candidate{one(ReleaseVolumes{Node: name})}
	case causeSilent:
		out = w.revive(n)
	default:
		return nil
	}
	for i := range before {
		if of := before[i].of; of.kind == model.KindPod && w.pods.at(of.place).node == n {
			force := w.deletePodOp(of.place)
			force.Force = true
			out = append(out,
				w.outOfService(n),
				candidate{do: []Operation{force}, cost: "that is safe only while " + w.rendered(w.pods.at(of.place).name) + " does not run there", apart: true},
				candidate{do: []Operation{Delete{Target: "node/" + name}}, cost: "that is safe only while " + name + " is off", apart: true},
			)
		}
	}
	return out
}

// forBudget is what may help where a budget refuses an eviction.
func (w *world) forBudget(l *whyLink) []candidate {
	row := w.budgets.at(l.of.place)
	out := []candidate{{
		do:   []Operation{Delete{Namespace: w.namespaceOf(row.name), Target: "pdb/" + w.rendered(row.name)}},
		cost: "nothing guards its pods then",
	}}
	for s := range w.sets.all {
		set := w.sets.at(s)
		for p := range w.pods.all {
			if r := w.pods.at(p); r.owner == set.uid && w.guards(l.of.place, p) {
				out = append(out, one(Scale{Namespace: w.namespaceOf(set.name), Set: w.text(set.podBase), Replicas: int(set.spec.DesiredReplicas()) + 1}))
				break
			}
		}
	}
	return out
}

// forClaim is what may help a claim to a volume.
func (w *world) forClaim(l *whyLink) (out []candidate) {
	row := w.claims.at(l.of.place)
	namespace, name := w.namespaceOf(row.Name), w.rendered(row.Name)
	if l.cause == causeInUse {
		for p := range w.podsOf(row.Name) {
			if !w.pods.at(p).deleting {
				out = append(out, candidate{do: []Operation{w.deletePodOp(p)}, cost: "what is on the volume is lost with the claim"})
			}
		}
		return out
	}
	if l.cause != causeUnbound {
		return nil
	}
	class := ""
	if row.Class.Name != 0 {
		class = w.text(row.Class.Name)
	}
	for i := range w.faulty {
		f := &w.faulty[i]
		if !f.hits(toProvision, &row.Claim, row.Spec.Request) && !f.hits(toExpand, &row.Claim, row.Spec.Request) {
			continue
		}
		if f.class != 0 {
			out = append(out, one(healing(f.task, class, "", "")))
		} else {
			out = append(out, one(healing(f.task, "", namespace, name)))
		}
	}
	if row.Bound() {
		return out
	}
	return append(out, candidate{do: []Operation{Apply{Objects: []model.Object{volumeFor(&row.Claim, class, w.text(row.Name.Namespace), name)}}}, group: groupVolume})
}

// healing ends the faults of a driver.
func healing(task driverTask, class, namespace, claim string) Operation {
	if task == toProvision {
		return HealProvisioning{Class: class, Namespace: namespace, Claim: claim}
	}
	return HealExpansion{Class: class, Namespace: namespace, Claim: claim}
}

// volumeFor is a volume that somebody makes by hand for a claim.
func volumeFor(c *storage.Claim, class, namespace, claim string) *model.PersistentVolume {
	return &model.PersistentVolume{ObjectMeta: model.ObjectMeta{Name: "for-" + claim}, Spec: model.PersistentVolumeSpec{
		Capacity: c.Spec.Request, AccessModes: c.Spec.AccessModes, StorageClassName: class, ClaimRef: &model.ClaimReference{Namespace: namespace, Name: claim},
		Source: model.VolumeSource{Type: model.SourceNFS, Server: "files.example", Path: "/" + claim},
	}}
}

// wordedPatch is a patch that its words say in full.
type wordedPatch struct {
	words string
	do    func(model.Object)
}

// String implements [Patch].
func (c wordedPatch) String() string { return c.words }

// Type implements [Patch].
func (c wordedPatch) Type() string { return "strategic" }

// Patch implements [Patch].
func (c wordedPatch) Patch(o model.Object) (model.Object, error) {
	c.do(o)
	return o, nil
}

// changeOf is a patch of a set.
func (w *world) changeOf(of thing, words string, do func(*model.StatefulSet)) PatchObject {
	return PatchObject{
		Namespace: w.namespaceOf(w.sets.at(of.place).name), Target: "sts/" + w.nameOf(of),
		With: wordedPatch{words, func(o model.Object) { do(o.(*model.StatefulSet)) }},
	}
}

// bootstraps is what may help programs that wait for each other: names for pods that are not
// ready, pods that do not wait for each other, or both.
func (w *world) bootstraps(s int32) (out []candidate) {
	set := w.sets.at(s)
	namespace := w.namespaceOf(set.name)
	var named, together []Operation
	if n, ok := w.lookup(w.text(set.name.Namespace), w.text(set.serviceName)); ok {
		if v, ok := w.services.find(n); ok && !w.services.at(v).spec.Spec.PublishNotReadyAddresses {
			named = []Operation{PatchObject{Namespace: namespace, Target: "svc/" + w.text(set.serviceName), With: wordedPatch{
				`{"spec":{"publishNotReadyAddresses":true}}`,
				func(o model.Object) { o.(*model.Service).Spec.PublishNotReadyAddresses = true },
			}}}
		}
	}
	if set.spec.PodManagementPolicy != model.Parallel {
		anew := w.modelSet(s)
		anew = &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: anew.Name, Namespace: anew.Namespace, Labels: anew.Labels, Annotations: anew.Annotations}, Spec: anew.Spec}
		anew.Spec.PodManagementPolicy = model.Parallel
		together = []Operation{
			Delete{Namespace: namespace, Target: "sts/" + w.text(set.podBase), Cascade: CascadeOrphan},
			Apply{Objects: []model.Object{anew}, MustCreate: true},
		}
	}
	const cost = "the set is made anew, with podManagementPolicy Parallel"
	if named != nil {
		out = append(out, candidate{do: named, group: groupBootstrap})
	}
	if together != nil {
		out = append(out, candidate{do: together, group: groupBootstrap, cost: cost})
	}
	if named != nil && together != nil {
		out = append(out, candidate{do: append(named[:1:1], together...), group: groupBootstrap, cost: cost})
	}
	return out
}
