// Package scheduling holds Ordinal's package of that name against the scheduler's own
// plugins: rapid draws nodes, pods that are on them and a pod that looks for one, and for each
// node both sides say whether it can have the pod; if not, why, in which words, and whether
// taking other pods away could help. Where no node can, the message that the pod's condition
// would show is compared, and where several can, how free each would be.
//
// A second test lets the whole scheduler live, with its queue, in a bubble of
// testing/synctest: what it says of pods that fit nowhere, with the sentence about preemption,
// and when it tries again after something has changed.
package scheduling
