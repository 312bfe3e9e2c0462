package scenario

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Read reads recordings: a gzipped file with a scenario a line.
func Read(path string) ([]Scenario, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var out []Scenario
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 16<<20) // forty states of ten pods are some tens of kilobytes
	for lines.Scan() {
		var s Scenario
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		out = append(out, s)
	}
	return out, lines.Err()
}

// Files are the files with recordings in a folder, at any depth.
func Files(folder string) (files []string, err error) {
	err = filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".jsonl.gz") {
			files = append(files, path)
		}
		return err
	})
	return files, err
}
