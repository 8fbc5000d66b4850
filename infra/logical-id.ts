import { CfnElement } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/**
 * Fixes the logical id of a construct's own resource, so that a refactoring here never replaces a deployed resource:
 * webhook URLs in flight contain the API's id, owners depend on the key's id, and only the table and the secret hold
 * their data. Throws if the construct has no resource of its own.
 */
export function pinLogicalId(construct: IConstruct, logicalId: string): void {
  const resource = construct.node.defaultChild ?? construct;
  if (!CfnElement.isCfnElement(resource))
    throw new Error(`${construct.node.path} has no resource to name ${logicalId}`);
  resource.overrideLogicalId(logicalId);
}
