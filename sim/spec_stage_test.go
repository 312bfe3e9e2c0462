package sim_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// command does what a line of a screenplay says; words are those after the
// command's name. It returns what there is to read. An error is what kubectl, the
// API server or the screenplay's player refuses.
type command func(s *stage, words []string) (says string, err error)

// stageCommand is a command with its name.
type stageCommand struct {
	name string
	do   command
	help string
}

// commands are all that a screenplay can do.
func commands() []stageCommand {
	return append([]stageCommand{
		// What a user does to the set.
		{"set", (*stage).createSet, "set web replicas=3 image=A policy=Parallel: create it; see changeSpec"},
		{"edit", (*stage).edit, "edit replicas=1 image=B: change the spec, all in one write"},
		{"scale", withNumber((*sim.Cluster).Scale), "scale 5"},
		{"partition", withNumber((*sim.Cluster).SetPartition), "partition 2"},
		{"image", (*stage).image, "image B: a new template"},
		{"deleteset", (*stage).deleteSet, "deleteset foreground"},
		{"undo", (*stage).undo, "undo, or undo 1: kubectl rollout undo --to-revision=1"},
		{"status", (*stage).status, "kubectl rollout status --watch=false"},
		{"history", (*stage).rolloutHistory, "kubectl rollout history"},

		// What a user does to other objects.
		{"delete", eachPod((*stage).deletePod), "delete 2 1: ask pods to go"},
		{"force", eachPod((*stage).forcePod), "force 2 1: pods are gone at once"},
		{"remove", (*stage).remove, "remove pvc/www-web-0: kubectl delete"},
		{"forget", (*stage).forget, "forget A: delete the ControllerRevision of image A"},
		{"label", (*stage).label, "label web-1 app=other, or label web-1 app-"},
		{"hold", (*stage).hold, "hold www-web-0: a pod of another set mounts the claim too"},
		{"letgo", (*stage).letGo, "letgo: that pod ends"},

		// What the kubelet would do.
		{"run", eachPod((*stage).runPod), "run 0 1: scheduled and Running, not ready"},
		{"ready", (*stage).ready, "ready 0 1; ready all: every pod that there is or will be"},
		{"unready", eachPod(func(s *stage, pod string) error { return s.c.SetReady(pod, false) }), "unready 0"},
		{"condition", eachPod(func(s *stage, pod string) error { return s.c.SetReady(pod, true) }), "condition 0: Ready is True, whatever the phase"},
		{"unknown", eachPod(toPhase(model.PodUnknown)), "unknown 1: its node does not answer"},
		{"fail", eachPod(toPhase(model.PodFailed)), "fail 1"},
		{"succeed", eachPod(toPhase(model.PodSucceeded)), "succeed 1"},
		{"gone", eachPod(func(s *stage, pod string) error { return s.c.Finish(pod) }), "gone 2: a pod that was terminating is gone"},
		{"kubelet", (*stage).kubelet, "kubelet: pods go and become ready until there is nothing more to do"},

		// Faults.
		{"failwrite", (*stage).failWrite, "failwrite create Pod nth=2 times=4: those writes of controllers fail"},

		// Releases of Kubernetes.
		{"release", (*stage).beginAs, "release 1.36 MaxUnavailableStatefulSet=true: as what the world begins; the newest without it"},
		{"watch", (*stage).watchLag, "watch 100ms: how far the controller's cache lies behind"},
		{"upgrade", (*stage).upgrade, "upgrade 1.34.1: the cluster becomes another release"},
		{"restart", func(s *stage, _ []string) (string, error) { s.c.RestartController(); return "", nil }, "restart: of the controller manager"},

		// Time.
		{"sync", (*stage).sync, "the controller looks at the set once"},
		{"settle", func(s *stage, _ []string) (string, error) { return "", s.settle() }, "until nothing is pending"},
		{"wait", (*stage).wait, "wait 29s"},
	}, clusterCommands()...)
}

// findCommand is the command of a name; the error lists those that there are.
func findCommand(name string) (command, error) {
	var known []string
	for _, c := range commands() {
		if c.name == name {
			return c.do, nil
		}
		known = append(known, fmt.Sprintf("  %-10s %s", c.name, c.help))
	}
	return nil, fmt.Errorf("there is no command %q, only\n%s", name, strings.Join(known, "\n"))
}

// withNumber is a command with a number.
func withNumber(do func(*sim.Cluster, string, int, ...sim.Option) error) command {
	return func(s *stage, words []string) (string, error) {
		n, err := strconv.Atoi(strings.Join(words, " "))
		if err != nil {
			return "", err
		}
		return "", do(s.c, "web", n)
	}
}

// eachPod is a command for pods, which are given by their ordinals.
func eachPod(do func(s *stage, pod string) error) command {
	return func(s *stage, words []string) (string, error) {
		if len(words) == 0 {
			return "", fmt.Errorf("which pods?")
		}
		for _, ordinal := range words {
			if err := do(s, "web-"+ordinal); err != nil {
				return "", err
			}
		}
		return "", nil
	}
}

// toPhase moves a pod to a phase; it has run before.
func toPhase(to model.PodPhase) func(*stage, string) error {
	return func(s *stage, pod string) error {
		if err := s.c.Schedule(pod); err != nil {
			return err
		}
		return s.c.SetPhase(pod, to)
	}
}

// The set.

func (s *stage) createSet(words []string) (string, error) {
	if len(words) == 0 || words[0] != "web" {
		return "", fmt.Errorf("the set is called web")
	}
	set := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.StatefulSetSpec{
		ServiceName: "web",
		Selector:    &model.LabelSelector{MatchLabels: model.Labels{"app": "web"}},
		Template: model.PodTemplateSpec{
			Labels: model.Labels{"app": "web"},
			Spec:   model.PodSpec{Containers: []model.Container{{Name: "app", Image: "A"}}},
		},
	}}
	if err := changeSpec(&set.Spec, words[1:]); err != nil {
		return "", err
	}
	return "", s.c.Create(set)
}

func (s *stage) edit(words []string) (string, error) {
	return "", s.c.Edit("web", func(set *model.StatefulSet) error { return changeSpec(&set.Spec, words) })
}

// changeSpec sets fields of a spec: "replicas=3" and so on.
func changeSpec(spec *model.StatefulSetSpec, words []string) error {
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		if err := changeField(spec, key, value); err != nil {
			return err
		}
	}
	return nil
}

func changeField(spec *model.StatefulSetSpec, key, value string) error {
	parsed, notANumber := strconv.ParseInt(value, 10, 32)
	n := int32(parsed)
	switch key {
	case "replicas":
		spec.Replicas = &n
	case "partition":
		rollingUpdateBlock(spec).Partition = &n
	case "minReady":
		spec.MinReadySeconds = n
	case "start":
		spec.Ordinals = &model.Ordinals{Start: n}
	case "limit":
		spec.RevisionHistoryLimit = &n
	default:
		return changeWord(spec, key, value)
	}
	return notANumber
}

// changeWord sets a field that is no number.
func changeWord(spec *model.StatefulSetSpec, key, value string) error {
	switch key {
	case "image":
		spec.Template.Spec.Containers[0].Image = value
	case "policy":
		spec.PodManagementPolicy = model.PodManagementPolicy(value)
	case "strategy": // without a block rollingUpdate
		spec.UpdateStrategy = model.UpdateStrategy{Type: model.UpdateStrategyType(value)}
	case "maxUnavailable":
		m := model.FromString(value)
		if n, err := strconv.Atoi(value); err == nil {
			m = model.FromInt(int32(n))
		}
		rollingUpdateBlock(spec).MaxUnavailable = &m
	case "claims":
		spec.VolumeClaimTemplates = append(spec.VolumeClaimTemplates, model.PersistentVolumeClaim{
			ObjectMeta: model.ObjectMeta{Name: value},
			Spec:       model.PersistentVolumeClaimSpec{AccessModes: []model.AccessMode{model.ReadWriteOnce}, Request: model.Gi},
		})
	case "whenDeleted":
		retentionBlock(spec).WhenDeleted = model.RetentionPolicyType(value)
	case "whenScaled":
		retentionBlock(spec).WhenScaled = model.RetentionPolicyType(value)
	default:
		return fmt.Errorf("a set has no %q here", key)
	}
	return nil
}

// rollingUpdateBlock is the block of that name, which is there then, and belongs to
// this spec alone.
func rollingUpdateBlock(spec *model.StatefulSetSpec) *model.RollingUpdateStrategy {
	block := model.RollingUpdateStrategy{}
	if old := spec.UpdateStrategy.RollingUpdate; old != nil {
		block = *old
	}
	spec.UpdateStrategy.RollingUpdate = &block
	return &block
}

// retentionBlock is the retention policy, which is there then, and belongs to this spec alone.
func retentionBlock(spec *model.StatefulSetSpec) *model.RetentionPolicy {
	policy := model.RetentionPolicy{WhenDeleted: model.RetainClaim, WhenScaled: model.RetainClaim}
	if old := spec.PersistentVolumeClaimRetentionPolicy; old != nil {
		policy = *old
	}
	spec.PersistentVolumeClaimRetentionPolicy = &policy
	return &policy
}

func (s *stage) image(words []string) (string, error) {
	return "", s.c.SetImage("web", "app", strings.Join(words, " "))
}

func (s *stage) deleteSet(words []string) (string, error) {
	return "", s.c.Delete("sts/web", sim.WithCascade(sim.Cascade(strings.Join(words, " "))))
}

func (s *stage) undo(words []string) (string, error) {
	revision := int64(0)
	if len(words) > 0 {
		n, err := strconv.ParseInt(words[0], 10, 64)
		if err != nil {
			return "", err
		}
		revision = n
	}
	return s.c.RolloutUndo("web", revision)
}

func (s *stage) status([]string) (says string, err error) {
	says, s.done, err = s.c.RolloutStatus("web")
	return says, err
}

func (s *stage) rolloutHistory([]string) (string, error) { return s.c.RolloutHistory("web", 0) }

// Other objects.

func (s *stage) deletePod(pod string) error { return s.c.Delete("pod/" + pod) }

func (s *stage) forcePod(pod string) error { return s.c.Delete("pod/"+pod, sim.Force()) }

func (s *stage) remove(words []string) (string, error) {
	return "", s.c.Delete(strings.Join(words, " "))
}

func (s *stage) forget(words []string) (string, error) {
	for _, r := range s.history() {
		if s.images[r.Name] == strings.Join(words, " ") {
			return "", s.c.Delete("controllerrevision/" + r.Name)
		}
	}
	return "", fmt.Errorf("there is no revision %s", words)
}

func (s *stage) label(words []string) (string, error) {
	if len(words) < 2 {
		return "", fmt.Errorf("label web-1 key=value")
	}
	return "", s.c.Label("pod/"+words[0], words[1:])
}

// hold runs a pod of another set that mounts a claim of this one.
func (s *stage) hold(words []string) (string, error) {
	backup := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "backup"}, Spec: model.StatefulSetSpec{
		ServiceName: "backup",
		Selector:    &model.LabelSelector{MatchLabels: model.Labels{"app": "backup"}},
		Template: model.PodTemplateSpec{
			Labels: model.Labels{"app": "backup"},
			Spec: model.PodSpec{
				Containers: []model.Container{{Name: "app", Image: "backup"}},
				Volumes:    []model.Volume{{Name: "data", PersistentVolumeClaim: strings.Join(words, " ")}},
			},
		},
	}}
	if err := s.c.Create(backup); err != nil {
		return "", err
	}
	if err := s.settle(); err != nil {
		return "", err
	}
	return "", toPhase(model.PodRunning)(s, "backup-0")
}

func (s *stage) letGo([]string) (string, error) {
	if err := s.c.Delete("sts/backup", sim.WithCascade(sim.CascadeOrphan)); err != nil {
		return "", err
	}
	if err := s.settle(); err != nil {
		return "", err
	}
	return "", s.c.Delete("pod/backup-0", sim.Force())
}

// The kubelet.

func (s *stage) runPod(pod string) error { return toPhase(model.PodRunning)(s, pod) }

func (s *stage) readyPod(pod string) error {
	if err := s.runPod(pod); err != nil {
		return err
	}
	return s.c.SetReady(pod, true)
}

func (s *stage) ready(words []string) (string, error) {
	if slices.Equal(words, []string{"all"}) {
		return "", s.rest(false)
	}
	return eachPod((*stage).readyPod)(s, words)
}

func (s *stage) kubelet([]string) (string, error) { return "", s.rest(true) }

// rest lets time pass and makes pods ready, and with finish also lets terminating
// ones go, until that changes nothing more.
func (s *stage) rest(finish bool) error {
	const rounds = 200
	for range rounds {
		if err := s.settle(); err != nil {
			return err
		}
		s.learnRevisions()
		changed := false
		for _, pod := range s.c.Pods("web").Items {
			phase := pod.Status.Phase
			var err error
			switch {
			case pod.DeletedAt != nil && finish:
				err = s.c.Finish(pod.Name)
			case pod.DeletedAt != nil || phase == model.PodFailed || phase == model.PodSucceeded || phase == model.PodRunning && pod.Ready():
				continue
			default:
				err = s.readyPod(pod.Name)
			}
			if err != nil {
				return err
			}
			changed = true
		}
		if !changed {
			return nil
		}
	}
	return errRestless
}

var errRestless = errors.New("it does not come to rest")

// settle lets time pass until nothing is pending. No screenplay needs many events
// for that; one that never gets there is soon told so.
func (s *stage) settle() error {
	for enough := s.c.EventCount() + 1000; s.c.Step(); {
		if s.c.EventCount() > enough {
			return errRestless
		}
	}
	return nil
}

// Releases.

func (s *stage) beginAs(words []string) (string, error) {
	r, err := release.Parse(strings.Join(words, " "))
	if err != nil {
		return "", err
	}
	s.config.Release = r
	return "", s.begin()
}

func (s *stage) watchLag(words []string) (string, error) {
	d, err := time.ParseDuration(strings.Join(words, " "))
	if err != nil {
		return "", err
	}
	s.config.Latencies.Watch = sim.Fixed(d)
	return "", s.begin()
}

// begin begins the world anew, which nothing has happened in yet.
func (s *stage) begin() error {
	if s.c.TraceLen() > 0 {
		return errors.New("the world has begun already")
	}
	s.c = sim.New(s.config)
	return nil
}

func (s *stage) upgrade(words []string) (string, error) {
	r, err := release.Parse(strings.Join(words, " "))
	if err != nil {
		return "", err
	}
	s.c.UpgradeTo(r)
	return "", nil
}

// Faults and time.

func (s *stage) failWrite(words []string) (string, error) {
	if len(words) < 2 {
		return "", fmt.Errorf("failwrite verb Kind nth=1 times=1")
	}
	fault := sim.FailWrite{Verb: sim.Verb(words[0]), Kind: model.Kind(words[1])}
	for _, word := range words[2:] {
		key, value, _ := strings.Cut(word, "=")
		n, err := strconv.Atoi(value)
		if err != nil {
			return "", err
		}
		switch key {
		case "nth":
			fault.Nth = n
		case "times":
			fault.Times = n
		default:
			return "", fmt.Errorf("a fault has no %q", key)
		}
	}
	return "", s.c.Do(fault)
}

// sync makes the controller look at the set, which it would do a millisecond after
// a change, also when nothing has changed and when a back-off still runs. As the
// look itself takes no time and what it changes is looked at a millisecond later,
// there is exactly one.
func (s *stage) sync([]string) (string, error) {
	if err := s.c.Resync("web"); err != nil {
		return "", err
	}
	s.c.Run(time.Millisecond)
	return "", nil
}

func (s *stage) wait(words []string) (string, error) {
	d, err := time.ParseDuration(strings.Join(words, " "))
	if err != nil {
		return "", err
	}
	s.c.Run(d)
	return "", nil
}
