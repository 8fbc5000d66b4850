import { describe, expect, it } from "vitest";
import type { Context } from "../../operate/command.ts";
import { type Check, unwell, well } from "../../operate/doctor/check.ts";
import { CHECKS, examine } from "../../operate/doctor/examine.ts";
import { mask } from "../../operate/doctor/mask.ts";

const patient = { options: {}, variables: {} } as unknown as Context & { options: object; variables: object };

function check(id: string, needs: readonly string[], isWell: boolean): Check {
  return { id, name: id, isRequired: true, needs, look: async () => (isWell ? well("") : unwell("broken", "mend it")) };
}

describe("the doctor", () => {
  it("the doctor skips what depends on a failed check, and what depends on that", async () => {
    const checks = [check("a", [], false), check("b", ["a"], true), check("c", ["b"], true), check("d", [], true)];
    const outcomes = (await examine(patient as never, checks)).map(({ id, outcome }) => [id, outcome]);
    expect(outcomes).toEqual([
      ["a", "unwell"],
      ["b", "skipped"],
      ["c", "skipped"],
      ["d", "well"],
    ]);
  });

  it("the doctor reports a check that throws as unwell, and goes on", async () => {
    const broken: Check = { ...check("a", [], true), look: () => Promise.reject(new Error("no rights")) };
    expect((await examine(patient as never, [broken, check("b", [], true)])).map(({ outcome }) => outcome)).toEqual([
      "unwell",
      "well",
    ]);
  });

  it("the doctor's checks stand after those that they need", () => {
    const ids = CHECKS.map(({ id }) => id);
    for (const { id, needs } of CHECKS)
      for (const need of needs)
        expect([id, ids.indexOf(need)]).toEqual([
          id,
          expect.toSatisfy((at: number) => at >= 0 && at < ids.indexOf(id)),
        ]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    ["https://abc123.execute-api.us-east-1.amazonaws.com/prod/health: 500", "https://…/prod/health: 500"],
    ["arn:aws:secretsmanager:us-east-1:111122223333:secret:FalKeySecret-abc", "arn:…"],
    ["the job 0193500000007000800000000000aaaa", "the job …"],
    ["account 111122223333", "account …"],
    ["https://rest.fal.ai/.well-known", "https://rest.fal.ai/.well-known"],
    ["paused since 2026-09-01T12:00:00.000Z", "paused since 2026-09-01T12:00:00.000Z"],
  ])("the doctor's report for others shows %j as %j", (text, masked) => {
    expect(mask(text)).toBe(masked);
  });
});
