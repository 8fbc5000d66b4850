import * as z from "zod/mini";
import { INLINE_IMAGE_MAX_BYTES, PROMPT_MAX_CHARACTERS } from "../../limits.ts";
import { parseDataUri } from "../image.ts";
import { decodeOnce, type InlineFile } from "../input-file.ts";
import { isDataUri } from "../picture/data-uri.ts";
import type { OwnUrls } from "../site.ts";
import { asciiUrl, httpsUrlExpectation, isHttpsUrl, plainText } from "../text.ts";
import { isUploadUrl, uploadIdIn } from "../upload.ts";
import type { Model } from "./model.ts";

/**
 * Decart Lucy, image to video. The input is exactly as fal documents it, with fal's defaults. The exception is
 * `sync_mode`, which is false by default: with fal's default the webhook would contain megabytes of base64. fal bills
 * by the second of video, about five seconds each (docs/internals/fal-protocol.md#7-the-model).
 */
export const lucy = {
  endpoints: ["decart/lucy-14b/image-to-video", "decart/lucy-i2v"],
  pictureFields: ["image_url"],
  input: (own: OwnUrls, files = new Map<string, InlineFile | string>()) =>
    z.strictObject({
      prompt: plainText(PROMPT_MAX_CHARACTERS).check(z.describe("What happens in the video.")),
      image_url: imageUrl(own, files),
      resolution: z._default(z.enum(["720p"]), "720p"),
      aspect_ratio: z._default(z.enum(["16:9", "9:16"]), "16:9"),
      sync_mode: z
        ._default(z.boolean(), false)
        .check(
          z.describe(
            "If true, fal returns the video inline. Only this service stores it; it does not appear on fal's CDN.",
          ),
        ),
    }),
} as const satisfies Model;

function imageUrl(own: OwnUrls, files: Map<string, InlineFile | string>) {
  return z.string().check(
    z.meta({
      description: `The first frame of the video, as PNG, JPEG or WebP: an https URL of a public host, an image_url from POST /uploads, or a data URI of at most ${INLINE_IMAGE_MAX_BYTES} bytes when decoded.`,
      pattern: "^(https?://|data:)[^\\ufffd]*$",
    }),
    z.superRefine((text, context) => {
      const problem = problemOf(text, own, files);
      if (problem) context.addIssue({ code: "custom", message: problem, input: text });
    }),
    z.overwrite((text) => (isDataUri(text) ? text : asciiUrl(text))),
  );
}

function problemOf(text: string, own: OwnUrls, files: Map<string, InlineFile | string>): string | undefined {
  if (isDataUri(text)) {
    const picture = decodeOnce(files, text, parseDataUri);
    return typeof picture === "string" ? picture : undefined;
  }
  if (isUploadUrl(text, own))
    return uploadIdIn(text, own) === undefined ? "must be an image_url that POST /uploads returned" : undefined;
  return isHttpsUrl(text)
    ? undefined
    : `${httpsUrlExpectation}, an image_url from POST /uploads, or a data URI of a PNG, JPEG or WebP image`;
}
