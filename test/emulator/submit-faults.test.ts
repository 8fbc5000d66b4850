import { afterAll, beforeAll, expect, test } from "vitest";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { eventually } from "./eventually.ts";
import { inputOf, post } from "./setting.ts";

let emulator: FalEmulator;
let serial = 0;

beforeAll(async () => {
  emulator = await startFilmedEmulator({ renderSeconds: 0 });
});
afterAll(() => emulator.close());

function enqueued(prompt: string) {
  return emulator.ledger().requests.filter(({ input }) => JSON.stringify(input).includes(`"${prompt}"`));
}

const statuses = [401, 403, 404, 422, 429, 500, 502, 503, 504] as const;
const cases = [...statuses, "reset" as const].flatMap((answer) => [
  { answer, when: "before" as const, requests: 0 },
  { answer, when: "after" as const, requests: 1 },
]);

test.each(cases)("$answer $when enqueueing leaves $requests requests, once", async ({ answer, when, requests }) => {
  const prompt = `submit ${++serial}`;
  await emulator.addFault({ prompt, submit: { answer, when } });
  const status = await post(emulator.url, inputOf(prompt)).then(
    (response) => response.status,
    () => "reset",
  );
  expect(status).toBe(answer);
  expect(enqueued(prompt)).toHaveLength(requests);
  expect(emulator.ledger().posts.at(-1)?.answer).toBe(answer);
  expect((await post(emulator.url, inputOf(prompt))).status).toBe(200);
});

test("an answer without request_id may or may not have created a request", async () => {
  for (const when of ["before", "after"] as const) {
    const prompt = `nameless ${when}`;
    await emulator.addFault({ prompt, submit: { answer: "no_request_id", when } });
    const response = await post(emulator.url, inputOf(prompt));
    expect(response.status).toBe(200);
    expect(await response.json()).not.toHaveProperty("request_id");
    expect(enqueued(prompt)).toHaveLength(when === "after" ? 1 : 0);
  }
});

test("a client that gives up during a hang leaves no request before enqueueing, and one request after it", async () => {
  for (const when of ["before", "after"] as const) {
    const prompt = `hanging ${when}`;
    await emulator.addFault({ prompt, submit: { hang_ms: 60_000, when } });
    const options = { method: "POST", headers: { authorization: "Key a" }, body: JSON.stringify(inputOf(prompt)) };
    const call = fetch(`${emulator.url}/queue.fal.run/decart/lucy-i2v`, {
      ...options,
      signal: AbortSignal.timeout(300),
    });
    await expect(call).rejects.toThrow("timeout");
    await eventually("the end of the call", () => emulator.ledger().posts.at(-1)?.answer === "reset");
    expect(enqueued(prompt)).toHaveLength(when === "after" ? 1 : 0);
  }
});
