import { createFalClient } from "@fal-ai/client";
import { breaksAtFal, pollMs, runCaller } from "../caller.ts";
import { endpoint, falKey, inputOf } from "../fal.ts";
import { nothingToClose, type Row } from "../row.ts";

/** fal's client as its README has it: `subscribe`, with the default configuration. */
export const falClient: Row = {
  name: "fal-client",
  client: "@fal-ai/client, subscribe",
  open: async ({ falUrl }) => ({
    run: (job) =>
      runCaller(falUrl, breaksAtFal(job), async ({ fetch }) => {
        const fal = createFalClient({ credentials: falKey, fetch });
        const { data } = await fal.subscribe(endpoint, { input: inputOf(job) });
        return { kind: "video", url: data.video.url };
      }),
    close: nothingToClose,
  }),
};

/**
 * fal's client as carefully as its documentation allows: no retries, and the request id is stored as soon as it is
 * known, so that a process that is started again continues the same request. `queue.submit` ignores `retry`.
 */
export const carefulFalClient: Row = {
  name: "fal-client-careful",
  client: "@fal-ai/client, request id stored, retries off",
  open: async ({ falUrl }) => ({
    run: (job) =>
      runCaller(falUrl, breaksAtFal(job), async ({ fetch, stored }) => {
        const fal = createFalClient({ credentials: falKey, fetch, retry: { maxRetries: 0 } });
        const known = stored.get("request_id");
        const requestId = known ?? (await fal.queue.submit(endpoint, { input: inputOf(job) })).request_id;
        stored.set("request_id", requestId);
        await fal.queue.subscribeToStatus(endpoint, { requestId, pollInterval: pollMs });
        const { data } = await fal.queue.result(endpoint, { requestId });
        return { kind: "video", url: data.video.url };
      }),
    close: nothingToClose,
  }),
};
