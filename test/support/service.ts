import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { vi } from "vitest";
import type { PublicJob } from "../../lambdas/contract/public-job.ts";
import type { Job } from "../../lambdas/job/job.ts";
import type { JobTable } from "../../lambdas/table/job-table.ts";
import { startEngine } from "../../local/stack/engines.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { startSecrets } from "../../local/stack/secrets.ts";
import type { EngineKind } from "../../local/stack/settings.ts";
import { createTables } from "../../local/stack/tables.ts";
import { startTemporaryBuckets } from "./buckets.ts";
import { conforming } from "./conforming.ts";
import { gatewayEvent } from "./events.ts";
import { formEvent } from "./forms.ts";
import { type SignedDelivery, startScriptedFal } from "./scripted-fal.ts";
import { storesOfTheStack } from "./stores.ts";

export type Service = Awaited<ReturnType<typeof startService>>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // Tests state the fields they expect; the assertion reports any difference.
  readonly body: Record<string, unknown> & PublicJob;
}

const SECRET_ID = "fal-key";
const PUBLIC_URL = "https://api.example.com/prod";

/**
 * The deployed functions, unchanged, against a real engine, a real S3, a real secrets endpoint and a scripted fal, all
 * on loopback.
 */
export async function startService(kind: EngineKind) {
  const { tables, buckets: specs } = await storesOfTheStack();
  const [engine, fal, secrets, buckets] = await Promise.all([
    startEngine({ kind }),
    startScriptedFal(),
    startSecrets(new Map([[SECRET_ID, "test-key"]])),
    startTemporaryBuckets(specs),
  ]);
  await createTables(engine.url, tables);
  const tableName = tables[0]?.create.TableName ?? "";
  const urls = { engineUrl: engine.url, secretsUrl: secrets.url, bucketsUrl: buckets.url, falUrl: fal.url };
  const environment = environmentOf({ ...urls, tableName, bucketName: specs[0]?.name ?? "" });
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.resetModules();
  const { openJobTable } = await import("../../lambdas/table/job-table.ts");
  const { handler: submit } = await import("../../lambdas/functions/submit.ts");
  const { handler: change } = await import("../../lambdas/functions/change.ts");
  const { handler: read } = await import("../../lambdas/functions/read.ts");
  const { handler: webhook } = await import("../../lambdas/functions/webhook.ts");
  const { handler: health } = await import("../../lambdas/functions/health.ts");
  const handlers = {
    submit: conforming("POST", "/jobs", submit),
    batch: conforming("POST", "/jobs/batch", submit),
    jobs: conforming("GET", "/jobs/{id}", read),
    webhook: conforming("POST", "/webhooks/fal/{id}/{token}", webhook),
    health: conforming("GET", "/health", health),
    uploads: conforming("POST", "/uploads", submit),
    video: conforming("GET", "/jobs/{id}/video", read),
    delete: conforming("DELETE", "/jobs/{id}", change),
    archive: (await import("../../lambdas/functions/archive.ts")).handler,
  };
  const table: JobTable = openJobTable(tableName, Date.now);
  return {
    fal,
    table,
    publicUrl: PUBLIC_URL,
    health: () => call(handlers.health, gatewayEvent({ method: "GET", resource: "/health", apiKeyId: null })),
    submit: (body: unknown, headers: Record<string, string> = {}, apiKeyId = "key-1") =>
      call(
        handlers.submit,
        gatewayEvent({
          body: typeof body === "string" ? body : JSON.stringify(body),
          headers: { "Content-Type": "application/json", ...headers },
          apiKeyId,
        }),
      ),
    batch: (jobs: readonly unknown[], apiKeyId = "key-1") =>
      call(handlers.batch, gatewayEvent({ resource: "/jobs/batch", body: JSON.stringify({ jobs }), apiKeyId })),
    get: (id: string, headers: Record<string, string> = {}, apiKeyId = "key-1") =>
      call(
        handlers.jobs,
        gatewayEvent({ method: "GET", resource: "/jobs/{id}", pathParameters: { id }, headers, apiKeyId }),
      ),
    upload: (body: unknown, apiKeyId = "key-1") =>
      call(handlers.uploads, gatewayEvent({ resource: "/uploads", body: JSON.stringify(body), apiKeyId })),
    submitForm: async (form: FormData) => call(handlers.submit, await formEvent(form, { apiKeyId: "key-1" })),
    video: (id: string, query: Record<string, string> = {}) =>
      call(
        handlers.video,
        gatewayEvent({ method: "GET", resource: "/jobs/{id}/video", pathParameters: { id }, query, apiKeyId: "key-1" }),
      ),
    remove: (id: string) =>
      call(
        handlers.delete,
        gatewayEvent({ method: "DELETE", resource: "/jobs/{id}", pathParameters: { id }, apiKeyId: "key-1" }),
      ),
    /** Hands jobs over to the archive function. */
    archive: (...job_ids: readonly string[]) => handlers.archive({ owner: "owner-1", job_ids }),
    objects: buckets.keys,
    /** Delivers to a webhook URL, as API Gateway would pass it on. */
    deliver(webhookUrl: string, { body, headers }: SignedDelivery) {
      const [, id = "", token = ""] = /\/webhooks\/fal\/([^/]*)\/([^/]*)$/.exec(webhookUrl) ?? [];
      const resource = "/webhooks/fal/{id}/{token}";
      const event = gatewayEvent({ resource, pathParameters: { id, token }, headers, apiKeyId: null });
      return call(handlers.webhook, { ...event, body: body.toString("utf8") });
    },
    async row(id: string): Promise<Job> {
      const job = await table.read(id);
      if (!job) throw new Error(`no row ${id}`);
      return job;
    },
    async close() {
      vi.unstubAllEnvs();
      await Promise.all([engine.close(), fal.close(), secrets.close(), buckets.close()]);
    },
  };
}

interface World {
  readonly engineUrl: string;
  readonly secretsUrl: string;
  readonly bucketsUrl: string;
  readonly falUrl: string;
  readonly tableName: string;
  readonly bucketName: string;
}

function environmentOf(world: World) {
  return {
    AWS_REGION: localCaller.region,
    AWS_ACCESS_KEY_ID: localCaller.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCaller.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_S3: world.bucketsUrl,
    MEDIA_BUCKET: world.bucketName,
    ARCHIVE_VIDEOS: "true",
    FAL_STORE_IO: "true",
    FAL_NO_RETRY: "false",
    FAL_DISABLE_FALLBACKS: "true",
    FAL_UPLOADS_PER_DAY: "0",
    AWS_ENDPOINT_URL_DYNAMODB: world.engineUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: world.secretsUrl,
    TABLE_NAME: world.tableName,
    PUBLIC_URL,
    FAL_ENDPOINT_IDS: "decart/lucy-14b/image-to-video",
    FAL_ENDPOINT_URL: world.falUrl,
    FAL_KEY_SECRET_ID: SECRET_ID,
    OWNERS: JSON.stringify({ "key-1": "owner-1", "key-1-rotated": "owner-1" }),
    FIRST_CHECK_SECONDS: "60",
    SUBMISSION_WINDOW_SECONDS: "2700",
    STACK_NAME: "Test",
    AWS_LAMBDA_FUNCTION_NAME: "Test",
    WAITS_PER_OWNER: "10",
    WORKERS_PER_OWNER: "5",
    STREAMS_PER_OWNER: "10",
    RETENTION_DAYS: "30",
  };
}

async function call(
  handler: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>,
  event: APIGatewayProxyEvent,
): Promise<Answer> {
  const { statusCode, headers, body } = await handler(event);
  return { status: statusCode, headers: headers ?? {}, body: body === "" ? {} : JSON.parse(body) };
}
