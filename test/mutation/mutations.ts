import { callerMutations } from "./caller-mutations.ts";
import { holdMutations } from "./hold-mutations.ts";
import { isolationMutations } from "./isolation-mutations.ts";
import { lifecycleMutations } from "./lifecycle-mutations.ts";
import { mediaMutations } from "./media-mutations.ts";
import { modelMutations } from "./model-mutations.ts";
import type { Mutation } from "./mutation.ts";
import { operationMutations } from "./operation-mutations.ts";
import { protocolMutations } from "./protocol-mutations.ts";
import { proxyMutations } from "./proxy-mutations.ts";
import { submissionMutations } from "./submission-mutations.ts";
import { tellingMutations } from "./telling-mutations.ts";
import { textMutations } from "./text-mutations.ts";
import { trustMutations } from "./trust-mutations.ts";
import { videoMutations } from "./video-mutations.ts";

/** All mutations. */
export const mutations: readonly Mutation[] = [
  ...lifecycleMutations,
  ...submissionMutations,
  ...mediaMutations,
  ...videoMutations,
  ...isolationMutations,
  ...holdMutations,
  ...tellingMutations,
  ...callerMutations,
  ...proxyMutations,
  ...modelMutations,
  ...protocolMutations,
  ...textMutations,
  ...trustMutations,
  ...operationMutations,
];
