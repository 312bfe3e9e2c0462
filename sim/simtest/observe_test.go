package simtest_test

import (
	"slices"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// seen is the set web and all around it at one instant, as kubectl would show it.
type seen struct {
	now       model.Instant
	set       model.StatefulSet
	pods      []model.Pod
	claims    []model.PersistentVolumeClaim
	revisions []model.ControllerRevision // the oldest first
}

func look(c *sim.Cluster) seen {
	set, err := c.StatefulSet("web")
	if err != nil {
		panic(err) // nothing here deletes the set
	}
	revisions, err := c.Revisions("web")
	if err != nil {
		panic(err)
	}
	return seen{now: c.Now(), set: *set, pods: c.Pods("web").Items, claims: c.Claims().Items, revisions: revisions}
}

func (s *seen) spec() *model.StatefulSetSpec { return &s.set.Spec }

func (s *seen) ordered() bool { return s.set.Spec.PodManagementPolicy == model.OrderedReady }

// pod is the pod of an ordinal; nil if there is none.
func (s *seen) pod(ordinal int32) *model.Pod {
	i := slices.IndexFunc(s.pods, func(p model.Pod) bool { return ordinalOf(&p) == ordinal })
	if i < 0 {
		return nil
	}
	return &s.pods[i]
}

// pods of that UID: at most one.
func (s *seen) withUID(uid model.UID) *model.Pod {
	i := slices.IndexFunc(s.pods, func(p model.Pod) bool { return p.UID == uid })
	if i < 0 {
		return nil
	}
	return &s.pods[i]
}

func (s *seen) claim(name string) *model.PersistentVolumeClaim {
	i := slices.IndexFunc(s.claims, func(c model.PersistentVolumeClaim) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &s.claims[i]
}

// index is an ordinal's place in the set's range; ok is false if it is condemned.
func (s *seen) index(ordinal int32) (i int32, ok bool) {
	i = ordinal - s.spec().StartOrdinal()
	return i, i >= 0 && i < s.spec().DesiredReplicas()
}

// healthy reports whether a pod is what the controller calls available, and stays.
func (s *seen) healthy(p *model.Pod) bool {
	return p != nil && p.DeletedAt == nil && s.available(p)
}

func (s *seen) available(p *model.Pod) bool {
	if p.Status.Phase != model.PodRunning || !p.Ready() {
		return false
	}
	for _, c := range p.Status.Conditions {
		if c.Type == "Ready" {
			return c.LastTransitionTime.Add(time.Duration(s.spec().MinReadySeconds)*time.Second) <= s.now
		}
	}
	return false
}

// unhealthyBelow is the first replica below an index that is not healthy; -1 if all are.
func (s *seen) unhealthyBelow(index int32) int32 {
	for i := range index {
		if ordinal := s.spec().StartOrdinal() + i; !s.healthy(s.pod(ordinal)) {
			return ordinal
		}
	}
	return -1
}

func (s *seen) unhealthyReplicas() int32 {
	n := int32(0)
	for i := range s.spec().DesiredReplicas() {
		if !s.healthy(s.pod(s.spec().StartOrdinal() + i)) {
			n++
		}
	}
	return n
}

// highestCondemned is the highest ordinal of a pod out of range; -1 if there is none.
func (s *seen) highestCondemned() int32 {
	highest := int32(-1)
	for i := range s.pods {
		ordinal := ordinalOf(&s.pods[i])
		if _, inRange := s.index(ordinal); !inRange {
			highest = max(highest, ordinal)
		}
	}
	return highest
}

// updateRevision is the newest revision, which is the one of the set's template once
// the controller has seen it.
func (s *seen) updateRevision() string {
	if len(s.revisions) == 0 {
		return ""
	}
	return s.revisions[len(s.revisions)-1].Name
}

func (s *seen) hasRevision(name string) bool {
	return slices.ContainsFunc(s.revisions, func(r model.ControllerRevision) bool { return r.Name == name })
}

func ordinalOf(p *model.Pod) int32 {
	_, ordinal := model.ParentAndOrdinal(p.Name)
	return ordinal
}

func revisionOf(p *model.Pod) string { return p.Labels[model.LabelRevision] }

func ended(p *model.Pod) bool {
	return p.Status.Phase == model.PodFailed || p.Status.Phase == model.PodSucceeded
}

// created are the pods that are new since before, the first made first.
func created(before, after *seen) []*model.Pod {
	var out []*model.Pod
	for i := range after.pods {
		if p := &after.pods[i]; before.withUID(p.UID) == nil {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *model.Pod) int { return int(a.UID - b.UID) })
	return out
}

// deleted are the pods, as they were, that have begun to terminate or are gone at once.
func deleted(before, after *seen) []*model.Pod {
	var out []*model.Pod
	for i := range before.pods {
		p := &before.pods[i]
		if now := after.withUID(p.UID); p.DeletedAt == nil && (now == nil || now.DeletedAt != nil) {
			out = append(out, p)
		}
	}
	return out
}
