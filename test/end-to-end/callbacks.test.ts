import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CallbackReceiver, startCallbackReceiver } from "./callback-receiver.ts";
import { type Ending, orderJob, readDeliveries, readEvents, readSecrets, receive, verify } from "./callbacks.ts";
import { call, type Job, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";

const firstRetryMs = 5_000;
const never = String(86_400);
let stack: EmulatorStack;
let receiver: CallbackReceiver;
let secret: string;
/** Passes its deadline while the other tests run. */
let overdue: Job;

beforeAll(async () => {
  // Without streams: the sweep does everything here.
  [stack, receiver] = await Promise.all([
    startWithEmulator({ DYNAMODB_ENGINE: "dynalite", SWEEP_SECONDS: "1" }),
    startCallbackReceiver(),
  ]);
  overdue = await orderJob(stack, receiver, "expired", "expired");
  secret = (await readSecrets(stack.url)).secret;
});

afterAll(async () => {
  await stack?.close();
  await receiver?.down();
});

describe("a job's final event", () => {
  it.each(["succeeded", "failed", "canceled"] as const)(
    "a job's final event is delivered to the callback and the bus: %s",
    async (ending) => {
      await expectTold(await orderJob(stack, receiver, ending, ending), ending);
    },
  );

  it("a job's final event is retried after a receiver's failure: the same bytes and id, not before the retry time", async () => {
    receiver.answer("/stumbling", 500);
    const job = await orderJob(stack, receiver, "stumbling");
    const [first, second] = await receive(receiver, "stumbling", 2);
    expect(second?.body).toBe(first?.body);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(firstRetryMs);
    for (const callback of await receive(receiver, "stumbling", 2)) verify(callback, secret);
    expect(await readDeliveries(stack.url, job, 2)).toMatchObject([
      { attempt: 1, status: 500, error: "the receiver returned 500" },
      { attempt: 2, status: 204 },
    ]);
  });

  it("a job's final event is delivered once to a receiver that was down, as soon as it is back; and again on request", async () => {
    await receiver.down();
    const job = await orderJob(stack, receiver, "away");
    expect(await readDeliveries(stack.url, job)).toMatchObject([{ error: "the connection was refused" }]);
    await receiver.up();
    const [told] = await receive(receiver, "away");
    expect(await readDeliveries(stack.url, job, 2)).toMatchObject([{ attempt: 1 }, { attempt: 2, status: 204 }]);

    expect((await call(stack.url, `/jobs/${job.id}/redeliver`, { method: "POST" })).status).toBe(202);
    const [, again] = await receive(receiver, "away", 2);
    expect([again?.body, again?.headers["webhook-id"]]).toEqual([told?.body, told?.headers["webhook-id"]]);
    expect(await readDeliveries(stack.url, job, 3)).toMatchObject([{}, {}, { attempt: 1, status: 204 }]);
  });

  it("a job's final event is also signed with the secret before the last rotation", async () => {
    const rotated = await readSecrets(stack.url, "/rotate", "POST");
    expect(rotated).toMatchObject({ previous: [{ secret }] });
    expect(rotated.secret).not.toBe(secret);
    expect(await readSecrets(stack.url)).toEqual(rotated);
    await orderJob(stack, receiver, "rotated");
    const [callback] = await receive(receiver, "rotated");
    for (const each of [rotated.secret, secret]) expect(callback && verify(callback, each).type).toBe("job.succeeded");
  });

  it("a job's final event is delivered to the callback and the bus: expired", async () => {
    await expectTold(overdue, "expired");
  });

  it("a job's final event is delivered after the service was killed between settling and delivery", async () => {
    await stack.killAndRestart({ SWEEP_SECONDS: never });
    const jobs = await Promise.all(["killed-1", "killed-2"].map((name) => orderJob(stack, receiver, name)));
    for (const { id } of jobs) await waitUntilSettled(stack.url, id);
    expect([receiver.at("/killed-1"), receiver.at("/killed-2")]).toEqual([[], []]);
    await stack.killAndRestart({});
    for (const job of jobs) await expectTold(job, "succeeded", String(job.metadata?.name));
  });
});

async function expectTold(job: Job, ending: Ending, name: string = ending): Promise<void> {
  const [callback] = await receive(receiver, name);
  const event = callback && verify(callback, secret);
  const [{ attempt, status, error } = {}] = await readDeliveries(stack.url, job);
  expect([attempt, status, error]).toEqual([1, 204, undefined]);
  const { deliveries, ...shown } = (await call(stack.url, `/jobs/${job.id}`)).body;
  expect(event).toEqual({ type: `job.${ending}`, timestamp: shown.settled_at, data: shown });
  const [published] = await readEvents(stack, job);
  expect(published).toMatchObject({ source: "fal-jobs", "detail-type": event?.type, detail: event });
  expect(receiver.at(`/${name}`)).toHaveLength(1);
}
