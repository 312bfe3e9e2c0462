package release_test

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/model/release"
)

// An upgrade from 1.33 to 1.34.1 restarted the pods of every StatefulSet. What had
// changed, and is it still so in 1.34.4?
func Example() {
	before, after := release.V1_33.Rules(), release.V1_34_1.Rules()
	for _, d := range release.Differences() {
		if f := d.Facts(); before.Has(d) && !after.Has(d) && f.Issue == "134773" {
			fmt.Printf("%s, until %s: %s\n", d, f.Until, f.What)
		}
	}
	fmt.Println("templates are compared byte by byte:")
	for _, text := range []string{"1.34.1", "1.34.4", "1.34.4 StatefulSetSemanticRevisionComparison=false"} {
		r, err := release.Parse(text)
		fmt.Println(r.Rules().Has(release.ComparesBytes), r, err)
	}
	// Output:
	// WritesCreationTimestamp, until 1.34.0: a stored template carries creationTimestamp: null
	// templates are compared byte by byte:
	// true 1.34.1 <nil>
	// false 1.34.4 <nil>
	// true 1.34.4 StatefulSetSemanticRevisionComparison=false <nil>
}
