// Sweep asks what it costs to update two pods at a time instead of one. A database of five
// needs three of them; it is rolled out a thousand times in each of two ways, while nodes crash,
// images are gone and controllers stand still. Each seed has the same accidents in both, so
// that what differs is due to the way.
//
// Two at a time lose the quorum ten times as often, and save twenty seconds of four minutes:
// under OrderedReady two pods stop at the same time, which saves two of the five grace periods,
// but the second is only created when the first is ready.
//
//	go run ./examples/sweep
//	go run ./examples/sweep -lives 100000 -workers 2 -plot rollouts.svg -csv lives.csv
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/sim"
	"github.com/ordinal-sim/ordinal/sim/faults"
	"github.com/ordinal-sim/ordinal/sim/sweep"
	"github.com/ordinal-sim/ordinal/sim/sweep/bar"
	"github.com/ordinal-sim/ordinal/sim/sweep/plot"
)

//go:embed db.yaml
var db []byte

func main() {
	var config sweep.Config
	flag.IntVar(&config.Seeds, "lives", 1000, "how many pairs of lives")
	flag.IntVar(&config.Workers, "workers", 0, "how many at the same time; 0 is one for each core")
	flag.StringVar(&config.File, "csv", "", "a file for all lives; one that exists is gone on with")
	picture := flag.String("plot", "", "a file for a picture: .png, .svg or .pdf")
	flag.Parse()
	config.Progress = bar.New(os.Stderr)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := tell(ctx, os.Stdout, config, *picture); err != nil {
		log.Fatal(err)
	}
}

// rollout is what is measured of one.
type rollout struct {
	Took        time.Duration // until all pods were new and ready
	Unavailable time.Duration // with fewer than three pods ready, in sum
	Recovery    time.Duration // the longest of these times
	QuorumLost  bool          // whether there was one
	Stuck       bool          // the rollout had not finished an hour after the last accident
}

func tell(ctx context.Context, out io.Writer, config sweep.Config, picture string) error {
	one, err := lives(1)
	if err != nil {
		return err
	}
	two, err := lives(2)
	if err != nil {
		return err
	}
	result, err := sweep.Compare(ctx, config, sweep.Story[rollout]{Name: "one", Life: one}, sweep.Story[rollout]{Name: "two", Life: two})
	if err != nil {
		return err
	}
	fmt.Fprint(out, result)
	if picture == "" {
		return nil
	}
	return plot.Shares(picture, "A rollout of five pods under faults",
		plot.Curve{Name: "one at a time", Measure: result.Reports[0].Measure("Took")},
		plot.Curve{Name: "two at a time", Measure: result.Reports[1].Measure("Took")})
}

// lives are rollouts with so many pods at a time. What comes before is lived once: the set is
// there, and its new template has just been stored.
func lives(maxUnavailable int32) (func(seed uint64) rollout, error) {
	objects, err := manifest.Parse(db)
	if err != nil {
		return nil, err
	}
	c := sim.New(sim.Config{Nodes: 5, Latencies: sim.Latencies{
		Attach: sim.Between(time.Second, 10*time.Second),
		Pull:   sim.Quantiles(2*time.Second, 5*time.Second, time.Minute), // mostly quick
		Ready:  sim.Between(time.Second, 20*time.Second),
	}})
	for _, o := range objects.Objects {
		if set, ok := o.(*model.StatefulSet); ok {
			budget := model.FromInt(maxUnavailable)
			set.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable = &budget
		}
	}
	if err := c.Apply(objects.Objects...); err != nil {
		return nil, err
	}
	c.Settle()
	if err := c.SetImage("db", "db", "db:2"); err != nil {
		return nil, err
	}
	source, err := faults.Plan{Set: "db", Most: 3, Within: 3 * time.Minute, Longest: 10 * time.Minute}.For(c)
	if err != nil {
		return nil, err
	}
	return sweep.Forks(c, func(c *sim.Cluster, _ uint64) rollout { return live(c, source) })
}

// live rolls out while something goes wrong.
func live(c *sim.Cluster, source *faults.Source) rollout {
	began := c.Now()
	drawn := source.Draw(c)
	if err := drawn.Put(c); err != nil {
		panic(err) // it was drawn for this world
	}
	meter, out := sweep.NewMeter("db", 3), rollout{Took: sweep.Never}
	if c.RunUntil(func(v sim.View) bool { meter.Look(v); return v.RolledOut("db") }, drawn.Quiet-time.Duration(began)+time.Hour) {
		out.Took = c.Now().Sub(began)
	} else {
		out.Stuck = true
	}
	out.Unavailable, out.Recovery, out.QuorumLost = meter.Unavailable(c.Now()), meter.Recovery(), meter.Outages() > 0
	return out
}
