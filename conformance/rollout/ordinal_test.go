package rollout

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

// Ordinal's side: the same questions, to a world.

// answer is what a verb says and leaves behind.
type answer struct {
	says     string
	done     bool
	err      error
	template string // of the set, as JSON, after a verb that writes
}

func refusal(err error) answer { return answer{err: err} }

func (a answer) String() string {
	if a.err != nil {
		return fmt.Sprintf("error %q, done %t", a.err, a.done)
	}
	return fmt.Sprintf("%q, done %t, template %s", a.says, a.done, a.template)
}

// simulated asks a world. What would change it is asked of a fork.
type simulated struct{ c *sim.Cluster }

const web = "web"

func (s simulated) fork() simulated {
	fork, err := s.c.Clone()
	if err != nil {
		panic(err)
	}
	return simulated{fork}
}

func (s simulated) status() answer {
	says, done, err := s.c.RolloutStatus(web)
	return answer{says: says, done: done, err: err}
}

func (s simulated) history(revision int64) answer {
	return line(s.c.RolloutHistory(web, revision))
}

func (s simulated) undo(revision int64) answer {
	s = s.fork()
	return s.wrote(line(s.c.RolloutUndo(web, revision)))
}

func (s simulated) dryRun(revision int64) answer {
	return s.wrote(line(s.c.RolloutUndoDryRun(web, revision)))
}

func (s simulated) restart() answer {
	s = s.fork()
	return s.wrote(line("statefulset.apps/web restarted", s.c.RolloutRestart(web)))
}

// line is an answer to which the line's end is added that kubectl's printer adds.
func line(says string, err error) answer {
	if err != nil {
		return refusal(err)
	}
	return answer{says: says + "\n"}
}

// wrote adds the template that the set has now.
func (s simulated) wrote(a answer) answer {
	if a.err != nil {
		return a
	}
	set, err := s.c.StatefulSet(web)
	if err != nil {
		return refusal(err)
	}
	object, err := manifest.ToAPI(set)
	if err != nil {
		return refusal(err)
	}
	a.template = jsonOf(object.(*appsv1.StatefulSet).Spec.Template)
	return a
}

// exported are the set and the revisions of a world as Kubernetes objects.
func (s simulated) exported() ([]apiruntime.Object, error) {
	var out []apiruntime.Object
	for _, object := range s.c.Objects() {
		switch object.Kind() {
		case model.KindStatefulSet, model.KindControllerRevision:
			exported, err := manifest.ToAPI(object)
			if err != nil {
				return nil, err
			}
			out = append(out, exported)
		}
	}
	return out, nil
}
