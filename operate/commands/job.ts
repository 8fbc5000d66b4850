import { billedOf } from "../../lambdas/job/billed.ts";
import type { Job } from "../../lambdas/job/job.ts";
import { waitOf } from "../../lambdas/job/waiting.ts";
import type { AddCommand } from "../command.ts";
import { OpsError } from "../connect.ts";
import { readJobs } from "../where.ts";

/** Fields that nobody needs to see, because they are secret or serve the table alone. */
const HIDDEN = [
  "token_hash",
  "fingerprint",
  "write_id",
  "created_at_id",
  "shard",
  "timeline",
  "delivery",
  "deliveries",
];
/** The width of the waterfall. */
const BAR_CHARACTERS = 40;

export function addJob(add: AddCommand): void {
  add({
    name: "job <id>",
    description: "one job: its timeline as a waterfall, its row, its last deliveries, and how to find its log lines",
    work: async ({ installation }, _options, [id = ""]) => {
      const [job] = await readJobs(installation, [id]);
      if (job === undefined) throw new OpsError(`there is no job ${id}: it was never created, deleted, or has expired`);
      const log = installation.isLocal
        ? `grep ${id} functions.log in the data folder`
        : `the saved query "one job" of CloudWatch Logs Insights, with ${id}`;
      const row = Object.fromEntries(Object.entries(job).filter(([name]) => !HIDDEN.includes(name)));
      return { ...row, timeline: job.timeline, deliveries: job.deliveries ?? [], billed: billedOf(job), log };
    },
    show: (shown) => {
      const { timeline, deliveries, log, ...row } = shown as unknown as Job & { readonly log: string };
      const wait = waitOf(row as Job);
      return [
        `${row.id}  ${row.status}${wait ? `, waits for ${wait}` : ""}`,
        "",
        ...waterfall(timeline),
        "",
        ...Object.entries(row).map(
          ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
        ),
        "",
        ...((deliveries ?? []).length === 0
          ? ["no callback was sent"]
          : (deliveries ?? []).map(
              ({ at, attempt, status, error, latency_ms }) =>
                `callback ${attempt} at ${at}: ${status ?? "no answer"} after ${latency_ms} ms${error ? `, ${error}` : ""}`,
            )),
        `log lines: ${log}`,
      ].join("\n");
    },
  });
}

/** A line for each step: how long after the creation it happened, a bar until the next step, and who did it. */
function waterfall(timeline: Job["timeline"]): readonly string[] {
  const times = timeline.map(({ at }) => Date.parse(at));
  const [first = 0] = times;
  const whole = Math.max(1, (times.at(-1) ?? 0) - first);
  return timeline.map(({ event, by }, index) => {
    const [from = 0, to = from] = [times[index], times[index + 1] ?? times[index]];
    const start = Math.round(((from - first) / whole) * BAR_CHARACTERS);
    const length = Math.max(1, Math.round(((to - from) / whole) * BAR_CHARACTERS));
    const bar = " ".repeat(start) + "█".repeat(Math.min(length, BAR_CHARACTERS + 1 - start));
    const seconds = ((from - first) / 1000).toFixed(1).padStart(9);
    return `${seconds} s  ${bar.padEnd(BAR_CHARACTERS + 1)}  ${event} (${by})`;
  });
}
