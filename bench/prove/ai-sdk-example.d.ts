/** What the run uses of examples/ai-sdk. The example is plain JavaScript, so that users can copy it. */
declare module "*/examples/ai-sdk/fal-jobs.mjs" {
  export function falJobs(options: {
    readonly url: string;
    readonly key: string;
    readonly endpoint: string;
  }): import("./ai-sdk.ts").FalModel;
}
