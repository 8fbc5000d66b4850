import pLimit from "p-limit";
import { v7 as uuid } from "uuid";
import type { Script } from "./fault-schema.ts";
import type { Table } from "./journal.ts";
import type { Life } from "./life.ts";
import type { Outcome } from "./outcomes.ts";
import { brokenBy } from "./outcomes.ts";
import { type FalRequest, type LogLine, statusOf } from "./records.ts";
import { frameCount } from "./render.ts";

const resultKeptMs = 3_600_000;
const largeResultKeptMs = 360_000;
const largeResultBytes = 10_240;
const logSteps = 10;

/** The queue's collaborators and settings. Durations are in seconds, for one request while a runner is free. */
export interface QueueParts {
  readonly requests: Table<FalRequest>;
  readonly life: Life;
  readonly renderSeconds: number;
  readonly runners: number;
  runModel(request: FalRequest): Promise<Outcome>;
  /** Called when a request has ended, and again after a restart. */
  announce(request: FalRequest): Promise<void>;
}

/** A submission that fal accepted. `startTimeoutSeconds` is `x-fal-request-timeout`. */
export interface Submission extends Pick<FalRequest, "endpoint" | "input" | "headers" | "webhook"> {
  readonly script: Script;
  readonly startTimeoutSeconds?: number;
}

/** fal's queue. */
export interface Queue {
  enqueue(submission: Submission): Promise<FalRequest>;
  /** The request, unless it is unknown or its result has expired. */
  find(requestId: string): FalRequest | undefined;
  /** Number of requests that wait before it. */
  position(request: FalRequest): number;
  cancel(request: FalRequest): Promise<"CANCELLATION_REQUESTED" | "ALREADY_COMPLETED">;
  /** Resumes the unfinished work of the last process. */
  resume(): void;
}

/** Opens the queue over its stored requests. */
export function openQueue(parts: QueueParts): Queue {
  const { requests, life } = parts;
  const runner = pLimit(parts.runners);
  const follow = (id: string) => life.keep(followRequest(id, parts, runner));
  return {
    enqueue: async (submission) => {
      const request = newRequest(submission);
      await requests.put(request.request_id, request);
      follow(request.request_id);
      return request;
    },
    find: (requestId) => {
      const request = requests.get(requestId);
      return request && isExpired(request) ? undefined : request;
    },
    position: (request) => {
      const isAhead = (other: FalRequest) =>
        !other.started_at && !other.ended_at && other.request_id < request.request_id;
      return requests.values().filter(isAhead).length;
    },
    cancel: async (request) => {
      if (request.ended_at) return "ALREADY_COMPLETED";
      const canceling = { ...request, cancel_requested_at: now() };
      await requests.put(request.request_id, canceling);
      if (!canceling.started_at && isCancelled(canceling))
        await complete(canceling.request_id, brokenBy("client_cancelled"), parts);
      return "CANCELLATION_REQUESTED";
    },
    resume: () => requests.values().forEach(({ request_id }) => void follow(request_id)),
  };
}

async function followRequest(id: string, parts: QueueParts, runner: ReturnType<typeof pLimit>): Promise<void> {
  const request = parts.requests.get(id);
  if (!request) return;
  if (request.ended_at) return parts.announce(request);
  parts.life.keep(expireUnstarted(request, parts));
  await parts.life.pause(request.started_at ? 0 : Date.parse(request.sent_at) + waitMs(request, parts) - Date.now());
  await runner(() => perform(id, parts));
}

/** `x-fal-request-timeout`: a request not started in time ends as 504, never run and never billed. */
async function expireUnstarted({ request_id, start_by }: FalRequest, parts: QueueParts): Promise<void> {
  if (!start_by) return;
  await parts.life.pause(Date.parse(start_by) - Date.now());
  const request = parts.requests.get(request_id);
  if (!request || statusOf(request) !== "IN_QUEUE") return;
  await complete(request_id, { ...brokenBy("request_timeout"), timeout_type: "user" }, parts);
}

async function perform(id: string, parts: QueueParts): Promise<void> {
  const waiting = parts.requests.get(id);
  if (!waiting || waiting.ended_at) return;
  const request = { ...waiting, started_at: waiting.started_at ?? now() };
  await parts.requests.put(id, request);
  const working = parts.runModel(request).catch((error: unknown) => {
    if (!parts.life.signal.aborted) console.error("fal emulator:", error);
    return brokenBy("internal_error");
  });
  await logProgress(request, parts);
  const outcome = await working;
  // Work that the emulator's end interrupted is repeated after the next start.
  if (parts.life.signal.aborted) return;
  const current = parts.requests.get(id);
  await complete(id, current && isCancelled(current) ? brokenBy("client_cancelled") : outcome, parts);
}

/** Log lines while the model works, evenly over its time; a cancellation ends them. */
async function logProgress(
  { request_id, script }: FalRequest,
  { requests, life, renderSeconds }: QueueParts,
): Promise<void> {
  const stepMs = script.webhook?.early ? 0 : (renderSeconds * 1000) / logSteps;
  for (let step = 1; step <= logSteps; step++) {
    await life.pause(stepMs);
    const request = requests.get(request_id);
    if (!request || isCancelled(request)) return;
    const line = logLine(`frame ${Math.round((frameCount * step) / logSteps)}/${frameCount}`);
    await requests.put(request_id, { ...request, logs: [...request.logs, line] });
  }
}

/** Ends a request exactly once: a second call changes nothing. */
async function complete(id: string, outcome: Outcome, parts: QueueParts): Promise<void> {
  const request = parts.requests.get(id);
  if (!request || request.ended_at) return;
  const bytes = JSON.stringify(outcome.body).length + (outcome.inline?.uri_bytes ?? 0);
  const endedAt = Date.now();
  const expires_at = new Date(endedAt + (bytes < largeResultBytes ? resultKeptMs : largeResultKeptMs)).toISOString();
  const completed = { ...request, ended_at: new Date(endedAt).toISOString(), expires_at, outcome };
  await parts.requests.put(id, completed);
  parts.life.keep(parts.announce(completed));
}

function newRequest({ startTimeoutSeconds, ...submission }: Submission): FalRequest {
  const sent = Date.now();
  const request_id = uuid();
  return {
    ...submission,
    request_id,
    gateway_request_id: request_id,
    sent_at: new Date(sent).toISOString(),
    ...(startTimeoutSeconds !== undefined && { start_by: new Date(sent + startTimeoutSeconds * 1000).toISOString() }),
    logs: [],
  };
}

function waitMs({ script }: FalRequest, { renderSeconds }: QueueParts): number {
  return script.queue_ms ?? (script.webhook?.early ? 0 : (renderSeconds * 1000) / 3);
}

function isExpired({ ended_at, expires_at, script }: FalRequest): boolean {
  if (!ended_at || !expires_at) return false;
  return script.result === "expired" || Date.parse(expires_at) <= Date.now();
}

function isCancelled({ cancel_requested_at, script }: FalRequest): boolean {
  return cancel_requested_at !== undefined && script.cancel !== "ignored";
}

function logLine(message: string): LogLine {
  return { message, timestamp: now(), level: "INFO", source: "USER" };
}

function now(): string {
  return new Date().toISOString();
}
