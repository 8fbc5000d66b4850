import { iso } from "../job/deadlines.ts";
import { earliestDue } from "../job/due.ts";
import type { Policy } from "../job/event.ts";
import { type Job, type JobError, type JobResult, OPEN_STATUSES, type TerminalStatus } from "../job/job.ts";
import { followUp, settlement } from "../job/write.ts";
import { SETTLED_LOOK_MS } from "../limits.ts";

/** A webhook's settlement, written without reading the row first. */
export interface BlindSettle {
  readonly id: string;
  readonly write_id: string;
  readonly tokenHash: string;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly status: Extract<TerminalStatus, "succeeded" | "failed">;
  readonly result?: JobResult | undefined;
  readonly error?: JobError | undefined;
  readonly policy: Policy;
}

/**
 * The parameters of the happy path's single UpdateItem. It writes what `transition` would have written; a test compares
 * the two. Its condition checks that the job exists (rule P3), the token, the request id (none, the same one, or an
 * adopted one, which the token outranks: rule P15), and that the job is open (rule P1).
 */
export function blindSettleUpdate(settle: BlindSettle) {
  const condition = {
    exists: "attribute_exists(id)",
    tokenIsTheJobs: "token_hash = :tokenHash",
    requestIsTheJobs: "(attribute_not_exists(request_id) OR request_id = :request_id OR adopted = :true)",
    isOpen: "#status IN (:submitting, :queued, :running)",
  };
  const [submitting, queued, running] = OPEN_STATUSES;
  const fields = Object.entries(fieldsOf(settle));
  const set = fields.filter(([, value]) => value !== undefined);
  const removed = fields.filter(([, value]) => value === undefined);
  return {
    Key: { id: settle.id },
    ConditionExpression: Object.values(condition).join(" AND "),
    UpdateExpression: [
      `SET ${set.map(([name]) => `#${name} = :${name}`).join(", ")}`,
      ", version = version + :one, timeline = list_append(timeline, :entry)",
      ` REMOVE ${removed.map(([name]) => `#${name}`).join(", ")}`,
    ].join(""),
    ExpressionAttributeNames: Object.fromEntries(fields.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
      ":tokenHash": settle.tokenHash,
      ":submitting": submitting,
      ":queued": queued,
      ":running": running,
      ":true": true,
      ":one": 1,
      ":entry": [{ at: iso(settle.at), event: settle.status, by: "webhook" }],
    },
  };
}

/** Every field that the settlement decides. Undefined fields are removed by the write. */
function fieldsOf(settle: BlindSettle): Partial<Job> {
  const due = {
    submit_due: undefined,
    check_due: settle.at + SETTLED_LOOK_MS,
    ...followUp(settle, { result: settle.result }, settle.policy),
  };
  return {
    ...settlement(settle.id, { at: settle.at, by: "webhook" }, settle.status, settle.policy),
    ...due,
    due_at: earliestDue(due),
    request_id: settle.requestId,
    write_id: settle.write_id,
    result: settle.result,
    error: settle.error,
    checks_unrecorded: undefined,
    inline_unrecorded: undefined,
  };
}
