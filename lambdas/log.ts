/** Structured logs in Lambda's JSON format. No library: it would slow cold starts (decision 0004). */

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export function logInfo(message: string, fields: LogFields = {}): void {
  console.info({ message, ...fields });
}

export function logWarning(message: string, fields: LogFields = {}): void {
  console.warn({ message, ...fields });
}

/** An error's name, message and stack: for the log, never for the caller. */
export function logError(message: string, error: unknown, fields: LogFields = {}): void {
  const cause =
    error instanceof Error
      ? { error: error.name, reason: error.message, stack: error.stack }
      : { reason: String(error) };
  console.error({ message, ...cause, ...fields });
}
