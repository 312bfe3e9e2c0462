package sim

import (
	"errors"
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// Storage drivers that fail: a quota, a disk array without room, a cloud that answers with
// errors.

// FailProvisioning is a fault: no volume can be made for the claims of a Class, or for one
// Claim alone. Of what the provisioner begins before, the outcome is the fault's, too. It
// tries again after 1 s, 2 s, 4 s and so on, up to 5 min.
//
// With Exhausted the driver says that there is no room. Then a provisioner that was told by
// the scheduler where the volume is wanted, for a class with WaitForFirstConsumer, does not
// try again there: it takes the chosen node from the claim, and the scheduler chooses once
// more.
type FailProvisioning struct {
	Class            string
	Namespace, Claim string // Namespace "" is default
	Node             string // only of volumes that the scheduler wants there; "" is all
	Times            int    // how often; 0 is until [HealProvisioning]
	Exhausted        bool
	Error            string // what the driver says; "" means "injected failure"
}

// String implements [Operation].
func (o FailProvisioning) String() string {
	s := "fail provisioning " + ofWhat(o.Class, o.Namespace, o.Claim)
	if o.Node != "" {
		s += " on " + o.Node
	}
	if o.Exhausted {
		s += " for want of room"
	}
	return s + howOften(o.Times) + saying(o.Error)
}

func (o FailProvisioning) prepare(w *world) (func(), error) {
	return w.prepareFault("FailProvisioning", o.Class, o.Claim, o.Times, func() driverFault {
		f := w.newFault(toProvision, o.Class, o.Namespace, o.Claim, o.Times)
		f.exhausted, f.text = o.Exhausted, w.driverText(o.Exhausted, o.Error)
		if o.Node != "" {
			f.node = w.name("", o.Node)
		}
		return f
	})
}

// HealProvisioning ends each [FailProvisioning] of a class, or of a claim.
type HealProvisioning struct {
	Class            string
	Namespace, Claim string
}

// String implements [Operation].
func (o HealProvisioning) String() string {
	return "heal provisioning " + ofWhat(o.Class, o.Namespace, o.Claim)
}

func (o HealProvisioning) prepare(w *world) (func(), error) {
	return w.prepareHealing(toProvision, o.Class, o.Namespace, o.Claim, "provisioning", w.retryProvisioning)
}

// FailExpansion is a fault: the volumes of the claims of a Class, or of one Claim alone,
// cannot be made larger, or not larger than a size. The resizer tries again as a
// provisioner does, with what the claim asks for by then: that may have been taken back, to
// anything that is more than the claim has.
type FailExpansion struct {
	Class            string
	Namespace, Claim string      // Namespace "" is default
	Above            model.Bytes // only of growth to more than that; 0 is any
	Times            int         // how often; 0 is until [HealExpansion]
	Error            string      // what the driver says; "" means "injected failure"
}

// String implements [Operation].
func (o FailExpansion) String() string {
	s := "fail expansion " + ofWhat(o.Class, o.Namespace, o.Claim)
	if o.Above > 0 {
		s += " to more than " + o.Above.String()
	}
	return s + howOften(o.Times) + saying(o.Error)
}

func (o FailExpansion) prepare(w *world) (func(), error) {
	return w.prepareFault("FailExpansion", o.Class, o.Claim, o.Times, func() driverFault {
		f := w.newFault(toExpand, o.Class, o.Namespace, o.Claim, o.Times)
		f.above, f.text = o.Above, w.driverText(false, o.Error)
		return f
	})
}

// HealExpansion ends each [FailExpansion] of a class, or of a claim.
type HealExpansion struct {
	Class            string
	Namespace, Claim string
}

// String implements [Operation].
func (o HealExpansion) String() string {
	return "heal expansion " + ofWhat(o.Class, o.Namespace, o.Claim)
}

func (o HealExpansion) prepare(w *world) (func(), error) {
	return w.prepareHealing(toExpand, o.Class, o.Namespace, o.Claim, "expansion", w.retryGrowths)
}

// driverTask is what a driver can fail at.
type driverTask uint8

const (
	toProvision driverTask = iota
	toExpand
)

// driverFault is a FailProvisioning or FailExpansion at work.
type driverFault struct {
	task      driverTask
	class     model.Symbol // or
	claim     model.Name
	node      model.Name  // the zero Name is any
	above     model.Bytes // fails at sizes of more than that
	times     int32       // how often still
	endless   bool        // for any number of times
	exhausted bool
	text      model.Symbol // what the driver says
}

// hits reports whether the fault befalls a claim at a size.
func (f *driverFault) hits(task driverTask, c *storage.Claim, size model.Bytes) bool {
	switch {
	case f.task != task || f.above > 0 && size <= f.above || f.node != model.Name{} && f.node != c.SelectedNode:
		return false
	case f.class != 0:
		return f.class == c.Class.Name
	default:
		return f.claim == c.Name
	}
}

// driverFails reports whether a driver fails at what it has been at, and counts it.
func (w *world) driverFails(task driverTask, c *storage.Claim, size model.Bytes) (driverFault, bool) {
	for i := range w.faulty {
		f := w.faulty[i]
		if !f.hits(task, c, size) {
			continue
		}
		if !f.endless {
			w.faulty[i].times--
			if f.times == 1 {
				w.faulty = append(w.faulty[:i], w.faulty[i+1:]...)
			}
		}
		return f, true
	}
	return driverFault{}, false
}

// driverIsBroken reports whether a driver would fail as often as it tried.
func (w *world) driverIsBroken(task driverTask, c *storage.Claim, size model.Bytes) bool {
	for i := range w.faulty {
		if w.faulty[i].hits(task, c, size) {
			return w.faulty[i].endless
		}
	}
	return false
}

// faultText is what a driver says that would fail.
func (w *world) faultText(task driverTask, c *storage.Claim, size model.Bytes) string {
	for i := range w.faulty {
		if w.faulty[i].hits(task, c, size) {
			return w.text(w.faulty[i].text)
		}
	}
	return ""
}

// driverText is an error as a CSI driver says it: a gRPC status.
func (w *world) driverText(exhausted bool, text string) model.Symbol {
	code := "Internal"
	if exhausted {
		code = "ResourceExhausted"
	}
	if text == "" {
		text = "injected failure"
	}
	return w.symbol("rpc error: code = " + code + " desc = " + text)
}

func (w *world) newFault(task driverTask, class, namespace, claim string, times int) driverFault {
	f := driverFault{task: task, times: int32(times), endless: times == 0}
	if class != "" {
		f.class = w.symbol(class)
	} else {
		f.claim = w.name(orDefault(namespace), claim)
	}
	return f
}

// prepareFault checks a fault of a driver.
func (w *world) prepareFault(what, class, claim string, times int, make func() driverFault) (func(), error) {
	if times < 0 {
		return nil, fmt.Errorf("sim: %s: Times must not be negative", what)
	}
	if err := classOrClaim(what, class, claim); err != nil {
		return nil, err
	}
	return func() { w.faulty = append(w.faulty, make()) }, nil
}

// prepareHealing checks what ends faults of a driver.
func (w *world) prepareHealing(task driverTask, class, namespace, claim, what string, retry func()) (func(), error) {
	if err := classOrClaim("Heal", class, claim); err != nil {
		return nil, err
	}
	want := w.newFault(task, class, namespace, claim, 0)
	heals := func(f *driverFault) bool { return f.task == task && f.class == want.class && f.claim == want.claim }
	found := false
	for i := range w.faulty {
		found = found || heals(&w.faulty[i])
	}
	if !found {
		return nil, fmt.Errorf("sim: %s %s does not fail", what, ofWhat(class, namespace, claim))
	}
	return func() {
		rest := w.faulty[:0]
		for i := range w.faulty {
			if !heals(&w.faulty[i]) {
				rest = append(rest, w.faulty[i])
			}
		}
		w.faulty = rest
		retry()
	}, nil
}

func classOrClaim(what, class, claim string) error {
	if (class == "") == (claim == "") {
		return errors.New("sim: " + what + ": name a Class or a Claim, one of them")
	}
	return nil
}

func ofWhat(class, namespace, claim string) string {
	if class != "" {
		return "of class " + class
	}
	return "of claim " + claim + namespaceFlag(namespace)
}

// saying is the error of a fault, if one was given.
func saying(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}

func howOften(times int) string {
	switch times {
	case 0:
		return ""
	case 1:
		return " once"
	default:
		return fmt.Sprintf(" %d times", times)
	}
}
