import { describe, expect, it } from "vitest";
import { findMisfits } from "./misfits.ts";
import { one } from "./mutation.ts";
import { mutations } from "./mutations.ts";

const FILE = "lambdas/job/timeline.ts";

describe("the list of mutations", () => {
  it("the list of mutations fits the code: every text to replace occurs exactly once, and the result is TypeScript", () => {
    expect(findMisfits(mutations)).toEqual([]);
  });

  it.each([
    ["a text that is not there", one("P4", "x", FILE, "no such text", ""), "contains it 0 times"],
    ["a text that occurs twice", one("P4", "x", FILE, "entry", ""), "must contain this once"],
    ["a file that does not exist", one("P4", "x", "lambdas/none.ts", "a", "b"), "does not exist"],
    [
      "a test that does not exist",
      one("P4", "x", FILE, "timeline.length < room ?", "room ?", ["test/none"]),
      "test/none",
    ],
    [
      "an edit that changes nothing",
      one("P4", "x", FILE, "timeline.length < room", "timeline.length < room"),
      "nothing",
    ],
    ["an edit that leaves no TypeScript", one("P4", "x", FILE, "timeline.length < room", "("), "not TypeScript"],
  ])("the list of mutations is checked for %s", (_, mutation, problem) => {
    expect(findMisfits([mutation])).toEqual([expect.stringContaining(problem)]);
  });

  it("the list of mutations is checked for two mutations with the same name", () => {
    const mutation = one("P4", "x", FILE, "timeline.length < room ?", "room ?");
    expect(findMisfits([mutation, mutation])).toEqual(["P4: x: another mutation has the same name"]);
  });
});
