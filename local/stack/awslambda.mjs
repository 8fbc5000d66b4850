// The global that Lambda's runtime defines before it loads a function (rule A4). Plain JavaScript, so that a bundle's own thread can have it.

/** By this mark the runtime knows a function that streams its answer. */
const mark = Symbol.for("aws.lambda.runtime.handler.streaming");
const delimiter = "\0".repeat(8);

globalThis.awslambda = {
  streamifyResponse: (handler) => Object.assign(handler, { [mark]: "response" }),
  HttpResponseStream: {
    // As Lambda does it, the head waits for the first call of `write`, and is lost where only `end` is called.
    from: (stream, head) => {
      const write = stream.write.bind(stream);
      stream.write = (...chunk) => {
        stream.write = write;
        write(JSON.stringify(head) + delimiter);
        return write(...chunk);
      };
      return stream;
    },
  },
};
