import { readFile } from "node:fs/promises";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { describe, expect, it } from "vitest";
import { STATUS_BY_CODE } from "../../lambdas/contract/problem-codes.ts";
import { eventStream } from "../../openapi/examples.ts";
import { PROBLEM_CODES } from "../../openapi/problems.ts";
import { apiDocument, expectConforms, schemaFaults } from "../support/conforms.ts";
import { formatted, published } from "./published.ts";

async function lint(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ["recommended-strict"] });
  const found = await lintFromString({ source: JSON.stringify(document), absoluteRef: "openapi.json", config });
  return found.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

/** Every media type, parameter and header of a document: everything with a schema may have examples. */
function* described(part: unknown): Generator<Record<string, unknown>> {
  if (typeof part !== "object" || part === null) return;
  if ("schema" in part && ("example" in part || "examples" in part)) yield { ...part };
  for (const [name, each] of Object.entries(part))
    if (name !== "examples" && name !== "example") yield* described(each);
}

function examplesOf({ example, examples }: Record<string, unknown>): unknown[] {
  const named: Record<string, { value: unknown }> = JSON.parse(JSON.stringify(examples ?? {}));
  return [...(example === undefined ? [] : [example]), ...Object.values(named).map(({ value }) => value)];
}

describe("the OpenAPI document", () => {
  it("the OpenAPI document passes the linter", async () => {
    expect(await lint(published)).toEqual([]);
  });

  it("an operation without an operationId fails the linter", async () => {
    const faulty = { ...published, paths: { "/jobs": { get: { responses: {} } } } };
    expect(await lint(faulty)).toContainEqual(expect.stringMatching(/^operation-operationId: /));
  });

  it("the OpenAPI document has examples that match their schemas", () => {
    const all = [...described(apiDocument)];
    const faults = all.flatMap((each) =>
      examplesOf(each).flatMap((value) => schemaFaults(Object(each.schema), value).map((fault) => ({ value, fault }))),
    );
    expect(all.length).toBeGreaterThan(50);
    expect(faults).toEqual([]);
  });

  it("the OpenAPI document has a valid example of an event stream", () => {
    const headers = { "content-type": "text/event-stream" };
    expectConforms("GET", "/jobs/1/events", { status: 200, headers, body: eventStream });
  });

  it("the OpenAPI document lists every problem on the routes that return it; only a missing route returns none", () => {
    const onRoutes = Object.values(published.components.responses).flatMap(({ description }) =>
      [...String(description).matchAll(/`(\w+)`: /g)].map(([, code]) => code),
    );
    const all = [...new Set(onRoutes), "method_not_allowed"];
    expect(all.sort()).toEqual([...PROBLEM_CODES].sort());
    expect(PROBLEM_CODES).toEqual(expect.arrayContaining(Object.keys(STATUS_BY_CODE)));
  });

  it("the OpenAPI document has the project's version", async () => {
    const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
    expect(published.info.version).toBe(version);
  });

  it("the OpenAPI document matches docs/reference/openapi.json (after an intended change: npx vitest run test/openapi -u)", async () => {
    const text = formatted(JSON.stringify(published, null, 2), "docs/reference/openapi.json");
    await expect(text).toMatchFileSnapshot("../../docs/reference/openapi.json");
  });
});
