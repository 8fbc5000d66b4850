import type { Call, Reply } from "./http.ts";

/** The refusal of a call without the right `authorization: Key …`, or undefined. */
export type Authorize = (call: Call) => Reply | undefined;

/** Accepts `falKey` only, or any key when there is none. */
export function authorizeWith(falKey: string | undefined): Authorize {
  return ({ headers }) => {
    const key = /^Key (\S+)$/.exec(headers.authorization ?? "")?.[1];
    if (key !== undefined && (falKey === undefined || key === falKey)) return undefined;
    const detail =
      key === undefined
        ? "Authentication is required to access this application"
        : "No user found for Key ID and Secret";
    return { status: 401, json: { detail } };
  };
}
