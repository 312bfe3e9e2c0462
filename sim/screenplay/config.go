package screenplay

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/ordinal-sim/ordinal/dnsmodel"
	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
	"github.com/ordinal-sim/ordinal/model/release"
	"github.com/ordinal-sim/ordinal/sim"
)

// A configuration is written as settings, field=value, by the names that the fields have in
// Go, the first letter small; what is as in a calm world is left out:
//
//	world nodes=3 seed=42 release=1.36 dns=addons
//	latencies start=500ms..2s pull=10s
//	kubelet shutdownGracePeriod=20s
//	image bad:1 missing
//	image slow:1 ready=30s stop=2s
//
// A setting without a value is true. [setting] and [unset] do it for every field alike, so
// that a new one needs nothing here.

// formatConfig is a configuration as lines. The Chooser is left out, whose choices stand
// elsewhere; programs cannot be written down, and are named.
func formatConfig(c sim.Config) (lines []string, err error) {
	world, latencies, kubelet, images, dns := c, c.Latencies, c.Kubelet, c.Images, c.DNS
	world.Latencies, world.Kubelet, world.Images, world.DNS, world.Chooser = sim.Latencies{}, sim.Kubelet{}, nil, dnsmodel.Profile{}, nil
	add := func(word string, of any, more ...string) {
		settings, failed := unset(reflect.ValueOf(of), "")
		if failed != nil && err == nil {
			err = fmt.Errorf("screenplay: %s: %w", word, failed)
		}
		if settings = append(more, settings...); len(settings) > 0 {
			lines = append(lines, word+" "+strings.Join(settings, " "))
		}
	}
	named, failed := dnsSettings(dns)
	if failed != nil {
		return nil, failed
	}
	add("world", world, named...)
	add("latencies", latencies)
	add("kubelet", kubelet)
	names := make([]string, 0, len(images))
	for name := range images {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		image := images[name]
		settings := []string{quotedWord(name)}
		if image.Program != nil {
			settings, image.Program = append(settings, "program"), nil
		}
		add("image", image, settings...)
	}
	return lines, err
}

// profiles are the setups of DNS that have a name.
var profiles = []dnsmodel.Profile{dnsmodel.Kubeadm(), dnsmodel.Addons(), dnsmodel.NodeLocal(), dnsmodel.Plain()}

// dnsSettings is a setup of DNS, which must be one of those that have a name.
func dnsSettings(p dnsmodel.Profile) ([]string, error) {
	if reflect.DeepEqual(p, dnsmodel.Profile{}) {
		return nil, nil
	}
	replicas, inTurn := p.Replicas, p.InTurn
	p.Replicas, p.InTurn = 0, false
	var out []string
	known := reflect.DeepEqual(p, dnsmodel.Profile{})
	for _, profile := range profiles {
		profile.Replicas, profile.InTurn = 0, false
		if reflect.DeepEqual(p, profile) {
			known, out = true, append(out, "dns="+p.Name)
		}
	}
	if !known {
		return nil, fmt.Errorf("screenplay: Config.DNS: a setup of one's own cannot be written down")
	}
	if replicas != 0 {
		out = append(out, "dns.replicas="+strconv.Itoa(replicas))
	}
	if inTurn {
		out = append(out, "dns.inTurn")
	}
	return out, nil
}

// setDNS reads a setting of DNS; it reports false if the setting is about something else.
func setDNS(p *dnsmodel.Profile, name, value string) (bool, error) {
	switch name {
	case "dns":
		for _, known := range profiles {
			if known.Name == value {
				known.Replicas, known.InTurn = p.Replicas, p.InTurn
				*p = known
				return true, nil
			}
		}
		return true, fmt.Errorf("there is no setup of DNS named %q", value)
	case "dns.replicas":
		n, err := strconv.Atoi(value)
		p.Replicas = n
		return true, err
	case "dns.inTurn":
		var err error
		p.InTurn, err = truth(value)
		return true, err
	}
	return false, nil
}

// configure reads one line of a configuration. It reports false if the line is none.
func configure(c *sim.Config, words []string) (bool, error) {
	var into reflect.Value
	settings := words[1:]
	switch words[0] {
	case "world":
		into = reflect.ValueOf(c).Elem()
	case "latencies":
		into = reflect.ValueOf(&c.Latencies).Elem()
	case "kubelet":
		into = reflect.ValueOf(&c.Kubelet).Elem()
	case "image":
		if len(settings) == 0 {
			return true, fmt.Errorf("which image?")
		}
		return true, configureImage(c, settings[0], settings[1:])
	default:
		return false, nil
	}
	for _, setting := range settings {
		name, value, _ := strings.Cut(setting, "=")
		if done, err := setDNS(&c.DNS, name, value); done && words[0] == "world" {
			if err != nil {
				return true, err
			}
			continue
		}
		if err := set(into, name, value); err != nil {
			return true, fmt.Errorf("%s: %w", setting, err)
		}
	}
	return true, nil
}

// configureImage reads how an image behaves. Its program is whoever plays's.
func configureImage(c *sim.Config, name string, settings []string) error {
	images := map[string]sim.Image{}
	for known, image := range c.Images { // into another map: no order shows
		images[known] = image
	}
	image := sim.Image{Program: images[name].Program}
	for _, setting := range settings {
		if setting == "program" {
			if image.Program == nil {
				return fmt.Errorf("image %s runs a program: who plays has to give it, in Config.Images", name)
			}
			continue
		}
		field, value, _ := strings.Cut(setting, "=")
		if err := set(reflect.ValueOf(&image).Elem(), field, value); err != nil {
			return fmt.Errorf("%s: %w", setting, err)
		}
	}
	images[name] = image
	c.Images = images
	return nil
}

// unset is the settings of all fields of a struct that are not zero.
func unset(of reflect.Value, prefix string) (settings []string, err error) {
	for i := range of.NumField() {
		name, value := prefix+key(of.Type().Field(i).Name), of.Field(i)
		if value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0 {
			continue
		}
		text, err := setting(value)
		switch {
		case err == nil && text == "true":
			settings = append(settings, name)
		case err == nil:
			settings = append(settings, name+"="+quotedWord(text))
		case value.Kind() == reflect.Struct:
			inner, err := unset(value, name+".")
			if err != nil {
				return nil, err
			}
			settings = append(settings, inner...)
		default:
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return settings, nil
}

// key is the name of a field as it is written: "podsPerNode", "dns".
func key(field string) string {
	n := 1
	for n < len(field) && field[n] >= 'A' && field[n] <= 'Z' && (n+1 == len(field) || field[n+1] >= 'A' && field[n+1] <= 'Z') {
		n++
	}
	return strings.ToLower(field[:n]) + field[n:]
}

// setting is a value in words.
func setting(v reflect.Value) (string, error) {
	switch value := v.Interface().(type) {
	case fmt.Stringer: // latencies, releases, durations, amounts
		if v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[sim.Latency]() {
			return "", fmt.Errorf("a %T cannot be written down", value)
		}
		return value.String(), nil
	case []string:
		if strings.Contains(strings.Join(value, ""), ",") || slices.Contains(value, "") {
			return "", fmt.Errorf("%q cannot be written down, with commas between them", value)
		}
		return strings.Join(value, ","), nil
	}
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint64, reflect.String:
		return fmt.Sprint(v.Interface()), nil
	}
	return "", fmt.Errorf("a %s cannot be written down", v.Type())
}

// set reads a value in words into the field of that name.
func set(into reflect.Value, name, text string) error {
	name, inner, nested := strings.Cut(name, ".")
	for i := range into.NumField() {
		if key(into.Type().Field(i).Name) != name {
			continue
		}
		field := into.Field(i)
		if nested && field.Kind() == reflect.Struct {
			return set(field, inner, text)
		}
		return setValue(field, text)
	}
	return fmt.Errorf("there is no %s here", name)
}

func setValue(field reflect.Value, text string) error {
	var err error
	switch p := field.Addr().Interface().(type) {
	case *sim.Latency:
		*p, err = sim.ParseLatency(text)
	case *release.Release:
		*p, err = release.Parse(text)
	case *time.Duration:
		*p, err = time.ParseDuration(text)
	case *model.Bytes:
		*p, err = manifest.ParseBytes(text)
	case *model.MilliCPU:
		*p, err = manifest.ParseCPU(text)
	case *[]string:
		*p = strings.Split(text, ",")
	case *string:
		*p = text
	case *bool:
		*p, err = truth(text)
	default:
		err = setNumber(field, text)
	}
	return err
}

// truth reads what is true if nothing else is said.
func truth(text string) (bool, error) {
	switch text {
	case "", "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, errors.New("neither true nor false")
}

func setNumber(field reflect.Value, text string) error {
	switch field.Kind() {
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, field.Type().Bits())
		field.SetInt(n)
		return err
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, field.Type().Bits())
		field.SetUint(n)
		return err
	}
	return fmt.Errorf("a %s cannot be read", field.Type())
}
