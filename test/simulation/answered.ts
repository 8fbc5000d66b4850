/** An invocation's answer; a 500 when it died on the way, as from the gateway (decision 0012). */
export interface Answered {
  readonly status: number;
  readonly body: {
    readonly id?: string;
    readonly status?: string;
    readonly code?: string;
    readonly results?: readonly BatchResult[];
    /** In fal's format. */
    readonly request_id?: string;
    readonly video?: { readonly url?: string };
  };
  /** The request that an answer in fal's format is about. */
  readonly requestId?: string | undefined;
}

/** The outcome of one entry of a batch. */
export interface BatchResult {
  readonly status: number;
  readonly job?: { readonly id: string };
  readonly problem?: { readonly code: string };
}
