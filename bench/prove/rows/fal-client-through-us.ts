import { setTimeout as delay } from "node:timers/promises";
import { ApiError, createFalClient } from "@fal-ai/client";
import { breaksAtService, type Ending, type Life, pollMs, runCaller } from "../caller.ts";
import { endpoint, inputOf } from "../fal.ts";
import type { Job } from "../plan.ts";
import { nothingToClose, type ServiceRow } from "../row.ts";

/** fal's client with `proxyUrl`, as docs/guide/fal-client.md has it: each submission has a name. */
export const falClientThroughUs: ServiceRow = {
  name: "us-fal-client",
  client: "@fal-ai/client by /fal/proxy",
  open: async ({ falUrl }, { url, killAndRestart }) => ({
    run: (job) => runCaller(falUrl, breaksAtService(job), (life) => order(url, job, life)),
    killAndRestart,
    close: nothingToClose,
  }),
};

async function order(url: string, job: Job, { fetch, stored }: Life): Promise<Ending> {
  const fal = createFalClient({
    proxyUrl: { url: `${url}/fal/proxy`, when: "always" },
    requestMiddleware: async (request) => ({ ...request, headers: { ...request.headers, "x-api-key": "local-key" } }),
    fetch,
  });
  const headers = { "idempotency-key": job.prompt };
  const submit = () => fal.queue.submit(endpoint, { input: inputOf(job), headers });
  const requestId = stored.get("request_id") ?? (await untilAnswered(submit, isTrouble)).request_id;
  stored.set("request_id", requestId);
  await untilAnswered(() => fal.queue.subscribeToStatus(endpoint, { requestId, pollInterval: pollMs }), isUnreachable);
  const { data } = await untilAnswered(() => fal.queue.result(endpoint, { requestId }), isUnreachable);
  return { kind: "video", url: data.video.url };
}

/** Repeats a call that got no answer, after the client's own retries. */
async function untilAnswered<T>(call: () => Promise<T>, isRepeated: (error: unknown) => boolean): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isRepeated(error)) throw error;
      await delay(pollMs);
    }
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError;
}

/** A submission has a name, so it is repeated after any trouble of the service, too. */
function isTrouble(error: unknown): boolean {
  return isUnreachable(error) || (error instanceof ApiError && error.status >= 500);
}
