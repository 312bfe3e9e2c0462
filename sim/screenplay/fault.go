package screenplay

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// form is a way in which a fault is written. Words in capitals stand for any word.
type form struct {
	words string
	read  func(w *words) sim.Operation
}

// forms are those of all faults that are a plain sentence. The first that fits counts.
var forms = []form{
	{"crash node NODE", func(w *words) sim.Operation { return sim.CrashNode{Node: w.text("NODE")} }},
	{"restart node NODE", func(w *words) sim.Operation { return sim.RestartNode{Node: w.text("NODE")} }},
	{"shut down node NODE", func(w *words) sim.Operation { return sim.ShutdownNode{Node: w.text("NODE")} }},
	{"partition node NODE", func(w *words) sim.Operation { return sim.PartitionNode{Node: w.text("NODE")} }},
	{"heal node NODE", func(w *words) sim.Operation { return sim.HealNode{Node: w.text("NODE")} }},
	{"partition nodes A and B", func(w *words) sim.Operation { return sim.PartitionNodes{A: w.text("A"), B: w.text("B")} }},
	{"heal nodes A and B", func(w *words) sim.Operation { return sim.HealNodes{A: w.text("A"), B: w.text("B")} }},
	{"stop kubelet NODE", func(w *words) sim.Operation { return sim.StopKubelet{Node: w.text("NODE")} }},
	{"start kubelet NODE", func(w *words) sim.Operation { return sim.StartKubelet{Node: w.text("NODE")} }},
	{"hold volumes of NODE", func(w *words) sim.Operation { return sim.HoldVolumes{Node: w.text("NODE")} }},
	{"release volumes of NODE", func(w *words) sim.Operation { return sim.ReleaseVolumes{Node: w.text("NODE")} }},
	{"hold detach from NODE", func(w *words) sim.Operation { return sim.HoldDetach{Node: w.text("NODE")} }},
	{"release detach from NODE", func(w *words) sim.Operation { return sim.ReleaseDetach{Node: w.text("NODE")} }},
	{"hold reads of NODE", func(w *words) sim.Operation { return sim.HoldReads{Node: w.text("NODE")} }},
	{"release reads of NODE", func(w *words) sim.Operation { return sim.ReleaseReads{Node: w.text("NODE")} }},
	{"pressure on the RESOURCE of NODE", func(w *words) sim.Operation {
		return sim.Pressure{Node: w.text("NODE"), Resource: w.resource()}
	}},
	{"pressure on the RESOURCE of NODE by BYTES", func(w *words) sim.Operation {
		return sim.Pressure{Node: w.text("NODE"), Resource: w.resource(), Lacks: w.bytes("BYTES")}
	}},
	{"relieve the RESOURCE of NODE", func(w *words) sim.Operation {
		return sim.Relieve{Node: w.text("NODE"), Resource: w.resource()}
	}},

	{"hang POD", func(w *words) sim.Operation {
		return sim.Hang{Namespace: w.namespace, Pod: w.text("POD"), Container: w.container}
	}},
	{"recover POD", func(w *words) sim.Operation {
		return sim.Recover{Namespace: w.namespace, Pod: w.text("POD"), Container: w.container}
	}},
	{"stop serving POD", func(w *words) sim.Operation {
		return sim.StopServing{Namespace: w.namespace, Pod: w.text("POD"), Container: w.container}
	}},
	{"start serving POD", func(w *words) sim.Operation {
		return sim.StartServing{Namespace: w.namespace, Pod: w.text("POD"), Container: w.container}
	}},
	{"kill POD for its memory", func(w *words) sim.Operation {
		return sim.OOMKill{Namespace: w.namespace, Pod: w.text("POD"), Container: w.container}
	}},
	{"crash POD", func(w *words) sim.Operation {
		return sim.CrashContainer{Namespace: w.namespace, Pod: w.text("POD"), Container: w.container}
	}},
	{"fail POD", func(w *words) sim.Operation { return sim.FailPod{Namespace: w.namespace, Pod: w.text("POD")} }},
	{"evict POD", func(w *words) sim.Operation { return sim.Evict{Namespace: w.namespace, Pod: w.text("POD")} }},

	{"lose image IMAGE", func(w *words) sim.Operation { return sim.LoseImage{Image: w.text("IMAGE")} }},
	{"mend image IMAGE", func(w *words) sim.Operation { return sim.MendImage{Image: w.text("IMAGE")} }},
	{"heal provisioning of class CLASS", func(w *words) sim.Operation { return sim.HealProvisioning{Class: w.text("CLASS")} }},
	{"heal provisioning of claim CLAIM", func(w *words) sim.Operation {
		return sim.HealProvisioning{Namespace: w.namespace, Claim: w.text("CLAIM")}
	}},
	{"heal expansion of class CLASS", func(w *words) sim.Operation { return sim.HealExpansion{Class: w.text("CLASS")} }},
	{"heal expansion of claim CLAIM", func(w *words) sim.Operation {
		return sim.HealExpansion{Namespace: w.namespace, Claim: w.text("CLAIM")}
	}},

	{"stop DNS N", func(w *words) sim.Operation { return sim.StopDNS{Replica: w.number("N")} }},
	{"start DNS N", func(w *words) sim.Operation { return sim.StartDNS{Replica: w.number("N")} }},
	{"lose N of messages", func(w *words) sim.Operation { return sim.LoseMessages{PerMille: w.perMille("N")} }},

	{"pause the controller", func(*words) sim.Operation { return sim.PauseController{} }},
	{"resume the controller", func(*words) sim.Operation { return sim.ResumeController{} }},
	{"kube-controller-manager restarts", func(*words) sim.Operation { return sim.RestartController{} }},
	{"delay the controller's watch by TIME", func(w *words) sim.Operation { return sim.DelayWatch{By: w.duration("TIME")} }},
	{"lose N events of kind KIND", func(w *words) sim.Operation {
		return sim.LoseEvents{Kind: model.Kind(w.text("KIND")), Times: w.number("N")}
	}},
	{"keep events of kind KIND", func(w *words) sim.Operation { return sim.KeepEvents{Kind: model.Kind(w.text("KIND"))} }},
	{"kubeadm upgrade apply RELEASE", func(w *words) sim.Operation { return sim.UpgradeTo{Release: w.release("RELEASE")} }},
	{"kubeadm upgrade apply RELEASE GATES", func(w *words) sim.Operation { return sim.UpgradeTo{Release: w.release("RELEASE", "GATES")} }},
}

// parseFault reads a fault, or another operation that is not kubectl's.
func parseFault(command string) (sim.Operation, error) {
	for _, longer := range []func(string) (sim.Operation, error){parseFailWrite, parseConflictWrite, parseHealWrites, parseDriverFault, parseLoad} {
		if op, err := longer(command); op != nil || err != nil {
			return op, err
		}
	}
	w, given, err := flagged(command)
	if err != nil {
		return nil, err
	}
	for _, f := range forms {
		if w.fits(strings.Fields(f.words), given) {
			op := f.read(w)
			return op, w.err
		}
	}
	return nil, fmt.Errorf("%w: %s", errNoCommand, command)
}

// words are the words of a command, by the name that the form has for them. The first that
// cannot be read is the error.
type words struct {
	namespace, container string
	named                map[string]string
	err                  error
}

// flagged takes the flags off the words of a command.
func flagged(command string) (*words, []string, error) {
	w := &words{}
	flags := newFlags(command)
	flags.StringVarP(&w.namespace, "namespace", "n", "", "")
	flags.StringVarP(&w.container, "container", "c", "", "")
	err := flags.Parse(strings.Fields(command))
	return w, flags.Args(), err
}

func (w *words) fits(form, given []string) bool {
	if len(form) != len(given) && !(len(form) < len(given) && form[len(form)-1] == "GATES") {
		return false
	}
	w.named = map[string]string{}
	for i, word := range form {
		switch {
		case word == "GATES":
			w.named[word] = strings.Join(given[i:], " ")
		case strings.ToUpper(word) == word && word != "DNS":
			w.named[word] = given[i]
		case word != given[i]:
			return false
		}
	}
	return true
}

func (w *words) text(name string) string { return w.named[name] }

func (w *words) note(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *words) number(name string) int {
	n, err := strconv.Atoi(w.named[name])
	w.note(err)
	return n
}

func (w *words) perMille(name string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(w.named[name], "‰"))
	w.note(err)
	return n
}

func (w *words) duration(name string) time.Duration {
	d, err := time.ParseDuration(w.named[name])
	w.note(err)
	return d
}

func (w *words) bytes(name string) model.Bytes {
	b, err := manifest.ParseBytes(w.named[name])
	w.note(err)
	return b
}

func (w *words) resource() sim.Resource {
	if r := sim.Resource(w.named["RESOURCE"]); r != sim.Memory {
		return r
	}
	return "" // as it is mostly written
}

func (w *words) release(names ...string) release.Release {
	var text []string
	for _, name := range names {
		text = append(text, w.named[name])
	}
	r, err := release.Parse(strings.TrimPrefix(strings.Join(text, " "), "v"))
	w.note(err)
	return r
}

// Faults with more to say than a plain sentence. Whatever stands behind ": " is an error
// message, with all its spaces.
var (
	failWrite = regexp.MustCompile(`^fail write (\d+) \((create|update|delete|update status of) (\w+)\)( .*?)?(?:: (.*))?$`)
	conflict  = regexp.MustCompile(`^conflict write (\d+) \((update|update status of) (\w+)\)( .*)?$`)
	heal      = regexp.MustCompile(`^heal writes \((create|update|delete|update status of) (\w+)\)$`)
	failTask  = regexp.MustCompile(`^fail (provisioning|expansion) of (class|claim) (\S+?)((?: -n \S+)?)(?: on (\S+))?(?: to more than (\S+?))?( for want of room)?( once| \d+ times)?(?:: (.*))?$`)
	setLoad   = regexp.MustCompile(`^set (load|cpu|memory) of (\S+)((?: -n \S+)?) to (.*)$`)
)

func parseFailWrite(command string) (sim.Operation, error) {
	m := failWrite.FindStringSubmatch(command)
	if m == nil {
		return nil, nil
	}
	op := sim.FailWrite{Verb: sim.Verb(m[2]), Kind: model.Kind(m[3]), Error: m[5]}
	var err error
	if op.Nth, err = strconv.Atoi(m[1]); err != nil {
		return nil, err
	}
	op.Times, err = times(m[4])
	return op, err
}

func parseConflictWrite(command string) (sim.Operation, error) {
	m := conflict.FindStringSubmatch(command)
	if m == nil {
		return nil, nil
	}
	op := sim.ConflictWrite{Verb: sim.Verb(m[2]), Kind: model.Kind(m[3])}
	var err error
	if op.Nth, err = strconv.Atoi(m[1]); err != nil {
		return nil, err
	}
	op.Times, err = times(m[4])
	return op, err
}

func parseHealWrites(command string) (sim.Operation, error) {
	m := heal.FindStringSubmatch(command)
	if m == nil {
		return nil, nil
	}
	return sim.HealWrites{Verb: sim.Verb(m[1]), Kind: model.Kind(m[2])}, nil
}

func parseDriverFault(command string) (sim.Operation, error) {
	m := failTask.FindStringSubmatch(command)
	if m == nil {
		return nil, nil
	}
	task, of, name, namespace := m[1], m[2], m[3], strings.TrimPrefix(m[4], " -n ")
	node, above, exhausted, text := m[5], m[6], m[7] != "", m[9]
	class, claim := name, ""
	if of == "claim" {
		class, claim = "", name
	}
	n, err := times(m[8])
	if err != nil {
		return nil, err
	}
	if task == "provisioning" && above == "" {
		return sim.FailProvisioning{Class: class, Namespace: namespace, Claim: claim, Node: node, Times: n, Exhausted: exhausted, Error: text}, nil
	}
	if task == "expansion" && node == "" && !exhausted {
		op := sim.FailExpansion{Class: class, Namespace: namespace, Claim: claim, Times: n, Error: text}
		if above != "" {
			op.Above, err = manifest.ParseBytes(above)
		}
		return op, err
	}
	return nil, fmt.Errorf("%w: %s", errNoCommand, command)
}

// times reads how often something happens: "", " once", " 3 times".
func times(text string) (int, error) {
	switch text = strings.TrimSpace(text); text {
	case "":
		return 0, nil
	case "once":
		return 1, nil
	}
	return strconv.Atoi(strings.TrimSuffix(text, " times"))
}

func parseLoad(command string) (sim.Operation, error) {
	m := setLoad.FindStringSubmatch(command)
	if m == nil {
		return nil, nil
	}
	op := sim.SetLoad{Target: m[2], Namespace: strings.TrimPrefix(m[3], " -n ")}
	if m[1] != "load" {
		op.Resource = m[1]
	}
	for text := range strings.SplitSeq(m[4], ", ") {
		use, after, later := strings.Cut(text, " after ")
		var step sim.LoadStep
		var err error
		if step.Use, err = manifest.ParseCPU(use); err != nil {
			return nil, err
		}
		if later {
			if step.After, err = time.ParseDuration(after); err != nil {
				return nil, err
			}
		}
		op.Steps = append(op.Steps, step)
	}
	return op, nil
}

// formatLoad is a load with all its steps.
func formatLoad(o sim.SetLoad) string {
	words := make([]string, len(o.Steps))
	for i, s := range o.Steps {
		words[i] = s.Use.String()
		if s.After > 0 {
			words[i] += " after " + s.After.String()
		}
	}
	o.Steps = o.Steps[:0]
	return o.String() + strings.Join(words, ", ")
}
