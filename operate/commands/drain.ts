import { setTimeout as wait } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import { type AddCommand, FOUND, jobsOf, SUCCESS } from "../command.ts";
import { drain } from "../drain.ts";

const defaultMinutes = 30;

export function addDrain(add: AddCommand): void {
  add({
    name: "drain",
    description: "pause the service, and wait until fal has none of its jobs any more; exit code 1 if some are left",
    work: ({ installation, now, complain }, { reason, timeout = defaultMinutes }) =>
      drain({
        installation,
        reason: (reason as string | undefined) ?? "drain",
        timeoutMs: Number(timeout) * 60_000,
        now,
        wait,
        progress: (atFal) => complain(`at fal: ${jobsOf(atFal)}\n`),
      }),
    show: ({ left, waiting }) =>
      left === 0
        ? `fal has none of our jobs. ${jobsOf(waiting)} ${waiting === 1 ? "waits" : "wait"} until you resume: npm run ops -- resume`
        : `${jobsOf(left)} still at fal. The service stays paused; run drain again, or resume.`,
    codeOf: ({ left }) => (left === 0 ? SUCCESS : FOUND),
  })
    .option("--reason <text>", "why, for other operators")
    .option("--timeout <minutes>", `how long to wait, ${defaultMinutes} by default`, minutes);
}

function minutes(text: string): string {
  if (!(Number(text) >= 0)) throw new InvalidArgumentError("It must be a number of minutes.");
  return text;
}
