// Package sweep lives the same story with many seeds, on all cores, and says how often
// and how long.
//
// One world says what can happen; a hundred thousand say how likely it is. A life is a
// function of a seed that returns what it has measured, as a struct:
//
//	type rollout struct {
//		Took        time.Duration // until all pods were new and ready; sweep.Never if they never were
//		Unavailable time.Duration // in sum, with fewer than two pods ready
//		Lost        bool          // the quorum, at least once
//	}
//
//	report, err := sweep.Run(ctx, sweep.Config{Seeds: 100_000}, func(seed uint64) rollout {
//		c := sim.New(sim.Config{Seed: seed, Nodes: 3, Latencies: latencies})
//		...
//	})
//	fmt.Print(report)
//
// Of a bool the report has the rate, with a Wilson interval. Of a time.Duration it has
// quantiles, each with an interval, and of an integer the same. What a set's pods go
// through a [Meter] measures.
//
// # One world, many lives
//
// Mostly all lives have a past in common: the set has been made, and is at rest. [Forks] lives
// that once, and makes each life a fork with its own seed, in the memory of a life that is over.
// With the faults of package faults, drawn from that seed, it is tens of thousands of lives a
// second on a core:
//
//	source, err := faults.Plan{Set: "web", Most: 3}.For(c)
//	life, err := sweep.Forks(c, func(c *sim.Cluster, seed uint64) rollout {
//		drawn := source.Draw(c)
//		...
//	})
//
// # The same for any number of workers
//
// A life depends on its seed and on nothing else, and what is kept of all lives does not
// depend on their order: counts, sums of integers, and how many values fall between two
// bounds that are a thousandth apart. So the report is the same, to the last digit, with one
// worker and with many, and its size does not grow with the number of lives.
//
// # Stopped and continued
//
// With [Config].File each life is a line of a CSV file, in the order of the seeds. Cancel the
// context, or pull the plug: the next sweep with that file reads what is there and goes on
// with the next seed. It lives the last life in the file once more, and refuses to go on if that
// turns out differently: then the file is of another story.
//
// # Two worlds with the same luck
//
// [Compare] lives two stories with each seed and looks at the differences, seed by seed. What
// both owe to the same slow image or the same dead node cancels out, so that a difference
// shows in far fewer lives than two sweeps of their own would take.
package sweep
