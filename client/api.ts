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
     * @description Pages stay consistent while jobs are being added. A change to a job appears in the list after a short delay. A filtered page may have fewer jobs than `limit`, or none, and still have a `next_cursor`.
     */
    get: operations["listJobs"];
    put?: never;
    /**
     * Create a job
     * @description Records the job, then sends it to fal with one POST. The job then continues automatically, whatever fails. Read it, wait for it, follow its events, or send a `callback_url`. The request can also be sent as `multipart/form-data`, with the same field names but without nesting, and the image's file as `image`.
     */
    post: operations["createJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/jobs/validate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Check a request for a job and see its cost
     * @description Checks the request as `POST /jobs` would, and creates no job. Nothing is sent to fal and nothing is billed. The answer has no inline files: a note such as `(image/jpeg, 21345 bytes)` takes the place of each. So send your own request to `POST /jobs`, not this answer.
     */
    post: operations["validateJob"];
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
     * Create up to 50 jobs
     * @description Each entry returns its own job or its own problem, as `POST /jobs` would. With an `Idempotency-Key`, a repeated batch returns the same job for each position.
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
     * Create a new job with the same request
     * @description For a job that failed, was canceled or expired. Repeating the call with the same `Idempotency-Key`, or again without one, returns the same retry: a second click does not start a second render. The request must still be valid today, and its endpoint offered.
     */
    post: operations["retryJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/usage": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Read what your jobs came to
     * @description Jobs by outcome, cost, seconds of video and times, of the jobs that were created in a period. Added up from the jobs themselves, deleted ones too, so repeats and failures never count twice. Jobs that have expired from the table are not in it.
     */
    get: operations["readUsage"];
    put?: never;
    post?: never;
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
     * Delete a job and its media
     * @description fal is asked to delete the request's payloads and its own copy of the video, which it does only for admin keys. The input files stay at fal, under their URLs, for as long as fal keeps media. If the request that created the job is then repeated, it returns 409 and renders nothing.
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
     * Follow a job as an event stream
     * @description Server-sent events. A connection lasts at most one minute; reconnect with `Last-Event-ID`, in the header or in the query, to continue. `job`: the job, after each change. `queue`: its position in fal's queue. `log`: one log line of the model. The stream ends with the settled job.
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
     * Request a job's cancellation
     * @description A job that was never sent to fal becomes `canceled` at once. Otherwise `cancel_requested_at` is set and fal is asked to stop the job; whichever result arrives first counts. A settled job is returned unchanged.
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
     * Get a URL to upload an image to
     * @description Say the image's `size`, at most 26214400 bytes. PUT the image, of exactly this size, to `upload_url` with exactly the `upload_headers`. Then use `image_url` in jobs; it is valid for 24 hours.
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
     * @description Redirects to the stored copy with a URL that is valid for a few minutes, or to fal's URL while there is no copy. The copy has the content type of its bytes: MP4, QuickTime, WebM, Matroska or GIF.
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
     * Send a job's callback again
     * @description Sends the same event with the same `webhook-id`. If all attempts are over, they start again from 1; if more attempts follow, the next one is made now. At most once in 10 seconds a job.
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
    /** Get the callback secret */
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
     * Rotate the callback secret
     * @description Creates a new secret. The previous one also signs callbacks for 24 hours. At most 5 times in 24 hours.
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
     * fal's client: `queue.status`, `queue.streamStatus` and `queue.result`
     * @description Reads the caller's own jobs. A settled job has the status `COMPLETED`; its result shows whether it succeeded.
     */
    get: operations["getFromFal"];
    /**
     * fal's client: `queue.cancel`
     * @description Requests cancellation, like `POST /jobs/{id}/cancel`.
     */
    put: operations["putToFal"];
    /**
     * fal's client: `queue.submit` and `storage.upload`
     * @description Set `proxyUrl` of fal's client to this URL. A submission creates a job; the job's id is the `request_id`. An upload works like `POST /uploads`; files above 90 MiB are refused unless the operator allows them. With an `Idempotency-Key`, a repeated submission returns the same job.
     */
    post: operations["postToFal"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Open the console, or find out which API this is */
    get: operations["readRoot"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    /** Open the console, or find out which API this is: headers only */
    head: operations["readRootHead"];
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
    /** Check whether the service works */
    get: operations["readHealth"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    /** Check whether the service works: headers only */
    head: operations["readHealthHead"];
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
    /** Get this document */
    get: operations["readOpenApi"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    /** Get this document: headers only */
    head: operations["readOpenApiHead"];
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
     * @description The page that the `type` of a problem links to. It says what the code means, why it happens and what to do. It also explains the `error.code` of a job.
     */
    get: operations["readErrorPage"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    /**
     * Explain an error code: headers only
     * @description The page that the `type` of a problem links to. It says what the code means, why it happens and what to do. It also explains the `error.code` of a job.
     */
    head: operations["readErrorPageHead"];
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
     * Webhook, for fal only
     * @description fal calls this URL when a request has finished. A delivery is accepted only with a valid signature of fal, the job's own token and its request id.
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
    NewJob: components["schemas"]["NewLucyJob"] | components["schemas"]["NewOtherJob"];
    NewLucyJob: {
      /**
       * @description fal's model id. Must be one of the endpoints that this installation serves. The default is the first of them.
       * @enum {string}
       */
      endpoint?: "decart/lucy-14b/image-to-video" | "decart/lucy-i2v";
      input: components["schemas"]["LucyInput"];
      /** @description Called when the job settles. Must be an https URL of a public host, and not this API itself. */
      callback_url?: string;
      /**
       * @description When the callback is sent: after the video is kept (`kept`, the default; it waits for that at most 60 s), or as soon as the job settles (`settled`).
       * @enum {string}
       */
      callback_when?: "kept" | "settled";
      /** @description Key-value pairs of the caller's choice, returned with the job. At most 2048 bytes of JSON in total. No U+FFFD (the replacement character). */
      metadata?: {
        [key: string]: string;
      };
      /**
       * @description Time limit for the whole job, in seconds. If fal has not finished by then, the job becomes `expired`.
       * @default 7200
       */
      deadline_seconds?: number;
    };
    NewOtherJob: {
      /** @description fal's model id. Must be one of the endpoints that this installation serves. */
      endpoint: string;
      input: components["schemas"]["OtherInput"];
      /** @description Called when the job settles. Must be an https URL of a public host, and not this API itself. */
      callback_url?: string;
      /**
       * @description When the callback is sent: after the video is kept (`kept`, the default; it waits for that at most 60 s), or as soon as the job settles (`settled`).
       * @enum {string}
       */
      callback_when?: "kept" | "settled";
      /** @description Key-value pairs of the caller's choice, returned with the job. At most 2048 bytes of JSON in total. No U+FFFD (the replacement character). */
      metadata?: {
        [key: string]: string;
      };
      /**
       * @description Time limit for the whole job, in seconds. If fal has not finished by then, the job becomes `expired`.
       * @default 7200
       */
      deadline_seconds?: number;
    };
    LucyInput: {
      /** @description What happens in the video. */
      prompt: string;
      /** @description The first frame of the video, as PNG, JPEG or WebP: an https URL of a public host, an image_url from POST /uploads, or a data URI of at most 3145728 bytes when decoded. */
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
       * @description If true, fal returns the video inline. Only this service stores it; it does not appear on fal's CDN.
       * @default false
       */
      sync_mode?: boolean;
    };
    /** @description For endpoints without their own schema: any JSON object of at most 8192 bytes, not counting inline files, and 12 levels, with numbers up to 9007199254740991 and no U+FFFD (the replacement character) in its texts. */
    OtherInput: {
      [key: string]: unknown;
    };
    NewBatch: {
      jobs: components["schemas"]["NewJob"][];
    };
    NewUpload: {
      /**
       * @description The type that is sent with the image: image/png, image/jpeg or image/webp. With application/octet-stream, the bytes decide.
       * @default application/octet-stream
       */
      content_type?: string;
      /** @description Accepted for compatibility; ignored. */
      file_name?: string;
      /** @description Size of the image in bytes. The upload must have exactly this size. */
      size: number;
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
       * @description The callback has the format of fal's own webhooks.
       * @enum {string}
       */
      callback_format?: "fal";
      /**
       * @description The callback does not wait until the video is kept.
       * @enum {string}
       */
      callback_when?: "settled";
      /** @description Id of the job that this one retries. */
      retry_of?: string;
      /** @description The `traceparent` of the request that created the job (W3C Trace Context). */
      traceparent?: string;
      result?: components["schemas"]["JobResult"];
      /** @description A successful result that arrived after the job had failed, expired or been canceled. It was paid for. */
      late_result?: components["schemas"]["JobResult"];
      /** @description Why the job failed, or what an open job is waiting for. */
      error?: components["schemas"]["JobError"];
      /**
       * @description What an open job waits for, if it does not take its course: the operator (`paused`, `account_locked`, `balance`, `fal_key`, `endpoint`) or fal. `error` says more.
       * @enum {string}
       */
      waiting_for?: "paused" | "account_locked" | "balance" | "fal_key" | "endpoint" | "fal";
      /**
       * @description An open job takes much longer at fal than is typical for its endpoint. Absent otherwise.
       * @constant
       */
      overdue?: true;
      cost?: components["schemas"]["Cost"];
      /**
       * @description Whether fal bills a settled job: `unknown` if fal may or may not have run it. Absent while the job is open.
       * @enum {string}
       */
      billed?: "yes" | "no" | "unknown";
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
       * @description The part of the service that made the change.
       * @enum {string}
       */
      settled_by?:
        | "submit"
        | "webhook"
        | "sweep"
        | "read"
        | "cancel"
        | "archive"
        | "deliver"
        | "redeliver"
        | "operator";
      /**
       * Format: date-time
       * @description When the job and its video are deleted.
       */
      expires_at?: string;
      /** @description fal's id for this job's request. */
      request_id?: string;
      /** @description Number of requests ahead of this one in fal's queue. */
      queue_position?: number;
      /** @description The latest log lines. Returned only with `?logs=1`, like `queue_position`. */
      logs?: components["schemas"]["LogLine"][];
      timeline: components["schemas"]["TimelineEntry"][];
      deliveries?: components["schemas"]["Delivery"][];
      links: {
        /** Format: uri */
        self: string;
        /**
         * Format: uri
         * @description Redirects to the video as long as the job is kept.
         */
        video?: string;
      };
    };
    JobInput: components["schemas"]["LucyJobInput"] | components["schemas"]["OtherJobInput"];
    LucyJobInput: {
      prompt: string;
      /** @description For an inline or uploaded image: its URL at fal. */
      image_url: string;
      /** @enum {string} */
      resolution: "720p";
      /** @enum {string} */
      aspect_ratio: "16:9" | "9:16";
      sync_mode: boolean;
    };
    /** @description For endpoints without their own schema: the input of the request. Inline and uploaded files are replaced by their URLs at fal. */
    OtherJobInput: {
      [key: string]: unknown;
    };
    JobResult: {
      video: components["schemas"]["Video"];
      /** @description The model's other output fields. `extra.video` has the fields of fal's `video` that are not listed in `video`. */
      extra?: {
        [key: string]: unknown;
      };
      /** @description The endpoint that really ran, where fal says it. It differs from the job's only if fal moved the request. */
      endpoint?: string;
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
        | "service_paused"
        | "fal_key_missing"
        | "fal_key_refused"
        | "fal_account_locked"
        | "fal_balance_exhausted"
        | "endpoint_unknown"
        | "fal_busy"
        | "fal_unreachable";
      message: string;
      /** @description Whether a new job with the same input may succeed. */
      retryable: boolean;
      /** @description HTTP status of fal's result, if known. */
      fal_status?: number;
      /** @description fal's name for a failure of its own infrastructure. */
      error_type?: string;
      /** @description Error details from fal. */
      detail?: unknown;
    };
    Video: {
      /** @description URL at fal. It works as long as fal keeps the video. `links.video` redirects to the stored copy. */
      url: string;
      /** @description After the copy: detected from the file, for example video/webm. Before: as fal reported it. */
      content_type?: string;
      /** @description The name that fal reported. Once the video is copied, its extension fits `content_type`. */
      file_name?: string;
      /** @description Bytes. */
      file_size?: number;
      /** @description SHA-256 of the whole file. */
      sha256?: string;
      /** @description Left out if the file does not say it. */
      duration_seconds?: number;
      /** @description Pixels, as displayed. */
      width?: number;
      height?: number;
      /** @description Codec as in RFC 6381, for example avc1.64001f. */
      codec?: string;
    };
    Cost: {
      /** @description US dollars, at the model's list price. */
      estimated_usd: number;
      /** @description Number of units that fal reports as billed. */
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
        | "archive_abandoned"
        | "archive_requested"
        | "billed";
      /**
       * @description The part of the service that made the change.
       * @enum {string}
       */
      by: "submit" | "webhook" | "sweep" | "read" | "cancel" | "archive" | "deliver" | "redeliver" | "operator";
    };
    Delivery: {
      /** @description Number of the attempt, from 1. Starts again from 1 with each POST /jobs/{id}/redeliver. */
      attempt: number;
      /** Format: date-time */
      at: string;
      /** @description HTTP status. Absent if there was no response. */
      status?: number;
      latency_ms: number;
      /** @description Why the attempt failed. Absent if it succeeded. */
      error?: string;
    };
    LogLine: {
      message: string;
      timestamp?: string;
    };
    /** @description The `data` of a `job`, `queue` or `log` event. */
    StreamEvent: components["schemas"]["Job"] | components["schemas"]["QueueEvent"] | components["schemas"]["LogLine"];
    JobPage: {
      data: components["schemas"]["Job"][];
      /** @description Send it as `cursor` to get the next page. Absent on the last page. */
      next_cursor?: string;
    };
    BatchResults: {
      results: components["schemas"]["BatchResult"][];
    };
    BatchResult: components["schemas"]["BatchJob"] | components["schemas"]["BatchProblem"];
    BatchJob: {
      /** @description 202 for a new job. 200 if the batch was sent before. */
      status: number;
      job: components["schemas"]["Job"];
    };
    BatchProblem: {
      status: number;
      problem: components["schemas"]["Problem"];
    };
    ValidatedJob: {
      endpoint: string;
      input: components["schemas"]["JobInput"];
      metadata?: {
        [key: string]: string;
      };
      callback_url?: string;
      /** @enum {string} */
      callback_when?: "settled";
      deadline_seconds: number;
      cost?: components["schemas"]["Cost"];
    };
    Upload: {
      /**
       * Format: uri
       * @description Accepts one PUT of the image.
       */
      upload_url: string;
      /** @description Headers that the PUT must send, with exactly these values. Its Content-Length, which HTTP clients set themselves, must be the `size` of the request. */
      upload_headers: {
        [key: string]: string;
      };
      /**
       * Format: uri
       * @description Use this URL as `image_url` in a job's input.
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
       * @description When the URL stops working. Absent if it is fal's own URL.
       */
      expires_at?: string;
    };
    Usage: {
      /** Format: date-time */
      from: string;
      /** Format: date-time */
      to: string;
      total: components["schemas"]["UsageSum"];
      /** @description The budget of today. Absent if the owner has no limit. */
      budget?: {
        /** @description What the jobs of one day (UTC) may cost, by estimate. */
        limit_usd: number;
        /** @description What the jobs of today took from it. */
        spent_usd: number;
        /** Format: date-time */
        resets_at: string;
      };
      /** @description One for each day or endpoint that has jobs, in order. Only with `group_by`. */
      groups?: {
        /** @description All jobs that were created in the period. */
        jobs: number;
        open: number;
        succeeded: number;
        failed: number;
        canceled: number;
        expired: number;
        /** @description Settled jobs by whether fal bills them. */
        billed: {
          yes: number;
          no: number;
          unknown: number;
        };
        /** @description Sum of the estimates of the jobs that fal bills or may bill, and of open ones. */
        estimated_usd: number;
        /** @description Sum of what fal reported that it bills. It reports this for some jobs only. */
        actual_usd: number;
        /** @description Sum of the lengths of the videos whose length is known. */
        video_seconds: number;
        /** @description From creation to the end, of settled jobs. Absent if there are none. */
        seconds_to_terminal?: {
          p50: number;
          p95: number;
        };
        /**
         * Format: date
         * @description The day (UTC) on which the jobs were created.
         */
        day?: string;
        endpoint?: string;
      }[];
    };
    UsageSum: {
      /** @description All jobs that were created in the period. */
      jobs: number;
      open: number;
      succeeded: number;
      failed: number;
      canceled: number;
      expired: number;
      /** @description Settled jobs by whether fal bills them. */
      billed: {
        yes: number;
        no: number;
        unknown: number;
      };
      /** @description Sum of the estimates of the jobs that fal bills or may bill, and of open ones. */
      estimated_usd: number;
      /** @description Sum of what fal reported that it bills. It reports this for some jobs only. */
      actual_usd: number;
      /** @description Sum of the lengths of the videos whose length is known. */
      video_seconds: number;
      /** @description From creation to the end, of settled jobs. Absent if there are none. */
      seconds_to_terminal?: {
        p50: number;
        p95: number;
      };
    };
    CallbackSecret: {
      /** @description Signing secret in the format of Standard Webhooks. */
      secret: string;
      /** @description Recently replaced secrets. Each one also signs callbacks until its `until` time. */
      previous: {
        /** @description Signing secret in the format of Standard Webhooks. */
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
      /** @description Number of requests ahead of this one in fal's queue. */
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
    Root: {
      name: string;
      description: string;
      links: {
        /** Format: uri */
        openapi: string;
        /** Format: uri */
        health: string;
      };
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
        | "endpoint_unpriced"
        | "budget_exceeded"
        | "rate_limited"
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
       * @description URL of the job that this problem is about.
       */
      instance?: string;
      errors?: components["schemas"]["FieldError"][];
    };
    FieldError: {
      /** @description JSON pointer to the field. For a form field or a query parameter: a slash and its name. */
      pointer: string;
      message: string;
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
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `unauthorized`: The request has no valid API key. Nothing was done. */
    Unauthorized: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `forbidden`: API Gateway refused the request before it reached the service. Nothing was done. */
    Forbidden: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `job_deleted`: This request already created a job, and that job was deleted. Nothing was rendered again. */
    JobDeleted: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `body_too_large`: The request's body is larger than this route accepts. Nothing was done. */
    BodyTooLarge: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `unsupported_media_type`: The route does not accept a body of this type, charset or encoding. Nothing was done. */
    UnsupportedMediaType: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /**
     * @description `input_refused`: fal or the model refused the job's input. The job failed, and sending the same input again will not help.
     *
     *     `endpoint_unpriced`: You have a daily budget, and jobs of this endpoint cannot be counted towards it. Nothing was recorded.
     *
     *     `invalid_request`: The request was understood, but some of its fields are not valid. Nothing was recorded.
     *
     *     `idempotency_key_reused`: This key already belongs to a job with a different request. No new job was created.
     */
    InputRefusedOrEndpointUnpricedOrInvalidRequestOrIdempotencyKeyReused: {
      headers: {
        /** @description URL of the job. */
        Location?: string;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
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
        /** @description Seconds to wait before the next request. */
        "Retry-After": number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
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
        /** @description Seconds to wait before the next request. */
        "Retry-After"?: number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /**
     * @description `table_unavailable`: The table that holds the jobs did not answer. If the problem has an `instance`, that job may exist.
     *
     *     `storage_unavailable`: A file could not be stored, read or deleted. No job was recorded, sent or billed.
     *
     *     `fal_key_missing`: The service has no key for fal yet. A request that stores an image at fal is refused with 503; a job that is already recorded waits and is submitted automatically.
     */
    TableUnavailableOrStorageUnavailableOrFalKeyMissing: {
      headers: {
        /** @description Seconds to wait before the next request. */
        "Retry-After"?: number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `malformed_request`: The request could not be parsed. Nothing was done. */
    MalformedRequest: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /**
     * @description `invalid_request`: The request was understood, but some of its fields are not valid. Nothing was recorded.
     *
     *     `endpoint_unpriced`: You have a daily budget, and jobs of this endpoint cannot be counted towards it. Nothing was recorded.
     */
    InvalidRequestOrEndpointUnpriced: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /**
     * @description `throttled`: The request was refused by the rate limit. Nothing was done.
     *
     *     `quota_exceeded`: Your API key has no requests left for today. Nothing was done.
     */
    ThrottledOrQuotaExceeded: {
      headers: {
        /** @description Seconds to wait before the next request. */
        "Retry-After": number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `storage_unavailable`: A file could not be stored, read or deleted. No job was recorded, sent or billed. */
    StorageUnavailable: {
      headers: {
        /** @description Seconds to wait before the next request. */
        "Retry-After"?: number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `invalid_request`: The request was understood, but some of its fields are not valid. Nothing was recorded. */
    InvalidRequest: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `not_found`: There is nothing at this address for your API key. */
    NotFound: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
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
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /**
     * @description `input_refused`: fal or the model refused the job's input. The job failed, and sending the same input again will not help.
     *
     *     `endpoint_unpriced`: You have a daily budget, and jobs of this endpoint cannot be counted towards it. Nothing was recorded.
     *
     *     `invalid_request`: The request was understood, but some of its fields are not valid. Nothing was recorded.
     */
    InputRefusedOrEndpointUnpricedOrInvalidRequest: {
      headers: {
        /** @description URL of the job. */
        Location?: string;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `table_unavailable`: The table that holds the jobs did not answer. If the problem has an `instance`, that job may exist. */
    TableUnavailable: {
      headers: {
        /** @description Seconds to wait before the next request. */
        "Retry-After"?: number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `job_open`: The request needs a settled job, and this one has not settled yet. Nothing was changed. */
    JobOpen: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /**
     * @description `storage_unavailable`: A file could not be stored, read or deleted. No job was recorded, sent or billed.
     *
     *     `fal_unavailable`: The job was not deleted, because fal could not be asked to stop its request first.
     *
     *     `table_unavailable`: The table that holds the jobs did not answer. If the problem has an `instance`, that job may exist.
     */
    StorageUnavailableOrFalUnavailableOrTableUnavailable: {
      headers: {
        /** @description Seconds to wait before the next request. */
        "Retry-After"?: number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `no_video`: There is no video to download. */
    NoVideo: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
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
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /**
     * @description `rate_limited`: The operation was refused because it came too soon after the last one of its kind, or because too many of its kind are open. Nothing was done.
     *
     *     `throttled`: The request was refused by the rate limit. Nothing was done.
     *
     *     `quota_exceeded`: Your API key has no requests left for today. Nothing was done.
     */
    RateLimitedOrThrottledOrQuotaExceeded: {
      headers: {
        /** @description Seconds to wait before the next request. */
        "Retry-After": number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `throttled`: The request was refused by the rate limit. Nothing was done. */
    Throttled: {
      headers: {
        /** @description Seconds to wait before the next request. */
        "Retry-After": number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description `signature_invalid`: A webhook did not prove that it comes from fal. It was ignored, and no job changed. */
    SignatureInvalid: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /**
     * @description `table_unavailable`: The table that holds the jobs did not answer. If the problem has an `instance`, that job may exist.
     *
     *     `signing_keys_unavailable`: A webhook could not be checked, so no job changed. fal will deliver the webhook again.
     */
    TableUnavailableOrSigningKeysUnavailable: {
      headers: {
        /** @description Seconds to wait before the next request. */
        "Retry-After"?: number;
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
  };
  parameters: {
    /**
     * @description Id of the job.
     * @example 019aab3c4d5e7f60918273645a6b7c8d
     */
    JobId: string;
    /**
     * @description Makes retries safe: the same key with the same request returns the same job, and nothing is rendered or billed twice. Quotes are optional. The key is kept as long as the job.
     * @example order-42
     */
    IdempotencyKey: string;
    /**
     * @description `wait=n`: responds when the job has settled, or after n seconds at the latest. The maximum is 25 (RFC 7240).
     * @example wait=20
     */
    Prefer: string;
    /**
     * @description The `ETag` of the version that the caller has. If it is still current, the response is 304.
     * @example "7"
     */
    IfNoneMatch: string;
    /**
     * @description Id of the last event that the caller received. The stream continues after it.
     * @example 2.2
     */
    LastEventId: string;
    /**
     * @description The same as the header `Last-Event-ID`, for clients that cannot set it, such as event-source-polyfill. The header takes precedence. Case and hyphens of the name do not matter.
     * @example 2.2
     */
    LastEventIdInQuery: string;
    /** @description Also returns the request's queue position and latest log lines from fal. */
    Logs: "0" | "1" | "false" | "true";
    /** @description `0`: returns the URL as JSON instead of redirecting, because many clients send their API key to the redirect's target too. */
    Redirect: "0" | "1" | "false" | "true";
    /** @description Sends the stored copy as a download with a file name. */
    Download: "0" | "1" | "false" | "true";
    /**
     * @description The fal URL that the client would call.
     * @example https://queue.fal.run/decart/lucy-14b/image-to-video
     */
    FalTargetUrl: string;
    /**
     * @description The `code` of a problem, or the `error.code` of a job.
     * @example throttled
     */
    ErrorCode: string;
    /** @description Id of the job. */
    FalJobId: string;
    /** @description The job's secret token. Only fal receives it. */
    FalToken: string;
    /** @description fal's id of the request. */
    FalRequestId: string;
    /** @description Id of the fal account. */
    FalUserId: string;
    /** @description Time of the signature, in seconds since 1970. */
    FalTimestamp: string;
    /** @description Ed25519 signature of the three headers above and the body's SHA-256. */
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
       * @description Delivered at least once. Return a 2xx status within 15 seconds; otherwise the callback is sent again, for about three days. Verify the signature with any Standard Webhooks library and the secret from `GET /callback-secret`.
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
        /**
         * @description Only jobs in one of these states: `status=failed&status=expired`. `status=failed,expired` means the same.
         * @example [
         *       "failed",
         *       "expired"
         *     ]
         */
        status?: ("submitting" | "queued" | "running" | "succeeded" | "failed" | "canceled" | "expired")[];
        created_after?: string;
        created_before?: string;
        limit?: number;
        cursor?: string;
        /**
         * @description Only jobs with this metadata, as `metadata[KEY]=VALUE`. If several keys are given, all must match. `metadata.KEY=VALUE` means the same.
         * @example {
         *       "order": "42"
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
      /** @description One page of the caller's jobs. */
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
      query?: never;
      header?: {
        /**
         * @description Makes retries safe: the same key with the same request returns the same job, and nothing is rendered or billed twice. Quotes are optional. The key is kept as long as the job.
         * @example order-42
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
        /**
         * @description `wait=n`: responds when the job has settled, or after n seconds at the latest. The maximum is 25 (RFC 7240).
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
      };
    };
    responses: {
      /** @description The job in its current state: the request was made before, or the job settled while the caller waited. */
      200: {
        headers: {
          /** @description URL of the job. */
          Location?: string;
          /** @description Seconds to wait before the next request. */
          "Retry-After"?: number;
          /** @description The maximum wait that was applied, in seconds. */
          "Preference-Applied"?: string;
          /** @description This request was made before. The response is the job that it created, in its current state. */
          "Idempotency-Replayed"?: "true";
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Job"];
        };
      };
      /** @description The new job. It continues automatically. */
      202: {
        headers: {
          /** @description URL of the job. */
          Location: string;
          /** @description Seconds to wait before the next request. */
          "Retry-After": number;
          /** @description The maximum wait that was applied, in seconds. */
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
      422: components["responses"]["InputRefusedOrEndpointUnpricedOrInvalidRequestOrIdempotencyKeyReused"];
      429: components["responses"]["BudgetExceededOrThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["TableUnavailableOrStorageUnavailableOrFalKeyMissing"];
    };
  };
  validateJob: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewJob"];
      };
    };
    responses: {
      /** @description The request is valid. This is what would be sent to fal, with a note in place of each inline file, and its estimated cost. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ValidatedJob"];
        };
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      413: components["responses"]["BodyTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      422: components["responses"]["InvalidRequestOrEndpointUnpriced"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["StorageUnavailable"];
    };
  };
  createBatch: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Makes retries safe: the same key with the same request returns the same job, and nothing is rendered or billed twice. Quotes are optional. The key is kept as long as the job.
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
      /** @description One result for each entry, in the same order. */
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
         * @description Makes retries safe: the same key with the same request returns the same job, and nothing is rendered or billed twice. Quotes are optional. The key is kept as long as the job.
         * @example order-42
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        /**
         * @description Id of the job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The retry was requested before. The response is the job that it created, in its current state. */
      200: {
        headers: {
          /** @description URL of the job. */
          Location: string;
          /** @description This request was made before. The response is the job that it created, in its current state. */
          "Idempotency-Replayed": "true";
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Job"];
        };
      };
      /** @description The new job. Its `retry_of` is the id of the old job. */
      202: {
        headers: {
          /** @description URL of the job. */
          Location: string;
          /** @description Seconds to wait before the next request. */
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
      422: components["responses"]["InputRefusedOrEndpointUnpricedOrInvalidRequest"];
      429: components["responses"]["BudgetExceededOrThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["TableUnavailable"];
    };
  };
  readUsage: {
    parameters: {
      query?: {
        /** @description First day (UTC) or time. The default is 31 days before `to`, which is also the longest period. */
        from?: string;
        /** @description End of the period, a day (UTC) or a time that is not a part of it. The default is now. */
        to?: string;
        /** @description Also returns the sums of each day (UTC) or of each endpoint. */
        group_by?: "day" | "endpoint";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The sums. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Usage"];
        };
      };
      400: components["responses"]["MalformedRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      422: components["responses"]["InvalidRequest"];
      429: components["responses"]["ThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      503: components["responses"]["TableUnavailable"];
    };
  };
  readJob: {
    parameters: {
      query?: {
        /** @description Also returns the request's queue position and latest log lines from fal. */
        logs?: components["parameters"]["Logs"];
      };
      header?: {
        /**
         * @description `wait=n`: responds when the job has settled, or after n seconds at the latest. The maximum is 25 (RFC 7240).
         * @example wait=20
         */
        Prefer?: components["parameters"]["Prefer"];
        /**
         * @description The `ETag` of the version that the caller has. If it is still current, the response is 304.
         * @example "7"
         */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path: {
        /**
         * @description Id of the job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The job. `Retry-After` is present until it has settled. */
      200: {
        headers: {
          /** @description Seconds to wait before the next request. */
          "Retry-After"?: number;
          /** @description Version of the response, for `If-None-Match`. */
          ETag: string;
          /** @description The maximum wait that was applied, in seconds. */
          "Preference-Applied"?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Job"];
        };
      };
      /** @description The job has not changed since the version in `If-None-Match`. */
      304: {
        headers: {
          /** @description Seconds to wait before the next request. */
          "Retry-After"?: number;
          /** @description Version of the response, for `If-None-Match`. */
          ETag: string;
          /** @description The maximum wait that was applied, in seconds. */
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
         * @description Id of the job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The job, and its image and video in the bucket, are deleted. */
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
      query?: {
        /**
         * @description The same as the header `Last-Event-ID`, for clients that cannot set it, such as event-source-polyfill. The header takes precedence. Case and hyphens of the name do not matter.
         * @example 2.2
         */
        lastEventId?: components["parameters"]["LastEventIdInQuery"];
      };
      header?: {
        /**
         * @description Id of the last event that the caller received. The stream continues after it.
         * @example 2.2
         */
        "Last-Event-ID"?: components["parameters"]["LastEventId"];
      };
      path: {
        /**
         * @description Id of the job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Events until the job has settled. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/event-stream": string;
        };
      };
      /** @description The caller already has the settled job. There is no reason to reconnect. */
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
         * @description Id of the job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The job. `Retry-After` is present until it has settled. */
      200: {
        headers: {
          /** @description Seconds to wait before the next request. */
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
      /** @description Where to upload the image, and the URL to use in jobs. */
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
        /** @description `0`: returns the URL as JSON instead of redirecting, because many clients send their API key to the redirect's target too. */
        redirect?: components["parameters"]["Redirect"];
        /** @description Sends the stored copy as a download with a file name. */
        download?: components["parameters"]["Download"];
      };
      header?: never;
      path: {
        /**
         * @description Id of the job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description With `redirect=0`: the URL of the video. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["VideoLocation"];
        };
      };
      /** @description Redirects to the video. */
      302: {
        headers: {
          /** @description URL of the video. */
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
         * @description Id of the job.
         * @example 019aab3c4d5e7f60918273645a6b7c8d
         */
        id: components["parameters"]["JobId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The job. Its `deliveries` will list each new attempt. */
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
      429: components["responses"]["RateLimitedOrThrottledOrQuotaExceeded"];
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
      /** @description The current secret, and replaced ones that are still valid. */
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
      /** @description The new secret, and the previous one. */
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
      429: components["responses"]["RateLimitedOrThrottledOrQuotaExceeded"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
    };
  };
  getFromFal: {
    parameters: {
      query?: never;
      header: {
        /**
         * @description The fal URL that the client would call.
         * @example https://queue.fal.run/decart/lucy-14b/image-to-video
         */
        "x-fal-target-url": components["parameters"]["FalTargetUrl"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The status of a settled job, its result, or a stream of its status. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
          "text/event-stream": string;
        };
      };
      /** @description The status of a job that has not settled. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
        };
      };
      /** @description An error in fal's own format, with fal's status. Once a submission's job may be recorded, the status is never 429, 502, 503 or 504, because fal's client would then send the submission again. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description An error in fal's own format, with fal's status. Once a submission's job may be recorded, the status is never 429, 502, 503 or 504, because fal's client would then send the submission again. */
      default: {
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
         * @description The fal URL that the client would call.
         * @example https://queue.fal.run/decart/lucy-14b/image-to-video
         */
        "x-fal-target-url": components["parameters"]["FalTargetUrl"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The cancellation was requested. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
        };
      };
      /** @description An error in fal's own format, with fal's status. Once a submission's job may be recorded, the status is never 429, 502, 503 or 504, because fal's client would then send the submission again. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description An error in fal's own format, with fal's status. Once a submission's job may be recorded, the status is never 429, 502, 503 or 504, because fal's client would then send the submission again. */
      default: {
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
         * @description The fal URL that the client would call.
         * @example https://queue.fal.run/decart/lucy-14b/image-to-video
         */
        "x-fal-target-url": components["parameters"]["FalTargetUrl"];
        /**
         * @description Makes retries safe: the same key with the same request returns the same job, and nothing is rendered or billed twice. Quotes are optional. The key is kept as long as the job.
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
      /** @description A response in fal's own format. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
        };
      };
      /** @description An error in fal's own format, with fal's status. Once a submission's job may be recorded, the status is never 429, 502, 503 or 504, because fal's client would then send the submission again. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FalAnswer"];
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description An error in fal's own format, with fal's status. Once a submission's job may be recorded, the status is never 429, 502, 503 or 504, because fal's client would then send the submission again. */
      default: {
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
  readRoot: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The name of the API, and links to its description and its health. A browser, which sends `Accept: text/html`, gets the console. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Root"];
          "text/html": string;
        };
      };
      400: components["responses"]["MalformedRequest"];
      403: components["responses"]["Forbidden"];
      429: components["responses"]["Throttled"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
    };
  };
  readRootHead: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The name of the API, and links to its description and its health. A browser, which sends `Accept: text/html`, gets the console. */
      200: {
        headers: {
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
  readHealth: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The service accepts and stores jobs. `degraded`: jobs wait until FAL_KEY is configured. The state may be a few seconds old. */
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
      /** @description The table is unreachable, so jobs cannot be accepted. */
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
  readHealthHead: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The service accepts and stores jobs. `degraded`: jobs wait until FAL_KEY is configured. The state may be a few seconds old. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["MalformedRequest"];
      403: components["responses"]["Forbidden"];
      429: components["responses"]["Throttled"];
      500: components["responses"]["InternalErrorOrIntegrationFailureOrIntegrationTimeout"];
      /** @description The table is unreachable, so jobs cannot be accepted. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  readOpenApi: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description The `ETag` of the version that the caller has. If it is still current, the response is 304.
         * @example "7"
         */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description This document, in OpenAPI 3.1. */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match`. */
          ETag: string;
          /** @description How long the response may be cached. */
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
      /** @description The document has not changed since the version in `If-None-Match`. */
      304: {
        headers: {
          /** @description Version of the response, for `If-None-Match`. */
          ETag: string;
          /** @description How long the response may be cached. */
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
  readOpenApiHead: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description The `ETag` of the version that the caller has. If it is still current, the response is 304.
         * @example "7"
         */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description This document, in OpenAPI 3.1. */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match`. */
          ETag: string;
          /** @description How long the response may be cached. */
          "Cache-Control": string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The document has not changed since the version in `If-None-Match`. */
      304: {
        headers: {
          /** @description Version of the response, for `If-None-Match`. */
          ETag: string;
          /** @description How long the response may be cached. */
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
  readErrorPageHead: {
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
        content?: never;
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
        /** @description fal's id of the request. */
        "X-Fal-Webhook-Request-Id": components["parameters"]["FalRequestId"];
        /** @description Id of the fal account. */
        "X-Fal-Webhook-User-Id": components["parameters"]["FalUserId"];
        /** @description Time of the signature, in seconds since 1970. */
        "X-Fal-Webhook-Timestamp": components["parameters"]["FalTimestamp"];
        /** @description Ed25519 signature of the three headers above and the body's SHA-256. */
        "X-Fal-Webhook-Signature": components["parameters"]["FalSignature"];
      };
      path: {
        /** @description Id of the job. */
        id: components["parameters"]["FalJobId"];
        /** @description The job's secret token. Only fal receives it. */
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
      /** @description Accepted. A repeated delivery changes nothing. */
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
        /** @description Id of the event. It stays the same when the event is sent again. */
        "webhook-id": string;
        /** @description Time of this attempt, in seconds since 1970. */
        "webhook-timestamp": string;
        /** @description One signature for each valid secret, separated by spaces. */
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
      /** @description Accepted. So is any other 2xx status. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not accepted. The event is never sent again. */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not accepted; redirects are not followed. The event is sent again later, not before `Retry-After`. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
}
