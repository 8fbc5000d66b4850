import { randomBytes } from "node:crypto";
import { api } from "../http/api.ts";
import { createUpload } from "../routes/create-upload.ts";
import { environment } from "./environment.ts";

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
