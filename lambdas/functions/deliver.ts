import { deliverFromStream } from "../deliver/from-stream.ts";
import { deliverers } from "./collaborators.ts";

/** By the table's stream: tells the caller and the event bus that a job has settled. */
export const handler = deliverFromStream(deliverers());
