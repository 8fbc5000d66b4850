import { expect, it } from "vitest";
import { expenseOf } from "../../../lambdas/table/budget.ts";
import { falHealthId } from "../../../lambdas/table/fal-health.ts";
import { ownerItemId } from "../../../lambdas/table/owner-item.ts";
import { typicalDurationId } from "../../../lambdas/table/typical-duration.ts";

it("the ids of stored items never change: rows of earlier releases are found by them", () => {
  expect(ownerItemId("a")).toBe("owner#a");
  expect(typicalDurationId("x/y")).toBe("usual#x/y");
  expect(falHealthId("decart/lucy-14b")).toBe("fal#health#decart/lucy-14b");
  expect(expenseOf("a", Date.parse("2026-11-28T12:00:00Z"), 0.4, 1).id).toBe("budget#a#2026-11-28");
});
