import { describe, expect, it } from "vitest";
import { readFilter } from "../../local/stack/record-filter.ts";

const record = { eventName: "MODIFY", dynamodb: { NewImage: { status: { S: "succeeded" }, late: { BOOL: true } } } };

describe("a stream's filter", () => {
  it.each([
    [{}, true],
    [{ eventName: ["INSERT", "MODIFY"] }, true],
    [{ eventName: ["INSERT"] }, false],
    [{ dynamodb: { NewImage: { status: { S: ["succeeded"] } } } }, true],
    [{ dynamodb: { NewImage: { status: { S: ["succeeded"] }, late: { BOOL: [false] } } } }, false],
    [{ dynamodb: { NewImage: { due: { N: [{ exists: true }] } } } }, false],
    [{ dynamodb: { NewImage: { due: { N: [{ exists: false }] } } } }, true],
    [{ dynamodb: { OldImage: { status: { S: [{ exists: false }] } } } }, true],
    [{ dynamodb: { NewImage: { status: [{ exists: true }] } } }, false],
    [{ dynamodb: { NewImage: { delivery: { M: { attempts: { N: ["0", { exists: false }] } } } } } }, true],
    [{ dynamodb: { NewImage: { status: { S: ["open", { exists: false }] } } } }, false],
    [{ dynamodb: { NewImage: { status: { S: [{ exists: false }, "succeeded"] } } } }, true],
    [{ eventName: [{ prefix: "MOD" }] }, true],
    [{ eventName: [{ prefix: "INS" }] }, false],
    [{ eventName: [{ "anything-but": "MODIFY" }] }, false],
    [{ eventName: [{ "anything-but": ["INSERT", "REMOVE"] }] }, true],
    [{ other: [{ "anything-but": ["INSERT"] }] }, false],
  ])("%j passes: %s", (pattern, passes) => {
    expect(readFilter(JSON.stringify(pattern))(record)).toBe(passes);
  });

  it.each([
    { eventName: "MODIFY" },
    { $or: [{ eventName: ["MODIFY"] }] },
    { due: [{ numeric: [">", 5] }] },
    { eventName: [{ "anything-but": { prefix: "M" } }] },
  ])("a filter that this stack does not support is an error: %j", (pattern) => {
    expect(() => readFilter(JSON.stringify(pattern))).toThrow("the local stack does not support the stream filter");
  });
});
