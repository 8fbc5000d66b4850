import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { memoryFetch } from "../support/memory-fetch.ts";
import { createMemoryService } from "../support/memory-service.ts";
import { accepted, answered } from "../support/one-job.ts";
import { root } from "./documents.ts";

const example = readFileSync(join(import.meta.dirname, "api-example.ts"), "utf8");

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("the TypeScript of the API's page is the example that is type-checked and run here", () => {
  const page = readFileSync(join(root, "docs/reference/api.md"), "utf8");
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text]) => text);
  expect(blocks).toEqual([example.replace("../../client/api.ts", "./client/api.ts")]);
});

it("the TypeScript of the API's page creates a job", async () => {
  const service = createMemoryService({
    submitToFal: async () => accepted,
    statusAtFal: async () => answered(202, { status: "IN_QUEUE" }),
  });
  vi.stubGlobal("fetch", memoryFetch(service));
  const print = vi.spyOn(console, "log").mockReturnValue();
  await import("./api-example.ts");
  expect(print.mock.calls).toMatchObject([[{ status: "queued", input: { prompt: "gulls rise" } }]]);
});
