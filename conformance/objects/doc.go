// Package objects holds what Ordinal thinks of an object against what the API
// server of Kubernetes thinks of it.
//
// A manifest passes three gates before it is stored: what it leaves out is filled
// in, what it says is checked, and, when it replaces another object, the change is
// checked too. Ordinal has all three (the Default methods of package model, and
// package validation), written from the rules. Kubernetes has them in code. Here
// both look at the same objects, and they have to agree on everything that a user
// would see: on what was filled in, on yes or no, and, where the answer is no, on
// the path of every field and on every word said about it.
//
// # What is drawn
//
// The objects are those of k8s.io/api, as a client would send them: StatefulSets,
// Deployments, ReplicaSets, Pods, Services, claims, volumes, classes, nodes, disruption
// budgets and autoscalers. Most are drawn valid, and then
// disturbed in none, one or two places, so that about half of them are refused, each
// for a reason that can be told. An update draws two objects: the stored one, and
// what became of it in the user's editor. Only fields are drawn that the model
// has; a field that it does not have is drawn by mistake, and that is an error of
// the generator.
//
// # The judge
//
// An object goes the way that it goes in the API server: the defaults of the
// scheme, the conversion to the internal type, and BeforeCreate or BeforeUpdate of
// the registry with the strategy of the kind, which prepares and validates. The
// strategies of StatefulSets, Deployments, budgets, autoscalers and StorageClasses are
// the registry's own. Those of Pods, Services, claims, volumes, nodes and ReplicaSets
// live in packages that bring a client of etcd along; they are restated in
// strategy_test.go and strategymore_test.go, a few lines each, around the same
// validators. What comes before the validators and needs a cluster is left out:
// admission, and the allocation of addresses and node ports.
//
// # Agreement
//
// Two lists of errors agree when they are the same set of lines. Where Kubernetes
// is not of one mind with itself (the order of a map), or prints what it says
// itself nobody may rely on (the dump of a difference), both sides are brought to
// one form first. These are the rules of agree_test.go, and they are all:
//
//   - a line ends where the dump of a difference begins;
//   - of two or more claim templates, the volumes have no index;
//   - what a release before the newest says in other words (older_test.go);
//   - warnings are compared where Ordinal has one: about revisionHistoryLimit.
//
// What the model cannot hold is not drawn: quantities that are spelled otherwise
// than the model spells them or are an explicit 0, empty lists, a pointer to
// what its absence means, and the type of an autoscaler's target when it is not the one
// that goes with its amount. A stored Service is drawn with its address, since there is
// none without one.
//
// Every difference prints the object as YAML and both lists, shrunk by rapid to
// the smallest object that still shows it. Without a difference, the test prints how
// many objects of each kind were drawn, how many were refused, and, with -v, for
// which rules; with ORDINAL_REPORT naming a directory, it leaves the numbers there
// in objects-<version>.json.
//
// The rules that package validation is tested by are asked too, one by one:
// Kubernetes has to say of each object of its table what the table says.
package objects
