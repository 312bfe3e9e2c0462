package sim_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/model/validation"
	"github.com/ordinal-sim/ordinal/sim"
)

// recording is one scenario that was run against the real StatefulSet controller:
// a set, what was done to it, and what the API showed after each step.
type recording struct {
	Name   string          `json:"name"`
	Spec   recordedSpec    `json:"spec"`
	Steps  []recordedStep  `json:"steps"`
	States []recordedState `json:"states"`
}

type recordedSpec struct {
	Replicas             int32  `json:"replicas"`
	PodManagementPolicy  string `json:"podManagementPolicy"`
	Strategy             string `json:"strategy"`
	Partition            int32  `json:"partition"`
	MaxUnavailable       string `json:"maxUnavailable"`
	MinReadySeconds      int32  `json:"minReadySeconds"`
	WhenDeleted          string `json:"whenDeleted"`
	WhenScaled           string `json:"whenScaled"`
	Start                int32  `json:"start"`
	RevisionHistoryLimit int32  `json:"revisionHistoryLimit"`
	Claims               int    `json:"claims"`
	Image                string `json:"image"`
}

type recordedStep struct {
	Op    string `json:"op"`
	Pod   int32  `json:"pod"`
	N     int32  `json:"n"`
	Value string `json:"value"`
	Claim string `json:"claim"`
}

func (s recordedStep) String() string {
	words := []string{s.Op}
	switch s.Op {
	case "schedule", "run", "ready", "unready", "fail", "succeed", "gone", "delete", "force", "release", "adopt":
		words = append(words, "web-"+strconv.Itoa(int(s.Pod)))
	case "deleteClaim":
		words = append(words, s.Claim)
	case "scale", "partition", "minReady", "start", "wait":
		words = append(words, strconv.Itoa(int(s.N)))
	case "createSet":
		words = append(words, strconv.Itoa(int(s.N)), s.Value)
	default:
		words = append(words, s.Value)
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

type recordedState struct {
	Pods                 []recordedPod   `json:"pods"`
	Claims               []recordedClaim `json:"claims"`
	Revisions            []string        `json:"revisions"`
	Replicas             int32           `json:"replicas"`
	ReadyReplicas        int32           `json:"readyReplicas"`
	AvailableReplicas    int32           `json:"availableReplicas"`
	CurrentReplicas      int32           `json:"currentReplicas"`
	UpdatedReplicas      int32           `json:"updatedReplicas"`
	CurrentRevisionImage string          `json:"currentRevisionImage"`
	UpdateRevisionImage  string          `json:"updateRevisionImage"`
}

type recordedPod struct {
	Owned       bool   `json:"owned"`
	Name        string `json:"name"`
	Image       string `json:"image"`
	Phase       string `json:"phase"`
	Ready       bool   `json:"ready"`
	Terminating bool   `json:"terminating"`
	Incarnation int    `json:"incarnation"`
}

type recordedClaim struct {
	Name        string   `json:"name"`
	Owners      []string `json:"owners"`
	Terminating bool     `json:"terminating"`
	Incarnation int      `json:"incarnation"`
}

// player plays a recording on a Cluster, as a user would by hand: Config.Manual
// leaves out the scheduler and the kubelet, and the steps play them.
type player struct {
	c              *sim.Cluster
	spec           recordedSpec
	partition      int32
	maxUnavailable string
	lastStrategy   string
}

const (
	settleTime = 1150 * time.Millisecond // from a step until the state is read
	restTime   = 100 * time.Millisecond  // until the next step
)

func newPlayer(spec recordedSpec, r release.Release) *player {
	p := &player{c: sim.New(sim.Config{Manual: true, Release: r}), spec: spec, partition: spec.Partition, maxUnavailable: spec.MaxUnavailable, lastStrategy: spec.Strategy}
	p.must(p.c.Create(p.set(spec.Replicas, spec.Image, spec.Strategy)))
	return p
}

func (p *player) must(err error) {
	if err != nil {
		panic(err)
	}
}

// set is the set of the scenario with some replicas, image and strategy.
func (p *player) set(replicas int32, image, strategy string) *model.StatefulSet {
	s := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
		Replicas:             &replicas,
		ServiceName:          "web",
		Selector:             &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
		PodManagementPolicy:  model.PodManagementPolicy(p.spec.PodManagementPolicy),
		RevisionHistoryLimit: &p.spec.RevisionHistoryLimit,
		MinReadySeconds:      p.spec.MinReadySeconds,
		UpdateStrategy:       p.strategy(strategy),
		Template: model.PodTemplateSpec{
			Labels: model.Labels{"app": "web"},
			Spec:   model.PodSpec{Containers: []model.Container{{Name: "app", Image: image}}},
		},
	}}
	if p.spec.Start != 0 {
		s.Spec.Ordinals = &model.Ordinals{Start: p.spec.Start}
	}
	if p.spec.WhenDeleted != "" {
		s.Spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{
			WhenDeleted: model.RetentionPolicyType(p.spec.WhenDeleted), WhenScaled: model.RetentionPolicyType(p.spec.WhenScaled),
		}
	}
	for i := range p.spec.Claims {
		s.Spec.VolumeClaimTemplates = append(s.Spec.VolumeClaimTemplates, model.PersistentVolumeClaim{
			ObjectMeta: model.ObjectMeta{Name: "c" + strconv.Itoa(i)},
			Spec:       model.PersistentVolumeClaimSpec{AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi},
		})
	}
	return s
}

// strategy writes the remembered partition and maxUnavailable whenever the
// strategy is RollingUpdate.
func (p *player) strategy(kind string) model.UpdateStrategy {
	s := model.UpdateStrategy{Type: model.UpdateStrategyType(kind)}
	if s.Type == model.RollingUpdate {
		partition := p.partition
		s.RollingUpdate = &model.RollingUpdateStrategy{Partition: &partition}
		if p.maxUnavailable != "" {
			m := model.FromString(p.maxUnavailable)
			if n, err := strconv.Atoi(p.maxUnavailable); err == nil {
				m = model.FromInt(int32(n))
			}
			s.RollingUpdate.MaxUnavailable = &m
		}
	}
	return s
}

// edit changes the set, if there is one.
func (p *player) edit(change func(*model.StatefulSetSpec)) {
	err := p.c.Edit("web", func(s *model.StatefulSet) error {
		change(&s.Spec)
		s.Spec.UpdateStrategy = p.strategy(string(s.Spec.UpdateStrategy.Type))
		return nil
	})
	if err != nil && validation.ReasonOf(err) != validation.ReasonNotFound {
		panic(err)
	}
}

// do does one step. A step that cannot apply does nothing.
func (p *player) do(s recordedStep) {
	if p.changeSet(s) {
		return
	}
	name := "web-" + strconv.Itoa(int(s.Pod))
	switch s.Op {
	case "deleteClaim":
		_ = p.c.Delete("pvc/" + s.Claim)
		return
	case "wait":
		p.pass(time.Duration(s.N) * time.Second)
		return
	}
	pod, err := p.c.Pod(name)
	if err != nil {
		return
	}
	switch s.Op {
	case "schedule":
		p.must(p.c.Schedule(name))
	case "run":
		if pod.Status.Phase == model.PodPending {
			p.must(p.c.Schedule(name))
			p.must(p.c.SetPhase(name, model.PodRunning))
		}
	case "ready", "unready":
		if pod.Status.Phase == model.PodRunning {
			p.must(p.c.SetReady(name, s.Op == "ready"))
		}
	case "fail", "succeed":
		if pod.Status.Phase == model.PodRunning {
			phase := map[string]model.PodPhase{"fail": model.PodFailed, "succeed": model.PodSucceeded}[s.Op]
			p.must(p.c.SetPhase(name, phase))
		}
	case "gone":
		if pod.DeletedAt != nil {
			p.must(p.c.Finish(name))
		}
	case "delete":
		p.must(p.c.Delete("pod/" + name))
	case "force":
		p.must(p.c.Delete("pod/"+name, sim.Force()))
	case "release":
		p.must(p.c.Label("pod/"+name, []string{"app=other"}))
	case "adopt":
		p.must(p.c.Label("pod/"+name, []string{"app=web"}))
	default:
		panic("unknown step " + s.Op)
	}
}

// changeSet does the steps that are about the set; ok is false for the others.
func (p *player) changeSet(s recordedStep) (ok bool) {
	n := s.N
	switch s.Op {
	case "scale":
		p.edit(func(spec *model.StatefulSetSpec) { spec.Replicas = &n })
	case "image":
		p.edit(func(spec *model.StatefulSetSpec) { spec.Template.Spec.Containers[0].Image = s.Value })
	case "partition":
		p.partition = n
		p.edit(func(*model.StatefulSetSpec) {})
	case "maxUnavailable":
		p.maxUnavailable = s.Value
		p.edit(func(*model.StatefulSetSpec) {})
	case "strategy":
		p.lastStrategy = s.Value
		p.edit(func(spec *model.StatefulSetSpec) { spec.UpdateStrategy.Type = model.UpdateStrategyType(s.Value) })
	case "minReady":
		p.edit(func(spec *model.StatefulSetSpec) { spec.MinReadySeconds = n })
	case "start":
		p.edit(func(spec *model.StatefulSetSpec) { spec.Ordinals = &model.Ordinals{Start: n} })
	case "retention":
		whenDeleted, whenScaled, _ := strings.Cut(s.Value, " ")
		p.edit(func(spec *model.StatefulSetSpec) {
			spec.PersistentVolumeClaimRetentionPolicy = &model.RetentionPolicy{
				WhenDeleted: model.RetentionPolicyType(whenDeleted), WhenScaled: model.RetentionPolicyType(whenScaled),
			}
		})
	case "deleteSet":
		_ = p.c.Delete("sts/web")
	case "orphanSet":
		_ = p.c.Delete("sts/web", sim.WithCascade(sim.CascadeOrphan))
	case "createSet":
		_ = p.c.Create(p.set(n, s.Value, p.lastStrategy)) // an error if there is one
	default:
		return false
	}
	return true
}

// pass lets time pass. Every tenth of a second the controller looks at the set once
// more, so that no back-off decides how far it gets.
func (p *player) pass(d time.Duration) {
	const every = 100 * time.Millisecond
	for ; d >= every; d -= every {
		p.c.Run(every)
		_ = p.c.Resync("web") // an error if there is no set
	}
	p.c.Run(d)
}

// state is what the API shows, in the form of the recordings.
func (p *player) state() recordedState {
	out := recordedState{}
	pods, claims := p.incarnations()
	uids := map[string]model.UID{}
	for _, pod := range p.c.Pods("").Items {
		uids["Pod/"+pod.Name] = pod.UID
		out.Pods = append(out.Pods, recordedPod{
			Owned: len(pod.OwnerReferences) > 0, Name: pod.Name, Image: pod.Spec.Containers[0].Image, Phase: string(pod.Status.Phase),
			Ready: pod.Ready(), Terminating: pod.DeletedAt != nil, Incarnation: pods[pod.Name],
		})
	}
	set, err := p.c.StatefulSet("web")
	if err == nil {
		uids["StatefulSet/web"] = set.UID
	}
	for _, c := range p.c.Claims().Items {
		claim := recordedClaim{Name: c.Name, Terminating: c.DeletedAt != nil, Incarnation: claims[c.Name]}
		for _, o := range c.OwnerReferences {
			owner := string(o.Kind) + "/" + o.Name
			if uids[owner] != o.UID {
				owner += " (stale)"
			}
			claim.Owners = append(claim.Owners, owner)
		}
		slices.Sort(claim.Owners)
		out.Claims = append(out.Claims, claim)
	}
	images := map[string]string{}
	var revisions []*model.ControllerRevision
	for _, o := range p.c.Objects() {
		if r, ok := o.(*model.ControllerRevision); ok {
			revisions = append(revisions, r)
			images[r.Name] = r.Template.Spec.Containers[0].Image
		}
	}
	slices.SortFunc(revisions, func(a, b *model.ControllerRevision) int { return int(a.Revision - b.Revision) })
	for _, r := range revisions {
		out.Revisions = append(out.Revisions, images[r.Name])
	}
	if set != nil {
		st := set.Status
		out.Replicas, out.ReadyReplicas, out.AvailableReplicas = st.Replicas, st.ReadyReplicas, st.AvailableReplicas
		out.CurrentReplicas, out.UpdatedReplicas = st.CurrentReplicas, st.UpdatedReplicas
		out.CurrentRevisionImage, out.UpdateRevisionImage = images[st.CurrentRevision], images[st.UpdateRevision]
	}
	return out
}

// incarnations counts the pods and claims of each name that there have been.
func (p *player) incarnations() (pods, claims map[string]int) {
	pods, claims = map[string]int{}, map[string]int{}
	for _, e := range p.c.Events("").Items {
		words := strings.Fields(e.Message)
		if e.Reason != "SuccessfulCreate" {
			continue
		}
		if words[1] == "Pod" {
			pods[words[2]]++
		} else {
			claims[words[2]]++
		}
	}
	return pods, claims
}

// play plays a recording and returns the story up to the first state that differs;
// "" if all agree.
func play(r *recording, of release.Release) (disagreement string) {
	p := newPlayer(r.Spec, of)
	story := []string{fmt.Sprintf("a set is created: %+v", r.Spec)}
	for i := range r.States {
		if i > 0 {
			p.c.Run(restTime)
			story = append(story, fmt.Sprintf("%s %s", p.c.Now(), r.Steps[i-1]))
			p.do(r.Steps[i-1])
		}
		p.pass(settleTime)
		want, got := normal(r.States[i]), normal(p.state())
		if !reflect.DeepEqual(want, got) {
			return fmt.Sprintf("scenario %s, state %d of %d:\n  %s\n\nthe real controller shows\n%s\nthis one shows\n%s\nits story from there\n%s",
				r.Name, i, len(r.States)-1, strings.Join(story[max(0, len(story)-8):], "\n  "), want, got, tail(p.c.Trace(), 20))
		}
	}
	return ""
}

func tail(s sim.Story, n int) sim.Story { return s[max(0, len(s)-n):] }

// normal leaves nil lists where there is nothing, and orders what has no order.
func normal(s recordedState) recordedState {
	if len(s.Pods) == 0 {
		s.Pods = nil
	}
	if len(s.Claims) == 0 {
		s.Claims = nil
	}
	if len(s.Revisions) == 0 {
		s.Revisions = nil
	}
	for i := range s.Claims {
		if len(s.Claims[i].Owners) == 0 {
			s.Claims[i].Owners = nil
		}
		slices.Sort(s.Claims[i].Owners)
	}
	slices.SortFunc(s.Pods, func(a, b recordedPod) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Claims, func(a, b recordedClaim) int { return strings.Compare(a.Name, b.Name) })
	return s
}

// String renders a state in a few lines.
func (s recordedState) String() string {
	var b strings.Builder
	for _, p := range s.Pods {
		fmt.Fprintf(&b, "  %s:%s %s", p.Name, p.Image, p.Phase)
		for _, flag := range []struct {
			on   bool
			word string
		}{{p.Ready, " ready"}, {p.Terminating, " terminating"}, {!p.Owned, " not owned"}} {
			if flag.on {
				b.WriteString(flag.word)
			}
		}
		fmt.Fprintf(&b, " (number %d)\n", p.Incarnation)
	}
	for _, c := range s.Claims {
		fmt.Fprintf(&b, "  claim %s %v terminating=%v (number %d)\n", c.Name, c.Owners, c.Terminating, c.Incarnation)
	}
	fmt.Fprintf(&b, "  revisions %v, replicas %d ready %d available %d current %d:%s updated %d:%s\n", s.Revisions, s.Replicas,
		s.ReadyReplicas, s.AvailableReplicas, s.CurrentReplicas, s.CurrentRevisionImage, s.UpdatedReplicas, s.UpdateRevisionImage)
	return b.String()
}

// recordedReleases are the releases that the folders of recordings are of.
var recordedReleases = map[string]release.Release{
	"statefulset-1.37": release.V1_37, "statefulset-1.36": release.V1_36, "statefulset-1.35": release.V1_35_4,
}

// TestRecordings holds the model against what the real StatefulSet controllers of
// three releases of Kubernetes did, in nine sets of scenarios. ORDINAL_RECORDINGS
// names a folder with more of them, in files statefulset-VERSION/*.jsonl.gz at any
// depth.
func TestRecordings(t *testing.T) {
	folders := []string{"testdata/recordings"}
	if more := os.Getenv("ORDINAL_RECORDINGS"); more != "" {
		folders = append(folders, more)
	}
	agree, all := 0, 0
	for _, folder := range folders {
		files := recordingFiles(t, folder)
		require.NotEmpty(t, files, "no recordings in %s", folder)
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.ToSlash(file), ".jsonl.gz"), func(t *testing.T) {
				of, known := recordedReleases[filepath.Base(filepath.Dir(file))]
				require.True(t, known, "of which release is %s?", file)
				for _, r := range readRecordings(t, file) {
					all++
					if story := play(&r, of); story != "" {
						t.Error(story)
						continue
					}
					agree++
				}
			})
		}
	}
	fmt.Printf("recordings: %d of %d agree\n", agree, all)
}

func recordingFiles(t *testing.T, folder string) []string {
	var files []string
	err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".jsonl.gz") {
			files = append(files, path)
		}
		return err
	})
	require.NoError(t, err)
	return files
}

func readRecordings(t *testing.T, path string) []recording {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	var out []recording
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var r recording
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r), "%s", path)
		out = append(out, r)
	}
	require.NoError(t, lines.Err())
	return out
}
