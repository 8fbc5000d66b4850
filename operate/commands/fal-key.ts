import { FAL_KEY_MAX_AGE_MS } from "../../lambdas/limits.ts";
import type { AddCommand, Context } from "../command.ts";
import { OpsError } from "../connect.ts";
import { storeFalKey, tryFalKey } from "../fal.ts";
import { environmentOf } from "../functions.ts";

const REFUSALS = {
  fal_key_refused: "fal refuses this key. Nothing was stored",
  fal_account_locked: "fal accepts this key, but has locked its account. It is stored",
  fal_balance_exhausted: "fal accepts this key, but its account has no credit left. It is stored",
} as const;

export function addFalKey(add: AddCommand): void {
  add({
    name: "fal-key <set|rotate>",
    description: "store the fal key from the shell variable FAL_KEY, after it was tried at fal",
    work: (context, _options, [action = ""]) => setKey(context, action),
    show: ({ trouble, minutes, isRotation }) =>
      [
        trouble ?? "fal accepts the key. It is stored.",
        `Every function uses it within ${minutes} minutes; jobs that wait for it are then sent.`,
        ...(isRotation ? [`After that, delete the old key in fal's dashboard.`] : []),
      ].join("\n"),
  });
}

async function setKey({ installation, falKey }: Context, action: string) {
  if (action !== "set" && action !== "rotate") throw new OpsError(`fal-key ${action}: expected set or rotate`);
  const key = falKey?.trim();
  if (!key || !/^[\x21-\x7e]+$/.test(key))
    throw new OpsError("put the key into the shell variable FAL_KEY: printable characters, without spaces");
  const variables = await environmentOf(installation, "submit");
  const endpoints = (variables.FAL_ENDPOINT_IDS ?? "").split(",");
  const { kind, reason } = await tryFalKey(key, variables.FAL_ENDPOINT_URL, endpoints);
  if (kind === "unreachable") throw new OpsError(`the key could not be tried, and nothing was stored: ${reason}`);
  if (kind === "fal_key_refused") throw new OpsError(`${REFUSALS[kind]}. ${reason}`);
  await storeFalKey(installation, key);
  return {
    trouble: kind === "accepted" ? undefined : `${REFUSALS[kind]}. ${reason}`,
    minutes: FAL_KEY_MAX_AGE_MS / 60_000,
    isRotation: action === "rotate",
  };
}
