package sweep

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// file is the CSV file of a sweep: a header, and a line for each life in the order of the
// seeds.
type file struct {
	columns []column
	os      *os.File
	csv     *csv.Writer
	next    uint64 // the seed of the next line
}

// openFile opens or makes the file of a sweep. It gives the lives that are in it to add, at
// most as many as are asked for, and cuts off a last line that was not written to its end.
// It is an error if the file is of another sweep.
func openFile(c *Config, columns []column, life func(uint64) row, add func(row)) (*file, error) {
	f, err := os.OpenFile(c.File, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	out := &file{columns: columns, os: f, csv: csv.NewWriter(f), next: c.First}
	end, err := out.read(c, life, add)
	if err == nil {
		err = f.Truncate(end)
	}
	if err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	if err == nil && end == 0 {
		err = out.csv.Write(out.headers())
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("sweep: %s: %w", c.File, err)
	}
	return out, nil
}

func (f *file) headers() []string {
	out := []string{"seed"}
	for _, c := range f.columns {
		out = append(out, c.header())
	}
	return out
}

// read gives the lives of the file to add, and returns how many bytes of it are whole.
func (f *file) read(c *Config, life func(uint64) row, add func(row)) (end int64, err error) {
	in, last := bufio.NewReader(f.os), row(nil)
	for line := 0; ; line++ {
		text, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break // and what is there of the last line was not written to its end
		}
		if err != nil {
			return 0, err
		}
		fields, err := csv.NewReader(strings.NewReader(text)).Read()
		switch {
		case err != nil:
			return 0, err
		case line == 0:
			if !slices.Equal(fields, f.headers()) {
				return 0, fmt.Errorf("is of another sweep: it has the columns %v and not %v", fields, f.headers())
			}
		default:
			if last, err = f.parse(fields); err != nil {
				return 0, fmt.Errorf("line %d: %w", line+1, err)
			}
			if line <= c.Seeds {
				add(last)
			}
			f.next++
		}
		end += int64(len(text))
	}
	if last != nil && !slices.Equal(life(f.next-1), last) {
		return 0, fmt.Errorf("is of another story: the life of seed %d has changed since", f.next-1)
	}
	return end, nil
}

// parse reads a line, which must be that of the next seed.
func (f *file) parse(fields []string) (row, error) {
	if len(fields) != len(f.columns)+1 {
		return nil, fmt.Errorf("has %d fields and not %d", len(fields), len(f.columns)+1)
	}
	if want := strconv.FormatUint(f.next, 10); fields[0] != want {
		return nil, fmt.Errorf("is of another sweep: seed %s stands where %s should", fields[0], want)
	}
	out := make(row, len(f.columns))
	for i, c := range f.columns {
		var err error
		if out[i], err = c.parse(fields[i+1]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// write adds the lines of the next lives. They are the operating system's when it returns.
func (f *file) write(rows []row) error {
	for _, values := range rows {
		fields := []string{strconv.FormatUint(f.next, 10)}
		for i, c := range f.columns {
			fields = append(fields, c.text(values[i]))
		}
		f.next++
		if err := f.csv.Write(fields); err != nil {
			return err
		}
	}
	f.csv.Flush()
	return f.csv.Error()
}

func (f *file) close() error {
	f.csv.Flush()
	return errors.Join(f.csv.Error(), f.os.Close())
}
