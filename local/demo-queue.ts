import { z } from "zod";

/** What fal's queue says of a request, in words, with its place while it waits, and every log line so far. */
export type Queue = { readonly state: string; readonly logs: readonly string[] };

const statusSchema = z.object({
  status: z.string(),
  queue_position: z.number().nullish(),
  logs: z.array(z.object({ message: z.string() })).nullish(),
});
const callTimeoutMs = 5_000;

/**
 * Asks fal's own queue, which the public API does not show; undefined where it has no answer now. Beside the demo
 * nothing should do this: the job's state is the API's to tell.
 */
export async function readQueue(
  fal: { readonly queueUrl: string; readonly key: string },
  endpoint: string,
  requestId: string,
): Promise<Queue | undefined> {
  const app = endpoint.split("/").slice(0, 2).join("/");
  try {
    const response = await fetch(`${fal.queueUrl}/${app}/requests/${encodeURIComponent(requestId)}/status?logs=1`, {
      headers: { authorization: `Key ${fal.key}` },
      signal: AbortSignal.timeout(callTimeoutMs),
    });
    if (!response.ok) return undefined;
    const status = statusSchema.parse(await response.json());
    return { state: describe(status), logs: (status.logs ?? []).map(({ message }) => message) };
  } catch {
    return undefined;
  }
}

function describe({ status, queue_position }: z.infer<typeof statusSchema>): string {
  if (status === "IN_PROGRESS") return "running: fal is rendering";
  if (status === "COMPLETED") return "running: fal has finished, its result is on the way";
  return `queued: number ${(queue_position ?? 0) + 1} in fal's queue`;
}
