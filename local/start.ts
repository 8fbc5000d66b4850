import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runDemo } from "./demo.ts";
import { readSettings } from "./stack/settings.ts";
import { startStack } from "./stack/stack.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const parentPollMs = 1_000;
const sameSignalMs = 500;
const stopTimeoutMs = 20_000;

const help = `npm start [-- --demo | --help]

Runs all of fal-jobs on this machine: the API at http://localhost:4000, its functions, its table, its bucket and a fal emulator.

  --demo   submit the sample job, show its progress, save its video and stop
  --help   show this

Settings, as environment variables:
  PORT                         port of the API; the emulator takes the next one (4000)
  API_KEYS                     keys that may call the API, with commas between them (local-key)
  DATA_DIR                     folder of everything that is kept (.local)
  PUBLIC_URL                   start of webhook URLs and links (http://localhost:$PORT)
  FAL_KEY                      use the real fal with this key
  FAL_ENDPOINT_URL             use a server that speaks fal's protocol, with FAL_KEY as its key
  FAL_ENDPOINT_IDS             fal's models that jobs may run on, with commas between them, the first for jobs that name
                               none (decart/lucy-14b/image-to-video,decart/lucy-i2v)
  OWNERS                       JSON object from API key id to owner ({})
  DAILY_BUDGETS                JSON object from owner, or * for all others, to US dollars a day ({})
  FIRST_CHECK_SECONDS          when the sweep first looks at a job (60)
  SUBMISSION_WINDOW_SECONDS    how long an unconfirmed submission is looked for (2700)
  SWEEP_SECONDS                pause between two sweeps (5)
  RENDER_SECONDS               how long the emulator works on a job (3)
  RETENTION_DAYS               how long settled jobs are kept (30)
  ARCHIVE_VIDEOS               whether videos are copied to the bucket (true)
  FAL_STORE_IO                 whether fal may keep requests and results (true)
  FAL_MEDIA_LIFETIME_SECONDS   how long fal keeps videos (as the account says)
  CALLBACK_ALLOW_LOOPBACK      whether callbacks may go to this machine (true)
  THROTTLE_PER_SECOND          requests per second and key before a 429 (off)
  DYNAMODB_ENGINE              dynalite or java (java where a JDK 17 is found)
  AWS_ENDPOINT_URL_DYNAMODB    use this DynamoDB instead of an embedded one
  AWS_ENDPOINT_URL_S3          use this S3 instead of an embedded one, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
                               AWS_SESSION_TOKEN and AWS_REGION where they are set`;

// Our own table clients would tell every user of Node 20 of the SDK's plans.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

await main();

async function main(): Promise<void> {
  ignoreClosedOutput();
  const exit = prepareExit();
  try {
    const options = readOptions();
    if (options.help) return console.log(help);
    const settings = readSettings(process.env, root);
    stopOnSignals(exit.stop);
    if (settings.startedByNpm) stopWithoutParent(exit.stop);
    const stack = await startStack(settings, root, { progress, failed: exit.fail });
    exit.closeFirst(stack.close);
    console.log(`ready ${stack.url}`);
    if (!options.demo) return;
    await runDemo(stack, settings, root);
    exit.stop();
  } catch (error) {
    exit.fail(error);
  }
}

function readOptions(): { demo: boolean; help: boolean } {
  const options = { demo: { type: "boolean", default: false }, help: { type: "boolean", default: false } } as const;
  return parseArgs({ options }).values;
}

/** The ways out: `stop` with status 0 and `fail` with 1, each closing first what was given to `closeFirst`. */
function prepareExit() {
  let close = async () => {};
  let leaving = false;
  const leave = async (status: number) => {
    if (leaving) return;
    leaving = true;
    setTimeout(() => process.exit(1), stopTimeoutMs);
    await close().catch((error: unknown) => progress(describe(error)));
    process.exit(status);
  };
  return {
    closeFirst: (closer: () => Promise<void>) => {
      close = closer;
    },
    stop: () => void leave(0),
    // What fails while we leave, fails because we leave.
    fail: (error: unknown) => {
      if (!leaving) progress(describe(error));
      void leave(1);
    },
  };
}

// Ctrl-C reaches us twice, from the terminal and from npm; only a signal that comes later is a second one.
function stopOnSignals(stop: () => void): void {
  let firstAtMs: number | undefined;
  const onSignal = () => {
    if (firstAtMs !== undefined && Date.now() - firstAtMs > sameSignalMs) process.exit(1);
    firstAtMs ??= Date.now();
    stop();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
}

// npm cannot tell us when it is killed; we then belong to another parent.
function stopWithoutParent(stop: () => void): void {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || stop(), parentPollMs).unref();
}

// A reader of our output that has gone is no reason to fail.
function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

function progress(line: string): void {
  console.error(`fal-jobs: ${line}`);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
