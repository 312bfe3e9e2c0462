package sim

import (
	"slices"

	"github.com/ordinal-sim/ordinal/internal/flat"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/storage"
	"github.com/ordinal-sim/ordinal/workload"
)

// What is stored. Where bytes are is for package storage to say ([storage.ContentOf]):
// those of a disk belong to the volume, those of a directory of a node to that node.
// Nothing is kept for a volume to which nobody has written.

// contents are the files of all volumes, and of the empty directories of pods.
type contents struct {
	rows []content
	free []int32
	find flat.Index[contentKey]

	moves int64 // how often something has been written or taken away
}

// content is what is stored at one place. Its files are replaced, never edited.
type content struct {
	key   contentKey
	files []file // ascending by path; none if the row is not in use
}

type file struct {
	path string // on the volume
	data workload.File
}

// contentKey says which bytes: two containers see the same if their keys are equal.
type contentKey storage.Content

// Hash implements flat.Key.
func (k contentKey) Hash() uint64 {
	h := flat.Mix(uint64(k.Volume)) ^ k.Node.Hash()
	for i := range len(k.Path) {
		h = (h ^ uint64(k.Path[i])) * 0x100000001b3
	}
	return h
}

// at are the files of a place.
func (c *contents) at(key contentKey) []file {
	if i, ok := c.find.Get(key); ok {
		return c.rows[i].files
	}
	return nil
}

// read is a file of a place; ok is false if there is none of that path.
func (c *contents) read(key contentKey, path string) (data workload.File, ok bool) {
	files := c.at(key)
	if i, ok := findFile(files, path); ok {
		return files[i].data, true
	}
	return workload.File{}, false
}

func findFile(files []file, path string) (int, bool) {
	for i := range files {
		if files[i].path >= path {
			return i, files[i].path == path
		}
	}
	return len(files), false
}

// write stores a file.
func (c *contents) write(key contentKey, path string, data workload.File) {
	c.moves++
	place, ok := c.find.Get(key)
	if !ok {
		place = c.add(key)
	}
	row := &c.rows[place]
	i, exists := findFile(row.files, path)
	if exists {
		row.files = slices.Clone(row.files)
		row.files[i].data = data
		return
	}
	row.files = slices.Insert(slices.Clip(row.files), i, file{path, data})
}

func (c *contents) add(key contentKey) (place int32) {
	if n := len(c.free); n > 0 {
		place, c.free = c.free[n-1], c.free[:n-1]
	} else {
		place = int32(len(c.rows))
		c.rows = append(doubled(c.rows), content{})
	}
	c.rows[place] = content{key: key}
	c.find.Put(key, place)
	return place
}

// forget takes away what is stored at a place.
func (c *contents) forget(key contentKey) {
	if place, ok := c.find.Get(key); ok {
		c.moves++
		c.find.Delete(key)
		c.rows[place] = content{}
		c.free = append(c.free, place)
	}
}

func (c *contents) copyFrom(src *contents) {
	c.rows = append(c.rows[:0], src.rows...)
	c.free = append(c.free[:0], src.free...)
	c.find.CopyFrom(&src.find)
	c.moves = src.moves
}

// contentOn is what a pod on a node finds in a volume.
func (w *world) contentOn(v, n int32) contentKey {
	return contentKey(storage.ContentOf(&w.volumes.at(v).Volume, w.nodes.at(n).name))
}

// eraseVolume takes away what is stored in a volume. A directory of a node that
// somebody has named by its path stays what it is.
func (w *world) eraseVolume(uid model.UID) {
	if w.contents.find.Len() == 0 {
		return
	}
	w.contents.forget(contentKey{Volume: uid})
	for n := range w.nodes.rows {
		w.contents.forget(contentKey{Volume: uid, Node: w.nodes.rows[n].name})
	}
}

// scratchOf is where the empty directory of a pod is.
func scratchOf(pod model.UID, volume string) contentKey {
	return contentKey{Volume: pod, Path: volume}
}

// eraseScratch takes away the empty directories of a pod.
func (w *world) eraseScratch(s int32) {
	if w.contents.find.Len() == 0 {
		return
	}
	box := &w.sandboxes[s]
	volumes := w.template(box.template).spec.Spec.Volumes
	for i := range volumes {
		if volumes[i].EmptyDir {
			w.contents.forget(scratchOf(box.uid, volumes[i].Name))
		}
	}
}
