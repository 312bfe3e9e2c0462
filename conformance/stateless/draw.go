package stateless

import "pgregory.net/rapid"

// Generator draws stories of so many steps. They shrink towards steps that only wait.
func Generator(steps int) *rapid.Generator[Scenario] {
	return rapid.Custom(func(t *rapid.T) Scenario {
		s := Scenario{SlowSets: rapid.Bool().Draw(t, "slow sets"), Spec: drawSpec(t)}
		pace := rapid.SampledFrom([]int{2, 4, 8}).Draw(t, "pace") // of each so many steps about one makes pods ready
		for range steps {
			s.Steps = append(s.Steps, drawStep(t, pace))
		}
		return s
	})
}

// images are few, so that templates come back.
var images = []string{"a", "b", "c"}

var bounds = []string{"1 0", "0 1", "25% 25%", "2 1", "1 2", "100% 0%", "0 100%", "50% 1", "1% 1%", "3 0"}

// The deadlines, in seconds, and minReadySeconds. No sum of some of them makes a controller
// look while one step ends and the next begins.
var (
	deadlines    = []int32{0, 21, 47}
	readySeconds = []int32{0, 0, 3, 14}
)

func drawStrategy(t *rapid.T) string {
	if rapid.IntRange(0, 3).Draw(t, "recreate") == 3 {
		return "Recreate"
	}
	return "RollingUpdate " + rapid.SampledFrom(bounds).Draw(t, "bounds")
}

func drawSpec(t *rapid.T) Spec {
	s := Spec{
		Replicas: rapid.Int32Range(0, 5).Draw(t, "replicas"), Image: images[0],
		Deadline:     rapid.SampledFrom(deadlines).Draw(t, "deadline"),
		HistoryLimit: rapid.Int32Range(0, 3).Draw(t, "history limit"),
		MinReady:     rapid.SampledFrom(readySeconds).Draw(t, "minReadySeconds"),
	}
	s, _ = s.Edit(Step{Op: Strategy, Value: drawStrategy(t)})
	return s
}

// often are the operations as often as they are drawn.
var often = []Op{
	Wait, Scale, Scale, Image, Image, Image, Pause, Resume, Resume, Strategy, MinReady, Deadline, HistoryLimit, Annotate,
	ScaleSet, Tamper, FailSet, FailPod, Refuse, Allow, Allow,
	Schedule, Schedule, Run, Run, Ready, Unready, Unready, Fail, Succeed, Delete, Delete, Gone, Gone, Gone, Gone, Restarts, Cost, Release, Adopt,
}

func drawStep(t *rapid.T, pace int) Step {
	if rapid.IntRange(1, pace).Draw(t, "all ready?") == pace {
		return Step{Op: AllReady}
	}
	step := Step{Op: rapid.SampledFrom(often).Draw(t, "op")}
	if step.aboutPod() {
		step.Pod = rapid.IntRange(0, 9).Draw(t, "pod")
	}
	switch step.Op {
	case Scale, ScaleSet:
		step.N = rapid.Int32Range(0, 9).Draw(t, "replicas")
	case MinReady:
		step.N = rapid.SampledFrom(readySeconds).Draw(t, "minReadySeconds")
	case Deadline:
		step.N = rapid.SampledFrom(deadlines).Draw(t, "deadline")
	case HistoryLimit:
		step.N = rapid.Int32Range(0, 3).Draw(t, "history limit")
	case FailSet:
		step.N = rapid.Int32Range(1, 2).Draw(t, "writes")
	case Restarts, Cost:
		step.N = rapid.Int32Range(1, 2).Draw(t, "n")
	}
	switch step.Op {
	case Image, ScaleSet, Tamper:
		step.Value = rapid.SampledFrom(images).Draw(t, "image")
	case Strategy:
		step.Value = drawStrategy(t)
	case Annotate:
		step.Value = rapid.SampledFrom([]string{"x", "y"}).Draw(t, "cause")
	case Schedule:
		step.Value = rapid.SampledFrom(nodes).Draw(t, "node")
	}
	return step
}
