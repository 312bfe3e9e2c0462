package screenplay_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
	"github.com/ordinal-sim/ordinal/sim/simtest"
)

// drawn draws operations with every field that they have.
type drawn struct{ *rapid.T }

func (d drawn) name(of string) string {
	return rapid.StringMatching(`[a-z]([a-z0-9-]{0,6}[a-z0-9])?`).Draw(d.T, of)
}
func (d drawn) count(of string) int  { return rapid.IntRange(0, 5).Draw(d.T, of) }
func (d drawn) maybe(of string) bool { return rapid.Bool().Draw(d.T, of) }
func (d drawn) namespace() string {
	return rapid.SampledFrom([]string{"", "prod"}).Draw(d.T, "namespace")
}
func (d drawn) container() string {
	return rapid.SampledFrom([]string{"", "main"}).Draw(d.T, "container")
}
func (d drawn) workload() string {
	return rapid.SampledFrom([]string{"web", "deploy/web"}).Draw(d.T, "workload")
}
func (d drawn) target() string {
	return rapid.SampledFrom([]string{"pod/web-0", "sts/web", "pvc/www-web-0"}).Draw(d.T, "target")
}
func (d drawn) text() string {
	return rapid.SampledFrom([]string{"", "quota", "it's: \"exceeded\" {a,b} $HOME > x\\n", "two\nlines  here"}).Draw(d.T, "text")
}
func (d drawn) line() string {
	return rapid.SampledFrom([]string{"", "exceeded quota: pods, used: 2"}).Draw(d.T, "line")
}
func (d drawn) some(units model.Bytes) model.Bytes { return units * model.Bytes(d.count("amount")) }

// anyOperations draws one operation of each kind that a story may have.
func anyOperations(t *rapid.T) (all []sim.Operation) {
	d := drawn{t}
	grace := int32(d.count("grace"))
	claim := func() (class, namespace, claim string) {
		if d.maybe("class") {
			return d.name("name"), "", ""
		}
		return "", d.namespace(), d.name("name")
	}
	kinds := []func() sim.Operation{
		func() sim.Operation { return sim.CrashNode{Node: d.name("node")} },
		func() sim.Operation { return sim.RestartNode{Node: d.name("node")} },
		func() sim.Operation { return sim.ShutdownNode{Node: d.name("node")} },
		func() sim.Operation { return sim.PartitionNode{Node: d.name("node")} },
		func() sim.Operation { return sim.HealNode{Node: d.name("node")} },
		func() sim.Operation { return sim.PartitionNodes{A: d.name("a"), B: d.name("b")} },
		func() sim.Operation { return sim.HealNodes{A: d.name("a"), B: d.name("b")} },
		func() sim.Operation { return sim.StopKubelet{Node: d.name("node")} },
		func() sim.Operation { return sim.StartKubelet{Node: d.name("node")} },
		func() sim.Operation { return sim.HoldVolumes{Node: d.name("node")} },
		func() sim.Operation { return sim.ReleaseVolumes{Node: d.name("node")} },
		func() sim.Operation { return sim.HoldDetach{Node: d.name("node")} },
		func() sim.Operation { return sim.ReleaseDetach{Node: d.name("node")} },
		func() sim.Operation { return sim.HoldReads{Node: d.name("node")} },
		func() sim.Operation { return sim.ReleaseReads{Node: d.name("node")} },
		func() sim.Operation { return sim.Pressure{Node: d.name("node"), Lacks: d.some(model.Mi)} },
		func() sim.Operation {
			return sim.Pressure{Node: d.name("node"), Resource: sim.Disk, Lacks: d.some(1e9)}
		},
		func() sim.Operation { return sim.Relieve{Node: d.name("node"), Resource: sim.Disk} },
		func() sim.Operation {
			return sim.Hang{Namespace: d.namespace(), Pod: d.name("pod"), Container: d.container()}
		},
		func() sim.Operation {
			return sim.Recover{Namespace: d.namespace(), Pod: d.name("pod"), Container: d.container()}
		},
		func() sim.Operation {
			return sim.StopServing{Namespace: d.namespace(), Pod: d.name("pod"), Container: d.container()}
		},
		func() sim.Operation {
			return sim.StartServing{Namespace: d.namespace(), Pod: d.name("pod"), Container: d.container()}
		},
		func() sim.Operation {
			return sim.OOMKill{Namespace: d.namespace(), Pod: d.name("pod"), Container: d.container()}
		},
		func() sim.Operation {
			return sim.CrashContainer{Namespace: d.namespace(), Pod: d.name("pod"), Container: d.container()}
		},
		func() sim.Operation { return sim.FailPod{Namespace: d.namespace(), Pod: d.name("pod")} },
		func() sim.Operation { return sim.Evict{Namespace: d.namespace(), Pod: d.name("pod")} },
		func() sim.Operation { return sim.LoseImage{Image: "nginx:" + d.name("tag")} },
		func() sim.Operation { return sim.MendImage{Image: "nginx:" + d.name("tag")} },
		func() sim.Operation {
			c, ns, n := claim()
			node := rapid.SampledFrom([]string{"", "node-1"}).Draw(t, "node")
			return sim.FailProvisioning{Class: c, Namespace: ns, Claim: n, Node: node, Times: d.count("times"), Exhausted: d.maybe("exhausted"), Error: d.line()}
		},
		func() sim.Operation {
			c, ns, n := claim()
			return sim.FailExpansion{Class: c, Namespace: ns, Claim: n, Above: d.some(model.Gi), Times: d.count("times"), Error: d.line()}
		},
		func() sim.Operation {
			c, ns, n := claim()
			return sim.HealProvisioning{Class: c, Namespace: ns, Claim: n}
		},
		func() sim.Operation { c, ns, n := claim(); return sim.HealExpansion{Class: c, Namespace: ns, Claim: n} },
		func() sim.Operation { return sim.StopDNS{Replica: d.count("replica")} },
		func() sim.Operation { return sim.StartDNS{Replica: d.count("replica")} },
		func() sim.Operation { return sim.LoseMessages{PerMille: d.count("loss")} },
		func() sim.Operation { return sim.PauseController{} },
		func() sim.Operation { return sim.ResumeController{} },
		func() sim.Operation { return sim.RestartController{} },
		func() sim.Operation {
			return sim.DelayWatch{By: time.Duration(d.count("delay")) * 1500 * time.Millisecond}
		},
		func() sim.Operation { return sim.LoseEvents{Kind: model.KindPod, Times: 1 + d.count("times")} },
		func() sim.Operation { return sim.KeepEvents{Kind: model.KindPod} },
		func() sim.Operation {
			verb := rapid.SampledFrom([]sim.Verb{sim.VerbUpdate, sim.VerbUpdateStatus}).Draw(t, "verb")
			return sim.ConflictWrite{Verb: verb, Kind: model.KindPod, Nth: 1 + d.count("nth"), Times: rapid.SampledFrom([]int{0, 2, 9}).Draw(t, "times")}
		},
		func() sim.Operation {
			verb := rapid.SampledFrom([]sim.Verb{sim.VerbCreate, sim.VerbUpdate, sim.VerbDelete, sim.VerbUpdateStatus}).Draw(t, "verb")
			return sim.HealWrites{Verb: verb, Kind: model.KindPod}
		},
		func() sim.Operation {
			return sim.UpgradeTo{Release: rapid.SampledFrom([]release.Release{release.V1_36, release.V1_37.With(release.MaxUnavailableStatefulSet)}).Draw(t, "release")}
		},
		func() sim.Operation {
			verb := rapid.SampledFrom([]sim.Verb{sim.VerbCreate, sim.VerbUpdate, sim.VerbDelete, sim.VerbUpdateStatus}).Draw(t, "verb")
			return sim.FailWrite{Verb: verb, Kind: model.KindPod, Nth: 1 + d.count("nth"), Times: rapid.SampledFrom([]int{0, 2, 9}).Draw(t, "times"), Error: d.line()}
		},
		func() sim.Operation {
			return sim.SetLoad{Namespace: d.namespace(), Target: d.target(), Resource: rapid.SampledFrom([]string{"", "memory"}).Draw(t, "resource"),
				Steps: []sim.LoadStep{{Use: 500}, {After: time.Minute, Use: 2000}, {After: 2 * time.Minute, Use: 1}, {After: 3 * time.Minute, Use: 2}, {After: 4 * time.Minute, Use: 3}}}
		},
		func() sim.Operation {
			return sim.Delete{Namespace: d.namespace(), Target: d.target(), Force: d.maybe("force"), Cascade: rapid.SampledFrom([]sim.Cascade{"", sim.CascadeOrphan}).Draw(t, "cascade"), Grace: rapid.SampledFrom([]*int32{nil, &grace}).Draw(t, "given")}
		},
		func() sim.Operation {
			return sim.Scale{Namespace: d.namespace(), Set: d.workload(), Replicas: d.count("replicas")}
		},
		func() sim.Operation {
			return sim.SetImage{Namespace: d.namespace(), Set: d.workload(), Container: "main", Image: "a.b/c:" + d.name("tag")}
		},
		func() sim.Operation {
			return sim.SetPartition{Namespace: d.namespace(), Set: "web", Partition: d.count("partition")}
		},
		func() sim.Operation {
			patch := `{"spec":{"minReadySeconds":5,"x":"it's"}}`
			if d.maybe("merge") {
				return sim.PatchObject{Namespace: d.namespace(), Target: d.target(), With: manifest.Merge(patch)}
			}
			return sim.PatchObject{Namespace: d.namespace(), Target: d.target(), With: manifest.StrategicMerge(patch)}
		},
		func() sim.Operation {
			return sim.Label{Namespace: d.namespace(), Target: d.target(), Labels: []string{"a=b c", "app-"}}
		},
		func() sim.Operation {
			return sim.Autoscale{Namespace: d.namespace(), Target: d.target(), Min: d.count("min"), Max: d.count("max"), CPU: d.count("cpu")}
		},
		func() sim.Operation {
			return sim.RolloutUndo{Namespace: d.namespace(), Set: d.workload(), ToRevision: int64(d.count("revision"))}
		},
		func() sim.Operation { return sim.RolloutRestart{Namespace: d.namespace(), Set: d.workload()} },
		func() sim.Operation {
			return sim.RolloutPause{Namespace: d.namespace(), Set: d.workload(), Undo: d.maybe("undo")}
		},
		func() sim.Operation { return sim.Cordon{Node: d.name("node"), Undo: d.maybe("undo")} },
		func() sim.Operation { return sim.Drain{Node: d.name("node"), Force: d.maybe("force")} },
		func() sim.Operation {
			return sim.TaintNode{Node: d.name("node"), Taints: []string{"a=b:NoExecute", "node.kubernetes.io/out-of-service-"}}
		},
		func() sim.Operation {
			return sim.SetCondition{Namespace: d.namespace(), Pod: d.name("pod"), Type: "x.y/z", Status: d.maybe("status"), Reason: d.line(), Message: d.text()}
		},
		func() sim.Operation {
			return sim.WriteFile{Namespace: d.namespace(), Pod: d.name("pod"), Path: "/data/x y", Content: d.text()}
		},
		func() sim.Operation {
			return sim.Lookup{Namespace: d.namespace(), Pod: d.name("pod"), Name: "web-0.nginx"}
		},
	}
	for _, draw := range kinds {
		all = append(all, draw())
	}
	return all
}

// TestOperationsReadBack: what an operation says of itself says it all.
func TestOperationsReadBack(t *testing.T) {
	drawn := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		for _, op := range anyOperations(t) {
			drawn[reflect.TypeOf(op).Name()] = true
			command, input, err := screenplay.FormatOperation(op)
			require.NoError(t, err)
			require.NotContains(t, command, "\n")
			read, err := screenplay.ParseOperation(command, input)
			require.NoError(t, err, "%s", command)
			require.Equal(t, op, read, "%s", command)
		}
	})
	for _, name := range operations(t) {
		if slices.Contains([]string{"Apply", "Edit", "Func", "mark"}, name) {
			continue // see TestObjectsReadBack; two are functions, and one no operation
		}
		require.True(t, drawn[name], "never drawn: sim.%s", name)
	}
}

// operations are the names of all operations that package sim has, from its source.
func operations(t *testing.T) (names []string) {
	files, err := filepath.Glob("../*.go")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^func \((?:\w+ )?(\w+)\) prepare\(`).FindAllSubmatch(text, -1) {
			names = append(names, string(m[1]))
		}
	}
	require.Greater(t, len(names), 40)
	return names
}

// TestObjectsReadBack: also what is applied.
func TestObjectsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		objects := simtest.Objects(simtest.StatefulSet().Draw(t, "set"))
		op := sim.Apply{Objects: objects, MustCreate: rapid.Bool().Draw(t, "create")}
		command, input, err := screenplay.FormatOperation(op)
		require.NoError(t, err)
		read, err := screenplay.ParseOperation(command, input)
		require.NoError(t, err)
		same := func(op sim.Operation) uint64 {
			c := sim.New(sim.Config{})
			require.NoError(t, c.Do(op))
			c.Settle()
			return c.Fingerprint()
		}
		require.Equal(t, same(op), same(read), "%s", input)
	})
}
