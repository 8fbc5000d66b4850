import { EventBus, type IEventBus } from "aws-cdk-lib/aws-events";
import { Construct } from "constructs";
import { pinLogicalId } from "./logical-id.ts";
import type { Settings } from "./settings.ts";

/**
 * The event bus that reports to the account how its jobs end. Source: `fal-jobs`; detail-type: `job.succeeded` and so
 * on; detail: the payload of callbacks. The bus has the stack's name, so its logical id is also fixed: a new bus could
 * not have the old one's name.
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
