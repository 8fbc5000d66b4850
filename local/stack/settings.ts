import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { parseUrl } from "../parse-url.ts";
import { isRecord } from "./intrinsics.ts";
import { type Caller, localCaller, localRegion } from "./locality.ts";

/** Which embedded DynamoDB engine to run. */
export type EngineKind = "dynalite" | "java";

/** The settings of `npm start`, from the environment. Each time has its unit at the end of its name. */
export type Settings = {
  readonly port: number;
  readonly publicUrl: string;
  readonly apiKeys: readonly string[];
  readonly sweepSeconds: number;
  /** How long the fal emulator renders a video. If it is not set, the emulator's default applies. */
  readonly renderSeconds: number | undefined;
  readonly dataDir: string;
  /** A synthesized stack to run instead of the sources, such as another release's. */
  readonly assembly: string | undefined;
  /** Set only if something other than the emulator receives it. */
  readonly falKey: string | undefined;
  /** Whether jobs go to the real fal and cost money. */
  readonly realFal: boolean;
  readonly falEndpointUrl: string | undefined;
  readonly dynamodbUrl: string | undefined;
  readonly dynamodbEngine: EngineKind | undefined;
  readonly s3Url: string | undefined;
  /** The credentials for DynamoDB and S3: the user's own key if S3 is the user's. */
  readonly caller: Caller;
  readonly throttlePerSecond: number | undefined;
  /** Events that run at the same time, each in an instance of its own; undefined: no limit, and shared instances. */
  readonly concurrency: number | undefined;
  /** Whether the lines about requests and jobs are hidden. */
  readonly isQuiet: boolean;
  /** True when npm is the parent process. */
  readonly startedByNpm: boolean;
  /** Values that replace those of the template, in the functions for which the template sets the same variable. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Variables that every function receives although the template does not set them. */
  readonly additions: Readonly<Record<string, string>>;
};

/** A setting that is not valid. The message is one line with the variable and the expected value. */
export class SettingError extends Error {
  constructor(variable: string, expected: string) {
    super(`${variable}: expected ${expected}`);
    this.name = "SettingError";
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

const randomKeyBytes = 24;
const highestPort = 65_535;
const longestSeconds = 86_400;
const mostPerSecond = 10_000;
const mostExecutions = 1_000;
const mostPlacesPerOwner = 1_000;
const mostUploadsPerDay = 1_000_000;
const mostRetentionDays = 3_650;
const longestLifetimeSeconds = 315_360_000;

/**
 * Reads the local stack's settings strictly. An empty variable counts as not set.
 * @param root the repository's folder; a relative DATA_DIR starts there.
 * @param wantsRealFal whether to use the real fal with FAL_KEY. FAL_ENDPOINT_URL has priority.
 * @throws SettingError for the first variable that is not valid.
 */
export function readSettings(env: Environment, root: string, wantsRealFal = false): Settings {
  const falEndpointUrl = readUrl(env, "FAL_ENDPOINT_URL");
  const realFal = wantsRealFal && falEndpointUrl === undefined;
  const needsEmulator = falEndpointUrl === undefined && !realFal;
  const falKey = needsEmulator ? undefined : readFalKey(env);
  if (realFal && falKey === undefined) throw new SettingError("FAL_KEY", "your fal key, because --real-fal is set");
  const port = readInteger(env, "PORT", 1, needsEmulator ? highestPort - 1 : highestPort) ?? 4000;
  const publicUrl = readUrl(env, "PUBLIC_URL") ?? `http://localhost:${port}`;
  return {
    port,
    publicUrl,
    apiKeys: readApiKeys(env, realFal),
    sweepSeconds: readInteger(env, "SWEEP_SECONDS", 1, longestSeconds) ?? 5,
    renderSeconds: readInteger(env, "RENDER_SECONDS", 0, longestSeconds),
    dataDir: resolve(root, present(env, "DATA_DIR") ?? ".local"),
    assembly: present(env, "CDK_OUT") && resolve(root, env.CDK_OUT ?? ""),
    falKey,
    realFal,
    falEndpointUrl,
    dynamodbUrl: readUrl(env, "AWS_ENDPOINT_URL_DYNAMODB"),
    dynamodbEngine: readEngine(env),
    s3Url: readUrl(env, "AWS_ENDPOINT_URL_S3"),
    caller: readCaller(env),
    throttlePerSecond: readInteger(env, "THROTTLE_PER_SECOND", 1, mostPerSecond),
    concurrency: readInteger(env, "CONCURRENCY", 1, mostExecutions),
    isQuiet: !["0", "false", undefined].includes(present(env, "QUIET")),
    startedByNpm: env.npm_lifecycle_event !== undefined,
    overrides: readOverrides(env, publicUrl),
    additions: readAdditions(env),
  };
}

function readOverrides(env: Environment, publicUrl: string): Record<string, string> {
  const optional = {
    FAL_ENDPOINT_IDS: readEndpointIds(env),
    OWNERS: readOwners(env),
    DAILY_BUDGETS: readBudgets(env),
    PRICES: readPrices(env),
    RETENTION_DAYS: readInteger(env, "RETENTION_DAYS", 1, mostRetentionDays)?.toString(),
    ARCHIVE_VIDEOS: readBoolean(env, "ARCHIVE_VIDEOS"),
    FAL_STORE_IO: readBoolean(env, "FAL_STORE_IO"),
    FAL_NO_RETRY: readBoolean(env, "FAL_NO_RETRY"),
    FAL_DISABLE_FALLBACKS: readBoolean(env, "FAL_DISABLE_FALLBACKS"),
    WORKERS_PER_OWNER: readInteger(env, "WORKERS_PER_OWNER", 2, mostPlacesPerOwner)?.toString(),
    WAITS_PER_OWNER: readInteger(env, "WAITS_PER_OWNER", 0, mostPlacesPerOwner)?.toString(),
    STREAMS_PER_OWNER: readInteger(env, "STREAMS_PER_OWNER", 0, mostPlacesPerOwner)?.toString(),
    FAL_UPLOADS_PER_DAY: readInteger(env, "FAL_UPLOADS_PER_DAY", 0, mostUploadsPerDay)?.toString(),
  };
  return {
    PUBLIC_URL: publicUrl,
    FIRST_CHECK_SECONDS: String(readInteger(env, "FIRST_CHECK_SECONDS", 1, longestSeconds) ?? 60),
    SUBMISSION_WINDOW_SECONDS: String(readInteger(env, "SUBMISSION_WINDOW_SECONDS", 1, longestSeconds) ?? 2700),
    ...Object.fromEntries(Object.entries(optional).flatMap(([name, value]) => (value ? [[name, value]] : []))),
  };
}

function readAdditions(env: Environment): Record<string, string> {
  // No overrides, because the template has these variables only if the deployment's settings set them.
  const falUserId = present(env, "FAL_USER_ID");
  const lifetimeSeconds = readInteger(env, "FAL_MEDIA_LIFETIME_SECONDS", 1, longestLifetimeSeconds);
  return {
    CALLBACK_ALLOW_LOOPBACK: readBoolean(env, "CALLBACK_ALLOW_LOOPBACK") ?? "true",
    ...(falUserId === undefined ? {} : { FAL_USER_ID: falUserId }),
    ...(lifetimeSeconds === undefined ? {} : { FAL_MEDIA_LIFETIME_SECONDS: String(lifetimeSeconds) }),
  };
}

// The shell's AWS key is used only for the user's own S3. No other server should receive it, because none needs it.
function readCaller(env: Environment): Caller {
  const accessKeyId = present(env, "AWS_ACCESS_KEY_ID");
  const secretAccessKey = present(env, "AWS_SECRET_ACCESS_KEY");
  if (present(env, "AWS_ENDPOINT_URL_S3") === undefined || (!accessKeyId && !secretAccessKey)) return localCaller;
  if (!accessKeyId) throw new SettingError("AWS_ACCESS_KEY_ID", "the id of the key with this AWS_SECRET_ACCESS_KEY");
  if (!secretAccessKey) throw new SettingError("AWS_SECRET_ACCESS_KEY", "the secret of the key in AWS_ACCESS_KEY_ID");
  const sessionToken = present(env, "AWS_SESSION_TOKEN");
  return {
    region: present(env, "AWS_REGION") ?? localRegion,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
  };
}

function present(env: Environment, variable: string): string | undefined {
  return env[variable] === "" ? undefined : env[variable];
}

function readInteger(env: Environment, variable: string, lowest: number, highest: number): number | undefined {
  const text = present(env, variable);
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= lowest && value <= highest) return value;
  throw new SettingError(variable, `a whole number from ${lowest} to ${highest}`);
}

function readUrl(env: Environment, variable: string): string | undefined {
  const text = present(env, variable);
  if (text === undefined) return undefined;
  const url = parseUrl(text);
  if (url && /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username)
    return text.replace(/\/+$/, "");
  throw new SettingError(variable, "an http or https URL without a query or credentials, like http://localhost:4000");
}

/** With the real fal, a key that everybody knows would let any program on this machine spend money. */
function readApiKeys(env: Environment, realFal: boolean): string[] {
  const usual = realFal ? randomBytes(randomKeyBytes).toString("base64url") : "local-key";
  const keys = (present(env, "API_KEYS") ?? usual).split(",").map((key) => key.trim());
  if (keys.every((key) => /^[\x21-\x7e]{1,128}$/.test(key)) && new Set(keys).size === keys.length) return keys;
  throw new SettingError("API_KEYS", "different keys of 1 to 128 printable characters, separated by commas");
}

// fal would refuse a key that was pasted with a line break, and would only answer 401.
function readFalKey(env: Environment): string | undefined {
  const key = present(env, "FAL_KEY");
  if (key === undefined || /^[\x21-\x7e]{1,1024}$/.test(key)) return key;
  throw new SettingError("FAL_KEY", "a key of printable characters without spaces");
}

function readEngine(env: Environment): EngineKind | undefined {
  const kind = present(env, "DYNAMODB_ENGINE");
  if (kind === undefined || kind === "dynalite" || kind === "java") return kind;
  throw new SettingError("DYNAMODB_ENGINE", "dynalite or java");
}

function readBoolean(env: Environment, variable: string): string | undefined {
  const text = present(env, variable);
  if (text === undefined || text === "true" || text === "false") return text;
  throw new SettingError(variable, "true or false");
}

function readEndpointIds(env: Environment): string | undefined {
  const ids = present(env, "FAL_ENDPOINT_IDS")
    ?.split(",")
    .map((id) => id.trim());
  const areIds = ids?.every((id) => /^[\w.-]+(\/[\w.-]+)+$/.test(id)) && new Set(ids).size === ids.length;
  if (ids === undefined || areIds) return ids?.join(",");
  throw new SettingError("FAL_ENDPOINT_IDS", "different fal endpoint ids like decart/lucy-i2v, separated by commas");
}

function readOwners(env: Environment): string | undefined {
  const isOwner = (value: unknown) => typeof value === "string" && value !== "";
  return readMap(env, "OWNERS", isOwner, 'from API key id to owner, like {"abc123":"studio"}');
}

function readBudgets(env: Environment): string | undefined {
  const isAmount = (value: unknown) => typeof value === "number" && value >= 0;
  return readMap(env, "DAILY_BUDGETS", isAmount, 'from owner to US dollars per day, like {"studio":20,"*":5}');
}

function readPrices(env: Environment): string | undefined {
  const isAmount = (value: unknown) => typeof value === "number" && value >= 0;
  const isPrice = (value: unknown) =>
    isRecord(value) && (isAmount(value.per_request) || (isAmount(value.per_second) && isAmount(value.seconds)));
  const expected = 'from fal model to its price in US dollars, like {"owner/model":{"per_second":0.08,"seconds":5}}';
  return readMap(env, "ENDPOINT_PRICES", isPrice, expected);
}

function readMap(
  env: Environment,
  variable: string,
  isValue: (value: unknown) => boolean,
  expected: string,
): string | undefined {
  const text = present(env, variable);
  if (text === undefined) return undefined;
  const map = parseJson(text);
  if (isRecord(map) && Object.values(map).every(isValue)) return text;
  throw new SettingError(variable, `a JSON object ${expected}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
