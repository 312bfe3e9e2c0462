// Package plot draws what a sweep has measured, as PNG, SVG or PDF.
//
//	err := plot.Shares("took.svg", "Rolling out a change",
//		plot.Curve{Name: "OrderedReady", Measure: ordered.Measure("Took")},
//		plot.Curve{Name: "Parallel", Measure: parallel.Measure("Took")})
//
// A curve shows for each time in which share of the lives it was at most that: where it
// crosses one half is the median, and a step to the right of another is a slower story. A
// curve that ends below 100 % is of something that sometimes never happens. Nothing was
// smoothed, and no bins were chosen.
//
// It is a package of its own so that only those who want pictures get the library that
// draws them.
package plot

import (
	"fmt"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"

	"github.com/ordinal-sim/ordinal/sim/sweep"
)

// Curve is a measure of a time, and what the picture calls it.
type Curve struct {
	Name    string
	Measure *sweep.Measure
}

// The size of a picture.
const (
	width  = 16 * vg.Centimeter
	height = 10 * vg.Centimeter
)

// Shares draws the distributions of measures into a file, whose ending says of which
// kind it is: ".png", ".svg" or ".pdf". The same sweep makes the same file.
func Shares(file, title string, curves ...Curve) error {
	p := plot.New()
	p.Title.Text = title
	p.X.Label.Text, p.Y.Label.Text = "seconds", "share of the lives"
	p.Y.Min, p.Y.Max, p.X.Min = 0, 1, 0
	p.Y.Tick.Marker = plot.ConstantTicks(shares())
	p.Legend.Top, p.Legend.Left = false, false
	p.Legend.YOffs = vg.Centimeter / 2
	p.Add(plotter.NewGrid())
	for i, c := range curves {
		line, err := plotter.NewLine(points(c.Measure))
		if err != nil {
			return fmt.Errorf("plot: %s: %w", c.Name, err)
		}
		line.Color, line.Dashes, line.Width = plotutil.Color(i), plotutil.Dashes(i), vg.Points(1.5)
		line.StepStyle = plotter.PostStep
		p.Add(line)
		p.Legend.Add(c.Name, line)
	}
	if err := p.Save(width, height, file); err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	return nil
}

// points are the corners of a curve's steps.
func points(m *sweep.Measure) plotter.XYs {
	out := plotter.XYs{{X: 0, Y: 0}}
	for value, share := range m.Shares {
		out = append(out, plotter.XY{X: time.Duration(value).Seconds(), Y: share})
	}
	return out
}

// shares are the marks of the axis of shares.
func shares() []plot.Tick {
	var out []plot.Tick
	for tenth := range 11 {
		label := ""
		if tenth%2 == 0 {
			label = fmt.Sprintf("%d%%", 10*tenth)
		}
		out = append(out, plot.Tick{Value: float64(tenth) / 10, Label: label})
	}
	return out
}
