package model

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Which nodes a term selects. The node is "a", with the labels zone=eu and slots=8.
func TestNodeSelectors(t *testing.T) {
	labels := Labels{"zone": "eu", "slots": "8"}
	type r = LabelSelectorRequirement
	expressions := func(all ...r) NodeSelectorTerm { return NodeSelectorTerm{MatchExpressions: all} }
	fields := func(all ...r) NodeSelectorTerm { return NodeSelectorTerm{MatchFields: all} }
	for _, row := range []struct {
		rule    string
		terms   []NodeSelectorTerm
		node    bool
		unnamed bool // the same without a look at the name
	}{
		{"no term selects nothing", nil, false, false},
		{"an empty term selects nothing", []NodeSelectorTerm{{}}, false, false},
		{"all expressions of a term hold", []NodeSelectorTerm{expressions(r{"zone", SelectorIn, []string{"eu"}}, r{"slots", SelectorExists, nil})}, true, true},
		{"one that does not is enough", []NodeSelectorTerm{expressions(r{"zone", SelectorIn, []string{"eu"}}, r{"slots", SelectorDoesNotExist, nil})}, false, false},
		{"one term is enough", []NodeSelectorTerm{{}, expressions(r{"zone", SelectorNotIn, []string{"us"}})}, true, true},
		{"Gt compares numbers, not texts", []NodeSelectorTerm{expressions(r{"slots", NodeSelectorGt, []string{"10"}})}, false, false},
		{"Gt is above", []NodeSelectorTerm{expressions(r{"slots", NodeSelectorGt, []string{"7"}})}, true, true},
		{"Gt is not at", []NodeSelectorTerm{expressions(r{"slots", NodeSelectorGt, []string{"8"}})}, false, false},
		{"Lt is below", []NodeSelectorTerm{expressions(r{"slots", NodeSelectorLt, []string{"9"}})}, true, true},
		{"Lt compares with one value", []NodeSelectorTerm{expressions(r{"slots", NodeSelectorLt, []string{"9", "10"}})}, false, false},
		{"a label that is no number is neither above nor below", []NodeSelectorTerm{expressions(r{"zone", NodeSelectorLt, []string{"9"}})}, false, false},
		{"nor is a missing one", []NodeSelectorTerm{expressions(r{"x", NodeSelectorGt, []string{"-1"}})}, false, false},
		{"nor does a value help that is no number", []NodeSelectorTerm{expressions(r{"slots", NodeSelectorGt, []string{"x"}})}, false, false},
		{"the node of a name", []NodeSelectorTerm{fields(r{FieldNodeName, SelectorIn, []string{"a"}})}, true, true},
		{"not the node of another", []NodeSelectorTerm{fields(r{FieldNodeName, SelectorIn, []string{"b"}})}, false, true},
		{"all nodes but one", []NodeSelectorTerm{fields(r{FieldNodeName, SelectorNotIn, []string{"a"}})}, false, true},
		{"a name and a label", []NodeSelectorTerm{{MatchFields: []r{{FieldNodeName, SelectorIn, []string{"a"}}}, MatchExpressions: []r{{"zone", SelectorIn, []string{"us"}}}}}, false, false},
	} {
		t.Run(row.rule, func(t *testing.T) {
			s := NodeSelector{Terms: row.terms}
			require.Equal(t, row.node, s.MatchesNode("a", labels))
			require.Equal(t, row.unnamed, s.Matches(labels))
		})
	}
}

// Where a class makes volumes.
func TestAllowedTopologies(t *testing.T) {
	zone := func(values ...string) TopologySelectorTerm {
		return TopologySelectorTerm{MatchLabelExpressions: []TopologySelectorLabelRequirement{{LabelZone, values}}}
	}
	for _, row := range []struct {
		rule  string
		terms []TopologySelectorTerm
		want  bool
	}{
		{"anywhere", nil, true},
		{"in one of the zones", []TopologySelectorTerm{zone("us", "eu")}, true},
		{"by one of the terms", []TopologySelectorTerm{zone("us"), zone("eu")}, true},
		{"in no other zone", []TopologySelectorTerm{zone("us")}, false},
		{"an empty term allows nothing", []TopologySelectorTerm{{}}, false},
		{"all expressions of a term hold", []TopologySelectorTerm{{MatchLabelExpressions: append(zone("eu").MatchLabelExpressions,
			TopologySelectorLabelRequirement{LabelRegion, []string{"eu"}})}}, false},
	} {
		class := StorageClass{AllowedTopologies: row.terms}
		require.Equal(t, row.want, class.AllowsTopology(Labels{LabelZone: "eu"}), row.rule)
	}
}

// What a pod tolerates beyond what it says.
func TestWithDefaultTolerations(t *testing.T) {
	five := TolerationSecondsDefault
	notReady := Toleration{Key: TaintNotReady, Operator: TolerationExists, Effect: NoExecute, TolerationSeconds: &five}
	unreachable := Toleration{Key: TaintUnreachable, Operator: TolerationExists, Effect: NoExecute, TolerationSeconds: &five}
	other := Toleration{Key: "dedicated", Operator: TolerationExists}
	forever := Toleration{Key: TaintUnreachable, Operator: TolerationExists, Effect: NoExecute}
	for _, row := range []struct {
		rule      string
		own, want []Toleration
	}{
		{"both for five minutes", nil, []Toleration{notReady, unreachable}},
		{"its own stay, and stand first", []Toleration{other}, []Toleration{other, notReady, unreachable}},
		{"one that it has is not added", []Toleration{forever}, []Toleration{forever, notReady}},
		{"one that only concerns scheduling does not count", []Toleration{{Key: TaintNotReady, Effect: NoSchedule}},
			[]Toleration{{Key: TaintNotReady, Effect: NoSchedule}, notReady, unreachable}},
		{"whoever tolerates everything needs no more", []Toleration{{Operator: TolerationExists}}, []Toleration{{Operator: TolerationExists}}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			own := append(make([]Toleration, 0, 9), row.own...)
			require.Equal(t, row.want, WithDefaultTolerations(own))
			require.Empty(t, own[:9][len(own)].Key, "the list is not written to")
		})
	}
}
