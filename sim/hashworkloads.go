package sim

import (
	"reflect"

	"github.com/ordinal-sim/ordinal/policy/autoscaling"
)

// The hash of Deployments, ReplicaSets, budgets, drains and autoscalers.

func (h *hashing) deploymentsHash() (sum uint64) {
	for i := range h.deployments.all {
		row := h.deployments.at(i)
		d := digestOf(hashDeployment)
		d.put(h.staticName(row.name), uint64(row.generation), uint64(row.revision), uint64(row.deleting), uint64(row.status.ObservedGeneration),
			uint64(uint32(row.status.Replicas)), uint64(uint32(row.status.Updated)), uint64(uint32(row.status.Ready)), uint64(uint32(row.status.Available)),
			uint64(uint32(row.status.Unavailable)), uint64(uint32(row.status.Terminating)), uint64(uint32(row.status.CollisionCount)),
			uint64(uint32(row.failures)), uint64(row.polls), spec(h, hashDeployment, row.spec), h.labels(row.labels), h.labels(row.annotations))
		for _, c := range row.status.Conditions {
			d.put(uint64(c.Type), uint64(c.Status), uint64(c.Reason), uint64(c.Updated), uint64(c.Changed), h.symbol(c.Set), h.symbol(c.Text))
		}
		sum += d.sealed()
	}
	for i := range h.replicaSets.all {
		row := h.replicaSets.at(i)
		d := digestOf(hashReplicaSet)
		d.put(h.staticName(row.name), uint64(row.generation), uint64(uint32(row.replicas)), uint64(row.revision), uint64(row.deleting), uint64(uint32(row.failures)),
			uint64(uint32(row.desired)), uint64(uint32(row.most)), uint64(uint32(row.status.Replicas)), uint64(uint32(row.status.FullyLabeled)),
			uint64(uint32(row.status.Ready)), uint64(uint32(row.status.Available)), uint64(uint32(row.status.Terminating)), uint64(row.status.ObservedGeneration),
			uint64(row.status.Failure.Reason), h.symbol(row.status.Failure.Message), uint64(row.status.Failure.Since),
			uint64(row.created), h.template(row.template).hash, h.template(row.source).hash, spec(h, hashReplicaSet, row.spec), h.labels(row.labels), h.labels(row.annotations))
		d.text(row.history)
		if row.deployment != nowhere {
			d.put(h.staticName(h.deployments.at(row.deployment).name))
		}
		creations, deletions, since := row.view.Expected()
		if creations > 0 || deletions > 0 {
			d.put(uint64(uint32(creations)), uint64(deletions), uint64(since))
		}
		sum += d.sealed()
	}
	return sum
}

// replica puts in what the ReplicaSet controller has last heard of a pod, where that may be
// old: it hears of restarts with the pod's next change.
func (h *hashing) replica(d *digest64, p int32) {
	r := h.pods.at(p)
	if seen, ok := h.replicaSets.at(r.replicaSet).view.Pod(r.uid); ok {
		d.put(uint64(hashReplica), uint64(uint32(seen.Restarts)), uint64(uint32(seen.Sidecars)), uint64(boolByte(seen.Node == r.node)))
	}
}

func (h *hashing) budgetsHash() (sum uint64) {
	for b := range h.budgets.all {
		row := h.budgets.at(b)
		status := &row.status
		d := digestOf(hashBudget)
		d.put(h.staticName(row.name), spec(h, hashBudget, &row.spec.Spec), uint64(row.generation), uint64(uint32(status.ExpectedPods)),
			uint64(uint32(status.DesiredHealthy)), uint64(uint32(status.CurrentHealthy)), uint64(uint32(status.Allowed)), uint64(status.Recheck))
		d.flags(status.Observed)
		d.text(status.Failed)
		for _, e := range status.Disrupted {
			d.put(uint64(e.At))
			d.text(e.Pod)
		}
		sum += d.sealed()
	}
	for i, r := range h.draining { // which are asked for in this order
		p, ok := h.pods.find(r.name)
		d := digestOf(hashDrain)
		d.put(uint64(i), h.staticName(r.name), uint64(r.since), uint64(r.next), h.symbol(r.refused))
		d.flags(r.asked, r.failed, ok && h.pods.at(p).uid == r.uid)
		h.at(r.node, d.sealed())
	}
	return sum
}

// autoscalersHash is the autoscalers and loads. Of a load it does not matter what it was before
// it could be seen.
func (h *hashing) autoscalersHash() (sum uint64) {
	for a := range h.autoscalers.all {
		sum += h.kept.scalers.hash(h, a, h.autoscalers.at(a), (*hashing).autoscaler)
	}
	for i := range h.loads {
		l := &h.loads[i]
		d := digestOf(hashLoad)
		d.put(h.staticName(l.name))
		d.text(string(l.kind))
		d.text(l.resource)
		seen := h.now.Add(-h.autoscalerTimes().Sample)
		use, known := l.at(seen)
		d.put(uint64(use))
		d.flags(known)
		for _, p := range l.points {
			if p.at > seen {
				d.put(uint64(p.at), uint64(p.use))
			}
		}
		sum += d.sealed()
	}
	return sum
}

// autoscaler is an autoscaler's row. Of a recommendation that repeats itself it does not matter
// when it was last looked at.
func (h *hashing) autoscaler(row *autoscaler) uint64 {
	d := digestOf(hashAutoscaler)
	d.put(h.staticName(row.name), uint64(row.generation), h.symbol(row.trouble), uint64(row.memory.First), spec(h, hashAutoscaler, &row.spec.Spec),
		valueHash(reflect.ValueOf(&row.status)), h.labels(row.spec.Labels), h.labels(row.spec.Annotations))
	d.flags(row.memory.Looked, row.memory.Repeats)
	for i, r := range row.memory.Recommended {
		d.put(uint64(uint32(r.Replicas)))
		if i < len(row.memory.Recommended)-1 || !row.memory.Repeats {
			d.put(uint64(r.At))
		}
	}
	for _, changes := range [][]autoscaling.Change{row.memory.Up, row.memory.Down} {
		d.put(uint64(len(changes)))
		for _, c := range changes {
			d.put(uint64(uint32(c.Pods)), uint64(c.At))
			d.flags(c.Old)
		}
	}
	return d.sealed()
}
