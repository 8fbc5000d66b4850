import { afterAll, beforeAll, expect, it } from "vitest";
import { addFaults, inlineImage, readLedger, submit, waitUntilKept } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { fetchVideo } from "./files.ts";

const lifetimeSeconds = 3_600;
let stack: EmulatorStack;

beforeAll(async () => {
  stack = await startWithEmulator({
    FAL_STORE_IO: "false",
    FAL_MEDIA_LIFETIME_SECONDS: String(lifetimeSeconds),
    FIRST_CHECK_SECONDS: "2",
  });
});

afterAll(() => stack?.close());

it.each([
  ["told by its webhook", "told", {}],
  ["lost on the way", "lost", { webhook: { drop: true } }],
])("fal is asked to store nothing, and a result %s is still fetched and archived", async (_, prompt, fault) => {
  await addFaults(stack.falUrl, { prompt, ...fault });
  const { body } = await submit(stack.url, { prompt, image_url: inlineImage });
  const job = await waitUntilKept(stack.url, body.id);
  expect(job.status).toBe("succeeded");
  expect((await fetchVideo(stack.url, job.id)).sha256).toBe(job.result?.video.sha256);
  const { requests } = await readLedger(stack.falUrl);
  const [request] = requests.filter(({ request_id }) => request_id === job.request_id);
  expect(request?.headers).toMatchObject({
    "x-fal-store-io": "0",
    "x-fal-object-lifecycle-preference": JSON.stringify({ expiration_duration_seconds: lifetimeSeconds }),
  });
});
