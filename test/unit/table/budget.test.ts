import { describe, expect, it } from "vitest";
import { expenseOf, falUploadOf, limitOf, secondsToMidnight } from "../../../lambdas/table/budget.ts";

const at = Date.parse("2026-11-22T23:59:58.400Z");
const budgets = new Map([
  ["*", 10],
  ["owner-1", 0.4],
  ["owner-2", 0],
]);

const of = (owner: string, at: number, usd: number) => expenseOf(owner, at, usd, limitOf(budgets, owner) ?? Number.NaN);

describe("an expense", () => {
  it.each([
    ["owner-1", 4000],
    ["owner-2", 0],
    ["anybody", 100_000],
  ])("an expense of %s counts against a limit of %i ten-thousandths of a dollar", (owner, limit) => {
    expect(of(owner, at, 0.4)).toMatchObject({ id: `budget#${owner}#2026-11-22`, amount: 4000, limit });
  });

  it("an expense belongs to the day (UTC) on which it is made", () => {
    expect(of("owner-1", at + 2000, 0.4).id).toBe("budget#owner-1#2026-11-23");
  });

  it("an upload to fal's storage counts as 1, per owner and day, apart from expenses", () => {
    const upload = falUploadOf("owner-1", at, 10);
    expect(upload).toMatchObject({ id: "fal-uploads#owner-1#2026-11-22", amount: 1, limit: 10 });
    expect(upload.expires_at).toBe(of("owner-1", at, 0.4).expires_at);
  });

  it("an expense is stored longer than its day", () => {
    const { expires_at } = of("owner-1", at, 0.4);
    expect(expires_at).toBeGreaterThan(at / 1000 + 86_400);
    expect(Number.isSafeInteger(expires_at)).toBe(true);
  });

  it("an owner without an entry has no limit, unless all others have one", () => {
    expect([limitOf(new Map([["owner-2", 5]]), "owner-1"), limitOf(budgets, "anybody")]).toEqual([undefined, 10]);
  });

  it.each([0.1, 0.2, 0.3, 0.7, 0.0807])("an expense of $%d is a whole number", (usd) => {
    expect(of("owner-1", at, usd).amount).toBe(Number((usd * 10_000).toFixed(0)));
  });
});

it.each([
  ["2026-11-22T00:00:00.000Z", 86_400],
  ["2026-11-22T12:00:00.900Z", 43_200],
  ["2026-11-22T23:59:59.999Z", 1],
])("from %s on a new day starts in %i s", (time, seconds) => {
  expect(secondsToMidnight(Date.parse(time))).toBe(seconds);
});
