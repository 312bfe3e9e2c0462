// Package policy is what the StatefulSet controller decides. It knows no clock,
// queue or network: it is given what the controller can see and the time, and
// returns what to do next, as data. Package sim carries the decisions out.
//
// # How the controller thinks
//
// A set is a row of seats, one for each ordinal. The ordinals from start to
// start+replicas-1 are in range: a pod is wanted there, a replica. A pod at any
// other ordinal is condemned. Whenever something about the set changes, the
// controller looks at all of it and takes the next step, in four stages:
//
//  1. [View.Adopt]: which pods are ours? Orphans that the selector matches are
//     adopted, pods that it no longer matches are released.
//  2. [View.Revise]: which template is current, which is wanted? Each template
//     that a set has had is a revision; a new template makes a new one, an old
//     template comes back with a new number.
//  3. [View.Plan]: what next? First the replicas from the lowest ordinal up
//     (replace what has failed, create what is missing, repair what has lost its
//     identity), then the condemned from the highest down, then the update: old
//     replicas from the highest down.
//  4. [View.Truncate]: which revisions are history that nobody needs?
//
// The two management policies differ in one word. Under OrderedReady the first
// pod that is not healthy stops everything after it: nothing is created, deleted
// or updated past it. Under Parallel nothing stops, except the update, which
// keeps to maxUnavailable.
//
// The strategy Recreate puts a stage before the replicas': outdated pods go all
// together, and the plan ends there until none of them is left.
//
// # Why a rollout hangs
//
// That one word explains the best known surprise. Under OrderedReady an unhealthy
// pod stops the plan before the stage that would replace it. So a pod that cannot
// start because its image is bad is never replaced by the good image: whoever
// reverts the template must delete the pod too (Kubernetes issue 67250). A plan
// that stops says so: see [Decision.Wait].
//
// # The view
//
// A decision about ten thousand pods must not look at ten thousand pods. The
// [View] is the controller's cache of one set, fed with changes; it keeps counts
// and marks (what is missing, unhealthy, outdated, condemned), so that a plan
// visits only the pods that it does something about. A property test holds every
// such plan against one that looks at everything.
//
// # Releases
//
// The rules are those of Kubernetes 1.37, file for file: each comment names the
// function in pkg/controller/statefulset that it mirrors. What an older release or a
// feature gate makes different is asked for where it matters, by name: the view's
// rules ([View.SetRules]) are a set of differences, which package release lists.
package policy
