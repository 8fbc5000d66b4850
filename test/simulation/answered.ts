/** What an invocation answered; a 500 when it died on the way, as the gateway would (decision 0012). */
export interface Answered {
  readonly status: number;
  readonly body: {
    readonly id?: string;
    readonly status?: string;
    readonly code?: string;
    readonly results?: readonly BatchResult[];
    /** In fal's form. */
    readonly request_id?: string;
    readonly video?: { readonly url?: string };
  };
  /** The request that an answer in fal's form is about. */
  readonly requestId?: string | undefined;
}

/** What became of one entry of a batch. */
export interface BatchResult {
  readonly status: number;
  readonly job?: { readonly id: string };
  readonly problem?: { readonly code: string };
}
