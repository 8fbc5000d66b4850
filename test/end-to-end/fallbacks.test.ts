import { createFalClient } from "@fal-ai/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addFaults, call, hostedImage, inlineImage, readLedger, submit, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";

const other = "fal-ai/other/image-to-video";
let stack: EmulatorStack;

// What the service itself sends is off, so that the emulator may fall back to the other endpoint.
beforeAll(async () => {
  stack = await startWithEmulator({ FAL_DISABLE_FALLBACKS: "false", FIRST_CHECK_SECONDS: "2" });
});

afterAll(() => stack?.close());

async function headersOfRequest(id: string | undefined) {
  const { requests } = await readLedger(stack.falUrl);
  return requests.find(({ request_id }) => request_id === id)?.headers ?? {};
}

it.each([
  ["the webhook", {}],
  ["the result, where no webhook arrives", { webhook: { drop: true } }],
])("which endpoint really ran is on the job, from %s", async (from, fault) => {
  const prompt = `moved: ${from}`;
  await addFaults(stack.falUrl, { prompt, fallback: other, ...fault });
  const { body } = await submit(stack.url, { prompt, image_url: inlineImage });
  await waitUntilSettled(stack.url, body.id);
  const job = (await call(stack.url, `/jobs/${body.id}`)).body;
  expect(job).toMatchObject({ endpoint: "decart/lucy-14b/image-to-video", result: { endpoint: other } });
  expect(await headersOfRequest(job.request_id)).not.toHaveProperty("x-fal-disable-fallbacks");
});

it("a caller of fal's client forbids retries and fallbacks, and the sweep's submission forbids them too", async () => {
  const prompt = "as asked for";
  // The first POST is certainly refused, so the sweep sends the job again (rule P12).
  await addFaults(stack.falUrl, { prompt, fallback: other, submit: { answer: 429 } }, { prompt, fallback: other });
  const client = createFalClient({
    proxyUrl: { url: `${stack.url}/fal/proxy`, when: "always" },
    requestMiddleware: async (request) => ({ ...request, headers: { ...request.headers, "x-api-key": "local-key" } }),
  });
  const { request_id: id } = await client.queue.submit("decart/lucy-14b/image-to-video", {
    input: { prompt, image_url: inlineImage },
    headers: { "x-fal-no-retry": "1", "x-fal-disable-fallbacks": "true" },
  });
  const job = await waitUntilSettled(stack.url, id);
  expect(job.status).toBe("succeeded");
  expect(job.result).not.toHaveProperty("endpoint");
  expect(job.timeline.map(({ event }) => event)).toContain("not_accepted");
  expect(await headersOfRequest(job.request_id)).toMatchObject({
    "x-fal-no-retry": "1",
    "x-fal-disable-fallbacks": "1",
    "x-app-fal-disable-fallback": "true",
  });
});

it("a job runs on no other endpoint and may be retried, unless the settings say otherwise", async () => {
  await stack.killAndRestart({ FAL_DISABLE_FALLBACKS: "" });
  const { body } = await submit(stack.url, { prompt: "by default", image_url: hostedImage });
  const headers = await headersOfRequest((await call(stack.url, `/jobs/${body.id}`)).body.request_id);
  expect(headers).toHaveProperty("x-fal-disable-fallbacks");
  expect(headers).not.toHaveProperty("x-fal-no-retry");
});
