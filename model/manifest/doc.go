// Package manifest turns Kubernetes YAML and the types of k8s.io/api into objects
// of package model, and back.
//
// # Reading
//
// What kubectl would send to a cluster can be read:
//
//	objects, err := manifest.ReadFile("web.yaml")
//
// A file has one or more documents; a List gives its items. Reading is as strict
// as the API server is for kubectl: a field that does not exist, a key that comes
// twice, a string where a number belongs are errors. All of them are reported at
// once, with their lines:
//
//	web.yaml: document 2, line 12: unknown field "spec.replica"
//	web.yaml: document 2, line 20: spec.template.spec.containers[0].image: json: cannot unmarshal number into Go value of type string
//
// Whether the values make sense is another question, which package validation
// answers; and what a missing value means is a third, which the Default methods
// of the model answer. Nothing here fills anything in.
//
// # What the simulator does not know
//
// Kubernetes has more fields than the simulator has uses for them. An environment
// variable, a security context or a preference is no mistake, but nothing will come
// of it, and a simulation that ignored it in silence would be a trap. So each such
// field gives a [Warning]; [Load] returns them beside the objects:
//
//	document 2, line 31: spec.template.spec.containers[0].env is not simulated: it is kept and compared, and has no effect
//
// Kept means: it stands as JSON in the nearest field named Unmodelled, so a
// changed environment variable is a changed template and makes a new revision;
// and it is written back, so what is read and written says what it said before.
// Only in an object's own metadata is there no such field (who needs a
// generateName or managedFields?); what stands there is dropped, with a warning.
//
// # Writing
//
// [Write] prints objects as `kubectl get -o yaml` does. [ToAPI] and [FromAPI]
// convert single objects for programs that work with the types of Kubernetes.
//
// An instant becomes a time after the start of the year 2000, in whole seconds;
// a UID has the shape of a UUID. The UID of a real cluster means nothing here
// and is dropped with a warning.
//
// # Patching
//
// [StrategicMerge] and [Merge] are the two patches that people write by hand:
//
//	canary := manifest.StrategicMerge(`spec: {updateStrategy: {rollingUpdate: {partition: 2}}}`)
//	web, err := canary.Patch(web)
package manifest
