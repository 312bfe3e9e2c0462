package model

import "github.com/ordinal-sim/ordinal/model/release"

// What the API server does with a field whose feature gate is off: it is not filled
// in, and not stored unless it is stored already.

// DefaultIn is [StatefulSet.Default] as a release does it: a field whose gate is off
// has no default.
//
// Source: pkg/apis/apps/v1/defaults.go, SetDefaults_StatefulSet.
func (s *StatefulSet) DefaultIn(rules release.Rules) {
	block := s.Spec.UpdateStrategy.RollingUpdate
	said := block != nil && block.MaxUnavailable != nil
	retention := s.Spec.PersistentVolumeClaimRetentionPolicy
	s.Default()
	if retention == nil && rules.Has(release.NoRetention) {
		s.Spec.PersistentVolumeClaimRetentionPolicy = nil
	}
	if block = s.Spec.UpdateStrategy.RollingUpdate; block != nil && !said && rules.Has(release.IgnoresMaxUnavailable) {
		block.MaxUnavailable = nil // Default has made the block our own
	}
}

// DropDisabled takes out what a release does not store; old is the stored set, nil
// when s is created.
//
// Source: pkg/registry/apps/statefulset/strategy.go, dropStatefulSetDisabledFields.
func (s *StatefulSet) DropDisabled(rules release.Rules, old *StatefulSet) {
	if old == nil {
		old = &StatefulSet{}
	}
	block, stored := s.Spec.UpdateStrategy.RollingUpdate, old.Spec.UpdateStrategy.RollingUpdate
	if rules.Has(release.IgnoresMaxUnavailable) && block != nil && block.MaxUnavailable != nil && (stored == nil || stored.MaxUnavailable == nil) {
		kept := *block
		kept.MaxUnavailable = nil
		s.Spec.UpdateStrategy.RollingUpdate = &kept
	}
	if rules.Has(release.NoRetention) && old.Spec.PersistentVolumeClaimRetentionPolicy == nil {
		s.Spec.PersistentVolumeClaimRetentionPolicy = nil
	}
	if rules.Has(release.NoStartOrdinal) && old.Spec.Ordinals == nil {
		s.Spec.Ordinals = nil
	}
}
