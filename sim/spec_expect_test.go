package sim_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// What a screenplay can expect:
//
//	expect pods 0:Ar 1:Bn 2:ApX       the pods of the set, all of them; see podWord
//	expect pods none
//	expect claims www-web-0:sts ...   the claims, all of them; see claimWord
//	expect claims none
//	expect revisions A:1 B:2          the revisions, all of them, with their numbers
//	expect status replicas=3 ready=2  these fields of the status; see statusField
//	expect event Reason: message      one event of the set since its beginning
//	expect event 2 Reason: message    so many
//	expect no event Reason: message   none that begins like this
//	expect error words                the last sync failed, with an error that has these words
//	expect no error
//	expect done, expect not done      what `status` thinks of the rollout
//	expect condition Type=Status Reason: message, expect no condition
//	expect no set                     it is gone
//	expect label web-1 key=value      a pod's label
//	expect no label web-1 key
func (s *stage) expect(words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("expect what?")
	}
	rest := words[1:]
	text := strings.Join(rest, " ")
	switch words[0] {
	case "pods":
		return differ(text, s.pods())
	case "claims":
		return differ(text, s.claims())
	case "revisions":
		return differ(text, s.numbered())
	case "status":
		return s.expectStatus(rest)
	case "event":
		return s.expectEvent(text)
	case "error":
		if trouble := s.trouble(); !strings.Contains(trouble, text) {
			return differ("an error with the words "+text, orNone(trouble))
		}
		return nil
	case "label":
		return s.expectLabel(rest)
	case "condition":
		return differ(text, s.conditions())
	case "done":
		return differ("true", strconv.FormatBool(s.done))
	case "not":
		if text != "done" {
			return fmt.Errorf("nobody can expect not %q", text)
		}
		return differ("false", strconv.FormatBool(s.done))
	case "no":
		return s.expectNo(text)
	default:
		return fmt.Errorf("nobody can expect %q", words[0])
	}
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// expectNo is what there must not be.
func (s *stage) expectNo(text string) error {
	switch prefix, event := strings.CutPrefix(text, "event "); {
	case event:
		for _, e := range s.c.Events("sts/web").Items {
			if line := e.Reason + ": " + e.Message; strings.HasPrefix(line, prefix) {
				return differ("no event "+prefix, line)
			}
		}
		return nil
	case strings.HasPrefix(text, "label "):
		if s.expectLabel(strings.Fields(text)[1:]) == nil {
			return fmt.Errorf("it has the label")
		}
		return nil
	case text == "error":
		return differ("none", orNone(s.trouble()))
	case text == "condition":
		return differ("", s.conditions())
	case text == "set":
		if _, err := s.c.StatefulSet("web"); err == nil {
			return differ("no set", "it is there")
		}
		return nil
	default:
		return fmt.Errorf("nobody can expect no %q", text)
	}
}

// conditions are those of the set.
func (s *stage) conditions() string {
	set, err := s.c.StatefulSet("web")
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, c := range set.Status.Conditions {
		out = append(out, fmt.Sprintf("%s=%s %s: %s", c.Type, c.Status, c.Reason, c.Message))
	}
	return strings.Join(out, ", ")
}

// expectEvent counts the events with a reason and a message.
func (s *stage) expectEvent(text string) error {
	want := 1
	if first, rest, _ := strings.Cut(text, " "); first != "" {
		if n, err := strconv.Atoi(first); err == nil {
			want, text = n, rest
		}
	}
	got := 0
	events := s.c.Events("sts/web")
	for _, e := range events.Items {
		if e.Reason+": "+e.Message == text {
			got++
		}
	}
	if got != want {
		return fmt.Errorf("expected  %d of it\nshown     %d, among\n%s", want, got, events)
	}
	return nil
}

// expectLabel looks for a label, "key" or "key=value", of a pod.
func (s *stage) expectLabel(words []string) error {
	if len(words) != 2 {
		return fmt.Errorf("expect label web-1 key=value")
	}
	pod, err := s.c.Pod(words[0])
	if err != nil {
		return err
	}
	key, _, valued := strings.Cut(words[1], "=")
	value, has := pod.Labels[key]
	switch {
	case !has:
		return differ(words[1], "no such label")
	case valued:
		return differ(words[1], key+"="+value)
	default:
		return nil
	}
}

// trouble is the error of the last sync; "" if it had none.
func (s *stage) trouble() string {
	for _, r := range s.c.Reasons() {
		if words, failed := strings.CutPrefix(r.Why, "the controller cannot go on: "); failed && r.Object == "sts/web" {
			return words
		}
	}
	return ""
}

func (s *stage) pods() string {
	var words []string
	for _, pod := range s.c.Pods("web").Items {
		words = append(words, s.podWord(&pod))
	}
	return orNone(strings.Join(words, " "))
}

// podWord writes a pod as ordinal:revision and letters. The revision is the image
// that the label controller-revision-hash stands for, "?" without the label. Then
// p Pending, n Running and not ready, r Running and ready, F Failed, S Succeeded,
// U Unknown; R if the condition Ready is True in another phase than Running;
// X terminating; o if no set owns it.
func (s *stage) podWord(pod *model.Pod) string {
	word := strings.TrimPrefix(pod.Name, "web-") + ":"
	revision := s.images[pod.Labels[model.LabelRevision]]
	switch image := pod.Spec.Containers[0].Image; revision {
	case "":
		word += "?"
	case image:
		word += image
	default:
		word += revision + "(image " + image + ")"
	}
	switch running := pod.Status.Phase == model.PodRunning; {
	case running && pod.Ready():
		word += "r"
	case running:
		word += "n"
	default:
		word += map[model.PodPhase]string{
			model.PodPending: "p", model.PodFailed: "F", model.PodSucceeded: "S", model.PodUnknown: "U",
		}[pod.Status.Phase]
		if pod.Ready() {
			word += "R"
		}
	}
	if pod.DeletedAt != nil {
		word += "X"
	}
	if len(pod.OwnerReferences) == 0 {
		word += "o"
	}
	return word
}

func (s *stage) claims() string {
	uids := map[model.UID]bool{}
	for _, o := range s.c.Objects() {
		uids[o.Meta().UID] = true
	}
	var words []string
	for _, claim := range s.c.Claims().Items {
		words = append(words, claimWord(&claim, uids))
	}
	slices.Sort(words)
	return orNone(strings.Join(words, " "))
}

// claimWord writes a claim as its name, its owners (":sts", ":pod", in brackets if it
// is not the controller, with "!" if it is gone), and "X" if it is terminating.
func claimWord(claim *model.PersistentVolumeClaim, uids map[model.UID]bool) string {
	word := claim.Name
	for _, o := range claim.OwnerReferences {
		owner := map[model.Kind]string{model.KindStatefulSet: "sts", model.KindPod: "pod"}[o.Kind]
		if !o.Controller {
			owner = "(" + owner + ")"
		}
		word += ":" + owner
		if !uids[o.UID] {
			word += "!"
		}
	}
	if claim.DeletedAt != nil {
		word += "X"
	}
	return word
}

// numbered are the revisions with their numbers.
func (s *stage) numbered() string {
	var words []string
	for _, r := range s.history() {
		if strings.HasPrefix(r.Name, "backup-") {
			continue // of the set that `hold` makes
		}
		words = append(words, fmt.Sprintf("%s:%d", s.images[r.Name], r.Revision))
	}
	return orNone(strings.Join(words, " "))
}

func (s *stage) expectStatus(fields []string) error {
	set, err := s.c.StatefulSet("web")
	if err != nil {
		return err
	}
	var got []string
	for _, field := range fields {
		key, _, _ := strings.Cut(field, "=")
		value, err := s.statusField(set, key)
		if err != nil {
			return err
		}
		got = append(got, key+"="+value)
	}
	return differ(strings.Join(fields, " "), strings.Join(got, " "))
}

// statusField is a field of a status. The revisions are images, and observed says
// whether the newest generation is.
func (s *stage) statusField(set *model.StatefulSet, key string) (string, error) {
	status := &set.Status
	count := func(n int32) (string, error) { return strconv.Itoa(int(n)), nil }
	switch key {
	case "replicas":
		return count(status.Replicas)
	case "ready":
		return count(status.ReadyReplicas)
	case "available":
		return count(status.AvailableReplicas)
	case "current":
		return count(status.CurrentReplicas)
	case "updated":
		return count(status.UpdatedReplicas)
	case "currentRevision":
		return orNone(s.images[status.CurrentRevision]), nil
	case "updateRevision":
		return orNone(s.images[status.UpdateRevision]), nil
	case "observed":
		return strconv.FormatBool(status.ObservedGeneration == set.Generation), nil
	default:
		return "", fmt.Errorf("a status has no %q here", key)
	}
}
