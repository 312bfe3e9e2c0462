// Package difference says where two texts part: for stories and tables, of which the first
// line that is not as expected says more than both in full.
package difference

import (
	"fmt"
	"strings"
)

// Of shows the first line in which a text is not as wanted; "" if there is none.
func Of(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		switch {
		case i >= len(w):
			return fmt.Sprintf("it goes on, line %d: %s", i+1, g[i])
		case i >= len(g):
			return fmt.Sprintf("it ends before line %d: %s", i+1, w[i])
		case w[i] != g[i]:
			return fmt.Sprintf("line %d was  %s\nand is now  %s", i+1, w[i], g[i])
		}
	}
	return ""
}
