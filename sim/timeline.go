package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/model"
)

// Timeline draws the life of a set's pods: a row for each, from the beginning of
// the world until now, in the given number of columns.
//
//	.  there is no such pod
//	~  it is there and not ready
//	2  it is ready, at revision 2
//	x  it is terminating
//
// A moment that is shorter than a column may not show.
func (c *Cluster) Timeline(set string, columns int, opts ...Option) string {
	if columns < 1 {
		panic("sim: Timeline: a picture needs a column")
	}
	rows := c.w.timelines(set, namespaceOf(opts))
	if len(rows) == 0 {
		return "No pods found.\n"
	}
	width := len(rows[0].name)
	for i := range rows {
		width = max(width, len(rows[i].name))
	}
	var b strings.Builder
	for i := range rows {
		fmt.Fprintf(&b, "%-*s  ", width, rows[i].name)
		for k := range columns {
			// The middle of the column.
			b.WriteByte(rows[i].at(model.Instant(int64(c.w.now) / int64(2*columns) * int64(2*k+1))))
		}
		b.WriteByte('\n')
	}
	end := clock(c.w.now)
	fmt.Fprintf(&b, "%-*s  +0.0s%*s\n", width, "", max(1, columns-len("+0.0s")), end)
	column := time.Duration(int64(c.w.now) / int64(columns)).Round(100 * time.Millisecond)
	fmt.Fprintf(&b, "%-*s  a column is %v; . none, ~ not ready, 1 ready at revision 1, x terminating\n", width, "", column)
	return b.String()
}

// timeline is what a pod of one name was when.
type timeline struct {
	name    string
	pod     model.Name
	changes []change
}

type change struct {
	at   model.Instant
	look byte
}

// at is how the pod looks at an instant.
func (l *timeline) at(t model.Instant) byte {
	look := byte('.')
	for _, c := range l.changes {
		if c.at > t {
			break
		}
		look = c.look
	}
	return look
}

// timelines reads the lives of a set's pods off the trace.
func (w *world) timelines(set, namespace string) []timeline {
	base, ok1 := w.known(set)
	ns, ok2 := w.known(namespace)
	if !ok1 || !ok2 {
		return nil
	}
	var rows []timeline
	add := func(pod model.Name, at model.Instant, look byte) {
		if pod.Base != base || pod.Namespace != ns {
			return
		}
		i := slices.IndexFunc(rows, func(l timeline) bool { return l.pod == pod })
		if i < 0 {
			i = len(rows)
			rows = append(rows, timeline{name: w.rendered(pod), pod: pod})
		}
		rows[i].changes = append(rows[i].changes, change{at, look})
	}
	numbers := map[model.Symbol]int64{}       // of revisions, as they are at the moment
	revision := map[model.Name]model.Symbol{} // of pods
	terminating := map[model.Name]bool{}      // pods
	for _, r := range w.trace.from(0) {
		switch r.kind {
		case recRevisionCreated, recRevisionBumped:
			numbers[r.text] = r.a
		case recPodCreated:
			revision[r.object], terminating[r.object] = r.text, false
			add(r.object, r.at, '~')
		case recPodReady:
			if !terminating[r.subject] {
				add(r.subject, r.at, byte('0'+numbers[revision[r.subject]]%10))
			}
		case recPodUnready:
			add(r.subject, r.at, '~')
		case recPodStopping:
			terminating[r.subject] = true
			add(r.subject, r.at, 'x')
		case recPodGone:
			add(r.subject, r.at, '.')
		}
	}
	slices.SortFunc(rows, func(a, b timeline) int { return int(a.pod.Ordinal - b.pod.Ordinal) })
	return rows
}
