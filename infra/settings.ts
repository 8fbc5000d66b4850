import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { z } from "zod";

/**
 * The stack's settings, given as CDK context: `-c name=value`, or under `context` in cdk.json.
 *
 * | setting | default | what it is |
 * |---|---|---|
 * | `stackName` | `FalJobs` | name of the CloudFormation stack; a second stack needs another one |
 * | `stageName` | `prod` | API Gateway's stage, the last part of the API's URL |
 * | `endpointIds` | `["decart/lucy-14b/image-to-video", "decart/lucy-i2v"]` | JSON array of fal's endpoints that jobs may run on; the first is for jobs that name none |
 * | `falEndpointUrl` | off | an origin that is called instead of every fal host, as `{origin}/{host}/{path}` |
 * | `falUserId` | off | your account's user id at fal: deliveries that name another one are refused |
 * | `publicUrl` | the stage's URL | base of the API when a custom domain of yours stands before it, without a trailing slash |
 * | `owners` | `{}` | JSON object, API key id → owner, so that a rotated key keeps its jobs |
 * | `rateLimitPerSecond` | 100 | requests per second: of one API key, and of one route over all keys |
 * | `burstLimit` | 500 | requests at once, counted like the rate |
 * | `quotaPerDay` | off | requests per day of one API key; one polling client makes 170,000 |
 * | `webhookRatePerSecond` | 500 | fal's deliveries per second, at least `rateLimitPerSecond` |
 * | `webhookBurst` | 1000 | fal's deliveries at once, at least `burstLimit` |
 * | `reservedConcurrency` | off | concurrent executions set aside for the webhook function, which is also its cap; a new account's limit of 10 refuses any |
 * | `streamsAtOnce` | off | event streams that may be open at once, as executions set aside for their function; a new account's limit of 10 refuses any |
 * | `dailyBudgets` | `{}` | JSON object, owner → US dollars a day (UTC) that new jobs may cost by estimate, `*` for all others; an owner without either has no limit |
 * | `archive` | `true` | keep a copy of each video, as long as its job; `false` leaves videos at fal alone |
 * | `retentionDays` | 30 | days a settled job and its video are kept, at least 5; fewer than before also ends videos that are kept already |
 * | `storePayloadsAtFal` | `true` | let fal keep requests and results; `false` sends `X-Fal-Store-IO: 0`: results at fal then live an hour, 6 minutes when large, and a lost submission can no longer be found in fal's history |
 * | `falMediaLifetimeSeconds` | off | seconds that fal keeps videos and pictures, 3600 to 31536000; a job that waits longer to be submitted loses its picture, and with `archive` off this ends the only copy of a video |
 * | `firstCheckSeconds` | 60 | seconds until a submitted job is first looked at |
 * | `submissionWindowSeconds` | 2700 | seconds an unconfirmed submission is waited for before it counts as failed |
 * | `logRetentionDays` | 30 | days that logs are kept, one of the periods CloudWatch Logs knows |
 * | `manageApiGatewayAccount` | `true` | set the account's role for API Gateway's logs; `false` where another stack of the account and region does |
 * | `alarmEmail` | off | address that the alarms are sent to; without it they only show in CloudWatch |
 */
export type Settings = z.infer<typeof schema>;

/** A setting that is unknown or malformed. The message names every one and says what was expected. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * Reads the settings from CDK context. Keys with a colon, a slash or an `@` are the CDK's own and are passed over.
 * Throws SettingsError.
 */
export function readSettings(context: Readonly<Record<string, unknown>>): Settings {
  const given = Object.fromEntries(Object.entries(context).filter(([name]) => !/[:/@]/.test(name)));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((name) => `${name}: no such setting; there are ${Object.keys(schema.shape).join(", ")}`)
      : [`${issue.path[0]?.toString()}: ${issue.message}, got ${JSON.stringify(given[String(issue.path[0])])}`],
  );
  throw new SettingsError(`Cannot use these settings:\n  ${problems.join("\n  ")}`);
}

/** API Gateway's own default ceiling for an account and region. */
const maxRatePerSecond = 10_000;
const maxQuotaPerDay = 1_000_000_000;
const maxReservedConcurrency = 1_000;
const maxRetentionDays = 3_650;
/** The last callback goes out some 84 hours after a job has settled, where its receiver asks for no more (rule P9). */
const minRetentionDays = 5;
const maxDailyBudgetUsd = 1_000_000;
/** The first look at fal must lie beyond the timeout of the submitting POST, 15 s. */
const minFirstCheckSeconds = 20;
const maxFirstCheckSeconds = 3_600;
/** fal forgets a large result after 6 minutes where it keeps no payloads: without a webhook, the first look must come before. */
const maxFirstCheckUnstoredSeconds = 300;
const minFalMediaLifetimeSeconds = 3_600;
const maxFalMediaLifetimeSeconds = 31_536_000;
const minSubmissionWindowSeconds = 60;
const maxSubmissionWindowSeconds = 86_400;

const schema = z
  .strictObject({
    stackName: text(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, "letters, digits and hyphens, a letter first").default("FalJobs"),
    stageName: text(/^[A-Za-z0-9_-]{1,128}$/, "letters, digits, hyphens and underscores").default("prod"),
    endpointIds: json(
      z
        .array(z.string().regex(/^[\w.-]+(\/[\w.-]+)+$/))
        .min(1)
        .refine((ids) => new Set(ids).size === ids.length),
      'a JSON array of different fal endpoint ids, such as ["owner/alias/path"]',
    ).default(["decart/lucy-14b/image-to-video", "decart/lucy-i2v"]),
    falEndpointUrl: text(/^https?:\/\/[^\s/?#]+$/, "an origin such as http://host:port, without a path").optional(),
    falUserId: text(/^[\w:|@.-]{1,128}$/, "fal's user id, at most 128 characters").optional(),
    publicUrl: text(/^https:\/\/[^\s?#]*[^\s/?#]$/, "an https URL without a trailing slash").optional(),
    owners: json(
      z.record(z.string().regex(/^[A-Za-z0-9]+$/), z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)),
      'a JSON object from API key ids to owners, such as {"a1b2c3d4e5": "studio"}',
    ).default({}),
    rateLimitPerSecond: wholeNumber(1, maxRatePerSecond).default(100),
    burstLimit: wholeNumber(1, maxRatePerSecond).default(500),
    quotaPerDay: wholeNumber(1, maxQuotaPerDay).optional(),
    webhookRatePerSecond: wholeNumber(1, maxRatePerSecond).default(500),
    webhookBurst: wholeNumber(1, maxRatePerSecond).default(1_000),
    reservedConcurrency: wholeNumber(1, maxReservedConcurrency).optional(),
    streamsAtOnce: wholeNumber(1, maxReservedConcurrency).optional(),
    dailyBudgets: json(
      z.record(z.string().regex(/^([A-Za-z0-9_-]{1,128}|\*)$/), z.number().nonnegative().max(maxDailyBudgetUsd)),
      `a JSON object from owners to US dollars a day, at most ${maxDailyBudgetUsd}, such as {"studio": 50, "*": 5}`,
    ).default({}),
    retentionDays: wholeNumber(
      minRetentionDays,
      maxRetentionDays,
      ", because a job must outlive its last callback",
    ).default(30),
    archive: trueOrFalse().default(true),
    storePayloadsAtFal: trueOrFalse().default(true),
    falMediaLifetimeSeconds: wholeNumber(minFalMediaLifetimeSeconds, maxFalMediaLifetimeSeconds).optional(),
    firstCheckSeconds: wholeNumber(minFirstCheckSeconds, maxFirstCheckSeconds).default(60),
    submissionWindowSeconds: wholeNumber(minSubmissionWindowSeconds, maxSubmissionWindowSeconds).default(2_700),
    logRetentionDays: wholeNumber(1, maxRetentionDays)
      .refine((days) => days in RetentionDays, "expected a period that CloudWatch Logs knows, such as 7, 14, 30 or 90")
      .default(30),
    manageApiGatewayAccount: trueOrFalse().default(true),
    alarmEmail: z.email("expected an e-mail address").optional(),
  })
  .superRefine((settings, { addIssue }) => {
    const refuse = (path: string, message: string) => addIssue({ code: "custom", path: [path], message });
    const outrun = (path: string, least: string) =>
      refuse(path, `expected at least ${least}, or submits crowd out webhooks`);
    if (settings.webhookRatePerSecond < settings.rateLimitPerSecond)
      outrun("webhookRatePerSecond", "rateLimitPerSecond");
    if (settings.webhookBurst < settings.burstLimit) outrun("webhookBurst", "burstLimit");
    if (!settings.storePayloadsAtFal && settings.firstCheckSeconds > maxFirstCheckUnstoredSeconds)
      refuse(
        "firstCheckSeconds",
        `expected at most ${maxFirstCheckUnstoredSeconds} with storePayloadsAtFal false, or fal forgets a large result before the first look`,
      );
  });

function text(pattern: RegExp, expectation: string) {
  const error = `expected ${expectation}`;
  return z.string(error).regex(pattern, error);
}

/** A number in cdk.json, a string of digits on the command line. */
function wholeNumber(min: number, max: number, why = "") {
  const error = `expected a whole number from ${min} to ${max}${why}`;
  return z
    .union([z.number(), z.string()], error)
    .transform(Number)
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, error);
}

function trueOrFalse() {
  return z
    .union([z.boolean(), z.enum(["true", "false"])], "expected true or false")
    .transform((value) => value === true || value === "true");
}

/** A value in cdk.json, JSON on the command line. */
function json<T>(schema: z.ZodType<T>, expectation: string) {
  return z.unknown().transform((given, { addIssue }): T => {
    const parsed = schema.safeParse(parseJson(given));
    if (parsed.success) return parsed.data;
    addIssue({ code: "custom", message: `expected ${expectation}` });
    return z.NEVER;
  });
}

function parseJson(given: unknown): unknown {
  if (typeof given !== "string") return given;
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}
