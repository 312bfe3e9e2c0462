package sim

import (
	"fmt"
	"reflect"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/policy/scheduling"
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
	users, waiting := map[model.Name]int32{}, 0
	containers := 0
	for p := range w.pods.all {
		r := w.pods.at(p)
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
	if err := checkPlaces(w); err != nil {
		return err
	}
	for k := range w.claims.all {
		if row := w.claims.at(k); row.users != users[row.Name] {
			return fmt.Errorf("claim %s counts %d users and has %d", w.rendered(row.Name), row.users, users[row.Name])
		}
	}
	for b := range w.budgets.all {
		row := w.budgets.at(b)
		kept := fmt.Sprintf("%d pods, %d healthy, of %d", row.pods, row.healthy, len(row.owners))
		w.countGuarded(b)
		if counted := fmt.Sprintf("%d pods, %d healthy, of %d", row.pods, row.healthy, len(row.owners)); kept != counted {
			return fmt.Errorf("budget %s counts %s, and there are %s", w.rendered(row.name), kept, counted)
		}
	}
	if len(w.waiting) != waiting {
		return fmt.Errorf("%d pods wait for a node, and %d are counted", waiting, len(w.waiting))
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

// checkPlaces holds what the scheduler knows of the nodes against the pods that there are.
func checkPlaces(w *world) error {
	pods, used := map[int32]int32{}, map[int32]scheduling.Request{}
	for p := range w.pods.all {
		r := w.pods.at(p)
		n := r.node
		if n == nowhere && r.place.binding {
			n = r.place.node
		}
		if n == nowhere || r.ended() {
			continue
		}
		request := scheduling.RequestOf(&w.template(r.template).spec.Spec)
		pods[n]++
		used[n] = scheduling.Request{
			CPU: used[n].CPU + request.CPU, Memory: used[n].Memory + request.Memory,
			AssumedCPU: used[n].AssumedCPU + request.AssumedCPU, AssumedMemory: used[n].AssumedMemory + request.AssumedMemory,
		}
	}
	for n := range w.nodes.all {
		row := w.nodes.at(n)
		gotPods, gotUsed := w.places.Used(scheduling.Node(n))
		if gotPods != pods[n] || gotUsed != used[n] {
			return fmt.Errorf("%s counts %d pods that take %+v, and has %d that take %+v", w.rendered(row.name), gotPods, gotUsed, pods[n], used[n])
		}
		if known := w.places.Node(scheduling.Node(n)); !reflect.DeepEqual(*known, w.schedulerNode(row)) {
			return fmt.Errorf("the scheduler takes %s for %+v", w.rendered(row.name), *known)
		}
		if row.capacity > 0 && pods[n] > row.capacity || row.allocatable.CPU > 0 && used[n].CPU > row.allocatable.CPU ||
			row.allocatable.Memory > 0 && used[n].Memory > row.allocatable.Memory {
			return fmt.Errorf("%s has room for %+v, and %d pods that take %+v", w.rendered(row.name), row.room(), pods[n], used[n])
		}
	}
	return nil
}
