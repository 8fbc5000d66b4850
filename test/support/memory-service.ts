import { randomBytes, randomUUID } from "node:crypto";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { cancelJob } from "../../lambdas/cancellation/cancel-job.ts";
import type { FalCalls } from "../../lambdas/fal/prepare.ts";
import type { SigningKeys } from "../../lambdas/fal/signing-keys.ts";
import { api, type Route } from "../../lambdas/http/api.ts";
import type { Job } from "../../lambdas/job/job.ts";
import { readJob } from "../../lambdas/reading/read-job.ts";
import { videoHolder } from "../../lambdas/settlement/hold-video.ts";
import { receiveWebhook } from "../../lambdas/settlement/receive-webhook.ts";
import { acceptJob } from "../../lambdas/submission/accept-job.ts";
import { openGate } from "../../lambdas/submission/gate.ts";
import { retryJob } from "../../lambdas/submission/retry-job.ts";
import { sweep } from "../../lambdas/sweeping/sweep.ts";
import { openJobTable } from "../../lambdas/table/job-table.ts";
import { seededRandom } from "../simulation/random.ts";
import { createTable } from "../simulation/table.ts";
import { BIRTH_MS, patience } from "./jobs.ts";

export type MemoryService = ReturnType<typeof createMemoryService>;

const PUBLIC_URL = "https://api.example.com/prod";
const ENDPOINT = "decart/lucy-14b/image-to-video";

/**
 * The real routes and the real sweep over a table in memory and a clock that stands until it is moved. fal is what the test makes
 * of it: a call that it did not script throws.
 */
export function createMemoryService(scripted: Partial<FalCalls> = {}, keys: SigningKeys = NO_KEYS) {
  const state = { nowMs: BIRTH_MS, prepared: 0, tableIsDown: false, falKey: "key" as string | undefined };
  const memory = createTable(
    tableClock(() => state.nowMs),
    seededRandom(1),
    NO_FAULTS,
    () => undefined,
  );
  const client = memory.client({ name: "test", alive: true, endsAt: Infinity, crashChance: 0, skewMs: 0 });
  const send = async (command: unknown) => {
    if (state.tableIsDown) throw new Error("the table is down");
    return client.send(command);
  };
  const now = () => state.nowMs;
  const prepare = async () => {
    state.prepared++;
    const { falKey: key } = state;
    return {
      fal: { ...unscriptedFal, ...scripted },
      access: key === undefined ? undefined : { key, falEndpointUrl: undefined },
    };
  };
  const service = {
    table: openJobTable("jobs", now, { send }),
    prepare,
    gate: openGate(now),
    publicUrl: PUBLIC_URL,
    patience,
    now,
    random: () => 0.5,
    randomBytes,
    newWriteId: randomUUID,
    owners: new Map<string, string>(),
    endpoint: ENDPOINT,
    falEndpointUrl: undefined,
    holdVideo: videoHolder(prepare),
    keys,
    falUserId: undefined,
  };
  return {
    /** The clock (epoch milliseconds), the key, the table's health, and how often a call to fal was prepared; a test may set them. */
    state,
    rows: memory.rows,
    add: service.table.add,
    row(id: string): Job {
      const job = memory.rows().get(id);
      if (!job) throw new Error(`no row ${id}`);
      return job;
    },
    submit: handler(acceptJob(service), now),
    get: handler(readJob(service), now),
    cancel: handler(cancelJob(service), now),
    retry: handler(retryJob(service), now),
    webhook: handler(receiveWebhook(service), now),
    sweep: () => sweep(service),
  };
}

function handler(route: Route, now: () => number) {
  const handle = api(route, now);
  return (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => handle(event);
}

const NO_KEYS: SigningKeys = { current: unscripted("key host"), refreshed: unscripted("key host") };

/** A fal at which any call throws. */
export const unscriptedFal: FalCalls = {
  submitToFal: unscripted("submit"),
  statusAtFal: unscripted("status"),
  resultAtFal: unscripted("result"),
  cancelAtFal: unscripted("cancel"),
  historyPageAtFal: unscripted("history"),
  uploadToFal: unscripted("upload"),
};

function unscripted(what: string) {
  return async (): Promise<never> => {
    throw new Error(`This test expects no call of fal's ${what}.`);
  };
}

const NO_FAULTS = { throttled: 0, appliedButTimedOut: 0, retriedBySdk: 0, indexLagMs: 0 };

/** Time passes only when the test says so, and nothing waits for it. */
function tableClock(now: () => number) {
  return {
    now,
    after: (_delayMs: number, run: () => void) => run(),
    pause: async () => {},
    run: async () => {},
    steps: () => 0,
  };
}
