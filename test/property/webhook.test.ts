import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isWellFormed } from "../../lambdas/contract/text.ts";
import { readDelivery } from "../../lambdas/fal/webhook.ts";
import { tokenHash } from "../../lambdas/job/identity.ts";
import { isOpen } from "../../lambdas/job/job.ts";
import { signed as sign } from "../simulation/fal.ts";
import { gatewayEvent } from "../support/events.ts";
import { BIRTH_MS, become, birth } from "../support/jobs.ts";
import { createMemoryService } from "../support/memory-service.ts";
import { signedBody } from "./deliveries.ts";
import { expectRefusal } from "./refusal.ts";
import { cases } from "./replay.ts";

const TOKEN = "t".repeat(43);
const ROW_MAX_BYTES = 16 * 1024;
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const otherKey = generateKeyPairSync("ed25519").privateKey;
const keys = { current: async () => [publicKey], refreshed: async () => [publicKey] };

/** A service with one queued job, whose webhook token is `TOKEN` and request id `req-1`. */
async function queued() {
  const service = createMemoryService({ uploadToFal: async () => "https://v3.fal.media/files/held.mp4" }, keys);
  const job = become(
    { ...birth(), token_hash: tokenHash(TOKEN) },
    { at: BIRTH_MS, by: "submit", type: "accepted", requestId: "req-1" },
  );
  await service.add(job);
  return { service, job, before: service.row(job.id) };
}

/** A webhook as the gateway passes it on. */
function delivery(
  path: { id: string; token: string },
  body: Buffer,
  headers: Record<string, string | string[]>,
  isBase64Encoded = false,
) {
  const event = gatewayEvent({
    resource: "/webhooks/fal/{id}/{token}",
    pathParameters: path,
    headers,
    apiKeyId: null,
    isBase64Encoded,
  });
  return { ...event, body: body.toString(isBase64Encoded ? "base64" : "utf8") };
}

const signed = (body: Buffer, requestId = "req-1", key = privateKey) => sign(body, requestId, BIRTH_MS, key);
const success = Buffer.from(
  JSON.stringify({
    request_id: "req-1",
    gateway_request_id: "gw",
    status: "OK",
    payload: { video: { url: "https://v3.fal.media/x.mp4" } },
  }),
);

describe("the webhook", () => {
  it("the webhook rejects any path, headers and body that fal did not sign, and changes nothing", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "req-1",
        "NaN",
        "-1",
        "1e9",
        "0x10",
        String(BIRTH_MS / 1000),
        "0".repeat(128),
        "g".repeat(128),
        "F".repeat(128),
      ),
    );
    const header = fc.oneof(text, fc.array(text, { maxLength: 3 }));
    const headers = fc.record(
      {
        "X-Fal-Webhook-Request-Id": header,
        "x-fal-webhook-user-id": header,
        "X-Fal-Webhook-Timestamp": header,
        "X-Fal-Webhook-Signature": header,
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    const path = fc.record({ id: fc.oneof(text, fc.constant(birth().id)), token: fc.oneof(text, fc.constant(TOKEN)) });
    const body = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(json)),
      fc.constant(success),
    );
    const property = fc.asyncProperty(path, headers, body, fc.boolean(), async (where, sent, raw, isBase64Encoded) => {
      const { service, job, before } = await queued();
      const { code } = expectRefusal(await service.webhook(delivery(where, raw, sent, isBase64Encoded)));
      expect(["not_found", "signature_invalid"]).toContain(code);
      expect([service.row(job.id), service.rows().size, service.state.prepared]).toEqual([before, 1, 0]);
    });
    return fc.assert(property, cases(300));
  });

  it("the webhook rejects a genuine webhook once any one byte or header of it is altered", () => {
    const spoilt = fc.oneof(
      fc.record({
        kind: fc.constant("byte" as const),
        place: fc.nat(success.length - 1),
        flip: fc.integer({ min: 1, max: 127 }),
      }),
      fc.record({
        kind: fc.constantFrom("double" as const, "drop" as const, "other" as const, "case" as const),
        place: fc.nat(3),
        flip: fc.constant(0),
      }),
      fc.record({
        kind: fc.constantFrom("key" as const, "token" as const, "late" as const),
        place: fc.constant(0),
        flip: fc.constant(0),
      }),
    );
    const property = fc.asyncProperty(spoilt, async ({ kind, place, flip }) => {
      const { service, job, before } = await queued();
      const body = Buffer.from(success);
      const headers: Record<string, string | string[]> = signed(body, "req-1", kind === "key" ? otherKey : privateKey);
      const name = Object.keys(headers)[place] ?? "";
      const value = String(headers[name]);
      if (kind === "byte") body[place] = (body[place] ?? 0) ^ flip;
      if (kind === "double") headers[name] = [value, value];
      if (kind === "drop") delete headers[name];
      if (kind === "other") headers[name] = `${value}0`;
      if (kind === "case")
        headers["X-FAL-WEBHOOK-SIGNATURE"] = String(headers["x-fal-webhook-signature"]).toUpperCase();
      if (kind === "late") service.state.nowMs += 301_000;
      const token = kind === "token" ? "u".repeat(43) : TOKEN;
      const answer = await service.webhook(delivery({ id: job.id, token }, body, headers));
      expect(["not_found", "signature_invalid"]).toContain(expectRefusal(answer).code);
      expect([service.row(job.id), service.state.prepared]).toEqual([before, 0]);
    });
    return fc.assert(property, cases(300));
  });

  it("the webhook rejects what fal signs for another customer: without this job's token nothing changes", () =>
    fc.assert(
      fc.asyncProperty(signedBody, async (raw) => {
        const { service, job, before } = await queued();
        const answer = await service.webhook(delivery({ id: job.id, token: "u".repeat(43) }, raw, signed(raw)));
        expect(["not_found", "signature_invalid", "malformed_request"]).toContain(expectRefusal(answer).code);
        expect(service.row(job.id)).toMatchObject({ status: "queued", version: before.version });
      }),
      cases(150),
    ));

  it("the webhook accepts whatever fal signs for the job, and the row stays small", () =>
    fc.assert(
      fc.asyncProperty(signedBody, async (raw) => {
        const { service, job, before } = await queued();
        const answer = await service.webhook(delivery({ id: job.id, token: TOKEN }, raw, signed(raw)));
        const row = service.row(job.id);
        if (answer.statusCode !== 200)
          expect(["signature_invalid", "malformed_request"]).toContain(expectRefusal(answer).code);
        if (answer.statusCode !== 200) expect(row).toEqual(before);
        else expect(isOpen(row) ? row.due_at : row.settled_at).toBeDefined();
        expect(Buffer.byteLength(JSON.stringify(row))).toBeLessThan(ROW_MAX_BYTES);
      }),
      cases(300),
    ));

  it.each([
    ["numbers that the SDK writes: safe integers", isSafe],
    ["whole code points", isWhole],
    ["at most 32 levels", isShallow],
  ])("P4: what it stores from a body that fal signed is %s", (_, isStorable) =>
    fc.assert(
      fc.property(signedBody, (raw) => {
        const outcome = readDelivery(raw, undefined)?.outcome;
        return outcome?.status === "succeeded" ? isStorable(outcome) : isStorable({ error: outcome?.error });
      }),
      cases(500),
    ),
  );
});

/** The AWS SDK throws for larger numbers instead of losing their last digits. */
function isSafe(value: unknown): boolean {
  if (typeof value === "number") return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  return typeof value !== "object" || value === null || Object.values(value).every(isSafe);
}

/** Text cut in the middle of a code point has no UTF-8 encoding. */
function isWhole(value: unknown): boolean {
  if (typeof value === "string") return isWellFormed(value);
  return typeof value !== "object" || value === null || Object.values(value).every(isWhole);
}

/** DynamoDB allows no deeper nesting. */
function isShallow(value: unknown, levels = 32): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((field) => isShallow(field, levels - 1));
}
