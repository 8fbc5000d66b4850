import { apiKey, online, publicUrl, readOnly, signOut } from "./session.ts";
import type { FieldError } from "./types.ts";

/** A problem as the API words it, or as the network does (`status` 0). */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];

  constructor(status: number, code: string, message: string, errors: readonly FieldError[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

interface CallOptions {
  readonly body?: unknown;
  readonly form?: FormData;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Another key than the one of the session, to try it. */
  readonly key?: string;
}

/** Calls the API. Throws an `ApiProblem`; a refused key also ends the session. */
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  const text = await response.text().catch((error: unknown) => unreachable(error, options.signal));
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** Calls the API and returns the response once it is known to be a success. Throws like `call`. */
export async function send(method: string, path: string, options: CallOptions = {}): Promise<Response> {
  const { body, form, headers, signal, key } = options;
  const sent = key ?? apiKey.value ?? "";
  // A browser sends nothing else in a header, and takes it for a fault of the network.
  if (!/^[\x21-\x7e]*$/.test(sent)) {
    if (key === undefined) signOut("This key is not accepted.");
    throw new ApiProblem(401, "unauthorized", "This key is not accepted.");
  }
  if (readOnly.value && method !== "GET" && path !== "/jobs/validate")
    throw new ApiProblem(403, "read_only", "The console is read-only: nothing was changed.");
  const init: RequestInit = {
    method,
    cache: "no-store",
    headers: {
      "x-api-key": sent,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(signal && { signal }),
    ...(form ? { body: form } : body !== undefined && { body: JSON.stringify(body) }),
  };
  const response = await fetch(`${publicUrl}${path}`, init).catch((error: unknown) => unreachable(error, signal));
  online.value = true;
  if (response.ok) return response;
  const problem = await readProblem(response);
  if (problem.status === 401 && key === undefined) signOut("This key is not accepted any more.");
  throw problem;
}

function unreachable(error: unknown, signal: AbortSignal | undefined): never {
  if (signal?.aborted) throw error;
  online.value = false;
  throw new ApiProblem(0, "offline", "The service cannot be reached.");
}

/** Whether the same call may succeed a moment later. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 0 || error.status === 429 || error.status >= 500);
}

async function readProblem(response: Response): Promise<ApiProblem> {
  const { status } = response;
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== "object" || body === null)
    return new ApiProblem(status, "unknown", `The service answered ${status}.`);
  const { code, detail, errors } = body as { code?: string; detail?: string; errors?: readonly FieldError[] };
  return new ApiProblem(status, code ?? "unknown", detail ?? `The service answered ${status}.`, errors);
}

/** The words for any error. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const fields =
    error instanceof ApiProblem ? error.errors.map((each) => `${each.pointer.slice(1)} ${each.message}`) : [];
  return fields.length > 0 ? fields.join("; ") : error.message;
}
