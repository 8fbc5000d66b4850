import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../lambdas/contract/fingerprint.ts";
import { type ParsedRequest, parseNewJobRequest } from "../../../lambdas/contract/job-request.ts";
import {
  batchedJobId,
  digest,
  isJobId,
  isWebhookToken,
  keyedJobId,
  randomJobId,
  retryJobId,
  webhookToken,
} from "../../../lambdas/job/identity.ts";
import { site } from "../../support/jobs.ts";
import { PICTURES } from "../../support/pictures.ts";

const PNG_BYTES = PICTURES["image/png"];

function request(body: object): ParsedRequest {
  const parsed = parseNewJobRequest({ input: { prompt: "p", image_url: "https://e.com/a" }, ...body }, site);
  if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
  return parsed;
}

function print(body: object): string {
  return fingerprint(request(body));
}

describe("a job's id", () => {
  it("a job's id is the same for the same owner and key, and different for any other", () => {
    const id = keyedJobId("owner", "key");
    expect(isJobId(id)).toBe(true);
    expect(keyedJobId("owner", "key")).toBe(id);
    expect(keyedJobId("owner", "kez")).not.toBe(id);
    expect(keyedJobId("ownerk", "ey")).not.toBe(id);
  });

  it("a job's id in a batch is the same for the same owner, key and position, and different for any other (P16)", () => {
    const ids = [0, 1, 10].map((place) => batchedJobId("owner", "key", place));
    expect(ids.every(isJobId)).toBe(true);
    expect(batchedJobId("owner", "key", 1)).toBe(ids[1]);
    const others = [batchedJobId("owner", "key1", 0), batchedJobId("ownerk", "ey", 0), keyedJobId("owner", "key")];
    expect(new Set([...ids, ...others]).size).toBe(6);
  });

  it("a job's id of a retry is the same for the same owner, job and key, and different for any other (P16)", () => {
    const id = retryJobId("owner", "job-1", "key");
    expect(isJobId(id)).toBe(true);
    expect(retryJobId("owner", "job-1", "key")).toBe(id);
    const others = [
      retryJobId("owner", "job-2", "key"),
      retryJobId("other", "job-1", "key"),
      retryJobId("owner", "job-1", "kez"),
      retryJobId("owner", "job-1", undefined),
      retryJobId("owner", "job-2", undefined),
    ];
    expect(new Set([id, ...others]).size).toBe(6);
  });

  it("a job's id without a key is ordered by time and random", () => {
    const bytes = (fill: number) => new Uint8Array(16).fill(fill);
    const ids = [randomJobId(1_000, bytes(9)), randomJobId(2_000, bytes(1)), randomJobId(2_000, bytes(2))];
    expect(ids.every(isJobId)).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(3);
  });

  it.each(["", "ABC", "0".repeat(31), "0".repeat(33), `${"0".repeat(31)}g`, `${"0".repeat(32)}\n`, "../etc"])(
    "a job's id is not %j",
    (text) => {
      expect(isJobId(text)).toBe(false);
    },
  );
});

describe("a webhook token", () => {
  it("a webhook token uses only characters that need no escaping in a URL (A7)", () => {
    expect(isWebhookToken(webhookToken(new Uint8Array(32).fill(255)))).toBe(true);
  });
});

describe("a digest (P16)", () => {
  it("a digest (P16) keeps its parts separate", () => {
    expect(digest("ab", "c")).not.toBe(digest("a", "bc"));
    expect(digest("a")).not.toBe(digest("a", ""));
    expect(digest("1:a;")).not.toBe(digest("1", "a"));
  });
});

describe("a fingerprint", () => {
  it("a fingerprint is the same whether defaults are written out or not, and in whatever order", () => {
    const spelled = {
      deadline_seconds: 7200,
      input: { aspect_ratio: "16:9", image_url: "https://e.com/a", resolution: "720p", sync_mode: false, prompt: "p" },
    };
    expect(print(spelled)).toBe(print({}));
    expect(print({ metadata: { a: "1", b: "2" } })).toBe(print({ metadata: { b: "2", a: "1" } }));
  });

  it("a fingerprint includes its version", () => {
    expect(print({})).toMatch(/^2:[0-9a-f]{64}$/);
  });

  it.each([
    { input: { prompt: "q", image_url: "https://e.com/a" } },
    { input: { prompt: "p", image_url: "https://e.com/b" } },
    { input: { prompt: "p", image_url: "https://e.com/a", aspect_ratio: "9:16" } },
    { metadata: { a: "1" } },
    { callback_url: "https://e.com/hook" },
    { deadline_seconds: 61 },
  ])("a fingerprint differs for %j", (body) => {
    expect(print(body)).not.toBe(print({}));
  });

  it("a fingerprint includes an inline image by its bytes", () => {
    const inline = (bytes: Buffer) => ({
      input: { prompt: "p", image_url: `data:image/png;base64,${bytes.toString("base64")}` },
    });
    expect(print(inline(PNG_BYTES))).toBe(print(inline(Buffer.from(PNG_BYTES))));
    expect(print(inline(PNG_BYTES))).not.toBe(print(inline(Buffer.concat([PNG_BYTES, Buffer.alloc(3)]))));
  });

  it("a fingerprint depends on the endpoint", () => {
    expect(print({ endpoint: "decart/lucy-i2v" })).not.toBe(print({}));
  });
});
