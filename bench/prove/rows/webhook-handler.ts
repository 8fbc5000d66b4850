import { setTimeout as delay } from "node:timers/promises";
import { createFalClient } from "@fal-ai/client";
import { breaksAtService, type Ending, type Life, pollMs, runCaller } from "../caller.ts";
import { endpoint, falKey, inputOf } from "../fal.ts";
import { type JobsTable, openJobsTable, type StoredJob } from "../jobs-table.ts";
import type { Job } from "../plan.ts";
import type { Row } from "../row.ts";
import { createVerifier } from "../verify-webhook.ts";
import { type Handlers, startWebhookServer } from "../webhook-server.ts";

/**
 * After so many looks the caller gives a job up as lost: by then, a webhook that fal repeats has come. It counts looks
 * and not seconds, because on a busy machine everything takes longer.
 */
const looksMax = 50;
const attemptsMax = 5;

type Input = ReturnType<typeof inputOf>;
type Order = Input & { readonly id: string };
/** The part of fal's webhook that handlers read. */
interface Webhook {
  readonly request_id: string;
  readonly status: "OK" | "ERROR";
  readonly payload?: { readonly video?: { readonly url: string } };
  readonly error?: string | null;
}

/**
 * The handler of tutorials: submit with a webhook URL, put a row under the request id, and let the webhook read the
 * row and write it. It ignores a webhook for a job that is done, because fal may send one twice.
 */
export const webhookHandler: Row = {
  name: "webhook-handler",
  client: "tutorial handler, webhook writes the row",
  open: (setting) =>
    openHandler(setting.falUrl, (table) => ({
      create: async ({ body, fetch }, webhookUrl) => {
        const id = await submit(fetch, JSON.parse(body.toString()), webhookUrl);
        await table.put({ id, request_id: id, status: "pending" });
        return { status: 202, json: { id } };
      },
      read: (id) => readRow(table, id),
      webhook: async ({ body }) => {
        const webhook: Webhook = JSON.parse(body.toString());
        return settleRow(table, await table.get(webhook.request_id), webhook);
      },
    })),
};

/**
 * The same handler, improved with what is documented: it verifies fal's signature, compares the request id, and its
 * caller names each job, so that a repeated call finds the row.
 */
export const carefulWebhookHandler: Row = {
  name: "webhook-handler-careful",
  client: "the same, with signatures and job names",
  open: (setting) =>
    openHandler(setting.falUrl, (table) => {
      const isSigned = createVerifier();
      return {
        create: async ({ body, fetch }, webhookUrl) => {
          const { id, ...input }: Order = JSON.parse(body.toString());
          if (await table.get(id)) return { status: 200, json: { id } };
          const request_id = await submit(fetch, input, `${webhookUrl}?job=${encodeURIComponent(id)}`);
          await table.put({ id, request_id, status: "pending" });
          return { status: 202, json: { id } };
        },
        read: (id) => readRow(table, id),
        webhook: async (request) => {
          if (!(await isSigned(request))) return { status: 401 };
          const webhook: Webhook = JSON.parse(request.body.toString());
          const row = await table.get(request.url.searchParams.get("job") ?? "");
          return settleRow(table, row?.request_id === webhook.request_id ? row : undefined, webhook);
        },
      };
    }),
};

async function openHandler(falUrl: string, makeHandlers: (table: JobsTable) => Handlers) {
  const table = await openJobsTable();
  const server = await startWebhookServer(falUrl, makeHandlers(table));
  return {
    run: (job: Job) => {
      server.expect(job);
      return runCaller(falUrl, breaksAtService(job), (life) => order(server.url, job, life));
    },
    close: async () => {
      await server.close();
      await table.close();
    },
  };
}

async function submit(fetch: Life["fetch"], input: Partial<Order>, webhookUrl: string): Promise<string> {
  const { id: _, ...rest } = input;
  const fal = createFalClient({ credentials: falKey, fetch });
  const { request_id } = await fal.queue.submit(endpoint, { input: rest as Input, webhookUrl });
  return request_id;
}

async function readRow(table: JobsTable, id: string) {
  const row = await table.get(id);
  return row ? { status: 200, json: row } : { status: 404 };
}

async function settleRow(table: JobsTable, row: StoredJob | undefined, { status, payload, error }: Webhook) {
  if (!row) return { status: 404 };
  if (row.status !== "pending") return { status: 200 };
  const video_url = payload?.video?.url;
  if (status === "OK" && video_url) await table.put({ ...row, status: "done", video_url });
  else await table.put({ ...row, status: "failed", error: error ?? "failed" });
  return { status: 200 };
}

/** Posts the job, again when there is no answer, and reads it until it is done. */
async function order(url: string, job: Job, { fetch, stored }: Life): Promise<Ending> {
  const id = stored.get("id") ?? (await create(url, job, fetch));
  stored.set("id", id);
  for (let look = 0; look < looksMax; look++) {
    const answer = await fetch(`${url}/jobs/${encodeURIComponent(id)}`);
    const row = (await answer.json()) as Partial<StoredJob>;
    if (row.status === "done") return { kind: "video", url: row.video_url ?? "" };
    if (row.status === "failed") return { kind: "failed", message: row.error ?? "" };
    await delay(pollMs);
  }
  return { kind: "lost" };
}

async function create(url: string, job: Job, fetch: Life["fetch"]): Promise<string> {
  const body = JSON.stringify({ id: job.prompt, ...inputOf(job) });
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(`${url}/jobs`, { method: "POST", body }).catch(() => undefined);
    const { id, message } = ((await answer?.json()) ?? {}) as { id?: string; message?: string };
    if (id !== undefined) return id;
    if (answer?.status === 500 || attempt === attemptsMax) throw new Error(message ?? "no answer");
    await delay(pollMs);
  }
}
