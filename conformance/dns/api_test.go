package dns

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// api is an API server in memory, as the transport of an HTTP client: it lists and
// watches. Until it is told to speak it answers nothing.
type api struct {
	mu      sync.Mutex
	version int
	tables  map[string]*table // by path
	speaks  chan struct{}     // closed when it does
}

// table holds the objects of one resource.
type table struct {
	meta     metav1.TypeMeta
	objects  map[string]object // by "namespace/name"; what a selector hides is not in it
	watchers map[*watcher]bool
}

// object is a Kubernetes object.
type object interface {
	metav1.Object
	runtime.Object
}

const (
	namespacesPath = "/api/v1/namespaces"
	servicesPath   = "/api/v1/services"
	podsPath       = "/api/v1/pods"
	slicesPath     = "/apis/discovery.k8s.io/v1/endpointslices"
)

func newAPI() *api {
	kind := func(version, kind string) *table {
		return &table{metav1.TypeMeta{APIVersion: version, Kind: kind}, map[string]object{}, map[*watcher]bool{}}
	}
	return &api{version: 1, speaks: make(chan struct{}), tables: map[string]*table{
		namespacesPath: kind("v1", "Namespace"), servicesPath: kind("v1", "Service"), podsPath: kind("v1", "Pod"),
		slicesPath: kind("discovery.k8s.io/v1", "EndpointSlice"),
	}}
}

// put stores an object and tells who watches. A pod that has ended is as good as gone for
// CoreDNS, which selects the others.
func (a *api) put(path string, o object) {
	a.mu.Lock()
	defer a.mu.Unlock()
	t, key := a.tables[path], o.GetNamespace()+"/"+o.GetName()
	_, exists := t.objects[key]
	if p, ok := o.(*corev1.Pod); ok && (p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed || p.Status.Phase == corev1.PodUnknown) {
		if exists {
			a.remove(t, key)
		}
		return
	}
	a.stamp(t, o)
	t.objects[key] = o
	what := "ADDED"
	if exists {
		what = "MODIFIED"
	}
	t.tell(what, o)
}

// drop takes an object away.
func (a *api) drop(path, key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.tables[path]; t.objects[key] != nil {
		a.remove(t, key)
	}
}

func (a *api) remove(t *table, key string) {
	o := t.objects[key]
	delete(t.objects, key)
	a.stamp(t, o)
	t.tell("DELETED", o)
}

func (a *api) stamp(t *table, o object) {
	a.version++
	o.SetResourceVersion(strconv.Itoa(a.version))
	o.GetObjectKind().SetGroupVersionKind(t.meta.GroupVersionKind())
}

// RoundTrip implements [http.RoundTripper].
func (a *api) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case <-a.speaks:
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t, query := a.tables[req.URL.Path], req.URL.Query()
	if t == nil {
		return respond(http.StatusNotFound, io.NopCloser(strings.NewReader("{}"))), nil
	}
	if query.Get("watch") == "" {
		return respond(http.StatusOK, a.list(t)), nil
	}
	from, _ := strconv.Atoi(query.Get("resourceVersion"))
	w := t.watch()
	for _, key := range slices.Sorted(maps.Keys(t.objects)) {
		version, _ := strconv.Atoi(t.objects[key].GetResourceVersion())
		if query.Get("sendInitialEvents") == "true" || version > from {
			w.send("ADDED", t.objects[key])
		}
	}
	if query.Get("sendInitialEvents") == "true" {
		w.send("BOOKMARK", map[string]any{"apiVersion": t.meta.APIVersion, "kind": t.meta.Kind, "metadata": map[string]any{
			"resourceVersion": strconv.Itoa(a.version), "annotations": map[string]string{metav1.InitialEventsAnnotationKey: "true"},
		}})
	}
	return respond(http.StatusOK, w), nil
}

func respond(status int, body io.ReadCloser) *http.Response {
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
}

func (a *api) list(t *table) io.ReadCloser {
	items := []object{}
	for _, key := range slices.Sorted(maps.Keys(t.objects)) {
		items = append(items, t.objects[key])
	}
	return io.NopCloser(strings.NewReader(toJSON(map[string]any{
		"apiVersion": t.meta.APIVersion, "kind": t.meta.Kind + "List", "items": items,
		"metadata": map[string]string{"resourceVersion": strconv.Itoa(a.version)},
	})))
}

func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("dns: " + err.Error())
	}
	return string(text)
}

// watcher is the body of a response that never ends by itself.
type watcher struct {
	table  *table
	api    *api
	events chan string
	done   chan struct{}
	once   sync.Once
	rest   string // of an event that is half read
}

func (t *table) watch() *watcher {
	w := &watcher{table: t, events: make(chan string, 10_000), done: make(chan struct{})}
	t.watchers[w] = true
	return w
}

func (t *table) tell(what string, o object) {
	for w := range t.watchers { // each has a queue of its own: no order shows
		w.send(what, o)
	}
}

func (w *watcher) send(what string, o any) {
	w.events <- toJSON(map[string]any{"type": what, "object": o}) + "\n"
}

// Read implements [io.Reader].
func (w *watcher) Read(p []byte) (int, error) {
	if w.rest == "" {
		select {
		case w.rest = <-w.events:
		case <-w.done:
			return 0, io.EOF
		}
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	return n, nil
}

// Close implements [io.Closer].
func (w *watcher) Close() error {
	w.once.Do(func() { close(w.done) })
	return nil
}

// clientConfig is what CoreDNS finds instead of a kubeconfig.
type clientConfig struct{ api *api }

func (c clientConfig) ClientConfig() (*rest.Config, error) {
	return &rest.Config{Host: "http://api.invalid", Transport: c.api}, nil
}

func (c clientConfig) RawConfig() (clientcmdapi.Config, error) { return clientcmdapi.Config{}, nil }
func (c clientConfig) Namespace() (string, bool, error)        { return "default", false, nil }
func (c clientConfig) ConfigAccess() clientcmd.ConfigAccess    { return nil }

var _ clientcmd.ClientConfig = clientConfig{}

var _ = []object{&corev1.Namespace{}, &corev1.Service{}, &corev1.Pod{}, &discovery.EndpointSlice{}}
