package workload_test

import (
	"fmt"

	"github.com/ordinal-sim/ordinal/workload"
)

// A client was promised two writes. The log has one of them, and something else.
func ExampleLost() {
	promises := []workload.Promise{
		{Record: "client-0#1", Position: 0, At: 1_000_000_000},
		{Record: "client-0#2", Position: 1, At: 2_000_000_000},
	}
	log := workload.Lines("client-0#1", "client-1#1")
	for _, p := range workload.Lost(promises, log) {
		fmt.Println("lost:", p)
	}
	// Output:
	// lost: client-0#2, promised at +2.0s as record 1
}

// Two servers append to one file, each at what it takes for its end.
func ExampleFile_WriteAt() {
	file := workload.Lines("a")
	one, two := file.Len(), file.Len()
	file = file.WriteAt(one, "by one")
	file = file.WriteAt(two, "by two")
	fmt.Println(file)
	// Output:
	// a
	// by two
}
