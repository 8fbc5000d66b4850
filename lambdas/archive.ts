import { archiveFromStream } from "./archiving/archive-from-stream.ts";
import { fetchFrom } from "./archiving/archive-video.ts";
import { environment } from "./settings/environment.ts";
import { lateBucket, writers } from "./wiring/collaborators.ts";

/** By the table's stream: copies the video of each job that has just succeeded. */
export const handler = archiveFromStream({
  ...writers(),
  bucket: lateBucket(),
  fetchVideo: fetchFrom(environment.falEndpointUrl()),
});
