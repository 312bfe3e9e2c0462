package workload_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/workload"
)

const binlog = "/var/lib/mysql/binlog"

// database is a primary, replicas on nodes of their own, and two clients.
type database struct {
	*cluster
	servers, clients []*box
	disks            []*disk
}

const (
	clientCount = 2
	maxStale    = time.Second // how old an answer may be, in the eyes of the clients
)

func newDatabase(c *cluster, servers int, image workload.MySQL) *database {
	d := &database{cluster: c}
	for i := range servers {
		d.disks = append(d.disks, newDisk())
		d.servers = append(d.servers, c.run(fmt.Sprintf("mysql-%d", i), fmt.Sprintf("node-%d", i), d.disks[i], image))
	}
	for i := range clientCount {
		d.clients = append(d.clients, c.run(fmt.Sprintf("client-%d", i), fmt.Sprintf("node-%d", servers+i), newDisk(), workload.Client{
			Write: "mysql-0.mysql", Read: "mysql-all", Every: 200 * time.Millisecond, Notes: "/notes", MaxStale: maxStale,
		}))
	}
	return d
}

// replace makes a new pod of a server's name, with its volume, when the old one is gone.
func (d *database) replace(i int, node string) {
	old := d.servers[i]
	old.stop()
	d.servers[i] = d.run(old.host, node, d.disks[i], old.image)
}

func (d *database) log(i int) workload.File { return d.disks[i].files[binlog] }

// promises are what the clients have noted.
func (d *database) promises() (out []workload.Promise) {
	for _, c := range d.clients {
		out = append(out, workload.Promises(c.disk.files["/notes"])...)
	}
	return out
}

func server(b *box) workload.MySQL { return b.program.(workload.MySQL) }
func client(b *box) workload.Client {
	return b.program.(workload.Client)
}

func TestMySQLReplicates(t *testing.T) {
	d := newDatabase(newCluster(t), 3, workload.MySQL{Poll: 400 * time.Millisecond, MaxStale: maxStale})
	d.pass(30 * time.Second)
	require.Greater(t, len(d.promises()), 50)
	require.Empty(t, workload.Lost(d.promises(), d.log(0)))
	for i, s := range d.servers {
		require.True(t, s.ready, d.picture())
		prefix, ok := d.log(0).Prefix(d.log(i).Len())
		require.True(t, ok && prefix.Equal(d.log(i)), "replica %d has what the primary has not", i)
		require.LessOrEqual(t, d.log(0).Len()-d.log(i).Len(), 10, "replica %d is more than a second and a bit behind", i)
		require.True(t, server(s).Records().Equal(d.log(i)))
	}
	require.Equal(t, fmt.Sprintf("is the primary, %d records", d.log(0).Len()), d.servers[0].program.String())
	require.Equal(t, fmt.Sprintf("follows 10.0.0.1, %d records", d.log(1).Len()), d.servers[1].program.String())
	require.Zero(t, client(d.clients[0]).Tally().Stale)
	require.Greater(t, client(d.clients[0]).Tally().Answered, 50)
}

// A replica with an empty volume copies the data of the one before it; if that one is
// not there, the primary's.
func TestMySQLCopiesFromItsElder(t *testing.T) {
	for _, row := range []struct {
		name   string
		cut    string
		within time.Duration
	}{
		{name: "from mysql-1, though the primary cannot be reached", cut: "node-0", within: time.Second},
		{name: "from the primary, as mysql-1 cannot be reached", cut: "node-1", within: 5 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newDatabase(newCluster(t), 2, workload.MySQL{})
			d.pass(5 * time.Second)
			d.partition("node-9", row.cut, true)
			third := d.run("mysql-2", "node-9", newDisk(), workload.MySQL{})
			d.pass(row.within)
			require.NotEmpty(t, third.disk.files[binlog].Records(), d.picture())
			require.Equal(t, row.cut != "node-0", third.ready, "it is ready when it has heard from the primary")
		})
	}
}

// A replica that hears nothing of the primary is ready and answers for MaxStale and no
// longer; it finds the primary again at another address.
func TestMySQLLosesAndRegainsItsPrimary(t *testing.T) {
	d := newDatabase(newCluster(t), 2, workload.MySQL{})
	d.pass(10500 * time.Millisecond) // replicas have asked at 0s, 1s, ..., 10s
	d.servers[0].stop()
	d.pass(9 * time.Second)
	require.True(t, d.servers[1].ready, "%s", d.picture())
	before := client(d.clients[0]).Tally()
	d.pass(time.Second)
	require.False(t, d.servers[1].ready)
	require.Equal(t, "replication is behind: nothing was heard from the primary for 10s", d.servers[1].said())
	for _, c := range d.clients {
		c.pinned["mysql-all"] = d.servers[1].addr
		c.pinned["mysql-0.mysql"] = d.servers[1].addr
		c.start() // it may be waiting for a promise
	}
	d.pass(5 * time.Second)
	require.Greater(t, client(d.clients[0]).Tally().Refused, before.Refused+4, "a stale replica does not answer, nor does any replica take writes")
	require.Contains(t, d.servers[1].program.String(), "looks for the primary")

	for _, c := range d.clients {
		clear(c.pinned)
	}
	d.replace(0, "node-7")
	d.pass(20 * time.Second) // it asks 1s, 2s, 4s, 8s, 16s apart
	require.True(t, d.servers[1].ready, d.picture())
	require.Equal(t, "follows "+d.servers[0].addr.String(), d.servers[1].program.String()[:len("follows ")+len(d.servers[0].addr.String())])
	require.Empty(t, workload.Lost(d.promises(), d.log(0)))
}

// How old a replica's data may be counts from the question, not from the answer, and
// only for the question that was asked last.
func TestMySQLKnowsHowOldItsDataIs(t *testing.T) {
	c := newCluster(t)
	primary, reader := newProbe(), newProbe()
	source := c.run("mysql-0", "a", nil, primary)
	d := newDisk()
	d.files[binlog] = workload.Lines("x")
	replica := c.run("mysql-1", "b", d, workload.MySQL{Timeout: 8 * time.Second, MaxStale: 9 * time.Second})
	client := c.run("client-0", "c", nil, reader)
	read := func() string {
		client.Send(replica.addr, workload.ReadRequest{ID: 1})
		c.pass(2 * time.Millisecond)
		return reader.last()
	}
	tail := func(id int64) workload.Tail { return workload.Tail{ID: id, Log: workload.Lines("x", "y")} }

	c.pass(4 * time.Second)
	require.Equal(t, "poll 1: has 1 records (08f0de07b58d2b17)", primary.last())
	require.Equal(t, "1 refused: this replica is too far behind", read())
	source.Send(replica.addr, tail(7))
	c.pass(2 * time.Millisecond)
	require.Equal(t, "1 refused: this replica is too far behind", read(), "that answers another question")
	source.Send(replica.addr, tail(1)) // 4s after the question
	c.pass(time.Millisecond)
	require.True(t, replica.ready)
	require.Equal(t, "answer 1 by mysql-1: 2 records", read())
	c.pass(9*time.Second - 4*time.Millisecond - c.now.Sub(0))
	require.Equal(t, "answer 1 by mysql-1: 2 records", read())
	require.True(t, replica.ready)
	c.pass(9*time.Second - c.now.Sub(0))
	require.False(t, replica.ready)
	require.Equal(t, "1 refused: this replica is too far behind", read())

	c.pass(5 * time.Second) // the second question, asked at 5s, is given up at 13s
	source.Send(replica.addr, tail(2))
	c.pass(2 * time.Millisecond)
	require.Equal(t, "1 refused: this replica is too far behind", read(), "the answer came too late")

	replica.start()
	c.pass(time.Second)
	require.NotContains(t, primary.last(), "poll 1:", "the answers to another life's questions do not fit")
}

// A replica that hears nothing asks 1s, 2s, 4s, 8s, 16s, 16s apart, after it has waited.
func TestMySQLAsksMoreAndMoreRarely(t *testing.T) {
	c := newCluster(t)
	primary := newProbe()
	c.run("mysql-0", "a", nil, primary)
	d := newDisk()
	d.files[binlog] = workload.Lines()
	c.run("mysql-1", "b", d, workload.MySQL{})
	c.pass(60 * time.Second)
	var at []string
	for _, line := range *primary.heard {
		at = append(at, strings.Fields(line)[0])
	}
	require.Equal(t, []string{"0.0s", "2.0s", "5.0s", "10.0s", "19.0s", "36.0s", "53.0s"}, at)
}

// What a server cannot write it does not promise, and it does not go on.
func TestMySQLStopsWithoutItsVolume(t *testing.T) {
	for _, row := range []struct {
		name   string
		break_ func(b *box)
		says   string
		start  bool // it notices at its start
	}{
		{"no volume", func(b *box) { b.disk = nil }, binlog + ": no volume is mounted there", true},
		{"the volume has been taken away", func(b *box) { b.disk.gone = true }, binlog + ": input/output error", true},
		{"the volume is read-only", func(b *box) { b.disk.readOnly = true }, binlog + ": read-only file system", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newDatabase(newCluster(t), 2, workload.MySQL{})
			d.pass(5500 * time.Millisecond)
			promised, primary := d.promises(), d.servers[0]
			row.break_(primary)
			d.pass(5 * time.Second)
			require.True(t, primary.exited)
			require.Equal(t, 1, primary.code)
			require.Equal(t, row.says, primary.said())
			require.Equal(t, promised, d.promises())
			primary.start()
			require.Equal(t, row.start, primary.exited)

			replica := d.servers[1]
			row.break_(replica)
			replica.start()
			require.Equal(t, row.start, replica.exited)
		})
	}
	c := newCluster(t)
	full := newDisk()
	full.readOnly = true
	require.True(t, c.run("mysql-0", "a", full, workload.MySQL{}).exited, "a new log cannot be made")
}

// A replica whose volume fails stops when it has something to write.
func TestMySQLReplicaStopsWithoutItsVolume(t *testing.T) {
	d := newDatabase(newCluster(t), 2, workload.MySQL{})
	d.pass(5500 * time.Millisecond)
	d.disks[1].gone = true
	d.pass(2 * time.Second)
	require.True(t, d.servers[1].exited)
	empty := newDisk()
	empty.readOnly = true
	third := d.run("mysql-2", "node-8", empty, workload.MySQL{})
	d.pass(5 * time.Second)
	require.True(t, third.exited, "a copy that cannot be kept")
}

// A replica with records that the primary does not have stops to follow, until it is
// started anew.
func TestMySQLDiverges(t *testing.T) {
	d := newDatabase(newCluster(t), 2, workload.MySQL{})
	d.pass(5500 * time.Millisecond)
	had := d.log(0)
	d.disks[0].files = map[string]workload.File{} // somebody has emptied the primary's volume
	d.servers[0].start()
	d.pass(2 * time.Second)
	require.False(t, d.servers[1].ready)
	require.Equal(t, "replication stops: this replica has records that the primary does not have", d.servers[1].said())
	require.Contains(t, d.servers[1].program.String(), "does not follow")
	d.clients[0].pinned["mysql-all"] = d.servers[1].addr
	d.clients[0].start()
	refused := client(d.clients[0]).Tally().Refused
	d.pass(2 * time.Second)
	require.Greater(t, client(d.clients[0]).Tally().Refused, refused)
	require.NotEmpty(t, workload.Lost(d.promises(), d.log(0)))

	d.disks[0].files[binlog] = had // and brings it back
	d.servers[0].start()
	d.servers[1].start()
	d.pass(2 * time.Second)
	require.True(t, d.servers[1].ready, d.picture())
}

// Recovery and shutdown take their time, and nobody is served meanwhile.
func TestMySQLTakesItsTime(t *testing.T) {
	d := newDatabase(newCluster(t), 1, workload.MySQL{Recovery: 3 * time.Second, Shutdown: 2 * time.Second})
	d.pass(3 * time.Second)
	require.Empty(t, d.promises(), "it has made its log just now")
	d.pass(2 * time.Second)
	promised := len(d.promises())
	require.NotZero(t, promised)
	d.servers[0].start()
	require.Contains(t, d.servers[0].program.String(), "reads its log back")
	d.pass(2900 * time.Millisecond)
	require.Len(t, d.promises(), promised)
	d.pass(2 * time.Second)
	require.Greater(t, len(d.promises()), promised)

	promised = len(d.promises())
	d.servers[0].hear(workload.Input{Kind: workload.Terminated})
	require.False(t, d.servers[0].ready)
	d.pass(1900 * time.Millisecond)
	require.False(t, d.servers[0].exited)
	d.pass(100 * time.Millisecond)
	require.True(t, d.servers[0].exited)
	require.Zero(t, d.servers[0].code)
	require.Len(t, d.promises(), promised)
}

// A write that was promised, but whose promise got lost, is made once more, and is in
// the log once.
func TestMySQLKeepsARepeatedWriteOnce(t *testing.T) {
	c := newCluster(t)
	c.lossy = true
	answers := 0
	c.choose = func(label string, n int) int {
		if label != "lost" {
			return 0
		}
		answers++
		return n - 1 - answers%2 // every second message gets lost: the answers
	}
	d := newDatabase(c, 1, workload.MySQL{})
	d.pass(3 * time.Second)
	c.lossy = false
	d.pass(3 * time.Second)
	require.Positive(t, client(d.clients[0]).Tally().Unheard)
	seen := map[string]bool{}
	for _, r := range d.log(0).Records() {
		require.False(t, seen[r], "%s is in the log twice", r)
		seen[r] = true
	}
	require.Empty(t, workload.Lost(d.promises(), d.log(0)))
}

// With one primary at a time, no write that a client was promised is lost, whatever
// crashes, gets lost or is cut off; replicas have nothing that the primary has not, and
// nobody is told anything older than it may be.
func TestOnePrimaryLosesNothing(t *testing.T) {
	promised, repeated := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		c.lossy, c.slow = rapid.Bool().Draw(t, "lossy"), 300*time.Millisecond
		d := newDatabase(c, 3, workload.MySQL{
			Recovery: time.Duration(rapid.IntRange(0, 1).Draw(t, "recovery")) * time.Second,
			Poll:     400 * time.Millisecond, MaxStale: maxStale,
		})
		anyNode := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("node-%d", rapid.IntRange(0, 4).Draw(t, "node")) })
		anyServer := rapid.IntRange(0, 2)
		t.Repeat(map[string]func(*rapid.T){
			"run":     func(t *rapid.T) { d.pass(time.Duration(rapid.IntRange(1, 3000).Draw(t, "ms")) * time.Millisecond) },
			"crash":   func(t *rapid.T) { d.servers[anyServer.Draw(t, "server")].stop() },
			"restart": func(t *rapid.T) { d.servers[anyServer.Draw(t, "server")].start() },
			"replace": func(t *rapid.T) { d.replace(anyServer.Draw(t, "server"), anyNode.Draw(t, "on")) },
			"client":  func(t *rapid.T) { rapid.SampledFrom(d.clients).Draw(t, "client").start() },
			"cut": func(t *rapid.T) {
				c.partition(anyNode.Draw(t, "a"), anyNode.Draw(t, "b"), rapid.Bool().Draw(t, "cut"))
			},
			"read from": func(t *rapid.T) { // whether it is ready or not
				b := rapid.SampledFrom(d.clients).Draw(t, "client")
				b.pinned["mysql-all"] = d.servers[anyServer.Draw(t, "server")].addr
				b.start()
			},
			"": func(t *rapid.T) {
				promises := d.promises()
				promised += len(promises)
				require.Empty(t, workload.Lost(promises, d.log(0)), d.picture())
				for i := range d.servers {
					prefix, ok := d.log(0).Prefix(d.log(i).Len())
					require.True(t, ok && prefix.Equal(d.log(i)), "replica %d has what the primary has not\n%s", i, d.picture())
					require.NotContains(t, d.servers[i].said(), "replication stops")
				}
				for _, b := range d.clients {
					require.Zero(t, client(b).Tally().Stale, d.picture())
					if client(b).Tally().Unheard > 0 {
						repeated++
					}
				}
			},
		})
	})
	if !testing.Short() { // which draws few
		require.Positive(t, promised)
		require.Positive(t, repeated)
	}
}

// The witness: two primaries on one volume, each with a client, overwrite each other's
// records. Both clients are promised everything and half of it is lost.
func TestTwoPrimariesLoseWrites(t *testing.T) {
	d := newDatabase(newCluster(t), 1, workload.MySQL{})
	d.pass(2500 * time.Millisecond)
	require.Empty(t, workload.Lost(d.promises(), d.log(0)))
	before := d.log(0).Len()
	old := d.servers[0]
	second := d.run("mysql-0", "node-9", d.disks[0], workload.MySQL{}) // deleted by force: the old one is still there
	d.clients[0].pinned["mysql-0.mysql"] = old.addr                    // and this client goes on to use it
	d.clients[1].pinned["mysql-0.mysql"] = second.addr
	d.clients[1].start()
	d.pass(5 * time.Second)
	lost := workload.Lost(d.promises(), d.log(0))
	require.Greater(t, len(lost), 8, d.picture())
	kept := map[string]int{}
	for _, r := range d.log(0).From(before) {
		kept[r[:len("client-0")]]++
	}
	require.Equal(t, max(len(d.log(0).From(before))), kept["client-0"]+kept["client-1"])
	for _, p := range lost {
		require.GreaterOrEqual(t, p.Position, before, "what was promised before is not touched")
	}
	require.Regexp(t, `^client-\d@10\.0\.0\.\d\+\d+#\d+, promised at \+\d\.\ds as record \d+$`, lost[0].String())
}

// With the volume for itself, each of two primaries keeps what it promises, and no
// volume has all of it.
func TestTwoPrimariesOnTwoVolumesDiverge(t *testing.T) {
	d := newDatabase(newCluster(t), 1, workload.MySQL{})
	d.pass(2500 * time.Millisecond)
	old := d.servers[0]
	copied := newDisk()
	copied.files[binlog] = d.log(0)
	second := d.run("mysql-0", "node-9", copied, workload.MySQL{})
	d.clients[0].pinned["mysql-0.mysql"] = old.addr
	d.clients[1].pinned["mysql-0.mysql"] = second.addr
	d.clients[1].start()
	d.pass(5 * time.Second)
	first, both := d.log(0), copied.files[binlog]
	require.NotEmpty(t, workload.Lost(d.promises(), first))
	require.NotEmpty(t, workload.Lost(d.promises(), both))
	for _, p := range workload.Lost(d.promises(), first) {
		require.GreaterOrEqual(t, both.Index(p.Record), 0)
	}
}
