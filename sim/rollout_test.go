package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// What `kubectl rollout` says. Package conformance/rollout asks kubectl itself; here
// are the rules, one by one.

// The status of a set as the API may show it, whoever wrote it.
func TestRolloutStatus(t *testing.T) {
	one, three := int32(1), int32(3)
	rolling := func(partition *int32) model.UpdateStrategy {
		return model.UpdateStrategy{Type: model.RollingUpdate, RollingUpdate: &model.RollingUpdateStrategy{Partition: partition}}
	}
	whole := model.UpdateStrategy{Type: model.RollingUpdate}
	seen := func(s model.StatefulSetStatus) model.StatefulSetStatus { s.ObservedGeneration = 2; return s }
	for _, row := range []struct {
		rule     string
		replicas *int32
		strategy model.UpdateStrategy
		status   model.StatefulSetStatus
		says     string
		done     bool
	}{
		{"nobody has looked", &three, whole, model.StatefulSetStatus{}, "Waiting for statefulset spec update to be observed...\n", false},
		{"nobody has looked since", &three, whole, model.StatefulSetStatus{ObservedGeneration: 1}, "Waiting for statefulset spec update to be observed...\n", false},
		{"pods are not ready", &three, whole, seen(model.StatefulSetStatus{ReadyReplicas: 1}), "Waiting for 2 pods to be ready...\n", false},
		{"without replicas nobody is missed", nil, rolling(&one), seen(model.StatefulSetStatus{}), "partitioned roll out complete: 0 new pods have been updated...\n", true},
		{"pods are not updated", &three, rolling(&one), seen(model.StatefulSetStatus{ReadyReplicas: 3, UpdatedReplicas: 1}),
			"Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...\n", false},
		{"without partition it is complete", &three, rolling(nil), seen(model.StatefulSetStatus{ReadyReplicas: 3}),
			"partitioned roll out complete: 0 new pods have been updated...\n", true},
		{"without the block the revisions count", &three, whole, seen(model.StatefulSetStatus{ReadyReplicas: 3, UpdatedReplicas: 3, CurrentRevision: "web-a", UpdateRevision: "web-b"}),
			"waiting for statefulset rolling update to complete 3 pods at revision web-b...\n", false},
		{"without the block it is complete", &three, whole, seen(model.StatefulSetStatus{ReadyReplicas: 3, CurrentReplicas: 3, CurrentRevision: "web-b", UpdateRevision: "web-b"}),
			"statefulset rolling update complete 3 pods at revision web-b...\n", true},
	} {
		t.Run(row.rule, func(t *testing.T) {
			set := &model.StatefulSet{
				ObjectMeta: model.ObjectMeta{Name: "web", Generation: 2},
				Spec:       model.StatefulSetSpec{Replicas: row.replicas, UpdateStrategy: row.strategy},
				Status:     row.status,
			}
			says, done, err := sim.RolloutStatus(set)
			require.NoError(t, err)
			require.Equal(t, row.says, says)
			require.Equal(t, row.done, done)
		})
	}
}

const richManifest = `
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web, tier: front}
      annotations: {note: "two\nlines"}
    spec:
      serviceAccountName: robot
      initContainers:
      - {name: init, image: "init:1"}
      containers:
      - name: app
        image: app:1
        command: [sh, -c]
        ports: [{containerPort: 80, hostPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]
        resources: {limits: {memory: 1Gi, cpu: 500m}}
        env: [{name: PLAIN, value: a}, {name: MEMORY, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}]
        readinessProbe: {httpGet: {port: 80, path: /ok, scheme: HTTP}, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3}
        volumeMounts: [{name: conf, mountPath: /etc/app, readOnly: true}]
      volumes:
      - name: conf
        configMap: {name: conf}
      tolerations: [{operator: Exists}]
`

// The page of a revision is kubectl's, tabs and all; what the simulator does not
// look at is on it too.
const richPage = "Pod Template:\n" +
	"  Labels:\tapp=web\n\ttier=front\n" +
	"  Annotations:\tnote:\n\t  two\n\t  lines\n" +
	"  Service Account:\trobot\n" +
	"  Init Containers:\n   init:\n    Image:\tinit:1\n    Port:\t<none>\n    Host Port:\t<none>\n    Environment:\t<none>\n    Mounts:\t<none>\n" +
	"  Containers:\n   app:\n    Image:\tapp:1\n    Ports:\t80/TCP, 53/UDP (dns)\n    Host Ports:\t8080/TCP, 0/UDP (dns)\n" +
	"    Command:\n      sh\n      -c\n" +
	"    Limits:\n      cpu:\t500m\n      memory:\t1Gi\n" +
	"    Readiness:\thttp-get http://:80/ok delay=0s timeout=1s period=10s successThreshold=1 failureThreshold=3\n" +
	"    Environment:\n      PLAIN:\ta\n      MEMORY:\t1024 (limits.memory)\n" +
	"    Mounts:\n      /etc/app from conf (ro)\n" +
	"  Volumes:\n   conf:\n    Type:\tConfigMap (a volume populated by a ConfigMap)\n    Name:\tconf\n    Optional:\tfalse\n" +
	"  Node-Selectors:\t<none>\n" +
	"  Tolerations:\top=Exists\n"

func TestRolloutHistory(t *testing.T) {
	m, err := manifest.Parse([]byte(richManifest))
	require.NoError(t, err)
	c := sim.New(sim.Config{})
	require.NoError(t, c.Apply(m.Objects...))

	says, err := c.RolloutHistory("web", 0)
	require.NoError(t, err)
	require.Equal(t, "statefulset.apps/web \nNo rollout history found.", says, "the controller has not looked yet")
	c.Settle()
	says, err = c.RolloutHistory("web", 1)
	require.NoError(t, err)
	require.Equal(t, "statefulset.apps/web with revision #1\n"+richPage, says)

	require.NoError(t, c.Edit("web", func(s *model.StatefulSet) error {
		s.Annotations = s.Annotations.With("kubernetes.io/change-cause", "a new image")
		s.Spec.Template.Spec.Containers[0].Image = "app:2"
		return nil
	}))
	c.Settle()
	says, err = c.RolloutHistory("web", 0)
	require.NoError(t, err)
	require.Equal(t, "statefulset.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         a new image\n", says)

	for revision, refusal := range map[int64]string{-1: "revision must be a positive integer: -1", 3: "unable to find the specified revision"} {
		_, err = c.RolloutHistory("web", revision)
		require.EqualError(t, err, refusal)
	}
	page, err := c.Describe("sts/web")
	require.NoError(t, err)
	require.Contains(t, page, "  Containers:\n   app:\n    Image:       app:2\n", "kubectl describe makes columns of the tabs")
}

// The dry run shows the template and does nothing.
func TestRolloutUndoDryRun(t *testing.T) {
	c := formed(t, plain(2, model.OrderedReady))
	_, err := c.RolloutUndoDryRun("web", 0)
	require.EqualError(t, err, "no last revision to roll back to")
	require.NoError(t, c.SetImage("web", "app", "app:9"))
	c.Settle()
	before := c.Fingerprint()
	says, err := c.RolloutUndoDryRun("web", 0)
	require.NoError(t, err)
	require.Contains(t, says, "statefulset.apps/web will roll back to Pod Template:\n  Labels:\tapp=web\n")
	require.Contains(t, says, "    Image:\tapp:1\n")
	require.Regexp(t, `\n \(dry run\)$`, says)
	require.Equal(t, before, c.Fingerprint())
}

// When there is nothing to undo kubectl names the revision that was asked for, and
// that is 0 if none was: the template is the last but one's already, the controller
// has yet to see it.
func TestRolloutUndoSkips(t *testing.T) {
	c := formed(t, plain(2, model.OrderedReady))
	require.NoError(t, c.SetImage("web", "app", "app:9"))
	c.Settle()
	for _, want := range []string{
		"statefulset.apps/web rolled back",
		"statefulset.apps/web skipped rollback (current template already matches revision 0)",
	} {
		says, err := c.RolloutUndo("web", 0)
		require.NoError(t, err)
		require.Equal(t, want, says)
	}
	says, err := c.RolloutUndo("web", 1)
	require.NoError(t, err)
	require.Equal(t, "statefulset.apps/web skipped rollback (current template already matches revision 1)", says)
}

// A revision that an older Kubernetes has stored is not the set's template to the
// byte; kubectl does not see that there is nothing to undo.
func TestRolloutUndoAfterAnUpgrade(t *testing.T) {
	c := sim.New(sim.Config{Release: release.V1_33})
	require.NoError(t, c.Apply(plain(1, model.OrderedReady)))
	c.Settle()
	says, err := c.RolloutUndo("web", 1)
	require.NoError(t, err)
	require.Contains(t, says, "skipped rollback")
	c.UpgradeTo(release.V1_37)
	says, err = c.RolloutUndo("web", 1)
	require.NoError(t, err)
	require.Equal(t, "statefulset.apps/web rolled back", says)
}

// A set that adopts a revision may have two of one number. Then their names decide,
// in the order in which the API server lists them.
func TestRolloutOfTies(t *testing.T) {
	other := plain(0, model.OrderedReady)
	other.Name = "zeta"
	other.Spec.Template.Spec.Containers[0].Image = "app:zeta"
	c := formed(t, other)
	require.NoError(t, c.Apply(plain(1, model.OrderedReady)))
	c.Settle()
	require.NoError(t, c.Delete("sts/zeta", sim.WithCascade(sim.CascadeOrphan)))
	c.Settle()
	require.NoError(t, c.Resync("web")) // nobody tells the controller of a revision
	c.Settle()

	revisions, err := c.Revisions("web")
	require.NoError(t, err)
	require.Len(t, revisions, 2)
	require.Equal(t, revisions[0].Revision, revisions[1].Revision)
	says, err := c.RolloutHistory("web", 0)
	require.NoError(t, err)
	require.Equal(t, "statefulset.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n", says)
	says, err = c.RolloutHistory("web", 1)
	require.NoError(t, err)
	require.Contains(t, says, "Image:\tapp:zeta\n", "the last by name is shown")
	says, err = c.RolloutUndoDryRun("web", 1)
	require.NoError(t, err)
	require.Contains(t, says, "Image:\tapp:1\n", "but an undo goes to the first")
}

// Restarting twice within a second, pausing and resuming are refused.
func TestRolloutRefusals(t *testing.T) {
	c := formed(t, plain(1, model.OrderedReady))
	require.NoError(t, c.RolloutRestart("web"))
	require.EqualError(t, c.RolloutRestart("web"), "failed to create patch for web: if restart has already been triggered within the past second, please wait before attempting to trigger another")
	c.Run(time.Second)
	require.NoError(t, c.RolloutRestart("web"))
	require.EqualError(t, c.RolloutPause("web"), `statefulsets.apps "web" pausing is not supported`)
	require.EqualError(t, c.RolloutResume("web"), `statefulsets.apps "web" resuming is not supported`)
	require.EqualError(t, c.RolloutPause("db"), `statefulsets.apps "db" not found`)
}
