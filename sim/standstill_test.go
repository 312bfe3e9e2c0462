package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// refused is a world without delays, in which a kubelet refuses a pod each time that it is created.
func refused(t *testing.T, controller time.Duration) *sim.Cluster {
	c := sim.New(sim.Config{Allocatable: model.ResourceList{CPU: 1000, Memory: model.Gi}, Latencies: sim.Latencies{Controller: sim.Fixed(controller), Schedule: sim.Fixed(0)}})
	require.NoError(t, c.Apply(nginx(), webSet(1, stateless, func(s *model.StatefulSet) {
		s.Spec.Template.Spec.NodeName = "node-0"
		s.Spec.Template.Spec.Containers[0].Resources.Requests = model.ResourceList{CPU: 2000}
	})))
	return c
}

// Where nothing takes time, what goes round for ever does so at one instant: Settle says that it
// does, and whoever waits for time to pass is told so, and what it is.
func TestTimeStandsStill(t *testing.T) {
	c := refused(t, 0)
	out := c.Settle()
	require.Equal(t, sim.Limit, out.State)
	require.Zero(t, out.At)
	never := func(sim.View) bool { return false }
	for who, wait := range map[string]func(){
		"Run":      func() { c.Run(time.Second) },
		"RunUntil": func() { c.RunUntil(never, time.Second) },
		"RunTo":    func() { _ = c.RunTo(time.Second, 0) },
	} {
		said := func() (said any) {
			defer func() { said = recover() }()
			wait()
			return nil
		}()
		require.IsType(t, "", said, who)
		require.Contains(t, said, "sim: "+who+": time stands still at +0.0s: ")
		require.Contains(t, said, "again and again: ")
		require.Contains(t, said, "web deletes web-0: it has ended")
	}

	slow := refused(t, time.Microsecond)
	slow.Run(time.Millisecond)
	require.Equal(t, model.Instant(time.Millisecond), slow.Now(), "the least delay is enough")
}
