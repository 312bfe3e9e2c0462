package screenplay

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// readBack writes a configuration and reads it again.
func readBack(t *testing.T, c sim.Config) sim.Config {
	lines, err := formatConfig(c)
	require.NoError(t, err)
	var back sim.Config
	for _, line := range lines {
		words, err := fields(line)
		require.NoError(t, err, "%s", line)
		done, err := configure(&back, words)
		require.NoError(t, err, "%s", line)
		require.True(t, done, "%s", line)
	}
	return back
}

// others are values of the types that fields have, none of them zero.
var others = []any{
	true, 3, int32(4), uint64(5), "a word", []string{"a", "b.c/d"}, 90 * time.Second, sim.Between(0, time.Second), sim.Fixed(0),
	model.MilliCPU(250), 3 * model.Gi, release.V1_36, release.V1_37.With(release.MaxUnavailableStatefulSet), dnsmodel.Musl,
}

// TestEveryFieldReadsBack: of each field of a configuration, whatever is in it, it is read back
// or it is refused; none is lost. A new field is tested without a word here.
func TestEveryFieldReadsBack(t *testing.T) {
	tried := 0
	var every func(of reflect.Value, path string, check func(path string))
	every = func(of reflect.Value, path string, check func(path string)) {
		for i := range of.NumField() {
			field, name := of.Field(i), path+"."+of.Type().Field(i).Name
			known := false
			for _, v := range others {
				if value := reflect.ValueOf(v); value.Type() == field.Type() {
					field.Set(value)
					check(name)
					field.SetZero()
					known = true
					tried++
				}
			}
			switch {
			case known:
			case field.Kind() == reflect.Struct && field.Type() != reflect.TypeFor[dnsmodel.Profile]():
				every(field, name, check)
			default:
				require.Contains(t, []string{"Config.Chooser", "Config.Images", "Config.DNS", "Image.Program"}, name, "has a test of its own, or needs one")
			}
		}
	}
	var c sim.Config
	every(reflect.ValueOf(&c).Elem(), "Config", func(name string) {
		require.Equal(t, c, readBack(t, c), name)
	})
	var image sim.Image
	every(reflect.ValueOf(&image).Elem(), "Image", func(name string) {
		c := sim.Config{Images: map[string]sim.Image{"app:1": image, "an odd one": {}}}
		require.Equal(t, c, readBack(t, c), name)
	})
	require.Greater(t, tried, 50)
}

// TestDNSReadsBack: the setups that have a name, and what may be changed of them; others are
// refused.
func TestDNSReadsBack(t *testing.T) {
	for _, p := range append(profiles, dnsmodel.Profile{}) {
		for _, replicas := range []int{0, 1, 3} {
			for _, inTurn := range []bool{false, true} {
				p.Replicas, p.InTurn = replicas, inTurn
				c := sim.Config{DNS: p}
				require.Equal(t, c, readBack(t, c))
			}
		}
	}
	own := dnsmodel.Kubeadm()
	own.Server.TTL++
	_, err := formatConfig(sim.Config{DNS: own})
	require.ErrorContains(t, err, "a setup of one's own")
}

// TestConfigsThatAreRefused: what cannot be written, and what cannot be read.
func TestConfigsThatAreRefused(t *testing.T) {
	_, err := formatConfig(sim.Config{AbsentProvisioners: []string{"a,b"}})
	require.ErrorContains(t, err, "absentProvisioners")
	require.Equal(t, sim.Config{}, readBack(t, sim.Config{AbsentResizers: []string{}}))
	for line, says := range map[string]string{
		"world":                    "",
		"world anyOrder=no":        "anyOrder=no: neither true nor false",
		"world anyOrder=false":     "",
		"world nodes=many":         "nodes=many: ",
		"world nodes":              "nodes: ",
		"world latencies.start=1s": "",
		"world chooser=me":         "chooser=me: ",
		"world images=x":           "images=x: ",
		"image":                    "which image?",
		"image x missing=2":        "neither true nor false",
		"kubelet speed=9":          "there is no speed here",
		"world dns.replicas=two":   "",
		"world dns.inTurn=no":      "neither true nor false",
	} {
		words := strings.Fields(line)
		done, err := configure(&sim.Config{}, words)
		require.True(t, done)
		if says != "" {
			require.ErrorContains(t, err, says, "%s", line)
		}
	}
}
