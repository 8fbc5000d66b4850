import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { deletePayloadsAtFal, type FalPrivacy, submitToFal, uploadToFal } from "../../../lambdas/fal/client.ts";
import { routing } from "../../support/jobs.ts";
import { serve } from "../../support/loopback.ts";

const STORE = "x-fal-store-io";
const LIFETIME = "x-fal-object-lifecycle-preference";
/** The header that fal's client sends with an upload. */
const UPLOAD_LIFETIME = "x-fal-object-lifecycle";

/** Accepts everything. */
function accept({ headers }: IncomingMessage, response: ServerResponse): void {
  const upload_url = `http://${headers.host}/put`;
  const said = { request_id: "req-1", upload_url, file_url: "https://v3.fal.media/files/a.png" };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(said));
}

function access(falEndpointUrl: string, privacy: Partial<FalPrivacy> = {}) {
  const stored = { storesPayloads: true, mediaLifetimeSeconds: undefined, ...privacy };
  return { key: "k", falEndpointUrl, privacy: stored, routing };
}

const submission = {
  endpoint: "decart/lucy-14b/image-to-video",
  input: { prompt: "p" },
  webhookUrl: "https://api.example.com/webhooks/fal/id/token",
  startTimeoutSeconds: 1800,
  timeoutMs: 20_000,
};
const file = { name: "a.png", contentType: "image/png", bytes: new Uint8Array([1]), neededSeconds: 7200 };

describe("the retention settings sent to fal", () => {
  it.each<[Partial<FalPrivacy>, string | undefined, unknown]>([
    [{}, undefined, undefined],
    [{ storesPayloads: false }, "0", undefined],
    [{ mediaLifetimeSeconds: 86_400 }, undefined, { expiration_duration_seconds: 86_400 }],
    [{ storesPayloads: false, mediaLifetimeSeconds: 3600 }, "0", { expiration_duration_seconds: 3600 }],
  ])("the retention settings sent to fal are part of a submission: %j", async (privacy, store, lifetime) => {
    const { asked, url } = await serve(accept);
    expect(await submitToFal(access(url, privacy), submission)).toEqual({ outcome: "accepted", requestId: "req-1" });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.headers[STORE]).toBe(store);
    expect(readLifetime(asked[0]?.headers)).toEqual(lifetime);
  });

  it.each<[number | undefined, unknown]>([
    [undefined, undefined],
    [86_400, { expiration_duration_seconds: 86_400 }],
    // Until the job's deadline, plus the time fal may take to start it.
    [60, { expiration_duration_seconds: 7200 + 1800 }],
  ])(
    "the retention settings sent to fal are part of an image upload, which outlives the submission: %s s",
    async (mediaLifetimeSeconds, lifetime) => {
      const { asked, url } = await serve(accept);
      const stored = await uploadToFal(access(url, { mediaLifetimeSeconds }), file);
      expect(stored).toBe("https://v3.fal.media/files/a.png");
      expect(readLifetime(asked[0]?.headers, UPLOAD_LIFETIME)).toEqual(lifetime);
    },
  );
});

describe("asking fal to delete the payloads of a request", () => {
  it("asking fal to delete the payloads of a request names the request, with our key", async () => {
    const { asked, url } = await serve(accept);
    expect(await deletePayloadsAtFal(access(url), "req/1?")).toBe("deleted");
    expect(asked.map(({ line }) => line)).toEqual(["DELETE /api.fal.ai/v1/models/requests/req%2F1%3F/payloads"]);
    expect(asked[0]?.headers.authorization).toBe("Key k");
  });

  it.each([
    [200, "deleted"],
    [204, "deleted"],
    [404, "deleted"],
    [401, "not_allowed"],
    [403, "not_allowed"],
    [302, "unanswered"],
    [429, "unanswered"],
    [500, "unanswered"],
  ])("asking fal to delete the payloads of a request returns %i: %s, after one call", async (status, outcome) => {
    const { asked, url } = await serve((_, response) => response.writeHead(status).end());
    expect(await deletePayloadsAtFal(access(url), "req-1")).toBe(outcome);
    expect(asked).toHaveLength(1);
  });

  it("asking fal to delete the payloads of a request returns nothing when fal resets the connection or is unreachable", async () => {
    const { url } = await serve((_, response) => response.destroy());
    expect(await deletePayloadsAtFal(access(url), "req-1")).toBe("unanswered");
    expect(await deletePayloadsAtFal(access("http://127.0.0.1:9"), "req-1")).toBe("unanswered");
  });
});

function readLifetime(headers: IncomingHttpHeaders | undefined, name = LIFETIME): unknown {
  const value = headers?.[name];
  return typeof value === "string" ? JSON.parse(value) : undefined;
}
