package manifest

import (
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/ordinal-sim/ordinal/model"
)

// Metadata, selectors and times, in both directions.

func metaToAPI(m *model.ObjectMeta) metav1.ObjectMeta {
	out := metav1.ObjectMeta{
		Name:            m.Name,
		Namespace:       m.Namespace,
		UID:             uidToAPI(m.UID),
		Generation:      m.Generation,
		Labels:          copyMap[map[string]string](m.Labels),
		Annotations:     copyMap[map[string]string](m.Annotations),
		OwnerReferences: each(m.OwnerReferences, ownerToAPI),
		Finalizers:      rename[string](m.Finalizers),
	}
	if m.ResourceVersion != 0 {
		out.ResourceVersion = strconv.FormatInt(m.ResourceVersion, 10)
	}
	// An object that has no UID has not been created yet.
	if m.UID != 0 || m.CreatedAt != 0 {
		out.CreationTimestamp = timeToAPI(m.CreatedAt)
	}
	if m.DeletedAt != nil {
		out.DeletionTimestamp = new(timeToAPI(*m.DeletedAt))
	}
	return out
}

func metaFromAPI(m *metav1.ObjectMeta) model.ObjectMeta {
	out := model.ObjectMeta{
		Name:            m.Name,
		Namespace:       m.Namespace,
		UID:             uidFromAPI(m.UID),
		Generation:      m.Generation,
		CreatedAt:       timeFromAPI(m.CreationTimestamp),
		Labels:          copyMap[model.Labels](m.Labels),
		Annotations:     copyMap[model.Labels](m.Annotations),
		OwnerReferences: each(m.OwnerReferences, ownerFromAPI),
		Finalizers:      rename[string](m.Finalizers),
	}
	if n, err := strconv.ParseInt(m.ResourceVersion, 10, 64); err == nil {
		out.ResourceVersion = n
	}
	if m.DeletionTimestamp != nil {
		out.DeletedAt = new(timeFromAPI(*m.DeletionTimestamp))
	}
	return out
}

func ownerToAPI(o model.OwnerReference) metav1.OwnerReference {
	return metav1.OwnerReference{
		APIVersion:         kindOf(o.Kind).apiVersion,
		Kind:               string(o.Kind),
		Name:               o.Name,
		UID:                uidToAPI(o.UID),
		Controller:         nonZero(o.Controller, same),
		BlockOwnerDeletion: nonZero(o.BlockOwnerDeletion, same),
	}
}

func ownerFromAPI(o metav1.OwnerReference) model.OwnerReference {
	return model.OwnerReference{
		Kind:               model.Kind(o.Kind),
		Name:               o.Name,
		UID:                uidFromAPI(o.UID),
		Controller:         deref(o.Controller),
		BlockOwnerDeletion: deref(o.BlockOwnerDeletion),
	}
}

func uidToAPI(u model.UID) types.UID {
	if u == 0 {
		return ""
	}
	return types.UID(u.String())
}

// uidFromAPI reads a UID of the simulator; a foreign one becomes 0.
func uidFromAPI(u types.UID) model.UID {
	out, err := model.ParseUID(string(u))
	if err != nil {
		return 0
	}
	return out
}

// timeToAPI cuts the instant to the whole second, as the API stores it.
func timeToAPI(t model.Instant) metav1.Time {
	return metav1.NewTime(t.Time().Truncate(time.Second))
}

// timeFromAPI reads a time; an absent one is the instant 0. One that is centuries
// away becomes the last whole second that an instant can be.
func timeFromAPI(t metav1.Time) model.Instant {
	if t.IsZero() {
		return 0
	}
	return model.Instant(t.Truncate(time.Second).Sub(model.Epoch).Truncate(time.Second))
}

func selectorToAPI(s *model.LabelSelector) *metav1.LabelSelector {
	if s == nil {
		return nil
	}
	return &metav1.LabelSelector{
		MatchLabels: copyMap[map[string]string](s.MatchLabels),
		MatchExpressions: each(s.MatchExpressions, func(r model.LabelSelectorRequirement) metav1.LabelSelectorRequirement {
			return metav1.LabelSelectorRequirement{
				Key: r.Key, Operator: metav1.LabelSelectorOperator(r.Operator), Values: rename[string](r.Values),
			}
		}),
	}
}

func selectorFromAPI(s *metav1.LabelSelector) *model.LabelSelector {
	if s == nil {
		return nil
	}
	return &model.LabelSelector{
		MatchLabels: copyMap[model.Labels](s.MatchLabels),
		MatchExpressions: each(s.MatchExpressions, func(r metav1.LabelSelectorRequirement) model.LabelSelectorRequirement {
			return model.LabelSelectorRequirement{
				Key: r.Key, Operator: model.SelectorOperator(r.Operator), Values: rename[string](r.Values),
			}
		}),
	}
}
