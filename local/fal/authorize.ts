import type { Call, Reply } from "./http.ts";

/** What a call needs: nothing, any key, or an admin key. */
export type Scope = "none" | "api" | "admin";

/**
 * The refusal of a call without the right `authorization: Key …`, or undefined; without a scope, any accepted key is
 * enough.
 */
export type Authorize = (call: Call, scope?: Scope) => Reply | undefined;

/**
 * The keys: only `falKey` is accepted, or any key if it is not set. `adminKey` may do everything; other keys only if
 * `allowAdmins` returns true.
 */
export interface Keys {
  readonly falKey?: string;
  readonly adminKey?: string;
  allowAdmins(): boolean;
}

/** Makes the check. */
export function authorizeWith({ falKey, adminKey, allowAdmins }: Keys): Authorize {
  return ({ headers }, scope = "api") => {
    const key = /^Key (\S+)$/.exec(headers.authorization ?? "")?.[1];
    if (scope === "none" || (key !== undefined && key === adminKey)) return undefined;
    if (key === undefined) return refuse(401, "Authentication is required to access this application");
    if (falKey !== undefined && key !== falKey) return refuse(401, "No user found for Key ID and Secret");
    return scope === "admin" && !allowAdmins() ? refuse(403, "An admin key is required") : undefined;
  };
}

function refuse(status: number, detail: string): Reply {
  return { status, json: { detail } };
}
