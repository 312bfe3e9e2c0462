package main

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// entry is a problem of the catalogue.
type entry struct {
	id string // "K01"; its screenplays are in k01.txt
	// issues are where it was reported: "kubernetes 67250", "coredns 3432", or another
	// repository in full, "kubernetes/dns 332"; whatever does not end in a number is no link.
	issues  []string
	symptom string // what somebody sees, in one line
	// config is how the world is before what the screenplay says of it, for what text cannot
	// say: programs of images.
	config sim.Config
	// look says in a word what the story has come to.
	look look
	// cells are the row of the entry in the matrix: the word on each release.
	cells []cell
	// fine is the word of a release without the problem; "" is "ok".
	fine string
	// plays are its other screenplays, and the other releases and gates on which its own is
	// played: what helps, and what else belongs to it.
	plays []variant
	// says is where Kubernetes' own code contradicts what was reported, and the function that
	// does; "" where it bears it out.
	says string
}

// cell is what a story comes to on a release.
type cell struct {
	release release.Release
	word    string
}

// variant is a play beside the one of the matrix.
type variant struct {
	title string            // of the screenplay, without the id; "" is the entry's own
	on    []release.Release // nil is the newest
	look  look              // nil is the entry's
	word  string
}

// catalogue is all entries, by id.
func catalogue() []entry {
	return slices.Concat(rollouts, scaling, nodes, disks, names, staleness)
}

// row is the words of a story on all profiles, the oldest first:
//
//	1.27.1  1.33  1.34.1  1.34.4  1.35.0  1.35.4  1.36  1.37
func row(words ...string) (cells []cell) {
	profiles := release.Profiles()
	if len(words) != len(profiles) {
		panic("catalogue: a row has a word for each profile")
	}
	for i, r := range profiles {
		cells = append(cells, cell{r, words[i]})
	}
	return cells
}

// everywhere is a row with the same word on all profiles.
func everywhere(word string) []cell {
	return row(slices.Repeat([]string{word}, len(release.Profiles()))...)
}

// releases are the releases on which a variant is played.
func (v variant) releases() []release.Release {
	if v.on == nil {
		return []release.Release{release.V1_37}
	}
	return v.on
}

// newest is the newest release on which the screenplay of a title is played.
func (e entry) newest(title string) release.Release {
	for _, v := range e.plays {
		if v.title == title && title != "" {
			return v.releases()[len(v.releases())-1]
		}
	}
	return release.V1_37
}

// titles are those of all screenplays of the entry, its own, "", first.
func (e entry) titles() []string {
	all := []string{""}
	for _, v := range e.plays {
		if !slices.Contains(all, v.title) {
			all = append(all, v.title)
		}
	}
	return all
}

// lookOf is what says what the screenplay of a title has come to.
func (e entry) lookOf(title string) look {
	for _, v := range e.plays {
		if v.title == title && v.look != nil {
			return v.look
		}
	}
	return e.look
}

// allBut are all profiles but some.
func allBut(some ...release.Release) (all []release.Release) {
	for _, r := range release.Profiles() {
		if !slices.Contains(some, r) {
			all = append(all, r)
		}
	}
	return all
}

// upTo are the profiles up to one, which is the last of them.
func upTo(last release.Release) []release.Release {
	all := release.Profiles()
	return all[:slices.Index(all, last)+1]
}

// since are the profiles from one on.
func since(first release.Release) []release.Release {
	all := release.Profiles()
	return all[slices.Index(all, first):]
}
