// Made from docs/reference/openapi.json; not to be edited.

export interface paths {
  "/jobs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List jobs, newest first
     * @description Stable while jobs are being added. The list follows the jobs by a moment; a filtered page may be short, even empty, while there is a `next_cursor`.
     */
    get: operations["listJobs"];
    put?: never;
    /**
     * Make a job
     * @description The job is recorded and then sent to fal with one POST. It goes on by itself, whatever happens; read it, wait for it, follow it, or be called back.
     */
    post: operations["createJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/jobs/batch": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Make up to 50 jobs
     * @description Each entry is a job of its own, or a problem of its own, as `POST /jobs` would have answered. With an `Idempotency-Key` a repeat finds each entry's job by its place.
     */
    post: operations["createBatch"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/jobs/{id}/retry": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Make a new job with the same request
     * @description For a job that failed, was canceled or expired. The same job and `Idempotency-Key`, or none, make the same retry: a second click is not a second render.
     */
    post: operations["retryJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/jobs/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a job */
    get: operations["readJob"];
    put?: never;
    post?: never;
    /**
     * Remove a job with its media
     * @description A later repeat of its request is a 409 and renders nothing.
     */
    delete: operations["deleteJob"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/jobs/{id}/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Follow a job as it happens
     * @description Server-sent events, for five minutes at most; `Last-Event-ID` takes the stream up again. `job`: the job, with each transition. `queue`: its place at fal. `log`: a line of what the model says. It ends with the settled job.
     */
    get: operations["followJob"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/jobs/{id}/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Ask for a job to stop
     * @description What was never sent is `canceled` at once. Otherwise fal is asked, `cancel_requested_at` is set, and the first result wins. A settled job answers as it is.
     */
    post: operations["cancelJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/uploads": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Get a URL to put a picture to
     * @description The picture, 26214400 bytes at most, is PUT to `upload_url` with exactly the `upload_headers`; jobs then name its `image_url`, for 24 hours.
     */
    post: operations["createUpload"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/jobs/{id}/video": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a job's video
     * @description Leads to the kept copy, by a URL that is good for minutes, or to fal's while there is no copy.
     */
    get: operations["readVideo"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/jobs/{id}/redeliver": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Have a job's callback sent again
     * @description The same event, under the same `webhook-id`, from the first attempt on.
     */
    post: operations["redeliverJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/callback-secret": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read what callbacks are signed with */
    get: operations["readCallbackSecret"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/callback-secret/rotate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Get a new callback secret
     * @description For 24 hours callbacks are signed with the one before as well.
     */
    post: operations["rotateCallbackSecret"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/fal/proxy": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * `queue.status`, `queue.streamStatus` and `queue.result` of fal's client
     * @description About the caller's own jobs. A job that has settled is `COMPLETED`; only its result tells how it ended.
     */
    get: operations["getFromFal"];
    /**
     * `queue.cancel` of fal's client
     * @description A wish, as `POST /jobs/{id}/cancel` is.
     */
    put: operations["putToFal"];
    /**
     * `queue.submit` and `storage.upload` of fal's client
     * @description Point `proxyUrl` here. A submission becomes a job whose id is the `request_id`; an upload becomes one of `POST /uploads`. With an `Idempotency-Key` a repeat finds the same job.
     */
    post: operations["postToFal"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/health": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the service is well */
    get: operations["readHealth"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/openapi.json": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This description */
    get: operations["readOpenApi"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/errors/{code}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Explain an error code
     * @description The page that the `type` of a problem leads to. It says what the code means, why it happens and what to do. It also explains the `error.code` of a job.
     */
    get: operations["readErrorPage"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/webhooks/fal/{id}/{token}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * For fal only
     * @description fal tells here that a request has finished. Nothing is believed without fal's signature, the job's own token and its request id.
     */
    post: operations["receiveFalWebhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    NewJob: {
      /** @description fal's model id: one of those that this installation serves, its first unless told. */
      endpoint?: string;
      input:
        | {
            /** @description What happens in the video. */
            prompt: string;
            /** @description The first picture of the video, PNG, JPEG or WebP: an https URL of a public host, an image_url of POST /uploads, or a data URI of at most 3145728 bytes when decoded. */
            image_url: string;
            /**
             * @default 720p
             * @enum {string}
             */
            resolution?: "720p";
            /**
             * @default 16:9
             * @enum {string}
             */
            aspect_ratio?: "16:9" | "9:16";
            /**
             * @description The video does not go through fal's CDN but to this service alone.
             * @default false
             */
            sync_mode?: boolean;
          }
        | {
            [key: string]: unknown;
          };
      /** @description Is told how the job ended: an https URL of a public host, and not this API itself. */
      callback_url?: string;
      /** @description The caller's own notes, handed back with the job: at most 2048 bytes of JSON in all. */
      metadata?: {
        [key: string]: string;
      };
      /**
       * @description How long the job may take in all; what fal has not finished by then is expired.
       * @default 7200
       */
      deadline_seconds?: number;
    };
    NewBatch: {
      jobs: components["schemas"]["NewJob"][];
    };
    NewUpload: {
      /** @enum {string} */
      content_type: "image/png" | "image/jpeg" | "image/webp";
      /** @description Taken, and not used. */
      file_name?: string;
      /** @description Bytes; when it is told, the upload takes no other size. */
      size?: number;
    };
    Job: {
      id: string;
      /** @enum {string} */
      status: "submitting" | "queued" | "running" | "succeeded" | "failed" | "canceled" | "expired";
      /** @description fal's model id. */
      endpoint: string;
      input: components["schemas"]["JobInput"];
      metadata?: {
        [key: string]: string;
      };
      callback_url?: string;
      /**
       * @description The callback has the form of fal's own webhooks.
       * @enum {string}
       */
      callback_format?: "fal";
      /** @description The job that this one repeats. */
      retry_of?: string;
      result?: {
        video: components["schemas"]["Video"];
        /** @description What the model told besides: fal's output without what `video` says. */
        extra?: {
          [key: string]: unknown;
        };
      };
      /** @description A success that came after the job had ended otherwise: it was paid for. */
      late_result?: {
        video: components["schemas"]["Video"];
        /** @description What the model told besides: fal's output without what `video` says. */
        extra?: {
          [key: string]: unknown;
        };
      };
      /** @description Why the job failed, or what an open one is waiting for. */
      error?: components["schemas"]["JobError"];
      cost?: components["schemas"]["Cost"];
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      deadline_at: string;
      /** Format: date-time */
      submitted_at?: string;
      /** Format: date-time */
      started_at?: string;
      /** Format: date-time */
      cancel_requested_at?: string;
      /** Format: date-time */
      settled_at?: string;
      /**
       * @description Who caused it.
       * @enum {string}
       */
      settled_by?: "submit" | "webhook" | "sweep" | "cancel" | "archive" | "deliver" | "redeliver";
      /**
       * Format: date-time
       * @description When the job and its video are removed.
       */
      expires_at?: string;
      /** @description fal's name for it. */
      request_id?: string;
      /** @description How many requests are before this one at fal. */
      queue_position?: number;
      /** @description The latest lines; told, like queue_position, with ?logs=1 alone. */
      logs?: components["schemas"]["LogLine"][];
      timeline: components["schemas"]["TimelineEntry"][];
      deliveries?: components["schemas"]["Delivery"][];
      links: {
        /** Format: uri */
        self: string;
        /**
         * Format: uri
         * @description Leads to the video for as long as the job is kept.
         */
        video?: string;
      };
    };
    JobInput:
      | {
          prompt: string;
          /** @description A picture that came inline or by upload has a URL at fal by now. */
          image_url: string;
          /** @enum {string} */
          resolution: "720p";
          /** @enum {string} */
          aspect_ratio: "16:9" | "9:16";
          sync_mode: boolean;
        }
      | {
          [key: string]: unknown;
        };
    JobError: {
      /** @enum {string} */
      code:
        | "input_refused"
        | "content_policy_violation"
        | "generation_failed"
        | "infrastructure_failed"
        | "result_unusable"
        | "result_expired"
        | "start_timeout"
        | "deadline_exceeded"
        | "client_cancelled"
        | "submission_unconfirmed"
        | "fal_key_missing"
        | "fal_key_refused"
        | "endpoint_unknown"
        | "fal_busy"
        | "fal_unreachable";
      message: string;
      /** @description Whether a new job with the same input may do better. */
      retryable: boolean;
      /** @description The HTTP status of fal's result, where it is known. */
      fal_status?: number;
      /** @description fal's name for a failure of its own machinery. */
      error_type?: string;
      /** @description fal's own words. */
      detail?: unknown;
    };
    Video: {
      /** @description Where fal keeps it, for as long as fal does; links.video leads to the copy. */
      url: string;
      content_type?: string;
      file_name?: string;
      file_size?: number;
      /** @description Of all its bytes. */
      sha256?: string;
      duration_seconds?: number;
      /** @description Pixels. */
      width?: number;
      height?: number;
      /** @description As in RFC 6381, such as avc1.64001f. */
      codec?: string;
    };
    Cost: {
      /** @description US dollars, by the model's list price. */
      estimated_usd: number;
      /** @description What fal says that it bills. */
      billable_units?: number;
      actual_usd?: number;
    };
    TimelineEntry: {
      /** Format: date-time */
      at: string;
      /** @enum {string} */
      event:
        | "submitting"
        | "queued"
        | "running"
        | "succeeded"
        | "failed"
        | "canceled"
        | "expired"
        | "attempt_started"
        | "not_accepted"
        | "unconfirmed"
        | "confirmed"
        | "adopted"
        | "waiting"
        | "cancel_requested"
        | "late_result"
        | "archived"
        | "archive_abandoned";
      /**
       * @description Who caused it.
       * @enum {string}
       */
      by: "submit" | "webhook" | "sweep" | "cancel" | "archive" | "deliver" | "redeliver";
    };
    Delivery: {
      /** @description 1 for the first; begins anew with each POST /jobs/{id}/redeliver. */
      attempt: number;
      /** Format: date-time */
      at: string;
      /** @description HTTP status; absent when there was no answer. */
      status?: number;
      latency_ms: number;
      /** @description Why it did not count; absent when it did. */
      error?: string;
    };
    LogLine: {
      message: string;
      timestamp?: string;
    };
    JobPage: {
      data: components["schemas"]["Job"][];
      /** @description Absent: there are no more. */
      next_cursor?: string;
    };
    BatchResults: {
      results: (
        | {
            status: 202 | 200;
            job: components["schemas"]["Job"];
          }
        | {
            status: number;
            problem: components["schemas"]["Problem"];
          }
      )[];
    };
    ValidatedJob: {
      endpoint: string;
      input: components["schemas"]["JobInput"];
      metadata?: {
        [key: string]: string;
      };
      callback_url?: string;
      deadline_seconds: number;
      cost?: components["schemas"]["Cost"];
    };
    Upload: {
      /**
       * Format: uri
       * @description Takes one PUT.
       */
      upload_url: string;
      /** @description What the PUT must carry, exactly; and the size that was told, as its Content-Length. */
      upload_headers: {
        [key: string]: string;
      };
      /**
       * Format: uri
       * @description What jobs then name.
       */
      image_url: string;
      /** Format: date-time */
      expires_at: string;
    };
    VideoLocation: {
      /** Format: uri */
      url: string;
      /**
       * Format: date-time
       * @description Absent while the URL is fal's own.
       */
      expires_at?: string;
    };
    CallbackSecret: {
      /** @description As Standard Webhooks has it. */
      secret: string;
      /** @description Those that were replaced lately and sign as well, each until its time. */
      previous: {
        /** @description As Standard Webhooks has it. */
        secret: string;
        /** Format: date-time */
        until: string;
      }[];
    };
    JobEvent: {
      /** @enum {string} */
      type: "job.succeeded" | "job.failed" | "job.canceled" | "job.expired";
      /**
       * Format: date-time
       * @description When the job settled.
       */
      timestamp: string;
      data: components["schemas"]["Job"];
    };
    QueueEvent: {
      /** @description How many requests are before this one at fal. */
      queue_position: number;
    };
    Health: {
      /** @enum {string} */
      status: "ok" | "degraded" | "down";
      /** @enum {string} */
      table: "ok" | "unreachable";
      /** @enum {string} */
      fal_key: "configured" | "missing" | "unreachable";
    };
    FalDelivery: {
      request_id: string;
      gateway_request_id?: string;
      /** @enum {string} */
      status: "OK" | "ERROR";
      payload?: unknown;
      error?: unknown;
      payload_error?: unknown;
    };
    FalAnswer: {
      [key: string]: unknown;
    };
    Problem: {
      /**
       * Format: uri
       * @description Address of a page that explains this code: `GET /errors/{code}`.
       */
      type: string;
      title: string;
      status: number;
      detail: string;
      /** @enum {string} */
      code:
        | "malformed_request"
        | "malformed_idempotency_key"
        | "unauthorized"
        | "signature_invalid"
        | "forbidden"
        | "not_found"
        | "method_not_allowed"
        | "job_not_retryable"
        | "job_open"
        | "job_deleted"
        | "no_video"
        | "no_callback"
        | "body_too_large"
        | "unsupported_media_type"
        | "invalid_request"
        | "idempotency_key_reused"
        | "input_refused"
        | "budget_exceeded"
        | "throttled"
        | "quota_exceeded"
        | "internal_error"
        | "integration_failure"
        | "storage_unavailable"
        | "fal_unavailable"
        | "table_unavailable"
        | "signing_keys_unavailable"
        | "fal_key_missing"
        | "integration_timeout";
      /**
       * Format: uri
       * @description The job that this is about.
       */
      instance?: string;
      errors?: {
        /** @description JSON pointer to the field; of a form or a query, its name behind a slash. */
        pointer: string;
        message: string;
      }[];
    };
  };
  responses: {
    /**
     * @description `malformed_request`: The request could not be parsed. Nothing was done.
     *
     *     `malformed_idempotency_key`: The header `Idempotency-Key` cannot be used. Nothing was recorded.
     */
    MalformedRequestOrMalformedIdempotencyKey: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 400;
          /** @enum {unknown} */
          code?: "malformed_request" | "malformed_idempotency_key";
        };
      };
    };
    /** @description `unauthorized`: The request has no valid API key. Nothing was done. */
    Unauthorized: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 401;
          /** @enum {unknown} */
          code?: "unauthorized";
        };
      };
    };
    /** @description `forbidden`: API Gateway refused the request before it reached the service. Nothing was done. */
    Forbidden: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 403;
          /** @enum {unknown} */
          code?: "forbidden";
        };
      };
    };
    /** @description `job_deleted`: This request already created a job, and that job was deleted. Nothing was rendered again. */
    JobDeleted: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 409;
          /** @enum {unknown} */
          code?: "job_deleted";
        };
      };
    };
    /** @description `body_too_large`: The request's body is larger than this route accepts. Nothing was done. */
    BodyTooLarge: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 413;
          /** @enum {unknown} */
          code?: "body_too_large";
        };
      };
    };
    /** @description `unsupported_media_type`: The route does not accept a body of this type. Nothing was done. */
    UnsupportedMediaType: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 415;
          /** @enum {unknown} */
          code?: "unsupported_media_type";
        };
      };
    };
    /**
     * @description `input_refused`: fal or the model refused the job's input. The job failed, and sending the same input again will not help.
     *
     *     `invalid_request`: The request was understood, but some of its fields are not valid. Nothing was recorded.
     *
     *     `idempotency_key_reused`: This key already belongs to a job with a different request. No new job was created.
     */
    InputRefusedOrInvalidRequestOrIdempotencyKeyReused: {
      headers: {
        /** @description The job. */
        Location?: string;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 422;
          /** @enum {unknown} */
          code?: "input_refused" | "invalid_request" | "idempotency_key_reused";
        };
      };
    };
    /**
     * @description `budget_exceeded`: The job would cost more than what is left of today's budget. Nothing was recorded, sent or billed.
     *
     *     `throttled`: The request was refused by the rate limit. Nothing was done.
     *
     *     `quota_exceeded`: Your API key has no requests left for today. Nothing was done.
     */
    BudgetExceededOrThrottledOrQuotaExceeded: {
      headers: {
        /** @description After how many seconds it is worth another look or try. */
        "Retry-After": number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 429;
          /** @enum {unknown} */
          code?: "budget_exceeded" | "throttled" | "quota_exceeded";
        };
      };
    };
    /**
     * @description `internal_error`: The service failed because of a bug or a wrong configuration. The request may have been carried out.
     *
     *     `integration_failure`: API Gateway got no usable answer from the service. The request may have been carried out.
     *
     *     `integration_timeout`: API Gateway stopped waiting for the service's answer. The request may still be carried out.
     */
    InternalErrorOrIntegrationFailureOrIntegrationTimeout: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 500;
          /** @enum {unknown} */
          code?: "internal_error" | "integration_failure" | "integration_timeout";
        };
      };
    };
    /**
     * @description `table_unavailable`: The table that holds the jobs did not answer. If the problem has an `instance`, that job may exist.
     *
     *     `storage_unavailable`: A file could not be stored, read or removed. No job was recorded, sent or billed.
     *
     *     `fal_key_missing`: The service has no key for fal yet. A request that stores an image at fal is refused with 503; a job that is already recorded waits and is submitted automatically.
     */
    TableUnavailableOrStorageUnavailableOrFalKeyMissing: {
      headers: {
        /** @description After how many seconds it is worth another look or try. */
        "Retry-After"?: number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 503;
          /** @enum {unknown} */
          code?: "table_unavailable" | "storage_unavailable" | "fal_key_missing";
        };
      };
    };
    /** @description `invalid_request`: The request was understood, but some of its fields are not valid. Nothing was recorded. */
    InvalidRequest: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 422;
          /** @enum {unknown} */
          code?: "invalid_request";
        };
      };
    };
    /**
     * @description `throttled`: The request was refused by the rate limit. Nothing was done.
     *
     *     `quota_exceeded`: Your API key has no requests left for today. Nothing was done.
     */
    ThrottledOrQuotaExceeded: {
      headers: {
        /** @description After how many seconds it is worth another look or try. */
        "Retry-After": number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 429;
          /** @enum {unknown} */
          code?: "throttled" | "quota_exceeded";
        };
      };
    };
    /** @description `not_found`: There is nothing at this address for your API key. */
    NotFound: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 404;
          /** @enum {unknown} */
          code?: "not_found";
        };
      };
    };
    /**
     * @description `job_deleted`: This request already created a job, and that job was deleted. Nothing was rendered again.
     *
     *     `job_not_retryable`: The job cannot be retried in its current state. No new job was created.
     */
    JobDeletedOrJobNotRetryable: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 409;
          /** @enum {unknown} */
          code?: "job_deleted" | "job_not_retryable";
        };
      };
    };
    /** @description `input_refused`: fal or the model refused the job's input. The job failed, and sending the same input again will not help. */
    InputRefused: {
      headers: {
        /** @description The job. */
        Location?: string;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 422;
          /** @enum {unknown} */
          code?: "input_refused";
        };
      };
    };
    /** @description `table_unavailable`: The table that holds the jobs did not answer. If the problem has an `instance`, that job may exist. */
    TableUnavailable: {
      headers: {
        /** @description After how many seconds it is worth another look or try. */
        "Retry-After"?: number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 503;
          /** @enum {unknown} */
          code?: "table_unavailable";
        };
      };
    };
    /** @description `malformed_request`: The request could not be parsed. Nothing was done. */
    MalformedRequest: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 400;
          /** @enum {unknown} */
          code?: "malformed_request";
        };
      };
    };
    /** @description `job_open`: The request needs a settled job, and this one has not settled yet. Nothing was changed. */
    JobOpen: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 409;
          /** @enum {unknown} */
          code?: "job_open";
        };
      };
    };
    /**
     * @description `storage_unavailable`: A file could not be stored, read or removed. No job was recorded, sent or billed.
     *
     *     `fal_unavailable`: The job was not deleted, because fal could not be asked to stop its request first.
     *
     *     `table_unavailable`: The table that holds the jobs did not answer. If the problem has an `instance`, that job may exist.
     */
    StorageUnavailableOrFalUnavailableOrTableUnavailable: {
      headers: {
        /** @description After how many seconds it is worth another look or try. */
        "Retry-After"?: number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 503;
          /** @enum {unknown} */
          code?: "storage_unavailable" | "fal_unavailable" | "table_unavailable";
        };
      };
    };
    /** @description `no_video`: There is no video to download. */
    NoVideo: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 409;
          /** @enum {unknown} */
          code?: "no_video";
        };
      };
    };
    /**
     * @description `no_callback`: The callback cannot be sent again, because the job has none.
     *
     *     `job_open`: The request needs a settled job, and this one has not settled yet. Nothing was changed.
     */
    NoCallbackOrJobOpen: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 409;
          /** @enum {unknown} */
          code?: "no_callback" | "job_open";
        };
      };
    };
    /** @description `throttled`: The request was refused by the rate limit. Nothing was done. */
    Throttled: {
      headers: {
        /** @description After how many seconds it is worth another look or try. */
        "Retry-After": number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 429;
          /** @enum {unknown} */
          code?: "throttled";
        };
      };
    };
    /** @description `signature_invalid`: A webhook did not prove that it comes from fal. It was ignored, and no job changed. */
    SignatureInvalid: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 401;
          /** @enum {unknown} */
          code?: "signature_invalid";
        };
      };
    };
    /**
     * @description `table_unavailable`: The table that holds the jobs did not answer. If the problem has an `instance`, that job may exist.
     *
     *     `signing_keys_unavailable`: A webhook could not be checked, so no job changed. fal will deliver the webhook again.
     */
    TableUnavailableOrSigningKeysUnavailable: {
      headers: {
        /** @description After how many seconds it is worth another look or try. */
        "Retry-After"?: number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"] & {
          /** @constant */
          status?: 503;
          /** @enum {unknown} */
          code?: "table_unavailable" | "signing_keys_unavailable";
        };
      };
    };
  };
  parameters: {
    /**
     * @description The job.
     * @example 019aab3c4d5e7f60918273645a6b7c8d
     */
    JobId: string;
    /**
     * @description Makes repeats safe: the same key and request answer with the same job, and nothing is rendered or paid twice. Quoted or not; kept as long as the job.
     * @example order-42
     */
    IdempotencyKey: string;
    /**
     * @description `wait=n`: the answer comes once the job has settled, or after n seconds, 25 at most (RFC 7240).
     * @example wait=20
     */
    Prefer: string;
    /**
     * @description The `ETag` of what the caller has; 304 when that is still it.
     * @example "7"
     */
    IfNoneMatch: string;
    /**
     * @description The id of the last event that the caller has: the stream goes on behind it.
     * @example 2.2
     */
    LastEventId: string;
    /** @description Only says what would be asked of fal and what that would cost; makes no job. */
    ValidateOnly: "0" | "1" | "false" | "true";
    /** @description Also asks fal for the request's place in the queue and its latest log lines. */
    Logs: "0" | "1" | "false" | "true";
    /** @description `0`: names the URL instead of leading there, because clients carry their API key along. */
    Redirect: "0" | "1" | "false" | "true";
    /** @description The kept copy comes as a file with a name. */
    Download: "0" | "1" | "false" | "true";
    /**
     * @description What the client would call at fal.
     * @example https://queue.fal.run/decart/lucy-14b/image-to-video
     */
    FalTargetUrl: string;
    /**
     * @description The `code` of a problem, or the `error.code` of a job.
     * @example throttled
     */
    ErrorCode: string;
    /** @description The job. */
    FalJobId: string;
    /** @description The job's own, which fal alone was told. */
    FalToken: string;
    /** @description The request. */
    FalRequestId: string;
    /** @description The account at fal. */
    FalUserId: string;
    /** @description Seconds since 1970. */
    FalTimestamp: string;
    /** @description Ed25519, over the three above and the body's SHA-256. */
    FalSignature: string;
  };
  requestBodies: never;
  headers: never;
  pathItems: {
    JobSettled: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      get?: never;
      put?: never;
      /**
       * A job has settled
       * @description Sent at least once; tried again over three days unless it is taken within 15 seconds. Verify it with any library for Standard Webhooks and the secret of `GET /callback-secret`.
       */
      post: operations["jobSettled"];
      delete?: never;
      options?: never;
      head?: never;
      patch?: never;
      trace?: never;
    };
  };
}
export type $defs = Record<string, never>;
export interface operations {
  listJobs: {
    parameters: {
      query?: {
        status?: "submitting" | "queued" | "running" | "succeeded" | "failed" | "canceled" | "expired";
        created_after?: string;
        created_before?: string;
        limit?: number;
        cursor?: string;
        /**
         * @description `metadata.KEY=VALUE`: jobs with that metadata, all of it if several are given.
         * @example {
         *       "metadata.order": "42"
         *     }
         */
        metadata?: {
          [key: string]: string;
        };
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of the caller's own jobs. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["JobPage"];
        };
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      422: components["responses"]["InvalidRequest"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
    };
  };
  createJob: {
    parameters: {
      query?: {
        /** @description Only says what would be asked of fal and what that would cost; makes no job. */
        validate_only?: components["parameters"]["ValidateOnly"];
      };
      header?: {
        /**
         * @description Makes repeats safe: the same key and request answer with the same job, and nothing is rendered or paid twice. Quoted or not; kept as long as the job.
         * @example order-42
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
        /**
         * @description `wait=n`: the answer comes once the job has settled, or after n seconds, 25 at most (RFC 7240).
         * @example wait=20
         */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewJob"];
        "multipart/form-data": {
          /** @description fal's model id: one of those that this installation serves, its first unless told. */
          endpoint?: string;
          /** @description The picture, PNG, JPEG or WebP, at most 3145728 bytes; or image_url. */
          image?: string;
          /** @description What happens in the video. */
          prompt: string;
          /** @description The first picture of the video, PNG, JPEG or WebP: an https URL of a public host, an image_url of POST /uploads, or a data URI of at most 3145728 bytes when decoded. */
          image_url?: string;
          /**
           * @default 720p
           * @enum {string}
           */
          resolution?: "720p";
          /**
           * @default 16:9
           * @enum {string}
           */
          aspect_ratio?: "16:9" | "9:16";
          /**
           * @description The video does not go through fal's CDN but to this service alone.
           * @default false
           */
          sync_mode?: boolean;
          /** @description Is told how the job ended: an https URL of a public host, and not this API itself. */
          callback_url?: string;
          /**
           * @description How long the job may take in all; what fal has not finished by then is expired.
           * @default 7200
           */
          deadline_seconds?: number;
        } & {
          [key: string]: string;
        };
      };
    };
    responses: {
      /** @description The job as it is now: the request was made before, or the job settled while the caller waited. With `validate_only` what would be asked of fal. */
      200: {
        headers: {
          /** @description The job. */
          Location?: string;
          /** @description After how many seconds it is worth another look or try. */
          "Retry-After"?: number;
          /** @description How long the answer was waited for at most. */
          "Preference-Applied"?: string;
          /** @description The request was made before; this is its job, as it is now. */
          "Idempotency-Replayed"?: "true";
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Job"] | components["schemas"]["ValidatedJob"];
        };
      };
      /** @description The job, which goes on by itself. */
      202: {
        headers: {
          /** @description The job. */
          Location: string;
          /** @description After how many seconds it is worth another look or try. */
          "Retry-After": number;
          /** @description How long the answer was waited for at most. */
          "Preference-Applied"?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Job"];
        };
      };
      400: components["responses"]["MalformedRequestOrMalformedIdempotencyKey"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      409: components["responses"]["JobDeleted"];
      413: components["responses"]["BodyTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      422: components["responses"]["InputRefusedOrInvalidRequestOrIdempotencyKeyReused"];
      429: components["responses"]["BudgetExceededOrThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["TableUnavailableOrStorageUnavailableOrFalKeyMissing"];
    };
  };
  createBatch: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Makes repeats safe: the same key and request answer with the same job, and nothing is rendered or paid twice. Quoted or not; kept as long as the job.
         * @example order-42
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewBatch"];
      };
    };
    responses: {
      /** @description What became of each entry, in their order. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["BatchResults"];
        };
      };
      400: components["responses"]["MalformedRequestOrMalformedIdempotencyKey"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      413: components["responses"]["BodyTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      422: components["responses"]["InvalidRequest"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
    };
  };
  retryJob: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Makes repeats safe: the same key and request answer with the same job, and nothing is rendered or paid twice. Quoted or not; kept as long as the job.
         * @example order-42
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        /**
         * @description The job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The retry was asked for before; this is its job, as it is now. */
      200: {
        headers: {
          /** @description The job. */
          Location: string;
          /** @description The request was made before; this is its job, as it is now. */
          "Idempotency-Replayed": "true";
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Job"];
        };
      };
      /** @description The new job, which names the old one in `retry_of`. */
      202: {
        headers: {
          /** @description The job. */
          Location: string;
          /** @description After how many seconds it is worth another look or try. */
          "Retry-After": number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Job"];
        };
      };
      400: components["responses"]["MalformedRequestOrMalformedIdempotencyKey"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["JobDeletedOrJobNotRetryable"];
      422: components["responses"]["InputRefused"];
      429: components["responses"]["BudgetExceededOrThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["TableUnavailable"];
    };
  };
  readJob: {
    parameters: {
      query?: {
        /** @description Also asks fal for the request's place in the queue and its latest log lines. */
        logs?: components["parameters"]["Logs"];
      };
      header?: {
        /**
         * @description `wait=n`: the answer comes once the job has settled, or after n seconds, 25 at most (RFC 7240).
         * @example wait=20
         */
        Prefer?: components["parameters"]["Prefer"];
        /**
         * @description The `ETag` of what the caller has; 304 when that is still it.
         * @example "7"
         */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path: {
        /**
         * @description The job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The job. `Retry-After` while it is open. */
      200: {
        headers: {
          /** @description After how many seconds it is worth another look or try. */
          "Retry-After"?: number;
          /** @description This version of it, for `If-None-Match`. */
          ETag: string;
          /** @description How long the answer was waited for at most. */
          "Preference-Applied"?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Job"];
        };
      };
      /** @description The caller has this version already. */
      304: {
        headers: {
          /** @description After how many seconds it is worth another look or try. */
          "Retry-After"?: number;
          /** @description This version of it, for `If-None-Match`. */
          ETag: string;
          /** @description How long the answer was waited for at most. */
          "Preference-Applied"?: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["TableUnavailable"];
    };
  };
  deleteJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The job, its picture and its video are gone. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["JobOpen"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["StorageUnavailableOrFalUnavailableOrTableUnavailable"];
    };
  };
  followJob: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description The id of the last event that the caller has: the stream goes on behind it.
         * @example 2.2
         */
        "Last-Event-ID"?: components["parameters"]["LastEventId"];
      };
      path: {
        /**
         * @description The job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The events, until the job has settled. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/event-stream": string;
        };
      };
      /** @description The caller has the settled job already; there is nothing to come back for. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["TableUnavailable"];
    };
  };
  cancelJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The job. `Retry-After` while it is open. */
      200: {
        headers: {
          /** @description After how many seconds it is worth another look or try. */
          "Retry-After"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Job"];
        };
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["TableUnavailable"];
    };
  };
  createUpload: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewUpload"];
      };
    };
    responses: {
      /** @description Where the picture goes, and how jobs name it. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Upload"];
        };
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      413: components["responses"]["BodyTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      422: components["responses"]["InvalidRequest"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
    };
  };
  readVideo: {
    parameters: {
      query?: {
        /** @description `0`: names the URL instead of leading there, because clients carry their API key along. */
        redirect?: components["parameters"]["Redirect"];
        /** @description The kept copy comes as a file with a name. */
        download?: components["parameters"]["Download"];
      };
      header?: never;
      path: {
        /**
         * @description The job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description With `redirect=0`: where the video is. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["VideoLocation"];
        };
      };
      /** @description To the video. */
      302: {
        headers: {
          /** @description The video. */
          Location: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["NoVideo"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["TableUnavailable"];
    };
  };
  redeliverJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The job; `deliveries` will tell. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Job"];
        };
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["NoCallbackOrJobOpen"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["TableUnavailable"];
    };
  };
  readCallbackSecret: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The secret. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CallbackSecret"];
        };
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
    };
  };
  rotateCallbackSecret: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The new secret, and the one before. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CallbackSecret"];
        };
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
    };
  };
  getFromFal: {
    parameters: {
      query?: never;
      header: {
        /**
         * @description What the client would call at fal.
         * @example https://queue.fal.run/decart/lucy-14b/image-to-video
         */
        "x-fal-target-url": components["parameters"]["FalTargetUrl"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The status of a job that has settled, its result, or a stream of its status. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
          "text/event-stream": string;
        };
      };
      /** @description The status of an open job. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
        };
      };
      /** @description What fal answers in such a case, in fal's form and with fal's status; a submission is never answered 429, 502, 503 or 504 once its job may be recorded, because fal's client would send it again. */
      "4XX": {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description What fal answers in such a case, in fal's form and with fal's status; a submission is never answered 429, 502, 503 or 504 once its job may be recorded, because fal's client would send it again. */
      "5XX": {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  putToFal: {
    parameters: {
      query?: never;
      header: {
        /**
         * @description What the client would call at fal.
         * @example https://queue.fal.run/decart/lucy-14b/image-to-video
         */
        "x-fal-target-url": components["parameters"]["FalTargetUrl"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The wish is noted. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
        };
      };
      /** @description What fal answers in such a case, in fal's form and with fal's status; a submission is never answered 429, 502, 503 or 504 once its job may be recorded, because fal's client would send it again. */
      "4XX": {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description What fal answers in such a case, in fal's form and with fal's status; a submission is never answered 429, 502, 503 or 504 once its job may be recorded, because fal's client would send it again. */
      "5XX": {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  postToFal: {
    parameters: {
      query?: never;
      header: {
        /**
         * @description What the client would call at fal.
         * @example https://queue.fal.run/decart/lucy-14b/image-to-video
         */
        "x-fal-target-url": components["parameters"]["FalTargetUrl"];
        /**
         * @description Makes repeats safe: the same key and request answer with the same job, and nothing is rendered or paid twice. Quoted or not; kept as long as the job.
         * @example order-42
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["FalAnswer"];
      };
    };
    responses: {
      /** @description As fal answers. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
        };
      };
      /** @description What fal answers in such a case, in fal's form and with fal's status; a submission is never answered 429, 502, 503 or 504 once its job may be recorded, because fal's client would send it again. */
      "4XX": {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description What fal answers in such a case, in fal's form and with fal's status; a submission is never answered 429, 502, 503 or 504 once its job may be recorded, because fal's client would send it again. */
      "5XX": {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readHealth: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Jobs are accepted and kept. `degraded`: they wait until FAL_KEY is configured. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
      400: components["responses"]["MalformedRequest"];
      403: components["responses"]["Forbidden"];
      429: components["responses"]["Throttled"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      /** @description The table does not answer. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
    };
  };
  readOpenApi: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description The `ETag` of what the caller has; 304 when that is still it.
         * @example "7"
         */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OpenAPI 3.1. */
      200: {
        headers: {
          /** @description This version of it, for `If-None-Match`. */
          ETag: string;
          /** @description How long it may be kept. */
          "Cache-Control": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @constant */
            openapi: "3.1.1";
          };
        };
      };
      /** @description The caller has it already. */
      304: {
        headers: {
          /** @description This version of it, for `If-None-Match`. */
          ETag: string;
          /** @description How long it may be kept. */
          "Cache-Control": string;
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["MalformedRequest"];
      403: components["responses"]["Forbidden"];
      429: components["responses"]["Throttled"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
    };
  };
  readErrorPage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The `code` of a problem, or the `error.code` of a job.
         * @example throttled
         */
        code: components["parameters"]["ErrorCode"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The page, as plain text. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/plain": string;
        };
      };
      400: components["responses"]["MalformedRequest"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      429: components["responses"]["Throttled"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
    };
  };
  receiveFalWebhook: {
    parameters: {
      query?: never;
      header: {
        /** @description The request. */
        "X-Fal-Webhook-Request-Id": components["parameters"]["FalRequestId"];
        /** @description The account at fal. */
        "X-Fal-Webhook-User-Id": components["parameters"]["FalUserId"];
        /** @description Seconds since 1970. */
        "X-Fal-Webhook-Timestamp": components["parameters"]["FalTimestamp"];
        /** @description Ed25519, over the three above and the body's SHA-256. */
        "X-Fal-Webhook-Signature": components["parameters"]["FalSignature"];
      };
      path: {
        /** @description The job. */
        id: components["parameters"]["FalJobId"];
        /** @description The job's own, which fal alone was told. */
        token: components["parameters"]["FalToken"];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["FalDelivery"];
      };
    };
    responses: {
      /** @description Taken, now or before. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": Record<string, never>;
        };
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["SignatureInvalid"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      413: components["responses"]["BodyTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      429: components["responses"]["Throttled"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["TableUnavailableOrSigningKeysUnavailable"];
    };
  };
  jobSettled: {
    parameters: {
      query?: never;
      header: {
        /** @description Of the event: the same whenever it is sent again. */
        "webhook-id": string;
        /** @description Of this attempt: seconds since 1970. */
        "webhook-timestamp": string;
        /** @description One for each secret that is good, with blanks between them. */
        "webhook-signature": string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["JobEvent"];
      };
    };
    responses: {
      /** @description Never to be sent again. */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Taken. */
      "2XX": {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not taken, redirects too: sent again later, not before `Retry-After`. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
}
