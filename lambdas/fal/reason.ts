import { textsIn } from "../contract/input-file.ts";
import { clipped } from "../contract/text.ts";
import { ERROR_DETAIL_MAX_BYTES, ERROR_MESSAGE_MAX_CHARACTERS } from "../limits.ts";
import { isObject, jsonObject } from "./detail.ts";

/**
 * The error message for an input that fal refused: `fal refused the input: TYPE: MESSAGE; …`, with as many of fal's
 * reasons as fit. A reason that repeats what the caller sent is left out. `sent` is the input, if it is known. Without
 * it a plain sentence cannot be checked, so it is left out too.
 */
export function refusedInput(body: unknown, status: number | undefined, sent?: unknown): string {
  const reason = reasonIn(typeof body === "string" ? jsonObject(body) : body, sent);
  if (reason !== "") return clipped(`fal refused the input: ${reason}`, ERROR_MESSAGE_MAX_CHARACTERS);
  return status === undefined ? "fal refused the input." : `fal refused the input (${status}).`;
}

/**
 * The error message for a model that failed: fal's reasons, with those that repeat the caller's input left out, or else
 * what the webhook says.
 */
export function failedModel(body: unknown, said: string | undefined): string {
  const reason = reasonIn(body, undefined);
  return reason === ""
    ? (said ?? "The model failed.")
    : clipped(`The model failed: ${reason}`, ERROR_MESSAGE_MAX_CHARACTERS);
}

function reasonIn(body: unknown, sent: unknown): string {
  const detail = isObject(body) ? body.detail : undefined;
  if (typeof detail === "string") return sent === undefined ? "" : sentence(detail, sent);
  if (!Array.isArray(detail)) return "";
  const complaints = detail.filter(isObject).map(({ type, msg, input }) => {
    const parts = [sentence(type, sent, input), sentence(msg, sent, input)];
    return parts.filter((part) => part !== "").join(": ");
  });
  return complaints.filter((complaint) => complaint !== "").join("; ");
}

/** The text on one line. Empty if it is not a text, or if it repeats a text of the input. */
function sentence(text: unknown, ...sent: readonly unknown[]): string {
  if (typeof text !== "string") return "";
  const plain = clipped(text, ERROR_DETAIL_MAX_BYTES).replaceAll(/\s+/g, " ").trim();
  return [...textsIn(sent)].some((each) => repeats(plain, each.text)) ? "" : plain;
}

/** Whether a sentence contains the words of a text, regardless of what is between them and how they are quoted. */
function repeats(sentence: string, text: string): boolean {
  const words = wordsOf(text);
  return words === "" ? text !== "" && sentence.includes(text) : ` ${wordsOf(sentence)} `.includes(` ${words} `);
}

function wordsOf(text: string): string {
  return (
    text
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu)
      ?.join(" ") ?? ""
  );
}
