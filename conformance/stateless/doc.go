// Package stateless holds package policy/stateless against Kubernetes' own Deployment and
// ReplicaSet controllers: it draws stories of one Deployment, plays them on both sides, and
// compares what the API shows after each step.
//
// The judge is package real: both controllers at work in one bubble of virtual time. The other
// side (ordinal.go) is as little as can be put around the decisions: tables of pods and
// ReplicaSets, a queue, and what the API server does to a write.
//
// # Pods without names
//
// Names of pods are random, and so are the UIDs by which Kubernetes decides between pods
// that nothing else tells apart. So pods are compared as a heap: by their ReplicaSet,
// their state, and the steps in which they were created and became ready. Two that
// are the same in all that are interchangeable. After each step the pods of the two sides
// are paired, and Ordinal's get the places that the judge's have by their UIDs: what is
// random is made the same, so that everything else can be compared.
package stateless
