import { FAL_KEY_MAX_AGE_MS } from "../../lambdas/limits.ts";
import type { AddCommand, Context, Options } from "../command.ts";
import { OpsError } from "../connect.ts";
import { readFalKey, storeFalKey, tryFalKey } from "../fal.ts";
import { environmentOf } from "../functions.ts";

const TROUBLES = {
  fal_key_refused: "fal refuses this key",
  fal_account_locked: "fal accepts this key, but has locked its account",
  fal_balance_exhausted: "fal accepts this key, but its account has no credit left",
  unreachable: "the key could not be tried",
} as const;

export function addFalKey(add: AddCommand): void {
  add({
    name: "fal-key <set|rotate>",
    description:
      "store the fal key from the shell variable FAL_KEY, after it was tried at fal. rotate: only in place of another key",
    work: setKey,
    show: ({ trouble, minutes, isRotation }) =>
      [
        trouble ?? "fal accepts the key. It is stored.",
        `Every function uses it within ${minutes} minutes; jobs that wait for it are then sent.`,
        ...(isRotation ? ["After that, delete the old key in fal's dashboard."] : []),
      ].join("\n"),
  }).option("--stdin", "read the key from standard input instead");
}

/** Nothing replaces a key that works but a key that works. A first key is stored before its account has credit. */
async function setKey(context: Context, options: Options, [action = ""]: readonly string[]) {
  const { installation } = context;
  if (action !== "set" && action !== "rotate") throw new OpsError(`fal-key ${action}: expected set or rotate`);
  const isRotation = action === "rotate";
  const key = await givenKey(context, options.stdin === true);
  if (isRotation && (await readFalKey(installation)) === key)
    throw new OpsError("this key is stored already, and nothing was changed: create another one in fal's dashboard");
  const variables = await environmentOf(installation, "submit");
  const endpoints = (variables.FAL_ENDPOINT_IDS ?? "").split(",");
  const { kind, reason } = await tryFalKey(key, variables.FAL_ENDPOINT_URL, endpoints);
  const trouble = kind === "accepted" ? undefined : `${TROUBLES[kind]}. ${reason}`;
  if (trouble !== undefined && (isRotation || kind === "unreachable" || kind === "fal_key_refused"))
    throw new OpsError(`nothing was stored: ${trouble}`);
  await storeFalKey(installation, key);
  return { trouble: trouble && `It is stored, but ${trouble}`, minutes: FAL_KEY_MAX_AGE_MS / 60_000, isRotation };
}

/** Never from an argument, which other users of the machine and the shell's history would see. Throws OpsError. */
async function givenKey({ falKey, readInput }: Context, fromInput: boolean): Promise<string> {
  const key = (fromInput ? await readInput?.() : falKey)?.trim();
  if (key && /^[\x21-\x7e]+$/.test(key)) return key;
  const source = fromInput
    ? "on standard input"
    : "in the shell variable FAL_KEY (or, with --stdin, on standard input)";
  throw new OpsError(`expected the key ${source}: printable characters, without spaces`);
}
