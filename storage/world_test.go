package storage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

const (
	rwo  = model.ReadWriteOnce
	rox  = model.ReadOnlyMany
	rwx  = model.ReadWriteMany
	rwop = model.ReadWriteOncePod
	gi   = model.Gi
)

// spelling is a table of strings, shared by all worlds of the tests.
type spelling struct {
	symbols map[string]model.Symbol
	strings []string
}

var names = &spelling{symbols: map[string]model.Symbol{"": 0}, strings: []string{""}}

func sym(s string) model.Symbol {
	if id, ok := names.symbols[s]; ok {
		return id
	}
	id := model.Symbol(len(names.strings))
	names.symbols[s], names.strings = id, append(names.strings, s)
	return id
}

func named(s string) model.Name {
	if s == "" {
		return model.Name{}
	}
	if i := strings.LastIndexByte(s, '-'); i > 0 {
		if n, err := strconv.ParseInt(s[i+1:], 10, 32); err == nil && strconv.Itoa(int(n)) == s[i+1:] {
			return model.Name{Base: sym(s[:i]), Ordinal: int32(n)}
		}
	}
	return model.Name{Base: sym(s), Ordinal: model.NoOrdinal}
}

func (*spelling) Symbol(s model.Symbol) string { return names.strings[s] }

func (*spelling) Name(n model.Name) string {
	if n.Ordinal == model.NoOrdinal || n == (model.Name{}) {
		return names.strings[n.Base]
	}
	return fmt.Sprintf("%s-%d", names.strings[n.Base], n.Ordinal)
}

// pod is a pod that uses one claim.
type pod struct {
	use   PodUse
	claim model.Name
}

// world is the smallest driver that carries decisions out: it syncs what is in its
// queue until that is empty.
type world struct {
	claims  map[model.Name]*Claim
	volumes map[model.Name]*Volume
	classes map[model.Symbol]*model.StorageClass
	pods    []pod
	served  []string // the external provisioners that run
	uids    model.UID
	queue   []model.Name // of claims and volumes, as their names never collide here
	events  []string
	tight   bool // Candidate leaves out all that it may
	quiet   bool // record no events
}

func newWorld() *world {
	return &world{
		claims:  map[model.Name]*Claim{},
		volumes: map[model.Name]*Volume{},
		classes: map[model.Symbol]*model.StorageClass{},
		uids:    100,
	}
}

func (w *world) Claim(n model.Name) (*Claim, bool)   { c, ok := w.claims[n]; return c, ok }
func (w *world) Volume(n model.Name) (*Volume, bool) { v, ok := w.volumes[n]; return v, ok }
func (w *world) Class(s model.Symbol) (*model.StorageClass, bool) {
	c, ok := w.classes[s]
	return c, ok
}

func sorted[T any](m map[model.Name]T) []model.Name {
	var keys []model.Name
	for n := range m {
		keys = append(keys, n)
	}
	slices.SortFunc(keys, func(a, b model.Name) int { return strings.Compare(names.Name(a), names.Name(b)) })
	return keys
}

func (w *world) Candidate(c *Claim, i int) (*Volume, bool) {
	for _, n := range sorted(w.volumes) {
		vol := w.volumes[n]
		if w.tight && vol.ClaimRef.Name != c.Name &&
			(vol.ClaimRef.Set || vol.Phase != model.VolumeAvailable || vol.Class != c.Class.Name) {
			continue
		}
		if i == 0 {
			return vol, true
		}
		i--
	}
	return nil, false
}

func (w *world) DefaultClass() (model.Symbol, bool) {
	var all []*model.StorageClass
	for _, c := range w.classes { // the order must not matter
		all = append(all, c)
	}
	if c := DefaultClass(all); c != nil {
		return sym(c.Name), true
	}
	return 0, false
}

func (w *world) UnscheduledPod(claim model.Name) (model.Name, bool) {
	for _, p := range w.pods {
		if p.claim == claim && !p.use.HasNode && !p.use.terminal() {
			return p.use.Pod, true
		}
	}
	return model.Name{}, false
}

func (w *world) RunningPod(claim model.Name) (model.Name, bool) {
	for _, p := range w.pods {
		if p.claim == claim && !p.use.Terminated() {
			return p.use.Pod, true
		}
	}
	return model.Name{}, false
}

// addClaim adds a claim of mode ReadWriteOnce without a class; what is otherwise,
// the changes say.
func (w *world) addClaim(name string, size model.Bytes, changes ...func(*Claim)) *Claim {
	w.uids++
	c := &Claim{
		Name: named(name), UID: w.uids, Phase: model.ClaimPending, Class: Class{Given: true},
		Spec: &model.PersistentVolumeClaimSpec{Request: size, AccessModes: []model.AccessMode{rwo}},
	}
	for _, change := range changes {
		change(c)
	}
	w.claims[c.Name] = c
	w.queue = append(w.queue, c.Name)
	return c
}

// addVolume adds an Available volume of mode ReadWriteOnce and policy Retain, on
// hostPath, without a class.
func (w *world) addVolume(name string, size model.Bytes, changes ...func(*Volume)) *Volume {
	w.uids++
	vol := &Volume{
		Name: named(name), UID: w.uids, Phase: model.VolumeAvailable,
		Spec: &model.PersistentVolumeSpec{
			Capacity: size, AccessModes: []model.AccessMode{rwo}, ReclaimPolicy: model.ReclaimRetain,
			Source: model.VolumeSource{Type: model.SourceHostPath, Path: "/data"},
		},
	}
	for _, change := range changes {
		change(vol)
	}
	w.volumes[vol.Name] = vol
	w.queue = append(w.queue, vol.Name)
	return vol
}

func (w *world) addClass(name, provisioner string, mode model.VolumeBindingMode, changes ...func(*model.StorageClass)) {
	class := &model.StorageClass{Provisioner: provisioner, VolumeBindingMode: mode}
	class.Name = name
	class.Default()
	for _, change := range changes {
		change(class)
	}
	w.classes[sym(name)] = class
}

func (w *world) record(n Notice) {
	if t := n.Reason.Event(); t != "" && !w.quiet {
		w.events = append(w.events, string(t)+" "+n.Reason.String()+": "+n.Message(names))
	}
}

// syncClaim carries out one decision about a claim.
func (w *world) syncClaim(c *Claim) ClaimDecision {
	d := SyncClaim(c, w)
	if d.Kind != ClaimSettled {
		w.record(d.Notice)
	}
	if d.Changes(c) {
		w.queue = append(w.queue, c.Name)
	}
	if d.Kind == ClaimBind {
		d.Binding.WriteVolume(w.volumes[d.Binding.Volume])
		w.queue = append(w.queue, d.Binding.Volume)
	}
	d.WriteClaim(c)
	w.provision(c)
	return d
}

// provision plays the external provisioners.
func (w *world) provision(c *Claim) {
	class, ok := w.classes[c.Class.Name]
	if !ok {
		return
	}
	driver, _ := Driver(class.Provisioner)
	name := named("pvc-x" + strconv.Itoa(int(c.UID)))
	if _, made := w.volumes[name]; made || !slices.Contains(w.served, driver) {
		return
	}
	if acts, why := ProvisionerActs(c, class); !acts {
		w.record(why)
		return
	}
	w.uids++
	vol := Provisioned(name, w.uids, c, class, NewVolumeSpec(c.Spec, class, nil))
	w.volumes[name] = &vol
	w.queue = append(w.queue, name)
}

// syncVolume carries out one decision about a volume.
func (w *world) syncVolume(vol *Volume) VolumeDecision {
	d := SyncVolume(vol, w)
	if d.Record {
		w.record(d.Notice)
		w.record(d.ClaimNotice)
	}
	changes := d.Changes(vol)
	if changes {
		w.queue = append(w.queue, vol.Name)
	}
	d.WriteVolume(vol)
	switch d.Reclaim {
	case ReclaimDestroy:
		w.removeVolume(vol)
	case ReclaimScrub:
		free := Unbind(vol)
		free.WriteVolume(vol)
	}
	if by, acts := DeleterActs(vol); acts && slices.Contains(w.served, by) {
		w.removeVolume(vol)
	}
	if d.SyncClaim {
		w.queue = append(w.queue, vol.ClaimRef.Name)
	}
	return d
}

// settle works the queue off. It reports whether that ever ends.
func (w *world) settle() bool {
	for range 10000 {
		if len(w.queue) == 0 {
			return true
		}
		n := w.queue[0]
		w.queue = w.queue[1:]
		w.step(n)
	}
	return false
}

func (w *world) step(n model.Name) {
	if c, ok := w.claims[n]; ok {
		w.syncClaim(c)
	}
	if vol, ok := w.volumes[n]; ok {
		if ok, _ := ReleaseVolume(vol); ok {
			w.removeVolume(vol)
			return
		}
		w.syncVolume(vol)
	}
}

// resync is the 15 s resync.
func (w *world) resync() bool {
	w.queue = append(append(w.queue, sorted(w.volumes)...), sorted(w.claims)...)
	return w.settle()
}

func (w *world) removeVolume(vol *Volume) {
	delete(w.volumes, vol.Name)
	w.queue = append(w.queue, vol.ClaimRef.Name) // the deletion of a volume syncs its claim
}

func (w *world) deleteClaim(name string) {
	c := w.claims[named(name)]
	c.Deleting = true
	var uses []PodUse
	for _, p := range w.pods {
		if p.claim == c.Name {
			uses = append(uses, p.use)
		}
	}
	if ok, _ := ReleaseClaim(c, uses); ok {
		delete(w.claims, c.Name)
		w.queue = append(w.queue, c.VolumeName) // and the reverse
	}
}

func (w *world) deleteVolume(name string) {
	vol := w.volumes[named(name)]
	vol.Deleting = true
	w.queue = append(w.queue, vol.Name)
}

// claim and volume tell the state of an object in a line: "Bound to pv with 10Gi
// (bind-completed, bound-by-controller)".
func (w *world) claim(name string) string {
	c, ok := w.claims[named(name)]
	if !ok {
		return "gone"
	}
	out := string(c.Phase)
	if c.VolumeName != (model.Name{}) {
		out += " to " + names.Name(c.VolumeName)
	}
	if c.Phase == model.ClaimBound {
		out += " with " + c.Capacity.String()
	}
	return out + flags(map[string]bool{"bind-completed": c.BindCompleted, "by-controller": c.BoundByController, "terminating": c.Deleting})
}

func (w *world) volume(name string) string {
	vol, ok := w.volumes[named(name)]
	if !ok {
		return "gone"
	}
	out := string(vol.Phase)
	if vol.ClaimRef.Set && vol.ClaimRef.UID == 0 {
		out += " for any " + names.Name(vol.ClaimRef.Name)
	} else if vol.ClaimRef.Set {
		out += " for " + names.Name(vol.ClaimRef.Name)
	}
	return out + flags(map[string]bool{"by-controller": vol.BoundByController, "terminating": vol.Deleting})
}

func flags(set map[string]bool) string {
	var on []string
	for name, is := range set {
		if is {
			on = append(on, name)
		}
	}
	if len(on) == 0 {
		return ""
	}
	slices.Sort(on)
	return " (" + strings.Join(on, ", ") + ")"
}

// Changes to a claim.
func asks(modes ...model.AccessMode) func(*Claim) {
	return func(c *Claim) { c.Spec.AccessModes = modes }
}
func ofClass(name string) func(*Claim) {
	return func(c *Claim) { c.Class = Class{Name: sym(name), Given: true} }
}
func classNil(c *Claim) { c.Class = Class{} }
func blockClaim(c *Claim) {
	c.Spec.VolumeMode = model.Block
}
func wants(volume string) func(*Claim) { return func(c *Claim) { c.VolumeName = named(volume) } }
func selecting(l model.Labels) func(*Claim) {
	return func(c *Claim) { c.Spec.Selector = &model.LabelSelector{MatchLabels: l} }
}
func withUID(uid model.UID) func(*Claim) { return func(c *Claim) { c.UID = uid } }
func boundTo(volume string) func(*Claim) {
	return func(c *Claim) {
		c.VolumeName, c.BindCompleted, c.BoundByController = named(volume), true, true
		c.Phase, c.Capacity = model.ClaimBound, c.Spec.Request
	}
}

// Changes to a volume.
func offers(modes ...model.AccessMode) func(*Volume) {
	return func(v *Volume) { v.Spec.AccessModes = modes }
}
func volClass(name string) func(*Volume)         { return func(v *Volume) { v.Class = sym(name) } }
func phase(p model.VolumePhase) func(*Volume)    { return func(v *Volume) { v.Phase = p } }
func policy(p model.ReclaimPolicy) func(*Volume) { return func(v *Volume) { v.Spec.ReclaimPolicy = p } }
func labelled(l model.Labels) func(*Volume)      { return func(v *Volume) { v.Labels = l } }
func byController(v *Volume)                     { v.BoundByController = true }
func blockVolume(v *Volume)                      { v.Spec.VolumeMode = model.Block }
func beingDeleted(v *Volume)                     { v.Deleting = true }
func provisioned(v *Volume)                      { v.ProvisionedBy = "ebs.csi.aws.com" }
func source(s model.VolumeSource) func(*Volume)  { return func(v *Volume) { v.Spec.Source = s } }
func claimRef(claim string, uid model.UID) func(*Volume) {
	return func(v *Volume) { v.ClaimRef = ClaimRef{Name: named(claim), UID: uid, Set: true} }
}
func onNodes(values ...string) func(*Volume) {
	return func(v *Volume) {
		v.Spec.NodeAffinity = &model.NodeSelector{Terms: []model.NodeSelectorTerm{{
			MatchExpressions: []model.LabelSelectorRequirement{{Key: "host", Operator: model.SelectorIn, Values: values}},
		}}}
	}
}

func node(name string) Node { return Node{Name: named(name), Labels: model.Labels{"host": name}} }
