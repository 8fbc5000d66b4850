import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { compareRounds, type Figure } from "../figure.ts";
import { readStartTimes, type StartTimes } from "../programs/start-times.ts";
import { bundleRival } from "../rivals/bundle.ts";
import { takeTurns } from "../rounds.ts";
import { jobInput, makeJobEvent, makeWebhookEvent } from "../services/events.ts";
import { signDelivery } from "../services/fast-fal.ts";
import { copyRow, filmOf, openTable, sampleJob, tableName } from "../services/rows.ts";
import { environmentOf, publicUrl, type Services, startServices } from "../services/services.ts";
import { findFunction, type Workplace } from "../workplace.ts";

/** A function that starts in a fresh process and handles one event. */
type Subject = {
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly status: number;
  /** Makes the event, and what must be in the table before it. */
  readonly prepare: () => Promise<object>;
};

const rounds = 15;
const run = promisify(execFile);

/** A cold start as a caller feels it. */
export const coldStart: Figure = {
  name: "cold-start",
  question: "How long does a new function instance take until its first answer?",
  load: `${rounds} fresh processes each, taken in turn; table and fal on loopback`,
  measure: async (workplace) => {
    const services = await startServices(workplace);
    try {
      const subjects = await makeSubjects(workplace, services);
      const samples = await takeTurns(
        Object.keys(subjects) as (keyof typeof subjects)[],
        { rounds, warmUp: 2 },
        (name) => startOnce(workplace, subjects[name]),
      );
      const times = (name: keyof typeof subjects, of: "firstMs" | "processMs") =>
        (samples.get(name) ?? []).map((sample) => sample[of]);
      const compare = (
        ours: "submit" | "webhook",
        rival: keyof typeof subjects,
        of: "firstMs" | "processMs",
        bound?: number,
      ) =>
        compareRounds(
          `${ours}: ${of === "firstMs" ? "load and first answer" : "process start to first answer"}`,
          "ms",
          times(ours, of),
          { name: rivalNames[rival] ?? rival, samples: times(rival, of) },
          bound === undefined ? undefined : { of: "ratio", is: "at most", bound },
        );
      return [
        compare("submit", "tutorial-submit", "firstMs", 1),
        compare("submit", "one-put-one-fetch", "firstMs"),
        compare("submit", "tutorial-submit", "processMs"),
        compare("webhook", "tutorial-submit", "firstMs", 0.8),
        compare("webhook", "tutorial-webhook", "firstMs", 0.8),
        compare("webhook", "tutorial-webhook", "processMs"),
      ];
    } finally {
      await services.close();
    }
  },
};

const rivalNames: Readonly<Record<string, string>> = {
  "tutorial-submit": "the tutorial's submit",
  "tutorial-webhook": "the tutorial's webhook",
  "one-put-one-fetch": "one put, one fetch",
};

async function makeSubjects(workplace: Workplace, services: Services) {
  const { spec } = workplace;
  const TABLE_NAME = tableName(workplace);
  const sample = await sampleJob(workplace, services);
  const submit = findFunction(spec, "submit");
  const webhook = findFunction(spec, "webhook");
  const ours = environmentOf(submit, services);
  const rival = { ...ours, TABLE_NAME, FAL_KEY: "bench", PUBLIC_URL: publicUrl };
  const table = openTable(services.dynamodbUrl);
  const jobEvent = async () => makeJobEvent();
  const deliver = async (isOurs: boolean) => {
    const job = copyRow(sample);
    const { id, request_id } = job;
    const Item = isOurs ? job : { id, request_id, status: "PENDING", input: jobInput };
    await table.send(new PutCommand({ TableName: TABLE_NAME, Item }));
    return makeWebhookEvent(id, sample.token, signDelivery(request_id, filmOf(request_id)));
  };
  const [submitFile, webhookFile, limitFile] = await Promise.all(
    ["tutorial-submit", "tutorial-webhook", "one-put-one-fetch"].map((name) => bundleRival(workplace, name)),
  );
  return {
    submit: { file: join(submit.folder, "index.mjs"), environment: ours, status: 202, prepare: jobEvent },
    "tutorial-submit": { file: submitFile ?? "", environment: rival, status: 202, prepare: jobEvent },
    "one-put-one-fetch": { file: limitFile ?? "", environment: rival, status: 202, prepare: jobEvent },
    webhook: {
      file: join(webhook.folder, "index.mjs"),
      environment: environmentOf(webhook, services),
      status: 200,
      prepare: () => deliver(true),
    },
    "tutorial-webhook": {
      file: webhookFile ?? "",
      environment: rival,
      status: 200,
      prepare: () => deliver(false),
    },
  } satisfies Record<string, Subject>;
}

/** Starts a subject in a fresh process. Throws if it does not answer as it should. */
async function startOnce({ root, folder, node, nodeOptions }: Workplace, subject: Subject): Promise<StartTimes> {
  const event = join(folder, "event.json");
  await writeFile(event, JSON.stringify(await subject.prepare()));
  const program = join(root, "bench", "programs", "first-request.mjs");
  const { stdout, stderr } = await run(node, [...nodeOptions, program, subject.file, event], {
    env: { ...subject.environment },
  });
  const times = readStartTimes(stdout);
  if (times.status !== subject.status) throw new Error(`${subject.file} answered ${times.status}\n${stderr}`);
  return times;
}
