import type { _Record } from "@aws-sdk/client-dynamodb-streams";
import type { DynamoDBStreamEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import type { Invocation } from "../../local/stack/function-instance.ts";
import { startDelivery } from "../../local/stack/stream-delivery.ts";

const spec = {
  tableName: "Table",
  functionId: "Echo",
  filters: [],
  batchSize: 1,
  retries: 1,
  batchesAtOnce: 4,
  largestAgeMs: 60_000,
  reportsFailures: true,
};
const done: Invocation = { kind: "answer", payload: "null" };

function record(id: string, SequenceNumber: string): _Record {
  return { dynamodb: { Keys: { id: { S: id } }, SequenceNumber } };
}

function collect(answer: () => Invocation | Promise<Invocation>, changes: Partial<typeof spec> = {}) {
  const seen: (string | undefined)[] = [];
  const delivery = startDelivery({ ...spec, ...changes }, "arn", async (_functionId, event) => {
    const { Records } = event as DynamoDBStreamEvent;
    seen.push(Records.map(({ dynamodb }) => dynamodb?.SequenceNumber).join());
    return await answer();
  });
  return { seen, delivery };
}

describe("a stream's records", () => {
  it("a stream's records of one item are delivered in order, while other items continue", async () => {
    let finish = (_invocation: Invocation) => {};
    const first = new Promise<Invocation>((resolve) => {
      finish = resolve;
    });
    const answers = [first];
    const { seen, delivery } = collect(() => answers.shift() ?? done);
    delivery.take([record("one", "1"), record("one", "2"), record("three", "3")]);
    await expect.poll(() => seen).toEqual(["1", "3"]);
    finish(done);
    await expect.poll(() => seen).toEqual(["1", "3", "2"]);
    await delivery.stop();
  });

  it("a stream's records are not delivered again when they are too old", async () => {
    const { seen, delivery } = collect(() => ({ kind: "failed", reason: "on purpose" }), { largestAgeMs: -1 });
    delivery.take([record("one", "1")]);
    await delivery.stop();
    expect(seen).toEqual([]);
  });

  it("A22: a stream's records that are throttled are delivered again, more often than failed ones", async () => {
    const answers: Invocation[] = [{ kind: "throttled" }, { kind: "throttled" }, { kind: "failed", reason: "once" }];
    const { seen, delivery } = collect(() => answers.shift() ?? done);
    delivery.take([record("one", "1")]);
    await expect.poll(() => seen).toEqual(["1", "1", "1", "1"]);
    await delivery.stop();
  });

  it.each(["{}", '{"batchItemFailures":[{"itemIdentifier":"no such record"}]}', '"done"'])(
    "a stream's records are all delivered again after the answer %s, which is not a report",
    async (payload) => {
      const { seen, delivery } = collect(() => ({ kind: "answer", payload }), { batchSize: 2, batchesAtOnce: 1 });
      delivery.take([record("one", "1"), record("two", "2")]);
      await expect.poll(() => seen).toEqual(["1,2", "1,2"]);
      await delivery.stop();
    },
  );

  it("a stream's records that wait when the delivery stops are dropped, after the function's current work has ended", async () => {
    let finish = (_invocation: Invocation) => {};
    const { seen, delivery } = collect(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
      { batchesAtOnce: 1 },
    );
    delivery.take([record("one", "1"), record("two", "2")]);
    expect(delivery.waiting()).toBe(1);
    const stopped = delivery.stop();
    finish(done);
    await stopped;
    expect(seen).toEqual(["1"]);
  });
});
