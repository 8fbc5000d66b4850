import type { Media } from "./media.ts";
import type { Renderer } from "./render.ts";

/** What the model works with; `baseUrl` is where its films can be fetched, without a trailing slash. */
export interface Studio {
  readonly media: Media;
  readonly renderer: Renderer;
  readonly baseUrl: string;
}

/** A model's output: the stored film's name, whether it is sent inline, and the other output fields. */
export interface Take {
  readonly film: string;
  readonly isInline: boolean;
  readonly beside?: Readonly<Record<string, unknown>>;
}
