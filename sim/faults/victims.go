package faults

import (
	"maps"
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// faults are all faults of a kind, the mildest first.
func (v *victims) faults(kind Kind) []Fault {
	switch kind {
	case Crash, OOM, Unready, Hang, PodFails, Delete, Evict, Relabel, ForceDelete, DeleteClaim:
		return v.ofPods(kind)
	case NodeRestart, KubeletStops, Pressure, NodeShutdown, NodeCrash, LinkCut, Partition, HeldVolumes, HeldDetach, Drain:
		return v.ofNodes(kind)
	case Conflict, WriteFails, WritesFail, ControllerRestart, ControllerPause, LostEvent, SlowWatch:
		return v.ofControl(kind)
	default:
		return v.ofOthers(kind)
	}
}

// ofPods are the faults of a kind that a pod suffers, of the first ordinal first.
func (v *victims) ofPods(kind Kind) (out []Fault) {
	for _, set := range v.sets {
		for i := range set.Spec.DesiredReplicas() {
			if f, ok := v.ofPod(kind, set, set.Spec.StartOrdinal()+i); ok {
				out = append(out, f)
			}
		}
	}
	return out
}

func (v *victims) ofPod(kind Kind, set *model.StatefulSet, ordinal int32) (f Fault, ok bool) {
	ns, pod := v.namespace, model.PodName(set.Name, ordinal)
	remove := sim.Delete{Namespace: ns, Target: "pod/" + pod}
	switch kind {
	case Crash:
		f.Do = sim.CrashContainer{Namespace: ns, Pod: pod}
	case OOM:
		f.Do = sim.OOMKill{Namespace: ns, Pod: pod}
	case Unready:
		f = until(sim.StopServing{Namespace: ns, Pod: pod}, sim.StartServing{Namespace: ns, Pod: pod})
	case Hang:
		f = until(sim.Hang{Namespace: ns, Pod: pod}, sim.Recover{Namespace: ns, Pod: pod})
	case PodFails:
		f.Do = sim.FailPod{Namespace: ns, Pod: pod}
	case Delete:
		f.Do = remove
	case Evict:
		f.Do = sim.Evict{Namespace: ns, Pod: pod}
	case Relabel:
		labels := set.Spec.Selector.MatchLabels
		if len(labels) == 0 {
			return f, false
		}
		key := slices.Min(slices.Collect(maps.Keys(labels)))
		relabel := func(value string) sim.Operation {
			return sim.Label{Namespace: ns, Target: "pod/" + pod, Labels: []string{key + "=" + value}}
		}
		f = until(relabel("nobody"), relabel(labels[key]))
	case ForceDelete:
		none := int32(0)
		remove.Force, remove.Grace = true, &none
		f.Do = remove
	case DeleteClaim:
		if len(set.Spec.VolumeClaimTemplates) == 0 {
			return f, false
		}
		claim := model.ClaimName(set.Spec.VolumeClaimTemplates[0].Name, set.Name, ordinal)
		f = until(sim.Delete{Namespace: ns, Target: "pvc/" + claim}, remove)
	}
	return f, true
}

// until is a fault that an operation ends.
func until(do sim.Operation, undo ...sim.Operation) Fault { return Fault{Do: do, Undo: undo} }

// ofNodes are the faults of a kind that a node suffers, or two.
func (v *victims) ofNodes(kind Kind) (out []Fault) {
	for i, node := range v.nodes {
		up := sim.RestartNode{Node: node}
		var f Fault
		switch kind {
		case NodeRestart:
			f.Do = up
		case KubeletStops:
			f = until(sim.StopKubelet{Node: node}, sim.StartKubelet{Node: node})
		case Pressure:
			f = until(sim.Pressure{Node: node, Resource: sim.Memory}, sim.Relieve{Node: node, Resource: sim.Memory})
		case NodeShutdown:
			f = until(sim.ShutdownNode{Node: node}, up)
		case NodeCrash:
			f = until(sim.CrashNode{Node: node}, up)
		case Partition:
			f = until(sim.PartitionNode{Node: node}, sim.HealNode{Node: node})
		case Drain:
			f = until(sim.Drain{Node: node}, sim.Cordon{Node: node, Undo: true})
		case LinkCut:
			for _, other := range v.nodes[:i] {
				out = append(out, until(sim.PartitionNodes{A: other, B: node}, sim.HealNodes{A: other, B: node}))
			}
			continue
		case HeldVolumes:
			f = until(sim.HoldVolumes{Node: node}, sim.ReleaseVolumes{Node: node})
		case HeldDetach:
			f = until(sim.HoldDetach{Node: node}, sim.ReleaseDetach{Node: node})
		}
		if (kind == HeldVolumes || kind == HeldDetach) && !v.haveVolumes() {
			continue
		}
		out = append(out, f)
	}
	return out
}

// haveVolumes reports whether a pod has a claim.
func (v *victims) haveVolumes() bool {
	for _, set := range v.sets {
		if len(set.Spec.VolumeClaimTemplates) > 0 {
			return true
		}
	}
	return false
}

// write is a write of the StatefulSet controller.
type write struct {
	verb sim.Verb
	kind model.Kind
}

// writes are those that it makes in any rollout; claims only where there are some.
func (v *victims) writes() []write {
	out := []write{
		{sim.VerbUpdateStatus, model.KindStatefulSet}, {sim.VerbCreate, model.KindPod}, {sim.VerbDelete, model.KindPod},
		{sim.VerbUpdate, model.KindPod}, {sim.VerbCreate, model.KindControllerRevision},
		{sim.VerbUpdate, model.KindControllerRevision}, {sim.VerbDelete, model.KindControllerRevision},
	}
	if v.haveVolumes() {
		out = append(out, write{sim.VerbCreate, model.KindPersistentVolumeClaim}, write{sim.VerbUpdate, model.KindPersistentVolumeClaim})
	}
	return out
}

// always is more often than a controller tries while a fault lasts: it backs off.
const always = 10_000

// conflicts are more than any controller tries at once.
const conflicts = 8

// ofControl are the faults of a kind that controllers suffer.
func (v *victims) ofControl(kind Kind) (out []Fault) {
	switch kind {
	case ControllerRestart:
		return []Fault{{Do: sim.RestartController{}}}
	case ControllerPause:
		return []Fault{until(sim.PauseController{}, sim.ResumeController{})}
	case SlowWatch:
		for _, by := range []time.Duration{100 * time.Millisecond, time.Second, 10 * time.Second} {
			out = append(out, until(sim.DelayWatch{By: by}, sim.DelayWatch{}))
		}
		return out
	case LostEvent:
		for _, of := range []model.Kind{model.KindPod, model.KindStatefulSet, model.KindPersistentVolumeClaim, model.KindControllerRevision} {
			if of != model.KindPersistentVolumeClaim || v.haveVolumes() {
				out = append(out, until(sim.LoseEvents{Kind: of}, sim.KeepEvents{Kind: of}, sim.RestartController{}))
			}
		}
		return out
	}
	if len(v.sets) == 0 {
		return nil
	}
	for _, w := range v.writes() {
		heal := sim.HealWrites{Verb: w.verb, Kind: w.kind}
		switch versioned := w.verb == sim.VerbUpdate || w.verb == sim.VerbUpdateStatus; {
		case kind == WritesFail:
			out = append(out, until(sim.FailWrite{Verb: w.verb, Kind: w.kind, Times: always}, heal))
		case kind == WriteFails:
			out = append(out, until(sim.FailWrite{Verb: w.verb, Kind: w.kind}, heal), until(sim.FailWrite{Verb: w.verb, Kind: w.kind, Nth: 2}, heal))
		case versioned:
			out = append(out, until(sim.ConflictWrite{Verb: w.verb, Kind: w.kind}, heal), until(sim.ConflictWrite{Verb: w.verb, Kind: w.kind, Times: conflicts}, heal))
		}
	}
	return out
}

// ofOthers are the faults of a kind that a set, an image, a class or DNS suffers.
func (v *victims) ofOthers(kind Kind) (out []Fault) {
	switch kind {
	case DNSDown:
		for i := range v.dns {
			out = append(out, until(sim.StopDNS{Replica: i}, sim.StartDNS{Replica: i}))
		}
	case ImageGone:
		for _, image := range v.images {
			out = append(out, until(sim.LoseImage{Image: image}, sim.MendImage{Image: image}))
		}
	case NoProvisioning:
		for _, class := range v.classes {
			out = append(out, until(sim.FailProvisioning{Class: class}, sim.HealProvisioning{Class: class}))
		}
	case Rollout:
		for _, set := range v.sets {
			out = append(out, Fault{Do: sim.RolloutRestart{Namespace: v.namespace, Set: set.Name}})
		}
	case Rescale:
		for _, set := range v.sets {
			scale := func(to int32) sim.Operation {
				return sim.Scale{Namespace: v.namespace, Set: set.Name, Replicas: int(to)}
			}
			now := set.Spec.DesiredReplicas()
			out = append(out, until(scale(now+1), scale(now)))
			if now > 0 {
				out = append(out, until(scale(now-1), scale(now)))
			}
		}
	}
	return out
}
