/** The fallback as a load generator speaks it: a connection made of requests, with what a visit uses of a WebSocket. */

import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });

/** One connection. */
export class RequestSocket extends EventEmitter {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #id = randomBytes(16).toString('hex');
  #up = 0;
  #rest = Buffer.alloc(0);
  #down: IncomingMessage | undefined;
  #isOpen = false;

  constructor(url: string, headers: Record<string, string>) {
    super();
    this.#url = url;
    this.#headers = headers;
  }

  /** The first frame opens it. */
  send(frame: Uint8Array): void {
    const body = Buffer.alloc(4 + frame.length);
    body.writeUInt32BE(frame.length);
    body.set(frame, 4);
    if (this.#isOpen) void this.#post(`${++this.#up}.`, body).then((answer) => answer.resume());
    else void this.#open(body);
    this.#isOpen = true;
  }

  terminate(): void {
    this.removeAllListeners();
    this.#down?.destroy();
  }

  close(): void {
    this.terminate();
  }

  async #open(body: Buffer): Promise<void> {
    const answer = await this.#post('1.s', body);
    this.#down = answer;
    answer.on('error', () => undefined);
    answer.on('data', (bytes: Buffer) => this.#receive(bytes));
    answer.on('close', () => this.emit('close', 1006, Buffer.from('the answer ended')));
  }

  async #post(what: string, body: Buffer): Promise<IncomingMessage> {
    const asked = request(`${this.#url}?${this.#id}.${what}`, { method: 'POST', agent, headers: this.#headers });
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    if ((answer.statusCode ?? 500) > 299) throw new Error(`answered with ${answer.statusCode}`);
    return answer;
  }

  #receive(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 4) {
      const length = this.#rest.readUInt32BE(0);
      if (this.#rest.length < 4 + length) return;
      const frame = this.#rest.subarray(4, 4 + length);
      this.#rest = this.#rest.subarray(4 + length);
      if (length) this.emit('message', Buffer.from(frame));
    }
  }
}
