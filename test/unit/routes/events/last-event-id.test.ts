import { describe, expect, it } from "vitest";
import { digestLine, readStreamPosition, streamPositionId } from "../../../../lambdas/routes/events/last-event-id.ts";

const job = "0123456789abcdef";
const line = digestLine({ message: "a", timestamp: "2026-11-22T12:00:00.000Z" });

describe("a position in a stream", () => {
  it.each([
    [{ job }, job],
    [{ job: "1".repeat(16) }, "1".repeat(16)],
    [{ job, position: 0 }, `${job}.0`],
    [{ job, line }, `${job}..${line}`],
    [{ job, position: 3, line }, `${job}.3.${line}`],
    [{ version: 12, position: 3, line }, `12.3.${line}`],
  ])("a position in a stream of %j has the id %s, which parses back", (place, id) => {
    expect(streamPositionId(place)).toBe(id);
    expect(readStreamPosition(id)).toEqual(place);
  });

  it.each([undefined, "", "x", "-1", "1e3", "12.a", "12.3.xyz", `12.3.${line}0`, "1".repeat(17), "0123456789abcde"])(
    "with the id %j is the beginning",
    (id) => {
      expect(readStreamPosition(id)).toEqual({});
    },
  );

  it("a position in a stream distinguishes lines with another time or text", () => {
    const others = [
      digestLine({ message: "a" }),
      digestLine({ message: "b", timestamp: "2026-11-22T12:00:00.000Z" }),
      digestLine({ message: "a", timestamp: "2026-11-22T12:00:00.001Z" }),
    ];
    expect(new Set([line, ...others]).size).toBe(4);
  });
});
