package sim_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/sim"
)

// Commands of screenplays that are about names. They are played on a cluster that lives
// by itself, with kubelets and a scheduler: `cluster` comes first.

// cluster makes the world one that lives by itself.
func (s *stage) cluster(words []string) (string, error) {
	s.config.Manual = false
	s.config.Images = map[string]sim.Image{"A": {Stop: sim.Fixed(2 * time.Second)}, "slow": {Ready: sim.Fixed(10 * time.Second)}, "never": {NeverReady: true}}
	s.config.DNS.Server.Upstream, s.config.DNS.InTurn = outside, true
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		if err := s.configure(key, value); err != nil {
			return "", err
		}
	}
	return "", s.begin()
}

// outside is the world outside the cluster.
var outside = dnsmodel.Table{{Name: "db.example.com", Addr: netip.MustParseAddr("192.0.2.53"), TTL: 300}}

func (s *stage) configure(key, value string) error {
	d, notATime := time.ParseDuration(value)
	n, notANumber := strconv.Atoi(value)
	switch key {
	case "nodes":
		s.config.Nodes = n
		return notANumber
	case "replicas":
		s.config.DNS.Replicas = n
		return notANumber
	case "batch":
		s.config.Latencies.EndpointBatch = sim.Fixed(d)
		return notATime
	case "seen": // how long a slice needs to be seen
		s.config.Latencies.EndpointWatch = sim.Fixed(d)
		return notATime
	case "dns":
		profiles := map[string]dnsmodel.Profile{
			"kubeadm": dnsmodel.Kubeadm(), "addons": dnsmodel.Addons(), "nodelocal": dnsmodel.NodeLocal(), "plain": dnsmodel.Plain(),
			"cached":      {Name: "cached", Server: dnsmodel.Config{TTL: 5}, Caches: []dnsmodel.CacheConfig{{}}},
			"cached-ttl0": {Name: "cached-ttl0", Caches: []dnsmodel.CacheConfig{{}}},
		}
		profile, known := profiles[value]
		if !known {
			return fmt.Errorf("there is no setup %q of DNS", value)
		}
		profile.Replicas, profile.InTurn, profile.Server.Upstream = s.config.DNS.Replicas, true, outside
		s.config.DNS = profile
		return nil
	default:
		return fmt.Errorf("a cluster has no %q here", key)
	}
}

// service applies a headless Service that selects the set's pods, or another kind of one.
func (s *stage) service(words []string) (string, error) {
	if len(words) == 0 {
		return "", errors.New("which Service?")
	}
	svc := &model.Service{ObjectMeta: model.ObjectMeta{Name: words[0]}, Spec: model.ServiceSpec{
		ClusterIP: model.ClusterIPNone, Selector: model.Labels{"app": "web"},
		Ports: []model.ServicePort{{Name: "web", Protocol: "TCP", Port: 80, TargetPort: model.FromInt(8080)}},
	}}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "publish":
			svc.Spec.PublishNotReadyAddresses = true
		case "port":
			n, err := strconv.Atoi(value)
			if err != nil {
				return "", err
			}
			svc.Spec.Ports[0].Port = int32(n)
		case "ip":
			svc.Spec.ClusterIP = value
		case "selector":
			label, text, _ := strings.Cut(value, ":")
			svc.Spec.Selector = model.Labels{label: text}
		case "leads":
			svc.Spec = model.ServiceSpec{Type: model.ServiceExternalName, ExternalName: value}
		default:
			return "", fmt.Errorf("a Service has no %q here", key)
		}
	}
	return "", s.c.Apply(svc)
}

// ask says what a pod is told of a name: whose addresses, or why none.
func (s *stage) ask(words []string) (string, error) {
	r, err := s.lookup(words)
	if err != nil || r.Outcome != dnsmodel.Found {
		return r.Outcome.String(), err
	}
	var out []string
	for _, addr := range r.Addresses {
		out = append(out, s.whose(addr.String()))
	}
	return strings.Join(out, " "), nil
}

// queries says which names a pod asks for until it has its answer.
func (s *stage) queries(words []string) (string, error) {
	r, err := s.lookup(words)
	out := []string{}
	for _, q := range r.Queries {
		out = append(out, q.Name+" "+q.A.String())
	}
	if len(out) == 0 {
		out = append(out, "none")
	}
	return strings.Join(out, "\n"), err
}

func (s *stage) lookup(words []string) (dnsmodel.Result, error) {
	if len(words) != 2 {
		return dnsmodel.Result{}, errors.New("which pod asks for what?")
	}
	return s.c.Lookup("web-"+words[0], words[1])
}

// whose is the pod that has an address, or the address, which nobody has.
func (s *stage) whose(addr string) string {
	for _, p := range s.c.Pods("web").Items {
		if p.Status.PodIP == addr {
			return p.Name
		}
	}
	return addr
}

// endpoints says what a Service knows of pods.
func (s *stage) endpoints(words []string) (string, error) {
	list, err := s.c.Endpoints(strings.Join(words, " "))
	var out []string
	for _, e := range list.Items {
		line := e.Pod
		for _, c := range []struct {
			name string
			is   bool
		}{{"ready", e.Ready}, {"serving", e.Serving}, {"terminating", e.Terminating}} {
			if c.is {
				line += " " + c.name
			}
		}
		out = append(out, line)
	}
	if len(out) == 0 {
		out = []string{"none"}
	}
	return strings.Join(out, "\n"), err
}

// until lets time pass until a pod is ready, is not, or is gone.
func (s *stage) until(words []string) (string, error) {
	if len(words) != 2 {
		return "", errors.New("until 1 ready")
	}
	pod := "web-" + words[0]
	holds := map[string]func(sim.View) bool{
		"ready":   func(v sim.View) bool { return v.PodReady(pod) },
		"unready": func(v sim.View) bool { return !v.PodReady(pod) },
		"gone":    func(sim.View) bool { _, err := s.c.Pod(pod); return err != nil },
		"started": func(sim.View) bool { p, err := s.c.Pod(pod); return err == nil && p.Status.PodIP != "" },
	}[words[1]]
	if holds == nil {
		return "", fmt.Errorf("a pod is never %q", words[1])
	}
	if !s.c.RunUntil(holds, time.Hour) {
		return "", fmt.Errorf("in an hour web-%s was not %s", words[0], words[1])
	}
	s.c.Run(2 * time.Millisecond) // its Services have heard of it
	return "", nil
}

// fault does a fault: "stopdns 0", "partition node-1".
func (s *stage) fault(words []string) (string, error) {
	if len(words) != 2 {
		return "", errors.New("fault what whom")
	}
	whom := words[1]
	replica, _ := strconv.Atoi(whom)
	for _, f := range []struct {
		name string
		do   sim.Operation
	}{
		{"stopdns", sim.StopDNS{Replica: replica}}, {"startdns", sim.StartDNS{Replica: replica}}, {"partition", sim.PartitionNode{Node: whom}},
		{"heal", sim.HealNode{Node: whom}}, {"crashnode", sim.CrashNode{Node: whom}}, {"fail", sim.FailPod{Pod: "web-" + whom}},
		{"crash", sim.CrashContainer{Pod: "web-" + whom}}, {"node", sim.Apply{Objects: []model.Object{&model.Node{ObjectMeta: model.ObjectMeta{Name: whom}}}}},
	} {
		if f.name == words[0] {
			return "", s.c.Do(f.do)
		}
	}
	return "", fmt.Errorf("there is no fault %q", words[0])
}

// on says on which node a pod is.
func (s *stage) on(words []string) (string, error) {
	p, err := s.c.Pod("web-" + strings.Join(words, " "))
	if err != nil {
		return "", err
	}
	return p.Spec.NodeName, nil
}

// clusterCommands are the commands of this file.
func clusterCommands() []stageCommand {
	return []stageCommand{
		{"cluster", (*stage).cluster, "cluster nodes=2 dns=addons replicas=2 batch=1s seen=5ms: one that lives by itself"},
		{"service", (*stage).service, "service web, or service web publish ip=10.96.0.7 port=81 selector=app:web, or service db leads=db.example.com"},
		{"ask", (*stage).ask, "ask 0 web-1.web: whose address web-0 is told"},
		{"queries", (*stage).queries, "queries 0 web-1.web: the names that it asks for until it has one"},
		{"endpoints", (*stage).endpoints, "endpoints web"},
		{"until", (*stage).until, "until 1 ready, started, unready or gone"},
		{"fault", (*stage).fault, "fault stopdns 0"},
		{"on", (*stage).on, "on 1: its node"},
	}
}
