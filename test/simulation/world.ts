import { createPublicKey } from "node:crypto";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { cancelJob } from "../../lambdas/cancellation/cancel-job.ts";
import { cachedSigningKeys } from "../../lambdas/fal/signing-keys.ts";
import { api, type Route } from "../../lambdas/http/api.ts";
import type { Job } from "../../lambdas/job/job.ts";
import { videoHolder } from "../../lambdas/settlement/hold-video.ts";
import { receiveWebhook } from "../../lambdas/settlement/receive-webhook.ts";
import { acceptJob } from "../../lambdas/submission/accept-job.ts";
import type { Submitter } from "../../lambdas/submission/attempt.ts";
import { openGate } from "../../lambdas/submission/gate.ts";
import { retryJob } from "../../lambdas/submission/retry-job.ts";
import { sweep } from "../../lambdas/sweeping/sweep.ts";
import { openJobTable } from "../../lambdas/table/job-table.ts";
import { gatewayEvent } from "../support/events.ts";
import { createFal, signingKey } from "./fal.ts";
import { checkLedger, checkWrite } from "./invariants.ts";
import { drawProfile } from "./profile.ts";
import { seededRandom } from "./random.ts";
import { createScheduler, type Invocation } from "./scheduler.ts";
import { createTable } from "./table.ts";

export const START_MS = Date.parse("2026-11-22T12:00:00.000Z");
export const ENDPOINT = "decart/lucy-14b/image-to-video";
const API_TIMEOUT_MS = 29_000;
const SWEEP_TIMEOUT_MS = 90_000;

/** What an invocation answered; undefined when it died on the way, as a gateway's 5xx would look to its caller. */
export interface Answered {
  readonly status: number;
  readonly body: { readonly id?: string; readonly status?: string };
}

export type World = ReturnType<typeof createWorld>;

/** The whole service over a simulated DynamoDB, fal and clock; everything in it follows from the seed. */
export function createWorld(seed: number, trace: (line: string) => void) {
  const random = seededRandom(seed);
  const profile = drawProfile(random);
  const scheduler = createScheduler(random, START_MS, (line) => note(line));
  const note = (line: string) => trace(`${new Date(scheduler.now()).toISOString().slice(11, 23)} ${line}`);
  const broken: Error[] = [];

  const onWrite = (before: Job | undefined, after: Job) => {
    const attempt = after.attempt ? ` attempt ${after.attempt.number} ${after.attempt.outcome}` : "";
    note(
      `row ${after.id.slice(0, 6)} v${after.version} ${after.status}${attempt}: ${after.timeline.at(-1)?.event} due +${Math.round(((after.due_at ?? Number.NaN) - scheduler.now()) / 1000)} s`,
    );
    guard(() => {
      checkWrite(before, after);
      checkLedger(table.rows(), fal.requests);
    });
  };
  const table = createTable(scheduler, random, profile.table, onWrite);
  const fal = createFal(scheduler, random, profile.fal, note);
  const gate = openGate(scheduler.now);

  function guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      broken.push(error instanceof Error ? error : new Error(String(error)));
    }
  }

  let invocations = 0;
  function invocation(name: string, timeoutMs: number, crashChance = profile.crashChance): Invocation {
    const skewMs = random.between(-profile.skewMs, profile.skewMs);
    return { name: `${name}#${++invocations}`, alive: true, endsAt: scheduler.now() + timeoutMs, crashChance, skewMs };
  }

  function submitter(of: Invocation): Submitter {
    const now = () => scheduler.now() + of.skewMs;
    return {
      table: openJobTable("jobs", now, table.client(of)),
      prepare: async () => ({ fal: fal.calls(of), access: { key: "key", falEndpointUrl: undefined } }),
      gate,
      publicUrl: "https://api.example.com",
      policy: profile.policy,
      now,
      random: random.next,
      randomBytes: random.bytes,
      newWriteId: () => Buffer.from(random.bytes(8)).toString("hex"),
    };
  }

  /** Runs a route as API Gateway would: an invocation that dies answers 502, after its time. */
  async function request(
    name: string,
    route: (service: Submitter) => Route,
    event: APIGatewayProxyEvent,
  ): Promise<Answered> {
    const of = invocation(name, API_TIMEOUT_MS);
    const service = submitter(of);
    const answer = api(
      route(service),
      service.now,
    )(event).then(({ statusCode, body }) => ({
      status: statusCode,
      body: body === "" ? {} : JSON.parse(body),
    }));
    const lost = new Promise<Answered>((resolve) => {
      scheduler.after(API_TIMEOUT_MS, () => resolve({ status: 502, body: {} }));
    });
    const answered = await Promise.race([answer, lost]);
    note(`${of.name} → ${answered.status}`);
    return answered;
  }

  const owners = new Map<string, string>();
  const keys = cachedSigningKeys(async () => [createPublicKey(signingKey)], scheduler.now);
  fal.onDelivery(async ({ webhookUrl }, body, headers) => (await world.deliver(webhookUrl, body, headers)).status);

  const world = {
    seed,
    profile,
    random,
    scheduler,
    table,
    fal,
    broken,
    /** fal answers what it is asked, and nobody crashes: then nothing may be missed. */
    isCalm:
      profile.fal.callFails === 0 &&
      profile.fal.downUntil === profile.fal.downFrom &&
      profile.crashChance + profile.sweepCrashChance + profile.table.throttled + profile.table.appliedButTimedOut === 0,
    note,
    guard,
    submit: (body: object, key?: string) =>
      request("submit", (service) => acceptJob({ ...service, owners, endpoint: ENDPOINT }), {
        ...gatewayEvent({
          body: JSON.stringify(body),
          headers: { "content-type": "application/json", ...(key !== undefined && { "idempotency-key": key }) },
        }),
      }),
    cancel: (id: string) => request("cancel", (service) => cancelJob({ ...service, owners }), jobEvent(id, "cancel")),
    retry: (id: string) => request("retry", (service) => retryJob({ ...service, owners }), jobEvent(id, "retry")),
    deliver(webhookUrl: string, body: Buffer, headers: Record<string, string>) {
      const [, id = "", token = ""] = /\/fal\/([^/]+)\/([^/]+)$/.exec(webhookUrl) ?? [];
      const resource = "/webhooks/fal/{id}/{token}";
      const event = { ...gatewayEvent({ resource, pathParameters: { id, token }, headers }), body: body.toString() };
      const route = (service: Submitter) =>
        receiveWebhook({
          ...service,
          keys,
          falUserId: "user_fal",
          falEndpointUrl: undefined,
          holdVideo: videoHolder(service.prepare),
        });
      return request("webhook", route, event);
    },
    sweep() {
      if (!table.anyDue()) return;
      const service = submitter(invocation("sweep", SWEEP_TIMEOUT_MS, profile.sweepCrashChance));
      const swept = sweep({ ...service, endpoint: ENDPOINT, holdVideo: videoHolder(service.prepare) });
      swept.catch((error: unknown) => note(`sweep fails: ${error}`));
    },
  };
  return world;
}

function jobEvent(id: string, verb: "cancel" | "retry"): APIGatewayProxyEvent {
  return gatewayEvent({ resource: `/jobs/{id}/${verb}`, pathParameters: { id }, headers: {} });
}
