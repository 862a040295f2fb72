/**
 * The client's side of the session: it joins, counts frames and events, and makes the page show what the frames contain.
 * `start.ts` connects it with the socket. `events.ts` raises the events, `view.ts` shows the tree;
 * `runtime/wire/protocol.ts` defines the frames.
 */

import { decode } from '../runtime/wire/decode.js';
import { Mark, type Scalar, type Wire } from '../runtime/wire/patch.js';
import { Ask, ClientKind, Command, Limit, Reason, ServerKind, Verdict, version } from '../runtime/wire/protocol.js';
import { encode } from './codec.js';
import type { Events } from './events.js';
import type { Inputs } from './inputs.js';
import { addressOf } from './instance.js';
import type { Gate, Outbox } from './outbox.js';
import type { ReloadStorage } from './reload-storage.js';
import type { Handler, View } from './view.js';

// TYPES -----------------------------------------------------------------------

/** The connection, as a session sees it. */
export interface Connection {
  send(bytes: Uint8Array): void;
  /** The page is live, but for an event that has had no answer for a while. Called again and again. */
  settled(isUnanswered: boolean): void;
  /** Gives it up and tries anew. */
  giveUp(): void;
  /** Opens another within so many milliseconds and leaves this one. */
  move(within: number): void;
}

/** The state that the page shows: by `Reason`, how the session continues; or that events were lost although it does. */
export type Told = (typeof reasons)[number] | 'dropped';

/** What a session works on. */
export interface SessionParts {
  readonly connection: Connection;
  readonly events: Pick<Events, 'begin' | 'early' | 'edited' | 'touched'>;
  readonly typing: Pick<Inputs, 'keep' | 'letGo' | 'processed' | 'release'>;
  readonly reloadStorage: Pick<ReloadStorage, 'astray' | 'fallBack' | 'keep' | 'leave' | 'settle' | 'token'>;
  readonly outbox: Outbox;
  readonly view: Pick<View, 'adopt' | 'isBound' | 'definitions' | 'find' | 'patch' | 'render'>;
  /** The hash of the script, '' if it has none. */
  readonly client: string;
  /** What has to be loaded before a frame can be shown. A new promise each time. */
  needs(frame: readonly Wire[]): Promise<void> | undefined;
  /** Tells the page, and how many events were lost. */
  tell(what: Told, dropped: number): void;
  /** Writes an attribute of the root; `null` removes it. */
  setMark(name: string, value: Scalar): void;
}

/** Milliseconds. */
const Delay = {
  /** Without a frame, after which a sign of life is asked for. */
  quiet: 25_000,
  /** In which an event has an answer; else a sign of life is asked for. */
  answer: 3_000,
  /** In which something must come when it was asked for. */
  patience: 4_000,
  /** The same, after nothing has come in that. */
  longest: 12_000,
} as const;

/** By `Reason`. */
const reasons = ['resumed', 'restored', 'fresh', 'forked'] as const;

// SESSION ---------------------------------------------------------------------

/** One page's session, over all its connections. */
export class Session {
  readonly #parts: SessionParts;
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
  /** What the frames of this connection wait for, in their order. */
  #ready: Promise<void> | undefined;
  #acknowledging: ReturnType<typeof setTimeout> | undefined;
  #watching: ReturnType<typeof setTimeout> | undefined;
  /** Since an event without an answer has gone out. */
  #awaiting: ReturnType<typeof setTimeout> | undefined;
  #isUnanswered = false;
  #patience: number = Delay.patience;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  // CONNECTION ----------------------------------------------------------------

  /** The socket is open: joins. */
  opened(): void {
    const { client, reloadStorage, outbox, view } = this.#parts;
    const { astray, token } = reloadStorage;
    reloadStorage.leave(0);
    outbox.rewind();
    this.#pend();
    view.definitions.keep();
    // A page that shows another session's has taken a frame too many: nothing in it is to be adopted.
    const frame = this.#frame || +astray;
    const { durable, names, processed } = outbox;
    this.#send([ClientKind.Join, version, client, token, frame, processed, durable, view.definitions.hashes, names]);
    this.#expect();
  }

  /**
   * The socket is closed. What could not be read is not sent again. Says whether to join again at once, whatever
   * the code.
   */
  closed(code: number): boolean {
    const { reloadStorage, outbox } = this.#parts;
    this.#answered = this.#asked = false;
    this.#ready = undefined;
    clearTimeout(this.#watching);
    this.#heed(true);
    this.#told();
    const anew = code === Verdict.Refused && reloadStorage.fallBack();
    if (anew) this.#drop(outbox.drop());
    if (code === Verdict.TooBig || code === Verdict.Malformed) this.#drop(outbox.spoil());
    return anew;
  }

  /** So many events are lost. */
  #drop(count: number): void {
    if (count) this.#parts.tell('dropped', count);
    this.#pend();
  }

  /** Says how many events are not durable, those included that happened before there was a tree. */
  #pend(): void {
    const { events, outbox, setMark } = this.#parts;
    setMark(Mark.Pending, outbox.raised - outbox.durable + events.early.length || null);
  }

  /** Asks for a sign of life now: the connection may have failed while the page was hidden. */
  probe(): void {
    if (!this.#answered) return;
    this.#acknowledge(Ask.Sign);
    this.#expect();
  }

  /** Something must come within a while. */
  #expect(): void {
    this.#watch(this.#patience, () => {
      this.#patience = Delay.longest;
      this.#parts.connection.giveUp();
    });
  }

  /** An event that has gone out has to be answered soon. `anew`: one was, or the connection is closed. */
  #heed(anew?: boolean): void {
    if (anew) {
      clearTimeout(this.#awaiting);
      this.#awaiting = undefined;
      this.#isUnanswered = false;
    }
    if (this.#answered && this.#parts.outbox.isAwaited) this.#awaiting ??= setTimeout(() => this.#miss(), Delay.answer);
  }

  #miss(): void {
    this.#isUnanswered = true;
    this.#parts.connection.settled(true);
    this.probe();
  }

  /** A frame has come: the next one has time. What comes while an event has no answer is no answer. */
  #hear(): void {
    if (!this.#isUnanswered) this.#watch(Delay.quiet, () => this.probe());
  }

  #watch(delay: number, late: () => void): void {
    clearTimeout(this.#watching);
    this.#watching = setTimeout(late, delay);
  }

  #send(frame: Wire): void {
    this.#parts.connection.send(encode(frame));
  }

  // FRAMES --------------------------------------------------------------------

  /** Takes a frame, when what it needs is loaded. What cannot be read or shown ends the connection. */
  async received(bytes: Uint8Array): Promise<void> {
    this.#hear();
    let ready = this.#ready;
    let frame: readonly Wire[];
    try {
      frame = decode(bytes) as readonly Wire[];
      ready = this.#ready ??= this.#parts.needs(frame);
      if (ready) await ready;
    } catch {
      if (ready === this.#ready) this.#parts.connection.giveUp();
      return;
    }
    // If the connection was lost meanwhile, the next one brings it again.
    if (ready === this.#ready) this.#take(frame);
  }

  #take(frame: readonly Wire[]): void {
    const { reloadStorage, tell, typing } = this.#parts;
    const [kind, ...fields] = frame as [number, ...Wire[]];
    const content = kind === ServerKind.Acknowledge ? null : fields.shift();
    const [processed = +(kind >= ServerKind.Patch), ...others] = fields;
    const reason = kind === ServerKind.Render ? ((others.shift() ?? Reason.Resumed) as Reason) : undefined;
    const [late = 0, last] = others;
    const isFirst = !this.#answered;
    const lost = this.#count(kind, reason, processed as number, late);
    if (kind === ServerKind.Render && last) reloadStorage.token = last as string;
    try {
      this.#show(kind, content as Wire, processed);
    } catch (error) {
      console.warn(error);
      this.#broken = true;
    }
    typing.release();
    if (isFirst) reloadStorage.settle();
    if (reason || (isFirst && kind)) tell(reasons[reason ?? Reason.Resumed], lost);
    this.#drop(kind === ServerKind.Acknowledge ? ((last ?? 0) as number) : 0);
    this.#answer();
    this.#tell();
  }

  /** Counts a frame and the events it tells of. Says how many are lost. */
  #count(kind: number, reason: Reason | undefined, processed: number, late: Wire): number {
    const { outbox, setMark, typing } = this.#parts;
    if (reason) this.#frame = this.#untold = 0;
    if (kind !== ServerKind.Acknowledge) {
      this.#frame++;
      this.#untold++;
    }
    if (kind === ServerKind.Command) return 0;
    setMark(Mark.Unstored, late === null || null);
    const lost = outbox.advance(processed, late as number, !!reason);
    typing.processed(outbox.processed, outbox.durable);
    if (processed) {
      this.#patience = Delay.patience;
      this.#heed(true);
    }
    return lost;
  }

  #show(kind: number, content: Wire, operand: Wire): void {
    const { connection, view } = this.#parts;
    if (kind <= ServerKind.Render) this.#showTree(kind, content);
    else if (content === Command.Move) connection.move(operand as number);
    else if (!view.isBound) this.#broken = true;
    else if (kind === ServerKind.Patch && !this.#broken) view.patch(content as readonly Wire[]);
  }

  #showTree(kind: Wire, tree: Wire): void {
    const { events, typing, view } = this.#parts;
    const edits = view.isBound ? undefined : events.edited;
    if (edits) typing.keep(edits);
    if (kind === ServerKind.Adopt) view.adopt(tree);
    else {
      // Frames were not taken while this one was awaited, and what they defined is not known here.
      if (this.#asked) view.definitions.keep(0);
      view.render(tree, edits && events.touched(edits));
    }
    this.#broken = this.#asked = false;
    if (!edits) return;
    const lost = events.begin(edits);
    if (lost) this.#parts.tell('dropped', lost);
    typing.letGo();
  }

  /** After the first frame of a connection events may go out; after a wrong one a render is needed. */
  #answer(): void {
    this.#answered = true;
    if (this.#broken && !this.#asked) {
      this.#asked = true;
      this.#acknowledge(Ask.Render);
    }
    if (!this.#broken) this.#parts.connection.settled(this.#isUnanswered);
    this.#hear();
    this.#flush();
  }

  // ACKNOWLEDGING -------------------------------------------------------------

  /** Tells the server of frames taken, if nothing else does so before. */
  #tell(): void {
    if (this.#untold >= Limit.acknowledgeFrames) this.#acknowledge(0);
    else if (this.#untold) {
      this.#acknowledging ??= setTimeout(() => this.#acknowledge(0), Limit.acknowledgeDelay);
    }
  }

  #acknowledge(ask: number): void {
    const frames = this.#told();
    if (frames || ask) this.#send([ClientKind.Acknowledge, frames, ask].slice(0, ask ? 3 : 2));
  }

  #told(): number {
    const frames = this.#untold;
    this.#untold = 0;
    clearTimeout(this.#acknowledging);
    this.#acknowledging = undefined;
    return frames;
  }

  // EVENTS --------------------------------------------------------------------

  /**
   * Sends an event as soon as that is possible; answers its number, or 0 if too many are waiting or it is too big. One
   * with `sums` (`outbox.ts`) is sent with the next frame of the screen, or before the next event without.
   */
  raise({ instance, part }: Handler, payload: readonly Wire[] | undefined, gate?: Gate, sums?: number): number {
    const address = addressOf(instance);
    const number = this.#parts.outbox.add(payload ? [address, part, payload] : [address, part], instance, gate, sums);
    this.#drop(+!number);
    if (sums === undefined) this.raised();
    else requestAnimationFrame(() => this.raised());
    return number;
  }

  /** Sends what is raised, or keeps it as it is now: one frame for all that one DOM event leads to. */
  raised(): void {
    this.#pend();
    queueMicrotask(() => (this.#answered ? this.#flush() : this.#parts.reloadStorage.keep()));
  }

  #flush(): void {
    const { outbox, view } = this.#parts;
    for (let taken = outbox.take(); taken.length; taken = outbox.take()) {
      const events = taken.map(({ instance, stored }): Wire => {
        const [address, ...rest] = stored as readonly [Wire, ...Wire[]];
        return [instance && view.find(instance.number) === instance ? instance.number : address, ...rest];
      });
      const frames = this.#told();
      this.#send([ClientKind.Events, events, frames].slice(0, frames === 1 ? 2 : 3));
    }
    this.#heed();
  }
}
