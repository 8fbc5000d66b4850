import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { isOpen } from "../../lambdas/job/job.ts";
import { invoke } from "../functions.ts";
import { readJobs } from "../where.ts";
import { type Check, unwell, well } from "./check.ts";

const OWNER = "doctor";
const sample = new URL("../../local/sample/sample.jpg", import.meta.url);
const timeoutMs = 10 * 60_000;
const pollMs = 1_000;

/** One whole job, which costs money: only with `--job`, and after a yes. */
export const testJob: Check = {
  id: "test-job",
  name: "a whole job succeeds",
  isRequired: true,
  needs: ["fal-account", "endpoints-known", "webhook-route", "sweep"],
  look: async ({ installation, options, variables, now, complain }) => {
    if (options.job !== true) return undefined;
    const [endpoint = ""] = (variables.FAL_ENDPOINT_IDS ?? "").split(",");
    if (options.yes !== true) return unwell(`it costs ${priceOf(variables.PRICES, endpoint)}`, "add --yes to run it");
    const image_url = `data:image/jpeg;base64,${(await readFile(sample)).toString("base64")}`;
    const { statusCode, body } = (await invoke(installation, "submit", {
      resource: "/jobs",
      path: "/jobs",
      httpMethod: "POST",
      pathParameters: null,
      multiValueHeaders: { "content-type": ["application/json"] },
      multiValueQueryStringParameters: null,
      body: JSON.stringify({ endpoint, input: { prompt: "gentle waves", image_url } }),
      isBase64Encoded: false,
      requestContext: { identity: { apiKeyId: OWNER, sourceIp: "127.0.0.1" } },
    })) as { readonly statusCode: number; readonly body: string };
    const { id = "", detail } = JSON.parse(body) as { readonly id?: string; readonly detail?: string };
    if (statusCode !== 202)
      return unwell(`the job was refused: ${statusCode} ${detail ?? ""}`, "see docs/guide/errors.md");
    complain(`the job ${id} runs\n`);
    const startedAt = now();
    for (;;) {
      const [job] = await readJobs(installation, [id]);
      const seconds = Math.round((now() - startedAt) / 1000);
      if (job?.status === "succeeded") return well(`it succeeded after ${seconds} s, settled by the ${job.settled_by}`);
      const isOver = job === undefined || !isOpen(job) || now() - startedAt > timeoutMs;
      if (isOver)
        return unwell(`${job?.status}: ${job?.error?.message ?? "no reason yet"}`, `npm run ops -- job ${id}`);
      await wait(pollMs);
    }
  },
};

function priceOf(prices: string | undefined, endpoint: string): string {
  const price = JSON.parse(prices || "{}")[endpoint];
  const usd = price?.per_request ?? price?.per_second * price?.seconds;
  return Number.isFinite(usd) ? `about $${usd.toFixed(2)}` : "what fal bills for it";
}
