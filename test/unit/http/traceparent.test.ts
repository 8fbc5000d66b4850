import { describe, expect, it } from "vitest";
import { traceparentOf } from "../../../lambdas/http/traceparent.ts";
import { oneJob, REQUEST } from "../../support/one-job.ts";

const VALID = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

function read(...values: string[]) {
  return traceparentOf({ headers: new Map([["traceparent", values]]) });
}

describe("a traceparent", () => {
  it.each([VALID, "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"])(
    "a traceparent is read: %s",
    (value) => {
      expect(read(value)).toBe(value);
    },
  );

  it.each([
    "",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
    `${VALID}-more`,
    VALID.toUpperCase(),
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${"0".repeat(16)}-01`,
    ` ${VALID}`,
    `01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-${"x".repeat(200)}`,
  ])("a traceparent that is not valid is ignored: %j", (value) => {
    expect(read(value)).toBeUndefined();
  });

  it("a traceparent that is sent twice is ignored", () => {
    expect(read(VALID, VALID)).toBeUndefined();
  });

  it("a traceparent stays on its job, and a repeat with another one is a replay", async () => {
    const { submit, row } = oneJob();
    const headers = { traceparent: VALID, "idempotency-key": "k" };
    expect(JSON.parse((await submit(REQUEST, headers)).body).traceparent).toBe(VALID);
    const again = await submit(REQUEST, { ...headers, traceparent: VALID.replace("4bf9", "aaaa") });
    expect([again.statusCode, JSON.parse(again.body).traceparent, row().traceparent]).toEqual([200, VALID, VALID]);
  });
});
