package validation_test

import (
	"github.com/ordinal-sim/ordinal/model"
)

// replicaRows are the rules of Deployments and ReplicaSets.
func replicaRows() []row {
	labels := model.Labels{"app": "web"}
	template := func() model.PodTemplateSpec {
		return model.PodTemplateSpec{Labels: labels, Spec: model.PodSpec{Containers: []model.Container{{Name: "web", Image: "web:1"}}}}
	}
	deployment := func(edits ...func(*model.DeploymentSpec)) *model.Deployment {
		d := &model.Deployment{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.DeploymentSpec{Selector: &model.LabelSelector{MatchLabels: labels}, Template: template()}}
		for _, edit := range edits {
			edit(&d.Spec)
		}
		d.Default()
		return d
	}
	with := func(edit func(*model.DeploymentSpec)) asked { return toCreate(deployment(edit)) }
	changed := func(edit func(*model.DeploymentSpec)) asked { return toUpdate(deployment(edit), deployment()) }
	rolling := func(surge, unavailable model.IntOrString) asked {
		return with(func(s *model.DeploymentSpec) {
			s.Strategy.RollingUpdate = &model.RollingUpdateDeployment{MaxSurge: &surge, MaxUnavailable: &unavailable}
		})
	}
	set := func(edits ...func(*model.ReplicaSetSpec)) *model.ReplicaSet {
		r := &model.ReplicaSet{ObjectMeta: model.ObjectMeta{Name: "web.1"}, Spec: model.ReplicaSetSpec{Selector: &model.LabelSelector{MatchLabels: labels}, Template: template()}}
		for _, edit := range edits {
			edit(&r.Spec)
		}
		r.Default()
		return r
	}
	const percent = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
	zero, block := model.FromInt(0), "spec.strategy.rollingUpdate."
	unmatched := func(s *model.DeploymentSpec) { s.Template.Labels = model.Labels{"app": "db"} }

	return []row{
		{"deployments", "a Deployment with its defaults is valid", toCreate(deployment()), none},
		{"deployments", "its name may have dots", func() asked { d := deployment(); d.Name = "web.1"; return toCreate(d) }(), none},
		{"deployments", "counts are not negative", with(func(s *model.DeploymentSpec) {
			s.Replicas, s.MinReadySeconds, s.RevisionHistoryLimit, s.ProgressDeadlineSeconds = ptr(int32(-1)), -2, ptr(int32(-1)), ptr(int32(-1))
		}), []string{"spec.replicas: Invalid value: -1: " + notNegative, "spec.minReadySeconds: Invalid value: -2: " + notNegative,
			"spec.revisionHistoryLimit: Invalid value: -1: " + notNegative, "spec.progressDeadlineSeconds: Invalid value: -1: " + notNegative}},
		{"deployments", "a rollout may take longer than a pod needs to be available", with(func(s *model.DeploymentSpec) { s.MinReadySeconds = 600 }),
			[]string{"spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"}},
		{"deployments", "it selects what it makes", with(unmatched), []string{"spec.template.metadata.labels: Invalid value: {\"app\":\"db\"}: `selector` does not match template `labels`"}},
		{"deployments", "it selects something", with(func(s *model.DeploymentSpec) { s.Selector = &model.LabelSelector{} }),
			[]string{"spec.selector: Invalid value: {}: empty selector is invalid for deployment"}},
		{"deployments", "a selector has to be there", with(func(s *model.DeploymentSpec) { s.Selector = nil }), []string{
			"spec.selector: Required value", "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`"}},
		{"deployments", "beside a malformed one the template is not looked at", with(func(s *model.DeploymentSpec) {
			s.Selector, s.Template = &model.LabelSelector{MatchExpressions: []model.LabelSelectorRequirement{{Key: "a", Operator: model.SelectorIn}}}, model.PodTemplateSpec{}
		}), []string{"spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
			`spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"In"}]}: invalid label selector`}},
		{"deployments", "its pods are restarted, and for ever", with(func(s *model.DeploymentSpec) {
			s.Template.Spec.RestartPolicy, s.Template.Spec.ActiveDeadlineSeconds = "Never", ptr(int64(9))
		}), []string{`spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"`,
			"spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported"}},
		{"deployments", "its pods may ask for names", with(func(s *model.DeploymentSpec) { s.Template.Spec.Hostname, s.Template.Spec.Subdomain = "A", "B" }), []string{
			`spec.template.spec.hostname: Invalid value: "A": ` + rfc1123Label, `spec.template.spec.subdomain: Invalid value: "B": ` + rfc1123Label}},
		{"deployments", "a strategy is one of two", with(func(s *model.DeploymentSpec) { s.Strategy.Type = model.OnDelete }),
			[]string{`spec.strategy: Unsupported value: {"Type":"OnDelete","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"`}},
		{"deployments", "Recreate has no bounds", with(func(s *model.DeploymentSpec) {
			s.Strategy = model.DeploymentStrategy{Type: model.Recreate, RollingUpdate: &model.RollingUpdateDeployment{}}
		}), []string{"spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"}},
		{"deployments", "a rolling update may go up or down", rolling(zero, model.FromString("0%")),
			[]string{block + "maxUnavailable: Invalid value: \"0%\": may not be 0 when `maxSurge` is 0"}},
		{"deployments", "no more than all are missing, but more than twice as many may be there", rolling(model.FromString("300%"), model.FromString("101%")),
			[]string{block + `maxUnavailable: Invalid value: "101%": must not be greater than 100%`}},
		{"deployments", "a share is a percentage, and a number is not negative", rolling(model.FromString("5"), model.FromInt(-1)), []string{
			block + "maxUnavailable: Invalid value: -1: " + notNegative, block + `maxSurge: Invalid value: "5": ` + percent}},
		{"deployments", "the selector does not change", changed(func(s *model.DeploymentSpec) {
			s.Selector = &model.LabelSelector{MatchExpressions: []model.LabelSelectorRequirement{{Key: "app", Operator: model.SelectorExists}}}
		}), []string{`spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"Exists"}]}: ` + immutable}},
		{"deployments", "all else may change", changed(func(s *model.DeploymentSpec) {
			s.Replicas, s.Paused, s.Strategy.Type, s.Template.Spec.Containers[0].Image = ptr(int32(0)), true, model.Recreate, "web:2"
		}), none},

		{"replicasets", "a ReplicaSet with its defaults is valid", toCreate(set()), none},
		{"replicasets", "counts are not negative", toCreate(set(func(s *model.ReplicaSetSpec) { s.Replicas, s.MinReadySeconds = ptr(int32(-1)), -1 })),
			[]string{"spec.replicas: Invalid value: -1: " + notNegative, "spec.minReadySeconds: Invalid value: -1: " + notNegative}},
		{"replicasets", "a ReplicaSet is called a Deployment", toCreate(set(func(s *model.ReplicaSetSpec) { s.Selector = &model.LabelSelector{} })),
			[]string{"spec.selector: Invalid value: {}: empty selector is invalid for deployment"}},
		{"replicasets", "the selector does not change", toUpdate(set(func(s *model.ReplicaSetSpec) {
			s.Selector = &model.LabelSelector{MatchExpressions: []model.LabelSelectorRequirement{{Key: "app", Operator: model.SelectorExists}}}
		}), set()), []string{`spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"Exists"}]}: ` + immutable}},
	}
}

// budgetRows are the rules of budgets.
func budgetRows() []row {
	budget := func(name string, s model.PodDisruptionBudgetSpec) *model.PodDisruptionBudget {
		b := &model.PodDisruptionBudget{ObjectMeta: model.ObjectMeta{Name: name}, Spec: s}
		b.Default()
		return b
	}
	with := func(s model.PodDisruptionBudgetSpec) asked { return toCreate(budget("web", s)) }
	one, all, most := ptr(model.FromInt(1)), ptr(model.FromString("100%")), ptr(model.FromString("101%"))
	bad := &model.LabelSelector{MatchExpressions: []model.LabelSelectorRequirement{{Key: "a", Operator: model.SelectorIn, Values: []string{"!"}}}}
	const valueChars = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
	return []row{
		{"budgets", "a budget may say nothing", with(model.PodDisruptionBudgetSpec{}), none},
		{"budgets", "its name is free", toCreate(budget("Web_1", model.PodDisruptionBudgetSpec{MinAvailable: all})), none},
		{"budgets", "but for a slash", toCreate(budget("a/b", model.PodDisruptionBudgetSpec{})), []string{`metadata.name: Invalid value: "a/b": may not contain '/'`}},
		{"budgets", "the name is not looked at beside a wrong spec", toCreate(budget("a/b", model.PodDisruptionBudgetSpec{MinAvailable: most})),
			[]string{`spec.minAvailable: Invalid value: "101%": must not be greater than 100%`}},
		{"budgets", "it has one bound", with(model.PodDisruptionBudgetSpec{MinAvailable: one, MaxUnavailable: all, Selector: &model.LabelSelector{MatchLabels: model.Labels{"a": "b"}}}), []string{
			`spec: Invalid value: {"MinAvailable":1,"Selector":{"matchLabels":{"a":"b"}},"MaxUnavailable":"100%","UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set`}},
		{"budgets", "a bound is not negative", with(model.PodDisruptionBudgetSpec{MaxUnavailable: ptr(model.FromInt(-1))}), []string{"spec.maxUnavailable: Invalid value: -1: " + notNegative}},
		{"budgets", "no more than all", with(model.PodDisruptionBudgetSpec{MaxUnavailable: most}), []string{`spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%`}},
		{"budgets", "a policy is one of two", with(model.PodDisruptionBudgetSpec{UnhealthyPodEvictionPolicy: "Never"}),
			[]string{`spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"`}},
		{"budgets", "pods are selected by their labels", with(model.PodDisruptionBudgetSpec{Selector: bad}), []string{`spec.selector.matchExpressions[0].values[0]: Invalid value: "!": ` + valueChars}},
		{"budgets", "all of it may change, also what is wrong", toUpdate(budget("web", model.PodDisruptionBudgetSpec{MinAvailable: one, Selector: bad}),
			budget("web", model.PodDisruptionBudgetSpec{MaxUnavailable: all, Selector: bad})), none},
	}
}

// autoscalerRows are the rules of autoscalers.
func autoscalerRows() []row {
	type spec = *model.HorizontalPodAutoscalerSpec
	autoscaler := func(edits ...func(spec)) *model.HorizontalPodAutoscaler {
		a := &model.HorizontalPodAutoscaler{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: model.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: model.ScaleTarget{Kind: model.KindDeployment, Name: "web", APIVersion: "apps/v1"}, MaxReplicas: 9}}
		for _, edit := range edits {
			edit(&a.Spec)
		}
		a.Default()
		return a
	}
	with := func(edit func(spec)) asked { return toCreate(autoscaler(edit)) }
	target := func(t model.ScaleTarget) asked { return with(func(s spec) { s.ScaleTargetRef = t }) }
	metric := func(m model.MetricSpec) asked { return with(func(s spec) { s.Metrics = []model.MetricSpec{m} }) }
	up := func(r model.ScalingRules) asked {
		return with(func(s spec) { s.Behavior = &model.AutoscalerBehavior{ScaleUp: &r} })
	}
	const at, rules = "spec.metrics[0].resource.target.", "spec.behavior.scaleUp."
	nowhere := func(s spec) { s.MaxReplicas = 0 }
	return []row{
		{"autoscalers", "an autoscaler with its defaults is valid", toCreate(autoscaler()), none},
		{"autoscalers", "it goes up to something", with(nowhere), []string{"spec.maxReplicas: Required value", "spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`"}},
		{"autoscalers", "of what is stored it is said in other words", toUpdate(autoscaler(nowhere), autoscaler(nowhere)), []string{
			"spec.maxReplicas: Required value: must be set and greater than 0", "spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`"}},
		{"autoscalers", "it does not go below nothing", with(func(s spec) { s.MinReplicas, s.MaxReplicas = ptr(int32(-2)), -1 }), []string{
			"spec.minReplicas: Invalid value: -2: " + notNegative, "spec.maxReplicas: Invalid value: -1: must be greater than or equal to 1"}},
		{"autoscalers", "it goes down to nothing only for a metric that is not of a pod", with(func(s spec) { s.MinReplicas = ptr(int32(0)) }),
			[]string{"spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas"}},
		{"autoscalers", "a target has a kind, a name and a group", target(model.ScaleTarget{}), []string{
			"spec.scaleTargetRef.kind: Required value", "spec.scaleTargetRef.name: Required value", `spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group`}},
		{"autoscalers", "they fit into a URL", target(model.ScaleTarget{Kind: "a/b", Name: "50%", APIVersion: "a/b/c"}), []string{
			`spec.scaleTargetRef.kind: Invalid value: "a/b": may not contain '/'`, `spec.scaleTargetRef.name: Invalid value: "50%": may not contain '%'`,
			`spec.scaleTargetRef.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c`}},
		{"autoscalers", "the old controller has no group", target(model.ScaleTarget{Kind: "ReplicationController", Name: "web", APIVersion: "v1"}), none},
		{"autoscalers", "of a stored target no group is asked for", toUpdate(autoscaler(func(s spec) { s.ScaleTargetRef.APIVersion, s.MaxReplicas = "", 8 }),
			autoscaler(func(s spec) { s.ScaleTargetRef.APIVersion = "" })), none},
		{"autoscalers", "a metric has an aim", metric(model.MetricSpec{Resource: "cpu"}), []string{at + "averageUtilization: Required value: must set either a target raw value or a target utilization"}},
		{"autoscalers", "and not two", metric(model.MetricSpec{Resource: "cpu", AverageUtilization: ptr(int32(50)), AverageValue: 100}),
			[]string{at + "averageValue: Forbidden: may not set both a target raw value and a target utilization"}},
		{"autoscalers", "which is above zero", metric(model.MetricSpec{Resource: "cpu", AverageUtilization: ptr(int32(0))}), []string{at + "averageUtilization: Invalid value: 0: must be greater than 0"}},
		{"autoscalers", "also as an amount", metric(model.MetricSpec{Resource: "cpu", AverageValue: -500}), []string{at + `averageValue: Invalid value: "-500m": must be positive`}},
		{"autoscalers", "a metric is of something", metric(model.MetricSpec{AverageValue: 500}), []string{"spec.metrics[0].resource.name: Required value: must specify a resource name"}},
		{"autoscalers", "rules look back an hour at most, and choose one of three ways", up(model.ScalingRules{StabilizationWindowSeconds: ptr(int32(3601)), SelectPolicy: "Most"}), []string{
			rules + "stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600", rules + `selectPolicy: Unsupported value: "Most": supported values: "Disabled", "Max", "Min"`}},
		{"autoscalers", "rules do not look ahead, nor tolerate less than nothing", up(model.ScalingRules{StabilizationWindowSeconds: ptr(int32(-1)), TolerancePermille: ptr(int32(-50))}), []string{
			rules + "stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero", rules + `tolerance: Invalid value: "-50m": ` + notNegative}},
		{"autoscalers", "a policy allows something in half an hour at most", up(model.ScalingRules{Policies: []model.ScalingPolicy{{Type: "Nodes", PeriodSeconds: 1801}, {Type: "Pods", Value: 1}}}), []string{
			rules + `policies[0].type: Unsupported value: "Nodes": supported values: "Percent", "Pods"`, rules + "policies[0].value: Invalid value: 0: must be greater than zero",
			rules + "policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800", rules + "policies[1].periodSeconds: Invalid value: 0: must be greater than zero"}},
	}
}

// clusterRows are the rules of nodes' taints, of a class's places and of families.
func clusterRows() []row {
	tainted := func(t ...model.Taint) asked {
		return toCreate(&model.Node{ObjectMeta: model.ObjectMeta{Name: "node-0"}, Spec: model.NodeSpec{Taints: t}})
	}
	class := func(terms ...[]model.TopologySelectorLabelRequirement) asked {
		c := &model.StorageClass{ObjectMeta: model.ObjectMeta{Name: "fast"}, Provisioner: "a.b/c"}
		for _, expressions := range terms {
			c.AllowedTopologies = append(c.AllowedTopologies, model.TopologySelectorTerm{MatchLabelExpressions: expressions})
		}
		c.Default()
		return toCreate(c)
	}
	zone := func(values ...string) model.TopologySelectorLabelRequirement {
		return model.TopologySelectorLabelRequirement{Key: "zone", Values: values}
	}
	type terms = []model.TopologySelectorLabelRequirement
	service := func(s model.ServiceSpec) *model.Service {
		o := &model.Service{ObjectMeta: model.ObjectMeta{Name: "web"}, Spec: s}
		if s.Type != model.ServiceExternalName {
			o.Spec.Ports = []model.ServicePort{{Port: 80}}
		}
		o.Default()
		return o
	}
	ip := func(ips ...string) model.ServiceSpec { return model.ServiceSpec{ClusterIP: ips[0], ClusterIPs: ips} }
	of := func(s model.ServiceSpec, policy string, families ...model.IPFamily) *model.Service {
		s.IPFamilyPolicy, s.IPFamilies = policy, families
		return service(s)
	}
	external := model.ServiceSpec{Type: model.ServiceExternalName, ExternalName: "example.com"}
	four, both := ip("10.0.0.1"), ip("10.0.0.1", "fd00::1")
	const nonEmpty, keyChars = "name part must be non-empty", "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
	const released = "spec.ipFamilyPolicy: Invalid value: null: must be set to 'SingleStack' when releasing the secondary "

	return []row{
		{"taints", "a node may be tainted", tainted(model.Taint{Key: "a", Effect: model.NoSchedule}, model.Taint{Key: "a", Effect: model.NoExecute}), none},
		{"taints", "a taint has a key and an effect", tainted(model.Taint{}), []string{
			`metadata.taints[0].key: Invalid value: "": ` + nonEmpty, `metadata.taints[0].key: Invalid value: "": ` + keyChars, "metadata.taints[0].effect: Required value"}},
		{"taints", "each pair of them stands once", tainted(model.Taint{Key: "a", Effect: model.NoSchedule}, model.Taint{Key: "a", Value: "b", Effect: model.NoSchedule}), []string{
			`metadata.taints[1]: Duplicate value: {"Key":"a","Value":"b","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair`}},

		{"topologies", "volumes may be made in some places only", class(terms{zone("a", "b")}, terms{zone("c")}), none},
		{"topologies", "which have keys and values, each once", class(terms{{Key: "zone"}, zone("a", "a")}), []string{
			"allowedTopologies[0].matchLabelExpressions[0].values: Required value", `allowedTopologies[0].matchLabelExpressions[1].values[1]: Duplicate value: "a"`,
			`allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: "zone"`}},
		{"topologies", "no two are the same, in whatever order", class(terms{zone("a", "b")}, terms{zone("b", "a")}), []string{`allowedTopologies[1].matchLabelExpressions: Duplicate value: ""`}},
		{"topologies", "and none is nothing, which is called the same", class(nil), []string{`allowedTopologies[0].matchLabelExpressions: Duplicate value: ""`}},

		{"families", "a Service is of one family or of both", toCreate(of(both, model.RequireDualStack, model.IPv4, model.IPv6)), none},
		{"families", "of each once", toCreate(of(four, "Both", model.IPv4, "IPv5", model.IPv4)), []string{
			`spec.ipFamilies[1]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"`, `spec.ipFamilies[2]: Duplicate value: "IPv4"`,
			`spec.ipFamilyPolicy: Unsupported value: "Both": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"`}},
		{"families", "its addresses are of its families", toCreate(of(both, "", model.IPv6, model.IPv4)), []string{
			"spec.clusterIPs[0]: Invalid value: \"10.0.0.1\": expected an IPv6 value as indicated by `ipFamilies[0]`",
			"spec.clusterIPs[1]: Invalid value: \"fd00::1\": expected an IPv4 value as indicated by `ipFamilies[1]`"}},
		{"families", "an ExternalName has none", toCreate(of(external, model.SingleStack, model.IPv4)), []string{
			"spec.ipFamilies: Forbidden: may not be set for ExternalName services", "spec.ipFamilyPolicy: Forbidden: may not be set for ExternalName services"}},
		{"families", "it loses them with its address", toUpdate(of(external, model.SingleStack, model.IPv4), of(four, model.SingleStack, model.IPv4)), none},
		{"families", "a second address may come", toUpdate(of(both, model.PreferDualStack, model.IPv4, model.IPv6), of(four, model.SingleStack, model.IPv4)), none},
		{"families", "it goes when one family is asked for", toUpdate(of(four, model.SingleStack, model.IPv4), of(both, model.PreferDualStack, model.IPv4, model.IPv6)), none},
		{"families", "and not otherwise", toUpdate(of(four, "", model.IPv4), of(both, "", model.IPv4, model.IPv6)), []string{released + "clusterIP", released + "ipFamily"}},
		{"families", "the first family stays", toUpdate(of(both, "", model.IPv6), of(both, "", model.IPv4)), []string{
			`spec.ipFamilies[0]: Invalid value: ["IPv6"]: may not change once set`,
			"spec.clusterIPs[0]: Invalid value: \"10.0.0.1\": expected an IPv6 value as indicated by `ipFamilies[0]`"}},
		{"families", "a headless Service may change them", toUpdate(of(ip("None"), "", model.IPv6), of(ip("None"), "", model.IPv4, model.IPv6)), none},
	}
}
