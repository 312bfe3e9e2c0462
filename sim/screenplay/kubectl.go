package screenplay

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"mvdan.cc/sh/v3/shell"

	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
)

// call is a command line of kubectl, taken apart.
type call struct {
	verb  string // "delete", "rollout undo"
	args  []string
	after []string // what stands behind "--"
	input string

	flags                                        *pflag.FlagSet
	namespace, container, file, patch, kind, out string
	cascade, subresource, cpu                    string
	replicas, grace, least, most, revision       int
	force, overwrite                             bool
}

// verbs are the commands of kubectl that change something: with which flags, of how many
// arguments, and the operation.
var verbs = map[string]struct {
	flags []string
	args  int // -1 for one or more
	read  func(*call) (sim.Operation, error)
}{
	"apply":           {[]string{"filename"}, 0, (*call).apply},
	"create":          {[]string{"filename"}, 0, (*call).apply},
	"delete":          {[]string{"grace-period", "force", "cascade"}, -1, (*call).delete},
	"scale":           {[]string{"replicas"}, -1, (*call).scale},
	"set image":       {nil, 2, (*call).setImage},
	"patch":           {[]string{"patch", "type", "subresource"}, -1, (*call).patchObject},
	"label":           {[]string{"overwrite"}, -1, (*call).label},
	"autoscale":       {[]string{"min", "max", "cpu"}, -1, (*call).autoscale},
	"rollout undo":    {[]string{"to-revision"}, -1, (*call).rolloutUndo},
	"rollout restart": {nil, -1, (*call).rolloutRestart},
	"rollout pause":   {nil, -1, (*call).rolloutPause},
	"rollout resume":  {nil, -1, (*call).rolloutPause},
	"cordon":          {nil, 1, (*call).cordon},
	"uncordon":        {nil, 1, (*call).cordon},
	"drain":           {[]string{"force"}, 1, (*call).drain},
	"taint":           {[]string{"overwrite"}, -1, (*call).taint},
	"exec":            {nil, 1, (*call).exec},
}

// parseKubectl reads a command that changes something.
func parseKubectl(command, input string) (sim.Operation, error) {
	c, err := newCall(command, input)
	if err != nil {
		return nil, err
	}
	verb, ok := verbs[c.verb]
	if !ok {
		return nil, fmt.Errorf("%w: kubectl %s", errNoCommand, c.verb)
	}
	if err := c.only(verb.flags...); err != nil {
		return nil, err
	}
	if verb.args >= 0 && len(c.args) != verb.args || verb.args < 0 && len(c.args) == 0 {
		return nil, fmt.Errorf("kubectl %s has %d arguments", c.verb, len(c.args))
	}
	return verb.read(c)
}

func newFlags(name string) *pflag.FlagSet {
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// newCall takes a command line apart.
func newCall(command, input string) (*call, error) {
	fields, err := shell.Fields(command, func(string) string { return "" })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", command, err)
	}
	c := &call{input: input, flags: newFlags("kubectl")}
	c.flags.StringVarP(&c.namespace, "namespace", "n", "", "")
	c.flags.StringVarP(&c.container, "container", "c", "", "")
	c.flags.StringVarP(&c.file, "filename", "f", "", "")
	c.flags.StringVarP(&c.patch, "patch", "p", "", "")
	c.flags.StringVarP(&c.out, "output", "o", "", "")
	c.flags.StringVar(&c.kind, "type", "strategic", "")
	c.flags.StringVar(&c.subresource, "subresource", "", "")
	c.flags.StringVar(&c.cascade, "cascade", "", "")
	c.flags.StringVar(&c.cpu, "cpu", "", "")
	c.flags.IntVar(&c.replicas, "replicas", 0, "")
	c.flags.IntVar(&c.grace, "grace-period", 0, "")
	c.flags.IntVar(&c.least, "min", 0, "")
	c.flags.IntVar(&c.most, "max", 0, "")
	c.flags.IntVar(&c.revision, "to-revision", 0, "")
	c.flags.BoolVar(&c.force, "force", false, "")
	c.flags.BoolVar(&c.overwrite, "overwrite", false, "")
	if err := c.flags.Parse(fields[1:]); err != nil {
		return nil, fmt.Errorf("%s: %w", command, err)
	}
	args := c.flags.Args()
	if dash := c.flags.ArgsLenAtDash(); dash >= 0 {
		args, c.after = args[:dash], args[dash:]
	}
	if len(args) == 0 {
		return nil, fmt.Errorf("%w: %s", errNoCommand, command)
	}
	c.verb, c.args = args[0], args[1:]
	if (c.verb == "rollout" || c.verb == "set") && len(c.args) > 0 {
		c.verb, c.args = c.verb+" "+c.args[0], c.args[1:]
	}
	return c, nil
}

// only refuses the flags that a verb does not have.
func (c *call) only(flags ...string) (err error) {
	known := " namespace " + strings.Join(flags, " ") + " "
	c.flags.Visit(func(f *pflag.Flag) {
		if !strings.Contains(known, " "+f.Name+" ") {
			err = fmt.Errorf("kubectl %s has no flag --%s here", c.verb, f.Name)
		}
	})
	return err
}

// target is the object that the arguments begin with, "pod/web-0" or "pod web-0", and what
// stands behind it.
func (c *call) target() (target string, rest []string, err error) {
	switch {
	case strings.Contains(c.args[0], "/"):
		return c.args[0], c.args[1:], nil
	case len(c.args) > 1:
		return c.args[0] + "/" + c.args[1], c.args[2:], nil
	}
	return "", nil, fmt.Errorf("kubectl %s: which %s?", c.verb, c.args[0])
}

// workload is the set or Deployment that the arguments name, and nothing else, as the
// operations name it: "web", "deploy/web".
func (c *call) workload() (string, error) {
	target, rest, err := c.target()
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("kubectl %s: what is %q?", c.verb, rest[0])
	}
	if err != nil {
		return "", err
	}
	kind, name, _ := strings.Cut(target, "/")
	switch kind {
	case "sts", "statefulset", "statefulsets", "statefulset.apps":
		return name, nil
	case "deploy", "deployment", "deployments", "deployment.apps":
		return "deploy/" + name, nil
	}
	return "", fmt.Errorf("kubectl %s is for sets and Deployments, and not for %s", c.verb, target)
}

func (c *call) apply() (sim.Operation, error) {
	if c.file != "-" {
		return nil, fmt.Errorf("kubectl %s: the objects stand in the text: -f - <<EOF", c.verb)
	}
	m, err := manifest.Parse([]byte(c.input))
	if err != nil {
		return nil, err
	}
	return sim.Apply{Objects: m.Objects, MustCreate: c.verb == "create"}, nil
}

func (c *call) delete() (sim.Operation, error) {
	target, rest, err := c.target()
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("kubectl delete: one object at a time, and not also %s", rest[0])
	}
	op := sim.Delete{Namespace: c.namespace, Target: target, Force: c.force, Cascade: sim.Cascade(c.cascade)}
	if c.flags.Changed("grace-period") {
		grace := int32(c.grace)
		op.Grace = &grace
	}
	return op, err
}

func (c *call) scale() (sim.Operation, error) {
	set, err := c.workload()
	if err == nil && !c.flags.Changed("replicas") {
		err = fmt.Errorf("kubectl scale: to how many --replicas?")
	}
	return sim.Scale{Namespace: c.namespace, Set: set, Replicas: c.replicas}, err
}

func (c *call) setImage() (sim.Operation, error) {
	container, image, ok := strings.Cut(c.args[1], "=")
	if !ok {
		return nil, fmt.Errorf("kubectl set image: %q must be a container and its image", c.args[1])
	}
	c.args = c.args[:1]
	set, err := c.workload()
	return sim.SetImage{Namespace: c.namespace, Set: set, Container: container, Image: image}, err
}

// partitionPatch is the patch that [sim.SetPartition] prints.
var partitionPatch = regexp.MustCompile(`^\{"spec":\{"updateStrategy":\{"rollingUpdate":\{"partition":(-?\d+)\}\}\}\}$`)

func (c *call) patchObject() (sim.Operation, error) {
	target, _, err := c.target()
	if err != nil {
		return nil, err
	}
	if c.subresource != "" {
		return c.condition(target)
	}
	switch m := partitionPatch.FindStringSubmatch(c.patch); {
	case m != nil && c.kind == "strategic" && strings.HasPrefix(target, "sts/"):
		partition, err := strconv.Atoi(m[1])
		return sim.SetPartition{Namespace: c.namespace, Set: strings.TrimPrefix(target, "sts/"), Partition: partition}, err
	case c.kind == "strategic":
		return sim.PatchObject{Namespace: c.namespace, Target: target, With: manifest.StrategicMerge(c.patch)}, nil
	case c.kind == "merge":
		return sim.PatchObject{Namespace: c.namespace, Target: target, With: manifest.Merge(c.patch)}, nil
	}
	return nil, fmt.Errorf("kubectl patch: --type is strategic or merge, and not %s", c.kind)
}

// condition reads the patch that sets a condition of a pod.
func (c *call) condition(target string) (sim.Operation, error) {
	var patch struct {
		Status struct {
			Conditions []struct{ Type, Status, Reason, Message string }
		}
	}
	kind, pod, _ := strings.Cut(target, "/")
	err := json.Unmarshal([]byte(c.patch), &patch)
	if err != nil || c.subresource != "status" || kind != "pod" || len(patch.Status.Conditions) != 1 {
		return nil, fmt.Errorf("kubectl patch --subresource=status sets one condition of a pod, and not %s", c.patch)
	}
	set := patch.Status.Conditions[0]
	return sim.SetCondition{Namespace: c.namespace, Pod: pod, Type: set.Type, Status: set.Status == "True", Reason: set.Reason, Message: set.Message}, nil
}

func (c *call) label() (sim.Operation, error) {
	target, labels, err := c.target()
	if err == nil && !c.overwrite {
		err = fmt.Errorf("kubectl label: only with --overwrite")
	}
	return sim.Label{Namespace: c.namespace, Target: target, Labels: labels}, err
}

func (c *call) autoscale() (sim.Operation, error) {
	target, _, err := c.target()
	op := sim.Autoscale{Namespace: c.namespace, Target: target, Min: c.least, Max: c.most}
	if err == nil && c.cpu != "" {
		op.CPU, err = strconv.Atoi(strings.TrimSuffix(c.cpu, "%"))
	}
	return op, err
}

func (c *call) rolloutUndo() (sim.Operation, error) {
	set, err := c.workload()
	return sim.RolloutUndo{Namespace: c.namespace, Set: set, ToRevision: int64(c.revision)}, err
}

func (c *call) rolloutRestart() (sim.Operation, error) {
	set, err := c.workload()
	return sim.RolloutRestart{Namespace: c.namespace, Set: set}, err
}

func (c *call) rolloutPause() (sim.Operation, error) {
	set, err := c.workload()
	return sim.RolloutPause{Namespace: c.namespace, Set: set, Undo: c.verb == "rollout resume"}, err
}

func (c *call) cordon() (sim.Operation, error) {
	return sim.Cordon{Node: c.args[0], Undo: c.verb == "uncordon"}, nil
}

func (c *call) drain() (sim.Operation, error) {
	return sim.Drain{Node: c.args[0], Force: c.force}, nil
}

func (c *call) taint() (sim.Operation, error) {
	target, taints, err := c.target()
	kind, node, _ := strings.Cut(target, "/")
	if err == nil && kind != "nodes" && kind != "node" && kind != "no" {
		err = fmt.Errorf("kubectl taint is for nodes, and not for %s", target)
	}
	if err == nil && !c.overwrite {
		err = fmt.Errorf("kubectl taint: only with --overwrite")
	}
	return sim.TaintNode{Node: node, Taints: taints}, err
}

// exec reads what is run in a pod: nslookup, or echo into a file.
func (c *call) exec() (sim.Operation, error) {
	switch {
	case len(c.after) == 2 && c.after[0] == "nslookup":
		return sim.Lookup{Namespace: c.namespace, Pod: c.args[0], Name: c.after[1]}, nil
	case len(c.after) == 3 && c.after[0] == "sh" && c.after[1] == "-c":
		return c.echo(c.after[2])
	}
	return nil, fmt.Errorf("%w in a pod: %s", errNoCommand, strings.Join(c.after, " "))
}

// echo reads "echo words > path".
func (c *call) echo(script string) (sim.Operation, error) {
	end := max(0, strings.LastIndex(script, " > "))
	fields := func(text string) []string {
		words, err := shell.Fields(text, func(string) string { return "" })
		if err != nil {
			return nil
		}
		return words
	}
	words, path := fields(script[:end]), fields(strings.TrimPrefix(script[end:], " > "))
	if len(words) == 0 || words[0] != "echo" || len(path) != 1 {
		return nil, fmt.Errorf("%w in a pod: sh -c %s", errNoCommand, script)
	}
	return sim.WriteFile{Namespace: c.namespace, Pod: c.args[0], Content: strings.Join(words[1:], " "), Path: path[0]}, nil
}
