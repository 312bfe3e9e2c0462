package simtest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

// Operation draws something that is done to a set or around it: one of kubectl's
// verbs with small numbers, or a fault. Pods, claims and nodes are named as those of
// a set of [StatefulSet] in a world of three nodes are, and images are those of
// [Images]. What does not exist, or cannot be done at the moment, is refused by
// [sim.Cluster.Do] with an error, and the world is as it was.
//
// Kinds are the kinds of operations to draw, by their names: "scale", "set image", "partition",
// "rollout undo", "rollout restart", "delete pod", "delete claim", "crash", "fail", "cordon",
// "uncordon", "drain", "start" and "minReadySeconds". None means all; it panics if there is
// no kind of a name. The set itself is never deleted, and its claims' retention policy stays.
func Operation(set string, kinds ...string) *rapid.Generator[sim.Operation] {
	of := kindsNamed(kinds)
	return rapid.Custom(func(t *rapid.T) sim.Operation {
		return rapid.SampledFrom(of).Draw(t, "operation").draw(t, set)
	})
}

// kind is one kind of operation.
type kind struct {
	name string
	draw func(t *rapid.T, set string) sim.Operation
}

// String is for rapid, which prints what it has drawn.
func (k kind) String() string { return k.name }

// kindsNamed are the kinds of some names, in the order of allKinds; none means all.
func kindsNamed(names []string) (of []kind) {
	for _, name := range names {
		if !slices.ContainsFunc(allKinds, func(k kind) bool { return k.name == name }) {
			panic(fmt.Sprintf("simtest: there is no kind of operation %q, only %v", name, allKinds))
		}
	}
	for _, k := range allKinds {
		if len(names) == 0 || slices.Contains(names, k.name) {
			of = append(of, k)
		}
	}
	return of
}

// allKinds are the kinds of operations, those first that a failing story had better be
// told with. What moves a rollout on appears twice, so that rollouts happen.
var allKinds = []kind{
	{"scale", drawScale},
	{"set image", drawSetImage},
	{"set image", drawSetImage},
	{"partition", drawPartition},
	{"partition", drawPartition},
	{"rollout undo", drawUndo},
	{"rollout restart", func(_ *rapid.T, set string) sim.Operation { return sim.RolloutRestart{Set: set} }},
	{"delete pod", drawDeletePod},
	{"delete claim", drawDeleteClaim},
	{"crash", func(t *rapid.T, set string) sim.Operation { return sim.CrashContainer{Pod: drawPod(t, set)} }},
	{"fail", func(t *rapid.T, set string) sim.Operation { return sim.FailPod{Pod: drawPod(t, set)} }},
	{"cordon", func(t *rapid.T, _ string) sim.Operation { return sim.Cordon{Node: drawNode(t)} }},
	{"uncordon", func(t *rapid.T, _ string) sim.Operation { return sim.Cordon{Node: drawNode(t), Undo: true} }},
	{"drain", func(t *rapid.T, _ string) sim.Operation { return sim.Drain{Node: drawNode(t)} }},
	{"start", drawStart},
	{"minReadySeconds", drawMinReadySeconds},
}

func drawScale(t *rapid.T, set string) sim.Operation {
	return sim.Scale{Set: set, Replicas: rapid.IntRange(0, mostReplicas).Draw(t, "replicas")}
}

func drawSetImage(t *rapid.T, set string) sim.Operation {
	return sim.SetImage{Set: set, Container: Container, Image: rapid.SampledFrom(images).Draw(t, "image")}
}

func drawPartition(t *rapid.T, set string) sim.Operation {
	return sim.SetPartition{Set: set, Partition: rapid.IntRange(0, mostReplicas).Draw(t, "partition")}
}

func drawUndo(t *rapid.T, set string) sim.Operation {
	return sim.RolloutUndo{Set: set, ToRevision: rapid.Int64Range(0, 4).Draw(t, "to revision")}
}

// drawDeletePod draws a deletion with the pod's own grace, with a second, or by force.
func drawDeletePod(t *rapid.T, set string) sim.Operation {
	op := sim.Delete{Target: "pod/" + drawPod(t, set)}
	switch rapid.IntRange(0, 2).Draw(t, "grace (1: a second, 2: none)") {
	case 1:
		second := int32(1)
		op.Grace = &second
	case 2:
		op.Force = true
	}
	return op
}

func drawDeleteClaim(t *rapid.T, set string) sim.Operation {
	template := rapid.SampledFrom(claimTemplates).Draw(t, "claim template")
	return sim.Delete{Target: "pvc/" + model.ClaimName(template, set, drawOrdinal(t))}
}

func drawStart(t *rapid.T, set string) sim.Operation {
	start := rapid.Int32Range(0, highestStart).Draw(t, "start")
	return patch(set, `{"spec":{"ordinals":{"start":%d}}}`, start)
}

func drawMinReadySeconds(t *rapid.T, set string) sim.Operation {
	seconds := rapid.Int32Range(0, 5).Draw(t, "minReadySeconds")
	return patch(set, `{"spec":{"minReadySeconds":%d}}`, seconds)
}

func patch(set, format string, value int32) sim.Operation {
	return sim.PatchObject{Target: "sts/" + set, With: manifest.StrategicMerge(fmt.Sprintf(format, value))}
}

func drawOrdinal(t *rapid.T) int32 {
	return rapid.Int32Range(0, mostReplicas+highestStart-1).Draw(t, "ordinal")
}

func drawPod(t *rapid.T, set string) string { return model.PodName(set, drawOrdinal(t)) }

func drawNode(t *rapid.T) string {
	return fmt.Sprintf("node-%d", rapid.IntRange(0, 2).Draw(t, "node"))
}

// Pause draws how long nobody does anything: no time at all, or from a millisecond
// to two minutes. Each order of magnitude is as likely as another, for some mistakes
// need a pod that is just being created, and others a rollout that is half done.
func Pause() *rapid.Generator[time.Duration] {
	return rapid.Custom(func(t *rapid.T) time.Duration {
		scale := rapid.SampledFrom([]time.Duration{
			0, time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond, time.Second, 10 * time.Second,
		}).Draw(t, "scale")
		return scale * time.Duration(rapid.IntRange(1, 12).Draw(t, "times"))
	})
}
