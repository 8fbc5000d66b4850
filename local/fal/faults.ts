import { v7 as uuid } from "uuid";
import { z } from "zod";
import type { Journal, Table } from "./journal.ts";
import { infrastructureErrorTypes, modelErrorTypes } from "./outcomes.ts";
import type { FalRequest } from "./records.ts";

const maxDelayMs = 24 * 3_600_000;
const delayMs = z.number().int().min(0).max(maxDelayMs);

/** What happens to the POST: `hang_ms` without headers, then `answer` (the genuine one if left out), before or after enqueueing. */
const submitSchema = z.strictObject({
  when: z.enum(["before", "after"]).default("before"),
  hang_ms: delayMs.default(0),
  answer: z.literal([401, 403, 404, 422, 429, 500, 502, 503, 504, "reset", "no_request_id"]).optional(),
});

const webhookSchema = z.strictObject({
  /** Never sent. What stands in `before` is sent all the same. */
  drop: z.boolean().optional(),
  delay_ms: delayMs.optional(),
  /** So many deliveries at the same moment, beside the first. */
  duplicates: z.number().int().min(1).max(9).optional(),
  /** Held back until another request's delivery went (at most 5 s), so that neighbours arrive in the wrong order. */
  hold: z.boolean().optional(),
  /** Sent before the submit's answer. */
  early: z.boolean().optional(),
  /** `payload` is null and `payload_error` says why, under OK or ERROR as the request ended. */
  payload_error: z.boolean().optional(),
  /** The signing key changes just before; the old one is gone from the key host. */
  rotate_keys: z.boolean().optional(),
  /** Sent once each, before the genuine one: no signature, a stranger's key, an old timestamp, another account's own delivery. */
  before: z.array(z.enum(["unsigned", "wrong_key", "stale", "foreign"])).optional(),
});

const scriptShape = {
  submit: submitSchema.optional(),
  /** At least so long IN_QUEUE. */
  queue_ms: delayMs.optional(),
  /** The request fails with this one of fal's error types. */
  outcome: z.enum([...modelErrorTypes, ...infrastructureErrorTypes]).optional(),
  /** `expired` as soon as it is there, 404 on the result alone, more than 10 KB, or the video inline as a data URI. */
  result: z.enum(["expired", "not_found", "large", "data_uri"]).optional(),
  /** A cancellation is acknowledged, but the work goes on; or it is reported by webhook too. */
  cancel: z.enum(["ignored", "announced"]).optional(),
  webhook: webhookSchema.optional(),
};

const faultSchema = z.strictObject({
  /** How many submissions (or key fetches) it is for. */
  times: z.union([z.number().int().min(1), z.literal("all")]).default(1),
  /** Only submissions with exactly this prompt. */
  prompt: z.string().optional(),
  /** Not a coming submission but this request, at once: only what has not happened to it yet can still be changed. */
  request_id: z.string().optional(),
  /** The key host fails; a fault with this is used up by key fetches, not by submissions. */
  jwks: z
    .strictObject({ hang_ms: delayMs.default(0), status: z.literal([200, 404, 500, 503]).default(500) })
    .optional(),
  ...scriptShape,
});

const scriptSchema = z.object(scriptShape);

/** A fault as a test writes it: what happens to the next `times` submissions, in one script each. */
export type Fault = z.input<typeof faultSchema>;
/** The script a request carries with it from its submission on. */
export type Script = z.output<typeof scriptSchema>;
/** A fault that waits to be used, with its name and how often it still applies. */
export type PendingFault = z.output<typeof faultSchema> & { readonly id: string };

/** The faults still to come, oldest first. Each submission uses up the first one that fits, and only that. */
export interface Faults {
  /** Throws a ZodError that names what is wrong, an Error for a request that is unknown. Returns the fault's id. */
  add(fault: unknown): Promise<string>;
  pending(): PendingFault[];
  takeForSubmission(prompt: unknown): Promise<Script>;
  takeForKeys(): Promise<PendingFault["jwks"]>;
  clear(): Promise<void>;
}

/** Opens the faults that the journal remembers. */
export async function openFaults(journal: Journal, requests: Table<FalRequest>): Promise<Faults> {
  const table = await journal.table<PendingFault>("fault");
  const take = async (fits: (fault: PendingFault) => boolean) => {
    const fault = table.values().find(fits);
    if (fault) await useUp(table, fault);
    return fault;
  };
  return {
    add: async (fault) => {
      const id = uuid();
      const parsed = { ...faultSchema.parse(fault), id };
      await (parsed.request_id === undefined ? table.put(id, parsed) : attach(requests, parsed.request_id, parsed));
      return id;
    },
    pending: table.values,
    takeForSubmission: async (prompt) => {
      const fault = await take(({ jwks, ...f }) => !jwks && (f.prompt === undefined || f.prompt === prompt));
      return scriptSchema.parse(fault ?? {});
    },
    takeForKeys: async () => (await take((fault) => fault.jwks !== undefined))?.jwks,
    clear: table.clear,
  };
}

async function attach(requests: Table<FalRequest>, requestId: string, fault: PendingFault): Promise<void> {
  const request = requests.get(requestId);
  if (!request) throw new Error(`There is no request ${requestId} to attach a fault to.`);
  await requests.put(requestId, { ...request, script: { ...request.script, ...scriptSchema.parse(fault) } });
}

function useUp(table: Table<PendingFault>, fault: PendingFault): Promise<void> {
  if (fault.times === "all") return Promise.resolve();
  if (fault.times === 1) return table.delete(fault.id);
  return table.put(fault.id, { ...fault, times: fault.times - 1 });
}
