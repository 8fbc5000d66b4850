import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { effort } from "../effort.ts";
import { type Script, videoUrl } from "../support/other-fal/request.ts";
import { hostedImage, inlineImage, type Job, submit, waitUntilSettled } from "./caller.ts";
import { type OtherFalStack, startAgainstOtherFal } from "./other-fal-stack.ts";

const windowSeconds = 30;
const times = effort.lostAnswers;
const kinds = ["reset", "cut", 500, 502, 503, 504, 302, 408, "no_request_id"] as const;

let stack: OtherFalStack;
/** Jobs that only fal knows, with a history that does not list them. */
const lost: string[] = [];

beforeAll(async () => {
  // The first check is late enough for a webhook to settle first.
  stack = await startAgainstOtherFal({ FIRST_CHECK_SECONDS: "5", SUBMISSION_WINDOW_SECONDS: String(windowSeconds) });
});

afterAll(() => stack?.close());

describe("a submission that fal accepts without a proper answer", () => {
  it.each(kinds)(
    `a submission that fal accepts without a proper answer is rendered once and settled by its webhook, ${times} times out of ${times}: %s`,
    async (answer) => {
      const jobs: string[] = [];
      for (let index = 0; index < times; index++) {
        jobs.push(await accept({ answer, webhookFirst: index % 2 === 0 }, index % 4 < 2 ? inlineImage : hostedImage));
        // A successful submission between them: three unknown outcomes in a row would open the circuit breaker (rule
        // P17).
        jobs.push(await accept({}, hostedImage));
      }
      for (const job of await settled(jobs)) {
        expect(job).toMatchObject({ status: "succeeded", settled_by: "webhook" });
        expectRenderedOnce(job);
      }
    },
  );

  it("a submission that fal accepts without a proper answer is also found in fal's history when the webhook is lost, if we uploaded its image", async () => {
    const held: string[] = [];
    for (const answer of kinds) {
      held.push(await accept({ answer, webhook: "dropped" }, inlineImage));
      lost.push(await accept({ answer, webhook: "dropped" }, hostedImage));
      await accept({}, hostedImage);
    }
    for (const job of await settled(held)) expectAdopted(job);
  });

  it(`a submission that fal accepts without a proper answer is found when fal never answers, ${times} times out of ${times}`, async () => {
    // All at once, because this many unknown outcomes open the circuit breaker for a minute.
    const [held = "", gone = "", ...jobs] = await Promise.all([
      accept({ answer: "hang", webhook: "dropped" }, inlineImage),
      accept({ answer: "hang", webhook: "dropped" }, hostedImage),
      ...Array.from({ length: times }, (_, index) => accept({ answer: "hang", pace: index * 2_000 }, hostedImage)),
    ]);
    lost.push(gone);
    for (const job of await settled([held])) expectAdopted(job);
    for (const job of await settled(jobs)) {
      expect(job).toMatchObject({ status: "succeeded", settled_by: "webhook" });
      expectRenderedOnce(job);
    }
  });

  it("a submission that fal accepts without a proper answer is reported as unconfirmed if its outcome is unknown when the window ends, and is never sent again", async () => {
    for (const job of await settled(lost)) {
      expect(job).toMatchObject({ status: "failed", error: { code: "submission_unconfirmed", retryable: true } });
      expect(stack.fal.requestsOf(job.id)).toHaveLength(1);
    }
    const rendered = stack.fal.requests().map(({ jobId }) => jobId);
    expect(new Set(rendered).size).toBe(rendered.length);
  });
});

let made = 0;

async function accept(script: Script, image_url: string): Promise<string> {
  const prompt = `unknown ${made++}`;
  stack.fal.script(prompt, script);
  const { status, body } = await submit(stack.api, { prompt, image_url });
  expect(status).toBe(202);
  return body.id;
}

function settled(ids: readonly string[]): Promise<Job[]> {
  return Promise.all(ids.map((id) => waitUntilSettled(stack.api, id)));
}

function expectAdopted(job: Job): void {
  expect(job).toMatchObject({ status: "succeeded", settled_by: "sweep" });
  expect(job.timeline.map(({ event }) => event)).toContain("adopted");
  expectRenderedOnce(job);
}

function expectRenderedOnce(job: Job): void {
  const requests = stack.fal.requestsOf(job.id);
  expect(requests).toHaveLength(1);
  expect(job.request_id).toBe(requests[0]?.id);
  expect(job.result?.video.url).toBe(videoUrl(requests[0]?.id ?? ""));
}
