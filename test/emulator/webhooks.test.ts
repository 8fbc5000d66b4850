import { createPublicKey } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import { pythonJson } from "../../local/fal/python-json.ts";
import { keyFromSeed, signWebhook } from "../../local/fal/signing.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { eventually } from "./eventually.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { inputOf, submit } from "./setting.ts";
import { ageOf, bodyOf, fetchKeys, freshSeconds, isSigned } from "./verify.ts";

const retryMs = 100;
let emulator: FalEmulator;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  emulator = await startFilmedEmulator({ renderSeconds: 0, webhookRetryMs: retryMs });
});
afterAll(() => Promise.all([emulator.close(), receiver.close()]));

function settled(requestId: string) {
  const delivery = emulator.ledger().deliveries.find((each) => each.request_id === requestId);
  return delivery && delivery.state !== "pending" ? delivery : undefined;
}

test("signing reproduces the published vector", () => {
  const key = keyFromSeed("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  const requestId = "5057fca7-2eb3-468f-b95d-cefe92b0b9d4";
  const payload = { video: { url: "https://v3.fal.media/files/x/y.mp4" } };
  const body = Buffer.from(
    pythonJson({ status: "OK", error: null, request_id: requestId, payload, gateway_request_id: requestId }),
  );
  expect(body.length).toBe(216);
  const headers = signWebhook({ requestId, userId: "user_test", timestamp: 1752019770, body }, key);
  expect(headers["X-Fal-Webhook-Signature"]).toBe(
    "7842b9cce4d82325ed916cc23f9be15777241f42f0c2aeb20ca490e69ce7b00e8817a71b18acd5a7d4002cc9df9b5e8868f407fc3b1df3feb087753ef95df907",
  );
  expect(createPublicKey(key).export({ format: "jwk" }).x).toBe("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
});

test("JSON is formatted like Python's: sorted keys, spaced separators, ASCII only", () => {
  expect(pythonJson({ b: [1, "é😀"], a: { d: null, c: true }, left: undefined })).toBe(
    '{"a": {"c": true, "d": null}, "b": [1, "\\u00e9\\ud83d\\ude00"]}',
  );
});

test("a delivery goes to the exact URL, signed over its exact bytes", async () => {
  const path = "/hook/a%20b/t0ken?x=1&y=%2F";
  const { request_id } = await submit(emulator.url, inputOf("plain"), receiver.url + path);
  const delivery = await eventually("the webhook", () => receiver.at(path)[0]);
  expect(isSigned(delivery, await fetchKeys(emulator.url))).toBe(true);
  expect(Math.abs(ageOf(delivery))).toBeLessThan(freshSeconds);
  expect(delivery.headers["x-fal-webhook-request-id"]).toBe(request_id);
  expect(delivery.raw.toString("utf8")).toMatch(/^\{"error": null, "gateway_request_id": "/);
  expect(bodyOf(delivery)).toMatchObject({
    request_id,
    status: "OK",
    payload: { video: { content_type: "video/mp4" } },
  });
});

test("4xx and 5xx are retried with back-off and a new timestamp, until a 2xx", async () => {
  receiver.answer("/retried", 500, 404, 503);
  const { request_id } = await submit(emulator.url, inputOf("retried"), `${receiver.url}/retried`);
  const { state, attempts } = await eventually("the fourth attempt", () => settled(request_id));
  expect([state, attempts.map((each) => each.status)]).toEqual(["delivered", [500, 404, 503, 200]]);
  const [first, second, third, fourth] = receiver.at("/retried").map((each) => each.at);
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(retryMs - 20);
  expect((fourth ?? 0) - (third ?? 0)).toBeGreaterThanOrEqual(4 * retryMs - 20);
});

test("a delivery that is refused a connection is retried", async () => {
  const { request_id } = await submit(emulator.url, inputOf("nobody"), "http://127.0.0.1:9/nobody");
  const attempts = () => emulator.ledger().deliveries.find((each) => each.request_id === request_id)?.attempts ?? [];
  await eventually("two failed attempts", () => attempts().length >= 2);
  expect(attempts()[0]).toMatchObject({ error: expect.stringContaining("fetch failed") });
});

test("a redirect is a permanent failure and is not followed", async () => {
  receiver.answer("/moved", 302);
  const { request_id } = await submit(emulator.url, inputOf("moved"), `${receiver.url}/moved`);
  expect(await eventually("the failure", () => settled(request_id))).toMatchObject({
    state: "failed",
    attempts: [{ status: 302 }],
  });
  expect(receiver.at("/elsewhere")).toHaveLength(0);
});

test("two hundred webhooks, each sent twice and out of order, all arrive", async () => {
  await emulator.addFault({ times: 200, webhook: { duplicates: 1, hold: true } });
  const ids = await Promise.all(
    Array.from({ length: 200 }, async (_, place) => {
      return (await submit(emulator.url, inputOf(`many ${place}`), `${receiver.url}/many`)).request_id;
    }),
  );
  await eventually("400 webhooks", () => receiver.at("/many").length === 400);
  const arrived = receiver.at("/many").map((each) => bodyOf(each).request_id);
  for (const id of ids) expect(arrived.filter((each) => each === id)).toHaveLength(2);
  const firsts = [...new Set(arrived)];
  expect(firsts).not.toEqual([...firsts].sort());
});
