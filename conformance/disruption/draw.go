package disruption

import "pgregory.net/rapid"

// often are the operations as often as they are drawn.
var often = []Op{
	Wait, Wait, Create, Create, Create, Ready, Ready, Ready, Ready, Unready, Finish, Delete, Gone, Gone, Relabel, ScaleOwner, ScaleOwner,
	Budget, Budget, DropBudget, Evict, Evict, Evict, EvictTwo, EvictTwo, EvictFails, EvictFails,
}

var budgets = []string{
	"a max 1", "a max 2", "a max 30%", "a min 1", "a min 2", "a min 50%", "a max 0", "a min 0", "a max 1 always", "a min 2 always",
	"b max 1", "b min 1",
}

// Generator draws stories of so many steps. They begin with a budget and some pods.
func Generator(steps int) *rapid.Generator[[]Step] {
	return rapid.Custom(func(t *rapid.T) []Step {
		story := []Step{{Op: Budget, Value: rapid.SampledFrom(budgets).Draw(t, "budget")}}
		for pod := range rapid.IntRange(0, Pods).Draw(t, "pods") {
			story = append(story, Step{Op: Create, Pod: pod, Value: rapid.SampledFrom(Owners).Draw(t, "owner")}, Step{Op: Ready, Pod: pod})
		}
		for range steps {
			story = append(story, drawStep(t))
		}
		return story
	})
}

func drawStep(t *rapid.T) Step {
	step := Step{Op: rapid.SampledFrom(often).Draw(t, "op"), Pod: rapid.IntRange(0, Pods-1).Draw(t, "pod")}
	switch step.Op {
	case Create:
		step.Value = rapid.SampledFrom(Owners).Draw(t, "owner")
	case ScaleOwner:
		step.Value, step.N = rapid.SampledFrom(Owners[:4]).Draw(t, "owner"), rapid.Int32Range(0, 5).Draw(t, "replicas")
	case Relabel:
		step.Value = rapid.SampledFrom(Labels).Draw(t, "labels")
	case Budget:
		step.Value = rapid.SampledFrom(budgets).Draw(t, "budget")
	case DropBudget:
		step.Value = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "budget")
	case EvictTwo:
		step.Other = rapid.IntRange(0, Pods-1).Draw(t, "other")
	}
	return step
}
