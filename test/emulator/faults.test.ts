import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import type { Fault } from "../../local/fal/fault-schema.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { eventually } from "./eventually.ts";
import { type Received, type Receiver, startReceiver } from "./receiver.ts";
import { inputOf, post, requestCall, submit } from "./setting.ts";
import { ageOf, bodyOf, fetchKeys, freshSeconds, isSigned } from "./verify.ts";

let emulator: FalEmulator;
let receiver: Receiver;
let serial = 0;

beforeAll(async () => {
  receiver = await startReceiver();
  emulator = await startFilmedEmulator({ renderSeconds: 0, webhookRetryMs: 50 });
});
afterAll(() => Promise.all([emulator.close(), receiver.close()]));

function enqueued(prompt: string) {
  return emulator.ledger().requests.filter(({ input }) => JSON.stringify(input).includes(`"${prompt}"`));
}

interface WebhookCase {
  readonly fault: Fault;
  /** The deliveries in order of arrival. */
  readonly sees: readonly (Partial<ReturnType<typeof bodyOf>> & {
    signed?: boolean;
    stale?: boolean;
    foreign?: boolean;
  })[];
}

const genuine = { status: "OK", signed: true, stale: false, foreign: false };
const payload_error = expect.stringContaining("not JSON serializable");
const webhookCases: Record<string, WebhookCase> = {
  "nothing scripted": { fault: {}, sees: [genuine] },
  "a duplicate": { fault: { webhook: { duplicates: 2 } }, sees: [genuine, genuine, genuine] },
  "an early delivery": { fault: { webhook: { early: true } }, sees: [genuine] },
  "a validation error": {
    fault: { outcome: "image_too_small" },
    sees: [{ status: "ERROR", error: "Invalid status code: 422", signed: true }],
  },
  "a content policy violation": {
    fault: { outcome: "content_policy_violation" },
    sees: [{ status: "ERROR", payload: { detail: [expect.objectContaining({ type: "content_policy_violation" })] } }],
  },
  "an infrastructure error": {
    fault: { outcome: "runner_server_error" },
    sees: [
      {
        status: "ERROR",
        error: "Invalid status code: 500",
        payload: { detail: "Runner server error", error_type: "runner_server_error" },
      },
    ],
  },
  "payload_error under OK": {
    fault: { webhook: { payload_error: true } },
    sees: [{ ...genuine, payload: null, payload_error }],
  },
  "payload_error under ERROR": {
    fault: { outcome: "internal_error", webhook: { payload_error: true } },
    sees: [{ status: "ERROR", payload: null, payload_error }],
  },
  "forgeries before the genuine one": {
    fault: { webhook: { before: ["unsigned", "wrong_key", "stale", "foreign"] } },
    sees: [
      { signed: false },
      { signed: false },
      { signed: true, stale: true },
      { signed: true, foreign: true },
      genuine,
    ],
  },
  "a forgery and nothing else": {
    fault: { webhook: { before: ["wrong_key"], drop: true } },
    sees: [{ signed: false }],
  },
  "rotated keys": { fault: { webhook: { rotate_keys: true } }, sees: [genuine] },
};

describe("a webhook fault", () => {
  test.each(Object.entries(webhookCases))("%s", async (name, { fault, sees }) => {
    const [prompt, path] = [`webhook, ${name}`, `/${++serial}`];
    const [oldKey] = await fetchKeys(emulator.url);
    await emulator.addFault({ ...fault, prompt });
    const { request_id } = await submit(emulator.url, inputOf(prompt), receiver.url + path);
    if (fault.webhook?.early) expect(receiver.at(path)).toHaveLength(1);
    await eventually("every delivery to be settled", () => {
      const deliveries = emulator.ledger().deliveries.filter((each) => each.request_id === request_id);
      return deliveries.length > 0 && deliveries.every(({ state }) => state !== "pending");
    });
    const keys = await fetchKeys(emulator.url);
    const seen = receiver.at(path).map((delivery) => describeDelivery(delivery, request_id, keys));
    expect(seen).toHaveLength(sees.length);
    expect(seen).toMatchObject(sees);
    expect(keys[0]?.x === oldKey?.x).toBe(fault.webhook?.rotate_keys !== true);
  });

  function describeDelivery(delivery: Received, requestId: string, keys: Awaited<ReturnType<typeof fetchKeys>>) {
    const foreign =
      bodyOf(delivery).request_id !== requestId && delivery.headers["x-fal-webhook-user-id"] !== "user_emulator";
    return { ...bodyOf(delivery), signed: isSigned(delivery, keys), stale: ageOf(delivery) > 300, foreign };
  }

  test("a delivery delayed for hours is sent when released, timestamped at that moment", async () => {
    await emulator.addFault({ prompt: "late", webhook: { delay_ms: 7_200_000 } });
    const { request_id } = await submit(emulator.url, inputOf("late"), `${receiver.url}/late`);
    await eventually("the request's end", () =>
      emulator.ledger().deliveries.some((each) => each.request_id === request_id),
    );
    expect(receiver.at("/late")).toHaveLength(0);
    // It is recorded a moment before it waits, and only waiting deliveries are released.
    const releaseAndLook = async () => {
      expect((await fetch(`${emulator.url}/_emulator/webhooks/release`, { method: "POST" })).status).toBe(204);
      return receiver.at("/late");
    };
    await expect.poll(releaseAndLook).toHaveLength(1);
    const delivery = await eventually("the webhook", () => receiver.at("/late")[0]);
    expect(Math.abs(ageOf(delivery))).toBeLessThan(freshSeconds);
  });

  test("a held delivery arrives after that of a later request", async () => {
    await emulator.addFault({ prompt: "held", webhook: { hold: true } });
    const held = await submit(emulator.url, inputOf("held"), `${receiver.url}/order`);
    await eventually("the held request's end", () => enqueued("held")[0]?.ended_at);
    const later = await submit(emulator.url, inputOf("later"), `${receiver.url}/order`);
    await eventually("both", () => receiver.at("/order").length === 2);
    expect(receiver.at("/order").map((each) => bodyOf(each).request_id)).toEqual([later.request_id, held.request_id]);
  });

  test("a cancellation sends no webhook unless configured, and the work can ignore it", async () => {
    const run = async (prompt: string, cancel?: "announced" | "ignored") => {
      await emulator.addFault({ prompt, queue_ms: 1_500, ...(cancel && { cancel }) });
      const { request_id } = await submit(emulator.url, inputOf(prompt), `${receiver.url}/${cancel}`);
      expect((await requestCall(emulator.url, request_id, "/cancel", "PUT")).status).toBe(202);
      await eventually("the end", () => enqueued(prompt)[0]?.ended_at);
      return (await requestCall(emulator.url, request_id)).status;
    };
    expect(await run("cancelled silently")).toBe(499);
    expect(await run("cancelled aloud", "announced")).toBe(499);
    expect(await run("cancelled in vain", "ignored")).toBe(200);
    await eventually("the announcement", () => receiver.at("/announced").length === 1);
    expect(receiver.at("/undefined")).toHaveLength(0);
  });
});

describe("a result fault", () => {
  test.each([
    ["expired", 404, 404],
    ["not_found", 200, 404],
    ["large", 200, 200],
    ["data_uri", 200, 200],
  ] as const)("%s", async (result, statusCode, resultCode) => {
    await emulator.addFault({ prompt: result, result });
    const { request_id } = await submit(emulator.url, inputOf(result));
    await eventually("the end", () => enqueued(result)[0]?.ended_at);
    expect((await requestCall(emulator.url, request_id, "/status")).status).toBe(statusCode);
    const response = await requestCall(emulator.url, request_id);
    expect(response.status).toBe(resultCode);
    const text = await response.text();
    expect(text.length > 10_240).toBe(result === "large" || result === "data_uri");
    expect(text.includes("data:video/mp4")).toBe(result === "data_uri");
    const { ended_at = "", expires_at = "" } = enqueued(result)[0] ?? {};
    const keptMinutes = Math.round((Date.parse(expires_at) - Date.parse(ended_at)) / 60_000);
    expect(keptMinutes).toBe(text.length > 10_240 ? 6 : 60);
  });
});

describe("faults", () => {
  test("the key host can fail or hang for a number of requests", async () => {
    await emulator.addFault({ times: 2, jwks: {} });
    await emulator.addFault({ jwks: { status: 200, hang_ms: 60_000 } });
    const fetchJwks = (init?: RequestInit) => fetch(`${emulator.url}/rest.fal.ai/.well-known/jwks.json`, init);
    expect([(await fetchJwks()).status, (await fetchJwks()).status]).toEqual([500, 500]);
    await expect(fetchJwks({ signal: AbortSignal.timeout(300) })).rejects.toThrow("timeout");
    expect((await fetchJwks()).status).toBe(200);
  });

  test("faults are set, listed and cleared over HTTP, applied in order, and rejected with a reason", async () => {
    const url = `${emulator.url}/_emulator/faults`;
    const send = (body: unknown) => fetch(url, { method: "POST", body: JSON.stringify(body) });
    expect(
      (
        await send([
          { submit: { answer: 429 }, times: 2 },
          { submit: { answer: 503 } },
          { outcome: "missing", times: "all" },
        ])
      ).status,
    ).toBe(201);
    const answers = [];
    for (let count = 0; count < 4; count++) answers.push((await post(emulator.url, inputOf("in order"))).status);
    expect(answers).toEqual([429, 429, 503, 200]);
    expect(await (await fetch(url)).json()).toMatchObject([{ outcome: "missing", times: "all" }]);
    expect((await fetch(url, { method: "DELETE" })).status).toBe(204);
    expect(await (await fetch(url)).json()).toEqual([]);
    const refusal = await send({ webhok: {} });
    expect([refusal.status, JSON.stringify(await refusal.json())]).toEqual([422, expect.stringContaining("webhok")]);
  });

  test("faults can be set for one existing request", async () => {
    await emulator.addFault({ prompt: "given later", queue_ms: 1_500 });
    const { request_id } = await submit(emulator.url, inputOf("given later"));
    await emulator.addFault({ request_id, outcome: "startup_timeout" });
    await eventually("the end", () => enqueued("given later")[0]?.ended_at);
    expect((await requestCall(emulator.url, request_id)).headers.get("x-fal-error-type")).toBe("startup_timeout");
    await expect(emulator.addFault({ request_id: "unknown" })).rejects.toThrow("unknown");
  });
});
