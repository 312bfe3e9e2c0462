package nodelifecycle

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
)

// A story is what happens to some nodes, a line each: an instant in seconds, a word, and
// the nodes, by letters. What the controller does comes of it, in the same manner.
//
//	up      a node joins and its kubelet begins: lease and status
//	create  a Node object without a kubelet
//	crash   the kubelet falls silent
//	back    it speaks again, and posts that the node is ready
//	speak   it renews its lease again, and posts nothing
//	sick    it posts that the node is not ready
//	well    it posts that the node is ready
//	delete  the Node object goes (and the kubelet with it)
//	taint   somebody gives the node the taint not-ready:NoExecute
//
// Zones are named with a slash: "up a/x b/y". Kubelets renew their leases every 10
// seconds from their beginning on; the controller looks at 0s, 5s, and so on.
type story struct {
	t     *testing.T
	c     Controller
	times Times
	now   model.Instant
	out   []string

	zones   []string
	kubelet [26]struct {
		lease  Beat
		status model.Instant
		up     bool
	}
}

func tell(t *testing.T, times Times, pass time.Duration, text string, until time.Duration) string {
	s := &story{t: t, times: times}
	s.c.Start(times, 0, model.Instant(pass))
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		words := strings.Fields(line)
		seconds, err := strconv.ParseFloat(words[0], 64)
		require.NoError(t, err)
		s.run(model.Instant(seconds*1e3) * 1e6)
		for _, who := range words[2:] {
			s.do(words[1], who)
		}
	}
	s.run(model.Instant(until))
	return strings.Join(s.out, "\n")
}

func (s *story) zone(name string) Zone {
	at := slices.Index(s.zones, name)
	if at < 0 {
		at = len(s.zones)
		s.zones = append(s.zones, name)
	}
	return Zone(at)
}

func (s *story) do(word, who string) {
	who, zone, _ := strings.Cut(who, "/")
	n := Node(who[0] - 'a')
	k := &s.kubelet[n]
	speak := func() {
		k.up, k.lease = true, Beat{s.now, s.times.Lease}
		s.c.Speak(n, s.now)
	}
	post := func(r Ready) {
		k.status = s.now
		s.c.Post(n, r, s.now)
	}
	hush := func() {
		if k.up {
			k.up = false
			lease, _ := k.lease.Last(s.now)
			s.c.Hush(n, lease, k.status, s.now)
		}
	}
	switch word {
	case "up":
		s.c.Join(n, s.zone(zone), s.now)
		speak()
		post(IsReady)
	case "create":
		s.c.Join(n, s.zone(zone), s.now)
	case "crash":
		hush()
	case "speak":
		speak()
	case "back":
		speak()
		post(IsReady)
	case "sick":
		post(NotReady)
	case "well":
		post(IsReady)
	case "delete":
		hush()
		s.c.Leave(n, s.now)
	case "taint":
		s.c.Edit(n, TaintNotReady, s.now)
	default:
		s.t.Fatalf("nobody knows how to %s", word)
	}
}

// run takes the controller's turns up to an instant, inclusive.
func (s *story) run(until model.Instant) {
	for {
		turn, ok := s.c.Next()
		if !ok || turn.At > until {
			break
		}
		s.take(turn)
	}
	s.now = until
}

func (s *story) take(turn Turn) {
	for _, a := range s.c.Take(turn, 0, nil) {
		who := string(rune('a' + a.Node))
		line := ""
		switch a.Do {
		case DeclareUnknown:
			line = who + " is Unknown"
		case FailPods:
			line = "pods of " + who + " are not ready"
		case Retaint:
			line = who
			for _, t := range ownTaints {
				key, _ := strings.CutPrefix(t.key, "node.kubernetes.io/")
				if a.Add&t.bit != 0 {
					line += " +" + key
				}
				if a.Remove&t.bit != 0 {
					line += " -" + key
				}
			}
		case ZoneBecomes:
			line = strings.TrimSpace("zone "+s.zones[a.Zone]) + " is " + a.State.String()
		}
		at := time.Duration(turn.At).Round(time.Millisecond).Seconds()
		s.out = append(s.out, fmt.Sprintf("%v %s", at, line))
	}
}

// What becomes of nodes, in stories. Rows with an id are numbered cases.
var stories = []struct {
	rule, story, then string
	until             time.Duration // by default 5 minutes
	pass              time.Duration // the first pass over the nodes that wait
}{
	{
		rule:  "nothing happens while all kubelets speak, but that the zone is seen",
		story: "0 up a b",
		then:  "0 zone is Normal",
	}, {
		rule: "P40: a node that crashes is Unknown a grace period after the look that noticed its last renewal, its pods are not ready, and it is tainted at once",
		story: `
			0  up a b
			27 crash a`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 a +unreachable`,
	}, {
		rule: "a renewal between two looks is noticed at the second",
		story: `
			0   up a
			2.5 up b
			59  crash b`,
		then: `
			0 zone is Normal
			105 b is Unknown
			105 pods of b are not ready
			105 b +unreachable`,
	}, {
		rule: "P41: three of the five nodes of the only zone crash together: partial disruption, and no taints",
		story: `
			0  up a b c d e
			20 crash a b c`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 b is Unknown
			70 pods of b are not ready
			70 c is Unknown
			70 pods of c are not ready
			70 zone is PartialDisruption`,
		until: time.Hour,
	}, {
		rule: "P41: if the third is declared Unknown only at a later look, the first is tainted before",
		story: `
			0  up a b c d e
			20 crash a b
			30 crash c`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 b is Unknown
			70 pods of b are not ready
			70 a +unreachable
			80 c is Unknown
			80 pods of c are not ready
			80 zone is PartialDisruption`,
		until: time.Hour,
	}, {
		rule: "P42: two of five crash: their taints are 10s apart",
		story: `
			0  up a b c d e
			20 crash a b`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 b is Unknown
			70 pods of b are not ready
			70 a +unreachable
			80 b +unreachable`,
	}, {
		rule: "each zone has a limiter of its own",
		story: `
			0  up a/x b/x c/y d/y
			20 crash a c`,
		then: `
			0 zone x is Normal
			0 zone y is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 c is Unknown
			70 pods of c are not ready
			70 a +unreachable
			70 c +unreachable`,
	}, {
		rule: "P43: the only node crashes: it is Unknown, and not tainted",
		story: `
			0  up a
			27 crash a`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 zone is FullDisruption`,
		until: time.Hour,
	}, {
		rule: "when the last ready node goes, the taints of all others go too",
		story: `
			0  up a b
			20 crash a
			90 crash b`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 a +unreachable
			140 b is Unknown
			140 pods of b are not ready
			140 a -unreachable
			140 zone is FullDisruption`,
		until: time.Hour,
	}, {
		rule: "and when one comes back, the others are tainted 10s later, as if they had crashed one after the other",
		story: `
			0   up a b c
			20  crash a b c
			200 back c`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 b is Unknown
			70 pods of b are not ready
			70 c is Unknown
			70 pods of c are not ready
			70 zone is FullDisruption
			200 zone is Normal
			210 a +unreachable
			220 b +unreachable`,
		until: time.Hour,
	}, {
		rule: "one zone that is gone altogether is tainted as usual, as long as another has a ready node",
		story: `
			0   up a/x b/x c/y
			20  crash a b`,
		then: `
			0 zone x is Normal
			0 zone y is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 b is Unknown
			70 pods of b are not ready
			70 zone x is FullDisruption
			70 a +unreachable
			80 b +unreachable`,
	}, {
		rule: "P44: a node that comes back loses the taint at the next look",
		story: `
			0   up a b
			27  crash a
			201 back a`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 a +unreachable
			205 a -unreachable`,
	}, {
		rule: "a node that comes back before it is declared Unknown was never away",
		story: `
			0  up a b
			27 crash a
			69 back a`,
		then: "0 zone is Normal",
	}, {
		rule: "a lease that is renewed again without a status leaves the node as it is",
		story: `
			0   up a b
			27  crash a
			201 speak a`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 a +unreachable`,
		until: time.Hour,
	}, {
		rule: "a status that is noticed after the last renewal puts the end off by a look more",
		story: `
			0  up a b
			21 well a
			27 crash a`,
		then: `
			0 zone is Normal
			80 a is Unknown
			80 pods of a are not ready
			80 a +unreachable`,
	}, {
		rule: "a kubelet that says that its node is not ready has it tainted not-ready, and the pods are its own business",
		story: `
			0  up a b
			27 sick a`,
		then: `
			0 zone is Normal
			30 a +not-ready`,
	}, {
		rule: "when such a node falls silent the one taint takes the place of the other at once; its pods have been seen to by its kubelet",
		story: `
			0  up a b
			27 sick a
			31 crash a`,
		then: `
			0 zone is Normal
			30 a +not-ready
			80 a is Unknown
			80 a -not-ready +unreachable`,
	}, {
		rule: "and back, whatever the limiter says",
		story: `
			0   up a b c
			20  crash a b
			71  speak a
			71  sick a`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 b is Unknown
			70 pods of b are not ready
			70 a +unreachable
			75 a +not-ready -unreachable
			80 b +unreachable`,
	}, {
		rule: "a zone that is not partly disrupted any more gives the first taint 10s later",
		story: `
			0    up a b c d
			20   crash a b c
			76   back b`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 b is Unknown
			70 pods of b are not ready
			70 c is Unknown
			70 pods of c are not ready
			70 zone is PartialDisruption
			80 zone is Normal
			90 a +unreachable
			100 c +unreachable`,
	}, {
		rule: "a node that is ready again while it waits, and is not seen yet, costs the next one its turn",
		story: `
			0     up a b c d e
			20    crash a b
			30    crash c
			35    up f
			80.02 back b`,
		pass: 50 * time.Millisecond,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 b is Unknown
			70 pods of b are not ready
			70.05 a +unreachable
			80 c is Unknown
			80 pods of c are not ready
			90.05 c +unreachable`,
	}, {
		rule: "a node without kubelet is Unknown a minute after its creation; it has no pods that were ready",
		story: `
			0  up a
			12 create b`,
		then: `
			0 zone is Normal
			75 b is Unknown
			75 b +unreachable`,
	}, {
		rule: "a status without a lease is news too",
		story: `
			0  up b
			12 create a
			16 well a`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 a +unreachable`,
	}, {
		rule: "when the first node is ready again after all were not, all others are given their time anew",
		story: `
			0   up a b
			20  crash b
			61  sick a
			71  crash a
			100 back b`,
		then: `
			0 zone is Normal
			65 a +not-ready
			70 b is Unknown
			70 pods of b are not ready
			70 a -not-ready
			70 zone is FullDisruption
			100 zone is Normal
			110 a +not-ready
			150 a is Unknown
			150 a -not-ready +unreachable`,
	}, {
		rule: "what was noticed of a node counts for one that is created under its name: it has been silent for too long already",
		story: `
			0   up a
			0   up b
			20  crash a
			100 delete a
			111 create a`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 a +unreachable
			115 a is Unknown
			115 a +unreachable`,
	}, {
		rule: "one that has gone before anybody looked leaves no memory",
		story: `
			0   up a
			1   create b
			2   delete b
			100 create b`,
		then: `
			0 zone is Normal
			160 b is Unknown
			160 b +unreachable`,
	}, {
		rule: "when all taints have been taken away all wait again from the next look on, also one that is back before the one after, and gone",
		story: `
			0   up a b c
			20  crash a b c
			101 back a
			102 delete a
			103 back b`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 b is Unknown
			70 pods of b are not ready
			70 c is Unknown
			70 pods of c are not ready
			70 zone is FullDisruption
			105 zone is Normal
			125 c +unreachable`,
	}, {
		rule: "a node that is deleted while it waits keeps its place, and costs the next one its turn",
		story: `
			0  up a b c d e
			20 crash a b c
			60 up f g
			72 delete b`,
		then: `
			0 zone is Normal
			70 a is Unknown
			70 pods of a are not ready
			70 b is Unknown
			70 pods of b are not ready
			70 c is Unknown
			70 pods of c are not ready
			70 a +unreachable
			90 c +unreachable`,
	}, {
		rule: "a node that is new loses a taint that it has come with, and waits for one as others do",
		story: `
			0  up a
			1  create b
			1  taint b`,
		then: `
			0 zone is Normal
			5 b -not-ready
			65 b is Unknown
			65 b +unreachable`,
	}, {
		rule: "one that is deleted and made again between two looks is not new to anybody",
		story: `
			0  up a b
			1  delete b
			2  create b
			2  taint b`,
		then: `
			0 zone is Normal
			60 b is Unknown
			60 b -not-ready +unreachable
			65 b +unreachable`,
	}, {
		rule: "a taint that somebody gives a ready node is taken away at the next look",
		story: `
			0  up a b
			12 taint a`,
		then: `
			0 zone is Normal
			15 a -not-ready`,
	}, {
		rule: "a taint that is swapped in the look that finds no ready node any more is overlooked, and stays",
		story: `
			0  up a b
			27 sick a
			30 crash a b`,
		then: `
			0 zone is Normal
			30 a +not-ready
			80 a is Unknown
			80 a -not-ready +unreachable
			80 b is Unknown
			80 pods of b are not ready
			80 zone is FullDisruption`,
		until: time.Hour,
	},
}

func TestStories(t *testing.T) {
	for _, c := range stories {
		t.Run(c.rule, func(t *testing.T) {
			if c.until == 0 {
				c.until = 5 * time.Minute
			}
			require.Equal(t, unindent(c.then), tell(t, DefaultTimes(0), c.pass, c.story, c.until))
		})
	}
}

// Releases up to 1.31 give a node 40 seconds, and up to 1.28 its NoExecute taint came a
// look later.
func TestOlderReleases(t *testing.T) {
	const crash = "0 up a b\n27 crash a"
	for _, c := range []struct {
		rules release.Rules
		then  string
	}{
		{release.V1_37.Rules(), "0 zone is Normal\n70 a is Unknown\n70 pods of a are not ready\n70 a +unreachable"},
		{release.V1_33.Rules(), "0 zone is Normal\n70 a is Unknown\n70 pods of a are not ready\n70 a +unreachable"},
		{release.Rules(0).With(release.ShortNodeGrace), "0 zone is Normal\n60 a is Unknown\n60 pods of a are not ready\n60 a +unreachable"},
		{release.V1_27_1.Rules(), "0 zone is Normal\n60 a is Unknown\n60 pods of a are not ready\n65 a +unreachable"},
	} {
		require.Equal(t, c.then, tell(t, DefaultTimes(c.rules), 0, crash, time.Hour))
	}
}

func unindent(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}
