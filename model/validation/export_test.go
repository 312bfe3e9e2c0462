package validation

// What the tests compare with apimachinery.
var (
	IsDNSLabel     = isDNSLabel
	IsDNSSubdomain = isDNSSubdomain
	IsLabelKey     = isLabelKey
	IsLabelValue   = isLabelValue
	IsPortName     = isPortName
	IsSearchDomain = func(s string) bool { return len(searchDomain(s)) == 0 }
	IsIP           = func(s string) bool { return len(ipAddress(s, top("ip"))) == 0 }
)
