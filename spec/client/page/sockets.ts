/** Puts a WebSocket in place of the browser's that does what the spec says: `window.sockets`, in the order they are opened. */

/** One of them. */
export class FakeSocket {
  readonly url: string;
  readyState = 0;
  /** The frames sent, as bytes. */
  readonly sent: number[][] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(url: string) {
    this.url = url;
    sockets.push(this);
  }

  send(bytes: Uint8Array): void {
    this.sent.push([...bytes]);
  }

  close(): void {
    this.readyState = 3;
  }

  /** The other side accepts it. */
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  /** A frame arrives. */
  receive(bytes: readonly number[]): void {
    this.onmessage?.({ data: Uint8Array.from(bytes).buffer });
  }

  /** The other side closes it. */
  drop(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const sockets: FakeSocket[] = [];

Object.assign(window, { sockets, WebSocket: FakeSocket });
