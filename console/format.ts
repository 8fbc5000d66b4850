const money = new Intl.NumberFormat(undefined, { style: "currency", currency: "USD" });
const number = new Intl.NumberFormat();
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const usd = (amount: number | undefined): string => (amount === undefined ? "–" : money.format(amount));
export const count = (value: number): string => number.format(value);
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${number.format(value)} ${value === 1 ? one : many}`;
export const timeOf = (at: string): string => moment.format(new Date(at));
export const dayOf = (at: string): string => day.format(new Date(at));

/** A length of time, such as `850 ms`, `3.2 s` or `4 min 5 s`. */
export function duration(ms: number): string {
  const rounded = Math.max(0, Math.round(ms));
  if (rounded < 1_000) return `${rounded} ms`;
  if (rounded < MINUTE_MS) return `${oneDigit.format(rounded / 1_000)} s`;
  if (rounded < HOUR_MS) return `${Math.floor(rounded / MINUTE_MS)} min ${Math.floor((rounded % MINUTE_MS) / 1_000)} s`;
  return `${Math.floor(rounded / HOUR_MS)} h ${Math.floor((rounded % HOUR_MS) / MINUTE_MS)} min`;
}

/** How long ago a time is, such as `5 min. ago`. */
export function ago(at: string, now: number): string {
  const ms = Math.min(0, Date.parse(at) - now);
  if (-ms < MINUTE_MS) return relative.format(Math.round(ms / 1_000), "second");
  if (-ms < HOUR_MS) return relative.format(Math.round(ms / MINUTE_MS), "minute");
  if (-ms < DAY_MS) return relative.format(Math.round(ms / HOUR_MS), "hour");
  return relative.format(Math.round(ms / DAY_MS), "day");
}

export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  return size < 1_000_000 ? `${oneDigit.format(size / 1_000)} kB` : `${oneDigit.format(size / 1_000_000)} MB`;
}

/** The address if a browser may follow it, undefined for any other text. */
export function safeUrl(text: unknown): string | undefined {
  if (typeof text !== "string" || !URL.canParse(text)) return undefined;
  return ["http:", "https:"].includes(new URL(text).protocol) ? text : undefined;
}
