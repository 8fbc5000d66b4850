/**
 * How long things take, in milliseconds, and where each number is from. "Measured" means by
 * `npm run bench:scaling -- --measure`, on two cores of an AMD EPYC with Node 20. "List" means from the provider's own
 * pages. "Assumed" means that nobody has measured it: put your own number here and run again.
 */
export const serviceTimes = {
  /** A read or write of one row, from Lambda. List: "single-digit milliseconds". */
  tableMs: 5,
  /** Processor time of one such call, in the AWS SDK. Measured: 1.5 to 1.9. */
  tableProcessorMs: 1.7,
  /** fal's answer to a status or result call. Assumed. */
  falCallMs: 150,
  /** Processor time of one such call. Measured: 0.9. */
  falCallProcessorMs: 0.9,
  /** fal's answer to the POST that submits a job. Assumed. */
  falSubmitMs: 300,
  /** Our own code around one request: parse, check, render. Assumed; a signature takes 0.13, measured. */
  ownMs: 3,
  /** fal's time for one video, without its queue. Assumed: fal publishes none for this model. */
  renderMs: 20_000,
  /** The standard deviation of these times, divided by their mean. Assumed. */
  renderSpread: 0.3,
  /** A copy of a video of some 5 MB from fal to the bucket, while two others are copied beside it. Assumed. */
  copyMs: 1_500,
  copySpread: 0.4,
  /** A receiver's answer to a callback, with its TLS handshake. Assumed. */
  callbackMs: 250,
  /** Until a function that was started asynchronously begins. Assumed for a warm instance. */
  startMs: 60,
  /** Lambda's call that starts a function. Assumed. */
  startCallMs: 30,
  /** How often Lambda looks for records in each shard of a stream. List: 4 times a second. */
  streamPollMs: 250,
  /** How long Lambda keeps an idle instance. Assumed: not published, usually between 5 minutes and 2 hours. */
  instanceLifetimeMs: 3_600_000,
} as const;
