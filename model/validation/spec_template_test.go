package validation_test

import (
	"slices"

	"github.com/ordinal-sim/ordinal/model"
)

// templateRows are the rules of what a pod is made of beyond its main containers:
// probes, hooks, init containers, places.
func templateRows() []row {
	const first, init = "spec.template.spec.containers[0].", "spec.template.spec.initContainers[0]."
	container := func(edit func(*model.Container)) asked {
		return setWith(func(s *model.StatefulSet) { edit(&s.Spec.Template.Spec.Containers[0]) })
	}
	probed := func(p model.Probe) asked {
		return container(func(c *model.Container) { c.ReadinessProbe = &p })
	}
	asks := func(handler string) asked { return probed(model.Probe{Handler: handler}) }
	initially := func(containers ...model.Container) asked {
		return setWith(func(s *model.StatefulSet) { s.Spec.Template.Spec.InitContainers = containers })
	}
	ok := &model.Probe{Handler: `{"exec":{"command":["true"]}}`}
	never := &model.Probe{Handler: `{"exec":{"command":["true"]}}`, InitialDelaySeconds: -1, TimeoutSeconds: -1, PeriodSeconds: -1, FailureThreshold: -1}
	twice := &model.Probe{Handler: ok.Handler, SuccessThreshold: 2}
	const sidecarOnly = "Forbidden: may not be set for init containers without restartPolicy=Always"
	const portRange = "must be between 1 and 65535, inclusive"

	return []row{
		{"probes", "a probe asks something", asks(""), []string{first + "readinessProbe: Required value: must specify a handler type"}},
		{"probes", "a probe asks one thing", asks(`{"exec":{"command":["a"]},"tcpSocket":{"port":80},"grpc":{"port":80}}`), []string{
			first + "readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type", first + "readinessProbe.grpc: Forbidden: may not specify more than 1 handler type"}},
		{"probes", "a command is one", asks(`{"exec":{}}`), []string{first + "readinessProbe.exec.command: Required value"}},
		{"probes", "a request has a port and a known scheme", asks(`{"httpGet":{"port":0,"scheme":"FTP"}}`), []string{
			first + "readinessProbe.httpGet.port: Invalid value: 0: " + portRange, first + `readinessProbe.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"`}},
		{"probes", "a header has a name", asks(`{"httpGet":{"port":80,"httpHeaders":[{"name":"a b","value":"c"}]}}`), []string{
			first + `readinessProbe.httpGet.httpHeaders: Invalid value: "a b": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`}},
		{"probes", "a socket may be named", asks(`{"tcpSocket":{"port":"db"}}`), none},
		{"probes", "its name has a letter", asks(`{"tcpSocket":{"port":"80"}}`), []string{first + `readinessProbe.tcpSocket.port: Invalid value: "80": must contain at least one letter (a-z)`}},
		{"probes", "gRPC has a number", asks(`{"grpc":{"port":70000}}`), []string{first + "readinessProbe.grpc.port: Invalid value: 70000: " + portRange}},
		{"probes", "times and thresholds are not negative", probed(*never), []string{
			first + "readinessProbe.initialDelaySeconds: Invalid value: -1: " + notNegative, first + "readinessProbe.timeoutSeconds: Invalid value: -1: " + notNegative,
			first + "readinessProbe.periodSeconds: Invalid value: -1: " + notNegative, first + "readinessProbe.failureThreshold: Invalid value: -1: " + notNegative}},
		{"probes", "readiness may have to be seen twice", probed(*twice), none},
		{"probes", "life and start are seen once", container(func(c *model.Container) { c.LivenessProbe, c.StartupProbe = twice, twice }), []string{
			first + "livenessProbe.successThreshold: Invalid value: 2: must be 1", first + "startupProbe.successThreshold: Invalid value: 2: must be 1"}},
		{"probes", "who is not ready is not ended, so there is no time for it", probed(model.Probe{Handler: ok.Handler, TerminationGracePeriodSeconds: ptr(int64(5))}),
			[]string{first + "readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes"}},
		{"probes", "there is some time to end", container(func(c *model.Container) {
			c.LivenessProbe = &model.Probe{Handler: ok.Handler, TerminationGracePeriodSeconds: ptr(int64(0))}
		}), []string{first + "livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0"}},

		{"hooks", "a hook after the start is one like any other", container(func(c *model.Container) { c.PostStart = &model.LifecycleHandler{HTTPGet: ":0/"} }),
			[]string{first + "lifecycle.postStart.httpGet.port: Invalid value: 0: " + portRange}},
		{"images", "a pull policy is one of three", container(func(c *model.Container) { c.ImagePullPolicy = "Sometimes" }),
			[]string{first + `imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`}},

		{"init", "an init container is a container", initially(model.Container{Name: "A"}), []string{
			init + `name: Invalid value: "A": ` + rfc1123Label, init + "image: Required value"}},
		{"init", "it has a name of its own", initially(model.Container{Name: "nginx", Image: "a"}), []string{init + `name: Duplicate value: "nginx"`}},
		{"init", "it has neither hooks nor probes", initially(model.Container{Name: "a", Image: "a", PostStart: &model.LifecycleHandler{SleepSeconds: ptr(int64(1))}, ReadinessProbe: ok, LivenessProbe: ok, StartupProbe: ok}),
			[]string{init + "lifecycle: " + sidecarOnly, init + "livenessProbe: " + sidecarOnly, init + "readinessProbe: " + sidecarOnly, init + "startupProbe: " + sidecarOnly}},
		{"init", "unless it goes on to run", initially(model.Container{Name: "a", Image: "a", RestartPolicy: model.RestartAlways, PostStart: &model.LifecycleHandler{SleepSeconds: ptr(int64(1))}, ReadinessProbe: ok}), none},
		{"init", "then they are checked", initially(model.Container{Name: "a", Image: "a", RestartPolicy: model.RestartAlways, LivenessProbe: twice}),
			[]string{init + "livenessProbe.successThreshold: Invalid value: 2: must be 1"}},
		{"init", "a container's restart policy is one of three", initially(model.Container{Name: "a", Image: "a", RestartPolicy: "Once"}),
			[]string{init + `restartPolicy: Unsupported value: "Once": supported values: "Always", "Never", "OnFailure"`}},
		{"init", "a main container may have one too", container(func(c *model.Container) { c.RestartPolicy = "Never" }), none},
	}
}

// placeRows are the rules of where a pod may run.
func placeRows() []row {
	const at = "spec.template.spec."
	spec := func(edit func(*model.PodSpec)) asked {
		return setWith(func(s *model.StatefulSet) { edit(&s.Spec.Template.Spec) })
	}
	tolerates := func(t ...model.Toleration) asked {
		return spec(func(s *model.PodSpec) { s.Tolerations = t })
	}
	affine := func(a model.Affinity) asked {
		return spec(func(s *model.PodSpec) { s.Affinity = &a })
	}
	field := func(r model.LabelSelectorRequirement) asked {
		return affine(model.Affinity{NodeAffinity: &model.NodeSelector{Terms: []model.NodeSelectorTerm{{MatchFields: []model.LabelSelectorRequirement{r}}}}})
	}
	spreads := func(c ...model.TopologySpreadConstraint) asked {
		return spec(func(s *model.PodSpec) { s.TopologySpreadConstraints = c })
	}
	const term = at + "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]."
	const anti = at + "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
	const nonEmpty = "name part must be non-empty"
	const keyChars = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
	const valueChars = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
	once := model.TopologySpreadConstraint{MaxSkew: 1, TopologyKey: "zone", WhenUnsatisfiable: model.DoNotSchedule}

	return []row{
		{"tolerations", "everything may be tolerated", tolerates(model.Toleration{Operator: model.TolerationExists}), none},
		{"tolerations", "who names no key tolerates all or nothing", tolerates(model.Toleration{Value: "a"}),
			[]string{at + "tolerations[0].operator: Invalid value: \"\": operator must be Exists when `key` is empty, which means \"match all values and all keys\""}},
		{"tolerations", "Exists has no value", tolerates(model.Toleration{Key: "a", Operator: model.TolerationExists, Value: "b"}),
			[]string{at + "tolerations[0].operator: Invalid value: \"b\": value must be empty when `operator` is 'Exists'"}},
		{"tolerations", "a key and a value are those of a label", tolerates(model.Toleration{Key: "-", Value: "-"}), []string{
			at + `tolerations[0].key: Invalid value: "-": ` + keyChars, at + `tolerations[0].operator: Invalid value: "-": ` + valueChars}},
		{"tolerations", "an operator is one of two", tolerates(model.Toleration{Key: "a", Operator: "Like"}),
			[]string{at + `tolerations[0].operator: Unsupported value: "Like": supported values: "Equal", "Exists"`}},
		{"tolerations", "two more are known and not allowed", tolerates(model.Toleration{Key: "a", Operator: "Gt", Value: "1"}),
			[]string{at + `tolerations[0].operator: Unsupported value: "Gt": supported values: "Equal", "Exists", "Lt", "Gt"`}},
		{"tolerations", "an effect is one of three", tolerates(model.Toleration{Key: "a", Effect: "No"}),
			[]string{at + `tolerations[0].effect: Unsupported value: "No": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"`}},
		{"tolerations", "only what evicts is tolerated for a time", tolerates(model.Toleration{Key: "a", Effect: model.NoSchedule, TolerationSeconds: ptr(int64(1))}),
			[]string{at + "tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when `tolerationSeconds` is set"}},

		{"affinity", "nodes are asked for by name", field(model.LabelSelectorRequirement{Key: model.FieldNodeName, Operator: model.SelectorIn, Values: []string{"node-0"}}), none},
		{"affinity", "by one name", field(model.LabelSelectorRequirement{Key: model.FieldNodeName, Operator: model.SelectorIn, Values: []string{"a", "B"}}), []string{
			term + "matchFields[0].values: Required value: must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
			term + `matchFields[0].values[1]: Invalid value: "B": ` + rfc1123Domain}},
		{"affinity", "by no other field", field(model.LabelSelectorRequirement{Key: "metadata.uid", Operator: model.SelectorExists}), []string{
			term + `matchFields[0].operator: Invalid value: "Exists": not a valid selector operator`, term + `matchFields[0].key: Invalid value: "metadata.uid": not a valid field selector key`}},
		{"affinity", "there are nodes to choose from", affine(model.Affinity{NodeAffinity: &model.NodeSelector{}}), []string{
			at + "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term"}},
		{"affinity", "near means a label of nodes", affine(model.Affinity{PodAntiAffinity: []model.PodAffinityTerm{{Namespaces: []string{"A"}}}}), []string{
			anti + `namespace: Invalid value: "A": ` + rfc1123Label, anti + "topologyKey: Required value: can not be empty",
			anti + `topologyKey: Invalid value: "": ` + nonEmpty, anti + `topologyKey: Invalid value: "": ` + keyChars}},
		{"affinity", "pods are selected by their labels", affine(model.Affinity{PodAntiAffinity: []model.PodAffinityTerm{{TopologyKey: "zone",
			LabelSelector: &model.LabelSelector{MatchExpressions: []model.LabelSelectorRequirement{{Key: "a", Operator: "Gt"}}}}}}),
			[]string{anti + `labelSelector.matchExpressions[0].operator: Invalid value: "Gt": not a valid selector operator`}},

		{"spread", "pods are spread over the values of a label, within a skew", spreads(once), none},
		{"spread", "all of it is said", spreads(model.TopologySpreadConstraint{}), []string{
			at + "topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero", at + "topologySpreadConstraints[0].topologyKey: Required value: can not be empty",
			at + `topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "": supported values: "DoNotSchedule", "ScheduleAnyway"`}},
		{"spread", "it is said once", spreads(once, once, once), []string{
			at + `topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"`,
			at + `topologySpreadConstraints[1].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"`}},
		{"spread", "pods are selected by their labels", spreads(model.TopologySpreadConstraint{MaxSkew: 1, TopologyKey: "zone", WhenUnsatisfiable: model.ScheduleAnyway,
			LabelSelector: &model.LabelSelector{MatchLabels: model.Labels{"a": "!"}}}),
			[]string{at + `topologySpreadConstraints[0].labelSelector.matchLabels: Invalid value: "!": ` + valueChars}},

		{"gates", "a gate is named like a label", spec(func(s *model.PodSpec) { s.ReadinessGates = []string{"a/b", ""} }), []string{
			at + `readinessGates[1].conditionType: Invalid value: "": ` + nonEmpty, at + `readinessGates[1].conditionType: Invalid value: "": ` + keyChars}},
		{"priority", "a priority has a name", spec(func(s *model.PodSpec) { s.PriorityClassName = "High" }), []string{at + `priorityClassName: Invalid value: "High": ` + rfc1123Domain}},
		{"cost", "how dear a pod is is a number", setWith(func(s *model.StatefulSet) {
			s.Spec.Template.Annotations = model.Labels{model.AnnotationPodDeletionCost: "+1"}
		}), []string{`spec.template.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer`}},
	}
}

// changedPodRows are the rules of what may change of a pod that has all of that.
func changedPodRows() []row {
	stored := func(edit func(*model.Pod)) *model.Pod {
		s := web()
		s.Spec.Template.Spec.InitContainers = []model.Container{{Name: "init", Image: "init:1"}}
		s.Spec.Template.Spec.Tolerations = []model.Toleration{{Key: "a", Operator: model.TolerationExists, Effect: model.NoExecute, TolerationSeconds: ptr(int64(9))}}
		s.Default()
		p := podOf(s, 0, "web-1")
		p.Spec.InitContainers = slices.Clone(p.Spec.InitContainers)
		edit(p)
		return p
	}
	same := func(*model.Pod) {}
	changed := func(edit func(*model.Pod)) asked { return toUpdate(stored(edit), stored(same)) }
	lax := func(edit func(*model.Pod)) asked { return toUpdate(stored(edit), stored(edit)) }
	wrongValue := &model.LabelSelector{MatchLabels: model.Labels{"a": "b"}, MatchExpressions: []model.LabelSelectorRequirement{{Key: "a", Operator: model.SelectorIn, Values: []string{"!"}}}}
	return []row{
		{"changes", "the image of an init container may change", changed(func(p *model.Pod) { p.Spec.InitContainers[0].Image = "init:2" }), none},
		{"changes", "init containers do not come and go", changed(func(p *model.Pod) { p.Spec.InitContainers = nil }),
			[]string{"spec.initContainers: Forbidden: pod updates may not add or remove containers"}},
		{"changes", "a toleration may come, and another may last longer", changed(func(p *model.Pod) {
			p.Spec.Tolerations = []model.Toleration{{Key: "b", Operator: model.TolerationExists}, {Key: "a", Operator: model.TolerationExists, Effect: model.NoExecute}}
		}), none},
		{"changes", "none goes", changed(func(p *model.Pod) { p.Spec.Tolerations = nil }),
			[]string{"spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds"}},
		{"changes", "a stored pod may compare numbers, and have wrong labels and costs", lax(func(p *model.Pod) {
			p.Annotations = model.Labels{model.AnnotationPodDeletionCost: "x"}
			p.Spec.Tolerations = append(slices.Clone(p.Spec.Tolerations), model.Toleration{Key: "slots", Operator: "Gt", Value: "3"})
			p.Spec.Affinity = &model.Affinity{PodAffinity: []model.PodAffinityTerm{{TopologyKey: "zone", LabelSelector: wrongValue}},
				NodeAffinity: &model.NodeSelector{Terms: []model.NodeSelectorTerm{{MatchExpressions: wrongValue.MatchExpressions}}}}
			p.Spec.TopologySpreadConstraints = []model.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: "zone", WhenUnsatisfiable: model.DoNotSchedule, LabelSelector: wrongValue}}
		}), none},
		{"changes", "the numbers have to be some", lax(func(p *model.Pod) {
			p.Spec.Tolerations = []model.Toleration{{Key: "slots", Operator: "Lt", Value: "03"}}
		}), []string{`spec.tolerations[0].value: Invalid value: "03": must be a valid decimal integer in canonical form`}},
	}
}
