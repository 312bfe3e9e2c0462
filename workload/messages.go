package workload

import "fmt"

// What clients and servers say to each other. An ID pairs an answer with its question;
// a question that is asked once more keeps its ID.

// WriteRequest asks a primary to keep a record.
type WriteRequest struct {
	ID     int64
	Record string
	Again  bool // it has been asked before, and the primary may have it already
}

// Written promises that the record is on disk.
type Written struct {
	ID       int64
	Position int // in the log
}

// ReadRequest asks a server for what it has.
type ReadRequest struct{ ID int64 }

// Answer is what a server has.
type Answer struct {
	ID      int64
	Host    string // its hostname
	Records int    // the length of its log; 0 of a server that keeps nothing
}

// Refused is a server that cannot do what it was asked for.
type Refused struct {
	ID  int64
	Why string
}

// String implements [Body].
func (m WriteRequest) String() string {
	if m.Again {
		return fmt.Sprintf("write %d again: %s", m.ID, m.Record)
	}
	return fmt.Sprintf("write %d: %s", m.ID, m.Record)
}

// String implements [Body].
func (m Written) String() string { return fmt.Sprintf("write %d is record %d", m.ID, m.Position) }

// String implements [Body].
func (m ReadRequest) String() string { return fmt.Sprintf("read %d", m.ID) }

// String implements [Body].
func (m Answer) String() string {
	return fmt.Sprintf("answer %d by %s: %d records", m.ID, m.Host, m.Records)
}

// String implements [Body].
func (m Refused) String() string { return fmt.Sprintf("%d refused: %s", m.ID, m.Why) }
