import * as z from "zod/mini";
import { parseInlineImage } from "./inline-image.ts";
import { PROMPT_MAX_CHARACTERS } from "./limits.ts";
import { httpsUrlExpectation, isHttpsUrl, plainText } from "./text.ts";

const imageUrl = z.string().check(
  z.superRefine((text, context) => {
    const problem = text.slice(0, 5).toLowerCase() === "data:" ? problemOfDataUri(text) : problemOfUrl(text);
    if (problem) context.addIssue({ code: "custom", message: problem, input: text });
  }),
);

/**
 * The input of Decart Lucy 14B image-to-video, exactly as fal documents it, with its defaults; but `sync_mode` is false
 * unless asked for, because upstream's default would put megabytes of base64 into the webhook.
 */
export const lucyInput = z.strictObject({
  prompt: plainText(PROMPT_MAX_CHARACTERS),
  image_url: imageUrl,
  resolution: z._default(z.enum(["720p"]), "720p"),
  aspect_ratio: z._default(z.enum(["16:9", "9:16"]), "16:9"),
  sync_mode: z._default(z.boolean(), false),
});

export type LucyInput = z.infer<typeof lucyInput>;

function problemOfDataUri(text: string): string | undefined {
  const image = parseInlineImage(text);
  return typeof image === "string" ? image : undefined;
}

function problemOfUrl(text: string): string | undefined {
  return isHttpsUrl(text) ? undefined : `${httpsUrlExpectation}, or a data URI of a PNG, JPEG or WebP image`;
}
