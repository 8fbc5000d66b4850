import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { z } from "zod";
import { findNearestName } from "./nearest-name.ts";

/** The settings of a deployment. docs/guide/settings.md lists them, settings-file.ts says where they are given. */
export type Settings = z.infer<typeof schema>;

/** Settings that cannot be used. Each line of the message names one, where it was given, and what was expected. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** Checks settings and fills in the defaults. `sourceOf` tells where a setting was given. Throws SettingsError. */
export function readSettings(given: Readonly<Record<string, unknown>>, sourceOf?: (name: string) => string): Settings {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue): [name: string, message: string][] => {
    if (issue.code === "unrecognized_keys") return issue.keys.map((name) => [name, describeUnknown(name)]);
    const name = String(issue.path[0]);
    return [[name, `${issue.message}, got ${JSON.stringify(given[name]) ?? "nothing"}`]];
  });
  throw new SettingsError(
    problems.map(([name, message]) => [...(sourceOf ? [sourceOf(name)] : []), name, message].join(": ")).join("\n"),
  );
}

/** The value of a setting that was given as text, on the command line: the text itself if it is valid, or JSON. */
export function readText(name: SettingName, text: unknown): unknown {
  if (typeof text !== "string" || schema.shape[name].safeParse(text).success) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The JSON schema of a settings file. */
export function settingsSchema(): object {
  const { properties = {}, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      const { $schema: _, ...shape } = z.toJSONSchema(shapes.get(zodSchema) ?? z.unknown());
      Object.assign(jsonSchema, shape, zodSchema instanceof z.ZodDefault && { default: zodSchema.def.defaultValue });
    },
  });
  return { ...rest, title: "Settings of fal-jobs", properties: { $schema: { type: "string" }, ...properties } };
}

/** The setting that was probably meant by an unknown name. */
export function findNearestSetting(name: string): string | undefined {
  return findNearestName(name, Object.keys(schema.shape));
}

/** Whether a name is the name of a setting. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(schema.shape, name);
}

function describeUnknown(name: string): string {
  const nearest = findNearestSetting(name);
  return nearest === undefined
    ? `unknown setting; the settings are ${Object.keys(schema.shape).join(", ")}`
    : `unknown setting; did you mean "${nearest}"?`;
}

type SettingName = keyof typeof schema.shape;

/** API Gateway's default limit for an account and region. */
const maxRatePerSecond = 10_000;
const maxQuotaPerDay = 1_000_000_000;
const maxReservedConcurrency = 1_000;
const newAccountConcurrency = 10;
/** Lambda refuses reservations that leave fewer executions to all other functions: 100, or 10 in a new account. */
const minUnreservedConcurrency = 10;
/** Sweeps overlap: one starts every minute and may last 90 seconds. */
const minSweepConcurrency = 2;
const maxAccountConcurrency = 1_000_000;
const maxRetentionDays = 3_650;
/** The last callback attempt is about 84 hours after the job settled, unless the receiver asks to wait longer (P9). */
const minRetentionDays = 5;
const maxDailyBudgetUsd = 1_000_000;
/** The first check at fal must come after the timeout of the submitting POST (15 s). */
const minFirstCheckSeconds = 20;
const maxFirstCheckSeconds = 3_600;
/**
 * If fal keeps no payloads, it deletes a large result after 6 minutes. If the webhook is lost, the first check must
 * come earlier than that.
 */
const maxFirstCheckUnstoredSeconds = 300;
const minFalMediaLifetimeSeconds = 3_600;
const maxFalMediaLifetimeSeconds = 31_536_000;
const maxFalUploadsPerDay = 1_000_000;
const minSubmissionWindowSeconds = 60;
const maxSubmissionWindowSeconds = 86_400;

/** Each place is an attribute of one item of the table, which is read for each wait and each stream. */
const maxPlacesPerOwner = 1_000;
/** One of them is for jobs whose last attempt ended its function. */
const minWorkersPerOwner = 2;

/** AWS WAF's limits for a rule that counts requests per IP address. */
const minIpRateLimit = 10;
const maxIpRateLimit = 2_000_000_000;

const maxPriceUsd = 1_000;
const maxVideoSeconds = 3_600;
const price = z.number().nonnegative().max(maxPriceUsd);
/** Owner, alias and an optional path. */
const ENDPOINT_ID = /^[\w.-]+(\/[\w.-]+)+$/;
const lucyPrice = { per_second: 0.08, seconds: 5 };
/** fal's list prices of the default endpoints. A 5-second video is the only length that Lucy makes. */
const knownPrices = { "decart/lucy-14b/image-to-video": lucyPrice, "decart/lucy-i2v": lucyPrice };

/** The shapes of the settings that are arrays or objects, for the JSON schema. */
const shapes = new Map<z.core.$ZodType, z.ZodType>();

const schema = z
  .strictObject({
    stackName: text(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, "letters, digits and hyphens, starting with a letter")
      .default("FalJobs")
      .describe(
        "The name of the CloudFormation stack. A second stack in the same account and region needs another name.",
      ),
    stageName: text(/^[A-Za-z0-9_-]{1,128}$/, "letters, digits, hyphens and underscores")
      .default("prod")
      .describe("The name of API Gateway's stage. It is the last part of the API's URL."),
    endpointIds: json(
      z
        .array(z.string().regex(ENDPOINT_ID))
        .min(1)
        .refine((ids) => new Set(ids).size === ids.length),
      'a JSON array of distinct fal endpoint ids, such as ["owner/alias/path"]',
    )
      .default(["decart/lucy-14b/image-to-video", "decart/lucy-i2v"])
      .describe(
        "The fal endpoints that jobs may run on, as a JSON array. A job without `endpoint` runs on the first one.",
      ),
    falEndpointUrl: text(/^https?:\/\/[^\s/?#]+$/, "an origin such as http://host:port, without a path")
      .optional()
      .describe("An origin that the service calls instead of every fal host, as `{origin}/{host}/{path}`."),
    falUserId: text(/^[\w:|@.-]{1,128}$/, "fal's user id, at most 128 characters")
      .optional()
      .describe("Your account's user id at fal. Webhooks from any other fal account are refused."),
    publicUrl: text(/^https:\/\/[^\s?#]*[^\s/?#]$/, "an https URL without a trailing slash")
      .optional()
      .describe(
        "The base URL of the API, without a trailing slash, if you use your own domain. The default is the URL of the stage.",
      ),
    formerUrls: json(
      z.array(z.string().regex(/^https:\/\/[^\s?#,]*[^\s/?#,]$/)),
      'a JSON array of https URLs without a trailing slash, such as ["https://old.example.com/jobs"]',
    )
      .default([])
      .describe(
        "A JSON array of base URLs that the API had before you changed `publicUrl` or `stageName`. Uploads that were named by them can still be used, and callbacks never go to them, as they never go to the API itself.",
      ),
    owners: json(
      z.record(z.string().regex(/^[A-Za-z0-9]+$/), z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)),
      'a JSON object from API key ids to owners, such as {"a1b2c3d4e5": "studio"}',
    )
      .default({})
      .describe(
        "A JSON object from API key ids to owners. When you replace a key, map the new key to the same owner, and it keeps its jobs.",
      ),
    rateLimitPerSecond: wholeNumber(1, maxRatePerSecond)
      .default(100)
      .describe(
        "Requests per second of one API key on all routes together. It must be below `routeRatePerSecond`, so that one key cannot use up a route.",
      ),
    burstLimit: wholeNumber(1, maxRatePerSecond)
      .default(500)
      .describe("How many requests of one API key may arrive at the same moment. It must be below `routeBurst`."),
    routeRatePerSecond: wholeNumber(1, maxRatePerSecond)
      .default(400)
      .describe("Requests per second of all API keys together, on each route that needs a key."),
    routeBurst: wholeNumber(1, maxRatePerSecond)
      .default(1_000)
      .describe("How many requests may arrive at the same moment on such a route."),
    keylessRatePerSecond: wholeNumber(1, maxRatePerSecond)
      .default(5)
      .describe(
        "Requests per second on each route that needs no API key: `/`, `/openapi.json`, `/errors/{code}`, `/health`, and everything that is answered with 404 or 405. fal's webhooks and preflights of browsers do not count.",
      ),
    keylessBurst: wholeNumber(1, maxRatePerSecond)
      .default(10)
      .describe("How many requests may arrive at the same moment on such a route."),
    quotaPerDay: wholeNumber(1, maxQuotaPerDay)
      .optional()
      .describe("Requests per day of one API key. Note that one polling client makes 170,000 requests a day."),
    webhookRatePerSecond: wholeNumber(1, maxRatePerSecond)
      .default(500)
      .describe(
        "fal's webhooks per second. It must be at least `routeRatePerSecond`, so that callers cannot use up the capacity for webhooks.",
      ),
    webhookBurst: wholeNumber(1, maxRatePerSecond)
      .default(1_000)
      .describe("How many of fal's webhooks may arrive at the same moment. It must be at least `routeBurst`."),
    reservedConcurrency: wholeNumber(1, maxReservedConcurrency)
      .optional()
      .describe(
        "Executions reserved for the webhook function. This is also its maximum. A new AWS account has a limit of 10 executions and refuses any reservation.",
      ),
    workersPerOwner: wholeNumber(minWorkersPerOwner, maxPlacesPerOwner)
      .default(10)
      .describe(
        "The most executions that work for one owner at the same time: this number to copy its videos, as many to send its callbacks, and as many to check its large results. Other work waits until one of them is done, or for the next sweep. A new AWS account has 10 executions: set 3 there. With one owner and hundreds of jobs a minute, set more.",
      ),
    waitsPerOwner: wholeNumber(0, maxPlacesPerOwner)
      .default(10)
      .describe(
        "How many requests of one owner may wait with `Prefer: wait` at the same time. More are answered at once.",
      ),
    streamsPerOwner: wholeNumber(0, maxPlacesPerOwner)
      .default(10)
      .describe(
        "How many streams one owner may have open at the same time: of events, and of a status through the proxy; and how many results with an inline video it may read through the proxy. More are refused with 429. A client that leaves keeps its place until its stream ends.",
      ),
    sweepConcurrency: wholeNumber(minSweepConcurrency, maxReservedConcurrency)
      .optional()
      .describe(
        "Executions reserved for the sweep, so that callers cannot take them all: at least 2 more than `workersPerOwner`, because a sweep may last longer than a minute, and the same function checks large results of `sync_mode`. This is also its maximum. A new AWS account has a limit of 10 executions and refuses any reservation.",
      ),
    streamsAtOnce: wholeNumber(1, maxReservedConcurrency)
      .optional()
      .describe(
        "Event streams that may be open at the same time: executions reserved for their function. A new AWS account has a limit of 10 executions and refuses any reservation.",
      ),
    proxyReadsAtOnce: wholeNumber(1, maxReservedConcurrency)
      .optional()
      .describe(
        "Reads of fal's client through `/fal/proxy`, status streams included, that may run at the same time: executions reserved for their function. A new AWS account has a limit of 10 executions and refuses any reservation.",
      ),
    accountConcurrency: wholeNumber(newAccountConcurrency, maxAccountConcurrency)
      .default(1_000)
      .describe(
        "The concurrent executions that Lambda allows in your account and region, as Service Quotas shows them. An alarm fires when 80% are in use. A new AWS account has 10.",
      ),
    dailyBudgets: json(
      z.record(z.string().regex(/^([A-Za-z0-9_-]{1,128}|\*)$/), z.number().nonnegative().max(maxDailyBudgetUsd)),
      `a JSON object from owners to US dollars per day, at most ${maxDailyBudgetUsd}, such as {"studio": 50, "*": 5}`,
    )
      .default({})
      .describe(
        "A JSON object from owners to US dollars per day (UTC). The estimated cost of an owner's new jobs per day may be at most this. `*` means all other owners. An owner without an entry has no limit.",
      ),
    prices: json(
      z.record(
        z.string().regex(ENDPOINT_ID),
        z.union([
          z.strictObject({ per_second: price, seconds: z.number().positive().max(maxVideoSeconds) }),
          z.strictObject({ per_request: price }),
        ]),
      ),
      'a JSON object from endpoint ids to prices in US dollars, such as {"owner/model": {"per_second": 0.08, "seconds": 5}, "owner/other": {"per_request": 0.4}}',
    )
      .transform((given) => ({ ...knownPrices, ...given }))
      .default(knownPrices)
      .describe(
        "A JSON object from endpoint ids to what fal bills in US dollars: `per_second` of video with its typical `seconds`, or `per_request`. Lucy's prices are known. An owner with a budget cannot run an endpoint without a price.",
      ),
    retentionDays: wholeNumber(
      minRetentionDays,
      maxRetentionDays,
      ", because a job must be kept until its last callback",
    )
      .default(30)
      .describe(
        "Days that a settled job and its video are kept, at least 5. If you make this smaller, videos that are already stored are also deleted earlier.",
      ),
    archive: trueOrFalse()
      .default(true)
      .describe(
        "Copy each video to the stack's bucket and keep it as long as its job. With `false`, videos stay at fal only. Videos of `sync_mode` are still copied, because fal does not store them.",
      ),
    storePayloadsAtFal: trueOrFalse()
      .default(true)
      .describe(
        "Let fal keep requests and results. With `false` the service sends `X-Fal-Store-IO: 0`: fal keeps a result for one hour, or 6 minutes if it is large, and a lost submission can no longer be found in fal's history.",
      ),
    falMediaLifetimeSeconds: wholeNumber(minFalMediaLifetimeSeconds, maxFalMediaLifetimeSeconds)
      .optional()
      .describe(
        "Seconds that fal keeps images and videos, from 3600 to 31536000. A job that waits longer than this to be submitted loses its image. With `archive` off, the only copy of a video is deleted after this time. Without this setting, the setting of your fal account applies.",
      ),
    falNoRetry: trueOrFalse()
      .default(false)
      .describe(
        "Send `x-fal-no-retry` with every submission: fal then does not retry a request that failed in its infrastructure. fal does not bill such failures.",
      ),
    falDisableFallbacks: trueOrFalse()
      .default(true)
      .describe(
        "Send `x-fal-disable-fallbacks` with every submission, so that the endpoint that was validated and priced is the one that runs. With `false`, fal may run a request on another endpoint while its own is unavailable.",
      ),
    falUploadsPerDay: wholeNumber(0, maxFalUploadsPerDay)
      .default(0)
      .describe(
        "Files above 90 MiB that each owner may upload per day (UTC) with fal's client. They go to the storage of your fal account, under public URLs, and fal alone limits their size. The default is none.",
      ),
    firstCheckSeconds: wholeNumber(minFirstCheckSeconds, maxFirstCheckSeconds)
      .default(60)
      .describe(
        "If a job's webhook does not arrive, the job is first checked at fal this many seconds after its submission. At most 300 if `storePayloadsAtFal` is false.",
      ),
    submissionWindowSeconds: wholeNumber(minSubmissionWindowSeconds, maxSubmissionWindowSeconds)
      .default(2_700)
      .describe("Seconds that the service waits for an unconfirmed submission before the job fails."),
    logRetentionDays: wholeNumber(1, maxRetentionDays)
      .refine(
        (days) => days in RetentionDays,
        "expected a period that CloudWatch Logs supports, such as 7, 14, 30 or 90",
      )
      .default(30)
      .describe("Days that logs are kept. It must be a period that CloudWatch Logs supports, such as 7, 14, 30 or 90."),
    manageApiGatewayAccount: trueOrFalse()
      .default(true)
      .describe(
        "Whether this stack sets the role that API Gateway writes its logs with. There is one role per account and region: use `false` if another stack sets it.",
      ),
    protect: trueOrFalse()
      .default(false)
      .describe(
        "Protect the stack and the table from deletion, keep all logs when the stack is deleted, and let only this account's API Gateway use the role for its logs.",
      ),
    kmsKeyArn: text(
      /^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/,
      "a key's ARN such as arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    )
      .optional()
      .describe(
        "The ARN of your own KMS key, which then encrypts the table and the bucket. It does not encrypt the two secrets, logs, alarms and events.",
      ),
    ipRateLimit: wholeNumber(minIpRateLimit, maxIpRateLimit)
      .optional()
      .describe(
        "Requests that one IP address may send in 5 minutes, from 10. AWS WAF refuses the others, and costs money every month. fal's webhooks do not count.",
      ),
    disableExecuteApiEndpoint: trueOrFalse()
      .default(false)
      .describe(
        "Close the stage's own URL, so that the API is reached only by an API Gateway custom domain. It needs `publicUrl`.",
      ),
    alarmEmail: z
      .email("expected an e-mail address")
      .optional()
      .describe("The e-mail address that alarms are sent to. Without it, alarms appear only in CloudWatch."),
  })
  .superRefine((settings, { addIssue }) => {
    const refuse = (path: string, message: string) => addIssue({ code: "custom", path: [path], message });
    const crowdOut = (path: string, least: string) =>
      refuse(path, `expected at least ${least}, because submissions must not crowd out webhooks`);
    if (settings.webhookRatePerSecond < settings.routeRatePerSecond)
      crowdOut("webhookRatePerSecond", "routeRatePerSecond");
    const useUp = (path: string, route: string) =>
      refuse(path, `expected less than ${route}, because one API key must not use up a route for everybody`);
    if (settings.rateLimitPerSecond >= settings.routeRatePerSecond) useUp("rateLimitPerSecond", "routeRatePerSecond");
    if (settings.burstLimit >= settings.routeBurst) useUp("burstLimit", "routeBurst");
    const unpriced = settings.endpointIds.filter((id) => !(id in settings.prices));
    if (Object.keys(settings.dailyBudgets).length > 0 && unpriced.length > 0)
      refuse(
        "prices",
        `expected a price for ${unpriced.join(" and ")}, because dailyBudgets limits what jobs may cost`,
      );
    const { reservedConcurrency = 0, sweepConcurrency = 0, streamsAtOnce = 0, proxyReadsAtOnce = 0 } = settings;
    const leastSweep = minSweepConcurrency + settings.workersPerOwner;
    if (settings.sweepConcurrency !== undefined && sweepConcurrency < leastSweep)
      refuse(
        "sweepConcurrency",
        `expected at least ${leastSweep}, ${minSweepConcurrency} more than workersPerOwner, because checks of one owner's large results must not throttle the sweep`,
      );
    const reserved = reservedConcurrency + sweepConcurrency + streamsAtOnce + proxyReadsAtOnce;
    if (reserved > 0 && settings.accountConcurrency < reserved + minUnreservedConcurrency)
      refuse(
        "accountConcurrency",
        `expected at least ${reserved + minUnreservedConcurrency}, because Lambda refuses reservations that leave nothing to other functions`,
      );
    if (settings.webhookBurst < settings.routeBurst) crowdOut("webhookBurst", "routeBurst");
    if (settings.disableExecuteApiEndpoint && settings.publicUrl === undefined)
      refuse("disableExecuteApiEndpoint", "expected false if there is no publicUrl, because no other URL exists then");
    if (!settings.storePayloadsAtFal && settings.firstCheckSeconds > maxFirstCheckUnstoredSeconds)
      refuse(
        "firstCheckSeconds",
        `expected at most ${maxFirstCheckUnstoredSeconds} if storePayloadsAtFal is false, because fal then deletes a large result before the first check`,
      );
  });

/** One setting, as the docs list it. */
export interface SettingDescription {
  readonly name: string;
  /** The default as it is written on the command line; `off` if there is none. */
  readonly default: string;
  readonly description: string;
}

/** Every setting, in the order of the schema. */
export const DEPLOY_SETTINGS: readonly SettingDescription[] = Object.entries(schema.shape).map(([name, setting]) => ({
  name,
  default: setting instanceof z.ZodDefault ? written(setting.def.defaultValue) : "off",
  description: setting.description ?? "",
}));

function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function text(pattern: RegExp, expectation: string) {
  const error = `expected ${expectation}`;
  return z.string(error).regex(pattern, error);
}

function wholeNumber(min: number, max: number, why = "") {
  const error = `expected a whole number from ${min} to ${max}${why}`;
  return z.int(error).min(min, error).max(max, error);
}

function trueOrFalse() {
  return z.boolean("expected true or false");
}

/** An array or object. Whatever is wrong inside it, the message says what is expected of the whole. */
function json<T>(shape: z.ZodType<T>, expectation: string) {
  const setting = z.unknown().transform((given, { addIssue }): T => {
    const parsed = shape.safeParse(given);
    if (parsed.success) return parsed.data;
    addIssue({ code: "custom", message: `expected ${expectation}` });
    return z.NEVER;
  });
  shapes.set(setting, shape);
  return setting;
}
