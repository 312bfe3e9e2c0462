package model

import (
	"encoding/json"
	"strconv"
)

// Canonical is the template as one string, its JSON: two templates are equal if and
// only if these are. A pull policy that is the default for its image is left out, as
// if nobody had said it.
//
// Each template that a set is given is written so once, which is why this does not
// leave it all to reflection: a property test holds it against package json, field by
// field.
func (t *PodTemplateSpec) Canonical() string {
	o := jsonObject{make([]byte, 1, 512)}
	o.text[0] = '{'
	o.labels("labels", t.Labels)
	o.labels("annotations", t.Annotations)
	if len(t.Finalizers) > 0 {
		o.value("finalizers", t.Finalizers)
	}
	o.name("spec")
	o.podSpec(&t.Spec)
	o.string("unmodelled", t.Unmodelled)
	o.end()
	return string(o.text)
}

// MarshalJSON implements [json.Marshaler]: the JSON of a template is its canonical
// form, wherever it stands.
func (t PodTemplateSpec) MarshalJSON() ([]byte, error) { return []byte(t.Canonical()), nil }

// jsonObject is the text of an object while its fields are written. A field that
// would be empty is left out, as by omitempty.
type jsonObject struct{ text []byte }

// podSpec writes a pod spec. Its common fields are written here, the others by
// package json.
func (o *jsonObject) podSpec(s *PodSpec) {
	o.begin()
	if len(s.InitContainers) > 0 {
		o.name("initContainers")
		o.containers(s.InitContainers)
	}
	o.name("containers")
	o.containers(s.Containers)
	if len(s.Volumes) > 0 {
		o.value("volumes", s.Volumes)
	}
	o.string("restartPolicy", s.RestartPolicy)
	o.integer("terminationGracePeriodSeconds", s.TerminationGracePeriodSeconds)
	o.integer("activeDeadlineSeconds", s.ActiveDeadlineSeconds)
	o.labels("nodeSelector", s.NodeSelector)
	o.string("nodeName", s.NodeName)
	o.flag("hostNetwork", s.HostNetwork)
	o.string("hostname", s.Hostname)
	o.string("subdomain", s.Subdomain)
	o.flag("setHostnameAsFQDN", s.SetHostnameAsFQDN)
	o.string("hostnameOverride", s.HostnameOverride)
	o.string("dnsPolicy", s.DNSPolicy)
	if s.DNSConfig != nil {
		o.value("dnsConfig", s.DNSConfig)
	}
	if len(s.ReadinessGates) > 0 {
		o.value("readinessGates", s.ReadinessGates)
	}
	o.string("priorityClassName", s.PriorityClassName)
	if len(s.Tolerations) > 0 {
		o.value("tolerations", s.Tolerations)
	}
	if s.Affinity != nil {
		o.value("affinity", s.Affinity)
	}
	if len(s.TopologySpreadConstraints) > 0 {
		o.value("topologySpreadConstraints", s.TopologySpreadConstraints)
	}
	o.string("unmodelled", s.Unmodelled)
	o.end()
}

func (o *jsonObject) containers(list []Container) {
	if list == nil {
		o.text = append(o.text, "null"...)
		return
	}
	o.text = append(o.text, '[')
	for i := range list {
		if i > 0 {
			o.text = append(o.text, ',')
		}
		o.container(&list[i])
	}
	o.text = append(o.text, ']')
}

func (o *jsonObject) container(c *Container) {
	o.begin()
	o.name("name")
	o.quote(c.Name)
	o.string("image", c.Image)
	if len(c.Command) > 0 {
		o.value("command", c.Command)
	}
	if len(c.Args) > 0 {
		o.value("args", c.Args)
	}
	if len(c.Ports) > 0 {
		o.value("ports", c.Ports)
	}
	if c.Resources == (ResourceRequirements{}) {
		o.name("resources")
		o.text = append(o.text, `{"requests":{},"limits":{}}`...)
	} else {
		o.value("resources", c.Resources)
	}
	if len(c.VolumeMounts) > 0 {
		o.value("volumeMounts", c.VolumeMounts)
	}
	if c.PreStop != nil {
		o.value("preStop", c.PreStop)
	}
	if c.PostStart != nil {
		o.value("postStart", c.PostStart)
	}
	if c.ImagePullPolicy != "" && c.ImagePullPolicy != DefaultPullPolicy(c.Image) {
		o.string("imagePullPolicy", string(c.ImagePullPolicy))
	}
	o.string("restartPolicy", c.RestartPolicy)
	if c.LivenessProbe != nil {
		o.value("livenessProbe", c.LivenessProbe)
	}
	if c.ReadinessProbe != nil {
		o.value("readinessProbe", c.ReadinessProbe)
	}
	if c.StartupProbe != nil {
		o.value("startupProbe", c.StartupProbe)
	}
	o.string("unmodelled", c.Unmodelled)
	o.end()
}

func (o *jsonObject) begin() { o.text = append(o.text, '{') }
func (o *jsonObject) end()   { o.text = append(o.text, '}') }

// name begins a field.
func (o *jsonObject) name(name string) {
	if o.text[len(o.text)-1] != '{' {
		o.text = append(o.text, ',')
	}
	o.text = append(append(append(o.text, '"'), name...), '"', ':')
}

func (o *jsonObject) string(name, value string) {
	if value != "" {
		o.name(name)
		o.quote(value)
	}
}

func (o *jsonObject) flag(name string, value bool) {
	if value {
		o.name(name)
		o.text = append(o.text, "true"...)
	}
}

func (o *jsonObject) integer(name string, value *int64) {
	if value != nil {
		o.name(name)
		o.text = strconv.AppendInt(o.text, *value, 10)
	}
}

func (o *jsonObject) labels(name string, value Labels) {
	if len(value) == 0 {
		return
	}
	o.name(name)
	if len(value) > 1 {
		o.marshal(value)
		return
	}
	o.begin()
	for key, v := range value { // the only one
		o.quote(key)
		o.text = append(o.text, ':')
		o.quote(v)
	}
	o.end()
}

// value writes a field as package json does.
func (o *jsonObject) value(name string, value any) {
	o.name(name)
	o.marshal(value)
}

func (o *jsonObject) marshal(value any) {
	b, err := json.Marshal(value)
	if err != nil {
		panic("model: a template cannot be marshalled: " + err.Error())
	}
	o.text = append(o.text, b...)
}

// quote writes a string. Package json escapes what is not plain.
func (o *jsonObject) quote(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			o.marshal(s)
			return
		}
	}
	o.text = append(append(append(o.text, '"'), s...), '"')
}
