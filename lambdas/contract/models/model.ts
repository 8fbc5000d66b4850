import type * as z from "zod/mini";
import type { ModelInput } from "../../job/job.ts";
import type { InlineFile } from "../input-file.ts";

/** What fal bills for an endpoint: the price of a unit, and how many units a job usually needs. */
export interface Price {
  readonly usdPerUnit: number;
  readonly usualUnits: number;
}

/** One of fal's models: everything that this service knows about it. */
export interface Model {
  /** fal's ids for it. */
  readonly endpoints: readonly string[];
  /** Undefined if unknown: then its jobs have no cost and count towards no budget. */
  readonly price?: Price;
  /** The fields that each hold a picture; undefined if any text of the input may be a file of any type. */
  readonly pictureFields?: readonly string[];
  /**
   * The schema of its input, which fills in defaults. Uploads are recognised by `publicUrl`. Files inside the input are
   * decoded once, into `files`.
   */
  input(publicUrl: string, files?: Map<string, InlineFile | string>): z.ZodMiniType<ModelInput>;
}
