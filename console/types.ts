import type { components } from "../client/api.ts";

type Schemas = components["schemas"];

export type Job = Schemas["Job"];
export type Status = Job["status"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Delivery = Schemas["Delivery"];
export type JobPage = Schemas["JobPage"];
export type LogLine = Schemas["LogLine"];
export type Usage = Schemas["Usage"];
export type Health = Schemas["Health"];
export type Upload = Schemas["Upload"];
export type ValidatedJob = Schemas["ValidatedJob"];
export type FieldError = Schemas["FieldError"];

export const OPEN: readonly Status[] = ["submitting", "queued", "running"];
export const STATUSES: readonly Status[] = [...OPEN, "succeeded", "failed", "canceled", "expired"];

export function isOpen({ status }: { readonly status: Status }): boolean {
  return OPEN.includes(status);
}

export function isRetryable({ status }: { readonly status: Status }): boolean {
  return status === "failed" || status === "canceled" || status === "expired";
}

/** The prompt of a job of any model; empty if its input has none. */
export function promptOf({ input }: Job): string {
  const { prompt } = input as Readonly<Record<string, unknown>>;
  return typeof prompt === "string" ? prompt : "";
}
