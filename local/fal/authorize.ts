import type { Call, Reply } from "./http.ts";

/** What a call needs: nothing, any key, or an admin key. */
export type Scope = "none" | "api" | "admin";

/** The refusal of a call without the right `authorization: Key …`, or undefined; any key will do where no scope is named. */
export type Authorize = (call: Call, scope?: Scope) => Reply | undefined;

/** The keys: `falKey` alone is accepted, or any when there is none; `adminKey` may do everything, others when `allowAdmins` says so. */
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
