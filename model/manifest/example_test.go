package manifest_test

import (
	"fmt"
	"log"
	"os"

	"github.com/ordinal-sim/ordinal/model"
	"github.com/ordinal-sim/ordinal/model/manifest"
)

func ExampleReadFile() {
	objects, err := manifest.ReadFile("testdata/web.yaml")
	if err != nil {
		log.Fatal(err)
	}
	for _, object := range objects {
		fmt.Println(object.Kind(), object.Meta().Name)
	}
	// Output:
	// Service nginx
	// StatefulSet web
}

func ExampleParse_mistake() {
	_, err := manifest.Parse([]byte(`apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  replica: 3
  minReadySeconds: ten
`))
	fmt.Println(err)
	// Output:
	// document 1, line 6: unknown field "spec.replica"
	// document 1, line 7: spec.minReadySeconds: json: cannot unmarshal string into Go value of type int32
}

func ExampleParse_warning() {
	m, err := manifest.Parse([]byte(`apiVersion: v1
kind: Service
metadata:
  name: nginx
spec:
  clusterIP: None
  sessionAffinity: ClientIP
`))
	if err != nil {
		log.Fatal(err)
	}
	for _, w := range m.Warnings {
		fmt.Println(w)
	}
	fmt.Println(m.Objects[0].(*model.Service).Spec.Unmodelled)
	// Output:
	// document 1, line 7: spec.sessionAffinity is not simulated: it is kept and compared, and has no effect
	// {"sessionAffinity":"ClientIP"}
}

func ExampleWrite() {
	err := manifest.Write(os.Stdout, &model.StorageClass{
		ObjectMeta:  model.ObjectMeta{Name: "fast", UID: 1},
		Provisioner: "example.com/disk",
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// apiVersion: storage.k8s.io/v1
	// kind: StorageClass
	// metadata:
	//   creationTimestamp: "2000-01-01T00:00:00Z"
	//   name: fast
	//   uid: 00000000-0000-4000-8000-000000000001
	// provisioner: example.com/disk
}

func ExampleStrategicMerge() {
	objects, err := manifest.ReadFile("testdata/web.yaml")
	if err != nil {
		log.Fatal(err)
	}
	canary := manifest.StrategicMerge(`
spec:
  updateStrategy: {rollingUpdate: {partition: 2}}
  template:
    spec:
      containers:
      - {name: nginx, image: "nginx:1.27"}
`)
	patched, err := canary.Patch(objects[1])
	if err != nil {
		log.Fatal(err)
	}
	web := patched.(*model.StatefulSet)
	fmt.Println(web.Spec.Partition(), web.Spec.Template.Spec.Containers[0].Image)
	fmt.Println(canary)
	// Output:
	// 2 nginx:1.27
	// {"spec":{"template":{"spec":{"containers":[{"image":"nginx:1.27","name":"nginx"}]}},"updateStrategy":{"rollingUpdate":{"partition":2}}}}
}
