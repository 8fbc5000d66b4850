import * as z from "zod/mini";
import { iso } from "../job/deadlines.ts";
import { type Job, STATUSES } from "../job/job.ts";
import { METADATA_KEY_MAX_CHARACTERS, PAGE_DEFAULT_JOBS, PAGE_MAX_JOBS } from "../limits.ts";
import { type FieldError, pointer, type Refusal, validate } from "./validation.ts";

const time = z.iso.datetime({ offset: true, error: "must be a time such as 2026-11-22T12:00:00Z" });

/** The query of `GET /jobs`. All parameters `metadata[KEY]=VALUE` and `metadata.KEY=VALUE` are collected in `metadata`. */
export const listQuery = z.strictObject({
  status: z.optional(z.array(z.enum(STATUSES))),
  created_after: z.optional(time),
  created_before: z.optional(time),
  metadata: z.optional(z.record(z.string(), z.string())),
  limit: z._default(
    z.int().check(z.minimum(1, { error: limitExpectation() }), z.maximum(PAGE_MAX_JOBS, { error: limitExpectation() })),
    PAGE_DEFAULT_JOBS,
  ),
  cursor: z.optional(z.string()),
});

export type ListQuery = z.infer<typeof listQuery>;

const KEY = `(.{1,${METADATA_KEY_MAX_CHARACTERS}})`;
const METADATA_FIELD = new RegExp(`^metadata(?:\\.${KEY}|\\[${KEY}\\])$`, "su");

/** Parses the query of a list. Returns the query or the errors. `query` has every value of each parameter, by name. */
export function parseListQuery(query: ReadonlyMap<string, readonly string[]>): ListQuery | Refusal {
  const repeated = [...query].find(([name, values]) => values.length !== 1 && name !== "status");
  if (repeated) return { errors: [{ pointer: pointer([repeated[0]]), message: "must be given only once" }] };
  if (query.has("metadata")) {
    return { errors: [{ pointer: "/metadata", message: "is not a known field; use metadata[KEY]=VALUE" }] };
  }
  const given = [...query].map(([name, [value = ""]]) => ({ name, value, key: metadataKey(name) }));
  const metadata = given.flatMap(({ key, value }) => (key === undefined ? [] : [[key, value] as const]));
  const twice = given.find(
    ({ key }, place) => key !== undefined && given.slice(0, place).some((each) => each.key === key),
  );
  if (twice) return { errors: [{ pointer: pointer([twice.name]), message: "must be given only once" }] };
  const plain = given.filter(({ name, key }) => key === undefined && name !== "status");
  const status = query.get("status");
  const body = {
    ...Object.fromEntries(plain.map(({ name, value }) => [name, name === "limit" ? asNumber(value) : value])),
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
    ...(status && { status: statusesIn(status) }),
  };
  const parsed = validate(listQuery, body);
  return "errors" in parsed ? { errors: uniqueFields(parsed.errors) } : parsed;
}

/** The statuses in repeated parameters and in lists with commas, each once and in one order, so that cursors fit. */
function statusesIn(values: readonly string[]): readonly string[] {
  return [...new Set(values.flatMap((value) => value.split(",")))].sort();
}

/** The errors, with one for all wrong statuses. */
function uniqueFields(errors: readonly FieldError[]): readonly FieldError[] {
  const named = errors.map((error) => ({ ...error, pointer: error.pointer.replace(/^\/status\/\d+$/, "/status") }));
  return named.filter(({ pointer }, place) => named.findIndex((each) => each.pointer === pointer) === place);
}

/**
 * The range of sort keys (`created_at#id`) of the requested jobs: after `created_after` and before `created_before`.
 */
export function boundsOf({ created_after, created_before }: ListQuery): { readonly from: string; readonly to: string } {
  return {
    from: created_after === undefined ? BEFORE_ALL : sortKeyAt(Date.parse(created_after) + 1),
    to: created_before === undefined ? AFTER_ALL : sortKeyAt(Date.parse(created_before)),
  };
}

const BEFORE_ALL = "0";
const AFTER_ALL = "~";
const FIRST_TIME_MS = Date.parse("0000-01-01T00:00:00.000Z");
const LAST_TIME_MS = Date.parse("9999-12-31T23:59:59.999Z");

/** A sort key just before all jobs of a time (epoch milliseconds). Text sorts like time only for four-digit years. */
function sortKeyAt(time: number): string {
  if (time < FIRST_TIME_MS) return BEFORE_ALL;
  return time > LAST_TIME_MS ? AFTER_ALL : iso(time);
}

/** Whether a job matches the filters of the query. */
export function matchesQuery(job: Job, { status, metadata }: ListQuery): boolean {
  if (status !== undefined && !status.includes(job.status)) return false;
  return Object.entries(metadata ?? {}).every(([key, value]) => job.metadata?.[key] === value);
}

/** The key that a parameter filters by; undefined if it is another parameter. */
function metadataKey(name: string): string | undefined {
  const [, afterDot, inBrackets] = METADATA_FIELD.exec(name) ?? [];
  return afterDot ?? inBrackets;
}

function asNumber(text: string): number | string {
  return /^\d{1,9}$/.test(text) ? Number(text) : text;
}

function limitExpectation(): string {
  return `must be a whole number from 1 to ${PAGE_MAX_JOBS}`;
}
