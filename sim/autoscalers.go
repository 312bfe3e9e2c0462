package sim

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/model/validation"
)

// The API server and kubectl, for HorizontalPodAutoscalers.

// Autoscale is `kubectl autoscale`: it makes an autoscaler of the name of a workload,
// like "sts/web", that keeps the CPU of its pods at a percentage of what they request.
func (c *Cluster) Autoscale(target string, least, most, cpuPercent int, opts ...Option) error {
	return c.Do(Autoscale{Namespace: namespaceOf(opts), Target: target, Min: least, Max: most, CPU: cpuPercent})
}

// Autoscale is [Cluster.Autoscale] as an operation.
type Autoscale struct {
	Namespace, Target string
	Min, Max          int // pods; Min 0 means 1
	CPU               int // percent; 0 means 80
}

// String implements [Operation].
func (o Autoscale) String() string {
	s := "kubectl autoscale " + o.Target
	if o.Min != 0 {
		s += fmt.Sprintf(" --min=%d", o.Min)
	}
	s += fmt.Sprintf(" --max=%d", o.Max)
	if o.CPU != 0 {
		s += fmt.Sprintf(" --cpu=%d%%", o.CPU)
	}
	return s + namespaceFlag(o.Namespace)
}

func (o Autoscale) prepare(w *world) (func(), error) {
	if o.Min != int(int32(o.Min)) || o.Max != int(int32(o.Max)) || o.CPU != int(int32(o.CPU)) {
		return nil, fmt.Errorf("sim: Autoscale: %d, %d or %d is more than an int32 holds", o.Min, o.Max, o.CPU)
	}
	if o.Max < 1 {
		return nil, fmt.Errorf("--max=MAXPODS is required and must be at least 1, max: %d", o.Max)
	}
	if o.Max < o.Min {
		return nil, fmt.Errorf("--max=MAXPODS must be larger or equal to --min=MINPODS, max: %d, min: %d", o.Max, o.Min)
	}
	kind, name, err := parseTarget(o.Target)
	if err != nil {
		return nil, err
	}
	if _, err := w.mustScale(kind, orDefault(o.Namespace), name); err != nil {
		return nil, err
	}
	hpa := &model.HorizontalPodAutoscaler{ObjectMeta: model.ObjectMeta{Name: name, Namespace: orDefault(o.Namespace)}}
	hpa.Spec.ScaleTargetRef = model.ScaleTarget{Kind: kind, Name: name, APIVersion: "apps/v1"}
	hpa.Spec.MaxReplicas = int32(o.Max)
	if o.Min > 0 {
		hpa.Spec.MinReplicas = copied(int32(o.Min))
	}
	if o.CPU > 0 {
		hpa.Spec.Metrics = []model.MetricSpec{{Resource: "cpu", AverageUtilization: copied(int32(o.CPU))}}
	}
	return w.prepareObject(hpa, true)
}

// mustScale finds what can be scaled, or says that it is not there.
func (w *world) mustScale(kind model.Kind, namespace, name string) (scale, error) {
	if n, ok := w.lookup(namespace, name); ok {
		if s, ok := w.scaleOf(kind, n); ok {
			return s, nil
		}
	}
	if w.object(kind, namespace, name) != nil {
		return scale{}, fmt.Errorf("sim: a %s has no scale", kind)
	}
	return scale{}, validation.NotFound(kind, name)
}

// addAutoscaler puts an autoscaler into the world, or a new version of one. Its
// controller looks at once at one that is new, and at a new spec, which it knows by the
// generation. Before 1.37 it did neither.
//
// Source: pkg/controller/podautoscaler/horizontal.go, enqueueHPA and updateHPA.
func (w *world) addAutoscaler(o *model.HorizontalPodAutoscaler) {
	name := w.name(o.Namespace, o.Name)
	h, exists := w.autoscalers.find(name)
	if !exists {
		h = w.autoscalers.add(autoscaler{identity: w.stamp(name)})
	}
	row := w.autoscalers.at(h)
	edited := exists && !reflect.DeepEqual(row.spec.Spec, o.Spec)
	row.spec = copied(*o)
	if exists {
		row.version = w.bump()
	}
	if !w.rules.Has(release.NoAutoscalerGeneration) && (!exists || edited) {
		row.generation++
	}
	w.record(record{kind: recApplied, subject: name, why: kindCode(model.KindHorizontalPodAutoscaler), a: int64(boolByte(!exists))})
	switch {
	case !exists && w.rules.Has(release.NoAutoscalerGeneration):
		w.lookAt(h, w.soon().Add(w.autoscalerTimes().Period))
		w.rivalsChange(name.Namespace)
	case !exists || edited && !w.rules.Has(release.NoAutoscalerGeneration):
		w.lookAt(h, w.soon())
		w.rivalsChange(name.Namespace)
	case edited:
		w.rivalsChange(name.Namespace)
	}
}

// removeAutoscaler takes an autoscaler away, and with it all that its controller
// remembers.
func (w *world) removeAutoscaler(h int32) {
	name := w.autoscalers.at(h).name
	w.record(record{kind: recDeletedObject, subject: name, why: kindCode(model.KindHorizontalPodAutoscaler)})
	w.queue.cancel(purposeAutoscale, h)
	w.autoscalers.remove(h)
	w.rivalsChange(name.Namespace)
}

func (w *world) modelAutoscaler(h int32) *model.HorizontalPodAutoscaler {
	row := w.autoscalers.at(h)
	out := *row.spec
	out.UID, out.ResourceVersion, out.CreatedAt, out.Generation = row.uid, row.version, row.created, row.generation
	out.Status = row.status
	return &out
}

// HorizontalPodAutoscalers are the autoscalers of a namespace, by name.
func (c *Cluster) HorizontalPodAutoscalers(opts ...Option) List[model.HorizontalPodAutoscaler] {
	return listOf(c.w, c.w.autoscalers.all, c.w.modelAutoscaler,
		func(h *model.HorizontalPodAutoscaler) *model.ObjectMeta { return &h.ObjectMeta }, inNamespace(opts), autoscalerTable)
}

// HorizontalPodAutoscaler is one autoscaler; the error is Kubernetes' when there is none.
func (c *Cluster) HorizontalPodAutoscaler(name string, opts ...Option) (*model.HorizontalPodAutoscaler, error) {
	h, err := must(c.w, &c.w.autoscalers, model.KindHorizontalPodAutoscaler, namespaceOf(opts), name)
	if err != nil {
		return nil, err
	}
	return copied(model.Clone(*c.w.modelAutoscaler(h))), nil
}

func autoscalerTable(all []model.HorizontalPodAutoscaler, now model.Instant) *textTable {
	t := newTable("NAME", "REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS", "AGE")
	for i := range all {
		h := &all[i]
		t.row(h.Name, string(h.Spec.ScaleTargetRef.Kind)+"/"+h.Spec.ScaleTargetRef.Name, metricsInShort(h), leastPods(h),
			fmt.Sprint(h.Spec.MaxReplicas), fmt.Sprint(h.Status.CurrentReplicas), age(now, h.CreatedAt))
	}
	return t
}

// metricsInShort is what kubectl shows of the metrics: two of them.
//
// Source: pkg/printers/internalversion/printers.go, formatHPAMetrics.
func metricsInShort(h *model.HorizontalPodAutoscaler) string {
	const most = 2
	var all []string
	for i := range h.Spec.Metrics {
		m := &h.Spec.Metrics[i]
		if m.Resource == "" {
			all = append(all, "<unknown type>")
			continue
		}
		current, target, _ := metricValues(h, i)
		all = append(all, m.Resource+": "+current+"/"+target)
	}
	out := strings.Join(all[:min(most, len(all))], ", ")
	if len(all) > most {
		out += fmt.Sprintf(" + %d more...", len(all)-most)
	}
	return out
}

// metricValues are what was last measured of a metric, its target, and the amount behind
// what was measured.
func metricValues(h *model.HorizontalPodAutoscaler, i int) (current, target, amount string) {
	m := &h.Spec.Metrics[i]
	current = "<unknown>"
	var measured model.MetricSpec
	if i < len(h.Status.CurrentMetrics) {
		measured = h.Status.CurrentMetrics[i]
	}
	amount = amountText(measured.Resource, measured.AverageValue)
	if m.AverageUtilization == nil {
		if measured.Resource != "" {
			current = amount
		}
		return current, amountText(m.Resource, m.AverageValue), amount
	}
	if measured.AverageUtilization != nil {
		current = fmt.Sprintf("%d%%", *measured.AverageUtilization)
	}
	return current, fmt.Sprintf("%d%%", *m.AverageUtilization), amount
}

// amountText is an amount of a resource: of memory, thousandths of a byte.
func amountText(resource string, amount model.MilliCPU) string {
	if resource == "memory" {
		return model.Bytes(amount / 1000).String()
	}
	return amount.String()
}

func leastPods(h *model.HorizontalPodAutoscaler) string {
	if h.Spec.MinReplicas == nil {
		return "<unset>"
	}
	return fmt.Sprint(*h.Spec.MinReplicas)
}

// describeAutoscaler writes what `kubectl describe` does.
//
// Source: kubectl pkg/describe/describe.go, describeHorizontalPodAutoscalerV2.
func describeAutoscaler(b *strings.Builder, h *model.HorizontalPodAutoscaler) {
	field(b, "Reference", string(h.Spec.ScaleTargetRef.Kind)+"/"+h.Spec.ScaleTargetRef.Name)
	field(b, "Metrics", "( current / target )")
	for i := range h.Spec.Metrics {
		m := &h.Spec.Metrics[i]
		current, target, amount := metricValues(h, i)
		switch {
		case m.Resource == "":
			field(b, "  <unknown metric type>", "")
		case m.AverageUtilization == nil:
			field(b, "  resource "+m.Resource+" on pods", current+" / "+target)
		default:
			if current != "<unknown>" {
				current += " (" + amount + ")"
			}
			field(b, "  resource "+m.Resource+" on pods  (as a percentage of request)", current+" / "+target)
		}
	}
	field(b, "Min replicas", leastPods(h))
	field(b, "Max replicas", fmt.Sprint(h.Spec.MaxReplicas))
	if behavior := h.Spec.Behavior; behavior != nil {
		b.WriteString("Behavior:\n")
		describeRules(b, "Scale Up", behavior.ScaleUp)
		describeRules(b, "Scale Down", behavior.ScaleDown)
	}
	field(b, string(h.Spec.ScaleTargetRef.Kind)+" pods", fmt.Sprintf("%d current / %d desired", h.Status.CurrentReplicas, h.Status.DesiredReplicas))
	if len(h.Status.Conditions) > 0 {
		b.WriteString("Conditions:\n  Type\tStatus\tReason\tMessage\n  ----\t------\t------\t-------\n")
		for _, c := range h.Status.Conditions {
			fmt.Fprintf(b, "  %s\t%s\t%s\t%s\n", c.Type, c.Status, c.Reason, c.Message)
		}
	}
}

// describeRules writes how fast pods may come or go.
//
// Source: kubectl pkg/describe/describe.go, printDirectionBehavior.
func describeRules(b *strings.Builder, direction string, r *model.ScalingRules) {
	if r == nil {
		return
	}
	b.WriteString("  " + direction + ":\n")
	if r.StabilizationWindowSeconds != nil {
		field(b, "    Stabilization Window", fmt.Sprintf("%d seconds", *r.StabilizationWindowSeconds))
	}
	if r.TolerancePermille != nil {
		field(b, "    Tolerance", model.MilliCPU(*r.TolerancePermille).String())
	}
	if len(r.Policies) > 0 {
		field(b, "    Select Policy", r.SelectPolicy)
		b.WriteString("    Policies:\n")
		for _, p := range r.Policies {
			fmt.Fprintf(b, "      - Type: %s\tValue: %d\tPeriod: %d seconds\n", p.Type, p.Value, p.PeriodSeconds)
		}
	}
}

// autoscalerReason is why an autoscaler does not scale.
func (w *world) autoscalerReason(h int32) (why, remedy string) {
	row := w.autoscalers.at(h)
	if row.trouble == 0 {
		return "", ""
	}
	ref := &row.spec.Spec.ScaleTargetRef
	target := strings.ToLower(string(ref.Kind)) + "/" + ref.Name
	switch why = w.text(row.trouble); {
	case strings.Contains(why, "no metrics returned"):
		remedy = "say what the pods of " + target + " use (SetLoad): without a load they have no metrics"
	case strings.Contains(why, "missing request"):
		remedy = "give the containers of " + target + " resource requests"
	case strings.Contains(why, "more than one HPA"):
		remedy = "delete one of the autoscalers"
	case strings.Contains(why, "not found"):
		remedy = "create " + target
	}
	return "cannot scale: " + why, remedy
}
