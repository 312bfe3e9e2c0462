package sim

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
)

// What may help, for each cause. Nobody promises that it does: see trial.go.

// candidate is something that may help.
type candidate struct {
	do    []Operation
	cost  string
	group group // of those of one group only the first that helps is of interest
	apart bool  // it may part a pod's object from what runs of it
}

// group is what several candidates do the same for, the simpler ones first.
type group uint8

const (
	noGroup group = iota
	groupUndo
	groupPlace
	groupBootstrap
	groupNudge
	groupVolume
	groupCondemned
	groupOutdated
)

// candidates are what may help against any link of a chain.
func (w *world) candidates(links []whyLink) (out []candidate) {
	add := func(c ...candidate) {
		for i := range c {
			if len(c[i].do) > 0 && !slices.ContainsFunc(out, func(o candidate) bool { return sameDoing(o.do, c[i].do) }) {
				out = append(out, c[i])
			}
		}
	}
	set := nowhere
	for i := range links {
		l := &links[i]
		if l.of.kind == model.KindStatefulSet {
			set = l.of.place
		}
		switch l.of.kind {
		case model.KindStatefulSet:
			add(w.forSet(l)...)
		case model.KindDeployment:
			add(w.forDeployment(l)...)
		case model.KindPod:
			add(w.forPod(l, set)...)
		case model.KindPersistentVolumeClaim:
			add(w.forClaim(l)...)
		case model.KindNode:
			add(w.forNode(l, links[:i])...)
		case model.KindPodDisruptionBudget:
			add(w.forBudget(l)...)
		}
	}
	return out
}

// sameDoing reports whether two lists of operations read the same.
func sameDoing(a, b []Operation) bool {
	return slices.EqualFunc(a, b, func(x, y Operation) bool { return x.String() == y.String() })
}

func one(op Operation) candidate { return candidate{do: []Operation{op}} }

// namespaceOf is the namespace of an object, as operations take it: "" is default.
func (w *world) namespaceOf(n model.Name) string {
	if namespace := w.text(n.Namespace); namespace != model.NamespaceDefault {
		return namespace
	}
	return ""
}

// deletePodOp is the deletion of a pod.
func (w *world) deletePodOp(p int32) Delete {
	r := w.pods.at(p)
	return Delete{Namespace: w.namespaceOf(r.name), Target: "pod/" + w.rendered(r.name)}
}

// forSet is what may help a set.
func (w *world) forSet(l *whyLink) (out []candidate) {
	s := l.of.place
	set := w.sets.at(s)
	namespace, name := w.namespaceOf(set.name), w.nameOf(l.of)
	nudge := candidate{do: []Operation{Label{Namespace: namespace, Target: "sts/" + name, Labels: []string{"nudged=true"}}}, group: groupNudge}
	switch l.cause {
	case causePaused:
		return []candidate{one(ResumeController{})}
	case causeUnheard:
		restart := candidate{do: []Operation{RestartController{}}, group: groupNudge}
		attentive := candidate{group: groupNudge}
		for i := range w.losing {
			attentive.do = append(attentive.do, KeepEvents{Kind: w.losing[i].kind})
		}
		attentive.do = append(attentive.do, RestartController{})
		return []candidate{restart, attentive}
	case causeUnwoken:
		return []candidate{nudge, {do: []Operation{RestartController{}}, group: groupNudge}}
	case causeRefused:
		return append(w.forWrites(), nudge)
	case causeStrategy:
		return []candidate{one(w.changeOf(l.of, `{"spec":{"updateStrategy":{"type":"RollingUpdate"}}}`, func(s *model.StatefulSet) {
			s.Spec.UpdateStrategy = model.UpdateStrategy{Type: model.RollingUpdate}
		}))}
	case causePartition:
		return []candidate{one(SetPartition{Namespace: namespace, Set: name})}
	case causeByHand:
		return w.forOnDelete(s)
	case causeBudget:
		more := set.spec.MaxUnavailable() + 1
		return []candidate{w.forBroken(s), one(w.changeOf(l.of, fmt.Sprintf(`{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":%d}}}}`, more), func(s *model.StatefulSet) {
			block := model.RollingUpdateStrategy{}
			if old := s.Spec.UpdateStrategy.RollingUpdate; old != nil {
				block = *old
			}
			allowed := model.FromInt(more)
			block.MaxUnavailable = &allowed
			s.Spec.UpdateStrategy.RollingUpdate = &block
		}))}
	case causeOutdated:
		return w.forOutdated(l.of)
	case causeCondemned:
		return w.forCondemned(s)
	}
	return nil
}

// forWrites lets writes succeed again that fail for now.
func (w *world) forWrites() (out []candidate) {
	for i := range w.failing {
		if f := &w.failing[i]; f.times > 0 {
			out = append(out, one(HealWrites{Verb: f.verb, Kind: f.kind}))
		}
	}
	return out
}

// mostDeletions is how many pods one remedy deletes at most.
const mostDeletions = 8

// forOnDelete deletes the pods of a set that are at an old revision.
func (w *world) forOnDelete(s int32) []candidate {
	var all candidate
	for _, pod := range slices.Backward(w.outdatedPods(s)) {
		if len(all.do) < mostDeletions {
			all.do = append(all.do, Delete{Namespace: w.namespaceOf(w.sets.at(s).name), Target: "pod/" + pod})
		}
	}
	return []candidate{all}
}

// forBroken deletes the pods of a set that are at an old revision and not well.
func (w *world) forBroken(s int32) (all candidate) {
	set := w.sets.at(s)
	for _, name := range slices.Backward(w.outdatedPods(s)) {
		n, _ := w.lookup(w.text(set.name.Namespace), name)
		if p, ok := w.pods.find(n); ok && !w.wellFor(set, p) && len(all.do) < mostDeletions {
			all.do = append(all.do, w.deletePodOp(p))
		}
	}
	return all
}

// forOutdated deletes the pods of a set that are in the way of an update. Without a block
// rollingUpdate they may come back at the old revision, so that it takes the block as well.
func (w *world) forOutdated(of thing) []candidate {
	broken := w.forBroken(of.place)
	if len(broken.do) == 0 || !w.sets.at(of.place).withoutBlock() {
		return []candidate{broken}
	}
	broken.group = groupOutdated
	block := w.changeOf(of, blockPatch, func(s *model.StatefulSet) {
		from := int32(0)
		s.Spec.UpdateStrategy.RollingUpdate = &model.RollingUpdateStrategy{Partition: &from}
	})
	return []candidate{broken, {do: append([]Operation{block}, broken.do...), group: groupOutdated}}
}

// blockPatch gives a rolling update its block.
const blockPatch = `{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}`

// withoutBlock reports whether a set is updated by a RollingUpdate that has no block
// rollingUpdate: then the number of pods that are still current stands in for the partition
// when a pod is created.
//
// Source: pkg/controller/statefulset/stateful_set_utils.go, newVersionedStatefulSetPod.
func (s *statefulSet) withoutBlock() bool {
	strategy := &s.spec.UpdateStrategy
	return strategy.Type == model.RollingUpdate && strategy.RollingUpdate == nil
}

// forCondemned deletes a pod that is to be scaled away and is not well.
func (w *world) forCondemned(s int32) (out []candidate) {
	set := w.sets.at(s)
	for p := range w.pods.all {
		r := w.pods.at(p)
		i := r.name.Ordinal - w.startOf(set)
		if r.owner != set.uid || i >= 0 && i < set.spec.DesiredReplicas() || w.wellFor(set, p) || len(out) == mostDeletions {
			continue
		}
		out = append(out, candidate{do: []Operation{w.deletePodOp(p)}, group: groupCondemned})
	}
	return out
}

// forDeployment is what may help a Deployment.
func (w *world) forDeployment(l *whyLink) []candidate {
	namespace, name := w.namespaceOf(w.deployments.at(l.of.place).name), "deploy/"+w.nameOf(l.of)
	if l.cause == causeRolloutOff {
		return []candidate{one(RolloutPause{Namespace: namespace, Set: name, Undo: true})}
	}
	return []candidate{one(RolloutUndo{Namespace: namespace, Set: name})}
}

// forPod is what may help a pod, of a set or of none.
func (w *world) forPod(l *whyLink, set int32) (out []candidate) {
	p := l.of.place
	r := w.pods.at(p)
	namespace, name := w.namespaceOf(r.name), w.rendered(r.name)
	remove := one(w.deletePodOp(p))
	switch l.cause {
	case causeNoImage, causeCrash, causeUnready, causeHangs, causeUnfit:
		out = append(out, remove)
		out = append(out, w.mending(l, p, namespace, name)...)
		if set != nowhere && r.revision == w.sets.at(set).status.UpdateRevision {
			undo := RolloutUndo{Namespace: namespace, Set: w.nameOf(thing{model.KindStatefulSet, set})}
			out = append(out, candidate{do: []Operation{undo}, group: groupUndo}, candidate{do: []Operation{undo, w.deletePodOp(p)}, group: groupUndo})
			out = append(out, w.otherImage(p, namespace, undo.Set)...)
		}
	case causeGates:
		for _, gate := range w.template(r.template).spec.Spec.ReadinessGates {
			out = append(out, one(SetCondition{Namespace: namespace, Pod: name, Type: gate, Status: true}))
		}
	case causeProgram:
		out = append(out, remove)
		if set != nowhere {
			out = append(out, w.bootstraps(set)...)
		}
	case causeOrphan:
		out = append(out, remove)
	case causeNoNode:
		out = append(out, w.forPlace(p)...)
	case causeElsewhere:
		out = append(out, w.forElsewhere(p)...)
	}
	return out
}

// thatWorks stands for an image with which a container works: the world knows nothing of it,
// so it behaves.
const thatWorks = "one-that-works"

// otherImage gives the container of a pod that does not work another image; and, as that does
// not help under OrderedReady, deletes the pod.
func (w *world) otherImage(p int32, namespace, set string) []candidate {
	for c := range w.containersOf(p) {
		if t := w.containerTrouble(c); t.cause == causeNoImage || t.cause == causeCrash || t.cause == causeUnready {
			other := SetImage{Namespace: namespace, Set: set, Container: w.recipe(c).spec.Name, Image: thatWorks}
			const cost = "it takes an image that works"
			return []candidate{
				{do: []Operation{other}, group: groupUndo, cost: cost},
				{do: []Operation{other, w.deletePodOp(p)}, group: groupUndo, cost: cost},
			}
		}
	}
	return nil
}

// mending ends what is wrong with the programs and images of a pod.
func (w *world) mending(l *whyLink, p int32, namespace, name string) (out []candidate) {
	for c := range w.containersOf(p) {
		recipe := w.recipe(c)
		container := recipe.spec.Name
		if first, _ := w.findContainer(p, ""); c == first {
			container = "" // it goes without saying
		}
		switch t := w.containerTrouble(c); {
		case t.cause == causeNoImage && w.missing(recipe):
			return append(out, one(MendImage{Image: recipe.spec.Image}))
		case t.cause == causeHangs:
			return append(out, one(Recover{Namespace: namespace, Pod: name, Container: container}))
		case t.cause == causeUnfit:
			return append(out, one(StartServing{Namespace: namespace, Pod: name, Container: container}))
		}
	}
	return nil
}

// forPlace is what may give a pod a node.
func (w *world) forPlace(p int32) (out []candidate) {
	r := w.pods.at(p)
	why := r.place.why
	for n := range w.nodes.all {
		row := w.nodes.at(n)
		if len(out) >= mostDeletions {
			break
		}
		if why.Has(scheduling.Cordoned) && row.cordoned {
			out = append(out, candidate{do: []Operation{Cordon{Node: w.nodeName(n), Undo: true}}, group: groupPlace})
		}
		if !why.Has(scheduling.Tainted) {
			continue
		}
		if !w.hears(n) {
			out = append(out, w.revive(n)...)
			continue
		}
		for _, t := range row.taints {
			if t.Key != model.TaintOutOfService {
				out = append(out, candidate{do: []Operation{TaintNode{Node: w.nodeName(n), Taints: []string{t.Key + ":" + string(t.Effect) + "-"}}}, group: groupPlace})
			}
		}
	}
	if selector := w.template(r.template).spec.Spec.NodeSelector; why.Has(scheduling.NotSelected) && len(selector) > 0 {
		out = append(out, w.forSelector(selector)...)
	}
	if name := w.freeNodeName(); why != 0 {
		out = append(out, candidate{
			do:   []Operation{Apply{Objects: []model.Object{&model.Node{ObjectMeta: model.ObjectMeta{Name: name}}}}},
			cost: "that is a machine more",
		})
	}
	if r.place.unreachable {
		out = append(out, w.startOver(p)...)
	}
	return out
}

// forSelector gives a node the labels that a pod asks for.
func (w *world) forSelector(selector map[string]string) (out []candidate) {
	var labels []string
	for _, key := range slices.Sorted(maps.Keys(selector)) {
		labels = append(labels, key+"="+selector[key])
	}
	for n := range w.nodes.all {
		if len(out) < mostDeletions {
			out = append(out, candidate{do: []Operation{Label{Target: "node/" + w.nodeName(n), Labels: labels}}, group: groupPlace})
		}
	}
	return out
}

// freeNodeName is a name for one more node.
func (w *world) freeNodeName() string {
	for i := 0; ; i++ {
		name := fmt.Sprintf("node-%d", i)
		if n, known := w.lookup("", name); !known || !slices.ContainsFunc(w.nodes.rows, func(row node) bool { return row.uid != 0 && row.name == n }) {
			return name
		}
	}
}

// startOver gives up the volumes of a pod that no node reaches.
func (w *world) startOver(p int32) []candidate {
	r := w.pods.at(p)
	c := candidate{cost: "what is on its volumes is lost"}
	for i := 0; ; i++ {
		name, ok := r.podClaim(i)
		if !ok {
			break
		}
		c.do = append(c.do, Delete{Namespace: w.namespaceOf(name), Target: "pvc/" + w.rendered(name)})
	}
	c.do = append(c.do, w.deletePodOp(p))
	return []candidate{c}
}

// forElsewhere takes the volumes of a pod away from the nodes that have them.
func (w *world) forElsewhere(p int32) (out []candidate) {
	r := w.pods.at(p)
	for i := 0; ; i++ {
		name, ok := r.podClaim(i)
		if !ok {
			return out
		}
		v, ok := w.volumeOf(name)
		if !ok {
			continue
		}
		for a := w.volumes.at(v).attachments; a != nowhere; a = w.attachments[a].next {
			n := w.attachments[a].node
			if w.nodes.at(n).clinging {
				out = append(out, one(ReleaseDetach{Node: w.nodeName(n)}))
			}
			if n != r.node && !w.hears(n) {
				out = append(out, w.revive(n)...)
				out = append(out, w.outOfService(n))
			}
		}
	}
}
