import { deliverFromStream } from "../deliver/from-stream.ts";
import { deliverers } from "./collaborators.ts";

/** Invoked by the table's stream: delivers the final event of each settled job to the caller and the event bus. */
export const handler = deliverFromStream(deliverers());
