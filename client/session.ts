/**
 * The client's side of the session: it joins, counts frames and events, and sees that the page shows
 * what the frames say. `socket.ts` brings and takes the bytes, `events.ts` raises the events, `view.ts`
 * shows; `runtime/protocol.ts` says what travels.
 */

import { decode } from '../runtime/decode.js';
import type { Wire } from '../runtime/patch.js';
import { Ask, ClientKind, Limit, Reason, ServerKind, version } from '../runtime/protocol.js';
import { encode } from './codec.js';
import type { Events } from './events.js';
import type { Inputs } from './inputs.js';
import type { Outbox } from './outbox.js';
import type { Handler, View } from './view.js';

// TYPES -----------------------------------------------------------------------

/** The connection, as a session sees it. */
export interface Connection {
  send(bytes: Uint8Array): void;
  /** All is well: the next failure is the first. */
  settled(): void;
  /** Gives it up and tries anew. */
  lost(): void;
}

/** What a session works on. */
export interface SessionParts {
  readonly connection: Connection;
  readonly events: Pick<Events, 'begin' | 'edited'>;
  readonly inputs: Pick<Inputs, 'keep' | 'letGo' | 'processed' | 'release'>;
  readonly outbox: Outbox;
  readonly view: Pick<View, 'adopt' | 'bound' | 'definitions' | 'find' | 'patch' | 'render'>;
  /** The hash of the script, '' if it has none. */
  readonly client: string;
  readonly token: string;
  /** Tells the page that so many events were lost: one by one, or with the session that was to have them. */
  tell(how: 'dropped' | 'fresh', dropped: number): void;
}

/** The timers, for specs to replace. */
export type Timers = Pick<typeof globalThis, 'clearTimeout' | 'setTimeout'>;

/** Milliseconds without a frame after which a sign of life is asked for. */
const quiet = 25_000;
/** Milliseconds in which something must come when it was asked for. */
const patience = 10_000;

/** What an event counts for beside its payload: more than it takes, so that a frame holds 32 of them at most. */
const around = 500;

// SESSION ---------------------------------------------------------------------

/** One page's session, over all its connections. */
export class Session {
  readonly #parts: SessionParts;
  readonly #timers: Timers;
  /** The number of the last frame taken. */
  #frame = 0;
  /** Frames taken since the server was last told. */
  #untold = 0;
  /** Whether the join has been answered on this connection. */
  #answered = false;
  /** Whether the page does not show what it should, and waits for a render. */
  #broken = false;
  /** Whether a render has been asked for on this connection. */
  #asked = false;
  /** Whether the connection has been told that all is well. */
  #settled = false;
  #acknowledging: ReturnType<typeof setTimeout> | undefined;
  #watching: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: SessionParts, timers: Timers = globalThis) {
    this.#parts = parts;
    this.#timers = timers;
  }

  // CONNECTION ----------------------------------------------------------------

  /** The socket is open: joins. */
  opened(): void {
    const { client, outbox, token, view } = this.#parts;
    outbox.rewind();
    view.definitions.keep();
    const { processed, raised } = outbox;
    this.#send([ClientKind.Join, version, client, token, this.#frame, processed, raised, view.definitions.hashes]);
    this.#expect();
  }

  /** The socket is closed. What could not be read is not sent again. */
  closed(refused: boolean): void {
    this.#answered = this.#asked = this.#settled = false;
    this.#timers.clearTimeout(this.#watching);
    this.#told();
    const spoilt = refused && this.#parts.outbox.spoil();
    if (spoilt) this.#parts.tell('dropped', spoilt);
  }

  /** Asks for a sign of life now: the connection may have died while nobody looked. */
  probe(): void {
    if (!this.#answered) return;
    this.#acknowledge(Ask.Sign);
    this.#expect();
  }

  /** Something must come within a while. */
  #expect(): void {
    this.#watch(patience, () => this.#parts.connection.lost());
  }

  #watch(delay: number, late: () => void): void {
    this.#timers.clearTimeout(this.#watching);
    this.#watching = this.#timers.setTimeout(late, delay);
  }

  #send(frame: Wire): void {
    this.#parts.connection.send(encode(frame));
  }

  // FRAMES --------------------------------------------------------------------

  /** Takes a frame. What cannot be read ends the connection. */
  received(bytes: Uint8Array): void {
    this.#watch(quiet, () => this.probe());
    let frame: readonly Wire[];
    try {
      frame = decode(bytes) as readonly Wire[];
    } catch {
      this.#parts.connection.lost();
      return;
    }
    const [kind, , , reason] = frame;
    const fresh = kind === ServerKind.Render && reason === Reason.Fresh;
    const dropped = fresh && this.#startAnew();
    this.#count(frame);
    try {
      this.#show(frame);
    } catch (error) {
      console.warn(error);
      this.#broken = true;
    }
    this.#parts.inputs.release();
    if (dropped !== false) this.#parts.tell('fresh', dropped);
    this.#answer();
    this.#tell();
  }

  /** A new session counts from the start; what was on its way is lost. Says how many events that were. */
  #startAnew(): number {
    const { inputs, outbox } = this.#parts;
    this.#frame = this.#untold = 0;
    inputs.processed(outbox.raised);
    inputs.release();
    return outbox.drop();
  }

  #count([kind, first, second]: readonly Wire[]): void {
    const { inputs, outbox } = this.#parts;
    if (kind !== ServerKind.Acknowledge) {
      this.#frame++;
      this.#untold++;
    }
    if (kind === ServerKind.Command) return;
    const processed = kind === ServerKind.Acknowledge ? first : second;
    outbox.advance((processed ?? +((kind as number) >= ServerKind.Patch)) as number);
    inputs.processed(outbox.processed);
  }

  #show([kind, content]: readonly Wire[]): void {
    const { view } = this.#parts;
    if (kind === ServerKind.Adopt || kind === ServerKind.Render) this.#showTree(kind, content as Wire);
    else if (!view.bound) this.#broken = true;
    else if (kind === ServerKind.Patch && !this.#broken) view.patch(content as readonly Wire[]);
  }

  #showTree(kind: Wire, tree: Wire): void {
    const { events, inputs, view } = this.#parts;
    const edits = view.bound ? undefined : events.edited;
    if (edits) inputs.keep(edits);
    if (kind === ServerKind.Adopt) view.adopt(tree);
    else {
      // Frames were not taken while this one was awaited, and what they defined is not known here.
      if (this.#asked) view.definitions.keep(0);
      view.render(tree);
    }
    this.#broken = this.#asked = false;
    if (!edits) return;
    events.begin(edits);
    inputs.letGo();
  }

  /** After the first frame of a connection events may go out; after a wrong one a render is needed. */
  #answer(): void {
    const first = !this.#answered;
    this.#answered = true;
    if (this.#broken && !this.#asked) {
      this.#asked = true;
      this.#acknowledge(Ask.Render);
    }
    if (!this.#broken && !this.#settled) {
      this.#settled = true;
      this.#parts.connection.settled();
    }
    if (first) this.#flush();
  }

  // ACKNOWLEDGING -------------------------------------------------------------

  /** Tells the server of frames taken, if nothing else does so before. */
  #tell(): void {
    if (this.#untold >= Limit.acknowledgeFrames) this.#acknowledge(0);
    else if (this.#untold) {
      this.#acknowledging ??= this.#timers.setTimeout(() => this.#acknowledge(0), Limit.acknowledgeDelay);
    }
  }

  #acknowledge(ask: number): void {
    const frames = this.#told();
    if (frames || ask) this.#send([ClientKind.Acknowledge, frames, ask].slice(0, ask ? 3 : 2));
  }

  #told(): number {
    const frames = this.#untold;
    this.#untold = 0;
    this.#timers.clearTimeout(this.#acknowledging);
    this.#acknowledging = undefined;
    return frames;
  }

  // EVENTS --------------------------------------------------------------------

  /** Sends an event as soon as that is possible; answers its number, or 0 if too many are waiting or it is too big. */
  raise({ instance, part }: Handler, payload: readonly Wire[] | undefined): number {
    const number = this.#parts.outbox.add({ instance, part, payload, bytes: around + encode(payload ?? []).length });
    if (!number) this.#parts.tell('dropped', 1);
    // One frame for all that one DOM event leads to: the first that comes takes all.
    queueMicrotask(() => this.#flush());
    return number;
  }

  #flush(): void {
    if (!this.#answered) return;
    const { outbox, view } = this.#parts;
    for (let taken = outbox.take(); taken.length; taken = outbox.take()) {
      const events = taken.map(({ instance, part, payload }) => {
        const address = instance && view.find(instance.number) === instance ? [instance.number, part] : [0, 0];
        return payload ? [...address, payload] : address;
      });
      const frames = this.#told();
      this.#send([ClientKind.Events, events, frames].slice(0, frames === 1 ? 2 : 3));
    }
  }
}
