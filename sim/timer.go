package sim

// purpose is what an event is for. It says of which table the entity is, and
// who acts: [world.dispatch] is the list.
type purpose uint8

const (
	// The StatefulSet controller; of a set.
	purposeSync    purpose = iota // look at the set: something about it has changed
	purposeDelayed                // look at it because time has passed: a retry, or a pod that becomes available

	// The scheduler; of a pod.
	purposeSchedule // find a node

	// The kubelet; of a sandbox.
	purposeVolumes // its volumes may be ready
	purposeRemove  // all containers have stopped: clear it away, and the pod's object with it

	// The endpoints controller; of the world.
	purposePublish

	// The kubelet; of a container.
	purposeProgress // pulled, started or restarted
	purposeReady    // its program can serve
	purposeHealth   // its program has booted, or hangs
	purposeExit     // exits, by itself or because it is killed

	// The kubelet; of a node.
	purposePressure // it looks whether the node is short of something
	purposeShutdown // the time of a group of pods is over

	// The kubelet; of a probe.
	purposeProbe // its verdict changes

	// Storage.
	purposeBind      // of a claim: the volume controller looks at it
	purposeProvision // of an order: the volume has been made
	purposeProtect   // of a claim: nobody may be using it any more
	purposeReclaim   // of a volume: it is looked at after its claim
	purposeAttach    // of an attachment: attached, or detached

	// The garbage collector; of the world.
	purposeCollect

	// The StatefulSet controller's watch, if it lags; of the world.
	purposeWatch

	// What the user has put at an instant; of an operation.
	purposeOperation

	// The node lifecycle controller; of the world.
	purposeMonitor

	// Taint eviction; of a pod.
	purposeEvict

	// The pod garbage collector; of the world.
	purposeCleanup

	// Programs.
	purposeSignal  // of a container: its program is told that it runs, or that it is to stop
	purposeTimer   // of a timer: it fires
	purposeMessage // of a message: it arrives

	// Drains; of the world.
	purposeDrain

	// The ReplicaSet controller; of a ReplicaSet.
	purposeReplicaSet

	// The Deployment controller; of a Deployment.
	purposeDeployment
	// The autoscaler controller; of an autoscaler.
	purposeAutoscale
	// The endpoints controller; of a Service.
	purposeTurn           // it is looked at once more
	purposeRetryProvision // of a claim: its provisioner tries again
	purposeResync         // of the world: the volume controller looks at the claims that wait
	purposeResize         // of a claim: its resizer looks at it, or has grown its volume
	purposeGrow           // of a claim: a kubelet looks whether it is to grow the file system

	// The disruption controller.
	purposeBudget    // of a budget: it or a pod that it selects has changed
	purposeUndisrupt // of a pod: it was to be evicted, and has not gone

	purposes // how many there are
)

var purposeNames = [purposes]string{
	"sync", "delayed sync", "schedule", "volumes", "remove", "publish", "progress", "ready", "health", "exit", "pressure", "shutdown", "probe",
	"bind", "provision", "protect", "reclaim", "attach", "collect", "watch", "operation",
	"monitor", "evict", "cleanup", "signal", "timer", "message", "drain", "replicaset", "deployment", "autoscale", "turn",
	"retry provision", "resync", "resize", "grow", "budget", "undisrupt",
}

func (p purpose) String() string { return purposeNames[p] }
