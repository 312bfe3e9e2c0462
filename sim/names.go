package sim

import (
	"math"
	"strconv"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// names turns strings into symbols and back. Worlds that are forks of each other
// share one until one of them learns a new string.
type names struct {
	strings []string
	hashes  []uint64                // of the strings
	symbols map[string]model.Symbol // never ranged over
}

func newNames() *names {
	return &names{strings: []string{""}, hashes: []uint64{textHash("")}, symbols: map[string]model.Symbol{"": 0}}
}

func (n *names) clone() *names {
	c := &names{strings: append([]string(nil), n.strings...), hashes: append([]uint64(nil), n.hashes...), symbols: make(map[string]model.Symbol, len(n.symbols))}
	for i, s := range c.strings {
		c.symbols[s] = model.Symbol(i)
	}
	return c
}

// symbol returns the symbol of a string, learning it if it is new.
func (w *world) symbol(s string) model.Symbol {
	if sym, ok := w.names.symbols[s]; ok {
		return sym
	}
	w.own()
	sym := model.Symbol(len(w.names.strings))
	w.names.strings = append(w.names.strings, s)
	w.names.hashes = append(w.names.hashes, textHash(s))
	w.names.symbols[s] = sym
	return sym
}

// known returns the symbol of a string that may never have been seen.
func (w *world) known(s string) (model.Symbol, bool) {
	sym, ok := w.names.symbols[s]
	return sym, ok
}

// text is the string of a symbol.
func (w *world) text(sym model.Symbol) string { return w.names.strings[sym] }

// splitName takes the ordinal off a name: "web-0" is "web" and 0. A name that is
// not "-" and a number without leading zeros has none.
func splitName(s string) (base string, ordinal int32) {
	if rest, ok := strings.CutPrefix(s, dynamicVolumes); ok {
		if uid, err := model.ParseUID(rest); err == nil && uid <= math.MaxInt32 {
			return dynamicVolumes, int32(uid)
		}
	}
	dash := strings.LastIndexByte(s, '-')
	digits := s[dash+1:]
	if dash > 0 && !isNumber(digits) {
		if lot, ok := model.ParseRandomSuffix(digits); ok {
			return s[:dash], randomSuffix - lot
		}
	}
	if dash < 0 || digits == "" || len(digits) > 1 && digits[0] == '0' || digits[0] < '0' || digits[0] > '9' {
		return s, model.NoOrdinal
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return s, model.NoOrdinal
	}
	return s[:dash], int32(n)
}

// name is the Name of an object, learning its strings if they are new.
func (w *world) name(namespace, name string) model.Name {
	base, ordinal := splitName(name)
	return model.Name{Namespace: w.symbol(namespace), Base: w.symbol(base), Ordinal: ordinal}
}

// lookup is the Name of an object that may not exist; ok is false if it cannot
// exist, because its strings are new.
func (w *world) lookup(namespace, name string) (n model.Name, ok bool) {
	base, ordinal := splitName(name)
	ns, ok1 := w.namespaces[0], true // that of most names
	if namespace != model.NamespaceDefault {
		ns, ok1 = w.known(namespace)
	}
	b, ok2 := w.known(base)
	return model.Name{Namespace: ns, Base: b, Ordinal: ordinal}, ok1 && ok2
}

// rendered is the name as a string, without its namespace.
func (w *world) rendered(n model.Name) string {
	if n == (model.Name{}) {
		return "" // no object
	}
	base := w.text(n.Base)
	if n.Ordinal == model.NoOrdinal {
		return base
	}
	if base == dynamicVolumes {
		return base + model.UID(n.Ordinal).String()
	}
	if n.Ordinal <= randomSuffix {
		return base + "-" + model.RandomSuffix(randomSuffix-n.Ordinal)
	}
	return base + "-" + strconv.Itoa(int(n.Ordinal))
}

// randomSuffix is the ordinal that stands for the first of the suffixes of names that
// nobody chooses ("web-5c7d-bbbbb"); the others go down from there. So the names of the
// pods of a ReplicaSet, of which there will be many, share one string.
const randomSuffix = model.NoOrdinal - 1

// isNumber reports whether a string is an ordinal as splitName takes it.
func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && (s == "0" || s[0] != '0')
}

// dynamicVolumes is the base of the names of provisioned volumes. Their ordinal
// is the UID of the claim: "pvc-00000000-0000-4000-8000-000000000007".
const dynamicVolumes = "pvc-"
