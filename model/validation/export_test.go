package validation

// What the tests compare with apimachinery.
var (
	IsDNSLabel     = isDNSLabel
	IsDNSSubdomain = isDNSSubdomain
	IsLabelKey     = isLabelKey
	IsLabelValue   = isLabelValue
)
