/** The answer to an HTTP request, for any server. `http.ts` and `health.ts` make answers; `node-adapter.ts` writes them. */

/** Name, value, name, value: the form that Node's servers write fastest. */
export type Headers = readonly string[];

/** Status, headers and body. A text body is sent as UTF-8. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string | Uint8Array;
}
