import type * as z from "zod/mini";
import type { ModelInput } from "../../job/job.ts";
import type { InlineFile } from "../input-file.ts";
import type { OwnUrls } from "../site.ts";

/** One of fal's models, with everything that this service knows about it. */
export interface Model {
  /** fal's endpoint ids of the model. */
  readonly endpoints: readonly string[];
  /** The fields that contain an image. Undefined: any text of the input may contain a file of any type. */
  readonly pictureFields?: readonly string[];
  /**
   * The schema of its input, with defaults filled in. `own` is needed to recognise uploads. Inline files are
   * decoded once, into `files`.
   */
  input(own: OwnUrls, files?: Map<string, InlineFile | string>): z.ZodMiniType<ModelInput>;
}
