package validation

import (
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// The API server validates its internal types, which have no JSON names of
// their own. Where a message quotes one of them as a whole, the user sees the Go
// names of its fields. These are those types, for messages only; what the model
// does not have is always null.

// apiOwner is an owner reference in JSON, where it says more than in the model.
type apiOwner struct {
	APIVersion         string `json:"apiVersion"`
	Kind               string `json:"kind"`
	Name               string `json:"name"`
	UID                string `json:"uid"`
	Controller         bool   `json:"controller,omitempty"`
	BlockOwnerDeletion bool   `json:"blockOwnerDeletion,omitempty"`
}

func apiOwnersOf(refs []model.OwnerReference) []apiOwner {
	out := make([]apiOwner, len(refs))
	for i, r := range refs {
		out[i] = apiOwner{apiVersion(r.Kind), string(r.Kind), r.Name, "", r.Controller, r.BlockOwnerDeletion}
		if r.UID != 0 {
			out[i].UID = r.UID.String()
		}
	}
	return out
}

// apiVersion is the version of the API that a kind belongs to: "v1", "apps/v1".
func apiVersion(kind model.Kind) string {
	if kind == model.KindHorizontalPodAutoscaler {
		return "autoscaling/v2"
	}
	if _, group, ok := strings.Cut(kind.Qualified(), "."); ok {
		return group + "/v1"
	}
	return "v1"
}

type internalUpdateStrategy struct {
	Type          model.UpdateStrategyType
	RollingUpdate *internalRollingUpdate
}

type internalRollingUpdate struct {
	Partition      int32
	MaxUnavailable *model.IntOrString
}

func internalUpdateStrategyOf(s model.UpdateStrategy) internalUpdateStrategy {
	return internalUpdateStrategy{Type: s.Type, RollingUpdate: internalRollingUpdateOf(s.RollingUpdate)}
}

func internalRollingUpdateOf(r *model.RollingUpdateStrategy) *internalRollingUpdate {
	if r == nil {
		return nil
	}
	out := &internalRollingUpdate{MaxUnavailable: r.MaxUnavailable}
	if r.Partition != nil {
		out.Partition = *r.Partition
	}
	return out
}

type internalDeploymentStrategy struct {
	Type          model.UpdateStrategyType
	RollingUpdate *internalRollingDeployment
}

type internalRollingDeployment struct {
	MaxUnavailable model.IntOrString
	MaxSurge       model.IntOrString
}

func internalDeploymentStrategyOf(s *model.DeploymentStrategy) internalDeploymentStrategy {
	out := internalDeploymentStrategy{Type: s.Type}
	if r := s.RollingUpdate; r != nil {
		out.RollingUpdate = &internalRollingDeployment{MaxUnavailable: orZero(r.MaxUnavailable), MaxSurge: orZero(r.MaxSurge)}
	}
	return out
}

type internalBudgetSpec struct {
	MinAvailable               *model.IntOrString
	Selector                   *model.LabelSelector
	MaxUnavailable             *model.IntOrString
	UnhealthyPodEvictionPolicy *string
}

func internalBudgetSpecOf(s *model.PodDisruptionBudgetSpec) internalBudgetSpec {
	out := internalBudgetSpec{MinAvailable: s.MinAvailable, Selector: s.Selector, MaxUnavailable: s.MaxUnavailable}
	if policy := s.UnhealthyPodEvictionPolicy; policy != "" {
		out.UnhealthyPodEvictionPolicy = &policy
	}
	return out
}

type internalTaint struct {
	Key       string
	Value     string
	Effect    model.TaintEffect
	TimeAdded *string
}

func internalTaintOf(t *model.Taint) internalTaint {
	out := internalTaint{Key: t.Key, Value: t.Value, Effect: t.Effect}
	if t.TimeAdded != nil {
		added := t.TimeAdded.String()
		out.TimeAdded = &added
	}
	return out
}

type internalServicePort struct {
	Name        string
	Protocol    string
	AppProtocol *string
	Port        int32
	TargetPort  model.IntOrString
	NodePort    int32
}

type internalVolumeNodeAffinity struct {
	Required internalNodeSelector
}

type internalNodeSelector struct {
	NodeSelectorTerms []internalNodeSelectorTerm
}

type internalNodeSelectorTerm struct {
	MatchExpressions []internalNodeSelectorRequirement
	MatchFields      []internalNodeSelectorRequirement
}

type internalNodeSelectorRequirement struct {
	Key      string
	Operator string
	Values   []string
}

// internalAffinityOf is nil, which prints as null, for no affinity.
func internalAffinityOf(s *model.NodeSelector) *internalVolumeNodeAffinity {
	if s == nil {
		return nil
	}
	out := &internalVolumeNodeAffinity{}
	for _, term := range s.Terms {
		var t internalNodeSelectorTerm
		for _, r := range term.MatchExpressions {
			t.MatchExpressions = append(t.MatchExpressions, internalNodeSelectorRequirement{r.Key, string(r.Operator), r.Values})
		}
		for _, r := range term.MatchFields {
			t.MatchFields = append(t.MatchFields, internalNodeSelectorRequirement{r.Key, string(r.Operator), r.Values})
		}
		out.Required.NodeSelectorTerms = append(out.Required.NodeSelectorTerms, t)
	}
	return out
}

// internalClaim is a PersistentVolumeClaim. Its metadata is embedded without a
// name, and has JSON names of its own.
type internalClaim struct {
	Name        string       `json:"name,omitempty"`
	Namespace   string       `json:"namespace,omitempty"`
	Labels      model.Labels `json:"labels,omitempty"`
	Annotations model.Labels `json:"annotations,omitempty"`
	Finalizers  []string     `json:"finalizers,omitempty"`
	Spec        internalClaimSpec
	Status      internalClaimStatus
}

type internalClaimSpec struct {
	AccessModes               []model.AccessMode
	Selector                  *model.LabelSelector
	Resources                 internalResources
	VolumeName                string
	StorageClassName          *string
	VolumeMode                model.VolumeMode
	DataSource                *struct{}
	DataSourceRef             *struct{}
	VolumeAttributesClassName *string
}

type internalResources struct {
	Limits   map[string]string
	Requests map[string]string
}

type internalClaimStatus struct {
	Phase                            model.ClaimPhase
	AccessModes                      []model.AccessMode
	Capacity                         map[string]string
	Conditions                       []struct{}
	AllocatedResources               map[string]string
	AllocatedResourceStatuses        map[string]string
	CurrentVolumeAttributesClassName *string
	ModifyVolumeStatus               *struct{}
	HealthStatus                     *struct{}
}

func internalClaimsOf(claims []model.PersistentVolumeClaim) []internalClaim {
	var out []internalClaim
	for i := range claims {
		c := &claims[i]
		claim := internalClaim{
			Name: c.Name, Namespace: c.Namespace, Labels: c.Labels, Annotations: c.Annotations, Finalizers: c.Finalizers,
			Spec: internalClaimSpec{
				AccessModes: c.Spec.AccessModes, Selector: c.Spec.Selector, VolumeName: c.Spec.VolumeName,
				StorageClassName: c.Spec.StorageClassName, VolumeMode: c.Spec.VolumeMode,
			},
			// The defaults of a claim, its phase among them, are those of a template too.
			Status: internalClaimStatus{Phase: model.ClaimPending},
		}
		if c.Spec.Request != 0 {
			claim.Spec.Resources.Requests = map[string]string{"storage": c.Spec.Request.String()}
		}
		out = append(out, claim)
	}
	return out
}
