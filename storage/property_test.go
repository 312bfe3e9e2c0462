package storage

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

var (
	someModes   = rapid.SampledFrom([][]model.AccessMode{{rwo}, {rwo}, {rwo}, {rwo}, {rox}, {rwx}, {rwo, rox}, {rox, rwo}, {rwo, rwx}, {rwo, rox, rwx}, {rwop}})
	someClass   = rapid.SampledFrom([]string{"", "", "", "gold", "local", "fast"})
	someLabels  = rapid.SampledFrom([]model.Labels{nil, {"disk": "ssd"}, {"disk": "hdd"}})
	someSize    = rapid.SampledFrom([]model.Bytes{gi, 2 * gi, 5 * gi})
	someClaim   = rapid.SampledFrom([]string{"web-0", "web-1", "db-0"})
	someVolume  = rapid.SampledFrom([]string{"pv-0", "pv-1", "pv-2", "pv-10"})
	somePhase   = rapid.SampledFrom([]model.VolumePhase{model.VolumePending, model.VolumeAvailable, model.VolumeAvailable, model.VolumeAvailable, model.VolumeReleased, model.VolumeFailed})
	somePolicy  = rapid.SampledFrom([]model.ReclaimPolicy{model.ReclaimRetain, model.ReclaimDelete, model.ReclaimRecycle})
	seldom      = rapid.Custom(func(t *rapid.T) bool { return rapid.IntRange(0, 6).Draw(t, "of 7") == 6 })
	someAddress = rapid.SampledFrom([]string{"/data", "/tmp/data"})
)

// drawWorld is a world with classes and no objects: gold has no class object, local
// waits for a consumer, fast makes volumes.
func drawWorld(t *rapid.T) *world {
	w := newWorld()
	w.quiet = true
	w.tight = rapid.Bool().Draw(t, "tight")
	w.addClass("local", model.ProvisionerNone, model.BindWaitForFirstConsumer)
	w.addClass("fast", "ebs.csi.aws.com", model.BindImmediate, func(c *model.StorageClass) {
		if rapid.Bool().Draw(t, "fast is the default") {
			c.Annotations = model.Labels{model.AnnotationDefaultClass: "true"}
		}
	})
	if rapid.Bool().Draw(t, "fast is served") {
		w.served = []string{"ebs.csi.aws.com"}
	}
	return w
}

func drawClaim(t *rapid.T, w *world, name string) *Claim {
	return w.addClaim(name, someSize.Draw(t, "request"), asks(someModes.Draw(t, "modes")...), ofClass(someClass.Draw(t, "class")), func(c *Claim) {
		if seldom.Draw(t, "no class given") {
			c.Class = Class{}
		}
		if seldom.Draw(t, "block") {
			blockClaim(c)
		}
		if l := someLabels.Draw(t, "selector"); l != nil && seldom.Draw(t, "selects") {
			selecting(l)(c)
		}
		if seldom.Draw(t, "by name") {
			c.VolumeName = named(someVolume.Draw(t, "wants"))
		}
	})
}

func drawVolume(t *rapid.T, w *world, name string) *Volume {
	return w.addVolume(name, someSize.Draw(t, "capacity"), offers(someModes.Draw(t, "offers")...), volClass(someClass.Draw(t, "class")),
		labelled(someLabels.Draw(t, "labels")), phase(somePhase.Draw(t, "phase")), policy(somePolicy.Draw(t, "policy")), func(v *Volume) {
			v.Spec.Source.Path = someAddress.Draw(t, "path")
			if seldom.Draw(t, "block") {
				blockVolume(v)
			}
			if seldom.Draw(t, "deleting") {
				v.Deleting = true
			}
			if seldom.Draw(t, "reserved") {
				claimRef(someClaim.Draw(t, "for"), model.UID(rapid.SampledFrom([]int64{0, 0, 0, 7}).Draw(t, "uid")))(v)
			}
		})
}

// matchByTheBook is Match as Kubernetes has it: a pass for each set of access modes
// that there is.
func matchByTheBook(c *Claim, w *world) *Volume {
	var sets []modeSet
	for _, vol := range w.volumes {
		if s := modesOf(vol.Spec.AccessModes); s.contains(modesOf(c.Spec.AccessModes)) && !slices.Contains(sets, s) {
			sets = append(sets, s)
		}
	}
	slices.SortFunc(sets, func(a, b modeSet) int {
		if a.size() != b.size() {
			return a.size() - b.size()
		}
		return int(a) - int(b)
	})
	for _, set := range sets {
		var smallest *Volume
		for _, name := range sorted(w.volumes) {
			vol := w.volumes[name]
			if modesOf(vol.Spec.AccessModes) != set || !usable(c, vol) {
				continue
			}
			if vol.ClaimRef.For(c) {
				return vol
			}
			if !WaitsForConsumer(c, w) && open(c, vol) && (smallest == nil || vol.Spec.Capacity < smallest.Spec.Capacity) {
				smallest = vol
			}
		}
		if smallest != nil {
			return smallest
		}
	}
	return nil
}

func TestMatchProperties(t *testing.T) {
	var matched, reserved, nothing int
	check := func(t *rapid.T) {
		w := drawWorld(t)
		for i := range rapid.IntRange(2, 12).Draw(t, "volumes") {
			drawVolume(t, w, fmt.Sprintf("pv-%d", i))
		}
		c := drawClaim(t, w, "web-0")
		vol := Match(c, w)
		if want := matchByTheBook(c, w); vol != want {
			t.Fatalf("one pass finds %v, a pass for each set of modes finds %v", vol, want)
		}
		if vol == nil {
			nothing++
			return
		}
		matched++
		for _, mode := range c.Spec.AccessModes {
			if !slices.Contains(vol.Spec.AccessModes, mode) {
				t.Fatalf("%v is not offered", mode)
			}
		}
		if vol.Spec.Capacity < c.Spec.Request || (vol.Spec.VolumeMode == model.Block) != (c.Spec.VolumeMode == model.Block) || vol.Deleting {
			t.Fatalf("%+v does not do for %+v", vol, c)
		}
		if vol.ClaimRef.Set {
			reserved++
			if vol.ClaimRef.Name != c.Name || vol.ClaimRef.UID != 0 && vol.ClaimRef.UID != c.UID {
				t.Fatalf("the volume is for %+v, not for %+v", vol.ClaimRef, c)
			}
			return
		}
		selected := c.Spec.Selector == nil || c.Spec.Selector.Matches(vol.Labels)
		if vol.Class != c.Class.Name || vol.Phase != model.VolumeAvailable || !selected || c.Class.Name == sym("local") {
			t.Fatalf("%+v does not do for %+v", vol, c)
		}
	}
	for range 20 {
		rapid.Check(t, check)
	}
	t.Logf("matched %d, reserved %d, nothing %d", matched, reserved, nothing)
	if matched == 0 || reserved == 0 || nothing == 0 {
		t.Fatalf("never seen: matched %d, reserved %d, nothing %d", matched, reserved, nothing)
	}
}

// TestBindingProperties makes and deletes objects and syncs them in any order, and
// holds at every step that no volume has two claims; and, when nothing is left
// to do, that bindings are symmetric and a further sync decides nothing.
func TestBindingProperties(t *testing.T) {
	var bound, lost int
	check := func(t *rapid.T) {
		w := drawWorld(t)
		rips := rapid.Bool().Draw(t, "volumes are ripped out") // finalizers removed by hand
		t.Repeat(map[string]func(*rapid.T){
			"claim": func(t *rapid.T) {
				for _, name := range []string{"web-0", "web-1", "db-0"} { // all that are missing
					if w.claims[named(name)] == nil {
						drawClaim(t, w, name)
					}
				}
			},
			"volume": func(t *rapid.T) {
				for _, name := range []string{"pv-0", "pv-1", "pv-2", "pv-10"} { // all that are missing
					if w.volumes[named(name)] == nil {
						drawVolume(t, w, name)
					}
				}
			},
			"delete a claim": func(t *rapid.T) {
				if name := someClaim.Draw(t, "claim"); w.claims[named(name)] != nil {
					w.deleteClaim(name)
				}
			},
			"delete a volume": func(t *rapid.T) {
				if name := someVolume.Draw(t, "volume"); w.volumes[named(name)] != nil {
					w.deleteVolume(name)
				}
			},
			"rip a volume out": func(t *rapid.T) {
				if all := sorted(w.volumes); rips && len(all) > 0 {
					w.removeVolume(w.volumes[rapid.SampledFrom(all).Draw(t, "volume")])
				}
			},
			"free a volume": func(t *rapid.T) { // as an admin reuses a Released one
				if vol := w.volumes[named(someVolume.Draw(t, "volume"))]; vol != nil && vol.Phase == model.VolumeReleased {
					vol.ClaimRef = ClaimRef{}
				}
			},
			"resync": func(t *rapid.T) {
				if !w.resync() {
					t.Fatalf("the controllers never agree")
				}
			},
			"sync": func(t *rapid.T) {
				all := append(sorted(w.claims), sorted(w.volumes)...)
				if len(all) > 0 {
					w.step(rapid.SampledFrom(all).Draw(t, "object"))
				}
			},
			"": func(t *rapid.T) {
				if !rips {
					oneClaimEach(t, w)
				}
			},
		})
		for range 2 { // what the first resync starts, the second ends
			if !w.resync() {
				t.Fatalf("the controllers never agree")
			}
		}
		oneClaimEach(t, w)
		b, l := agreed(t, w)
		bound, lost = bound+b, lost+l
	}
	for range 20 { // stories are short and quick, and the rare ones matter
		rapid.Check(t, check)
	}
	t.Logf("bound %d, lost %d", bound, lost)
	if bound == 0 || lost == 0 {
		t.Fatalf("never seen: bound %d, lost %d", bound, lost)
	}
}

// oneClaimEach fails if two Bound claims have one volume.
func oneClaimEach(t *rapid.T, w *world) {
	owner := map[model.Name]string{}
	for _, n := range sorted(w.claims) {
		if c := w.claims[n]; c.Phase == model.ClaimBound {
			if other, ok := owner[c.VolumeName]; ok {
				t.Fatalf("%s and %s are both bound to %s", other, names.Name(n), names.Name(c.VolumeName))
			}
			owner[c.VolumeName] = names.Name(n)
		}
	}
}

// agreed fails unless both sides of every binding agree and nothing is to be done.
func agreed(t *rapid.T, w *world) (bound, lost int) {
	for _, n := range sorted(w.claims) {
		c := w.claims[n]
		if d := SyncClaim(c, w); d.Changes(c) {
			t.Fatalf("claim %s is still to %v", names.Name(n), d.Kind)
		}
		switch c.Phase {
		case model.ClaimLost:
			lost++
		case model.ClaimBound:
			bound++
			vol := w.volumes[c.VolumeName]
			if vol == nil || vol.ClaimRef != (ClaimRef{Name: c.Name, UID: c.UID, Set: true}) || vol.Phase != model.VolumeBound {
				t.Fatalf("claim %s is %s; the volume is %s", names.Name(n), w.claim(names.Name(n)), w.volume(names.Name(c.VolumeName)))
			}
		}
	}
	for _, n := range sorted(w.volumes) {
		vol := w.volumes[n]
		if d := SyncVolume(vol, w); d.Changes(vol) {
			t.Fatalf("volume %s is still to become %+v", names.Name(n), d)
		}
		if vol.Phase == model.VolumeBound {
			c := w.claims[vol.ClaimRef.Name]
			if c == nil || c.VolumeName != n || c.UID != vol.ClaimRef.UID || c.Phase != model.ClaimBound {
				t.Fatalf("volume %s is %s; the claim is %s", names.Name(n), w.volume(names.Name(n)), w.claim(names.Name(vol.ClaimRef.Name)))
			}
		}
	}
	return bound, lost
}

// TestTightViewProperty: what a View may leave out makes no difference.
func TestTightViewProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for i := range rapid.IntRange(2, 12).Draw(t, "volumes") {
			drawVolume(t, w, fmt.Sprintf("pv-%d", i))
		}
		c := drawClaim(t, w, "web-0")
		there := node("n")
		w.tight = true
		one, oneThere := Match(c, w), MatchOnNode(c, there, nil, w)
		w.tight = false
		if other := Match(c, w); one != other {
			t.Fatalf("%+v with fewer candidates, %+v with all", one, other)
		}
		if other := MatchOnNode(c, there, nil, w); oneThere != other {
			t.Fatalf("%+v with fewer candidates, %+v with all", oneThere, other)
		}
	})
}
