import type { Patience } from "../job/event.ts";
import { type JobError, type JobResult, OPEN_STATUSES, type TerminalStatus } from "../job/job.ts";
import { SETTLED_LOOK_MS } from "../job/limits.ts";
import { iso, settlement } from "../job/write.ts";

/** A settlement that a webhook carries, written without reading the row first. */
export interface BlindSettle {
  readonly id: string;
  readonly write_id: string;
  readonly tokenHash: string;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly status: Extract<TerminalStatus, "succeeded" | "failed" | "canceled">;
  readonly result?: JobResult | undefined;
  readonly error?: JobError | undefined;
  readonly patience: Patience;
}

/**
 * The parameters of the one UpdateItem of the happy path. It writes what `transition` would have written; a test holds the two
 * together. Its condition names the job (rule P3), the token, the request id or its absence (or an adopted one, which the token outranks: rule P15), and an open state (rule P1).
 */
export function blindSettleUpdate(settle: BlindSettle) {
  const condition = {
    exists: "attribute_exists(id)",
    tokenIsTheJobs: "token_hash = :tokenHash",
    requestIsTheJobs: "(attribute_not_exists(request_id) OR request_id = :requestId OR adopted = :true)",
    isOpen: "#status IN (:submitting, :queued, :running)",
  };
  const [submitting, queued, running] = OPEN_STATUSES;
  const settled = settlement(settle.id, { at: settle.at, by: "webhook" }, settle.status, settle.patience);
  const lookAt = settle.at + SETTLED_LOOK_MS;
  const kept = { result: settle.result, error: settle.error };
  return {
    Key: { id: settle.id },
    ConditionExpression: Object.values(condition).join(" AND "),
    UpdateExpression: [
      "SET #status = :status, settled_at = :settledAt, settled_by = :settledBy, expires_at = :expiresAt, request_id = :requestId,",
      "write_id = :writeId, version = version + :one, timeline = list_append(timeline, :entry), #shard = :shard, check_due = :lookAt, due_at = :lookAt",
      settle.result ? ", #result = :result" : "",
      settle.error ? ", #error = :error REMOVE submit_due" : "REMOVE submit_due, #error",
    ].join(" "),
    ExpressionAttributeNames: {
      "#status": "status",
      "#error": "error",
      "#shard": "shard",
      ...(settle.result && { "#result": "result" }),
    },
    ExpressionAttributeValues: {
      ":tokenHash": settle.tokenHash,
      ":requestId": settle.requestId,
      ":submitting": submitting,
      ":queued": queued,
      ":running": running,
      ":status": settled.status,
      ":settledAt": settled.settled_at,
      ":settledBy": settled.settled_by,
      ":expiresAt": settled.expires_at,
      ":writeId": settle.write_id,
      ":one": 1,
      ":true": true,
      ":shard": settled.shard,
      ":entry": [{ at: iso(settle.at), event: settle.status, by: "webhook" }],
      ":lookAt": lookAt,
      ...(kept.result && { ":result": kept.result }),
      ...(kept.error && { ":error": kept.error }),
    },
  };
}
