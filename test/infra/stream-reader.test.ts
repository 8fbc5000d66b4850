import type { Template } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { readFilter } from "../../local/stack/record-filter.ts";
import { templateOf } from "./templates.ts";

const mappings = mappingsOf(await templateOf("default"));

describe("the stream's readers", () => {
  test("the stream's readers are the archive and the deliver function, the maximum for one stream", () => {
    expect(mappings.map(({ FunctionName }) => FunctionName)).toEqual([
      { Ref: "ArchiveFunction" },
      { Ref: "DeliverFunction" },
    ]);
  });

  test("the stream's readers read new records only, shards in parallel, and leave late records to the sweep", () => {
    for (const { FunctionName, FilterCriteria, ...properties } of mappings) {
      expect(properties).toEqual({
        EventSourceArn: { "Fn::GetAtt": ["JobTable", "StreamArn"] },
        StartingPosition: "LATEST",
        BatchSize: 10,
        ParallelizationFactor: 10,
        MaximumRetryAttempts: 1,
        MaximumRecordAgeInSeconds: 60,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      });
    }
  });

  test("the stream's readers exclude the archive function when archiving is disabled", async () => {
    const disabled = await templateOf("archiveOff");
    expect(mappingsOf(disabled).map(({ FunctionName }) => FunctionName)).toEqual([{ Ref: "DeliverFunction" }]);
    const { ArchiveFunction, DeliverFunction, SweepFunction } = disabled.toJSON().Resources;
    for (const { Properties } of [ArchiveFunction, DeliverFunction, SweepFunction])
      expect(Properties.Environment.Variables.ARCHIVE_VIDEOS).toBe("false");
  });
});

describe("the archive function", () => {
  test("the archive function is invoked when a job's archive_due appears, whatever the status, and matches the number only", () => {
    expect(patternsOf("ArchiveFunction")).toEqual([
      {
        dynamodb: {
          OldImage: { archive_due: { N: [{ exists: false }] } },
          NewImage: { archive_due: { N: [{ exists: true }] } },
        },
      },
    ]);
  });
});

describe("the deliver function", () => {
  const filters = patternsOf("DeliverFunction").map((pattern) => readFilter(JSON.stringify(pattern)));
  const isTold = (NewImage: object | undefined) => filters.some((passes) => passes({ dynamodb: { NewImage } }));
  const due = { N: "1750000000000" };
  const settled = { S: "settled" };
  const begun = (attempts: number) => ({ M: { attempts: { N: String(attempts) }, body: { S: "H4sI" } } });
  const requested = { M: { ...begun(3).M, is_requested: { BOOL: true } } };

  test("the deliver function is invoked for a job whose final event is undelivered, and for a requested redelivery", () => {
    expect(isTold({ deliver_due: due })).toBe(true);
    expect(isTold({ deliver_due: due, delivery: begun(0) })).toBe(true);
    expect(isTold({ deliver_due: due, delivery: requested })).toBe(true);
    expect(isTold({ deliver_due: due, archive_due: due, delivery: requested })).toBe(true);
    expect(isTold({ deliver_due: due, archive_due: due, callback_when: settled })).toBe(true);
  });

  test("the deliver function is not invoked while the video is being archived, for later attempts, or for jobs with nothing to deliver", () => {
    expect(isTold({ deliver_due: due, archive_due: due })).toBe(false);
    expect(isTold({ deliver_due: due, archive_due: due, delivery: begun(0) })).toBe(false);
    expect(isTold({ deliver_due: due, delivery: begun(1) })).toBe(false);
    expect(isTold({ deliver_due: due, delivery: begun(1), callback_when: settled })).toBe(false);
    expect(isTold({ callback_when: settled })).toBe(false);
    expect(isTold({ check_due: due })).toBe(false);
    expect(isTold({ delivery: begun(0) })).toBe(false);
    expect(isTold({ delivery: requested })).toBe(false);
    expect(isTold(undefined)).toBe(false);
  });

  test("the deliver function has patterns that name only leaves, inside the one key by which Lambda filters a table's records", () => {
    const isDue = { deliver_due: { N: [{ exists: true }] } };
    const first = (attempts: unknown) => ({
      ...isDue,
      archive_due: { N: [{ exists: false }] },
      delivery: { M: { attempts: { N: [attempts] } } },
    });
    const early = {
      ...isDue,
      callback_when: { S: ["settled"] },
      delivery: { M: { attempts: { N: [{ exists: false }] } } },
    };
    const requestedAgain = { ...isDue, delivery: { M: { is_requested: { BOOL: [{ exists: true }] } } } };
    const images = [first({ exists: false }), first("0"), early, requestedAgain];
    expect(patternsOf("DeliverFunction")).toEqual(images.map((NewImage) => ({ dynamodb: { NewImage } })));
  });
});

function mappingsOf(template: Template) {
  const found = template.findResources("AWS::Lambda::EventSourceMapping");
  return Object.values(found).map(({ Properties }) => Properties);
}

function patternsOf(functionId: string): unknown[] {
  const filters: { readonly Pattern: string }[] =
    mappings.find(({ FunctionName }) => FunctionName.Ref === functionId)?.FilterCriteria.Filters ?? [];
  return filters.map(({ Pattern }) => JSON.parse(Pattern));
}
