import { DynamoDBClient, ListTablesCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../local/stack/engine.ts";
import { startEngine } from "../../local/stack/engines.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { PICTURES } from "../support/pictures.ts";
import { addFaults, call, inlineImage, readLedger, submit, waitUntilKept, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { fetchVideo, openBucketOf, putUpload, requestUpload } from "./files.ts";

const png = PICTURES["image/png"];
const largestItemBytes = 8_192;
let engine: Engine;
let table: DynamoDBClient;
let stack: EmulatorStack;
let bucket: Awaited<ReturnType<typeof openBucketOf>>;

beforeAll(async () => {
  // Outside the stack, so that the test can read the table. The first check is late enough for a webhook to settle
  // first.
  engine = await startEngine({ kind: "dynalite" });
  table = new DynamoDBClient({ endpoint: engine.url, ...localCaller });
  stack = await startWithEmulator({
    AWS_ENDPOINT_URL_DYNAMODB: engine.url,
    FIRST_CHECK_SECONDS: "15",
    SWEEP_SECONDS: "1",
  });
  bucket = await openBucketOf(stack.url);
});

afterAll(async () => {
  bucket?.close();
  await stack?.close();
  table.destroy();
  await engine.close();
});

describe("with sync_mode: true", () => {
  it.each([
    ["of 20 MB, too large for a webhook, is fetched by the sweep", "large", 20_000_000, "sweep", 413],
    ["that fits is read from the webhook", "small", 1_000_000, "webhook", 200],
  ])("a video %s, and is stored in the bucket only", async (_, prompt, video_bytes, settled_by, answered) => {
    await addFaults(stack.falUrl, { prompt, video_bytes });
    const { body } = await submit(stack.url, { prompt, image_url: inlineImage, sync_mode: true });
    const job = await waitUntilSettled(stack.url, body.id);
    expect(job).toMatchObject({ status: "succeeded", settled_by });

    const { bytes, ...truth } = await fetchVideo(stack.url, job.id);
    expect(job.result?.video).toMatchObject({
      ...truth,
      file_size: video_bytes,
      url: `${stack.url}/jobs/${job.id}/video`,
    });
    const { requests } = await readLedger(stack.falUrl);
    const request = requests.find(({ request_id }) => request_id === job.request_id);
    const film = await fetch(`${stack.falUrl}/v3.fal.media/files/${request?.outcome?.inline?.film}`);
    expect(bytes.equals(Buffer.from(await film.arrayBuffer()))).toBe(true);
    await expect.poll(() => firstAnswer(job.request_id)).toBe(answered);
    expect(await bucket.list(`videos/${job.id}/`)).toHaveLength(1);
    expect(Math.max(...(await readTable()).map(({ length }) => length))).toBeLessThan(largestItemBytes);
  });
});

describe("DELETE", () => {
  it.each([
    ["from an upload; with an admin's key fal's own go too", true, { video: 404, payloads: false }],
    ["from an upload; with another key fal still stores its own data", false, { video: 200, payloads: true }],
  ])("DELETE leaves nothing of a job in the table and the bucket, %s", async (prompt, isAdmin, leftAtFal) => {
    const upload = await requestUpload(stack.url, { content_type: "image/png", size: png.length });
    expect(await putUpload(upload, png)).toBe(200);
    await addFaults(stack.falUrl, { prompt, queue_ms: 2_000 });
    const { id } = (await submit(stack.url, { prompt, image_url: upload.image_url })).body;
    expect(await remove(id)).toMatchObject({ status: 409, body: { code: "job_open" } });
    const { result, request_id = "" } = await waitUntilKept(stack.url, id);
    const ids = [id, request_id, upload.image_url.slice(-32)];
    const isOfTheJob = (text: string) => ids.some((each) => text.includes(each));
    expect((await bucket.list()).filter(isOfTheJob)).toHaveLength(2);
    expect(await readAtFal(result?.video.url, request_id)).toEqual({ video: 200, payloads: true });

    if (isAdmin) await addFaults(stack.falUrl, { admin: true });
    expect((await remove(id)).status).toBe(204);
    await fetch(`${stack.falUrl}/_emulator/faults`, { method: "DELETE" });

    expect((await bucket.list()).filter(isOfTheJob)).toEqual([]);
    const [tombstone, ...others] = (await readTable()).filter(isOfTheJob).map((item) => JSON.parse(item));
    expect(others).toEqual([]);
    // What usage adds up, and nothing of what was asked for or made.
    expect(Object.keys(tombstone).sort()).toEqual(TOMBSTONE);
    expect(USAGE).toEqual(expect.arrayContaining(Object.keys(tombstone.usage.M)));
    for (const path of [`/jobs/${id}`, `/jobs/${id}/video`]) expect((await call(stack.url, path)).status).toBe(404);
    expect((await remove(id)).status).toBe(404);
    expect(await readAtFal(result?.video.url, request_id)).toEqual(leftAtFal);
  });

  it.each(["inline picture", "upload"])(
    "DELETE leaves a tombstone: a late repeat of the request is rejected, and sends nothing: %s",
    async (prompt) => {
      const upload = await requestUpload(stack.url, { content_type: "image/png", size: png.length });
      expect(await putUpload(upload, png)).toBe(200);
      const image_url = prompt === "upload" ? upload.image_url : inlineImage;
      const order = () => submit(stack.url, { prompt, image_url }, { "idempotency-key": prompt });
      const { id } = (await order()).body;
      await waitUntilSettled(stack.url, id);
      expect((await remove(id)).status).toBe(204);
      const { posts } = await readLedger(stack.falUrl);
      expect(await order()).toMatchObject({ status: 409, body: { code: "job_deleted" } });
      expect((await readLedger(stack.falUrl)).posts).toHaveLength(posts.length);
    },
  );
});

const TOMBSTONE = ["created_at_id", "deleted_at", "expires_at", "id", "owner", "usage"];
const USAGE = [
  "status",
  "endpoint",
  "created_at",
  "billed",
  "estimated_usd",
  "actual_usd",
  "video_seconds",
  "ms_to_terminal",
];

function remove(id: string) {
  return call(stack.url, `/jobs/${id}`, { method: "DELETE" });
}

/** The answer to fal's first delivery. */
async function firstAnswer(requestId: string | undefined): Promise<number | undefined> {
  const { deliveries } = await readLedger(stack.falUrl);
  return deliveries.find(({ request_id }) => request_id === requestId)?.attempts[0]?.status;
}

/** Every item of every table, in DynamoDB's own JSON. */
async function readTable(): Promise<string[]> {
  const { TableNames = [] } = await table.send(new ListTablesCommand());
  const items: string[] = [];
  for (const TableName of TableNames) {
    for await (const { Items = [] } of paginateScan({ client: table }, { TableName, ConsistentRead: true })) {
      items.push(...Items.map((item) => JSON.stringify(item)));
    }
  }
  return items;
}

/** What fal still stores of a request: its video, input and output. */
async function readAtFal(videoUrl = "", requestId: string) {
  const query = `endpoint_id=decart/lucy-14b/image-to-video&expand=payloads&request_id=${requestId}`;
  const history = await fetch(`${stack.falUrl}/api.fal.ai/v1/models/requests/by-endpoint?${query}`, {
    headers: { authorization: "Key local-fal-key" },
  });
  const { items } = (await history.json()) as { items: object[] };
  expect(items).toHaveLength(1);
  const payloads = items.some((item) => "json_input" in item || "json_output" in item);
  return { video: (await fetch(videoUrl)).status, payloads };
}
