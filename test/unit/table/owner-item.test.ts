import { expect, it } from "vitest";
import { rotated } from "../../../lambdas/table/owner-item.ts";

const hourMs = 3_600_000;
const at = Date.parse("2026-11-22T12:00:00.000Z");
const once = rotated("owner-1", undefined, at);

it("the first rotation creates the second secret, and records when", () => {
  expect(once).toEqual({ id: "owner#owner-1", secret_version: 2, rotated_at: [at] });
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
  });
});
