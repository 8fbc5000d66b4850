import type { Fault } from "../../local/fal/fault-schema.ts";

/** The endpoints that a sequence may use, and one that is not configured. */
export const endpoints = {
  lucy: "decart/lucy-14b/image-to-video",
  lucyOther: "decart/lucy-i2v",
  any: "acme/any/image-to-video",
  unconfigured: "acme/none/image-to-video",
} as const;

/**
 * A submission as data. Texts of its input that start with `@` are replaced on each side: `@prompt …` by a prompt that
 * no other submission has, `@gate` by an image whose download lasts until the gate is opened, `@upload` by the
 * sequence's last upload, `@file …` and `@data …` by an image as a `File` or as a data URI.
 */
export type Order = {
  readonly endpoint: string;
  readonly input: Readonly<Record<string, unknown>> | undefined;
  /** The emulator's scripted behaviour; only an input with a prompt can have one. */
  readonly fault?: Fault;
  readonly options?: {
    readonly priority?: "low" | "normal";
    readonly webhookUrl?: string;
    readonly startTimeout?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly storageSettings?: { readonly expiresIn: "1h" | "7d" };
  };
};

/** How to wait for a request's end. */
export type Watching = { readonly mode: "polling" | "streaming"; readonly logs: boolean };

/** The subject of a call: one of the sequence's submissions, by its label, or an unknown id. */
export type Target = { readonly label: string; readonly endpoint?: string } | { readonly id: string };

/** One call of the client; `work` and `open` wait until a request is being worked on, and release it. */
export type Step =
  | { readonly call: "upload"; readonly file: string }
  | { readonly call: "submit"; readonly label: string; readonly order: Order }
  /** `follow` is `subscribe` call by call; `give_up` is a `subscribe` whose own timeout passes. */
  | { readonly call: "subscribe" | "follow"; readonly label: string; readonly order: Order; readonly how: Watching }
  | { readonly call: "give_up"; readonly label: string; readonly order: Order }
  | { readonly call: "run"; readonly label: string; readonly order: Order }
  | { readonly call: "wait"; readonly of: Target; readonly how: Watching }
  | { readonly call: "status" | "stream"; readonly of: Target; readonly logs: boolean }
  | { readonly call: "result" | "cancel" | "work" | "open"; readonly of: Target };

/** A step that creates a request. */
export type Submission = Extract<Step, { readonly order: Order }>;

/** Successive calls of one client. */
export type Sequence = readonly Step[];
