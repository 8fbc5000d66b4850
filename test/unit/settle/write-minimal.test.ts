import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../lambdas/fal/outcome.ts";
import { writeOrMinimal } from "../../../lambdas/settle/write-minimal.ts";

const SUCCESS: Outcome = {
  status: "succeeded",
  result: { video: { url: "https://v3.fal.media/a.mp4", file_name: "a.mp4", file_size: 1 } },
};
const FAILURE: Outcome = {
  status: "failed",
  error: { code: "generation_failed", message: "m", retryable: true, detail: { odd: true } },
};

/** Writes an outcome to a table that rejects the first try with this error, and returns what was tried. */
async function tries(outcome: Outcome, errorName: string): Promise<Outcome[]> {
  const tried: Outcome[] = [];
  const write = async (attempt: Outcome) => {
    tried.push(attempt);
    if (tried.length === 1) throw Object.assign(new Error("refused"), { name: errorName });
  };
  await writeOrMinimal(outcome, "job", write);
  return tried;
}

describe("an outcome that the table rejects for its content (P4)", () => {
  it.each([
    [SUCCESS, { status: "succeeded", result: { video: { url: "https://v3.fal.media/a.mp4" } } }],
    [FAILURE, { status: "failed", error: { code: "generation_failed", message: "m", retryable: true } }],
  ])(
    "an outcome that the table rejects for its content (P4) is written again with the minimum that shows how the job ended",
    async (outcome, less) => {
      expect(await tries(outcome, "ValidationException")).toEqual([outcome, less]);
    },
  );

  it("an outcome that the table rejects for its content (P4) is not written again when the table had another reason", async () => {
    await expect(tries(SUCCESS, "ThrottlingException")).rejects.toThrow("refused");
  });
});
