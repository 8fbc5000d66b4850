import { Command, CommanderError, InvalidArgumentError } from "commander";
import { connectLocal, connectStack, type Installation, OpsError } from "./connect.ts";
import { type Overview, overview, type StuckJob, stuck } from "./overview.ts";
import { pause, pauseTakesSeconds, resume } from "./pause.ts";

/** Exit codes. */
export const SUCCESS = 0;
/** The command found something that the operator should look at. */
export const FOUND = 1;
/** The command line was wrong, or the installation could not be reached. */
export const FAILED = 2;

export interface Surroundings {
  /** Writes one line or more for people, or one JSON document. */
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** The data folder of the local stack. */
  readonly dataDir: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface Target {
  readonly local?: boolean;
  readonly stack?: string;
  readonly json?: boolean;
}

/** The most jobs that one command lists. */
const LISTED_MAX = 100;
/** A sweep looks every minute. What has been due for longer than this has a reason. */
const STUCK_AFTER_MINUTES = 5;

/** Runs the operator's command with these arguments, and returns the exit code. Never throws. */
export async function runOps(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode = SUCCESS;
  const program = new Command("npm run ops --")
    .description("See and steer an installation of fal-jobs. It works on the table and on AWS, with your own rights.")
    .option("--local", "the local stack that runs with this DATA_DIR")
    .option("--stack <name>", "the deployed stack, with the credentials and the region of the AWS SDK")
    .option("--json", "print JSON")
    .showHelpAfterError("Add --help for the commands.")
    .addHelpText("after", "\nExit codes: 0 success; 1 something to look at was found; 2 it could not be done.")
    .configureOutput({ writeOut: surroundings.print, writeErr: surroundings.complain })
    .exitOverride();
  const command = <Result>(
    name: string,
    description: string,
    work: (installation: Installation, options: Record<string, string>) => Promise<Result>,
    show: (result: Result) => string,
    codeOf: (result: Result) => number = () => SUCCESS,
  ) =>
    program
      .command(name)
      .description(description)
      .action(async (options: Record<string, string>) => {
        const target = program.opts<Target>();
        const result = await work(await connect(target, surroundings.dataDir), options);
        surroundings.print(`${target.json ? JSON.stringify(result ?? null) : show(result)}\n`);
        exitCode = codeOf(result);
      });

  command(
    "overview",
    "open, due and waiting jobs, the state of fal's account, and whether the service is paused",
    (installation) => overview(installation, surroundings.now()),
    showOverview,
  );
  command(
    "stuck",
    `jobs that have been due for more than ${STUCK_AFTER_MINUTES} minutes, and why; exit code 1 if there are any`,
    (installation, { olderThan = String(STUCK_AFTER_MINUTES) }) =>
      stuck(installation, surroundings.now(), Number(olderThan) * 60_000, LISTED_MAX),
    showStuck,
    (jobs) => (jobs.length === 0 ? SUCCESS : FOUND),
  ).option("--older-than <minutes>", "due for more than so many minutes", minutes);
  command(
    "pause",
    "accept jobs and keep them, and send nothing to fal. Jobs that fal has already go on",
    (installation, { reason }) => pause(installation, reason, surroundings.now()),
    ({ since, reason }) =>
      `Paused since ${iso(since)}${reason === undefined ? "" : ` (${reason})`}. Within ${pauseTakesSeconds} seconds nothing more is sent to fal.\nTo go on: npm run ops -- resume`,
  ).option("--reason <text>", "why, for other operators");
  command(
    "resume",
    "send the jobs that waited: the next sweep does it, within a minute",
    async (installation) => (await resume(installation)) ?? null,
    (ended) =>
      ended === null
        ? "The service was not paused."
        : `Resumed. It was paused since ${iso(ended.since)}. The next sweep sends what waits, within a minute.`,
  );
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has printed its own help and complaints.
    if (error instanceof CommanderError) return error.exitCode === 0 ? SUCCESS : FAILED;
    surroundings.complain(`${error instanceof OpsError ? error.message : String(error)}\n`);
    return FAILED;
  }
}

async function connect({ local, stack }: Target, dataDir: string): Promise<Installation> {
  if (local && stack !== undefined) throw new OpsError("--local and --stack are two installations: give one of them");
  if (stack !== undefined) return connectStack(stack);
  if (local) return connectLocal(dataDir);
  throw new OpsError("which installation? Add --local, or --stack NAME");
}

function minutes(text: string): string {
  if (!(Number(text) >= 0)) throw new InvalidArgumentError("It must be a number of minutes.");
  return text;
}

function showOverview(found: Overview): string {
  const { paused, account, oldest_due_seconds } = found;
  return [
    found.installation,
    paused
      ? `paused since ${iso(paused.since)}${paused.reason === undefined ? "" : ` (${paused.reason})`}`
      : "not paused",
    account
      ? `fal refuses the account since ${iso(account.at)}: ${account.error?.message ?? "no reason known"}`
      : "fal accepts the account, as far as is known",
    `open jobs: ${found.open}, of which ${found.open_due} are due now`,
    `settled jobs with work left: ${found.settled}, of which ${found.settled_due} are due now`,
    oldest_due_seconds === undefined ? "nothing is due" : `due for the longest: ${oldest_due_seconds} s`,
  ].join("\n");
}

function showStuck(jobs: readonly StuckJob[]): string {
  if (jobs.length === 0) return "No job is stuck.";
  return jobs
    .map(
      ({ id, owner, status, due_for_seconds, why }) =>
        `${id}  ${status}  due for ${due_for_seconds} s  ${owner}  ${why}`,
    )
    .join("\n");
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
