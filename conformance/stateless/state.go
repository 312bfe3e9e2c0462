package stateless

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// State is what the API shows.
type State struct {
	Revision   string   // of the Deployment
	Status     string   // of the Deployment
	Conditions []string // by type: their order is that of their last changes, which may be a race
	Sets       []Set    // by image
	Pods       []Pod    // in an order that both sides have
}

// Set is a ReplicaSet.
type Set struct {
	Image                            string
	Replicas, MinReady               int32
	Revision, History, Desired, Most string
	Cause                            string
	Status, Failure                  string
}

// Pod is a pod. What is not compared is the lot.
type Pod struct {
	Image    string // of its ReplicaSet; "" if none controls it
	Phase    string
	Node     string
	Flags    string // "ready", "terminating", "other labels"
	Cost     string
	Restarts int32
	Born     int    // the step in which it was created
	Since    int    // the step in which its readiness last changed; 0 if it never did
	Lot      string // its UID, on the judge's side
}

// compare is the order of pods: by everything, the lot last.
func (p Pod) compare(q Pod) int {
	return cmp.Or(p.compareShown(q), strings.Compare(p.Lot, q.Lot))
}

func (p Pod) compareShown(q Pod) int {
	return cmp.Or(cmp.Compare(p.Image, q.Image), cmp.Compare(p.Phase, q.Phase), cmp.Compare(p.Node, q.Node),
		cmp.Compare(p.Flags, q.Flags), cmp.Compare(p.Cost, q.Cost), cmp.Compare(p.Restarts, q.Restarts),
		cmp.Compare(p.Born, q.Born), cmp.Compare(p.Since, q.Since))
}

// Normal is the state with its lists in order.
func (s State) Normal() State {
	slices.Sort(s.Conditions)
	slices.SortFunc(s.Sets, func(a, b Set) int { return strings.Compare(a.Image, b.Image) })
	slices.SortFunc(s.Pods, Pod.compare)
	return s
}

// String shows the state as a page.
func (s State) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "revision %s, %s\n", s.Revision, s.Status)
	for _, c := range s.Conditions {
		fmt.Fprintf(&b, "  %s\n", c)
	}
	for _, set := range s.Sets {
		fmt.Fprintf(&b, "  set %s: %d replicas, minReady %d, revision %s (%s), of %s/%s, cause %q; %s %s\n", set.Image, set.Replicas,
			set.MinReady, set.Revision, set.History, set.Desired, set.Most, set.Cause, set.Status, set.Failure)
	}
	for i, p := range s.Pods {
		fmt.Fprintf(&b, "  %d: pod of %s, %s on %q %s, cost %s, restarts %d, born in %d, since %d\n", i, p.Image, p.Phase, p.Node,
			p.Flags, p.Cost, p.Restarts, p.Born, p.Since)
	}
	return b.String()
}

// ComparePods is the order of pods in a state.
func ComparePods(a, b Pod) int { return a.compare(b) }

// SetStatus is the status of a ReplicaSet as a line.
func SetStatus(replicas, labelled, ready, available, terminating int32, observed bool) string {
	return fmt.Sprintf("%d pods, %d labelled, %d ready, %d available, %d terminating, observed %t", replicas, labelled, ready,
		available, terminating, observed)
}

// DeploymentStatus is the status of a Deployment as a line.
func DeploymentStatus(replicas, updated, ready, available, unavailable, terminating int32, observed bool) string {
	return fmt.Sprintf("%d pods, %d updated, %d ready, %d available, %d unavailable, %d terminating, observed %t", replicas, updated,
		ready, available, unavailable, terminating, observed)
}
