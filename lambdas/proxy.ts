import { api } from "./http/api.ts";
import { proxyWrite } from "./proxying/proxy-write.ts";
import { environment } from "./settings/environment.ts";
import { acceptors } from "./wiring/collaborators.ts";

/** `POST` and `PUT /fal/proxy` */
export const handler = api(proxyWrite({ ...acceptors(), bucket: environment.bucketAccess() }));
