import type { Fault } from "../../local/fal/fault-schema.ts";

/** The endpoints that a sequence may name, and one that is not configured. */
export const endpoints = {
  lucy: "decart/lucy-14b/image-to-video",
  lucyOther: "decart/lucy-i2v",
  any: "acme/any/image-to-video",
  unconfigured: "acme/none/image-to-video",
} as const;

/**
 * A submission as data. Texts of its input that begin with `@` become something of each side's own: `@prompt …` a prompt that no other
 * submission has, `@gate` a picture whose download lasts until the gate is opened, `@upload` the sequence's last upload,
 * `@file …` and `@data …` a picture as a `File` or as a data URI.
 */
export type Order = {
  readonly endpoint: string;
  readonly input: Readonly<Record<string, unknown>> | undefined;
  /** What the emulator does with it; only an input with a prompt can have one. */
  readonly fault?: Fault;
  readonly options?: {
    readonly priority?: "low" | "normal";
    readonly webhookUrl?: string;
    readonly startTimeout?: number;
    readonly storageSettings?: { readonly expiresIn: "1h" | "7d" };
  };
};

/** How a request's end is waited for. */
export type Watching = { readonly mode: "polling" | "streaming"; readonly logs: boolean };

/** What a call is about: one of the sequence's submissions, by its label, or an id that nobody gave. */
export type Target = { readonly label: string; readonly endpoint?: string } | { readonly id: string };

/** One call of the client's; `work` and `open` wait for a request to be worked on and end what holds it there. */
export type Step =
  | { readonly call: "upload"; readonly file: string }
  | { readonly call: "submit"; readonly label: string; readonly order: Order }
  /** `follow` is what `subscribe` does, call by call; `give_up` is a `subscribe` whose own timeout passes. */
  | { readonly call: "subscribe" | "follow"; readonly label: string; readonly order: Order; readonly how: Watching }
  | { readonly call: "give_up"; readonly label: string; readonly order: Order }
  | { readonly call: "run"; readonly label: string; readonly order: Order }
  | { readonly call: "wait"; readonly of: Target; readonly how: Watching }
  | { readonly call: "status" | "stream"; readonly of: Target; readonly logs: boolean }
  | { readonly call: "result" | "cancel" | "work" | "open"; readonly of: Target };

/** A step that makes a request. */
export type Submission = Extract<Step, { readonly order: Order }>;

/** Calls that one client makes one after the other. */
export type Sequence = readonly Step[];
