// Package validation says what the API server would refuse, in its words and
// with the path of the field.
//
// A manifest that a cluster would not accept should not run in a simulator
// either: a StatefulSet whose selector misses its own template would wait for
// ever, and the reader would look for the reason in the wrong place. So each
// object passes here before it enters a world, and what comes back is what
// kubectl would have printed:
//
//	web := &model.StatefulSet{ObjectMeta: model.ObjectMeta{Name: "web"}, ...}
//	web.Default()
//	if errs := validation.Create(web); len(errs) > 0 {
//		return validation.Invalid(web.Kind(), web.Name, errs)
//	}
//
//	StatefulSet.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0
//
// # Two questions
//
// [Create] asks whether an object may come into being, [Update] whether it may
// become another one. Both pass the object to the function of its kind
// ([StatefulSet], [StatefulSetUpdate], ...), which mirrors the API server's and
// names it. Objects are taken with their defaults applied (their method
// Default), for that is what the API server validates. None of the functions
// changes what it is given.
//
// Much that looks wrong is accepted, because Kubernetes accepts it: a Service
// that nobody has made, two claim templates of one name, and a set whose name
// is so long that each of its pods will be refused. That last refusal comes
// from [Pod], later, and is an event on the set.
//
// # Errors
//
// An error of a field is a [field.Error]: a path, a type, the value and the
// rule. A request that is refused is a [StatusError]: the list of those, or one
// of the four other ways to be turned away ([NotFound], [AlreadyExists],
// [Conflict], [Forbidden]). Find it with errors.As, or ask [ReasonOf].
//
// Some messages quote a value as JSON with the Go names of Kubernetes' internal
// types ({"Type":"Foo","RollingUpdate":null}): that is what users see, and it is
// kept. Three messages continue, in a real cluster, on the next line with a
// dump of the difference, which Kubernetes itself calls unstable. They end
// after their first line here: the specs of a claim and of a pod, and the source
// of a volume, which are immutable.
//
// # Cost
//
// Nearly everything that is asked is fine, so a valid object costs (nearly) no
// allocation: paths of fields are small values on the stack, names are checked
// without regular expressions, and only an error is put into words. Only what a probe
// asks has to be parsed. The checks that
// run for every set, for every pod ([PodIdentity]) and for every report of a
// controller ([StatefulSetStatus]) allocate nothing at all. Of a pod made from a
// template that has been validated, only the lengths of its name and revision can
// still be wrong, and they are all that PodIdentity looks at.
package validation
