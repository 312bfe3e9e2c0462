package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestREADMEIsWrittenFromReports(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	readme := write("README.md", "before\n"+beginMark+"old\n"+endMark+"\nafter\n")
	require.ErrorContains(t, run(dir, readme, false), "no reports")

	write("statefulset-1.36.json", `{"version":"1.36","scenarios":400,"steps":16000,"states":16400,"setAside":2,"differences":0}`)
	write("statefulset-1.37.json", `{"version":"1.37","scenarios":400,"steps":16000,"states":16400,"setAside":0,"differences":1}`)
	write("objects-1.37.json", `{"version":"1.37","kinds":[{"drawn":2000,"valid":900,"errors":40},{"drawn":10,"valid":1,"errors":2,"differences":3}]}`)
	write("binding-1.37.json", `{"version":"1.37","worlds":1000,"steps":14000,"states":55000,"events":4000,"ties":1,"pods":3000,"verdicts":4000,"differences":2}`)
	write("rollout-1.37.json", `{"version":"1.37","histories":10,"questions":{"status":1000,"undo":234}}`)
	write("stateless-1.37.json", `{"version":"1.37","scenarios":300,"steps":9000,"states":9300,"setAside":1}`)
	write("disruption-1.37.json", `{"version":"1.37","stories":1000,"states":36000,"evictions":6000,"differences":1}`)
	write("autoscaling-1.37.json", `{"version":"1.37","worlds":200,"looks":20000,"taken":9000,"changes":3000}`)
	write("endpoints-1.37.json", `{"version":"1.37","worlds":2000,"steps":12000,"turns":9000,"writes":4000,"endpoints":5000,"lives":200,"comparisons":1000}`)
	write("dns-1.14.json", `{"version":"1.14","worlds":500,"questions":15000,"denials":2000,"cached":3000,"profiles":7}`)
	write("nodes-1.37.json", `{"version":"1.37","scenarios":12,"lost":3456,"setAside":1,"differences":0}`)
	write("scheduling-1.37.json", `{"version":"1.37","clusters":12,"questions":3456,"messages":99,"lives":5,"said":70,"bindings":1200,"differences":2}`)
	require.ErrorContains(t, run(dir, readme, true), "does not say")
	require.NoError(t, run(dir, readme, false))
	require.NoError(t, run(dir, readme, true))
	data, err := os.ReadFile(readme)
	require.NoError(t, err)
	require.Equal(t, "before\n"+beginMark+`| held against | Kubernetes | how much | differences |
|---|---|---|---|
| the StatefulSet controller's own code | 1.37 | 400 drawn scenarios, 16,000 steps, 16,400 states compared, 0 set aside because the real side does not agree with itself | 1 |
| the StatefulSet controller's own code | 1.36 | 400 drawn scenarios, 16,000 steps, 16,400 states compared, 2 set aside because the real side does not agree with itself | 0 |
| the controllers of claims and volumes, and the scheduler's VolumeBinding | 1.37 | 1,000 drawn worlds, 14,000 steps, 55,000 states and 4,000 events compared, 1 ties; 3,000 pods to be scheduled, 4,000 verdicts | 2 |
| the API server's defaulting and validation | 1.37 | 2,010 drawn objects of 2 kinds, 901 valid, 42 lines of errors | 3 |
| `+"`kubectl rollout`"+` | 1.37 | 10 drawn histories, 1,234 questions | 0 |
| the controllers of Deployments and ReplicaSets | 1.37 | 300 drawn stories of a Deployment, 9,000 steps, 9,300 states compared, 1 set aside because the real side does not agree with itself | 0 |
| disruption budgets and evictions | 1.37 | 1,000 drawn stories, 36,000 states of the budgets compared, 6,000 evictions with their answers | 1 |
| the EndpointSlice controller's own code | 1.37 | 2,000 drawn worlds, 12,000 steps, 9,000 turns of the controller, 4,000 writes compared with their instants, 5,000 endpoints; 200 lives of a simulated cluster, compared 1,000 times | 0 |
| CoreDNS's own code | CoreDNS 1.14 | 500 drawn worlds, 15,000 questions in 7 setups, 2,000 denials, 3,000 answers from a cache | 0 |
| node lifecycle, taint eviction and the pod garbage collector | 1.37 | 12 drawn lives of clusters, in which nodes are lost 3,456 times, every write at its instant, 1 set aside because the real side does not agree with itself | 0 |
| the scheduler and its filters | 1.37 | 12 drawn clusters, 3,456 pods on nodes, 99 messages; 5 lives of a cluster with the whole scheduler | 2 |
| the HorizontalPodAutoscaler controller's own code | 1.37 | 200 drawn worlds, 20,000 looks of the controller compared with all that it says of itself, 3,000 changes of scale; Ordinal took 9,000 of the looks | 0 |
`+endMark+"\nafter\n", string(data))

	require.ErrorContains(t, run(dir, write("empty.md", "nothing"), false), "has no place")
	write("objects-1.36.json", "{")
	require.ErrorContains(t, run(dir, readme, false), "objects-1.36.json")
}
