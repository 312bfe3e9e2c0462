package storage_test

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
)

// table is a view of one claim and one free volume.
type table struct {
	claim  storage.Claim
	volume storage.Volume
}

func (t *table) Claim(n model.Name) (*storage.Claim, bool)   { return &t.claim, n == t.claim.Name }
func (t *table) Volume(n model.Name) (*storage.Volume, bool) { return &t.volume, n == t.volume.Name }
func (t *table) Candidate(_ *storage.Claim, i int) (*storage.Volume, bool) {
	return &t.volume, i == 0
}
func (*table) Class(model.Symbol) (*model.StorageClass, bool)     { return nil, false }
func (*table) DefaultClass() (model.Symbol, bool)                 { return 0, false }
func (*table) UnscheduledPod(model.Name) (pod model.Name, _ bool) { return pod, false }
func (*table) RunningPod(model.Name) (pod model.Name, _ bool)     { return pod, false }

// A claim waits for a volume that is large enough, and shows the capacity of the one
// that it gets.
func ExampleSyncClaim() {
	modes := []model.AccessMode{model.ReadWriteOnce}
	view := &table{
		claim: storage.Claim{
			Name: model.Name{Base: 1, Ordinal: 0}, UID: 7, Class: storage.Class{Given: true},
			Spec: &model.PersistentVolumeClaimSpec{Request: 5 * model.Gi, AccessModes: modes},
		},
		volume: storage.Volume{
			Name: model.Name{Base: 2, Ordinal: model.NoOrdinal}, Phase: model.VolumeAvailable,
			Spec: &model.PersistentVolumeSpec{Capacity: model.Gi, AccessModes: modes},
		},
	}
	d := storage.SyncClaim(&view.claim, view)
	fmt.Println(d.Kind, d.Notice.Reason)

	view.volume.Spec = &model.PersistentVolumeSpec{Capacity: 10 * model.Gi, AccessModes: modes}
	d = storage.SyncClaim(&view.claim, view)
	fmt.Println(d.Kind, d.Binding.Capacity)
	// Output:
	// Wait FailedBinding
	// Bind 10Gi
}
