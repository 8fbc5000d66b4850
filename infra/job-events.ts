import { EventBus, type IEventBus } from "aws-cdk-lib/aws-events";
import { Construct } from "constructs";
import { pinLogicalId } from "./logical-id.ts";
import type { Settings } from "./settings.ts";

/**
 * The event bus that tells the account how its jobs end: source `fal-jobs`, detail-type `job.succeeded` and so on, as detail
 * what callbacks carry. It is named like the stack, so its logical id is pinned too: a new bus could not take the old one's name.
 */
export class JobEvents extends Construct {
  readonly eventBus: IEventBus;

  constructor(scope: Construct, id: string, { stackName }: Settings) {
    super(scope, id);
    this.eventBus = new EventBus(this, "Bus", {
      eventBusName: stackName,
      description: "EventBridge bus that carries job events",
    });
    pinLogicalId(this.eventBus, "EventBus");
  }
}
