import { expect, it } from "vitest";
import { type OwnerItem, rotated as rotatedOrRefused } from "../../../lambdas/table/owner-item.ts";

const hourMs = 3_600_000;
const at = Date.parse("2026-11-22T12:00:00.000Z");

function rotated(owner: string, item: OwnerItem | undefined, at: number): OwnerItem {
  const next = rotatedOrRefused(owner, item, at, `write at ${at}`);
  if ("retryAt" in next) throw new Error("the rotation was refused");
  return next;
}

const once = rotated("owner-1", undefined, at);

it("the first rotation creates the second secret, and records when", () => {
  expect(once).toEqual({ id: "owner#owner-1", secret_version: 2, rotated_at: [at], write_ids: [`write at ${at}`] });
});

it("P24: every rotation of the last 24 hours is stored, the latest first", () => {
  const twice = rotated("owner-1", once, at + hourMs);
  expect(twice).toMatchObject({ secret_version: 3, rotated_at: [at + hourMs, at] });
  expect(rotated("owner-1", twice, at + 24 * hourMs - 1).rotated_at).toHaveLength(3);
});

it("a rotation is forgotten after 24 hours, its version never", () => {
  expect(rotated("owner-1", once, at + 24 * hourMs)).toMatchObject({
    secret_version: 3,
    rotated_at: [at + 24 * hourMs],
    write_ids: [`write at ${at + 24 * hourMs}`],
  });
});

it("P24: a sixth rotation in 24 hours is refused until the first of them is forgotten, so no valid secret is withdrawn", () => {
  let item = once;
  for (let more = 1; more < 5; more++) item = rotated("owner-1", item, at + more * hourMs);
  expect(item.rotated_at).toHaveLength(5);
  expect(rotatedOrRefused("owner-1", item, at + 5 * hourMs, "write")).toEqual({ retryAt: at + 24 * hourMs });
  expect(rotated("owner-1", item, at + 24 * hourMs).secret_version).toBe(7);
});
