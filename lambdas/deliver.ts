import { deliverFromStream } from "./delivering/deliver-from-stream.ts";
import { deliverers } from "./wiring/collaborators.ts";

/** By the table's stream: tells the caller and the event bus that a job has settled. */
export const handler = deliverFromStream(deliverers());
