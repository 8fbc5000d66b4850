import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { openDynamo } from "../../../lambdas/aws/dynamo.ts";

/** A DynamoDB that reads this many items of each batch and returns the rest as unprocessed. */
function reading(itemsAtOnce: number) {
  const asked: number[] = [];
  const send = async (command: unknown) => {
    if (!(command instanceof BatchGetCommand)) throw new Error("unexpected command");
    const keys = command.input.RequestItems?.jobs?.Keys ?? [];
    asked.push(keys.length);
    const left = keys.slice(itemsAtOnce);
    const UnprocessedKeys = left.length > 0 ? { jobs: { Keys: left } } : {};
    return { Responses: { jobs: keys.slice(0, itemsAtOnce) }, UnprocessedKeys };
  };
  return { asked, read: openDynamo("jobs", { send } as never).getMany };
}

const ids = ["a", "b", "c", "d", "e"];

describe("a batch read", () => {
  it.each([
    [5, [5]],
    [3, [5, 2]],
    [1, [5, 4, 3, 2, 1]],
  ])(
    "a batch read of which DynamoDB accepts %i items at once requests the remaining items again",
    async (atOnce, expected) => {
      const { asked, read } = reading(atOnce);
      expect(await read(ids, true)).toEqual(ids.map((id) => ({ id })));
      expect(asked).toEqual(expected);
    },
  );

  it("a batch read that never completes throws, and returns no partial page", async () => {
    const { asked, read } = reading(0);
    await expect(read(ids, true)).rejects.toThrow("did not return");
    expect(asked).toHaveLength(5);
  });

  it("a batch read of nothing sends no request", async () => {
    const { asked, read } = reading(5);
    expect([await read([], true), asked]).toEqual([[], []]);
  });
});
