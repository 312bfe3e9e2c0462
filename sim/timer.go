package sim

// purpose is what an event is for. It says of which table the entity is, and
// who acts: [world.dispatch] is the list.
type purpose uint8

const (
	// The StatefulSet controller; of a set.
	purposeSync    purpose = iota // look at the set: something about it has changed
	purposeDelayed                // look at it because time has passed: a retry, or a pod that becomes available

	// The scheduler and the kubelet; of a pod.
	purposeSchedule // find a node
	purposeVolumes  // the pod's volumes may be ready
	purposeRemove   // all containers have stopped: take the object away
	purposePublish  // the endpoints of the pod's Services

	// The kubelet; of a container.
	purposeProgress // pulled, started or restarted
	purposeReady    // becomes ready
	purposeExit     // exits, by itself or because it is killed

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

	purposeRetryProvision // of a claim: its provisioner tries again
	purposeResync         // of the world: the volume controller looks at the claims that wait

	purposes // how many there are
)

var purposeNames = [purposes]string{
	"sync", "delayed sync", "schedule", "volumes", "remove", "publish", "progress", "ready", "exit",
	"bind", "provision", "protect", "reclaim", "attach", "collect", "watch", "operation", "retry provision", "resync",
}

func (p purpose) String() string { return purposeNames[p] }
