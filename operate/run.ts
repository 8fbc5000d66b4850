import { Command, CommanderError } from "commander";
import { type AddCommand, FAILED, type Options, SUCCESS, type Surroundings } from "./command.ts";
import { addBills } from "./commands/bills.ts";
import { addBulk } from "./commands/bulk.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addDrain } from "./commands/drain.ts";
import { addFalKey } from "./commands/fal-key.ts";
import { addJob } from "./commands/job.ts";
import { addJobs } from "./commands/jobs.ts";
import { addKeys } from "./commands/keys.ts";
import { addOverview } from "./commands/overview.ts";
import { addPause } from "./commands/pause.ts";
import { addRestore } from "./commands/restore.ts";
import { addStuck } from "./commands/stuck.ts";
import { addSweep } from "./commands/sweep.ts";
import { addUsage } from "./commands/usage.ts";
import { connectLocal, connectStack, type Installation, OpsError } from "./connect.ts";

/** In the order of the help. */
const COMMANDS: readonly ((add: AddCommand) => void)[] = [
  addDoctor,
  addOverview,
  addStuck,
  addJobs,
  addJob,
  addUsage,
  addBills,
  addBulk,
  addPause,
  addDrain,
  addFalKey,
  addKeys,
  addSweep,
  addRestore,
];

interface Target {
  readonly local?: boolean;
  readonly stack?: string;
  readonly json?: boolean;
}

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
  const add: AddCommand = ({ name, description, work, show, codeOf = () => SUCCESS }) =>
    program
      .command(name)
      .description(description)
      .action(async (...given: unknown[]) => {
        // Commander passes the arguments, the options, and the command.
        const options = given.at(-2) as Options;
        const target = program.opts<Target>();
        const installation = await connect(target, surroundings.dataDir);
        const context = { ...surroundings, installation, json: target.json === true };
        const result = await work(context, options, given.slice(0, -2) as string[]);
        surroundings.print(`${target.json ? JSON.stringify(result ?? null) : show(result)}\n`);
        exitCode = codeOf(result);
      });
  for (const addCommand of COMMANDS) addCommand(add);
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
