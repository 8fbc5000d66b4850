import { createHash, createPrivateKey, type KeyObject, sign } from "node:crypto";
import type { CallOutcome } from "../../lambdas/fal/call-once.ts";
import type { FalRequest, SubmitCall } from "../../lambdas/fal/client.ts";
import type { FalCalls } from "../../lambdas/fal/prepare.ts";
import { readRefusal } from "../../lambdas/fal/submission.ts";
import { appOf } from "../../lambdas/fal/url.ts";
import { digest } from "../../lambdas/job/identity.ts";
import { FAL_RESULT_MAX_BYTES } from "../../lambdas/limits.ts";
import { cdnUrl, videoBytes } from "./cdn.ts";
import { createDeliveries } from "./deliveries.ts";
import { createHistory } from "./fal-history.ts";
import { type FalFaults, type FalRequestRecord, keptUntil, newRequestId } from "./fal-request.ts";
import type { Random } from "./random.ts";
import type { Invocation, Scheduler } from "./scheduler.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;

export type Deliver = (request: FalRequestRecord, body: Buffer, headers: Record<string, string>) => Promise<number>;

const JOB_ID_CHARACTERS = 32;

/** Called with what reaches fal, before it has any effect. */
export interface Listener {
  onPost(jobId: string, call: SubmitCall): void;
  /** A job's file is uploaded. */
  onUpload(jobId: string): void;
  /** A job's request has ended. */
  onFinish(jobId: string): void;
}

/** fal in memory: a queue, a ledger of renders, signed webhooks, a history; all of it unreliable. */
export function createFal(
  scheduler: Scheduler,
  random: Random,
  faults: FalFaults,
  trace: (line: string) => void,
  { onPost, onUpload, onFinish }: Listener,
) {
  const requests = new Map<string, FalRequestRecord>();
  const begun = scheduler.now();
  const posts = new Map<string, number>();
  let deliver: Deliver = async () => 200;
  const deliveries = createDeliveries(scheduler, random, faults, (request, body) =>
    deliver(request, body, signed(body, request.requestId, scheduler.now())),
  );

  const isDown = () => scheduler.now() >= begun + faults.downFrom && scheduler.now() < begun + faults.downUntil;

  async function submit(invocation: Invocation, call: SubmitCall): Promise<CallOutcome> {
    const jobId = /\/fal\/([0-9a-f]{32})\//.exec(call.webhookUrl)?.[1] ?? "";
    onPost(jobId, call);
    posts.set(jobId, (posts.get(jobId) ?? 0) + 1);
    await scheduler.pause(invocation, 5, 400);
    trace(`POST for ${jobId.slice(0, 6)} by ${invocation.name}`);
    if (isDown()) return answer(503, { detail: "down" });
    if (random.chance(faults.refused)) return refuse();
    if (random.chance(faults.inputRefused)) return answer(422, { detail: [{ msg: "no", type: "missing" }] });
    if (!random.chance(faults.unknown)) {
      const { requestId } = enqueue(jobId, call);
      await scheduler.pause(invocation, 5, random.chance(0.1) ? 12_000 : 600);
      return answer(200, { status: "IN_QUEUE", request_id: requestId });
    }
    return loseAnswer(invocation, jobId, call);
  }

  function refuse(): CallOutcome {
    const status = random.pick([0, 429, 401, 403, 404]);
    return status === 0 ? { kind: "not_sent", reason: "ECONNREFUSED" } : answer(status, { detail: "not now" });
  }

  /** The answer is lost: fal accepted the request, did not, or accepts it only later. */
  async function loseAnswer(invocation: Invocation, jobId: string, call: SubmitCall): Promise<CallOutcome> {
    const fate = random.pick(["taken", "taken", "not_taken", "taken_later"]);
    if (fate === "taken") enqueue(jobId, call);
    if (fate === "taken_later") scheduler.after(random.between(1, 90) * secondMs, () => enqueue(jobId, call));
    const how = random.pick(["timeout", "reset", "500", "503", "no_id"]);
    await scheduler.pause(invocation, 10, how === "timeout" ? call.timeoutMs : 900);
    if (how === "timeout" || how === "reset") return { kind: "unanswered", reason: how };
    return how === "no_id" ? answer(200, { status: "IN_QUEUE" }) : answer(Number(how), { detail: "went wrong" });
  }

  function enqueue(jobId: string, call: SubmitCall): FalRequestRecord {
    const request: FalRequestRecord = {
      requestId: newRequestId(requests.size + 1, random.chance(faults.videoCrashes)),
      jobId,
      endpoint: call.endpoint,
      webhookUrl: call.webhookUrl,
      input: call.input,
      sentAt: scheduler.now(),
      startsBy: scheduler.now() + call.startTimeoutSeconds * secondMs,
      state: "queued",
      rendered: false,
      isLarge: call.input.sync_mode === true || random.chance(0.2),
    };
    requests.set(request.requestId, request);
    const waitMs = random.chance(0.05) ? call.startTimeoutSeconds * secondMs * 2 : random.between(0, 40 * secondMs);
    scheduler.after(Math.min(waitMs, call.startTimeoutSeconds * secondMs), () => start(request));
    return request;
  }

  function start(request: FalRequestRecord): void {
    if (request.state !== "queued") return;
    if (scheduler.now() >= request.startsBy) {
      finish(
        request,
        504,
        { detail: "not started", error_type: "request_timeout" },
        { "x-fal-request-timeout-type": "user" },
      );
      return;
    }
    request.state = "running";
    request.rendered = true;
    trace(`${request.requestId} renders for ${request.jobId.slice(0, 6)}`);
    const rendersMs = random.between(0, random.chance(0.15) ? 12 * minuteMs : minuteMs);
    scheduler.after(rendersMs, () => request.state === "running" && render(request));
  }

  function render(request: FalRequestRecord): void {
    if (!random.chance(faults.renderFails)) {
      finish(request, 200, { video: { url: videoUrlOf(request) }, seed: request.requestId });
      return;
    }
    const [status, type] = random.pick([
      [422, "content_policy_violation"],
      [500, "internal_server_error"],
    ] as const);
    finish(request, status, { detail: [{ msg: "failed", type, loc: [] }] });
  }

  function videoUrlOf({ requestId, input }: FalRequestRecord): string {
    if (input.sync_mode === true) return `data:video/mp4;base64,${videoBytes(requestId).toString("base64")}`;
    return random.chance(faults.videoElsewhere) ? `https://elsewhere.example/${requestId}.mp4` : cdnUrl(requestId);
  }

  function finish(
    request: FalRequestRecord,
    status: number,
    body: unknown,
    headers: Record<string, string> = {},
  ): void {
    Object.assign(request, { state: "done", endedAt: scheduler.now(), outcome: { status, body, headers } });
    request.listedAt = scheduler.now() + random.between(0, 3 * minuteMs);
    trace(`${request.requestId} is done: ${status}`);
    deliveries.announce(request);
    onFinish(request.jobId);
  }

  async function ask(
    invocation: Invocation,
    { endpoint, requestId }: FalRequest,
    read: (request: FalRequestRecord) => CallOutcome,
  ) {
    await scheduler.pause(invocation, 5, 500);
    if (isDown()) return answer(503, { detail: "down" });
    if (random.chance(faults.callFails)) return random.pick([FAILED_CALL, LOST_CALL, answer(429, {}), answer(502, {})]);
    const request = requests.get(requestId);
    const isGone = request?.endedAt !== undefined && scheduler.now() > keptUntil(request);
    const isElsewhere = request !== undefined && appOf(request.endpoint) !== appOf(endpoint);
    return !request || isGone || isElsewhere ? answer(404, { status: "NOT_FOUND" }) : read(request);
  }

  function cancel(request: FalRequestRecord): CallOutcome {
    request.cancelAskedAt ??= scheduler.now();
    if (request.state === "done") return answer(400, { status: "ALREADY_COMPLETED" });
    const stop = () => finish(request, 499, { detail: "canceled", error_type: "client_cancelled" });
    if (request.state === "queued") stop();
    else if (random.chance(0.5))
      scheduler.after(random.between(0, 5 * secondMs), () => request.state === "running" && stop());
    return answer(202, { status: "CANCELLATION_REQUESTED" });
  }

  const history = createHistory(scheduler, random, faults, requests, () => isDown() || random.chance(faults.callFails));
  let uploads = 0;
  return {
    requests: requests as ReadonlyMap<string, FalRequestRecord>,
    posts: posts as ReadonlyMap<string, number>,
    /** Delivers a request's outcome again, and returns the status of the answer. */
    deliverAgain: deliveries.repeat,
    onDelivery(handler: Deliver) {
      deliver = handler;
    },
    /** fal's calls as one invocation makes them. */
    calls: (invocation: Invocation): FalCalls => ({
      async submitToFal(_access, call) {
        const outcome = await submit(invocation, call);
        const id: unknown =
          outcome.kind === "answered" && outcome.status === 200 ? JSON.parse(outcome.body).request_id : undefined;
        return typeof id === "string" ? { outcome: "accepted", requestId: id } : readRefusal(outcome);
      },
      statusAtFal: (_access, at) =>
        ask(invocation, at, ({ state, requestId }) =>
          answer(state === "done" ? 200 : 202, { status: STATUS_NAMES[state], request_id: requestId }),
        ),
      resultAtFal: (_access, at, maxBytes) =>
        ask(invocation, at, ({ outcome }) =>
          outcome && maxBytes < FAL_RESULT_MAX_BYTES && random.chance(faults.largeResult)
            ? { kind: "unanswered", reason: "the answer is too large", isTooLarge: true }
            : outcome
              ? { kind: "answered", ...outcome, body: JSON.stringify(outcome.body) }
              : answer(400, { detail: "Request is still in progress" }),
        ),
      cancelAtFal: (_access, at) => ask(invocation, at, cancel),
      historyPageAtFal: ({ privacy }, query) => history(invocation, privacy.storesPayloads, query),
      async uploadToFal(_access, { name }) {
        onUpload(name.slice(0, JOB_ID_CHARACTERS));
        await scheduler.pause(invocation, 5, 300);
        if (random.chance(faults.callFails)) throw new Error("simulated storage trouble");
        return `https://v3.fal.media/files/upload-${++uploads}.jpg`;
      },
      initiateMultipartAtFal: async () => FAILED_CALL,
      async deletePayloadsAtFal() {
        await scheduler.pause(invocation, 5, 300);
        return random.pick(["deleted", "not_allowed", "unanswered"]);
      },
    }),
  };
}

const STATUS_NAMES = { queued: "IN_QUEUE", running: "IN_PROGRESS", done: "COMPLETED" } as const;
const FAILED_CALL: CallOutcome = { kind: "not_sent", reason: "ECONNREFUSED" };
const LOST_CALL: CallOutcome = { kind: "unanswered", reason: "reset" };

function answer(status: number, body: unknown): CallOutcome {
  return { kind: "answered", status, headers: {}, body: JSON.stringify(body) };
}

const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/** fal's signing key in the simulation. */
export const signingKey: KeyObject = createPrivateKey({
  key: Buffer.concat([PKCS8_ED25519, Buffer.from(digest("simulated fal"), "hex")]),
  format: "der",
  type: "pkcs8",
});

/** The headers of a webhook that fal signs at a time. */
export function signed(body: Buffer, requestId: string, nowMs: number, key = signingKey): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const hash = createHash("sha256").update(body).digest("hex");
  const message = [requestId, "user_fal", timestamp, hash].join("\n");
  return {
    "x-fal-webhook-request-id": requestId,
    "x-fal-webhook-user-id": "user_fal",
    "x-fal-webhook-timestamp": timestamp,
    "x-fal-webhook-signature": sign(null, Buffer.from(message), key).toString("hex"),
  };
}
