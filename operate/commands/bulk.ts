import { setTimeout as pause } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import type { Hands } from "../act.ts";
import { carryOut, type Plan, plan } from "../bulk.ts";
import { type AddCommand, type Context, jobsOf, type Options } from "../command.ts";
import { OpsError } from "../connect.ts";
import { environmentOf, invoke } from "../functions.ts";
import { ACTIONS, type Action, newOperation, type Operation, readOperation } from "../operation.ts";
import { policyOf } from "../policy.ts";
import { addWhere, readWhere } from "../where.ts";

const DESCRIPTIONS: Readonly<Record<Action, string>> = {
  retry: "create a new job for each that failed, was canceled or expired",
  cancel: "request the cancellation of open jobs",
  redeliver: "send callbacks and events again that were given up",
  archive: "copy videos again whose copy was given up",
};
/** Actions in a second: little beside what callers do. */
const DEFAULT_RATE = 10;

type Done = { readonly planned: Plan } | { readonly operation: Operation };

export function addBulk(add: AddCommand): void {
  for (const action of ACTIONS) {
    const command = add({
      name: action,
      description: `${DESCRIPTIONS[action]}; without --yes only the plan`,
      work: (context, options) => work(context, options, action),
      show: (done) => ("planned" in done ? showPlan(done.planned) : showOperation(done.operation)),
    });
    addWhere(command)
      .option("--yes", "do it")
      .option("--rate <number>", `actions in a second, ${DEFAULT_RATE} by default`, rate)
      .option("--resume <operation>", "continue an operation that was stopped or killed");
  }
}

async function work(context: Context, options: Options, action: Action): Promise<Done> {
  const { installation, now } = context;
  const variables = await environmentOf(installation, "sweep");
  const { OWNERS } = await environmentOf(installation, "submit");
  const hands: Hands = {
    installation,
    invoke: (name, event) => invoke(installation, name, event),
    policy: policyOf(variables),
    owners: JSON.parse(OWNERS || "{}"),
    now,
  };
  if (options.resume === undefined && options.yes !== true)
    return { planned: await plan(hands, action, readWhere(options, now())) };
  const operation = await begin(context, options, action);
  context.complain(`operation ${operation.id}\n`);
  const stopping = stopOnInterrupt();
  try {
    return {
      operation: await carryOut(hands, operation, {
        pause: (ms) => pause(ms),
        perSecond: Number(options.rate ?? DEFAULT_RATE),
        stopped: stopping.isAsked,
        progress: ({ acted, skipped }) => context.complain(`${acted} acted on, ${skipped} skipped\n`),
      }),
    };
  } finally {
    stopping.end();
  }
}

async function begin({ installation, now }: Context, options: Options, action: Action): Promise<Operation> {
  if (options.resume === undefined) return newOperation(action, readWhere(options, now()), now());
  const operation = await readOperation(installation, String(options.resume));
  if (operation.action === action) return operation;
  throw new OpsError(
    `the operation ${operation.id} is a ${operation.action}: npm run ops -- ${operation.action} --resume`,
  );
}

/** The first Ctrl-C ends the operation after the action that is under way. */
function stopOnInterrupt() {
  let isAsked = false;
  const ask = () => {
    isAsked = true;
  };
  process.once("SIGINT", ask);
  return { isAsked: () => isAsked, end: () => process.removeListener("SIGINT", ask) };
}

function showPlan({ action, jobs, owners, estimated_usd, sample, read }: Plan): string {
  return [
    `${action}: ${jobsOf(jobs)} of ${owners} ${owners === 1 ? "owner" : "owners"}${estimated_usd === undefined ? "" : `, expected to cost $${estimated_usd}`}`,
    ...sample.map(({ id, owner, status, code }) => `  ${id}  ${status}${code ? `  ${code}` : ""}  ${owner}`),
    ...(jobs > sample.length ? ["  …"] : []),
    `${read.rows} rows were read, through ${read.by}.`,
    jobs === 0 ? "There is nothing to do." : "Nothing was done. Add --yes to do it.",
  ].join("\n");
}

function showOperation({ id, action, acted, skipped, refused, position }: Operation): string {
  return [
    `${action}: ${jobsOf(acted)} acted on, ${skipped} skipped because there was nothing to do`,
    ...Object.entries(refused).map(([code, count]) => `  ${count} refused: ${code}`),
    ...(position === undefined ? [] : [`Stopped. To continue: npm run ops -- ${action} --resume ${id}`]),
  ].join("\n");
}

function rate(text: string): string {
  if (!(Number(text) > 0)) throw new InvalidArgumentError("It must be a number of actions in a second.");
  return text;
}
