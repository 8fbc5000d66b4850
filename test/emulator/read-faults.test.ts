import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { run } from "./platform.ts";
import { inputOf } from "./setting.ts";

let emulator: FalEmulator;

beforeAll(async () => {
  emulator = await startFilmedEmulator({ renderSeconds: 0 });
});
afterEach(() => emulator.clearFaults());
afterAll(() => emulator.close());

/** The status of one call for a request's result. */
async function readResult(requestId: string): Promise<number | "reset"> {
  const url = `${emulator.url}/queue.fal.run/decart/lucy-14b/requests/${requestId}`;
  return fetch(url, { headers: { authorization: "Key any" } }).then(
    ({ status }) => status,
    () => "reset" as const,
  );
}

test("a call for a finished request's result fails as often as the fault says, and the next one gets the result", async () => {
  const { request_id } = await run(emulator, inputOf("read"));
  await emulator.addFault({ read: { answer: 504 }, prompt: "read" });
  await emulator.addFault({ read: { answer: "reset" }, request_id });
  const seen = [await readResult(request_id), await readResult(request_id), await readResult(request_id)];
  expect(seen).toEqual([504, "reset", 200]);
});

test("a fault of one request's result leaves other requests' results alone", async () => {
  const { request_id } = await run(emulator, inputOf("alone"));
  await emulator.addFault({ read: { answer: 504 }, prompt: "another" });
  expect(await readResult(request_id)).toBe(200);
});
