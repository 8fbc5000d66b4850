import { describe, expect, test } from "vitest";
import { synthesizeTemplate } from "./synthesis.ts";

const template = synthesizeTemplate();
const mappings = Object.values(template.findResources("AWS::Lambda::EventSourceMapping")).map(
  ({ Properties }) => Properties,
);

describe("the stream's reader", () => {
  test("is the archive function alone, from now on, parallel per shard, and leaves to the sweep what is late", () => {
    expect(mappings).toEqual([
      {
        EventSourceArn: { "Fn::GetAtt": ["JobTable", "StreamArn"] },
        FunctionName: { Ref: "ArchiveFunction" },
        StartingPosition: "LATEST",
        BatchSize: 10,
        ParallelizationFactor: 10,
        MaximumRetryAttempts: 1,
        MaximumRecordAgeInSeconds: 60,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        FilterCriteria: { Filters: [{ Pattern: expect.any(String) }] },
      },
    ]);
  });

  test("is told when a job's archive_due appears, whatever the status, by the number and not by the map around it", () => {
    const [{ Pattern }] = mappings[0]?.FilterCriteria.Filters ?? [{}];
    expect(JSON.parse(Pattern)).toEqual({
      dynamodb: {
        OldImage: { archive_due: { N: [{ exists: false }] } },
        NewImage: { archive_due: { N: [{ exists: true }] } },
      },
    });
  });

  test("is not there when nothing is to be archived", () => {
    const without = synthesizeTemplate({ archive: "false" });
    without.resourceCountIs("AWS::Lambda::EventSourceMapping", 0);
    const { ArchiveFunction, SweepFunction } = without.toJSON().Resources;
    for (const { Properties } of [ArchiveFunction, SweepFunction])
      expect(Properties.Environment.Variables.ARCHIVE_VIDEOS).toBe("false");
  });
});
