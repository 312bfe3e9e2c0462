package dnsmodel

import "strings"

// complaint is what nslookup says of a name that it did not find.
func complaint(name string, o Outcome) string {
	switch o {
	case NoAddress:
		return "*** Can't find " + name + ": No answer"
	case Unheard:
		return ";; connection timed out; no servers could be reached"
	default:
		return "** server can't find " + name + ": " + o.String()
	}
}

// String returns the result in the style of busybox's nslookup: the server, then the
// addresses or what is wrong. Unlike nslookup, which never reads it, a name found in
// /etc/hosts is shown too, without a server.
//
//	Server:		10.96.0.10
//	Address:	10.96.0.10:53
//
//	Name:	web-0.nginx.default.svc.cluster.local
//	Address: 10.1.0.1
func (r Result) String() string {
	var b strings.Builder
	if r.Server != "" && r.Outcome != Unheard {
		b.WriteString("Server:\t\t" + r.Server + "\nAddress:\t" + hostPort(r.Server) + "\n\n")
	}
	if r.Outcome != Found {
		return b.String() + r.Err + "\n"
	}
	if n := len(r.Queries); n > 0 && r.Queries[n-1].Name != r.Canonical {
		b.WriteString(r.Queries[n-1].Name + "\tcanonical name = " + r.Canonical + "\n")
	}
	for _, ip := range r.Addresses {
		b.WriteString("Name:\t" + r.Canonical + "\nAddress: " + ip.String() + "\n")
	}
	return b.String()
}

func hostPort(server string) string {
	if strings.Contains(server, ":") {
		return "[" + server + "]:53"
	}
	return server + ":53"
}
