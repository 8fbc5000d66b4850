import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiDocument } from "../support/conforms.ts";
import { claimTwoPorts } from "../support/ports.ts";
import { call, sampleImage, submit, waitUntilSettled } from "./caller.ts";
import { makeDataDir, removeDataDir } from "./data-dir.ts";
import { killLeftovers, type LocalStack, startLocalStack } from "./local-stack.ts";

let dataDir: string;
let stack: LocalStack;
let image: string;

beforeAll(async () => {
  dataDir = await makeDataDir();
  image = await sampleImage();
  stack = await startLocalStack(await claimTwoPorts(), dataDir, { RENDER_SECONDS: "1" });
});

afterAll(async () => {
  await stack?.kill("SIGTERM");
  killLeftovers();
  await removeDataDir(dataDir);
});

describe("a job", () => {
  it("a job is accepted, read, and settled by fal's webhook with a downloadable video", async () => {
    const accepted = await submit(stack.url, { prompt: "waves", image_url: image });
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get("location")).toBe(`${stack.url}/jobs/${accepted.body.id}`);
    expect(accepted.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(accepted.body).toMatchObject({ status: "queued", endpoint: "decart/lucy-14b/image-to-video" });

    const job = await waitUntilSettled(stack.url, accepted.body.id);
    expect(job).toMatchObject({ status: "succeeded", settled_by: "webhook" });
    const video = await fetch(job.result?.video.url ?? "");
    expect(video.headers.get("content-type")).toBe("video/mp4");
    expect(Buffer.from(await video.arrayBuffer()).toString("latin1", 4, 8)).toBe("ftyp");
  });

  it("a job is created once per Idempotency-Key, and rejected when the key is sent with other input", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const input = { prompt: "waves", image_url: image };
    const first = await submit(stack.url, input, headers);
    const again = await submit(stack.url, input, headers);
    const other = await submit(stack.url, { ...input, prompt: "storm" }, headers);
    expect([first.status, again.status, other.status]).toEqual([202, 200, 422]);
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
  });

  it("a job fails with the model's own reason when fal accepts the input and cannot use it", async () => {
    const image_url = "https://v3.fal.media/files/nothing/here.png";
    const { status, body } = await submit(stack.url, { prompt: "waves", image_url });
    expect(status).toBe(202);
    const job = await waitUntilSettled(stack.url, body.id);
    expect(job).toMatchObject({ status: "failed", settled_by: "webhook" });
    expect(JSON.stringify(job)).toContain("file_download_error");
  });
});

describe("the API's refusals", () => {
  it.each([
    ["GET", "/jobs/none", {}, 404],
    ["GET", "/jobs/none", { "x-api-key": "" }, 401],
    ["GET", "/nothing/here", { "x-api-key": "" }, 404],
    ["DELETE", "/health", { "x-api-key": "" }, 405],
  ])("the API's refusals of %s %s are problems: %j gives %i", async (method, path, headers, status) => {
    const answer = await call(stack.url, path, { method, headers });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.body).toMatchObject({ status, code: expect.stringMatching(/^[a-z_]+$/) });
  });

  it.each([
    ["the gateway's", "/jobs", { "x-api-key": "" }, "unauthorized"],
    ["a function's", "/jobs/none", {}, "not_found"],
  ])("the API's refusals link to a page that explains them: %s", async (_whose, path, headers, code) => {
    const { body } = await call(stack.url, path, { headers });
    expect(body).toMatchObject({ type: `${stack.url}/errors/${code}` });
    const page = await fetch(`${stack.url}/errors/${code}`);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
    expect(await page.text()).toMatch(new RegExp(`^${code}\n`));
  });

  it("the API's refusals name each invalid input field", async () => {
    const { status, body } = await submit(stack.url, { prompt: "", image_url: "here", speed: 2 });
    expect(status).toBe(422);
    expect(JSON.stringify(body.errors)).toContain("speed");
  });

  it("the API's refusals of a body above 5 MB are 413, and also above the gateway's 10 MB", async () => {
    const post = (bytes: number) => call(stack.url, "/jobs", { method: "POST", body: "x".repeat(bytes) });
    expect((await post(5_500_000)).status).toBe(413);
    expect((await post(11_000_000)).status).toBe(413);
  });
});

describe("the service", () => {
  it("the service is healthy", async () => {
    expect((await call(stack.url, "/health")).status).toBe(200);
  });

  it.each(["/", "/health", "/openapi.json"])("the service answers HEAD %s like GET, without the body", async (path) => {
    const [get, head] = [await fetch(`${stack.url}${path}`), await fetch(`${stack.url}${path}`, { method: "HEAD" })];
    const lasting = ({ headers }: Response) =>
      [...headers].filter(([name]) => !/^(connection|date|keep-alive|x-amzn-requestid)$/.test(name));
    expect([head.status, lasting(head)]).toEqual([200, lasting(get)]);
    expect([(await get.text()).length > 2, await head.text()]).toEqual([true, ""]);
    const preflight = await fetch(`${stack.url}${path}`, { method: "OPTIONS" });
    expect(preflight.headers.get("access-control-allow-methods")).toBe("GET,HEAD,OPTIONS");
  });

  it("the service publishes its description, with its own address and without a key", async () => {
    const { status, body } = await call(stack.url, "/openapi.json", { headers: { "x-api-key": "" } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ openapi: expect.stringMatching(/^3\.1\./), servers: [{ url: stack.url }] });
    expect(Object.keys(body.paths ?? {})).toEqual(Object.keys(apiDocument.paths));
  });

  it("the service answers a browser's preflight", async () => {
    const response = await fetch(`${stack.url}/jobs`, { method: "OPTIONS" });
    expect(response.status).toBeLessThan(300);
    expect(response.headers.get("access-control-allow-headers")).toContain("Authorization");
  });
});
