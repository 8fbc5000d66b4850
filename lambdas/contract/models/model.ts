import type * as z from "zod/mini";
import type { ModelInput } from "../../job/job.ts";
import type { InlineFile } from "../input-file.ts";

/** What fal bills for an endpoint: so much for a unit, and how many units a job usually comes to. */
export interface Price {
  readonly usdPerUnit: number;
  readonly usualUnits: number;
}

/** One of fal's models: all that this service knows of it. */
export interface Model {
  /** fal's ids of it. */
  readonly endpoints: readonly string[];
  /** Undefined: not known, so its jobs have no cost and count for no budget. */
  readonly price?: Price;
  /** The fields that hold a picture each; undefined: any text of the input may be a file of any kind. */
  readonly pictureFields?: readonly string[];
  /** What its input must be, defaults filled in. Uploads are known by `publicUrl`. Files that come inside the input are decoded once, into `files`. */
  input(publicUrl: string, files?: Map<string, InlineFile | string>): z.ZodMiniType<ModelInput>;
}
