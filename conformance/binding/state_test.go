package binding

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/component-helpers/storage/volume"
)

// state is what the API shows after a step, in lines: the claims, the volumes, and the
// events of each, and whether the step was refused.
type state []string

// refusedLine is in the state after a step that was refused.
const refusedLine = "the step was refused"

// lives gives the UIDs of claims names that both sides share: "c0#2" is the second claim
// of the name c0.
type lives struct {
	words map[types.UID]string
	count map[string]int
}

func newLives() *lives {
	return &lives{words: map[types.UID]string{foreign: "nobody"}, count: map[string]int{}}
}

// born notes a claim that has been created.
func (l *lives) born(name string, uid types.UID) {
	l.count[name]++
	l.words[uid] = fmt.Sprintf("%s#%d", name, l.count[name])
}

// in replaces all UIDs in a text.
func (l *lives) in(text string) string {
	for uid, word := range l.words { // no UID is part of another
		text = strings.ReplaceAll(text, string(uid), word)
	}
	return text
}

// render writes a state.
func (l *lives) render(refused bool, claims []v1.PersistentVolumeClaim, volumes []v1.PersistentVolume, eventsOf func(string) []string) state {
	var out state
	if refused {
		out = append(out, refusedLine)
	}
	for i := range claims {
		out = append(out, "pvc/"+claims[i].Name+": "+l.in(claimLine(&claims[i])))
	}
	for i := range volumes {
		out = append(out, l.in("pv/"+volumes[i].Name+": "+l.volumeLine(&volumes[i])))
	}
	targets := []string{}
	for name := range l.count {
		targets = append(targets, "pvc/"+name)
	}
	for _, name := range volumeNames {
		targets = append(targets, "pv/"+name)
	}
	for i := range volumes {
		targets = append(targets, "pv/"+volumes[i].Name)
	}
	slices.Sort(targets)
	for _, target := range slices.Compact(targets) {
		for _, e := range told(eventsOf(target)) {
			out = append(out, l.in("event of "+target+": "+e))
		}
	}
	slices.SortStableFunc(out, func(a, b string) int {
		return strings.Compare(before(a), before(b)) // names that are UIDs sort otherwise on the two sides
	})
	return out
}

// told are the events of an object as they can be compared. The volume controller says
// the same again each time it looks, at a claim or at a volume, and the provisioner each
// time it tries: what only repeats is left out. They do not wait for each other, nor does
// the controller that says who is to grow a volume: they are told apart.
func told(events []string) []string {
	var controller, provisioner, volumes, expander []string
	for _, e := range events {
		_, line, _ := strings.Cut(e, " ")
		if strings.HasPrefix(line, "Provisioning: ") || strings.HasPrefix(line, "ProvisioningSucceeded: ") || strings.HasSuffix(line, errSelector.Error()) {
			provisioner = append(provisioner, e)
		} else if strings.HasPrefix(line, "ExternalExpanding: ") {
			expander = append(expander, e)
		} else if strings.HasSuffix(line, "due to incompatible volumeMode.") {
			volumes = append(volumes, e)
		} else {
			controller = append(controller, e)
		}
	}
	return slices.Concat(slices.Compact(controller), inPairs(provisioner), inPairs(volumes), slices.Compact(expander))
}

// inPairs leaves out what repeats the two before it.
func inPairs(events []string) (out []string) {
	for _, e := range events {
		if n := len(out); n >= 2 && out[n-2] == e && slices.Contains(out[:n-2], out[n-1]) {
			out = out[:n-1]
			continue
		}
		out = append(out, e)
	}
	return slices.Compact(out)
}

// before is what stands before the first ": ".
func before(line string) string {
	head, _, _ := strings.Cut(line, ": ")
	return head
}

func claimLine(c *v1.PersistentVolumeClaim) string {
	line := fmt.Sprintf("%s class=%s", c.Status.Phase, classWord(c.Spec.StorageClassName))
	line += described("volume", c.Spec.VolumeName)
	if c.Status.Capacity != nil {
		line += " capacity=" + quantity(c.Status.Capacity)
	}
	if len(c.Status.AccessModes) > 0 {
		line += fmt.Sprintf(" modes=%v", c.Status.AccessModes)
	}
	for _, condition := range c.Status.Conditions {
		line += fmt.Sprintf(" %s=%s (%s: %s)", condition.Type, condition.Status, condition.Reason, condition.Message)
	}
	return line + annotationWords(c.Annotations) + terminating(c)
}

func (l *lives) volumeLine(v *v1.PersistentVolume) string {
	line := fmt.Sprintf("%s capacity=%s policy=%s", v.Status.Phase, quantity(v.Spec.Capacity), v.Spec.PersistentVolumeReclaimPolicy)
	line += described("class", v.Spec.StorageClassName)
	if ref := v.Spec.ClaimRef; ref != nil {
		line += fmt.Sprintf(" claimRef=%s/%s", ref.Namespace, ref.Name)
		line += described("uid", ref.UID)
	}
	return line + described("message", v.Status.Message) + annotationWords(v.Annotations) + terminating(v)
}

// beta is a second spelling of the annotation that asks a provisioner, which says
// nothing more.
const beta = volume.AnnBetaStorageProvisioner

func annotationWords(annotations map[string]string) string {
	words := ""
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		if key != beta {
			words += " " + key[strings.LastIndexByte(key, '/')+1:] + "=" + annotations[key]
		}
	}
	return words
}

func terminating(o object) string {
	if o.GetDeletionTimestamp() != nil {
		return " Terminating"
	}
	return ""
}
