package simtest

// What the tests of this package look at inside it.
var (
	Screenful   = screenful
	DrawObjects = drawObjects
	Text        = text
)
