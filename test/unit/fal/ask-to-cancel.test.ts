import { expect, it } from "vitest";
import { askFalToCancel } from "../../../lambdas/fal/ask-to-cancel.ts";
import { birth } from "../../support/jobs.ts";
import { unscriptedFal } from "../../support/memory-service.ts";
import { answered } from "../../support/one-job.ts";

const job = { ...birth(), request_id: "req-1" };
const access = { key: "key", falEndpointUrl: undefined } as never;

function ask(status: number) {
  return askFalToCancel({ fal: { ...unscriptedFal, cancelAtFal: async () => answered(status) }, access }, job);
}

it.each([
  [200, "acknowledged"],
  [202, "acknowledged"],
  [400, "too_late"],
  [404, "too_late"],
  [401, undefined],
  [408, undefined],
  [429, undefined],
  [500, undefined],
  [503, undefined],
] as const)("P14: fal's answer %i to a cancellation means %s", async (status, meaning) => {
  expect(await ask(status)).toBe(meaning);
});
