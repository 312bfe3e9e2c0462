package workload_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/workload"
)

// A client remembers in its notes what it was promised, also after a crash; in its
// memory it does not.
func TestClientRemembers(t *testing.T) {
	for _, notes := range []string{"", "/notes"} {
		c := newCluster(t)
		c.run("mysql-0", "a", newDisk(), workload.MySQL{})
		b := c.run("client-0", "b", newDisk(), workload.Client{Write: "mysql-0.mysql", Notes: notes})
		c.pass(4500 * time.Millisecond)
		require.Len(t, client(b).Promised(), 5)
		require.Equal(t, "writes: 5 writes promised", b.program.String())
		b.start()
		c.pass(1500 * time.Millisecond)
		if notes == "" {
			require.Len(t, client(b).Promised(), 2)
		} else {
			require.Len(t, client(b).Promised(), 7)
			require.Equal(t, client(b).Promised(), workload.Promises(b.disk.files[notes]))
		}
		require.Equal(t, 2, client(b).Tally().Promised, "the tally is of this life")
	}
}

// A client that cannot keep its notes does not go on.
func TestClientStopsWithoutItsNotes(t *testing.T) {
	c := newCluster(t)
	c.run("mysql-0", "a", newDisk(), workload.MySQL{})
	b := c.run("client-0", "b", newDisk(), workload.Client{Write: "mysql-0.mysql", Notes: "/notes"})
	c.pass(500 * time.Millisecond)
	b.disk.gone = true
	c.pass(time.Second)
	require.True(t, b.exited)
	require.Equal(t, "/notes: input/output error", b.said())
	b.start()
	require.True(t, b.exited)
}

// It makes as many requests as it is told to, and then none.
func TestClientIsDone(t *testing.T) {
	for _, row := range []struct {
		image workload.Client
		says  string
	}{
		{workload.Client{Write: "mysql-0.mysql", Count: 3}, "is done: 3 writes promised"},
		{workload.Client{Read: "mysql-all", Count: 3}, "is done: 3 reads answered"},
		{workload.Client{Write: "mysql-0.mysql", Read: "mysql-all", Count: 3}, "is done: 3 writes promised, 3 reads answered"},
	} {
		c := newCluster(t)
		c.run("mysql-0", "a", newDisk(), workload.MySQL{})
		b := c.run("client-0", "b", nil, row.image)
		require.False(t, client(b).Done())
		c.pass(time.Minute)
		require.True(t, client(b).Done())
		require.Equal(t, row.says, b.said())
		require.Equal(t, row.says, b.program.String())
		require.Empty(t, c.pending)
	}
	c := newCluster(t)
	idle := c.run("client-0", "a", nil, workload.Client{})
	require.Empty(t, c.pending, "a client without servers has nothing to do")
	require.Equal(t, "is done: nothing yet", idle.program.String())
	idle.hear(workload.Input{Kind: workload.Terminated})
	require.True(t, idle.exited)
}

// A write is repeated until it is promised, under the same name; a read is given up.
// A promise that comes after the time-out is one.
func TestClientRetries(t *testing.T) {
	c := newCluster(t)
	d := newDisk()
	c.run("mysql-0", "a", d, workload.MySQL{})
	c.partition("a", "b", true)
	b := c.run("client-0", "b", nil, workload.Client{Write: "mysql-0.mysql"})
	c.pass(10 * time.Second)
	require.Equal(t, workload.Tally{Unheard: 5}, client(b).Tally(), "a second to wait and one to rest")
	c.partition("a", "b", false)
	c.pass(2500 * time.Millisecond)
	require.Len(t, client(b).Promised(), 1)
	require.Regexp(t, `#1$`, client(b).Promised()[0].Record)

	late := newCluster(t)
	late.slow = 2 * time.Second // there and back takes longer than the client waits
	late.choose = func(_ string, n int) int { return n - 1 }
	late.run("mysql-0", "a", newDisk(), workload.MySQL{})
	b = late.run("client-0", "b", nil, workload.Client{Write: "mysql-0.mysql"})
	late.pass(5 * time.Second)
	require.Len(t, client(b).Promised(), 1, "%s", b.program)
	require.Positive(t, client(b).Tally().Unheard)
}

// A client keeps to the address that it knows, as long as it is answered.
func TestClientKeepsItsServer(t *testing.T) {
	c := newCluster(t)
	old := c.run("mysql-0", "a", newDisk(), workload.MySQL{})
	b := c.run("client-0", "b", nil, workload.Client{Write: "mysql-0.mysql"})
	c.pass(1500 * time.Millisecond)
	c.run("mysql-0", "c", newDisk(), workload.MySQL{}) // DNS knows this one now
	c.pass(5 * time.Second)
	require.Equal(t, client(b).Tally().Promised, server(old).Records().Len())
	old.stop()
	c.pass(5 * time.Second)
	require.Equal(t, 1, client(b).Tally().Unheard)
	require.Greater(t, client(b).Tally().Promised, 7)
}

// An answer that does not count what it must count is too old.
func TestClientNoticesOldAnswers(t *testing.T) {
	c := newCluster(t)
	c.run("mysql-0", "a", newDisk(), workload.MySQL{})
	old := newDisk()
	old.files[binlog] = workload.Lines("x")
	c.run("old-0", "b", old, workload.MySQL{}) // another database altogether
	b := c.run("client-0", "b", nil, workload.Client{Write: "mysql-0.mysql", Read: "old-0.old", MaxStale: 10 * time.Second})
	c.pass(11500 * time.Millisecond) // it writes at 0s, 2s, 4s, ..., and reads at 1s, 3s, ...
	require.Zero(t, client(b).Tally().Stale, "the record that was promised at 0s is number 0, and there is one: that is all right at 11s")
	c.pass(2 * time.Second)
	require.Equal(t, 1, client(b).Tally().Stale, "number 1 was promised at 2s and is not there at 13s")
	c.pass(2 * time.Second)
	require.Equal(t, 2, client(b).Tally().Stale)
	require.Contains(t, b.program.String(), "of them too old")
}

func TestLost(t *testing.T) {
	promises := []workload.Promise{{Record: "a"}, {Record: "b", Position: 7}, {Record: "c"}}
	require.Empty(t, workload.Lost(promises, workload.Lines("c", "b", "x", "a")))
	require.Equal(t, promises[1:2], workload.Lost(promises, workload.Lines("c", "a")))
	require.Equal(t, promises, workload.Lost(promises, workload.File{}))
	require.Empty(t, workload.Lost(nil, workload.File{}))
	require.Empty(t, workload.Promises(workload.Lines("", "x", "1 x", "1 y z", "z 2 x")), "what is no promise is passed by")
	require.Equal(t, []workload.Promise{{Record: "a b", Position: 1, At: 2}}, workload.Promises(workload.Lines("1 2 a b")))
}

// Bodies say all there is to say of them: what differs has different strings.
func TestBodiesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, body := range []workload.Body{
		workload.WriteRequest{ID: 1, Record: "a"}, workload.WriteRequest{ID: 1, Record: "b"}, workload.WriteRequest{ID: 2, Record: "a"},
		workload.WriteRequest{ID: 1, Record: "a", Again: true}, workload.Written{ID: 1}, workload.Written{ID: 1, Position: 1},
		workload.ReadRequest{ID: 1}, workload.ReadRequest{ID: 2}, workload.Answer{ID: 1}, workload.Answer{ID: 1, Records: 1}, workload.Answer{ID: 1, Host: "a"},
		workload.Refused{ID: 1}, workload.Refused{ID: 1, Why: "a"}, workload.Poll{ID: 1}, workload.Poll{ID: 1, Has: 1}, workload.Poll{ID: 1, Digest: 1},
		workload.Tail{ID: 1}, workload.Tail{ID: 1, Log: workload.Lines("a")}, workload.Diverged{ID: 1}, workload.Fetch{ID: 1},
		workload.Copy{ID: 1}, workload.Copy{ID: 1, Log: workload.Lines("a")}, workload.Ping{}, workload.Ping{Member: 1}, workload.Pong{}, workload.Pong{Member: 1},
	} {
		require.False(t, seen[body.String()], "%s", body)
		seen[body.String()] = true
	}
}
