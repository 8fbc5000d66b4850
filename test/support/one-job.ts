import { createPublicKey } from "node:crypto";
import { expect } from "vitest";
import type { CallOutcome } from "../../lambdas/fal/call-once.ts";
import type { Deletion, FalRequest, SubmitCall } from "../../lambdas/fal/client.ts";
import type { FalCalls } from "../../lambdas/fal/prepare.ts";
import { readRefusal, type Submission } from "../../lambdas/fal/submission.ts";
import type { Policy } from "../../lambdas/job/event.ts";
import type { Job } from "../../lambdas/job/job.ts";
import { signed, signingKey } from "../simulation/fal.ts";
import { gatewayEvent, streamEvent } from "./events.ts";
import { createMemoryService } from "./memory-service.ts";
import { PICTURES } from "./pictures.ts";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const REQUEST = { input: { prompt: "a lighthouse", image_url: "https://example.com/a.jpg" } };
export const VIDEO = { url: "https://v3.fal.media/files/b/x.mp4" };
const publicKey = createPublicKey(signingKey);

export function answered(status: number, body: object = {}): CallOutcome {
  return { kind: "answered", status, headers: {}, body: JSON.stringify(body) };
}

export const accepted: Submission = { outcome: "accepted", requestId: "req-1" };
export const busy = readRefusal(answered(429));
export const unknown = readRefusal(answered(503));
export const REQUESTED = answered(202, { status: "CANCELLATION_REQUESTED" });
export const COMPLETED = answered(400, { status: "ALREADY_COMPLETED" });
export const CANCELLED = answered(499, { detail: "canceled", error_type: "client_cancelled" });
export const SUCCESS = answered(200, { video: VIDEO });

type Change = Parameters<typeof gatewayEvent>[0];
export type Told = Job & { readonly links: object };

/**
 * The service with one job and a fal that the test controls: its answers may change at any time, and `during` runs
 * while a POST or a cancellation is under way at fal.
 */
export function oneJob(policyChange: Partial<Policy> = {}) {
  const fal = {
    submission: accepted as Submission,
    status: answered(202, { status: "IN_QUEUE" }),
    result: SUCCESS,
    /** How many bytes of a result could be read, for each time that it was fetched. */
    readBytes: [] as number[],
    cancellation: REQUESTED,
    deletion: "deleted" as Deletion,
    posts: [] as string[],
    /** The same in whole. */
    calls: [] as SubmitCall[],
    /** The requests whose status was fetched from fal. */
    asked: [] as (FalRequest & { readonly logs: boolean | undefined })[],
    /** fal's answer to the start of a multipart upload. */
    multipart: answered(503),
    /** The files whose multipart upload was started. */
    started: [] as { readonly content_type: string; readonly file_name: string }[],
    storageIsDown: false,
    /** The files sent to fal's storage. */
    handedOver: [] as Buffer[],
    duringUpload: async (): Promise<unknown> => undefined,
    /** Request ids whose payloads fal was asked to delete. */
    deletions: [] as string[],
    cancellations: [] as Job[],
    during: async (): Promise<unknown> => undefined,
  };
  const scripted: Partial<FalCalls> = {
    async submitToFal(_access, call) {
      fal.posts.push(call.webhookUrl);
      fal.calls.push(call);
      await fal.during();
      return fal.submission;
    },
    async cancelAtFal() {
      fal.cancellations.push(row());
      await fal.during();
      return fal.cancellation;
    },
    async deletePayloadsAtFal(_access, requestId) {
      fal.deletions.push(requestId);
      return fal.deletion;
    },
    async uploadToFal(_access, { name, bytes }) {
      if (fal.storageIsDown) throw new Error("fal's storage is down");
      await fal.duringUpload();
      fal.handedOver.push(Buffer.from(bytes));
      return `https://v3.fal.media/files/${name}`;
    },
    async statusAtFal(_access, request, logs) {
      fal.asked.push({ ...request, logs });
      return fal.status;
    },
    async initiateMultipartAtFal(_access, file) {
      fal.started.push(file);
      return fal.multipart;
    },
    resultAtFal: async (_access, _request, maxBytes) => {
      fal.readBytes.push(maxBytes);
      const isTooLarge = fal.result.kind === "answered" && fal.result.body.length > maxBytes;
      return isTooLarge ? { kind: "unanswered", reason: "the answer is too large", isTooLarge } : fal.result;
    },
  };
  const keys = { current: async () => [publicKey], refreshed: async () => [publicKey] };
  const service = createMemoryService(scripted, keys, policyChange);
  const row = (): Job => {
    const [only] = service.rows().values();
    if (!only) throw new Error("no row");
    return only;
  };
  const id = (): string => [...service.rows().keys(), ...service.tombstones().keys()][0] ?? "";
  const at = (change: Change = {}) => gatewayEvent({ pathParameters: { id: id() }, headers: {}, ...change });
  return {
    fal,
    service,
    row,
    validate(body: unknown = REQUEST, headers: Record<string, string> = {}) {
      const typed = { "Content-Type": "application/json", ...headers };
      return service.validate(gatewayEvent({ resource: "/jobs/validate", body: JSON.stringify(body), headers: typed }));
    },
    submit(body: unknown = REQUEST, headers: Record<string, string> = {}, change: Change = {}) {
      const typed = { "Content-Type": "application/json", ...headers };
      return service.submit(gatewayEvent({ body: JSON.stringify(body), headers: typed, ...change }));
    },
    get: () => service.get(at({ method: "GET" })),
    retry: () => service.retry(at()),
    upload: (body: unknown, change: Change = {}) =>
      service.upload(gatewayEvent({ resource: "/uploads", body: JSON.stringify(body), ...change })),
    /** Stores a picture at an upload's `image_url`. */
    put(imageUrl: string, bytes: Buffer = PICTURES["image/png"], contentType: string | undefined = "image/png") {
      const key = `uploads/key-id-1/${imageUrl.split("/").at(-1)}`;
      service.uploads.set(key, { contentType, bytes });
      service.media.objects.set(key, bytes);
    },
    /** Deletes the job. */
    remove: (change: Change = {}) => service.delete(at({ method: "DELETE", ...change })),
    /** Sends the table's stream event of the job to the archive function. */
    archive: () => service.archive(streamEvent(id())),
    /** Sends the same event to the deliver function. */
    tell: () => service.tell(streamEvent(id())),
    /** Requests the job's video. */
    video: (query: Record<string, string | string[]> = {}, change: Change = {}) =>
      service.video(at({ method: "GET", query, ...change })),
    /** Cancels the job and returns the caller's answer. */
    async cancel(): Promise<Told> {
      const answer = await service.cancel(at());
      expect(answer.statusCode).toBe(200);
      return JSON.parse(answer.body);
    },
    cancelRefused: async () => (await service.cancel(at())).statusCode,
    /** fal delivers to the latest webhook URL, or to another. */
    async deliver(status: "OK" | "ERROR", payload: object, requestId = "req-1", webhookUrl = fal.posts.at(-1)) {
      const [, id = "", token = ""] = /\/fal\/([^/]+)\/([^/]+)$/.exec(webhookUrl ?? "") ?? [];
      const body = Buffer.from(JSON.stringify({ request_id: requestId, status, payload, error: null }));
      const headers = signed(body, requestId, service.state.nowMs);
      return service.webhook({ ...gatewayEvent({ pathParameters: { id, token }, headers }), body: body.toString() });
    },
    /** Sweeps each minute until the job has settled, for at most `ms` milliseconds. */
    async sweepFor(ms: number) {
      for (const until = service.state.nowMs + ms; service.state.nowMs < until; service.state.nowMs += minuteMs) {
        await service.sweep();
      }
    },
  };
}

/** fal has finished the job's request with this result. */
export function finish(fal: ReturnType<typeof oneJob>["fal"], result: CallOutcome) {
  return Object.assign(fal, { status: answered(200, { status: "COMPLETED" }), result });
}
