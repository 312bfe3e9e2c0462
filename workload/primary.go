package workload

import "net/netip"

// MySQL's primary. It promises a write when the record is in the log on its volume,
// whatever the replicas have: replication is asynchronous.
//
// It writes at the position that it takes for the end of the log, as a server does that
// holds a file open and knows what it has written. If another server writes to the same
// file, each overwrites what the other has appended, and neither notices.

// write takes a client's write.
func (p MySQL) write(c Container, client netip.Addr, m WriteRequest) Program {
	if p.role != mysqlPrimary {
		if p.role == mysqlFollows || p.role == mysqlDiverged {
			c.Send(client, Refused{ID: m.ID, Why: "this server is read-only"})
		}
		return p
	}
	position := -1
	if m.Again {
		position = p.log.Index(m.Record)
	}
	if position < 0 {
		position = p.log.Len()
		if err := c.WriteAt(p.path(), position, m.Record); err != nil {
			return p.fail(c, err)
		}
		p.log = p.log.Append(m.Record)
	}
	c.Send(client, Written{ID: m.ID, Position: position})
	return p
}

// tell gives a replica what it lacks.
func (p *MySQL) tell(c Container, replica netip.Addr, m Poll) {
	if p.role != mysqlPrimary {
		return
	}
	if has, ok := p.log.Prefix(m.Has); !ok || has.Digest() != m.Digest {
		c.Send(replica, Diverged{ID: m.ID})
		return
	}
	c.Send(replica, Tail{ID: m.ID, Log: p.log})
}
