package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// The tables of this package speak a small language, so that a row can be read
// aloud.
//
// A set is words: "Parallel 5 m=2 update=B". A number alone is spec.replicas (3 if
// there is none), "noblock" is RollingUpdate without its block, "was=A" and "c=1"
// are the stored status' currentRevision and currentReplicas, "keep=Delete/Retain" is
// whenDeleted and whenScaled, "old=2" says that the revisions A and B are kept,
// "progress=deleting" (creating, completed) that the stored status has the condition
// Progressing, since 100 s. "at=1.36" makes it that release of Kubernetes;
// "at=1.36,MaxUnavailableStatefulSet=true" switches a gate. Without it the rules are the
// newest release's, with Recreate allowed.
//
// Pods are "ordinal:revision, state, flags", as in "0:Ar 1:BrX 2:-n":
//
//	r ready   y ready for only 10 s   Y for 20 s   n running, not ready   u Unknown   f Failed   s Succeeded
//	p Pending   P Pending, and yet its condition Ready is True
//	X terminating   ! without its label pod-name   o orphan   x another's   m not matched
//
// Claims (of one template) are "ordinal:owners", as in "0:- 1:set 2:pod,other",
// or "none": - nobody, set, pod, oldset and oldpod (another UID), loose and loosepod
// (the set and the pod, not as controller), ref and podref (the same, and they may be
// deleted before it), other (another controller), friend
// (somebody else, not as controller), and X terminating.
//
// What is done is read back in the same way: "|" stands between groups, a
// deletion says why.
const testNow = model.Instant(1000 * time.Second)

const (
	setUID    model.UID = 7
	otherUID  model.UID = 99
	podUIDs   model.UID = 100 // plus the ordinal
	firstName           = model.Symbol(50)
)

var setName = model.Name{Namespace: 1, Base: firstName, Ordinal: model.NoOrdinal}

func podNameOf(ordinal int32) model.Name {
	return model.Name{Namespace: 1, Base: firstName, Ordinal: ordinal}
}

// symbolOf is the revision that a letter stands for: A is 1; "-" is none.
func symbolOf(letter string) model.Symbol {
	if letter == "-" || letter == "" {
		return 0
	}
	return model.Symbol(letter[0]-'A') + 1
}

func letterOf(s model.Symbol) string {
	if s == 0 {
		return "-"
	}
	return string(rune('A' + s - 1))
}

func number(text string) int32 {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic("policy: test row: " + err.Error())
	}
	return int32(n)
}

// scene is what the controller sees at testNow.
type scene struct {
	set    string
	pods   string
	claims string
}

// build makes the view of a scene, its revision stage done.
func (s scene) build() *View {
	v := &View{}
	set, update, old := s.parseSet()
	v.SetRules(s.rules())
	v.SetChanged(set)
	s.eachRevision(update, old, v.RevisionChanged)
	s.eachClaim(func(ordinal int32, c Claim) { v.ClaimChanged(ordinal, 0, c) })
	s.eachPod(v.PodChanged)
	v.Settle(update)
	return v
}

// eachRevision feeds the revisions from A to the one that is wanted, or more if there
// are more.
func (s scene) eachRevision(update model.Symbol, old int32, feed func(Revision)) {
	for r := range max(old, int32(update)) {
		name := model.Symbol(r + 1)
		feed(Revision{Name: name, Text: letterOf(name), Number: int64(name), Template: Template(name)})
	}
}

func (s scene) eachPod(feed func(Pod)) {
	for word := range strings.FieldsSeq(s.pods) {
		feed(parsePod(word))
	}
}

func (s scene) eachClaim(feed func(int32, Claim)) {
	for word := range strings.FieldsSeq(s.claims) {
		if word != "none" {
			feed(parseClaim(word))
		}
	}
}

// rules are those of the release that the scene plays at.
func (s scene) rules() release.Rules {
	for word := range strings.FieldsSeq(s.set) {
		if text, ok := strings.CutPrefix(word, "at="); ok {
			r, err := release.Parse(text)
			if err != nil {
				panic("policy: test row: " + err.Error())
			}
			return r.Rules()
		}
	}
	return 0
}

// at is the scene at a release, whichever it said itself.
func (s scene) at(r release.Release) scene {
	words := slices.DeleteFunc(strings.Fields(s.set), func(word string) bool { return strings.HasPrefix(word, "at=") })
	s.set = strings.Join(append(words, "at="+strings.ReplaceAll(r.String(), " ", ",")), " ")
	return s
}

func (s scene) parseSet() (set Set, update model.Symbol, old int32) {
	three := int32(3)
	spec := &model.StatefulSetSpec{Replicas: &three, PodManagementPolicy: model.OrderedReady}
	spec.UpdateStrategy = model.UpdateStrategy{Type: model.RollingUpdate, RollingUpdate: &model.RollingUpdateStrategy{}}
	if s.claims != "" {
		spec.VolumeClaimTemplates = make([]model.PersistentVolumeClaim, 1)
	}
	update = 1
	set = Set{Name: setName, PodBase: firstName, UID: setUID, Generation: 1, Spec: spec}
	for word := range strings.FieldsSeq(s.set) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "OrderedReady", "Parallel":
			spec.PodManagementPolicy = model.PodManagementPolicy(key)
		case "OnDelete", "Recreate":
			spec.UpdateStrategy = model.UpdateStrategy{Type: model.UpdateStrategyType(key)}
		case "noblock":
			spec.UpdateStrategy.RollingUpdate = nil
		case "partition":
			n := number(value)
			spec.UpdateStrategy.RollingUpdate.Partition = &n
		case "m":
			m := model.FromString(value)
			if !strings.HasSuffix(value, "%") {
				m = model.FromInt(number(value))
			}
			spec.UpdateStrategy.RollingUpdate.MaxUnavailable = &m
		case "start":
			spec.Ordinals = &model.Ordinals{Start: number(value)}
		case "minReady":
			spec.MinReadySeconds = number(value)
		case "limit":
			n := number(value)
			spec.RevisionHistoryLimit = &n
		case "keep":
			deleted, scaled, _ := strings.Cut(value, "/")
			spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{
				WhenDeleted: model.RetentionPolicyType(deleted), WhenScaled: model.RetentionPolicyType(scaled),
			}
		case "update":
			update = symbolOf(value)
		case "was":
			set.Status.CurrentRevision = symbolOf(value)
		case "c":
			set.Status.CurrentReplicas = number(value)
		case "old":
			old = number(value)
		case "progress":
			set.Status.Progress = Progress{progressOf(value), testNow.Add(-100 * time.Second)}
		case "Deleting":
			set.Deleting = true
		case "at": // see rules
		default:
			n := number(word)
			spec.Replicas = &n
		}
	}
	set.Template = Template(update)
	return set, update, old
}

func parsePod(word string) Pod {
	ordinal, rest, _ := strings.Cut(word, ":")
	p := Pod{Ordinal: number(ordinal), Revision: symbolOf(rest[:1]), Ownership: Ours, Matches: true, Named: true}
	p.UID = podUIDs + model.UID(p.Ordinal)
	for _, state := range rest[1:] {
		switch state {
		case 'r':
			p.Phase, p.Ready = Running, true
		case 'y':
			p.Phase, p.Ready, p.ReadySince = Running, true, testNow.Add(-10*time.Second)
		case 'Y':
			p.Phase, p.Ready, p.ReadySince = Running, true, testNow.Add(-20*time.Second)
		case 'n':
			p.Phase = Running
		case 'p':
			p.Phase = Pending
		case 'P':
			p.Phase, p.Ready = Pending, true
		case 'u':
			p.Phase = Unknown
		case 'f':
			p.Phase = Failed
		case 's':
			p.Phase = Succeeded
		case 'X':
			p.Terminating = true
		case '!':
			p.Named = false
		case 'o':
			p.Ownership = Orphan
		case 'x':
			p.Ownership = Foreign
		case 'm':
			p.Matches = false
		default:
			panic("policy: test row: " + word)
		}
	}
	return p
}

func parseClaim(word string) (int32, Claim) {
	at, rest, _ := strings.Cut(word, ":")
	ordinal := number(at)
	claim := Claim{Terminating: strings.HasSuffix(rest, "X")}
	claim.Owners = parseOwners(strings.TrimSuffix(rest, "X"), ordinal)
	return ordinal, claim
}

func parseOwners(words string, ordinal int32) (out []model.Owner) {
	ofSet := model.Owner{Kind: model.KindStatefulSet, Name: setName, UID: setUID, Controller: true, BlockOwnerDeletion: true}
	ofPod := model.Owner{Kind: model.KindPod, Name: podNameOf(ordinal), UID: podUIDs + model.UID(ordinal), Controller: true, BlockOwnerDeletion: true}
	for word := range strings.SplitSeq(words, ",") {
		o := ofSet
		switch word {
		case "-", "":
			continue
		case "set":
		case "loose":
			o.Controller = false
		case "ref":
			o.Controller, o.BlockOwnerDeletion = false, false
		case "oldset":
			o.UID = otherUID
		case "pod":
			o = ofPod
		case "loosepod":
			o = ofPod
			o.Controller = false
		case "podref":
			o = ofPod
			o.Controller, o.BlockOwnerDeletion = false, false
		case "oldpod":
			o = ofPod
			o.UID = otherUID
		case "other", "friend":
			o = model.Owner{Kind: "Database", Name: model.Name{Base: 3, Ordinal: -1}, UID: otherUID, Controller: word == "other"}
		default:
			panic("policy: test row: " + word)
		}
		out = append(out, o)
	}
	return out
}

var reasons = map[Because]string{
	Missing: "Missing", Finished: "Finished", Unclaimed: "Unclaimed", Mislabelled: "Mislabelled",
	OutOfRange: "OutOfRange", Outdated: "Outdated", OutdatedDown: "OutdatedDown", OutdatedAll: "OutdatedAll",
	JustCreated: "JustCreated", Deleting: "Deleting", Terminating: "Terminating", NotRunning: "NotRunning",
	NotReady: "NotReady", NotAvailable: "NotAvailable", StaleClaim: "StaleClaim", Replacing: "Replacing",
	CondemnedFirst: "CondemnedFirst", CondemnedUnhealthy: "CondemnedUnhealthy", Budget: "Budget",
	BelowPartition: "BelowPartition", ByHand: "ByHand", OldPods: "OldPods", NotAllowed: "NotAllowed",
}

// read renders steps as the tables write them.
func read(steps []Step) string {
	var out strings.Builder
	for i, s := range steps {
		if i > 0 && steps[i-1].Group == s.Group {
			out.WriteString(", ")
		} else if i > 0 {
			out.WriteString(" | ")
		}
		switch s.Do {
		case CreatePod:
			fmt.Fprintf(&out, "create %d@%s", s.Ordinal, letterOf(s.Revision))
		case DeletePod:
			fmt.Fprintf(&out, "delete %d %s", s.Ordinal, reasons[s.Because])
		case CreateClaims:
			fmt.Fprintf(&out, "claims %d", s.Ordinal)
		case RepairPod:
			fmt.Fprintf(&out, "repair %d", s.Ordinal)
		case RetainClaims:
			fmt.Fprintf(&out, "retain %d", s.Ordinal)
		}
	}
	return out.String()
}

// readWait renders a wait: "NotReady 1", "ByHand", "" for none.
func readWait(w Wait) string {
	if w.Ordinal < 0 {
		return reasons[w.Because]
	}
	return fmt.Sprintf("%s %d", reasons[w.Because], w.Ordinal)
}

// readStatus renders a status: "3 pods, 2 ready, 1 available, c2 u1, A to B".
func readStatus(s Status) string {
	return fmt.Sprintf("%d pods, %d ready, %d available, c%d u%d, %s to %s", s.Replicas, s.ReadyReplicas,
		s.AvailableReplicas, s.CurrentReplicas, s.UpdatedReplicas, letterOf(s.CurrentRevision), letterOf(s.UpdateRevision))
}

var progressNames = [...]string{NoProgress: "none", RecreateDeleting: "deleting", RecreateCreating: "creating", RecreateCompleted: "completed"}

// progressOf is the reason that a word stands for.
func progressOf(word string) ProgressReason {
	i := slices.Index(progressNames[:], word)
	if i < 0 {
		panic("policy: test row: there is no progress " + word)
	}
	return ProgressReason(i)
}

// readProgress renders a condition: "deleting since 0s".
func readProgress(p Progress) string {
	if p == (Progress{}) {
		return "none"
	}
	return fmt.Sprintf("%s since %v", progressNames[p.Reason], p.Since.Sub(testNow))
}

// readRules renders rules: the names of the differences that hold.
func readRules(rules release.Rules) string {
	var names []string
	for _, d := range release.Differences() {
		if rules.Has(d) {
			names = append(names, d.String())
		}
	}
	return strings.Join(names, " ")
}

// row is one rule about what a sync does.
type row struct {
	rule  string
	scene scene
	steps string
	wait  string
}

// checkRows holds each row's decision against what it says.
func checkRows(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.rule, func(t *testing.T) {
			var d Decision
			r.scene.build().Plan(testNow, &d)
			if got := read(d.Steps); got != r.steps {
				t.Errorf("%s\nset   %s\npods  %s\nclaims %s\nwant %q\ngot  %q", r.rule, r.scene.set, r.scene.pods, r.scene.claims, r.steps, got)
			}
			if got := readWait(d.Wait); got != r.wait {
				t.Errorf("%s\nset   %s\npods  %s\nwant the wait %q\ngot           %q", r.rule, r.scene.set, r.scene.pods, r.wait, got)
			}
		})
	}
}
