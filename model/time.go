package model

import "time"

// Instant is a point of virtual time, in nanoseconds since [Epoch]. The zero
// Instant is the moment a world begins.
type Instant int64

// Epoch is the instant 0: 2000-01-01T00:00:00Z.
var Epoch = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// Add returns the instant d later.
func (t Instant) Add(d time.Duration) Instant { return t + Instant(d) }

// Sub returns how long after u the instant t is.
func (t Instant) Sub(u Instant) time.Duration { return time.Duration(t - u) }

// Time returns the instant as a time of the (proleptic) calendar, in UTC.
func (t Instant) Time() time.Time { return Epoch.Add(time.Duration(t)) }

// Second returns the instant cut to the whole second, as the API stores the
// times of conditions (metav1.Time marshals RFC 3339 without a fraction).
func (t Instant) Second() Instant { return t - t%Instant(time.Second) }

// String renders the instant as the API would, in whole seconds.
func (t Instant) String() string { return t.Time().Format(time.RFC3339) }
