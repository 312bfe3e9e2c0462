package workload

import (
	"encoding/binary"
	"net/netip"
)

// state is a program in bytes, while they are put together: numbers in their shortest
// form, texts after their lengths, so that no two programs have the same.
type state []byte

func (s state) int(n int64) state { return binary.AppendVarint(s, n) }

func (s state) text(t string) state { return append(binary.AppendUvarint(s, uint64(len(t))), t...) }

func (s state) addr(a netip.Addr) state { return s.text(string(a.AsSlice())) }

func (s state) file(f File) state {
	return binary.LittleEndian.AppendUint64(s.int(int64(f.Len())), f.Digest())
}

func (s state) flags(flags ...bool) state {
	for _, f := range flags {
		b := byte(0)
		if f {
			b = 1
		}
		s = append(s, b)
	}
	return s
}
