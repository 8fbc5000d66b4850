import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { startEngine } from "../../local/stack/engines.ts";
import { type JobStep, type JobWatch, startJobWatch } from "../../local/stack/job-watch.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { startStreams } from "../../local/stack/streams.ts";
import { createTables } from "../../local/stack/tables.ts";
import { readTemplate } from "../../local/stack/template.ts";
import { java } from "../support/engines.ts";
import { smallTemplate } from "./small-template.ts";

const { tables, streams: specs } = readTemplate(smallTemplate, new Map([["echo", "/nowhere"]]));
const TableName = tables[0]?.create.TableName;

describe.each(["dynalite", "java"] as const)("a watch of the jobs on %s", (kind) => {
  it.runIf(kind === "dynalite" || java)("reports each new step once, and no earlier ones", async () => {
    let watch: JobWatch | undefined;
    const onWrite = (table: string, id: string) => watch?.written(table, id);
    const engine = await startEngine({ kind, onWrite });
    await createTables(engine.url, tables);
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: engine.url, ...localCaller }));
    const writeWith = async (more: object, id: string, ...timeline: object[]) => {
      await client.send(new PutCommand({ TableName, Item: { id, timeline, ...more } }));
    };
    const write = (id: string, ...timeline: object[]) => writeWith({}, id, ...timeline);
    const steps: JobStep[] = [];
    const reader = { dynamodbUrl: engine.url, caller: localCaller };
    watch = startJobWatch({ ...reader, onStep: (step) => steps.push(step) });
    const invoke = async () => ({ kind: "answer", payload: "{}" }) as const;
    const streams = await startStreams({ ...reader, streams: specs, invoke, onError: console.error, onWrite });

    const past = { at: "2020-01-01T00:00:00.000Z", event: "submitting", by: "submit" };
    const attempt = { at: new Date().toISOString(), event: "attempt_started", by: "submit" };
    const later = (event: string, by: string) => ({ at: new Date(Date.now() + 1).toISOString(), event, by });
    const queued = later("queued", "submit");
    await write("one", past);
    await write("one", past, attempt, queued);
    await write("one", past, attempt, queued);
    const canceled = later("cancel_requested", "cancel");
    const ended = [past, attempt, queued, canceled, later("succeeded", "webhook"), later("archived", "archive")];
    await write("one", ...ended);
    await expect.poll(() => steps.length, { timeout: 10_000 }).toBe(4);
    const attempts = [
      { attempt: 1, at: "2020-01-01T00:00:00.000Z", status: 500 },
      { attempt: 2, at: later("", "").at, error: "timed\nout" },
      { attempt: 3, at: new Date(Date.now() + 60_000).toISOString(), status: 204 },
    ];
    await writeWith({ deliveries: attempts.slice(0, 2) }, "one", ...ended);
    await expect.poll(() => steps.length, { timeout: 10_000 }).toBe(5);
    await writeWith({ deliveries: attempts }, "one", ...ended);
    await expect.poll(() => steps.length, { timeout: 10_000 }).toBe(6);
    await write("two", later("submitting", "submit"));
    await expect.poll(() => steps.length, { timeout: 10_000 }).toBe(7);
    await streams.close();
    await watch.close();
    client.destroy();
    await engine.close();
    expect(steps).toEqual([
      { jobId: "one", from: "submitting", to: "queued", by: "submit" },
      { jobId: "one", what: "cancel requested", by: "cancel" },
      { jobId: "one", from: "queued", to: "succeeded", by: "webhook" },
      { jobId: "one", what: "archived", by: "archive" },
      { jobId: "one", what: "callback, attempt 2: no response", by: "deliver", failure: "timed?out" },
      { jobId: "one", what: "callback, attempt 3: 204", by: "deliver" },
      { jobId: "two", from: undefined, to: "submitting", by: "submit" },
    ]);
  });
});
