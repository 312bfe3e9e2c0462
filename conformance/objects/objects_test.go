package objects

import (
	"fmt"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
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
		stored: func(_ *rapid.T, s *corev1.Service) { addressed(s) }}.run(t)
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
