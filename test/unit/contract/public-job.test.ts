import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { INPUT_FIELDS, publicJob } from "../../../lambdas/contract/public-job.ts";
import { publicJobSchema } from "../../../lambdas/contract/public-schema.ts";
import type { Job } from "../../../lambdas/job/job.ts";
import { seededRandom } from "../../simulation/random.ts";
import { birth } from "../../support/jobs.ts";

const at = "2026-11-22T12:00:00.000Z";
const file = { file_size: 7, sha256: "5f", duration_seconds: 5, width: 1280, height: 720, codec: "avc1.64001f" };
const video = { url: "https://v3.fal.media/a.mp4", content_type: "video/mp4", file_name: "a.mp4", ...file };
const complaint = { loc: ["body", "x"], msg: "no", type: "t", ctx: { b: [{ d: 1, c: 2 }], a: null } };

/** A row with everything that a job can show. */
const row: Job = {
  ...birth(),
  status: "queued",
  metadata: { order: "42", customer: "7", "10": "x", "9": "y" },
  callback_url: "https://hooks.example.com/",
  callback_format: "fal",
  callback_when: "settled",
  retry_of: "0".repeat(32),
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  overdue: true,
  result: { video, extra: { seed: 9, timings: { inference: 3, begin: 1 } }, endpoint: "a/b" },
  late_result: { video, extra: { seed: 9 }, endpoint: "a/b" },
  error: {
    code: "fal_busy",
    message: "no",
    retryable: false,
    fal_status: 422,
    error_type: "t",
    detail: [complaint, complaint],
  },
  cost: { estimated_usd: 0.4, billable_units: 5, actual_usd: 0.4 },
  submitted_at: at,
  started_at: at,
  cancel_requested_at: at,
  settled_at: at,
  settled_by: "webhook",
  expires_at: 1_800_000_000,
  request_id: "req-1",
  timeline: [
    { at, event: "submitting", by: "submit" },
    { at, event: "failed", by: "webhook" },
  ],
  deliveries: [{ attempt: 1, at, status: 500, latency_ms: 3, error: "answered 500" }],
};
const live = { queue_position: 1, logs: [{ message: "x", timestamp: at }] };

/** The same value with the names of every object in another order, as the table may return it. */
function shuffled<T>(value: T, random: () => number): T;
function shuffled(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return value.map((each) => shuffled(each, random));
  if (typeof value !== "object" || value === null) return value;
  const drawn = Object.entries(value).map(([name, each]) => ({ name, each: shuffled(each, random), place: random() }));
  drawn.sort((one, other) => one.place - other.place);
  return Object.fromEntries(drawn.map(({ name, each }) => [name, each]));
}

interface Declared {
  readonly properties?: Readonly<Record<string, Declared>>;
  readonly items?: Declared;
  readonly anyOf?: readonly Declared[];
}

/** Checks that every object of a value has the declared names in the declared order. */
function expectDeclaredOrder(value: unknown, declared: Declared | undefined): void {
  if (Array.isArray(value)) for (const each of value) expectDeclaredOrder(each, declared?.items);
  const properties = (declared?.anyOf?.[0] ?? declared)?.properties;
  if (properties === undefined || typeof value !== "object" || value === null) return;
  expect(Object.keys(value)).toEqual(Object.keys(properties));
  for (const [name, each] of Object.entries(value)) expectDeclaredOrder(each, properties[name]);
}

describe("a public job", () => {
  const shown = JSON.stringify(publicJob(row, "https://api.example.com", live));

  it.each([
    ["open", row, ["billed"]],
    ["settled", { ...row, status: "failed" }, ["waiting_for", "overdue"]],
  ] as const)(
    "a public job has everything that the public schema declares, in its order: %s",
    (_state, job, absent) => {
      const declared = z.toJSONSchema(publicJobSchema) as Declared;
      const properties = Object.entries(declared.properties ?? {}).filter(
        ([name]) => !(absent as readonly string[]).includes(name),
      );
      const told = JSON.parse(JSON.stringify(publicJob(job, "https://api.example.com", live)));
      expectDeclaredOrder(told, { ...declared, properties: Object.fromEntries(properties) });
    },
  );

  it("a public job is the same text in whatever order the table returns its row", () => {
    const { next } = seededRandom(1);
    for (let times = 0; times < 20; times++) {
      expect(JSON.stringify(publicJob(shuffled(row, next), "https://api.example.com", live))).toBe(shown);
    }
  });

  it("a public job loses no field that has no declared order", () => {
    const { metadata, result, error } = JSON.parse(shown);
    expect([metadata, result.extra, error.detail]).toEqual([row.metadata, row.result?.extra, row.error?.detail]);
  });

  it("a public job puts undeclared input fields after the declared ones, alphabetically", () => {
    const input = { z: 1, sync_mode: true, prompt: "p", a: { d: 1, c: 2 } };
    const told = publicJob({ ...row, input }, "").input;
    expect(JSON.stringify(told)).toBe('{"prompt":"p","sync_mode":true,"a":{"c":2,"d":1},"z":1}');
    expect(INPUT_FIELDS).toEqual(Object.keys(birth().input));
  });
});
