import { readFile } from "node:fs/promises";
import type { Seen } from "./see.ts";
import type { Order, Step } from "./step.ts";

/** What the two sides saw of one step. */
export type Pair = { readonly direct: Seen; readonly ours: Seen };

/**
 * Makes a pair equal as far as one accepted difference applies; undefined if it does not apply. `order` is the
 * submission of the request that the step is about.
 */
type Even = (pair: Pair, step: Step, order: Order | undefined) => Pair | undefined;

/**
 * The differences between fal and this service that are accepted, by their id in `docs/guide/fal-client.md`. Nothing
 * else may differ in what fal's client sees.
 */
export const differences: Readonly<Record<string, Even>> = {
  "stricter-input": (pair, step) => {
    const ours = errorIn(pair.ours);
    const isOurs = detailsOf(ours).every(({ type }) => type === "value_error" || type === "extra_forbidden");
    if (!("order" in step) || ours?.status !== 422 || ours.namesRequest !== false || !isOurs) return undefined;
    const direct = errorIn(pair.direct);
    const isAccepted = direct === undefined || detailsOf(direct).every(({ type }) => pictureErrors.has(type));
    return isAccepted ? equal : undefined;
  },
  "input-checked-at-submit": (pair, step) => {
    const { direct, ours } = { direct: errorIn(pair.direct), ours: errorIn(pair.ours) };
    if (!("order" in step) || direct?.status !== 422 || ours?.status !== 422) return undefined;
    // fal reports this once the request has run; we report it in other words, in another order, and before a request
    // exists.
    const complaints = (error: Fields) =>
      detailsOf(error)
        .map(({ loc, type, input }) => JSON.stringify({ loc, type, input }))
        .sort();
    const isAtSubmit = ours.namesRequest === false && direct.namesRequest === true;
    return isAtSubmit ? { direct: { refused: complaints(direct) }, ours: { refused: complaints(ours) } } : undefined;
  },
  "sync-mode-default": (pair, _step, order) =>
    order?.input !== undefined && order.input.sync_mode === undefined ? withoutPlace(pair) : undefined,
  "input-echo": (pair) => {
    const [direct, ours] = [errorIn(pair.direct), errorIn(pair.ours)];
    if (direct?.namesRequest !== true || ours?.namesRequest !== true) return undefined;
    return {
      direct: { ...pair.direct, threw: withoutEcho(direct) },
      ours: { ...pair.ours, threw: withoutEcho(ours) },
    };
  },
  "output-left-out": ({ direct, ours }) => ({ direct: withoutFileData(direct), ours: withoutFileData(ours) }),
  "refusals-waited-out": (pair, step, order) => {
    const answer = "order" in step ? order?.fault?.submit?.answer : undefined;
    const isWaitedOut = answer === 403 && errorIn(pair.direct)?.status === answer && "gave" in pair.ours;
    return isWaitedOut ? equal : undefined;
  },
  "endpoints-not-served": (pair, step) => {
    const [direct, ours] = [errorIn(pair.direct), errorIn(pair.ours)];
    const isAsked = step.call === "run" || step.call === "submit";
    return isAsked && direct?.status === 404 && ours?.status === 403 && isSentence(ours.body) ? equal : undefined;
  },
  "own-words": (pair) => {
    const [direct, ours] = [errorIn(pair.direct), errorIn(pair.ours)];
    const isOfTheCall = [direct, ours].every((error) => error?.namesRequest === false && isSentence(error.body));
    return isOfTheCall ? { direct: { ...direct, body: "…" }, ours: { ...ours, body: "…" } } : undefined;
  },
  // The last: a refusal that came later has fal's own words.
  "refused-later": ({ direct, ours }, step, order) => {
    const [atOnce, later] = [errorIn(direct), errorIn(ours)];
    const isAtSubmit = "order" in step && order?.fault?.submit?.answer !== undefined && atOnce?.namesRequest === false;
    if (!isAtSubmit || later?.namesRequest !== true) return undefined;
    return { direct: { threw: atOnce }, ours: { threw: { ...later, namesRequest: false } } };
  },
};

/** The ids of the written list. */
export async function readListedIds(): Promise<string[]> {
  const text = await readFile(new URL("../../docs/guide/fal-client.md", import.meta.url), "utf8");
  return [...text.matchAll(/^### `([a-z-]+)`$/gm)].map(([, id = ""]) => id);
}

type Fields = Readonly<Record<string, unknown>>;

const equal: Pair = { direct: {}, ours: {} };
/** fal's terms for an unusable image. */
const pictureErrors = new Set<unknown>(["image_load_error", "file_download_error", "image_too_small"]);

function errorIn({ threw }: Seen): Fields | undefined {
  return isRecord(threw) ? threw : undefined;
}

function detailsOf(error: Fields | undefined): Fields[] {
  const detail = isRecord(error?.body) ? error.body.detail : undefined;
  return Array.isArray(detail) ? detail.filter(isRecord) : [];
}

function withoutEcho(error: Fields): Fields {
  const detail = detailsOf(error).map(({ input, ...rest }) => ({ ...rest, echoes: input !== undefined }));
  return detail.length === 0 ? error : { ...error, body: { ...(isRecord(error.body) && error.body), detail } };
}

/** Films are still compared; only whether they were inline is ignored. */
function withoutPlace({ direct, ours }: Pair): Pair {
  const strip = (seen: Seen): Seen =>
    JSON.parse(JSON.stringify(seen).replace(/("film [0-9a-f]+), (?:data:video\/mp4;base64|hosted)"/, '$1"'));
  return { direct: strip(direct), ours: strip(ours) };
}

/** What the model wrote into its result beside the video's URL. */
function withoutFileData(seen: Seen): Seen {
  return JSON.parse(JSON.stringify(seen).replace(/,"file_data":"[^"]*"/, ""));
}

function isSentence(body: unknown): boolean {
  return isRecord(body) && typeof body.detail === "string";
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
