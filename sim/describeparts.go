package sim

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// What kubectl shows of the longer parts of a template: probes, environment, spread,
// tolerations.
//
// Source: kubectl pkg/describe/describe.go.

// probe writes a probe as a URL or a command, and its numbers. The names of its
// thresholds are those of 1.37.
//
// Source: describeContainerProbe and DescribeProbe.
func (p *page) probe(title string, probe *shownProbe) {
	if probe == nil {
		return
	}
	action := "unknown"
	switch {
	case probe.Exec != nil:
		action = fmt.Sprintf("exec %v", probe.Exec.Command)
	case probe.HTTPGet != nil:
		get := probe.HTTPGet
		u := url.URL{Scheme: strings.ToLower(get.Scheme), Host: hostPort(get.Host, string(get.Port)), Path: get.Path}
		action = "http-get " + u.String()
	case probe.TCPSocket != nil:
		action = fmt.Sprintf("tcp-socket %s:%s", probe.TCPSocket.Host, probe.TCPSocket.Port)
	case probe.GRPC != nil:
		action = fmt.Sprintf("grpc <pod>:%d %s", probe.GRPC.Port, probe.GRPC.Service)
	}
	p.line(2, "%s:\t%s delay=%ds timeout=%ds period=%ds successThreshold=%d failureThreshold=%d", title, action,
		probe.InitialDelaySeconds, probe.TimeoutSeconds, probe.PeriodSeconds, probe.SuccessThreshold, probe.FailureThreshold)
}

// hostPort joins a host and a port; an IPv6 address gets brackets.
func hostPort(host, port string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + port
}

// environmentFrom writes where whole sets of variables come from.
//
// Source: describeContainerEnvFrom.
func (p *page) environmentFrom(all []shownVariables) {
	if len(all) == 0 {
		return
	}
	p.line(2, "Environment Variables from:")
	for _, e := range all {
		from, ref := "", shownKey{}
		if e.ConfigMapRef != nil {
			from, ref = "ConfigMap", *e.ConfigMapRef
		} else if e.SecretRef != nil {
			from, ref = "Secret", *e.SecretRef
		}
		if e.Prefix != "" {
			from += " with prefix '" + e.Prefix + "'"
		}
		p.line(3, "%s\t%s\tOptional: %t", ref.Name, from, ref.Optional)
	}
}

// environment writes the variables of a container. What a variable takes from the
// pod is not known here.
//
// Source: describeContainerEnvVars.
func (p *page) environment(c *shownContainer) {
	if len(c.Env) == 0 {
		p.line(2, "Environment:\t<none>")
		return
	}
	p.line(2, "Environment:")
	for _, e := range c.Env {
		from := e.ValueFrom
		switch {
		case from == nil:
			for i, text := range strings.Split(e.Value, "\n") {
				p.line(3, "%s\t%s", onlyFirst(i, e.Name+":"), text)
			}
		case from.FieldRef != nil:
			p.line(3, "%s:\t (%s:%s)", e.Name, from.FieldRef.APIVersion, from.FieldRef.FieldPath)
		case from.ResourceFieldRef != nil:
			resource := from.ResourceFieldRef.Resource
			p.line(3, "%s:\t%s (%s)", e.Name, resourceValue(c, resource, from.ResourceFieldRef.Divisor), resource)
		case from.SecretKeyRef != nil:
			p.line(3, "%s:\t<set to the key '%s' in secret '%s'>\tOptional: %t", e.Name,
				from.SecretKeyRef.Key, from.SecretKeyRef.Name, from.SecretKeyRef.Optional)
		case from.ConfigMapKeyRef != nil:
			p.line(3, "%s:\t<set to the key '%s' of config map '%s'>\tOptional: %t", e.Name,
				from.ConfigMapKeyRef.Key, from.ConfigMapKeyRef.Name, from.ConfigMapKeyRef.Optional)
		}
	}
}

// resourceValue is what a variable gets that asks for a resource of its container,
// such as "limits.memory": the amount in units of the divisor, rounded up.
//
// Source: kubectl pkg/util/resource/resource.go, ExtractContainerResourceValue.
func resourceValue(c *shownContainer, resource, divisor string) string {
	list, name, _ := strings.Cut(resource, ".")
	amounts := c.Resources.Requests
	if list == "limits" {
		amounts = c.Resources.Limits
	}
	unit := amountOf(divisor)
	if unit == 0 {
		unit = amountOf("1")
	}
	value := strconv.FormatInt(int64(math.Ceil(amountOf(amounts[name])/unit)), 10)
	if value == "0" && (resource == "limits.cpu" || resource == "limits.memory") {
		return "node allocatable" // a limit that is not given
	}
	return value
}

// amountOf reads a quantity as the API writes it, a whole number and a suffix, in
// thousandths; 0 for another.
func amountOf(quantity string) float64 {
	digits := strings.TrimRight(quantity, "mkMGTPEi")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	suffix, amount, base := quantity[len(digits):], float64(n), 1000.0
	if strings.HasSuffix(suffix, "i") {
		base = 1024
	}
	switch suffix {
	case "m":
		return amount
	case "":
		return amount * 1000
	}
	for range 1 + strings.IndexByte("KMGTPE", strings.ToUpper(suffix)[0]) {
		amount *= base
	}
	return amount * 1000
}

// spread writes the topology spread constraints.
//
// Source: describeTopologySpreadConstraints.
func (p *page) spread(constraints []model.TopologySpreadConstraint) {
	sorted := slices.Clone(constraints)
	slices.SortStableFunc(sorted, func(a, b model.TopologySpreadConstraint) int { return strings.Compare(a.TopologyKey, b.TopologyKey) })
	for i, c := range sorted {
		selector := ""
		if c.LabelSelector != nil {
			selector = " for selector " + c.LabelSelector.String()
		}
		p.line(1, "%s\t%s:%s when max skew %d is exceeded%s", onlyFirst(i, "Topology Spread Constraints:"),
			c.TopologyKey, c.WhenUnsatisfiable, c.MaxSkew, selector)
	}
}

// tolerations writes the tolerations.
//
// Source: printTolerationsMultilineWithIndent.
func (p *page) tolerations(tolerations []model.Toleration) {
	const title = "  Tolerations:"
	if len(tolerations) == 0 {
		p.line(0, "%s\t<none>", title)
		return
	}
	sorted := slices.Clone(tolerations)
	slices.SortStableFunc(sorted, func(a, b model.Toleration) int { return strings.Compare(a.Key, b.Key) })
	for i, t := range sorted {
		text := t.Key
		if t.Value != "" {
			text += "=" + t.Value
		}
		if t.Effect != "" {
			text += ":" + string(t.Effect)
		}
		if t.Operator == model.TolerationExists && t.Value == "" {
			text = strings.TrimLeft(text+" op=Exists", " ") // without key and effect it tolerates everything
		}
		if t.TolerationSeconds != nil {
			text += fmt.Sprintf(" for %ds", *t.TolerationSeconds)
		}
		p.line(0, "%s\t%s", onlyFirst(i, title), text)
	}
}
