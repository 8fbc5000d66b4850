import { randomBytes } from "node:crypto";
import { api } from "./http/api.ts";
import { environment } from "./settings/environment.ts";
import { createUpload } from "./submission/create-upload.ts";

/** `POST /uploads` */
export const handler = api(
  createUpload({
    bucket: environment.bucketAccess(),
    owners: environment.owners(),
    publicUrl: environment.publicUrl(),
    now: Date.now,
    randomBytes,
  }),
);
