import { z } from "zod";
import { parseJson } from "./http.ts";

/**
 * The header name that fal's client uses for uploads, and the one for requests; fal's documentation names the second
 * for both.
 */
const names = ["x-fal-object-lifecycle", "x-fal-object-lifecycle-preference"];
const lifecycleSchema = z.object({ expiration_duration_seconds: z.number().nonnegative() });

/**
 * When an object made at `madeMs` is gone by fal's object lifecycle header, `{"expiration_duration_seconds": 60}`; both
 * in epoch milliseconds. Infinity without the header, or with one that sets no end.
 */
export function expiryOf(headers: Readonly<Record<string, string | string[] | undefined>>, madeMs: number): number {
  const value = names.map((name) => headers[name]).find((each) => each !== undefined);
  const { data } = lifecycleSchema.safeParse(parseJson(Buffer.from(String(value))));
  return data ? madeMs + data.expiration_duration_seconds * 1000 : Number.POSITIVE_INFINITY;
}
