import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { java } from "../support/engines.ts";
import { type CallbackReceiver, startCallbackReceiver } from "./callback-receiver.ts";
import { orderJob, readDeliveries, readEvents, readSecrets, receive, verify } from "./callbacks.ts";
import { addFaults, call, hostedImage, type Job, submit, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";

const never = String(86_400);
/**
 * The longest time from settling to delivery, even on a busy machine; a success waits for its copy, and a lost copy
 * would delay it by a minute.
 */
const streamMaxMs = 30_000;
/** Longer than the claim on a delivery that was in flight when the service was killed. */
const leaseMs = 200_000;
let stack: EmulatorStack;
let receiver: CallbackReceiver;
let secret: string;

describe.runIf(java)("with a table stream", () => {
  beforeAll(async () => {
    // No sweep runs before the kill: what is delivered by then was delivered by the stream.
    [stack, receiver] = await Promise.all([
      startWithEmulator({ DYNAMODB_ENGINE: "java", SWEEP_SECONDS: never }),
      startCallbackReceiver(),
    ]);
    secret = (await readSecrets(stack.url)).secret;
  });

  afterAll(async () => {
    await stack?.close();
    await receiver?.down();
  });

  it.each(["succeeded", "failed", "canceled"] as const)(
    "a job's final event is delivered immediately: %s",
    async (ending) => {
      const job = await orderJob(stack, receiver, ending, ending);
      const [callback] = await receive(receiver, ending);
      const event = callback && verify(callback, secret);
      expect(event).toMatchObject({ type: `job.${ending}`, data: { id: job.id } });
      expect((callback?.at ?? 0) - Date.parse(event?.timestamp ?? "")).toBeLessThan(streamMaxMs);
      await expectTold(job);
    },
  );

  it("P21: a caller that wants its callback before the video is kept gets it while no copy succeeds", async () => {
    await addFaults(stack.falUrl, { prompt: "early", media: { answer: 503 }, times: "all" });
    const callback = { callback_url: receiver.urlOf("/early"), callback_when: "settled" };
    const { body } = await submit(stack.url, { prompt: "early", image_url: hostedImage }, {}, callback);
    const [told] = await receive(receiver, "early");
    const event = told && verify(told, secret);
    expect(event).toMatchObject({ type: "job.succeeded", data: { id: body.id, callback_when: "settled" } });
    const { timeline } = await waitUntilSettled(stack.url, body.id);
    expect(timeline.map(({ event: entry }) => entry)).not.toContain("archived");
  });

  it("a requested redelivery is sent immediately", async () => {
    const job = await orderJob(stack, receiver, "repeated");
    await receive(receiver, "repeated");
    await readDeliveries(stack.url, job);
    await call(stack.url, `/jobs/${job.id}/redeliver`, { method: "POST" });
    const [first, second] = await receive(receiver, "repeated", 2);
    expect([second?.body, second?.headers["webhook-id"]]).toEqual([first?.body, first?.headers["webhook-id"]]);
    await readDeliveries(stack.url, job, 2);
  });

  it("P30: a requested redelivery is sent immediately while more attempts follow", async () => {
    receiver.answer("/repaired", 500);
    const job = await orderJob(stack, receiver, "repaired");
    await receive(receiver, "repaired");
    await readDeliveries(stack.url, job);
    receiver.answer("/repaired", 204);
    await call(stack.url, `/jobs/${job.id}/redeliver`, { method: "POST" });
    const second = { attempt: 2, status: 204 };
    expect(await readDeliveries(stack.url, job, 2)).toMatchObject([{ attempt: 1, status: 500 }, second]);
  });

  it("no final event is lost when the service is killed: failed, in flight, or still pending", async () => {
    const overdue = await orderJob(stack, receiver, "expired", "expired");
    receiver.answer("/refused", 500);
    receiver.answer("/hanging", "hang");
    const [refused, hanging] = [
      await orderJob(stack, receiver, "refused"),
      await orderJob(stack, receiver, "hanging"),
    ] as const;
    await Promise.all([receive(receiver, "refused"), receive(receiver, "hanging")]);
    await readDeliveries(stack.url, refused);
    await stack.killAndRestart({ SWEEP_SECONDS: "1" });

    const told = { refused: await receive(receiver, "refused", 2) };
    expect((await waitUntilSettled(stack.url, overdue.id)).status).toBe("expired");
    const all = {
      ...told,
      expired: await receive(receiver, "expired"),
      hanging: await receive(receiver, "hanging", 2, leaseMs),
    };
    for (const callbacks of Object.values(all)) {
      const events = callbacks.map((callback) => [verify(callback, secret), callback.headers["webhook-id"]]);
      expect(new Set(events.map((event) => JSON.stringify(event))).size).toBe(1);
    }
    await Promise.all([overdue, refused, hanging].map(expectTold));
  });
});

/** The last attempt was accepted, and the bus has the event. */
async function expectTold(job: Job): Promise<void> {
  const last = async () => (await call(stack.url, `/jobs/${job.id}`)).body.deliveries?.at(-1)?.status;
  await expect.poll(last, { interval: 250 }).toBe(204);
  const [published] = await readEvents(stack, job);
  expect(published).toMatchObject({ source: "fal-jobs", detail: { data: { id: job.id } } });
}
