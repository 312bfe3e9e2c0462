package objects

import (
	"fmt"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/ordinal-sim/ordinal/model"
)

// compared is the comparison of one kind.
type compared[T object] struct {
	kind   model.Kind
	draw   func(*rapid.T) T
	create []mutation[T]
	update []mutation[T]
	// stored finishes an object that has been in the cluster for a while.
	stored func(*rapid.T, T)
}

// run draws objects of the kind, created and updated, and compares.
func (c compared[T]) run(t *testing.T) {
	t.Helper()
	t.Run(string(c.kind)+"/create", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			o := c.draw(t)
			disturb(t, o, c.create)
			c.compare(t, "created", ordinalCreates(o), kubernetesCreates(o), o)
		})
	})
	t.Run(string(c.kind)+"/update", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			old := c.draw(t)
			if rapid.IntRange(0, 4).Draw(t, "laxer") == 0 { // stored by an older version, which asked less
				disturb(t, old, c.update)
			}
			if c.stored != nil {
				c.stored(t, old)
			}
			if rapid.IntRange(0, 9).Draw(t, "deleted") == 0 {
				old.SetDeletionTimestamp(&metav1.Time{Time: model.Epoch})
			}
			o := old.DeepCopyObject().(T)
			disturb(t, o, c.update)
			c.compare(t, "updated", ordinalUpdates(o, old), kubernetesUpdates(o, old), o, old)
		})
	})
	tell(t, c.kind)
}

func (c compared[T]) compare(t *rapid.T, what string, ordinal, kubernetes verdict, os ...T) {
	d := difference(ordinal, kubernetes)
	tally(c.kind, kubernetes, d != "")
	if d == "" {
		return
	}
	story := fmt.Sprintf("%s %s:\n%s\n", c.kind, what, asYAML(os[0]))
	if len(os) > 1 {
		story += "it was:\n" + asYAML(os[1]) + "\n"
	}
	t.Fatal(story + d)
}

func TestStatefulSets(t *testing.T) {
	compared[*appsv1.StatefulSet]{kind: model.KindStatefulSet, draw: drawSet, create: setCreateMutations(), update: setUpdateMutations()}.run(t)
}

func TestPods(t *testing.T) {
	compared[*corev1.Pod]{kind: model.KindPod, draw: drawPod, create: podCreateMutations(), update: podUpdateMutations()}.run(t)
}

func TestServices(t *testing.T) {
	compared[*corev1.Service]{kind: model.KindService, draw: drawService, create: serviceCreateMutations(), update: serviceUpdateMutations(),
		stored: addressed}.run(t)
}

func TestClaims(t *testing.T) {
	compared[*corev1.PersistentVolumeClaim]{kind: model.KindPersistentVolumeClaim, draw: drawClaim, create: claimCreateMutations(), update: claimUpdateMutations(), stored: bound}.run(t)
}

func TestVolumes(t *testing.T) {
	compared[*corev1.PersistentVolume]{kind: model.KindPersistentVolume, draw: drawVolume, create: volumeCreateMutations(), update: volumeUpdateMutations()}.run(t)
}

func TestClasses(t *testing.T) {
	compared[*storagev1.StorageClass]{kind: model.KindStorageClass, draw: drawClass, create: classCreateMutations(), update: classUpdateMutations()}.run(t)
}

func TestNodes(t *testing.T) {
	compared[*corev1.Node]{kind: model.KindNode, draw: drawNode, create: nodeCreateMutations(),
		update: edited(nodeMutations(), func(o *corev1.Node) *metav1.ObjectMeta { return &o.ObjectMeta })}.run(t)
}

func TestDeployments(t *testing.T) {
	meta := func(o *appsv1.Deployment) *metav1.ObjectMeta { return &o.ObjectMeta }
	compared[*appsv1.Deployment]{kind: model.KindDeployment, draw: drawDeployment, create: created(deploymentMutations(), meta), update: edited(deploymentMutations(), meta)}.run(t)
}

func TestReplicaSets(t *testing.T) {
	meta := func(o *appsv1.ReplicaSet) *metav1.ObjectMeta { return &o.ObjectMeta }
	compared[*appsv1.ReplicaSet]{kind: model.KindReplicaSet, draw: drawReplicaSet, create: created(replicaSetMutations(), meta), update: edited(replicaSetMutations(), meta)}.run(t)
}

func TestBudgets(t *testing.T) {
	meta := func(o *policyv1.PodDisruptionBudget) *metav1.ObjectMeta { return &o.ObjectMeta }
	compared[*policyv1.PodDisruptionBudget]{kind: model.KindPodDisruptionBudget, draw: drawBudget, create: created(budgetMutations(), meta), update: edited(budgetMutations(), meta)}.run(t)
}

func TestAutoscalers(t *testing.T) {
	meta := func(o *autoscalingv2.HorizontalPodAutoscaler) *metav1.ObjectMeta { return &o.ObjectMeta }
	compared[*autoscalingv2.HorizontalPodAutoscaler]{kind: model.KindHorizontalPodAutoscaler, draw: drawAutoscaler,
		create: created(autoscalerMutations(), meta), update: edited(autoscalerMutations(), meta)}.run(t)
}

// An image is pulled as often as Kubernetes would have it, whatever is written for its
// name.
func TestPullPolicies(t *testing.T) {
	seen := map[model.PullPolicy]int{}
	rapid.Check(t, func(t *rapid.T) {
		name := anyImage.Draw(t, "image")
		pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Image: name}}}}
		want := model.PullPolicy(kubernetesDefaulted(pod).(*corev1.Pod).Spec.Containers[0].ImagePullPolicy)
		if got := model.DefaultPullPolicy(name); got != want {
			t.Fatalf("%q is pulled %s, in Kubernetes %s", name, got, want)
		}
		seen[want]++
	})
	t.Logf("%v", seen)
}
