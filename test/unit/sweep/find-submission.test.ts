import { describe, expect, it } from "vitest";
import { bodyDigest } from "../../../lambdas/job/identity.ts";
import type { Job } from "../../../lambdas/job/job.ts";
import { submissionFinder } from "../../../lambdas/sweep/find-submission.ts";
import { BIRTH_MS, birth, policy, privacy, routing } from "../../support/jobs.ts";
import { unscriptedFal } from "../../support/memory-service.ts";

const ENDPOINT = "decart/lucy-14b/image-to-video";
const INPUT = { ...birth().input, image_url: "https://v3.fal.media/files/held.jpg" };
const minuteMs = 60_000;

/** A job whose submission is unconfirmed, sent at `BIRTH_MS` with `INPUT` and an image that we uploaded. */
function lost(change: Partial<Job> = {}): Job {
  const attempt = { number: 1, at: BIRTH_MS, outcome: "unknown", body_digest: bodyDigest(INPUT) } as const;
  return { ...birth(), attempt, input: INPUT, image_held: true, ...change };
}

/** A finder over a history of these items, and the number of readings. */
function finder(items: readonly object[], options: { key?: string | undefined; page?: unknown; until?: number } = {}) {
  const queries: Readonly<Record<string, string>>[] = [];
  const key = "key" in options ? options.key : "key";
  const service = {
    policy,
    now: () => BIRTH_MS + 10 * minuteMs,
    connectFal: async () => {
      const historyPageAtFal = async (_access: unknown, query: Readonly<Record<string, string>>) => {
        queries.push(query);
        return options.page ?? { items, has_more: false };
      };
      return {
        fal: { ...unscriptedFal, historyPageAtFal },
        access: key === undefined ? undefined : { key, falEndpointUrl: undefined, privacy, routing },
      };
    },
  };
  const submissions = submissionFinder(service, options.until ?? Number.POSITIVE_INFINITY);
  const find = async (job: Job) => {
    await submissions.reading(job);
    return submissions.find(job);
  };
  return { find, queries };
}

function past(request_id: string, change: object = {}, sentAtMs = BIRTH_MS) {
  return { request_id, endpoint_id: ENDPOINT, sent_at: new Date(sentAtMs).toISOString(), json_input: INPUT, ...change };
}

const other = past("req-other", { json_input: { ...INPUT, image_url: "https://v3.fal.media/files/other.jpg" } });

describe("a lost submission", () => {
  it("P8: a submission is not known when the sweep's time for the history is over, and no page is read", async () => {
    const late = finder([past("req-1")], { until: BIRTH_MS + 10 * minuteMs });
    expect(await late.find(lost())).toBeUndefined();
    expect(late.queries).toEqual([]);
  });

  it("a lost submission is found when exactly one request has its exact body, whatever the order of its keys", async () => {
    const turned = Object.fromEntries(Object.entries(INPUT).reverse());
    expect(await finder([other, past("req-1", { json_input: turned })]).find(lost())).toBe("req-1");
  });

  it("a lost submission is searched from the submission window and the clock tolerance back", async () => {
    const { find, queries } = finder([]);
    await find(lost());
    const [query] = queries;
    expect(Date.parse(query?.start ?? "")).toBeLessThanOrEqual(BIRTH_MS + 10 * minuteMs - policy.submissionWindowMs);
    expect(Date.parse(query?.end ?? "")).toBeGreaterThan(BIRTH_MS + 10 * minuteMs);
  });

  it.each<[string, readonly object[]]>([
    ["nothing is listed", []],
    ["only others are listed", [other]],
    ["two requests have its body", [past("req-1"), past("req-2")]],
    ["the payload is not stored", [past("req-1", { json_input: undefined })]],
    ["the payload is null", [past("req-1", { json_input: null })]],
    ["it has a field more", [past("req-1", { json_input: { ...INPUT, seed: 1 } })]],
    ["it has a field less", [past("req-1", { json_input: { ...INPUT, resolution: undefined } })]],
    ["the prompt differs by a space", [past("req-1", { json_input: { ...INPUT, prompt: "a lighthouse " } })]],
    ["a boolean came back as text", [past("req-1", { json_input: { ...INPUT, sync_mode: "false" } })]],
    ["the payload is its JSON text", [past("req-1", { json_input: JSON.stringify(INPUT) })]],
    ["it was sent ten minutes before", [past("req-1", {}, BIRTH_MS - 10 * minuteMs)]],
    ["it was sent ten minutes after", [past("req-1", {}, BIRTH_MS + 10 * minuteMs)]],
  ])("a lost submission is not found when %s (P13)", async (_, items) => {
    expect(await finder(items).find(lost())).toBeUndefined();
  });

  it("a lost submission is found even if another request with its body was sent at a very different time", async () => {
    expect(await finder([past("req-1"), past("req-2", {}, BIRTH_MS - 30 * minuteMs)]).find(lost())).toBe("req-1");
  });

  it("a lost submission is searched in its own endpoint's history, read once for all its jobs", async () => {
    const { find, queries } = finder([past("req-1")]);
    const i2v = "decart/lucy-i2v";
    const found = await Promise.all([find(lost()), find(lost({ endpoint: i2v })), find(lost())]);
    expect(found).toEqual(["req-1", undefined, "req-1"]);
    expect(queries.map(({ endpoint_id }) => endpoint_id)).toEqual([ENDPOINT, i2v]);
  });

  it.each<[string, Partial<Job>]>([
    ["whose image is hosted, because others may have sent it too", { image_held: undefined }],
    ["that was never sent", { attempt: undefined }],
  ])("%s is not searched at all (P13)", async (_, change) => {
    const { find, queries } = finder([past("req-1")]);
    expect(await find(lost(change))).toBeUndefined();
    expect(queries).toHaveLength(0);
  });

  it.each<[string, Parameters<typeof finder>[1]]>([
    ["the history is invalid", { page: { items: [past("req-1")] } }],
    ["fal's key is missing", { key: undefined }],
  ])("a lost submission is not found while %s", async (_, options) => {
    expect(await finder([past("req-1")], options).find(lost())).toBeUndefined();
  });

  it("a lost submission causes one reading of the history for all jobs of a sweep, even when that fails (P17)", async () => {
    const { find, queries } = finder([past("req-1")]);
    const found = await Promise.all([find(lost()), find(lost()), find(lost({ image_held: undefined }))]);
    expect([await find(lost()), ...found]).toEqual(["req-1", "req-1", "req-1", undefined]);
    expect(queries).toHaveLength(1);
    const failing = finder([], { page: "down" });
    expect(await Promise.all([failing.find(lost()), failing.find(lost())])).toEqual([undefined, undefined]);
    expect(failing.queries).toHaveLength(1);
  });

  it.each([
    ["a lone surrogate", JSON.parse('{"prompt":"\\ud800"}')],
    ["an infinite number", JSON.parse('{"seed":1e999}')],
  ])("a lost submission is found even if another request's payload contains %s", async (_, json_input) => {
    expect(await finder([past("req-0", { json_input }), past("req-1")]).find(lost())).toBe("req-1");
  });
});
