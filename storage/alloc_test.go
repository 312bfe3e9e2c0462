package storage

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ordinal-sim/ordinal/model"
)

// slim is a view without maps or sorting: what is measured is the decision.
type slim struct {
	claim  *Claim
	volume *Volume
	free   []*Volume
	class  *model.StorageClass
}

func (s *slim) Claim(n model.Name) (*Claim, bool)   { return s.claim, s.claim.Name == n }
func (s *slim) Volume(n model.Name) (*Volume, bool) { return s.volume, s.volume.Name == n }
func (s *slim) Candidate(_ *Claim, i int) (*Volume, bool) {
	if i >= len(s.free) {
		return nil, false
	}
	return s.free[i], true
}
func (s *slim) Class(model.Symbol) (*model.StorageClass, bool) { return s.class, true }
func (s *slim) DefaultClass() (model.Symbol, bool)             { return 0, false }
func (s *slim) UnscheduledPod(model.Name) (model.Name, bool)   { return web0, true }
func (s *slim) RunningPod(claim model.Name) (model.Name, bool) { return web0, true }
func (s *slim) syncBoth() (d ClaimDecision, e VolumeDecision) {
	return SyncClaim(s.claim, s), SyncVolume(s.volume, s)
}
func allocs(f func()) float64 { return testing.AllocsPerRun(100, f) }
func newSlim(claim *Claim, volume *Volume, provisioner string) *slim {
	return &slim{claim: claim, volume: volume, class: &model.StorageClass{Provisioner: provisioner}}
}

// TestAllocations: ten thousand claims are synced without an allocation.
func TestAllocations(t *testing.T) {
	w := newWorld()
	other := w.addVolume("other", gi, volClass("gold"))
	made := func(c *Claim) *Volume { return w.addVolume("pv", gi, claimRef("c", c.UID), phase(model.VolumeBound)) }

	t.Run("a claim that is provisioned", func(t *testing.T) {
		c := w.addClaim("c", gi, ofClass("fast"))
		s := newSlim(c, other, "kubernetes.io/aws-ebs")
		s.free = []*Volume{other}
		assert.Equal(t, ClaimProvision, SyncClaim(c, s).Kind)
		assert.Zero(t, allocs(func() { s.syncBoth() }))
		c.Provisioner = "ebs.csi.aws.com"
		assert.Equal(t, ClaimWait, SyncClaim(c, s).Kind)
		assert.Zero(t, allocs(func() { s.syncBoth() }))
		assert.Zero(t, allocs(func() { ProvisionerActs(c, s.class) }))
	})
	t.Run("a claim whose volume is there", func(t *testing.T) {
		c := w.addClaim("c", gi, ofClass("fast"))
		s := newSlim(c, made(c), "ebs.csi.aws.com")
		s.free = []*Volume{other, s.volume}
		assert.Equal(t, ClaimBind, SyncClaim(c, s).Kind)
		assert.Zero(t, allocs(func() { s.syncBoth() }))
	})
	t.Run("a bound claim", func(t *testing.T) {
		c := w.addClaim("c", gi, ofClass("fast"), boundTo("pv"))
		s := newSlim(c, made(c), "ebs.csi.aws.com")
		assert.Equal(t, ClaimSettled, SyncClaim(c, s).Kind)
		assert.Zero(t, allocs(func() { s.syncBoth() }))
		there, all, uses := Node{}, []*Claim{c}, []model.Name{c.Name}
		assert.Zero(t, allocs(func() { Schedulable(uses, s) }))
		assert.Zero(t, allocs(func() { FilterNode(all, there, s, nil) }))
	})
	t.Run("a claim on a node", func(t *testing.T) {
		c := w.addClaim("c", gi, ofClass("fast"))
		s := newSlim(c, other, "ebs.csi.aws.com")
		s.class.VolumeBindingMode = model.BindWaitForFirstConsumer
		there, all, into := Node{}, []*Claim{c}, make([]Assignment, 0, 4)
		assert.Zero(t, allocs(func() { FilterNode(all, there, s, into) }))
	})
	t.Run("attachment", func(t *testing.T) {
		vol := w.addVolume("disk", gi, disk)
		on := []Attachment{{Node: named("node-0"), Pod: web0}}
		there := named("node-1")
		assert.Zero(t, allocs(func() { MayAttach(vol, there, on) }))
	})
}
