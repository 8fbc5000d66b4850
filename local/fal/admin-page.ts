import type { PendingFault } from "./fault-schema.ts";
import type { Ledger } from "./ledger.ts";

const jsonIndent = 2;

/** What the emulator's own page says: what happened so far, how to make fal fail, and the routes for both. */
export function describeControls(baseUrl: string, ledger: Ledger, faults: readonly PendingFault[]): string {
  const { posts, requests, deliveries } = ledger;
  const billed = requests.filter((request) => request.billed);
  const addFault = (fault: object) => `  curl -fsS ${baseUrl}/_emulator/faults -d '${JSON.stringify(fault)}'`;
  return `The fal emulator of fal-jobs

THE LEDGER: what reached the emulator, and what fal would bill
  ${posts.length} POSTs to the queue, ${requests.length} requests, ${billed.length} of them billed, ${deliveries.length} webhooks

  curl -fsS ${baseUrl}/_emulator/ledger

FAULTS: make fal fail
  A fault applies once, to the next submission. With "prompt" it waits for a submission with this prompt.
  With "times": 3, or "times": "all", it applies several times. local/fal/fault-schema.ts has all fields.

  fal accepts the request, but its answer is lost:
${addFault({ submit: { when: "after", answer: "reset" } })}
  fal is busy:
${addFault({ submit: { answer: 429 } })}
  the webhook never arrives:
${addFault({ webhook: { drop: true } })}
  the webhook arrives four times:
${addFault({ webhook: { duplicates: 3 } })}
  the model fails:
${addFault({ outcome: "generation_timeout" })}
  every host of fal is down, until you remove the fault:
${addFault({ down: 503 })}

  Remove all faults:
  curl -fsS -X DELETE ${baseUrl}/_emulator/faults

  Faults that still apply: ${faults.length === 0 ? "none" : JSON.stringify(faults, undefined, jsonIndent)}

OTHER ROUTES
  POST ${baseUrl}/_emulator/webhooks/release   sends delayed webhooks now
  POST ${baseUrl}/_emulator/keys/rotate        replaces the key that webhooks are signed with
  POST ${baseUrl}/_emulator/reset              forgets requests, webhooks, POSTs and faults
`;
}
