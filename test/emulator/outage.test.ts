import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type FalEmulator, startFalEmulator } from "../../local/fal/emulator.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { claimPort } from "../support/ports.ts";
import { eventually } from "./eventually.ts";
import { callHistory, quickInput, run } from "./platform.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { endpoint, post, requestCall, submit } from "./setting.ts";

const idsSchema = z.object({ ids: z.array(z.string()) });
let emulator: FalEmulator;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  emulator = await startFilmedEmulator({ renderSeconds: 0 });
});
beforeEach(() => emulator.reset());
afterEach(() => emulator.clearFaults());
afterAll(() => Promise.all([emulator.close(), receiver.close()]));

const calls: readonly (readonly [string, string])[] = [
  ["POST", `queue.fal.run/${endpoint}`],
  ["GET", "queue.fal.run/decart/lucy-14b/requests/any"],
  ["PUT", "queue.fal.run/decart/lucy-14b/requests/any/cancel"],
  ["POST", "rest.fal.ai/storage/upload/initiate"],
  ["GET", "rest.fal.ai/.well-known/jwks.json"],
  ["GET", "api.fal.ai/v1/meta"],
  ["GET", "v3.fal.media/files/b/any/film.mp4"],
  ["POST", "fal.run/any/thing"],
];

function statusOf(method: string, path: string): Promise<number | "reset"> {
  const init = { method, headers: { authorization: "Key a" } };
  return fetch(`${emulator.url}/${path}`, init).then(
    ({ status }) => status,
    () => "reset",
  );
}

describe.each([503, "reset"] as const)("while fal is down, by %s,", (down) => {
  test.each(calls)("%s %s fails the same way until the fault is cleared", async (method, path) => {
    const before = await statusOf(method, path);
    await emulator.addFault({ down });
    expect([await statusOf(method, path), await statusOf(method, path)]).toEqual([down, down]);
    await emulator.clearFaults();
    expect(await statusOf(method, path)).toBe(before);
  });

  test("a POST to the queue is counted, and creates no request", async () => {
    await emulator.addFault({ down });
    await post(emulator.url, quickInput("in vain")).catch(() => {});
    expect(emulator.ledger()).toMatchObject({ posts: [{ endpoint, answer: down }], requests: [] });
  });

  test("work accepted before an outage continues, and its webhook arrives", async () => {
    await emulator.addFault({ prompt: "accepted", queue_ms: 200 });
    const { request_id } = await submit(emulator.url, quickInput("accepted"), `${receiver.url}/${down}`);
    await emulator.addFault({ down });
    await eventually("the webhook", () => receiver.at(`/${down}`).length === 1);
    await emulator.clearFaults();
    expect((await requestCall(emulator.url, request_id)).status).toBe(422);
  });
});

test("an outage can last for a number of calls", async () => {
  await emulator.addFault({ down: 503, times: 2 });
  const statuses = [];
  for (let count = 0; count < 3; count++) statuses.push((await callHistory(emulator.url)).status);
  expect(statuses).toEqual([503, 503, 200]);
});

test("an outage is started, listed and ended by id over HTTP, and other faults stay", async () => {
  const faults = `${emulator.url}/_emulator/faults`;
  const body = JSON.stringify([{ down: "reset" }, { prompt: "refused", submit: { answer: 429 } }]);
  const added = await fetch(faults, { method: "POST", body });
  const [id = "", other] = idsSchema.parse(await added.json()).ids;
  const listed = [
    { id, down: "reset", times: "all" },
    { id: other, prompt: "refused", times: 1 },
  ];
  expect(await (await fetch(faults)).json()).toMatchObject(listed);
  expect((await fetch(`${faults}/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await post(emulator.url, quickInput("refused"))).status).toBe(429);
  await run(emulator, quickInput("back"));
});

test("an emulator that is stopped and restarted on its port refuses connections in between", async () => {
  const first = await startFalEmulator({ port: await claimPort() });
  await first.close();
  const refused = await post(first.url, quickInput("nobody there")).catch((error: unknown) => error);
  expect(refused).toMatchObject({ cause: { code: "ECONNREFUSED" } });
  const second = await startFalEmulator({ port: first.port });
  expect((await post(second.url, quickInput("back"))).status).toBe(200);
  await second.close();
});
