import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FalRequest, Script } from "../support/other-fal/request.ts";
import { videoUrl } from "../support/other-fal/request.ts";
import { type Answer, call, hostedImage, type Job, submit, waitUntilSettled } from "./caller.ts";
import { type OtherFalStack, startAgainstOtherFal } from "./other-fal-stack.ts";

/** The shortest deadline that the API accepts. */
const deadlineSeconds = 60;
let stack: OtherFalStack;
/** Jobs that pass their deadline while the other tests run. */
let overdue: Record<"waiting" | "working" | "refused" | "gone" | "goneUnsaid", string>;

beforeAll(async () => {
  stack = await startAgainstOtherFal();
  const byDeadline = async (script: Script) => (await accept(script, { deadline_seconds: deadlineSeconds })).id;
  overdue = {
    waiting: await byDeadline({ pace: "by_hand" }),
    working: await byDeadline({ pace: "by_hand" }),
    refused: await byDeadline({ refuse: 429 }),
    gone: await byDeadline({ webhook: "dropped", resultGone: true }),
    goneUnsaid: await byDeadline({ webhook: "payload_error", resultGone: true }),
  };
  stack.fal.begin(requestOf(overdue.working));
});

afterAll(() => stack?.close());

describe("a webhook without a payload", () => {
  it.each([
    ["OK", {}, { status: "succeeded" }],
    ["ERROR", { ends: "input_error" }, { status: "failed", error: { code: "input_refused", retryable: false } }],
    ["ERROR", { ends: "server_error" }, { status: "failed", error: { code: "generation_failed", retryable: true } }],
  ] as const)(
    "a webhook without a payload under %s makes the service fetch the result: %j",
    async (_status, script, expected) => {
      const { id } = await accept({ webhook: "payload_error", ...script });
      expect(await settled(id)).toMatchObject({ ...expected, settled_by: "sweep" });
      await expect.poll(() => requestOf(id).delivered).toEqual([200]);
    },
  );
});

describe("a cancellation", () => {
  it("a cancellation before fal has accepted the job is final immediately, and nothing more is sent", async () => {
    const { id } = await accept({ refuse: 429 });
    expect(await act(id, "cancel")).toMatchObject({ status: 200, body: { status: "canceled" } });
    const posts = stack.fal.postsOf(id);
    // By then the back-off after its first rejections has passed.
    await waitUntilSettled(stack.api, overdue.refused);
    expect(stack.fal.postsOf(id)).toBe(posts);
    expect(stack.fal.requestsOf(id)).toEqual([]);
  });

  it("a cancellation of a queued job removes it at fal, and it is never rendered", async () => {
    const { id } = await accept({ pace: "by_hand" });
    expect(await act(id, "cancel")).toMatchObject({ status: 200, body: { cancel_requested_at: expect.any(String) } });
    expect(await settled(id)).toMatchObject({ status: "canceled" });
    expect(requestOf(id).startedAt).toBeUndefined();
  });

  it.each([
    ["a running job", { pace: "by_hand" }],
    ["a job that fal may have", { pace: "by_hand", answer: 500 }],
  ] satisfies [string, Script][])(
    "a cancellation of %s is requested, and a result that still arrives wins",
    async (_, script) => {
      const { id } = await accept(script);
      const request = requestOf(id);
      stack.fal.begin(request);
      const { status, body } = await act(id, "cancel");
      expect(status).toBe(200);
      expect(["submitting", "queued", "running"]).toContain(body.status);
      await stack.fal.finish(request);
      expect(await settled(id)).toMatchObject({ status: "succeeded", cancel_requested_at: body.cancel_requested_at });
      expect(stack.fal.postsOf(id)).toBe(1);
    },
  );

  it("a cancellation of a job that fal has already finished ends with its result", async () => {
    const { id } = await accept({ pace: "by_hand", webhook: "dropped" });
    await stack.fal.finish(requestOf(id));
    expect((await act(id, "cancel")).status).toBe(200);
    expect(await settled(id)).toMatchObject({
      status: "succeeded",
      result: { video: { url: videoUrl(requestOf(id).id) } },
    });
  });

  it("a cancellation that races the webhook ends with the result", async () => {
    const { id } = await accept({ pace: "by_hand" });
    const request = requestOf(id);
    stack.fal.begin(request);
    const [{ status }] = await Promise.all([act(id, "cancel"), stack.fal.finish(request)]);
    expect(status).toBe(200);
    expect(await settled(id)).toMatchObject({ status: "succeeded" });
  });

  it("a cancellation of a settled job returns the unchanged job", async () => {
    const { id } = await accept({});
    const before = await settled(id);
    expect(await act(id, "cancel")).toMatchObject({ status: 200, body: before });
  });
});

describe("a retry", () => {
  it("a retry is one new job and one render, however often it is requested", async () => {
    const { id } = await accept({ ends: "server_error" });
    await settled(id);
    const answers = await Promise.all([act(id, "retry"), act(id, "retry"), act(id, "retry")]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 202]);
    const [retried = "", ...others] = new Set(answers.map(({ body }) => body.id));
    expect(others).toEqual([]);
    expect(await settled(retried)).toMatchObject({ retry_of: id, status: "failed" });
    expect(stack.fal.postsOf(retried)).toBe(1);
    expect(stack.fal.requestsOf(id)).toHaveLength(1);
  });

  it("a retry of an open or a succeeded job is rejected", async () => {
    const { id } = await accept({ pace: "by_hand" });
    expect(await act(id, "retry")).toMatchObject({ status: 409, body: { code: "job_not_retryable" } });
    await stack.fal.finish(requestOf(id));
    await settled(id);
    expect((await act(id, "retry")).status).toBe(409);
  });
});

describe("at its deadline", () => {
  it("a job that is queued or running at fal expires and is canceled there; a late result is stored beside it", async () => {
    expect(await settled(overdue.waiting)).toMatchObject({ status: "expired", error: { code: "deadline_exceeded" } });
    expect(requestOf(overdue.waiting)).toMatchObject({ cancelRequested: true, outcome: { status: 499 } });

    expect(await settled(overdue.working)).toMatchObject({ status: "expired" });
    expect(requestOf(overdue.working).cancelRequested).toBe(true);
    await stack.fal.finish(requestOf(overdue.working));
    const url = videoUrl(requestOf(overdue.working).id);
    expect(await settled(overdue.working)).toMatchObject({ status: "expired", late_result: { video: { url } } });
  });

  it("a job that fal never accepted expires, and was never rendered", async () => {
    expect(await settled(overdue.refused)).toMatchObject({ status: "expired", error: { code: "deadline_exceeded" } });
    expect(stack.fal.requestsOf(overdue.refused)).toEqual([]);
  });

  it("a job whose result has expired at fal reports that, and only then", async () => {
    for (const id of [overdue.gone, overdue.goneUnsaid]) {
      const job = await settled(id);
      expect(job).toMatchObject({ status: "failed", error: { code: "result_expired", retryable: true } });
      expect(Date.parse(String(job.settled_at)) - Date.parse(String(job.created_at))).toBeGreaterThanOrEqual(
        deadlineSeconds * 1000,
      );
      expect(stack.fal.postsOf(id)).toBe(1);
    }
  });
});

let made = 0;

async function accept(script: Script, options: object = {}): Promise<Job> {
  const prompt = `outcome ${made++}`;
  stack.fal.script(prompt, script);
  const { status, body } = await submit(stack.api, { prompt, image_url: hostedImage }, {}, options);
  expect(status).toBe(202);
  return body;
}

function act(id: string, verb: "cancel" | "retry"): Promise<Answer> {
  return call(stack.api, `/jobs/${id}/${verb}`, { method: "POST" });
}

function settled(id: string): Promise<Job & Record<string, unknown>> {
  return waitUntilSettled(stack.api, id);
}

function requestOf(jobId: string): FalRequest {
  const [request] = stack.fal.requestsOf(jobId);
  if (!request) throw new Error(`fal has no request of the job ${jobId}`);
  return request;
}
