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
  summary: "Get a URL to put a picture to",
  description: `The picture, ${UPLOAD_MAX_BYTES} bytes at most, is PUT to \`upload_url\` with exactly the \`upload_headers\`; jobs then name its \`image_url\`, for 24 hours.`,
  body: jsonContent(ref("NewUpload"), { picture: { content_type: "image/jpeg" } }),
  answers: { 201: json("Where the picture goes, and how jobs name it.", ref("Upload"), { upload: examples.upload }) },
  problems: ["malformed_request", "invalid_request"],
};

const readVideo: Operation = {
  method: "get",
  path: "/jobs/{id}/video",
  id: "readVideo",
  tag: "media",
  summary: "Get a job's video",
  description: "Leads to the kept copy, by a URL that is good for minutes, or to fal's while there is no copy.",
  parameters: ["JobId", "Redirect", "Download"],
  answers: {
    200: json("With `redirect=0`: where the video is.", ref("VideoLocation"), { copy: examples.videoLocation }),
    302: {
      description: "To the video.",
      headers: {
        Location: { description: "The video.", required: true, schema: { type: "string", format: "uri" } },
      },
    },
  },
  problems: ["not_found", "no_video", "table_unavailable"],
};

/** The operations that pictures go in by, and videos out. */
export const media: readonly Operation[] = [createUpload, readVideo];
