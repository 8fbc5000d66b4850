import { fal } from "@fal-ai/client";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Callback, type CallbackReceiver, startCallbackReceiver } from "./callback-receiver.ts";
import { readSecrets, receive } from "./callbacks.ts";
import { addFaults, hostedImage, submit, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { endpoint, errorOf, type FalConfig, fetchFilm, straightTo, throughUs } from "./fal-client.ts";

const configurations: Record<string, () => FalConfig> = {
  fal: () => straightTo(stack.falUrl),
  us: () => throughUs(stack.url),
};
let stack: EmulatorStack;
let receiver: CallbackReceiver;

beforeAll(async () => {
  [stack, receiver] = await Promise.all([startWithEmulator(), startCallbackReceiver()]);
});

afterAll(async () => {
  await stack?.close();
  await receiver?.down();
});

describe.each(Object.entries(configurations))("queue.submit with a webhookUrl, at %s", (name, configure) => {
  beforeAll(() => fal.config(configure()));

  /** Submits with a webhook at `/<path>?order=42`, and returns the request's id and the received callback. */
  const order = async (what: string) => {
    const path = `${name}-${what}?order=42`;
    const { request_id } = await fal.queue.submit(endpoint, {
      input: { prompt: `${what} at ${name}`, image_url: hostedImage, sync_mode: false },
      webhookUrl: receiver.urlOf(`/${path}`),
    });
    const [callback] = await receive(receiver, path);
    return { request_id, callback, told: JSON.parse(callback?.body ?? "") };
  };

  it("receives the result as fal writes it", async () => {
    const { request_id, told } = await order("posted");
    const { data } = await fal.queue.result(endpoint, { requestId: request_id });
    expect(told).toEqual({ error: null, gateway_request_id: request_id, payload: data, request_id, status: "OK" });
    await fetchFilm(told.payload);
  });

  it.each([
    ["content_policy_violation", 422],
    ["internal_server_error", 500],
    ["runner_server_error", 500],
  ] as const)("receives a failure as fal writes it: %s", async (outcome, status) => {
    await addFaults(stack.falUrl, { prompt: `${outcome} at ${name}`, outcome });
    const { request_id, told } = await order(outcome);
    const { body } = await errorOf(fal.queue.result(endpoint, { requestId: request_id }));
    const error = `Invalid status code: ${status}`;
    expect(told).toEqual({ error, gateway_request_id: request_id, payload: body, request_id, status: "ERROR" });
  });

  it.runIf(name === "us")("receives it signed like all our callbacks", async () => {
    const { callback } = await order("signed");
    const { secret } = await readSecrets(stack.url);
    expect(() => verify(callback, secret)).not.toThrow();
    expect(() => verify(callback && { ...callback, body: callback.body.replace("OK", "ok") }, secret)).toThrow();
  });
});

describe("a job created with POST /jobs", () => {
  it("a job created with POST /jobs is delivered as our own event", async () => {
    const job = await submit(
      stack.url,
      { prompt: "ours", image_url: hostedImage },
      {},
      { callback_url: receiver.urlOf("/ours") },
    );
    await waitUntilSettled(stack.url, job.body.id);
    const [callback] = await receive(receiver, "ours");
    expect(JSON.parse(callback?.body ?? "")).toMatchObject({ type: "job.succeeded", data: { id: job.body.id } });
  });
});

function verify(callback: Callback | undefined, secret: string): void {
  new Webhook(secret).verify(callback?.body ?? "", { ...callback?.headers });
}
