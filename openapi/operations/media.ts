import { UPLOAD_MAX_BYTES } from "../../lambdas/limits.ts";
import * as examples from "../examples.ts";
import type { Operation } from "../operation.ts";
import { json, jsonContent } from "../part.ts";
import { ref } from "../schemas.ts";

const createUpload: Operation = {
  method: "post",
  path: "/uploads",
  id: "createUpload",
  tag: "media",
  summary: "Get a URL to upload an image to",
  description: `Say the image's \`size\`, at most ${UPLOAD_MAX_BYTES} bytes. PUT the image, of exactly this size, to \`upload_url\` with exactly the \`upload_headers\`. Then use \`image_url\` in jobs; it is valid for 24 hours.`,
  body: jsonContent(ref("NewUpload"), { picture: { content_type: "image/jpeg", size: 345678 } }),
  answers: {
    201: json("Where to upload the image, and the URL to use in jobs.", ref("Upload"), { upload: examples.upload }),
  },
  problems: ["malformed_request", "invalid_request"],
};

const readVideo: Operation = {
  method: "get",
  path: "/jobs/{id}/video",
  id: "readVideo",
  tag: "media",
  summary: "Get a job's video",
  description:
    "Redirects to the stored copy with a URL that is valid for a few minutes, or to fal's URL while there is no copy. The copy has the content type of its bytes: MP4, QuickTime, WebM, Matroska or GIF.",
  parameters: ["JobId", "Redirect", "Download"],
  answers: {
    200: json("With `redirect=0`: the URL of the video.", ref("VideoLocation"), { copy: examples.videoLocation }),
    302: {
      description: "Redirects to the video.",
      headers: {
        Location: { description: "URL of the video.", required: true, schema: { type: "string", format: "uri" } },
      },
    },
  },
  problems: ["not_found", "no_video", "table_unavailable"],
};

/** The operations that upload images and return videos. */
export const media: readonly Operation[] = [createUpload, readVideo];
