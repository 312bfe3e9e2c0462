package faults

import (
	"fmt"
	"slices"
)

// Kind is a way of going wrong.
type Kind string

// What happens by itself, the mildest first.
const (
	Crash             Kind = "crash"              // a program exits with code 1, and is restarted
	OOM               Kind = "oom"                // a program is killed for its memory
	Unready           Kind = "unready"            // a program works and cannot serve; if it is not ready yet, it does not become so
	Hang              Kind = "hang"               // a program answers nobody and does not hear SIGTERM
	PodFails          Kind = "pod fails"          // a pod ends for good, as one that its kubelet evicts
	SlowWatch         Kind = "slow watch"         // the StatefulSet controller's watch lies seconds behind
	Conflict          Kind = "conflict"           // an update of a controller conflicts, once or more often than it tries at once
	WriteFails        Kind = "write fails"        // a write of a controller fails once: the next, or the one after that
	ControllerRestart Kind = "controller restart" // the controllers begin anew
	ControllerPause   Kind = "controller pause"   // the StatefulSet controller stands still
	LostEvent         Kind = "lost event"         // the StatefulSet controller's watch misses an event; it ends when the controller lists anew
	WritesFail        Kind = "writes fail"        // the API server refuses all writes of a controller of one kind
	DNSDown           Kind = "dns down"           // a replica of the cluster's DNS does not answer
	ImageGone         Kind = "image gone"         // an image cannot be pulled
	NoProvisioning    Kind = "no provisioning"    // no volume can be made for claims of a class
	NodeRestart       Kind = "node restart"       // a machine reboots
	KubeletStops      Kind = "kubelet stops"      // nobody looks after the containers of a node
	Pressure          Kind = "pressure"           // a node is short of memory: its kubelet evicts pods
	NodeShutdown      Kind = "node shutdown"      // a machine is shut down
	NodeCrash         Kind = "node crash"         // a machine goes down
	LinkCut           Kind = "link cut"           // two nodes do not reach each other
	Partition         Kind = "partition"          // a node reaches nobody, and runs what it runs
	HeldVolumes       Kind = "held volumes"       // a node cannot unmount volumes
	HeldDetach        Kind = "held detach"        // a detach hangs
)

// What a user's hand does.
const (
	Delete      Kind = "delete"       // a pod is deleted
	Evict       Kind = "evict"        // a pod is evicted, if its budget lets it
	Rollout     Kind = "rollout"      // the set's template is edited: kubectl rollout restart
	Rescale     Kind = "rescale"      // the set is edited: a replica more or less for a while
	Drain       Kind = "drain"        // a node is drained
	Relabel     Kind = "relabel"      // a pod gets a label that takes it away from its set
	ForceDelete Kind = "force delete" // a pod's object is taken away, whatever still runs
	DeleteClaim Kind = "delete claim" // a pod's claim is deleted, and in the end its pod
)

// Accidents are the kinds that happen by themselves, the mildest first.
func Accidents() []Kind {
	return []Kind{
		Crash, OOM, Unready, Hang, PodFails, SlowWatch, Conflict, WriteFails, ControllerRestart, ControllerPause, LostEvent, WritesFail,
		DNSDown, ImageGone, NoProvisioning, NodeRestart, KubeletStops, Pressure, NodeShutdown, NodeCrash, LinkCut, Partition,
		HeldVolumes, HeldDetach,
	}
}

// Hands are the kinds that somebody does, the mildest first.
func Hands() []Kind {
	return []Kind{Delete, Evict, Rollout, Rescale, Drain, Relabel, ForceDelete, DeleteClaim}
}

// All are all kinds: the accidents and then the hands.
func All() []Kind { return append(Accidents(), Hands()...) }

// check refuses what is no kind.
func (k Kind) check() error {
	if !slices.Contains(All(), k) {
		return fmt.Errorf("faults: there is no kind %q, only %q", string(k), All())
	}
	return nil
}
