package sweep

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Never is the time of something that has not happened in a life. It is longer than any
// other.
const Never time.Duration = -1

// kind is what a measure is.
type kind uint8

const (
	rate kind = iota // a bool
	duration
	count // an integer
)

// column is one field of the struct that a life returns.
type column struct {
	name  string // its name in the file and in tables: words in lower case
	field int
	kind  kind
}

var durationType = reflect.TypeFor[time.Duration]()

// columnsOf are the measures of a life. A life returns a struct, and each of its fields is
// exported and a bool, a time.Duration or an integer; anything else is a mistake in the
// program, and panics.
func columnsOf(t reflect.Type) []column {
	if t.Kind() != reflect.Struct || t.NumField() == 0 {
		panic(fmt.Sprintf("sweep: a life returns a struct of what it has measured, not %v", t))
	}
	var out []column
	for i := range t.NumField() {
		f := t.Field(i)
		c := column{name: words(f.Name), field: i}
		switch k := f.Type.Kind(); {
		case !f.IsExported():
			panic(fmt.Sprintf("sweep: field %s of %v is not exported", f.Name, t))
		case f.Type == durationType:
			c.kind = duration
		case k == reflect.Bool:
			c.kind = rate
		case k >= reflect.Int && k <= reflect.Int64:
			c.kind = count
		default:
			panic(fmt.Sprintf("sweep: field %s of %v is neither a bool nor a time.Duration nor an integer", f.Name, t))
		}
		out = append(out, c)
	}
	return out
}

// words are the words of a field's name: "longest outage" for LongestOutage.
func words(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// row is what one life has measured, a number for each column.
type row []int64

// rowOf makes a row of what a life has returned.
func rowOf(columns []column, life reflect.Value) row {
	out := make(row, len(columns))
	for i, c := range columns {
		switch f := life.Field(c.field); c.kind {
		case rate:
			if f.Bool() {
				out[i] = 1
			}
		default:
			out[i] = f.Int()
		}
		if out[i] < 0 && (c.kind != duration || out[i] != int64(Never)) {
			panic(fmt.Sprintf("sweep: %s is %d: what is measured is not negative", c.name, out[i]))
		}
	}
	return out
}

// text is a value as the file has it: a bool, seconds, or a whole number. What never
// happened is empty.
func (c column) text(value int64) string {
	switch {
	case c.kind == rate:
		return strconv.FormatBool(value == 1)
	case c.kind == count:
		return strconv.FormatInt(value, 10)
	case value == int64(Never):
		return ""
	default:
		return fmt.Sprintf("%d.%09d", value/int64(time.Second), value%int64(time.Second))
	}
}

// parse is the inverse of text.
func (c column) parse(s string) (int64, error) {
	switch c.kind {
	case rate:
		b, err := strconv.ParseBool(s)
		if b {
			return 1, err
		}
		return 0, err
	case count:
		return strconv.ParseInt(s, 10, 64)
	}
	if s == "" {
		return int64(Never), nil
	}
	whole, fraction, ok := strings.Cut(s, ".")
	if !ok || len(fraction) != 9 {
		return 0, fmt.Errorf("%q is not a number of seconds with nine decimals", s)
	}
	return strconv.ParseInt(whole+fraction, 10, 64)
}

// header is the column's name in the file.
func (c column) header() string {
	name := strings.ReplaceAll(c.name, " ", "_")
	if c.kind == duration {
		name += "_seconds"
	}
	return name
}
