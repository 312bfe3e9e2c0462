package real

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/watch"
)

// watcher is somebody who watches a table.
type watcher struct {
	server *server
	table  *table
	from   int64 // the version that it has already seen
	events chan watch.Event
	done   chan struct{}
	once   sync.Once // done is closed
}

// watch begins to watch a table, from a version on.
func (s *server) watch(t *table, from int64) watch.Interface {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &watcher{server: s, table: t, from: from, events: make(chan watch.Event, 100), done: make(chan struct{})}
	t.watchers = append(t.watchers, w)
	return w
}

// ResultChan implements [watch.Interface].
func (w *watcher) ResultChan() <-chan watch.Event { return w.events }

// Stop implements [watch.Interface].
func (w *watcher) Stop() {
	w.once.Do(func() { close(w.done) }) // before the lock: whoever delivers holds it
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	w.table.watchers = slices.DeleteFunc(w.table.watchers, func(other *watcher) bool { return other == w })
}

// emit sends an event to those who watch a table, when the table's lag has passed.
// The object is not changed any more; whoever gets it treats it as read-only.
func (s *server) emit(t *table, what watch.EventType, o object) {
	t.pending = append(t.pending, watch.Event{Type: what, Object: o})
	t.due = append(t.due, time.Now().Add(t.lag))
	time.AfterFunc(t.lag, func() { s.deliver(t) })
}

// deliver delivers the events of a table that are due, in their order, whichever
// timer came first.
func (s *server) deliver(t *table) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for len(t.due) > 0 && !t.due[0].After(now) {
		event := t.pending[0]
		t.pending, t.due = t.pending[1:], t.due[1:]
		for _, w := range t.watchers {
			if versionOf(event.Object.(object)) > w.from {
				w.send(event)
			}
		}
	}
}

// send waits for room: informers take their events without asking the server anything.
func (w *watcher) send(event watch.Event) {
	select {
	case w.events <- event:
	case <-w.done:
	}
}

func versionOf(o object) int64 {
	n, _ := strconv.ParseInt(o.GetResourceVersion(), 10, 64)
	return n
}
