package explore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/checks"
	"github.com/ordinal-sim/ordinal/sim/explore"
	"github.com/ordinal-sim/ordinal/sim/faults"
	"github.com/ordinal-sim/ordinal/sim/screenplay"
)

// hands are what somebody may do, each once.
func hands(ops ...sim.Operation) (all []faults.Fault) {
	for _, op := range ops {
		all = append(all, faults.Fault{Do: op})
	}
	return all
}

func setImage(image string) sim.Operation {
	return sim.SetImage{Set: "web", Container: "app", Image: image}
}

// image is the image of the set's template.
func image(c *sim.Cluster) string {
	set, err := c.StatefulSet("web")
	if err != nil {
		return ""
	}
	return set.Spec.Template.Spec.Containers[0].Image
}

// TestFindsWhatUsersMet: from a small world, some commands and a sentence that ought to be true
// the search finds by itself what users of Kubernetes have reported, in as few commands as there
// can be; and where the release has mended it, or somebody keeps away from it, that all is well.
func TestFindsWhatUsersMet(t *testing.T) {
	finishes := func(images ...string) func(*sim.Cluster) string {
		return func(c *sim.Cluster) string {
			for _, good := range images {
				if image(c) == good {
					return settled(c)
				}
			}
			return ""
		}
	}
	parallel := `{"spec": {"podManagementPolicy": "Parallel"}}`
	images := map[string]sim.Image{"app:bad": {NeverReady: true}, "app:none": {Missing: true}}
	for _, row := range []struct {
		name     string
		release  release.Release
		nodes    int
		replicas int32
		patches  []string
		more     string
		check    *sim.Check
		atRest   func(*sim.Cluster) string
		does     []sim.Operation
		steps    int // by the user, at most
		holds    bool
	}{{
		name:     "kubernetes 67250: a rollout that is taken back finishes",
		replicas: 2, atRest: finishes("app:1"),
		does: []sim.Operation{setImage("app:2"), setImage("app:bad"), setImage("app:none"), setImage("app:1"), sim.Scale{Set: "web", Replicas: 1}, sim.RolloutRestart{Set: "web"}}, steps: 2,
	}, {
		name:     "it does with good images",
		replicas: 2, atRest: finishes("app:1"),
		does: []sim.Operation{setImage("app:2"), setImage("app:3"), setImage("app:1")}, steps: 2, holds: true,
	}, {
		name:     "and under Parallel",
		replicas: 2, patches: []string{parallel}, atRest: finishes("app:1"),
		does: []sim.Operation{setImage("app:2"), setImage("app:bad"), setImage("app:1")}, steps: 2, holds: true,
	}, {
		name:     "at most one pod runs for an identity, whatever is deleted",
		replicas: 1, check: ptr(checks.AtMostOne()),
		does: []sim.Operation{sim.Delete{Target: "pod/web-0"}, sim.Delete{Target: "pod/web-0", Force: true}, sim.RolloutRestart{Set: "web"}}, steps: 1,
	}, {
		name:     "that is so without force",
		replicas: 1, check: ptr(checks.AtMostOne()),
		does: []sim.Operation{sim.Delete{Target: "pod/web-0"}, sim.RolloutRestart{Set: "web"}, sim.Evict{Pod: "web-0"}}, steps: 3, holds: true,
	}, {
		name:     "K32: but not with a grace period of 0, which needs no force",
		replicas: 1, patches: []string{`{"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 0}}}}`}, check: ptr(checks.AtMostOne()),
		does: []sim.Operation{sim.Delete{Target: "pod/web-0"}, sim.RolloutRestart{Set: "web"}}, steps: 1,
	}, {
		name:     "kubernetes 119684: a pod below the partition keeps its revision",
		release:  release.V1_27_1,
		replicas: 2, patches: []string{`{"spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}}`},
		atRest: belowIsOld,
		does:   []sim.Operation{setImage("app:2"), sim.FailPod{Pod: "web-0"}, sim.FailWrite{Verb: sim.VerbCreate, Kind: model.KindPod}}, steps: 3,
	}, {
		name:     "it does since 1.29",
		release:  release.V1_33,
		replicas: 2, patches: []string{`{"spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}}`},
		atRest: belowIsOld,
		does:   []sim.Operation{setImage("app:2"), sim.FailPod{Pod: "web-0"}, sim.FailWrite{Verb: sim.VerbCreate, Kind: model.KindPod}}, steps: 3, holds: true,
	}, {
		name:     "kubernetes 137409: a good template replaces a bad one under Parallel",
		release:  release.V1_35_0,
		replicas: 2, patches: []string{parallel}, atRest: finishes("app:1", "app:2"),
		does: []sim.Operation{setImage("app:bad"), setImage("app:2")}, steps: 2,
	}, {
		name:     "it does in 1.37",
		replicas: 2, patches: []string{parallel}, atRest: finishes("app:1", "app:2"),
		does: []sim.Operation{setImage("app:bad"), setImage("app:2")}, steps: 2, holds: true,
	}, {
		name:     "kubernetes 36333: fewer replicas can be had while one is not well",
		replicas: 2, atRest: func(c *sim.Cluster) string {
			if set, err := c.StatefulSet("web"); err != nil || len(c.Pods("web").Items) > int(*set.Spec.Replicas) {
				return "pods are left"
			}
			return ""
		},
		does: []sim.Operation{sim.StopServing{Pod: "web-0"}, sim.StopServing{Pod: "web-1"}, sim.Scale{Set: "web", Replicas: 1}}, steps: 2,
	}} {
		t.Run(row.name, func(t *testing.T) {
			c := world(t, sim.Config{Release: row.release, Nodes: row.nodes, Images: images}, row.replicas, row.more, row.patches...)
			if row.check != nil {
				c.Check(*row.check)
			}
			r := run(t, explore.Search{World: c, Faults: hands(row.does...), Budget: row.steps, AtRest: row.atRest})
			if row.holds {
				require.Equal(t, explore.Holds, r.Verdict, "%v\n%s", r, tale(r))
				return
			}
			require.Equal(t, explore.Violated, r.Verdict, "%v", r)
			require.LessOrEqual(t, r.Faults, row.steps)
			require.LessOrEqual(t, r.Faults+2, 6, "with what made the world")
			t.Logf("\n%s", tale(r))
		})
	}
}

// belowIsOld is for a world in which web-0 lies below the partition.
func belowIsOld(c *sim.Cluster) string {
	pod, err := c.Pod("web-0")
	if err == nil && pod.Spec.Containers[0].Image != "app:1" {
		return "web-0 runs " + pod.Spec.Containers[0].Image
	}
	return ""
}

func ptr[T any](v T) *T { return &v }

// tale is the story of a result, if it has one.
func tale(r explore.Result) string {
	if r.Story == nil {
		return ""
	}
	p, err := screenplay.Of(r.Story, r.Violation.String())
	if err != nil {
		return err.Error()
	}
	return p.String() + r.Story.Trace().String()
}
