import { findNearestName } from "../../infra/nearest-name.ts";

/** One environment variable of `npm start`, as `--help` and the docs list it. */
export type LocalSetting = {
  readonly name: string;
  /** The default as it is written in the shell; `off` if there is none. */
  readonly default: string;
  readonly description: string;
};

/** Every variable that `npm start` reads, in the order of `--help`. */
export const LOCAL_SETTINGS: readonly LocalSetting[] = [
  { name: "PORT", default: "4000", description: "The API's port. The fal emulator listens on the next one." },
  {
    name: "API_KEYS",
    default: "local-key",
    description:
      "The API keys that callers may send, separated by commas. With --real-fal, the default is a random key, which is printed.",
  },
  { name: "DATA_DIR", default: ".local", description: "The folder of all data. Delete it to start without any data." },
  {
    name: "CDK_OUT",
    default: "off",
    description: "A folder that cdk synth wrote, to run instead of the sources: another release, for example.",
  },
  {
    name: "PUBLIC_URL",
    default: "http://localhost:$PORT",
    description: "The base URL of webhooks and of links in responses.",
  },
  {
    name: "FAL_KEY",
    default: "off",
    description: "Your fal key. It is used only with --real-fal or FAL_ENDPOINT_URL; the emulator needs none.",
  },
  {
    name: "FAL_USER_ID",
    default: "off",
    description: "Your account's user id at fal. Webhooks from any other fal account are refused.",
  },
  {
    name: "FAL_ENDPOINT_URL",
    default: "off",
    description: "Another server that speaks fal's protocol. If FAL_KEY is set, the service sends it to this server.",
  },
  {
    name: "FAL_ENDPOINT_IDS",
    default: "decart/lucy-14b/image-to-video,decart/lucy-i2v",
    description: "The fal models that jobs may use, separated by commas. A job that names no model uses the first one.",
  },
  { name: "OWNERS", default: "{}", description: "A JSON object from API key ids to owners." },
  {
    name: "DAILY_BUDGETS",
    default: "{}",
    description: "A JSON object from owners, or * for all others, to US dollars per day.",
  },
  {
    name: "ENDPOINT_PRICES",
    default: "Lucy's",
    description:
      "A JSON object from fal models to prices in US dollars, like the setting prices of a deployment. Lucy's prices are known. A model without a price cannot be used by an owner with a budget.",
  },
  {
    name: "FIRST_CHECK_SECONDS",
    default: "60",
    description: "Seconds until the sweep first checks a submitted job at fal.",
  },
  {
    name: "SUBMISSION_WINDOW_SECONDS",
    default: "2700",
    description: "Seconds that the service waits for an unconfirmed submission before the job fails.",
  },
  { name: "SWEEP_SECONDS", default: "5", description: "Seconds between two sweeps." },
  { name: "RENDER_SECONDS", default: "3", description: "Seconds that the emulator takes to render a video." },
  { name: "RETENTION_DAYS", default: "30", description: "Days that settled jobs and their videos are kept." },
  { name: "ARCHIVE_VIDEOS", default: "true", description: "Whether videos are copied to the bucket." },
  { name: "FAL_STORE_IO", default: "true", description: "Whether fal may keep requests and results." },
  { name: "FAL_NO_RETRY", default: "false", description: "Whether fal is told not to retry failed requests." },
  {
    name: "FAL_DISABLE_FALLBACKS",
    default: "true",
    description: "Whether fal is told not to run requests on other endpoints.",
  },
  {
    name: "FAL_UPLOADS_PER_DAY",
    default: "0",
    description: "Files above 90 MiB that each owner may upload to fal's storage per day, with fal's client.",
  },
  {
    name: "FAL_MEDIA_LIFETIME_SECONDS",
    default: "off",
    description: "Seconds that fal keeps images and videos. Without it your fal account's own setting applies.",
  },
  {
    name: "CALLBACK_ALLOW_LOOPBACK",
    default: "true",
    description: "Whether callbacks may go to this machine. A deployed service never allows it.",
  },
  {
    name: "THROTTLE_PER_SECOND",
    default: "as deployed",
    description:
      "Requests per second that each API key may send. Further requests get a 429. Without it, the deployment's defaults apply.",
  },
  {
    name: "WORKERS_PER_OWNER",
    default: "10",
    description:
      "Events that copy videos of one owner at the same time, send its callbacks, and check its large results.",
  },
  {
    name: "WAITS_PER_OWNER",
    default: "10",
    description: "Requests of one owner that may wait with `Prefer: wait` at the same time. More are answered at once.",
  },
  {
    name: "STREAMS_PER_OWNER",
    default: "10",
    description: "Streams that one owner may have open at the same time. More are refused with 429.",
  },
  {
    name: "CONCURRENCY",
    default: "off",
    description:
      "Runs functions as AWS does: each instance handles one event at a time, and at most this many events run at the same time. 10 is the limit of a new AWS account.",
  },
  {
    name: "DYNAMODB_ENGINE",
    default: "java, else dynalite",
    description: "The embedded database: dynalite, or java, which needs a JDK of version 17 or later.",
  },
  {
    name: "AWS_ENDPOINT_URL_DYNAMODB",
    default: "off",
    description: "The URL of another DynamoDB to use instead of the embedded one.",
  },
  {
    name: "AWS_ENDPOINT_URL_S3",
    default: "off",
    description: "The URL of another S3 to use instead of the embedded one.",
  },
  { name: "AWS_ACCESS_KEY_ID", default: "off", description: "The access key of that S3." },
  { name: "AWS_SECRET_ACCESS_KEY", default: "off", description: "The secret of that access key." },
  { name: "AWS_SESSION_TOKEN", default: "off", description: "The session token of that access key." },
  { name: "AWS_REGION", default: "us-east-1", description: "The region of that S3." },
  { name: "QUIET", default: "off", description: "1 hides the lines about requests and jobs." },
];

/**
 * Returns one line for each variable of the shell whose name is similar to one of ours. It is only a warning, because
 * the variable may belong to another program.
 */
export function findMisspelled(env: Readonly<Record<string, string | undefined>>): string[] {
  const names = LOCAL_SETTINGS.map(({ name }) => name);
  return Object.keys(env).flatMap((given) => {
    const nearest = names.includes(given) || isForeign(given) ? undefined : findNearestName(given, names);
    return nearest === undefined ? [] : [`${given} is not a setting and has no effect; did you mean "${nearest}"?`];
  });
}

// Some variables of AWS's tools, npm and Unix are similar to ours by chance.
function isForeign(name: string): boolean {
  return /^(AWS|npm|NPM)_/.test(name);
}
