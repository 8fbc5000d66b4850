import { fromEnv } from "../aws/credentials.ts";
import type { Price } from "../contract/price.ts";
import type { Policy } from "../job/event.ts";

/**
 * The only file that reads the environment. Each function reads only its own variables; a missing or malformed variable
 * throws an error with its name.
 */
export const environment = {
  tableName: () => required("TABLE_NAME"),
  /** The stack's name, under which metrics are counted (rule A24). */
  stackName: () => required("STACK_NAME"),
  /** Base of the API, without a trailing slash (rule A7). */
  publicUrl: () => required("PUBLIC_URL").replace(/\/+$/, ""),
  /** fal's model ids, separated by commas. Jobs use the first by default. */
  endpointIds: () => {
    const [first = "", ...others] = required("FAL_ENDPOINT_IDS").split(",");
    return [first, ...others] as const;
  },
  falKeySecretId: () => required("FAL_KEY_SECRET_ID"),
  /** Base URL that replaces fal's hosts; undefined for the real fal. */
  falEndpointUrl: () => process.env.FAL_ENDPOINT_URL?.replace(/\/+$/, "") || undefined,
  /** Our account's user id at fal, which deliveries must then name; undefined accepts any. */
  falUserId: () => process.env.FAL_USER_ID || undefined,
  /** API key id → owner; a key that is not listed is its own owner (rule P24). */
  owners: () => jsonObject("OWNERS", isText),
  /** Resource path → its methods, for the fallback. */
  routes: () => jsonObject("ROUTES", isTextList),
  /** The bucket's name, and the endpoint of an S3 that is not AWS's, if configured. */
  mediaBucket: () => ({ name: required("MEDIA_BUCKET"), endpoint: s3Endpoint() }),
  /** The settings that presign requests to the bucket. */
  bucketAccess: () => ({
    bucketUrl: s3Endpoint() === undefined ? required("MEDIA_URL") : `${s3Endpoint()}/${required("MEDIA_BUCKET")}`,
    region: required("AWS_REGION"),
    credentials: fromEnv(),
  }),
  /** Whether fal stores payloads, and how long it keeps media. */
  falPrivacy: () => ({
    storesPayloads: isTrue("FAL_STORE_IO"),
    mediaLifetimeSeconds: process.env.FAL_MEDIA_LIFETIME_SECONDS
      ? atLeastZero("FAL_MEDIA_LIFETIME_SECONDS")
      : undefined,
  }),
  /** Whether fal may retry requests, and run them on other endpoints. */
  falRouting: () => ({ noRetry: isTrue("FAL_NO_RETRY"), disablesFallbacks: isTrue("FAL_DISABLE_FALLBACKS") }),
  /** How many requests of one owner may wait, streams may be open, and functions may work for it, at the same time. */
  perOwner: {
    waits: () => atLeastZero("WAITS_PER_OWNER"),
    streams: () => atLeastZero("STREAMS_PER_OWNER"),
    workers: () => atLeastZero("WORKERS_PER_OWNER"),
  },
  /** The API's public URL, its other URLs, and whether callbacks to loopback addresses are permitted. */
  site: () => ({
    publicUrl: environment.publicUrl(),
    otherUrls: process.env.OTHER_URLS?.split(",") ?? [],
    allowsLoopbackCallbacks: process.env.CALLBACK_ALLOW_LOOPBACK === "true",
  }),
  /** The stack's one secret, from which callback secrets and cursors are derived. */
  masterSecretId: () => required("MASTER_SECRET_ID"),
  eventBusName: () => required("EVENT_BUS_NAME"),
  /** The name of the function that reads this; Lambda sets it. */
  ownFunction: () => required("AWS_LAMBDA_FUNCTION_NAME"),
  archiveFunction: () => required("ARCHIVE_FUNCTION"),
  deliverFunction: () => required("DELIVER_FUNCTION"),
  /** Owner → US dollars a day; `*` for all others. */
  budgets: () => jsonObject("DAILY_BUDGETS", isAmount),
  /** How many files each owner may upload to fal's storage in a day. */
  falUploadsPerDay: () => atLeastZero("FAL_UPLOADS_PER_DAY"),
  /** Endpoint → its price. */
  prices: () => new Map([...jsonObject("PRICES", isPrice)].map(([endpoint, price]) => [endpoint, toPrice(price)])),
  policy: (): Policy => ({
    firstCheckMs: atLeastZero("FIRST_CHECK_SECONDS") * 1000,
    submissionWindowMs: atLeastZero("SUBMISSION_WINDOW_SECONDS") * 1000,
    retentionMs: atLeastZero("RETENTION_DAYS") * 24 * 60 * 60 * 1000,
    archivesVideos: isTrue("ARCHIVE_VIDEOS"),
  }),
};

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is not set.`);
  return value;
}

function isTrue(name: string): boolean {
  const value = required(name);
  if (value !== "true" && value !== "false") {
    throw new Error(`The environment variable ${name} must be true or false, not "${value}".`);
  }
  return value === "true";
}

function s3Endpoint(): string | undefined {
  return process.env.AWS_ENDPOINT_URL_S3?.replace(/\/+$/, "") || undefined;
}

function atLeastZero(name: string): number {
  const value = Number(required(name));
  if (!Number.isFinite(value) || value < 0) {
    throw new Error(`The environment variable ${name} must be a number, 0 or more, not "${process.env[name]}".`);
  }
  return value;
}

function jsonObject<T>(name: string, isValue: (value: unknown) => value is T): ReadonlyMap<string, T> {
  const pairs: unknown = JSON.parse(process.env[name] || "{}");
  if (typeof pairs !== "object" || pairs === null || Array.isArray(pairs)) throw malformed(name);
  return new Map(
    Object.entries(pairs).map(([key, value]: [string, unknown]) => {
      if (!isValue(value)) throw malformed(name);
      return [key, value];
    }),
  );
}

function malformed(name: string): Error {
  return new Error(
    `The environment variable ${name} must be a valid JSON object; see lambdas/functions/environment.ts.`,
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && value >= 0;
}

/** The form of the setting `prices`. */
type GivenPrice = { readonly per_second: number; readonly seconds: number } | { readonly per_request: number };

function isPrice(value: unknown): value is GivenPrice {
  if (typeof value !== "object" || value === null) return false;
  if ("per_request" in value) return isAmount(value.per_request);
  return "per_second" in value && "seconds" in value && isAmount(value.per_second) && isAmount(value.seconds);
}

function toPrice(price: GivenPrice): Price {
  return "per_request" in price
    ? { usdPerUnit: price.per_request, typicalUnits: 1 }
    : { usdPerUnit: price.per_second, typicalUnits: price.seconds };
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}
