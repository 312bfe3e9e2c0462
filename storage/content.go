package storage

import "github.com/ordinal-sim/ordinal/model"

// Content says which bytes a pod finds in a volume: two pods see the same data if
// and only if their Contents are equal. It can be the key of a map.
type Content struct {
	Volume model.UID
	Node   model.Name
	Path   string
}

// ContentOf returns what a pod on a node finds in a volume. Data belongs to the
// volume: a claim that is deleted and made again finds it if it gets the same
// volume, and a new volume is empty.
//
// The exception is a hostPath volume without node affinity. It is whatever the
// directory on the pod's node holds, so the data seems lost when the pod moves,
// and two volumes made by hand with one path are one.
func ContentOf(vol *Volume, node model.Name) Content {
	source := vol.Spec.Source
	switch {
	case source.Type != model.SourceHostPath || vol.Spec.NodeAffinity != nil:
		return Content{Volume: vol.UID}
	case vol.ProvisionedBy != "": // a directory of its own on each node
		return Content{Volume: vol.UID, Node: node}
	default:
		return Content{Node: node, Path: source.Path}
	}
}
