import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Script, videoUrl } from "../support/other-fal/request.ts";
import { call, hostedImage, inlineImage, submit, waitUntilSettled } from "./caller.ts";
import { type OtherFalStack, startAgainstOtherFal } from "./other-fal-stack.ts";

const jobs = 12;
/** Long enough for the closed port to refuse every job at least once; back-off then stays below a minute. */
const outageMs = 8_000;
let stack: OtherFalStack;

beforeAll(async () => {
  stack = await startAgainstOtherFal();
});

afterAll(() => stack?.close());

describe("without any webhooks", () => {
  it("the sweep settles every job with its actual outcome", async () => {
    const scripts: Script[] = [{}, { ends: "input_error" }, { ends: "server_error" }, { pace: 3_000 }];
    const made = await Promise.all(
      Array.from({ length: jobs }, (_, index) =>
        accept({ ...scripts[index % 4], webhook: "dropped" }, `silent ${index}`),
      ),
    );
    const settled = await Promise.all(made.map((id) => waitUntilSettled(stack.api, id)));
    for (const [index, job] of settled.entries()) {
      const [request] = stack.fal.requestsOf(job.id);
      expect(job).toMatchObject(
        [
          { status: "succeeded", result: { video: { url: videoUrl(request?.id ?? "") } } },
          { status: "failed", error: { code: "input_refused", retryable: false } },
          { status: "failed", error: { code: "generation_failed", retryable: true } },
          { status: "succeeded" },
        ][index % 4] ?? {},
      );
      expect(job.settled_by).toBe("sweep");
      expect(stack.fal.postsOf(job.id)).toBe(1);
    }
  });
});

describe("while fal is down", () => {
  it("jobs are accepted and wait, and each is rendered once when fal is back", async () => {
    await stack.fal.down();
    const downSince = Date.now();
    const made = await Promise.all(Array.from({ length: jobs }, (_, index) => accept({}, `patient ${index}`)));
    for (const id of made) {
      const { body } = await call(stack.api, `/jobs/${id}`);
      expect(body).toMatchObject({ status: "submitting", error: { code: "fal_unreachable", retryable: true } });
    }
    const inline = await submit(stack.api, { prompt: "waves", image_url: inlineImage });
    expect([inline.status, inline.body.code]).toEqual([503, "storage_unavailable"]);

    await expect.poll(() => Date.now() - downSince, { interval: 200 }).toBeGreaterThan(outageMs);
    await stack.fal.up();
    for (const job of await Promise.all(made.map((id) => waitUntilSettled(stack.api, id)))) {
      expect(job.status).toBe("succeeded");
      expect(stack.fal.postsOf(job.id)).toBe(1);
      expect(stack.fal.requestsOf(job.id)).toHaveLength(1);
    }
  });
});

async function accept(script: Script, prompt: string): Promise<string> {
  stack.fal.script(prompt, script);
  const { status, body } = await submit(stack.api, { prompt, image_url: hostedImage });
  expect(status).toBe(202);
  return body.id;
}
