package scenario

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// State is what the API shows.
type State struct {
	Pods      []Pod    `json:"pods"`
	Claims    []Claim  `json:"claims"`
	Revisions []string `json:"revisions"` // the template's image of each ControllerRevision, by ascending number

	// The set's status; zero when there is no set.
	Replicas             int32  `json:"replicas"`
	ReadyReplicas        int32  `json:"readyReplicas"`
	AvailableReplicas    int32  `json:"availableReplicas"`
	CurrentReplicas      int32  `json:"currentReplicas"`
	UpdatedReplicas      int32  `json:"updatedReplicas"`
	CurrentRevisionImage string `json:"currentRevisionImage"` // "" when the revision is no longer there
	UpdateRevisionImage  string `json:"updateRevisionImage"`
	// Progressing is the condition of that type: "True RecreateInProgress: why".
	Progressing string `json:"progressing,omitempty"`
	// Endless names the pods that were deleted and created again and again since the
	// last state. Such a world settles nowhere, and the rest of its state only says
	// how fast the controller turns round.
	Endless []string `json:"endless,omitempty"`
	// Unobserved says that status.observedGeneration lies behind.
	Unobserved bool `json:"unobserved,omitempty"`
}

// Pod is a pod in a [State].
type Pod struct {
	Owned       bool   `json:"owned"` // some controller owns it
	Name        string `json:"name"`
	Image       string `json:"image"`
	Phase       string `json:"phase"`
	Ready       bool   `json:"ready"`
	Terminating bool   `json:"terminating,omitempty"`
	Incarnation int    `json:"incarnation"` // how many pods of this name there have been
	// Foreign says that the controller that owns it is not a StatefulSet.
	Foreign bool `json:"foreign,omitempty"`
	// Lost are those of the labels that the controller gives that it does not have.
	Lost []string `json:"lost,omitempty"`
}

// Claim is a PersistentVolumeClaim in a [State].
type Claim struct {
	Name        string   `json:"name"`
	Owners      []string `json:"owners,omitempty"` // "StatefulSet/web", "Pod/web-1", with " (stale)" if it is no longer there
	Terminating bool     `json:"terminating,omitempty"`
	Incarnation int      `json:"incarnation"`
}

// Normal is the state in its one form: in the order of names, and nil where there is
// nothing.
func (s State) Normal() State {
	s.Pods, s.Claims, s.Revisions, s.Endless = orNil(s.Pods), orNil(s.Claims), orNil(s.Revisions), orNil(s.Endless)
	slices.SortFunc(s.Pods, func(a, b Pod) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Claims, func(a, b Claim) int { return cmp.Compare(a.Name, b.Name) })
	for i := range s.Pods {
		s.Pods[i].Lost = orNil(s.Pods[i].Lost)
		slices.Sort(s.Pods[i].Lost)
	}
	for i := range s.Claims {
		s.Claims[i].Owners = orNil(s.Claims[i].Owners)
		slices.Sort(s.Claims[i].Owners)
	}
	return s
}

// orNil is a copy of a list, nil if it is empty.
func orNil[T any](list []T) []T { return append([]T(nil), list...) }

// Recorded is the state without what recordings do not say.
func (s State) Recorded() State {
	s = s.Normal()
	s.Progressing, s.Unobserved = "", false
	for i := range s.Pods {
		s.Pods[i].Foreign, s.Pods[i].Lost = false, nil
	}
	return s
}

// Equal reports whether two states show the same.
func (s State) Equal(other State) bool { return reflect.DeepEqual(s.Normal(), other.Normal()) }

// Lives are how many objects of each name there have been.
type Lives map[string]int

// manyLives is how many pods of one name may come to be during a step before it can
// only be a loop: the longest chain that ends (evict, fail, replace) has three.
const manyLives = 10

// Endless are the names that have come to be again and again since before.
func (l Lives) Endless(before Lives) []string {
	var names []string
	for name, n := range l {
		if n-before[name] >= manyLives {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// String renders the state in a few lines.
func (s State) String() string {
	var b strings.Builder
	flag := func(on bool, word string) {
		if on {
			b.WriteString(" " + word)
		}
	}
	for _, p := range s.Pods {
		fmt.Fprintf(&b, "  %s:%s %s", p.Name, p.Image, p.Phase)
		flag(p.Ready, "ready")
		flag(p.Terminating, "terminating")
		flag(!p.Owned, "not owned")
		flag(p.Foreign, "somebody else's")
		flag(len(p.Lost) > 0, fmt.Sprintf("without %v", p.Lost))
		fmt.Fprintf(&b, " (number %d)\n", p.Incarnation)
	}
	for _, c := range s.Claims {
		fmt.Fprintf(&b, "  claim %s of %v", c.Name, c.Owners)
		flag(c.Terminating, "terminating")
		fmt.Fprintf(&b, " (number %d)\n", c.Incarnation)
	}
	fmt.Fprintf(&b, "  revisions %v, replicas %d ready %d available %d current %d:%s updated %d:%s", s.Revisions, s.Replicas,
		s.ReadyReplicas, s.AvailableReplicas, s.CurrentReplicas, s.CurrentRevisionImage, s.UpdatedReplicas, s.UpdateRevisionImage)
	flag(s.Unobserved, "not observed")
	flag(s.Progressing != "", "Progressing "+s.Progressing)
	flag(len(s.Endless) > 0, fmt.Sprintf("endless %v", s.Endless))
	return b.String() + "\n"
}
