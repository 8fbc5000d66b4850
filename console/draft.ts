import { computed, effect, signal } from "@preact/signals";
import { ApiProblem, call, isPassing, wordsOf } from "./api.ts";
import { model } from "./model.ts";
import { pairOf, splitPair } from "./pair.ts";
import type { Picture } from "./picture.ts";
import { apiKey, read, UNANSWERED, write } from "./session.ts";
import { type Job, promptOf, type Upload, type ValidatedJob } from "./types.ts";

const INLINE_MAX_BYTES = 3 * 1024 * 1024;
const CHECK_AFTER_MS = 500;
const CHECK_AGAIN_MS = 5_000;
/** One pixel would be refused, and a picture of this size is not sent only to learn a price. */
const STAND_IN_SIDE = 16;

/** The job that is being written. */
export const draft = {
  picture: signal<Picture | undefined>(undefined),
  imageUrl: signal(""),
  prompt: signal(""),
  endpoint: signal(""),
  /** Options that differ from the default. */
  options: signal<Readonly<Record<string, unknown>>>({}),
  /** The rest of the input of a model that this page does not know, as JSON. */
  otherInput: signal("{}"),
  /** Lines of `KEY=VALUE`. */
  metadata: signal(""),
  callbackUrl: signal(""),
};

export const endpoint = computed(() => draft.endpoint.value || (model.value.endpoints[0] ?? ""));
export const isKnownModel = computed(() => model.value.endpoints.includes(endpoint.value));
export const aspectRatio = computed(() => String(draft.options.value.aspect_ratio ?? "16:9"));

export const metadata = computed(() => {
  const pairs = draft.metadata.value.split("\n").map((line) => splitPair(line.trim()) ?? []);
  return Object.fromEntries(
    pairs.flatMap(([key, value = ""]) => (key === undefined ? [] : [[key.trim(), value.trim()]])),
  );
});

/** The body of the request, without its picture. Throws if the other input is no JSON object. */
export function bodyOf(imageUrl: string) {
  const other: unknown = isKnownModel.value ? {} : JSON.parse(draft.otherInput.value || "{}");
  if (typeof other !== "object" || other === null || Array.isArray(other))
    throw new Error("The input must be a JSON object.");
  const image = imageUrl === "" ? {} : { image_url: imageUrl };
  return {
    ...(draft.endpoint.value !== "" && { endpoint: endpoint.value }),
    input: {
      ...((isKnownModel.value || draft.prompt.value !== "") && { prompt: draft.prompt.value }),
      ...image,
      ...(isKnownModel.value ? draft.options.value : other),
    },
    ...(Object.keys(metadata.value).length > 0 && { metadata: metadata.value }),
    ...(draft.callbackUrl.value !== "" && { callback_url: draft.callbackUrl.value }),
  };
}

/** The fields of the form that sends the picture along. */
export function fieldsOf(): readonly (readonly [name: string, value: string])[] {
  const { input, metadata: pairs = {}, ...rest } = bodyOf("");
  return [
    ...Object.entries(rest).map(([name, value]) => [name, String(value)] as const),
    ...Object.entries(input).map(([name, value]) => [name, String(value)] as const),
    ...Object.entries(pairs).map(([name, value]) => [`metadata.${name}`, value] as const),
  ];
}

/** Whether the picture goes along in the request itself. */
export function isInline(picture: Picture): boolean {
  return isKnownModel.value && picture.file.size <= INLINE_MAX_BYTES;
}

function formOf(picture: Picture): FormData {
  const form = new FormData();
  for (const [name, value] of fieldsOf()) form.append(name, value);
  form.append("image", picture.file);
  return form;
}

export type Check =
  | { readonly state: "incomplete" | "checking" }
  | { readonly state: "fine"; readonly usd: number | undefined }
  | { readonly state: "wrong"; readonly words: string };

/** What the API would say to the draft: its cost, or what is wrong with it. */
export const check = signal<Check>({ state: "incomplete" });

/** Checks the draft with the API a moment after each change. Returns how to stop. */
export function checkAlways(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest = new AbortController();
  const stop = effect(() => {
    const picture = draft.picture.value;
    const imageUrl = draft.imageUrl.value.trim();
    const hasPicture = picture !== undefined || imageUrl !== "";
    // What another model needs is in its JSON.
    const isComplete = !isKnownModel.value || (draft.prompt.value.trim() !== "" && hasPicture);
    // Read here, so that each change of them checks again.
    void [
      draft.options.value,
      draft.otherInput.value,
      metadata.value,
      draft.callbackUrl.value,
      endpoint.value,
      model.value,
    ];
    latest.abort();
    clearTimeout(timer);
    if (!isComplete || apiKey.value === undefined) {
      check.value = { state: "incomplete" };
      return;
    }
    check.value = { state: "checking" };
    latest = new AbortController();
    const { signal } = latest;
    const validateSoon = (ms: number) => {
      timer = setTimeout(async () => {
        if ((await validate(picture, imageUrl, signal)) && !signal.aborted) validateSoon(CHECK_AGAIN_MS);
      }, ms);
    };
    validateSoon(CHECK_AFTER_MS);
  });
  return () => {
    clearTimeout(timer);
    latest.abort();
    stop();
  };
}

/** Returns whether to ask again, because nothing has been said about the draft. */
async function validate(picture: Picture | undefined, imageUrl: string, signal: AbortSignal): Promise<boolean> {
  try {
    const request =
      picture && isInline(picture) ? { form: formOf(picture) } : { body: bodyOf(picture ? standIn() : imageUrl) };
    const { cost } = await call<ValidatedJob>("POST", "/jobs/validate", { ...request, signal });
    check.value = { state: "fine", usd: cost?.estimated_usd };
    return false;
  } catch (error) {
    if (!signal.aborted) check.value = { state: "wrong", words: wordsOf(error) };
    return isPassing(error);
  }
}

/** A small picture in the place of one that is uploaded only when the job is submitted. */
function standIn(): string {
  const canvas = document.createElement("canvas");
  canvas.width = STAND_IN_SIDE;
  canvas.height = STAND_IN_SIDE;
  return canvas.toDataURL("image/png");
}

/** A submission that got no answer: a repeat of it, with the same key and the same picture, creates no second job. */
interface Unanswered {
  readonly content: string;
  readonly key: string;
  readonly uploadedTo?: string;
}

const UNANSWERED_MAX = 20;
/** Answers that tell that the key stands for another job than the one that is wanted. */
const KEY_IS_SPENT: readonly string[] = ["job_deleted", "idempotency_key_reused"];

/** Also of before the page was loaded again. */
function readUnanswered(): readonly Unanswered[] {
  return JSON.parse(read("sessionStorage", UNANSWERED) ?? "[]") as readonly Unanswered[];
}

let unanswered = readUnanswered();

function keepUnanswered(content: string, next?: Unanswered): void {
  const others = unanswered.filter((each) => each.content !== content);
  unanswered = [...others, ...(next ? [next] : [])].slice(-UNANSWERED_MAX);
  write("sessionStorage", UNANSWERED, unanswered.length === 0 ? undefined : JSON.stringify(unanswered));
}

/** Submits the draft. The same draft again, after a lost answer, is the same job. */
export async function submitDraft(): Promise<Job> {
  const picture = draft.picture.value;
  const { name = "", size = 0, lastModified = 0 } = picture?.file ?? {};
  const content = JSON.stringify([bodyOf(draft.imageUrl.value.trim()), name, size, lastModified]);
  const before = unanswered.find((each) => each.content === content);
  const key = before?.key ?? crypto.randomUUID();
  const headers = { "idempotency-key": key };
  keepUnanswered(content, before ?? { content, key });
  try {
    let job: Job;
    if (picture && isInline(picture)) {
      job = await call<Job>("POST", "/jobs", { form: formOf(picture), headers });
    } else if (picture) {
      const body = bodyOf("");
      const uploadedTo = before?.uploadedTo ?? (await upload(picture));
      keepUnanswered(content, { content, key, uploadedTo });
      job = await call<Job>("POST", "/jobs", {
        body: { ...body, input: { ...body.input, image_url: uploadedTo } },
        headers,
      });
    } else {
      job = await call<Job>("POST", "/jobs", { body: bodyOf(draft.imageUrl.value.trim()), headers });
    }
    keepUnanswered(content);
    return job;
  } catch (error) {
    // Any other refusal of a repeat does not tell that nothing came of the first one.
    if (error instanceof ApiProblem && KEY_IS_SPENT.includes(error.code)) keepUnanswered(content);
    throw error;
  }
}

const uploaded = new WeakMap<Picture, string>();

/** The address of a picture in the service's storage; each picture is sent there once. */
async function upload(picture: Picture): Promise<string> {
  const known = uploaded.get(picture);
  if (known !== undefined) return known;
  const { size, type } = picture.file;
  const place = await call<Upload>("POST", "/uploads", {
    body: { size, content_type: type || "application/octet-stream" },
  });
  const answer = await fetch(place.upload_url, {
    method: "PUT",
    headers: place.upload_headers,
    body: picture.file,
  }).catch(() => undefined);
  if (!answer?.ok)
    throw new Error(`The storage did not take the picture (${answer?.status ?? "no answer"}). Submit again.`);
  uploaded.set(picture, place.image_url);
  return place.image_url;
}

/** Fills the form with what a job was made of. Its picture is where fal keeps it. */
export function editJob(job: Job): void {
  const { prompt, image_url, ...rest } = job.input as Readonly<Record<string, unknown>>;
  // What is no text has no field of its own.
  const options = {
    ...rest,
    ...(prompt !== undefined && typeof prompt !== "string" && { prompt }),
    ...(image_url !== undefined && typeof image_url !== "string" && { image_url }),
  };
  draft.picture.value = undefined;
  draft.prompt.value = promptOf(job);
  draft.imageUrl.value = typeof image_url === "string" ? image_url : "";
  draft.endpoint.value = job.endpoint;
  draft.options.value = options;
  draft.otherInput.value = JSON.stringify(options, undefined, 2);
  draft.metadata.value = Object.entries(job.metadata ?? {})
    .map((pair) => pairOf(...pair))
    .join("\n");
  draft.callbackUrl.value = job.callback_url ?? "";
}
