package screenplay

import (
	"fmt"
	"strings"

	"github.com/ordinal-sim/ordinal/sim"
)

// questions are the commands of kubectl that change nothing and say something.
var questions = map[string]func(*call, *sim.Cluster) (string, error){
	"get":             (*call).get,
	"describe":        (*call).describe,
	"logs":            (*call).logs,
	"rollout status":  (*call).rolloutStatus,
	"rollout history": (*call).rolloutHistory,
}

// get prints the tables of kubectl. Those of pods are always wide.
func (c *call) get(w *sim.Cluster) (string, error) {
	if err := c.only("output"); err != nil {
		return "", err
	}
	in := inNamespace(c.namespace)
	if len(c.args) != 1 || c.out != "" && c.out != "wide" {
		return "", fmt.Errorf("kubectl get: one kind of objects, as a table")
	}
	switch c.args[0] {
	case "pods", "pod", "po":
		return w.Pods("", in...).String(), nil
	case "statefulsets", "statefulset", "sts":
		return w.StatefulSets(in...).String(), nil
	case "deployments", "deployment", "deploy":
		return w.Deployments(in...).String(), nil
	case "replicasets", "replicaset", "rs":
		return w.ReplicaSets(in...).String(), nil
	case "persistentvolumeclaims", "pvc":
		return w.Claims(in...).String(), nil
	case "persistentvolumes", "pv":
		return w.Volumes().String(), nil
	case "services", "service", "svc":
		return w.Services(in...).String(), nil
	case "nodes", "node", "no":
		return w.Nodes().String(), nil
	case "poddisruptionbudgets", "pdb":
		return w.PodDisruptionBudgets(in...).String(), nil
	case "events", "event", "ev":
		return w.Events("", in...).String(), nil
	}
	return "", fmt.Errorf("kubectl get: there is no table of %s", c.args[0])
}

func (c *call) describe(w *sim.Cluster) (string, error) {
	target, _, err := c.about()
	if err != nil {
		return "", err
	}
	return w.Describe(target, inNamespace(c.namespace)...)
}

func (c *call) logs(w *sim.Cluster) (string, error) {
	if err := c.only(); err != nil {
		return "", err
	}
	if len(c.args) != 1 {
		return "", fmt.Errorf("kubectl logs: of one pod")
	}
	return strings.Join(w.Logs(strings.TrimPrefix(c.args[0], "pod/"), inNamespace(c.namespace)...), "\n"), nil
}

func (c *call) rolloutStatus(w *sim.Cluster) (string, error) {
	_, set, err := c.about()
	if err != nil {
		return "", err
	}
	message, _, err := w.RolloutStatus(set, inNamespace(c.namespace)...)
	return message, err
}

func (c *call) rolloutHistory(w *sim.Cluster) (string, error) {
	if err := c.only("revision"); err != nil {
		return "", err
	}
	set, err := c.workload()
	if err != nil {
		return "", err
	}
	return w.RolloutHistory(set, int64(c.revision), inNamespace(c.namespace)...)
}

// about is the one object that a question is about.
func (c *call) about() (target, set string, err error) {
	if err := c.only(); err != nil {
		return "", "", err
	}
	if len(c.args) == 0 {
		return "", "", fmt.Errorf("kubectl %s: of what?", c.verb)
	}
	if target, _, err = c.target(); err != nil {
		return "", "", err
	}
	set, err = c.workload()
	if c.verb == "describe" {
		err = nil
	}
	return target, set, err
}
