package workload_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/workload"
)

// cluster is a network, its DNS and volumes: just enough for programs to run in.
type cluster struct {
	t       require.TestingT
	choose  func(label string, n int) int
	now     model.Instant
	seq     int
	pending []delivery
	boxes   []*box          // all there ever were
	current map[string]*box // by hostname: the one that the API knows; never ranged over
	publish bool            // DNS also names those that are not ready
	lossy   bool            // the network loses one message in eight
	slow    time.Duration   // a message takes from 1ms up to 1ms + slow
	cut     map[[2]string]bool
}

// delivery is an input on its way.
type delivery struct {
	at  model.Instant
	seq int
	to  *box
	in  workload.Input
}

// box is a container and its pod.
type box struct {
	*cluster
	host    string
	node    string
	addr    netip.Addr
	disk    *disk // nil for none; its mount path is /
	image   workload.Program
	program workload.Program // nil if it does not run
	ready   bool
	healthy bool
	exited  bool
	code    int
	lines   []string
	pinned  map[string]netip.Addr // what its resolver is told instead of the truth
}

// disk is a volume.
type disk struct {
	files    map[string]workload.File
	gone     bool
	readOnly bool
}

func newDisk() *disk { return &disk{files: map[string]workload.File{}} }

func newCluster(t require.TestingT) *cluster {
	return &cluster{t: t, current: map[string]*box{}, cut: map[[2]string]bool{}, choose: func(string, int) int { return 0 }}
}

// drawn is a cluster whose choices rapid makes.
func drawn(t *rapid.T) *cluster {
	c := newCluster(t)
	c.choose = func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) }
	return c
}

// run starts a pod of that name, in place of the one that the API knows.
func (c *cluster) run(host, node string, d *disk, image workload.Program) *box {
	b := &box{
		cluster: c, host: host, node: node, disk: d, image: image, pinned: map[string]netip.Addr{},
		addr: netip.AddrFrom4([4]byte{10, 0, 0, byte(len(c.boxes) + 1)}),
	}
	c.boxes, c.current[host] = append(c.boxes, b), b
	b.start()
	return b
}

// start starts the program, for the first time or again.
func (b *box) start() {
	b.stop()
	b.program, b.ready, b.healthy, b.exited = b.image, false, true, false
	b.hear(workload.Input{Kind: workload.Started})
}

// stop kills the program.
func (b *box) stop() {
	b.program, b.ready = nil, false
	b.pending = slices.DeleteFunc(b.pending, func(d delivery) bool { return d.to == b && d.in.Kind == workload.TimerFired })
}

// hear tells the program something, and holds it to the law: what was a program before
// is the same program after.
func (b *box) hear(in workload.Input) {
	if b.program == nil {
		return
	}
	old := b.program
	was, said := string(old.AppendState(nil)), old.String()
	b.program = old.Next(b, in)
	require.Equal(b.t, was, string(old.AppendState(nil)), "%s has changed in place", said)
	require.Equal(b.t, said, old.String())
	if b.exited {
		b.stop()
	}
}

// pass lets time pass.
func (c *cluster) pass(d time.Duration) {
	end := c.now.Add(d)
	for {
		first := -1
		for i, e := range c.pending {
			if f := first; f < 0 || e.at < c.pending[f].at || e.at == c.pending[f].at && e.seq < c.pending[f].seq {
				first = i
			}
		}
		if first < 0 || c.pending[first].at > end {
			c.now = end
			return
		}
		e := c.pending[first]
		c.pending = slices.Delete(c.pending, first, first+1)
		c.now = e.at
		e.to.hear(e.in)
	}
}

func (c *cluster) plan(d time.Duration, to *box, in workload.Input) {
	require.GreaterOrEqual(c.t, d, time.Duration(0))
	c.seq++
	c.pending = append(c.pending, delivery{c.now.Add(d), c.seq, to, in})
}

func (b *box) Now() model.Instant { return b.now }
func (b *box) Hostname() string   { return b.host }
func (b *box) Namespace() string  { return model.NamespaceDefault }
func (b *box) Addr() netip.Addr   { return b.addr }

func (b *box) Ordinal() int32 {
	_, n := model.ParentAndOrdinal(b.host)
	return n
}

// Lookup knows "host.anything", and "base-all": all pods of the set base.
func (b *box) Lookup(name string) ([]netip.Addr, error) {
	if a, ok := b.pinned[name]; ok {
		return []netip.Addr{a}, nil
	}
	var out []netip.Addr
	host, _, _ := strings.Cut(name, ".")
	base, all := strings.CutSuffix(host, "-all")
	for _, o := range b.boxes {
		of, _ := model.ParentAndOrdinal(o.host)
		if b.current[o.host] == o && (o.ready || b.publish) && (o.host == host || all && of == base) {
			out = append(out, o.addr)
		}
	}
	if len(out) == 0 {
		return nil, workload.ErrNoName
	}
	return out, nil
}

func (b *box) Send(to netip.Addr, body workload.Body) {
	delay := time.Millisecond
	if b.slow > 0 {
		delay += b.slow * time.Duration(b.choose("delay", 16)) / 15
	}
	if b.lossy && b.choose("lost", 8) == 7 {
		return
	}
	for _, o := range b.boxes {
		if o.addr == to && !b.cut[[2]string{b.node, o.node}] {
			b.plan(delay, o, workload.Input{Kind: workload.Received, From: b.addr, Body: body})
		}
	}
}

func (b *box) mounted(writing bool) error {
	switch {
	case b.disk == nil:
		return workload.ErrNoVolume
	case b.disk.gone:
		return workload.ErrIO
	case writing && b.disk.readOnly:
		return workload.ErrReadOnly
	}
	return nil
}

func (b *box) Read(path string) (workload.File, error) {
	if err := b.mounted(false); err != nil {
		return workload.File{}, err
	}
	f, ok := b.disk.files[path]
	if !ok {
		return f, workload.ErrNotExist
	}
	return f, nil
}

func (b *box) edit(path string, change func(workload.File) workload.File) error {
	if err := b.mounted(true); err != nil {
		return err
	}
	b.disk.files[path] = change(b.disk.files[path])
	return nil
}

func (b *box) Write(path string, content workload.File) error {
	return b.edit(path, func(workload.File) workload.File { return content })
}

func (b *box) WriteAt(path string, position int, record string) error {
	return b.edit(path, func(f workload.File) workload.File { return f.WriteAt(position, record) })
}

func (b *box) Append(path, record string) error {
	return b.edit(path, func(f workload.File) workload.File { return f.Append(record) })
}

func (b *box) SetTimer(id workload.TimerID, d time.Duration) {
	b.CancelTimer(id)
	b.plan(d, b, workload.Input{Kind: workload.TimerFired, Timer: id})
}

func (b *box) CancelTimer(id workload.TimerID) {
	b.pending = slices.DeleteFunc(b.pending, func(d delivery) bool {
		return d.to == b && d.in.Kind == workload.TimerFired && d.in.Timer == id
	})
}

func (b *box) SetReady(ready bool)     { b.ready = ready }
func (b *box) SetHealthy(healthy bool) { b.healthy = healthy }
func (b *box) Log(line string)         { b.lines = append(b.lines, line) }
func (b *box) Exit(code int)           { b.exited, b.code = true, code }

func (b *box) Choose(label string, n int) int { return b.choose(label, n) }

// said is the log of a container, as a text.
func (b *box) said() string { return strings.Join(b.lines, "\n") }

// picture is what runs, for a test that fails.
func (c *cluster) picture() string {
	var out strings.Builder
	fmt.Fprintf(&out, "at %v:\n", time.Duration(c.now))
	for _, b := range c.boxes {
		if b.program != nil {
			fmt.Fprintf(&out, "%s at %s on %s: %s\n", b.host, b.addr, b.node, b.program)
		}
	}
	return out.String()
}

// partition cuts two nodes off from each other, or connects them again.
func (c *cluster) partition(a, b string, cut bool) {
	c.cut[[2]string{a, b}], c.cut[[2]string{b, a}] = cut, cut
}

// probe writes down what it is sent, and answers nothing. Whoever holds its box sends
// in its name.
type probe struct{ heard *[]string }

func newProbe() probe { return probe{new([]string)} }

func (p probe) Next(c workload.Container, in workload.Input) workload.Program {
	switch in.Kind {
	case workload.Started:
		c.SetReady(true)
	case workload.Received:
		*p.heard = append(*p.heard, fmt.Sprintf("%.1fs %s", c.Now().Sub(0).Seconds(), in.Body))
	}
	return p
}

func (p probe) AppendState(b []byte) []byte { return b }
func (p probe) String() string              { return "listens" }

// last is the last thing that a probe has heard, without its time.
func (p probe) last() string {
	if len(*p.heard) == 0 {
		return ""
	}
	_, what, _ := strings.Cut((*p.heard)[len(*p.heard)-1], " ")
	return what
}

func TestFakeIsAContainer(t *testing.T) {
	var _ workload.Container = &box{}
}
