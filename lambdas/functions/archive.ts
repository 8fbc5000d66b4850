import { fetchFrom } from "../archive/archive-video.ts";
import { archiveFromStream } from "../archive/from-stream.ts";
import { lazyBucket, writers } from "./collaborators.ts";
import { environment } from "./environment.ts";

/** Invoked by the table's stream: copies the video of each job that has just succeeded. */
export const handler = archiveFromStream({
  ...writers(),
  bucket: lazyBucket(),
  fetchVideo: fetchFrom(environment.falEndpointUrl()),
});
