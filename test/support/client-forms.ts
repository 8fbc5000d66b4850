import { readFileSync } from "node:fs";
import { rawFormEvent } from "./forms.ts";

/**
 * Bodies of `POST /jobs` as real clients send them, in `test/fixtures/forms`, by language. Each file has the headers
 * `User-Agent` and `Content-Type`, an empty line and the body, byte for byte. They were recorded from the client that
 * the User-Agent names, by a server that wrote down what arrived. These could not run where the others were recorded,
 * so they are written as the client's source writes them:
 *
 * - `ios-alamofire`: Alamofire, `Source/Features/MultipartFormData.swift`
 * - `ios-react-native`: React Native, `Libraries/Network/FormData.js` and `RCTNetworking.mm`
 * - `dart-http`: dart-lang/http, `pkgs/http/lib/src/multipart_request.dart`
 * - `android-retrofit`: recorded from OkHttp, with the parts that Retrofit's `RequestBuilder` gives it
 */
export const CLIENT_FORMS = {
  C: ["curl", "curl-escape", "curl-typed"],
  "C#": ["dotnet-httpclient", "dotnet-no-filename", "dotnet-stream"],
  Dart: ["dart-http"],
  Go: ["go-mime-multipart"],
  HTML: ["browser-chromium"],
  Java: ["android-retrofit", "java-apache-4", "java-apache-4-browser", "java-okhttp"],
  JavaScript: [
    "axios-form-data",
    "axios-postform",
    "formdata-node",
    "ios-react-native",
    "node-20-fetch",
    "node-24-fetch",
    "node-fetch-2",
    "superagent",
  ],
  Perl: ["perl-lwp"],
  PHP: ["php-curl", "php-guzzle"],
  Python: ["python-aiohttp", "python-httpx", "python-requests", "python-requests-files", "python-urllib3"],
  Ruby: ["ruby-faraday", "ruby-httparty", "ruby-multipart-post", "ruby-net-http", "ruby-rest-client"],
  Swift: ["ios-alamofire"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What each of these forms says; the picture is `PICTURES["image/png"]`. */
export const CLIENT_FORM = { prompt: "the tide, café", metadata: { order: "7" } };

/** The event of one of these forms, as API Gateway passes it on. */
export function clientFormEvent(name: string) {
  const file = readFileSync(new URL(`../fixtures/forms/${name}.http`, import.meta.url));
  const end = file.indexOf("\r\n\r\n");
  const contentType = /^content-type: (.+)$/im.exec(file.subarray(0, end).toString())?.[1];
  if (contentType === undefined) throw new Error(`${name}.http has no Content-Type`);
  return rawFormEvent(file.subarray(end + 4), contentType);
}
