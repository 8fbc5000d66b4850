import { textsIn } from "../contract/input-file.ts";
import { clipped } from "../contract/text.ts";
import { ERROR_DETAIL_MAX_BYTES, ERROR_MESSAGE_MAX_CHARACTERS } from "../limits.ts";
import { isObject, jsonObject } from "./detail.ts";

/**
 * The message for an input that fal refused: `fal refused the input: TYPE: MESSAGE; …`, with as much of fal's reason as
 * fits. A sentence that repeats text from the caller's input is left out. `sent` is the input, if known; without it a
 * plain sentence cannot be checked, and is also left out.
 */
export function refusedInput(body: unknown, status: number | undefined, sent?: unknown): string {
  const reason = reasonIn(typeof body === "string" ? jsonObject(body) : body, sent);
  if (reason !== "") return clipped(`fal refused the input: ${reason}`, ERROR_MESSAGE_MAX_CHARACTERS);
  return status === undefined ? "fal refused the input." : `fal refused the input (${status}).`;
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

/** The text on one line; empty if it is not a text, or repeats a text that was sent. */
function sentence(text: unknown, ...sent: readonly unknown[]): string {
  if (typeof text !== "string") return "";
  const plain = clipped(text, ERROR_DETAIL_MAX_BYTES).replaceAll(/\s+/g, " ").trim();
  return [...textsIn(sent)].some((each) => repeats(plain, each.text)) ? "" : plain;
}

/** Whether a sentence contains the words of a text, whatever punctuation and quotes are between them. */
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
