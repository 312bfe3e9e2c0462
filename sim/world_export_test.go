package sim

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// AttachmentsForTest are the volumes that are at nodes, or on their way: for each
// the claim that it is bound to, and the node.
func AttachmentsForTest(c *Cluster) (out [][2]string) {
	w := c.w
	for v := range w.volumes.all {
		for a := w.volumes.at(v).attachments; a != nowhere; a = w.attachments[a].next {
			out = append(out, [2]string{w.rendered(w.volumes.at(v).ClaimRef.Name), w.rendered(w.nodes.at(w.attachments[a].node).name)})
		}
	}
	return out
}

// CheckExclusive holds that no disk that is attached to one node at a time is in use
// by containers of two.
func CheckExclusive(c *Cluster) error {
	w := c.w
	at := map[model.UID]int32{}
	for s := range w.sandboxes {
		box := &w.sandboxes[s]
		if box.stage == sandboxFree {
			continue
		}
		for m := box.mounts; m != nowhere; m = w.mounts[m].next {
			row := &w.mounts[m]
			v := w.volumes.at(row.volume)
			if row.lost || v.UID != row.uid || !storage.Attachable(v.Spec) {
				continue
			}
			if other, taken := at[row.uid]; taken && other != box.node {
				return fmt.Errorf("%s is mounted on two nodes", w.rendered(v.Name))
			}
			at[row.uid] = box.node
		}
	}
	return nil
}

// CheckCounts holds the numbers that the world keeps against counting.
func CheckCounts(c *Cluster) error {
	w := c.w
	onNode, users, waiting := map[int32]int32{}, map[model.Name]int32{}, int32(0)
	containers := 0
	for p := range w.pods.all {
		r := w.pods.at(p)
		switch {
		case r.node != nowhere && !r.ended():
			onNode[r.node]++
		case r.node == nowhere && r.place.binding:
			onNode[r.place.node]++
		}
		if r.node == nowhere && r.place.waiting {
			waiting++
		}
		for i := 0; r.node != nowhere; i++ {
			name, ok := r.podClaim(i)
			if !ok {
				break
			}
			users[name]++
		}
		for k := range w.containersOf(p) {
			containers++
			if w.sandboxes[w.containers[k].sandbox].pod != p {
				return fmt.Errorf("a container of pod %s is another's", w.rendered(r.name))
			}
		}
	}
	for s := range w.sandboxes {
		if w.sandboxes[s].stage == sandboxFree || w.sandboxes[s].pod != nowhere {
			continue
		}
		for k := w.sandboxes[s].containers; k != nowhere; k = w.containers[k].next {
			containers++
		}
	}
	for k := w.freeCont; k != nowhere; k = w.containers[k].next {
		containers++
	}
	if containers != len(w.containers) {
		return fmt.Errorf("%d of %d containers are lost", len(w.containers)-containers, len(w.containers))
	}
	for n := range w.nodes.all {
		if w.nodes.at(n).pods != onNode[n] {
			return fmt.Errorf("%s counts %d pods and has %d", w.rendered(w.nodes.at(n).name), w.nodes.at(n).pods, onNode[n])
		}
	}
	for k := range w.claims.all {
		if row := w.claims.at(k); row.users != users[row.Name] {
			return fmt.Errorf("claim %s counts %d users and has %d", w.rendered(row.Name), row.users, users[row.Name])
		}
	}
	if w.unschedulable != waiting {
		return fmt.Errorf("%d pods wait for a node, and %d are counted", waiting, w.unschedulable)
	}
	attachments := 0
	for v := range w.volumes.all {
		for a := w.volumes.at(v).attachments; a != nowhere; a = w.attachments[a].next {
			attachments++
		}
	}
	for a := w.freeAttach; a != nowhere; a = w.attachments[a].next {
		attachments++
	}
	if attachments != len(w.attachments) {
		return fmt.Errorf("%d of %d attachments are lost", len(w.attachments)-attachments, len(w.attachments))
	}
	return nil
}
