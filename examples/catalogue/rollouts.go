package main

import "github.com/ordinal-sim/ordinal/model/release"

// rollouts are the problems of chapter A: how a new template reaches the pods, or does not.
var rollouts = []entry{
	{
		id:      "K01",
		issues:  []string{"kubernetes 67250", "kubernetes 60164", "kubernetes 88896", "enhancements 3541"},
		symptom: "a broken rollout is taken back, and the broken pod stays",
		look:    either(rolledOut, "ok", "stuck"),
		cells:   everywhere("stuck"),
		plays: []variant{
			{title: "remedy: delete the pod", on: release.Profiles(), word: "ok"},
			{title: "remedy: Parallel", on: allBut(release.V1_35_0), word: "ok"},
			{title: "remedy: Parallel", on: []release.Release{release.V1_35_0}, word: "stuck"}, // see K02
			{title: "remedy: Recreate", on: []release.Release{release.V1_37.With(release.StatefulSetRecreateStrategy)}, word: "ok"},
			{title: "variant: a third template", on: release.Profiles(), word: "stuck"},
			{title: "variant: the first template is broken", on: release.Profiles(), word: "stuck"},
		},
	},
	{
		id:      "K02",
		issues:  []string{"kubernetes 137409", "kubernetes 137666", "kubernetes 137904", "kubernetes 137926"},
		symptom: "broken pods under Parallel use up maxUnavailable, and are never replaced",
		look:    either(rolledOut, "ok", "stuck"),
		cells:   row("ok", "ok", "ok", "ok", "stuck", "ok", "ok", "ok"),
		plays: []variant{
			{on: []release.Release{
				release.V1_27_1.With(release.MaxUnavailableStatefulSet), release.V1_33.With(release.MaxUnavailableStatefulSet),
				release.V1_34_4.With(release.MaxUnavailableStatefulSet), release.V1_36.With(release.MaxUnavailableStatefulSet),
			}, word: "stuck"},
			{on: []release.Release{release.V1_35_0.Without(release.MaxUnavailableStatefulSet)}, word: "ok"},
			{title: "remedy: delete the pods", on: release.Profiles(), word: "ok"},
		},
	},
}

// scaling is chapter B: how pods come and go.
var scaling []entry
