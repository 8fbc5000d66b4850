import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import {
  type FalPrivacy,
  type FalRouting,
  initiateMultipartAtFal,
  type SubmitCall,
  submitToFal,
} from "../../../lambdas/fal/client.ts";
import { privacy, routing } from "../../support/jobs.ts";
import { serve } from "../../support/loopback.ts";

const submission: SubmitCall = {
  endpoint: "decart/lucy-14b/image-to-video",
  input: { prompt: "p" },
  webhookUrl: "https://api.example.com/webhooks/fal/id/token",
  startTimeoutSeconds: 30,
  timeoutMs: 20_000,
};
const ACL = { default: "forbid", rules: [{ user: "u", decision: "allow" }] };
const FILE = { content_type: "video/mp4", file_name: "ä.mp4" };

function accept(_: IncomingMessage, response: ServerResponse): void {
  const said = { request_id: "req-1", upload_url: "https://v3.fal.media/u", file_url: "https://v3.fal.media/f" };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(said));
}

type Installation = Partial<FalPrivacy & FalRouting>;

function access(falEndpointUrl: string, change: Installation = {}) {
  return { key: "k", falEndpointUrl, privacy: { ...privacy, ...change }, routing: { ...routing, ...change } };
}

/** The fal headers of a submission with these options. */
async function headersFor(options: SubmitCall["options"], change: Installation = {}) {
  const { asked, url } = await serve(accept);
  expect(await submitToFal(access(url, change), { ...submission, options })).toMatchObject({ outcome: "accepted" });
  expect(asked).toHaveLength(1);
  const ours = Object.entries(asked[0]?.headers ?? {}).filter(([name]) => /^x-(app-)?fal-/.test(name));
  return Object.fromEntries(ours.map(([name, value]) => [name.replace(/^x-fal-/, ""), value]));
}

describe("a caller's options for fal", () => {
  const noFallbacks = { "disable-fallbacks": "1", "x-app-fal-disable-fallback": "true" };
  const usual = { "queue-priority": "normal", "request-timeout": "30" };

  it.each<[string, SubmitCall["options"], object]>([
    ["nothing", undefined, usual],
    ["no option", {}, usual],
    ["a priority", { priority: "low" }, { ...usual, "queue-priority": "low" }],
    ["a runner", { runner_hint: "warm/1" }, { ...usual, "runner-hint": "warm/1" }],
    [
      "the video's lifetime and access",
      { object_lifecycle: { expiration_duration_seconds: 60, initial_acl: ACL } },
      {
        ...usual,
        "object-lifecycle-preference": JSON.stringify({ expiration_duration_seconds: 60, initial_acl: ACL }),
      },
    ],
    ["no retry", { no_retry: true }, { ...usual, "no-retry": "1" }],
    ["no fallbacks", { disable_fallbacks: true }, { ...usual, ...noFallbacks }],
  ])("a caller's options for fal are sent with the submission: %s", async (_, options, headers) => {
    expect(await headersFor(options)).toEqual(headers);
  });

  it("a caller's options for fal override the installation's media lifetime, and are combined with its payload settings", async () => {
    const installation = { storesPayloads: false, mediaLifetimeSeconds: 86_400 };
    const lifetime = (seconds: number) => JSON.stringify({ expiration_duration_seconds: seconds });
    expect(await headersFor({ priority: "low" }, installation)).toEqual({
      ...usual,
      "queue-priority": "low",
      "store-io": "0",
      "object-lifecycle-preference": lifetime(86_400),
    });
    expect(await headersFor({ object_lifecycle: { expiration_duration_seconds: 60 } }, installation)).toEqual({
      ...usual,
      "store-io": "0",
      "object-lifecycle-preference": lifetime(60),
    });
  });
});

describe("what the installation forbids fal to do on its own", () => {
  it.each<[Installation, SubmitCall["options"], readonly string[]]>([
    [{}, undefined, []],
    [{ noRetry: true }, undefined, ["no-retry"]],
    [{ disablesFallbacks: true }, undefined, ["disable-fallbacks", "x-app-fal-disable-fallback"]],
    [{ noRetry: true }, { disable_fallbacks: true }, ["no-retry", "disable-fallbacks", "x-app-fal-disable-fallback"]],
  ])(
    "what the installation forbids fal to do on its own is sent with each submission: %j, with the caller's %j",
    async (installation, options, expected) => {
      const names = Object.keys(await headersFor(options, installation));
      expect(names.filter((name) => /no-retry|fallback/.test(name)).sort()).toEqual([...expected].sort());
    },
  );
});

describe("a multipart upload", () => {
  it("a multipart upload is started with our key, at fal's storage, by one call", async () => {
    const { asked, url } = await serve(accept);
    const call = await initiateMultipartAtFal(access(url), FILE);
    expect(call).toMatchObject({ kind: "answered", status: 200 });
    expect(asked.map(({ line }) => line)).toEqual([
      "POST /rest.fal.ai/storage/upload/initiate-multipart?storage_type=fal-cdn-v3",
    ]);
    expect(asked[0]?.headers).toMatchObject({ authorization: "Key k", "content-type": "application/json" });
    const lifecycle = JSON.parse(String(asked[0]?.headers["x-fal-object-lifecycle"]));
    expect(lifecycle).toEqual({ expiration_duration_seconds: 3 * 86_400 });
  });

  it.each<[string, RequestListener, object]>([
    ["refuses", (_, response) => response.writeHead(403).end("{}"), { kind: "answered", status: 403 }],
    ["fails", (_, response) => response.writeHead(503).end("{}"), { kind: "answered", status: 503 }],
    ["hangs up", (_, response) => response.destroy(), { kind: "unanswered" }],
  ])("a multipart upload reports it when fal %s, after one call", async (_, answer, outcome) => {
    const { asked, url } = await serve(answer);
    expect(await initiateMultipartAtFal(access(url), FILE)).toMatchObject(outcome);
    expect(asked).toHaveLength(1);
  });
});
