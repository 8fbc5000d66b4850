import createClient from "openapi-fetch";
import { beforeEach, describe, expect, it } from "vitest";
import type { components, paths } from "../../client/api.ts";
import { generateTypes } from "../../client/generate.ts";
import type { PublicJob } from "../../lambdas/contract/public-job.ts";
import { memoryFetch } from "../support/memory-fetch.ts";
import { createMemoryService, type MemoryService } from "../support/memory-service.ts";
import { accepted, answered, SUCCESS } from "../support/one-job.ts";
import { formatted, published } from "./published.ts";

const input = { prompt: "waves", image_url: "https://example.com/a.jpg" };
const completed = answered(200, { status: "COMPLETED" });

let service: MemoryService;

beforeEach(() => {
  service = createMemoryService({
    submitToFal: async () => accepted,
    statusAtFal: async () => completed,
    resultAtFal: async () => SUCCESS,
    deletePayloadsAtFal: async () => "unanswered",
  });
});

function client() {
  return createClient<paths>({
    baseUrl: "https://api.example.com/prod",
    headers: { "x-api-key": "key" },
    fetch: memoryFetch(service),
  });
}

/** Creates a job. The compiler checks that the client's type of it is the service's. */
async function createJob(metadata: Record<string, string> = {}): Promise<PublicJob> {
  const { data, error } = await client().POST("/jobs", { body: { input, metadata } });
  if (data === undefined) throw new Error(error?.detail);
  return data;
}

describe("the client's types", () => {
  it("the client's types match the document (after an intended change: npx vitest run test/openapi -u)", async () => {
    const types = `// Made from docs/reference/openapi.json; not to be edited.\n\n${await generateTypes(published)}`;
    await expect(formatted(types, "client/api.ts")).toMatchFileSnapshot("../../client/api.ts");
  });
});

describe("a client generated from the document", () => {
  it("a client generated from the document creates a job, waits for it and gets its video", async () => {
    const { id, links } = await createJob();
    expect(links.self).toBe(`https://api.example.com/prod/jobs/${id}`);
    service.state.duringPause = async () => {
      service.state.nowMs += 60_000;
      await service.sweep();
    };
    const header = { Prefer: "wait=20" };
    const waited = await client().GET("/jobs/{id}", { params: { path: { id }, header } });
    expect(waited.data).toMatchObject({ id, status: "succeeded" });
    expect(waited.response.headers.get("preference-applied")).toBe("wait=20");
    const query = { redirect: "0" } as const;
    const video = await client().GET("/jobs/{id}/video", { params: { path: { id }, query } });
    expect(video.data?.url).toBe(waited.data?.result?.video.url);
  });

  it("a client generated from the document lists the jobs with some metadata", async () => {
    const first = await createJob({ order: "1" });
    await createJob({ order: "2" });
    const query = { limit: 5, metadata: { order: "1" } };
    const { data } = await client().GET("/jobs", { params: { query } });
    expect(data?.data.map(({ id }) => id)).toEqual([first.id]);
  });

  it("a client generated from the document creates many jobs at once, each with its own outcome", async () => {
    const wrong = { input: { ...input, prompt: "" } };
    const { data } = await client().POST("/jobs/batch", { body: { jobs: [{ input }, wrong] } });
    const told = data?.results.map((result) => ("job" in result ? result.job.status : result.problem.code));
    expect(told).toEqual(["queued", "invalid_request"]);
  });

  it("a client generated from the document checks a request and its cost, and creates nothing", async () => {
    const { data } = await client().POST("/jobs/validate", { body: { input } });
    expect(data?.cost?.estimated_usd).toBe(0.4);
    expect(service.rows().size).toBe(0);
  });

  it("a client generated from the document refuses a misspelled field when it is compiled, and accepts any input for other models", async () => {
    const { prompt, ...others } = input;
    // @ts-expect-error: the field is called prompt.
    const misspelled = await client().POST("/jobs", { body: { input: { ...others, promt: prompt } } });
    expect(misspelled.error?.errors?.map(({ pointer }) => pointer)).toEqual(["/input/prompt", "/input/promt"]);
    // @ts-expect-error: the field is called metadata.
    const body: components["schemas"]["NewJob"] = { input, metdata: { order: "1" } };
    expect((await client().POST("/jobs", { body })).response.status).toBe(422);
    const other = await client().POST("/jobs", { body: { endpoint: "acme/any/image-to-video", input: { seed: 1 } } });
    expect(other.data?.status).toBe("queued");
  });

  it("a client generated from the document requests an upload", async () => {
    const { data, response } = await client().POST("/uploads", { body: { content_type: "image/png", size: 12 } });
    expect(response.status).toBe(201);
    expect(data?.upload_headers).toEqual({ "content-type": "image/png", "if-none-match": "*" });
  });

  it("a client generated from the document deletes a job, but not an open one", async () => {
    const params = { path: { id: (await createJob()).id } };
    const refused = await client().DELETE("/jobs/{id}", { params });
    expect(refused.error?.code).toBe("job_open");
    service.state.nowMs += 60_000;
    await service.sweep();
    expect((await client().DELETE("/jobs/{id}", { params })).response.status).toBe(204);
    expect((await client().GET("/jobs/{id}", { params })).error?.code).toBe("not_found");
  });

  it("a client generated from the document gets the errors of an invalid request", async () => {
    const { error } = await client().POST("/jobs", { body: { input: { ...input, prompt: "" } } });
    expect(error).toMatchObject({ code: "invalid_request", errors: [{ pointer: "/input/prompt" }] });
  });
});
