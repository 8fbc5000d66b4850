import { falJobs } from "../../../examples/ai-sdk/fal-jobs.mjs";
import { generate } from "../ai-sdk.ts";
import { breaksAtService, runCaller } from "../caller.ts";
import { endpoint } from "../fal.ts";
import { replaceGlobalFetch } from "../global-fetch.ts";
import type { ServiceRow } from "../row.ts";

/** The SDK waits 2, 4, 8 … seconds before it repeats a submission: as in examples/ai-sdk. */
const maxRetries = 6;

/** The AI SDK with the adapter of examples/ai-sdk, as it is. */
export const aiSdkThroughUs: ServiceRow = {
  name: "us-ai-sdk",
  client: "AI SDK by /fal/proxy",
  open: async ({ falUrl }, { url, killAndRestart }) => {
    const model = falJobs({ url, key: "local-key", endpoint });
    const globalFetch = replaceGlobalFetch();
    return {
      run: (job) =>
        runCaller(falUrl, breaksAtService(job), ({ fetch }) =>
          globalFetch.run(fetch, () =>
            generate(model, job, { headers: { "idempotency-key": job.prompt }, maxRetries }),
          ),
        ),
      killAndRestart,
      close: async () => globalFetch.restore(),
    };
  },
};
