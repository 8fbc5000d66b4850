import { api } from "../http/api.ts";
import { proxyWrite } from "../proxy/write.ts";
import { acceptors } from "./collaborators.ts";
import { environment } from "./environment.ts";

/** `POST` and `PUT /fal/proxy` */
export const handler = api(proxyWrite({ ...acceptors(), bucket: environment.bucketAccess() }));
