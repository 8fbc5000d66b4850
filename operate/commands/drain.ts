import { setTimeout as wait } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import { type AddCommand, FOUND, jobsOf, SUCCESS } from "../command.ts";
import { pause } from "../pause-item.ts";
import { type ReadCount, selectJobs } from "../where.ts";

const defaultMinutes = 30;
const pollMs = 5_000;

export function addDrain(add: AddCommand): void {
  add({
    name: "drain",
    description: "pause the service, and wait until fal has none of its jobs any more; exit code 1 if some are left",
    work: async ({ installation, now, complain }, { reason, timeout = defaultMinutes }) => {
      const until = now() + Number(timeout) * 60_000;
      await pause(installation, (reason as string | undefined) ?? "drain", now());
      for (;;) {
        const read: ReadCount = { rows: 0, by: "the index of due jobs" };
        const atFal: string[] = [];
        for await (const { jobs } of selectJobs(installation, { status: ["submitting", "queued", "running"] }, read))
          atFal.push(...jobs.filter(isAtFal).map(({ id }) => id));
        if (atFal.length === 0 || now() >= until) return { left: atFal.length, waiting: read.rows - atFal.length };
        complain(`at fal: ${jobsOf(atFal.length)}\n`);
        await wait(pollMs);
      }
    },
    show: ({ left, waiting }) =>
      left === 0
        ? `fal has none of our jobs. ${jobsOf(waiting)} wait until you resume: npm run ops -- resume`
        : `${jobsOf(left)} still at fal. The service stays paused; run drain again, or resume.`,
    codeOf: ({ left }) => (left === 0 ? SUCCESS : FOUND),
  })
    .option("--reason <text>", "why, for other operators")
    .option("--timeout <minutes>", `how long to wait, ${defaultMinutes} by default`, minutes);
}

/** Whether fal has the job, or may have it. */
function isAtFal({
  status,
  attempt,
}: {
  readonly status: string;
  readonly attempt?: { readonly outcome: string } | undefined;
}) {
  return status !== "submitting" || (attempt !== undefined && attempt.outcome !== "refused");
}

function minutes(text: string): string {
  if (!(Number(text) >= 0)) throw new InvalidArgumentError("It must be a number of minutes.");
  return text;
}
