import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type LimitName, limitValue } from "./limit-value.ts";
import { generatedFrom, linkRules, table } from "./markdown.ts";

const source = "lambdas/limits.ts";

/** The limits that a caller can meet, in words; what each is for is the comment at its constant. */
const SECTIONS: Readonly<Record<string, Partial<Record<LimitName, string>>>> = {
  "What you send": {
    JSON_BODY_MAX_BYTES: "JSON body",
    MULTIPART_BODY_MAX_BYTES: "form",
    FORM_MAX_FIELDS: "fields of a form",
    OBJECT_MAX_FIELDS: "fields of an object",
    FIELD_ERRORS_MAX: "reported field errors",
    PROMPT_MAX_CHARACTERS: "prompt",
    URL_MAX_CHARACTERS: "URL",
    METADATA_MAX_KEYS: "keys of metadata",
    METADATA_KEY_MAX_CHARACTERS: "one key of metadata",
    METADATA_VALUE_MAX_CHARACTERS: "one value of metadata",
    METADATA_MAX_BYTES: "all metadata",
    IDEMPOTENCY_KEY_MAX_CHARACTERS: "Idempotency-Key",
    DEADLINE_MIN_SECONDS: "shortest deadline",
    DEADLINE_MAX_SECONDS: "longest deadline",
    DEADLINE_DEFAULT_SECONDS: "default deadline",
    BATCH_MAX_JOBS: "batch",
    BATCH_SUBMIT_MS: "submitting a batch",
    PASSED_INPUT_MAX_BYTES: "input of other models",
    PASSED_INPUT_MAX_DEPTH: "nesting of this input",
  },
  "Images and videos": {
    INLINE_IMAGE_MAX_BYTES: "image in a request",
    UPLOAD_MAX_BYTES: "uploaded image",
    IMAGE_SIDE_MIN_PIXELS: "smallest side of an image",
    IMAGE_SIDE_MAX_PIXELS: "largest side of an image",
    IMAGE_MAX_PIXELS: "all pixels of an image",
    IMAGE_PARTS_MAX: "parts of an image file",
    JOB_FILES_MAX: "files of a job",
    JOB_FILES_MAX_BYTES: "total size of a job's files",
    PRESIGNED_URL_SECONDS: "upload URL and video URL",
    UPLOAD_LIFETIME_MS: "lifetime of an upload",
    FAL_UPLOAD_LIFETIME_SECONDS: "lifetime of a file at fal above 90 MiB",
    VIDEO_MAX_BYTES: "stored video",
    VIDEO_PARTS_MAX: "checked parts of a video",
    VIDEO_BLOCKS_MAX: "checked blocks of a GIF",
    ARCHIVE_WINDOW_MS: "copying a video",
  },
  "For operators": {
    FAL_KEY_MAX_AGE_MS: "use of an old fal key",
    SERVICE_STATE_MS: "use of an old pause",
  },
  "Reading and waiting": {
    WAIT_MAX_SECONDS: "waiting for a job",
    USAGE_MAX_DAYS: "period of a usage report",
    USAGE_MAX_JOBS: "jobs of a usage report",
    PAGE_DEFAULT_JOBS: "default page",
    PAGE_MAX_JOBS: "largest page",
    RETRY_AFTER_OPEN_MAX_SECONDS: "Retry-After",
    TIMELINE_MAX_ENTRIES: "timeline",
    LOG_LINES_MAX: "lines of the log",
    LOG_LINE_MAX_CHARACTERS: "one line of the log",
    FAL_LOGS_AVAILABLE_MS: "log of a settled job",
    STREAM_MAX_MS: "event stream",
    STREAM_HEARTBEAT_MS: "heartbeat of a stream",
    PROXY_STREAM_MAX_MS: "status stream of the proxy",
  },
  Callbacks: {
    CALLBACK_TIMEOUT_MS: "response of the receiver",
    CALLBACK_RETRY_TIMEOUT_MS: "response of a receiver that did not answer before",
    CALLBACK_DELAYS_MS: "waits between attempts",
    RETRY_AFTER_MAX_MS: "longest Retry-After obeyed",
    CALLBACK_WAITS_FOR_ARCHIVE_MS: "waiting for the video",
    DELIVERIES_MAX_ENTRIES: "recorded deliveries",
    CALLBACK_SECRET_OVERLAP_MS: "lifetime of the previous secret",
    CALLBACK_SECRETS_PREVIOUS_MAX: "previous secrets",
  },
  "Between the service and fal": {
    SUBMIT_POST_MAX_MS: "submitting a job",
    SUBMIT_BACKOFF_MAX_MS: "submitting again",
    CHECK_BACKOFF_MAX_MS: "checking again",
    LAST_LOOK_GRACE_MS: "last check",
    HAND_OVER_GRACE_MS: "large results after that",
    WEBHOOK_BODY_MAX_BYTES: "webhook",
    SIGNATURE_TOLERANCE_SECONDS: "clock difference of a webhook",
    SIGNING_KEYS_MAX_AGE_MS: "signing keys",
    FAL_RESULT_MAX_BYTES: "result",
    EXTRA_OUTPUT_MAX_BYTES: "other output of a model",
    ERROR_DETAIL_MAX_BYTES: "error detail",
    ERROR_MESSAGE_MAX_CHARACTERS: "error message",
  },
};

/** The page of limits. Each row has its constant as its anchor, so that other pages can link a value to it. */
export function limitsPage(): string {
  const comments = readComments();
  const sections = Object.entries(SECTIONS).flatMap(([title, names]) => [
    `## ${title}`,
    table(
      ["limit", "value", "what it limits", "constant"],
      (Object.entries(names) as [LimitName, string][]).map(([name, words]) => [
        `<a id="${limitAnchor(name)}"></a>${words}`,
        limitValue(name),
        linkRules(comments.get(name) ?? missing(name)),
        `\`${name}\``,
      ]),
    ),
  ]);
  return `${[generatedFrom(source), "# Limits", INTRODUCTION, ...sections].join("\n\n")}\n`;
}

/** Where the page of limits has a limit: its name in lower case, with hyphens. */
export function limitAnchor(name: LimitName): string {
  return name.toLowerCase().replaceAll("_", "-");
}

const INTRODUCTION = `Each limit is a named constant in [lambdas/limits.ts](../../lambdas/limits.ts). 1 KB is 1,024 bytes, 1 MB is 1,024 KB, 1 GB is 1,024 MB.
A request that exceeds a limit is refused with a [problem](../guide/errors.md) that names the field, unless the table says otherwise.
Requests per second, the daily quota and the daily budget are [settings](../guide/settings.md).`;

function readComments(): ReadonlyMap<string, string> {
  const text = readFileSync(join(import.meta.dirname, "../..", source), "utf8");
  const found = text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const (\w+)/g);
  return new Map(
    [...found].map(([, comment = "", name = ""]) => [name, comment.replaceAll(/\s*\n \*\s*/g, " ").trim()]),
  );
}

function missing(name: string): never {
  throw new Error(`${source}: ${name} needs a doc comment, because docs/reference/limits.md quotes it.`);
}
