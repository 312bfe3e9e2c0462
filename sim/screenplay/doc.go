// Package screenplay is stories as text: what somebody does to a world, when, and what is to
// be seen then. It can be read aloud, kept beside a test, and played.
//
//	# A rollout that cannot be taken back: the broken pod is in its own way.
//	world nodes=3
//	image nginx:bad neverReady
//	kubectl apply -f - <<EOF
//	apiVersion: apps/v1
//	kind: StatefulSet
//	...
//	EOF
//	settle
//	kubectl set image sts/web nginx=nginx:bad
//	run 1m
//	kubectl rollout undo sts/web
//	> statefulset.apps/web rolled back
//	expect waiting
//	kubectl get pods
//	> NAME    READY   STATUS    RESTARTS   AGE   IP         NODE     IMAGE
//	> web-0   1/1     Running   0          2m    10.0.0.1   node-0   nginx:1
//	> ...
//
// # Lines
//
// A line is a command; one that begins with "#" is a comment, and the comment at the top is the
// rule that the screenplay shows. First stands how the world is: world, latencies, kubelet and
// image are the fields of [sim.Config]; "choices" is what chance decides ([sim.Replay]). Then
// stands what happens:
//
//   - kubectl's verbs, as one would type them. Objects stand in the text, behind <<EOF.
//   - faults, in the words in which they print themselves: "crash node node-1",
//     "lose image nginx:2", "fail write 2 (create Pod): exceeded quota"
//     ([ParseOperation] reads whatever an operation says of itself).
//   - time: "run 30s", "run to +2m", and "settle", until nothing is pending. What [Of] writes
//     may have two more: "settled as limit", where a world was given up that does not come to
//     rest, and "choose 5 victim", where somebody had it choose ([sim.Cluster.Choose]).
//   - questions: kubectl's get, describe, logs and rollout status, and "why web", what an
//     object waits for and what would free it.
//   - what has to hold: "check" and the name of a check, from here on; "expect settled",
//     "expect waiting", "expect limit", "expect violation" and the name of one; and
//     "fingerprint", that exactly this has happened so far.
//
// Lines behind a command that begin with ">" are what it says; without them it may say
// anything, but not fail. One that ends with "..." may go on as it likes. Below "----", at the end, stands the whole story as
// [sim.Cluster.Trace] tells it. A command may stand at an instant, "+12.5s kubectl ...": all
// events of that instant have happened then. "+12.5s#3 ..." is after three of them.
//
// A file may have several screenplays. Then each begins with a line "=== its title".
//
// # From a world to its screenplay, and back
//
// [Of] writes down what has happened in any world: how it was set up, what was chosen, what was
// done, and between which events. Played, it is the same story to the last bit, in another
// process and on another machine; its last line is the fingerprint, which says so. That is how
// a failure is kept that was drawn, searched for, or met in a sweep.
//
//	p, err := screenplay.Of(c, "A rollout that cannot be taken back.")
//	os.WriteFile("stuck.txt", []byte(p.String()), 0o644)
//
//	plays, err := screenplay.Parse(text)
//	c, err := screenplay.Play(plays[0])
package screenplay
