/**
 * The protocol: everything that browser and server send to each other after the first page, in one file
 * that both sides import. Frames are binary WebSocket messages, each one MessagePack array; the
 * changes inside them are described in `patch.ts`.
 *
 * Server to client (positional; fields at the end that have their default are not sent):
 *
 *     adopt        [0, tree, processed = 0, late = 0]                                   numbered
 *     render       [1, tree, processed = 0, reason = resumed, late = 0, token = '']     numbered
 *     patch        [2, changes, processed = 1, late = 0]                                numbered
 *     command      [3, name, ...operands]                                               numbered
 *     acknowledge  [4, processed = 1, late = 0, dropped = 0]                            not numbered
 *
 * Client to server:
 *
 *     join         [0, version, client, token, frame, processed, durable, hashes, names]
 *     events       [1, events, frames = 1]
 *     acknowledge  [2, frames = 0, ask = 0]
 *
 * **Joining.** The client opens the socket and sends `join` first: the protocol `version`, the name of
 * the `client` script ('' when self-built), the `token` from the page, the number of the last `frame`
 * it has applied (0: none, and the page is as it came with the token), the numbers of the last of its events
 * that it knows to be `processed` and to be `durable`, the `hashes` of the template definitions it knows, in
 * their order, and the `names` of the events that it keeps. The server answers with exactly one of:
 * `adopt` (the page is as the server rendered it: bind, change nothing), `render` (make the page so),
 * `acknowledge` (nothing or little was missed; frames follow). After the answer the client sends the
 * events that were not processed again.
 *
 * **Page loads.** Each loading of a page in a browser has a name of its own, and a session has one page load
 * at a time. The one it has takes over from its own earlier connection. Another claims a session that has no
 * connection. If it has one, the session *forks*: the newcomer gets a session of its own with the same state,
 * and the `token` of that. For example, a user reloads page `a`: the connection of `a` ends, `b` joins the same
 * session. The user duplicates the tab instead: `a` stays connected, `b` gets a fork.
 *
 * **Reasons.** A `render` says why. `resumed`: the session is the one the client knows; both go on
 * counting. With each of the others the frames are counted from 0 again. `restored`: the state comes from
 * a store, or another page load has used it meanwhile; `processed` is then not a difference but the number
 * of this page load's events that the state contains: later ones are sent again, as far as they are not durable. `forked` is the same for
 * a session that has forked, and `fresh` for a new session in place of one that is gone: it contains no events, so that
 * all that are not durable are sent to it, and the durable ones are lost.
 *
 * **Frames are counted, not sent.** A client counts the numbered frames; its session counts them too.
 * The client says how many it has applied since it last said so: in `events`, else in `acknowledge`
 * every 16 frames or 100 ms. The server stops sending at 128 frames or 64 KB unacknowledged.
 *
 * **Events are counted, not numbered.** `events` is a list of `[instance, part, payload?]`; their
 * numbers follow from their order on the connection. Each page load counts from 1. `processed` in
 * a frame is how many more of them the page now shows the effect of, since the last frame that said so;
 * `late` is how many fewer than these the store holds safely. What the store holds is *durable*: the client
 * keeps an event until then. For example, a client has sent 5 events and knows of 2 processed. A patch with
 * `processed` 2 and `late` 3 says: the first 4 are processed, of which only the first is durable. `late` is `null`
 * while the session cannot be stored and the client keeps half as many events as it has room for: from then on it keeps
 * none of those that are processed, as if they were durable, and its page says so.
 *
 * **Inherited events.** A page load takes over the events that the one before it in the same tab has kept. It
 * sends and counts them before its own. So that an event is applied once, whichever page load sends it, it has a name:
 * the page load that made it, and its number among those that this one made. `names` are ranges
 * `[load, first, count]` of the events that follow the last durable one. The last range names the page load that
 * joins. Those before `first` are durable; so a range may be empty. If the state contains fewer of them, the store has
 * lost some, and `processed` of the `restored` is less than `durable`. For example, `a` has made 5 events, of which 3 are
 * durable:
 *
 *     a joins       durable 3, names [['a', 4, 2]]
 *     b replaces a  durable 0, names [['a', 4, 2], ['b', 1, 0]]                if a.4 is done: `processed` 1
 *     c replaces b  durable 0, names [['a', 4, 2], ['b', 1, 7], ['c', 1, 0]]   if b has made 7 events
 *     c goes on     durable 3, names [['a', 6, 0], ['b', 2, 6], ['c', 1, 0]]   when a.4, a.5 and b.1 are durable
 *
 * **Stable addresses.** An event whose instance has no number any more, or that was made before a
 * `restored`, `forked`, `fresh` or reloaded page, says in place of the number what it happened at:
 * `[hash, key, part, key, part, key, ...]`, the hash of the template's definition and the way there from
 * the root, whose part is not said: in a keyed list the key of the row, in another its index, otherwise the
 * key of the component that stands there, `null` if it is none. It is looked up when all events before it
 * have been applied; if there is nothing, it counts as processed, and in the next `acknowledge` as `dropped`.
 * So that a client knows the key of a component, it follows the values of that component's instance, unless
 * it stands in a row.
 *
 * **Asking.** `ask` is a set of bits: 1 asks for a full `render` (the client found itself
 * inconsistent), 2 for an `acknowledge` as a sign of life.
 *
 * **Commands.** `move`, with one operand: the client is to open another connection within so many
 * milliseconds and leave this one, because the server is about to stop.
 *
 * **Closing.** A connection that ends is made again after a while, and nothing of the session is lost by
 * it. A server that closes one says why by its code: `CloseCode` says what the client does then.
 *
 * **Payloads.** Sent only if the handler is a function: positional fields by the kind of event, see
 * `payloadFields`; the fields at the end that have their default are not sent.
 *
 * **Text edits.** The `value` of a control whose text the server writes (`.value` on the element that has the event) is
 * not said as a whole, but as what the user has made of it: `[text, at = 0, cut = 0]`. It applies
 * to the text as the client knew it with all frames that it has counted, and with its edits before. The server rebases it
 * on what it has written since, and the client rebases its edits that are not processed on what a frame writes. A client
 * that does not know what the server has written sends the whole text. The server says nothing if the view gives what the
 * control shows, and writes the text, also one that it has written before, if it does not. For example, the field shows
 * `one` and the client raises Enter and then `t`, before it gets the patch that empties the field:
 *
 *     client   [1, [[2, 1, ['Enter']], [2, 0, [['t', 3]]]]]     the text is `onet`
 *     server   the model is empty after Enter; `t` at 3 becomes `t` at 0: the handler is given `t`
 *     server   [2, [2, 2, ''], 1]                               for Enter
 *     client   empties `one` in `onet`: the text is `t`
 */

import type { Patch, Wire } from './patch.js';

/** Raised whenever a frame changes its meaning. Client and server must agree. */
export const version = 4;

// KINDS -----------------------------------------------------------------------

/** Kinds of frames to the client. Wire numbers, append only. */
export const ServerKind = { Adopt: 0, Render: 1, Patch: 2, Command: 3, Acknowledge: 4 } as const;
export type ServerKind = (typeof ServerKind)[keyof typeof ServerKind];

/** Kinds of frames to the server. Wire numbers, append only. */
export const ClientKind = { Join: 0, Events: 1, Acknowledge: 2 } as const;
export type ClientKind = (typeof ClientKind)[keyof typeof ClientKind];

/** Why a page is rendered whole. */
export const Reason = { Resumed: 0, Restored: 1, Fresh: 2, Forked: 3 } as const;
export type Reason = (typeof Reason)[keyof typeof Reason];

/** What a client can be told to do. */
export const Command = { Move: 'move' } as const;

/** What a client can ask for in an `acknowledge`; bits. */
export const Ask = { Render: 1, Sign: 2 } as const;

/** The close codes after which a client does not just join again after a while. */
export const Verdict = {
  /** A frame was larger than the server allows: its events lose their effect. */
  TooBig: 1009,
  /** Protocol or client script are of another version: the client loads the page again. */
  Reload: 4000,
  /** The token is not valid, or not with this cookie: the client loads the page again. */
  Refused: 4001,
  /** A frame could not be read or said something no client says: its events lose their effect. */
  Malformed: 4002,
} as const;

/** Why the server closes a connection, and what the client does then. */
export const CloseCode = /* @__PURE__ */ Object.freeze({
  ...Verdict,
  /** The server stops or the page is left; the client joins again after a while. */
  GoingAway: 1001,
  /** The server has no room now; the client tries again later. */
  TryLater: 1013,
  /** More frames in a second than the server allows. */
  Flood: 4003,
  /**
   * The same page has joined on another connection. A page receives this only if its own earlier connection has
   * reached the server late: it joins again after a while.
   */
  Replaced: 4004,
  /** No join, no sign of life or no acknowledgement in time. */
  Silent: 4005,
} as const);
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

// RELOADING -------------------------------------------------------------------

/**
 * The cookie a page leaves for the one that is loaded in its place: the name of its page load, a dot, its token.
 * For the path of the page alone, and for a few seconds.
 */
export const pageCookie = 'troupe-page';

// POSTS -----------------------------------------------------------------------

/** The id of the empty form behind a page, which posts the buttons that stand in no form. */
export const loosePosts = 'troupe-post';

/** The name of the field in it that has the token. */
export const postedToken = 'troupe-token';

// LIMITS ----------------------------------------------------------------------

/** Numbers both sides must agree on. */
export const Limit = {
  /** Frames a server sends ahead of the client's acknowledgement. */
  windowFrames: 128,
  /** Bytes a server sends ahead of the client's acknowledgement. */
  windowBytes: 65_536,
  /** Bytes a server leaves buffered in its own process. */
  windowBuffered: 16_384,
  /** Bytes of a frame a client sends; the default of the server's `maxFrame`. */
  frame: 65_536,
  /** Applied frames after which a client acknowledges. */
  acknowledgeFrames: 16,
  /** Milliseconds after which a client acknowledges. */
  acknowledgeDelay: 100,
  /** Events a client keeps that are not durable; the oldest are kept, newer ones dropped. */
  outbox: 1_000,
  /** Characters of a page load's name. */
  load: 32,
  /** Definitions a client remembers and tells in a join. */
  definitions: 1_024,
  /** Depth of arrays in a frame. */
  depth: 64,
} as const;

// FRAMES ----------------------------------------------------------------------

/** A frame to the client, as an object. */
export type ServerFrame =
  /** The page is as the server rendered it; `tree` is `Content` without leaf values. */
  | {
      readonly kind: typeof ServerKind.Adopt;
      readonly tree: Wire;
      readonly processed: number;
      readonly late?: number | null;
    }
  /** The page as a whole. */
  | {
      readonly kind: typeof ServerKind.Render;
      readonly tree: Wire;
      readonly processed: number;
      readonly reason: Reason;
      readonly late?: number | null;
      /** The token of the session, if it is another than the client has joined. */
      readonly token?: string;
    }
  /** What changed. */
  | {
      readonly kind: typeof ServerKind.Patch;
      readonly changes: Patch;
      readonly processed: number;
      readonly late?: number | null;
    }
  /** Something for the browser to do. */
  | { readonly kind: typeof ServerKind.Command; readonly name: string; readonly operands: readonly Wire[] }
  /** Nothing changed, but events were processed. */
  | {
      readonly kind: typeof ServerKind.Acknowledge;
      readonly processed: number;
      readonly late?: number | null;
      /** How many of the events processed so far, and not told of before, have come to nothing because what they were for is gone. */
      readonly dropped?: number;
    };

/** Where an event happened, whatever numbers are given: a hash, then keys and parts in turn. */
export type Address = readonly Wire[];

/** One event: what it happened at, and its payload if the handler wants it. */
export interface EventRecord {
  readonly instance: number | Address;
  readonly part: number;
  readonly payload?: readonly Wire[] | undefined;
}

/** Events by their names: `count` of those that a page load made, from its number `first` on. */
export type EventRange = [load: string, first: number, count: number];

/** A frame to the server, as an object. */
export type ClientFrame =
  /** The first frame of a connection. */
  | {
      readonly kind: typeof ClientKind.Join;
      readonly version: number;
      readonly client: string;
      readonly token: string;
      readonly frame: number;
      readonly processed: number;
      readonly durable: number;
      readonly hashes: readonly string[];
      /** The events after the last durable one by their names; the last range is of the page load that joins. */
      readonly names: readonly EventRange[];
      /** The name of the page load that joins, from `names`. */
      readonly load: string;
      /** The number of the last event in `names`. */
      readonly sent: number;
    }
  /** What the user did, and how many frames were applied since the last word of that. */
  | { readonly kind: typeof ClientKind.Events; readonly events: readonly EventRecord[]; readonly frames: number }
  /** Frames applied since the last word of that, and what the client asks for. */
  | { readonly kind: typeof ClientKind.Acknowledge; readonly frames: number; readonly ask: number };
