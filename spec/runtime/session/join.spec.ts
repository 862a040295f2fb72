import { expect } from 'chai';
import {
  decideJoin,
  type JoinDecision,
  type JoinFrame,
  type JoinState,
  type Missed,
} from '../../../runtime/session/join.js';
import { ClientKind, CloseCode, Reason, version } from '../../../runtime/wire/protocol.js';

// STATES ----------------------------------------------------------------------

/** Before the first join. */
const dormant: JoinState = {
  isOver: false,
  load: '',
  isOvertaken: false,
  hasTree: false,
  processed: 0,
  hasEvents: false,
  hasTicket: false,
  rejoin: undefined,
  unseen: undefined,
  whole: 0,
  missed: { frames: [], events: 0 },
};
/** Page load `a` has adopted the page, and 5 of its events are processed. */
const adopted: JoinState = { ...dormant, load: 'a', hasTree: true, processed: 5, whole: 1 };
/** The state comes from a store; `a` had it. */
const restored: JoinState = { ...dormant, load: 'a', processed: 5, missed: undefined };
const reasons = {
  restored: { reason: Reason.Restored },
  fresh: { reason: Reason.Fresh },
  forked: { reason: Reason.Forked, token: 'token of the fork' },
} as const;
/** `a` had applied 7 frames when it got the whole page for that reason, and has acknowledged nothing since. */
const rendered = (rejoin: JoinState['rejoin']): JoinState => ({ ...adopted, rejoin, unseen: 7 });
const missed: Missed = { frames: [{ bytes: Uint8Array.of(1), processed: 1 }], events: 2 };

// JOINS -----------------------------------------------------------------------

const joinOf = (given: Partial<JoinFrame> = {}): JoinFrame => ({
  ...{ kind: ClientKind.Join, version, client: '', token: 'token', frame: 0, processed: 0, durable: 0, hashes: [] },
  ...{ load: 'a', names: [['a', 1, 0]], sent: 0 },
  ...given,
});
/** `a` comes back with all that it was sent. */
const back = joinOf({ frame: 3, processed: 5, sent: 6 });

// DECISIONS -------------------------------------------------------------------

const refused = (code: CloseCode) => ({ kind: 'refuse', code }) as const;
const render = (isTakeover: boolean, rejoin: JoinState['rejoin'] = reasons.restored) => {
  return { kind: 'render', isTakeover, rejoin } as const;
};
const taken = { kind: 'adopt', isTakeover: true } as const;

type Case = readonly [title: string, state: JoinState, frame: JoinFrame, decision: Partial<JoinDecision>];

const cases: Readonly<Record<string, readonly Case[]>> = {
  'is refused': [
    ['if the session has ended', { ...adopted, isOver: true }, back, refused(CloseCode.GoingAway)],
    [
      'if its page load has joined on a later connection',
      { ...adopted, isOvertaken: true },
      back,
      refused(CloseCode.Replaced),
    ],
  ],
  'is answered with adopt': [
    ['if it is the first, of the page as it was rendered', { ...dormant, hasTicket: true }, joinOf(), taken],
    ['if a reloaded page was rendered for it', { ...adopted, hasTicket: true }, joinOf({ load: 'b' }), taken],
    ['if the session was restored between page and join', { ...restored, hasTicket: true }, joinOf(), taken],
    [
      'if its page load joins again before anything else',
      { ...adopted, hasTicket: true },
      joinOf(),
      { kind: 'adopt', isTakeover: false },
    ],
    [
      'if events wait that are its own',
      { ...adopted, hasTicket: true, hasEvents: true },
      joinOf(),
      { kind: 'adopt', isTakeover: false },
    ],
  ],
  'is answered with the whole page and a takeover': [
    ['if no page was rendered for it', dormant, joinOf(), render(true)],
    ['if another page load had the session', adopted, joinOf({ load: 'b' }), render(true)],
    [
      'if it has applied frames of another session',
      { ...adopted, hasTicket: true },
      joinOf({ load: 'b', frame: 1 }),
      render(true),
    ],
    [
      'if events of another page load wait, which change the page that was rendered for it',
      { ...adopted, hasTicket: true, hasEvents: true },
      joinOf({ load: 'b' }),
      render(true),
    ],
    ['if the session was restored', restored, back, render(true)],
    ['if another node has processed more of its events', adopted, { ...back, processed: 6 }, render(true)],
    [
      'if the session has forked, even if it has the page of the original',
      { ...restored, hasTicket: true, rejoin: reasons.forked },
      joinOf({ load: 'b' }),
      render(true, reasons.forked),
    ],
    [
      'if another page load joins a session after its restored page',
      rendered(reasons.restored),
      joinOf({ load: 'b' }),
      render(true, reasons.restored),
    ],
  ],
  'is answered with the whole page': [
    ['if it has applied no frame', adopted, joinOf({ processed: 0, sent: 2 }), render(false)],
    ['again until that is acknowledged, restored', rendered(reasons.restored), joinOf({ frame: 7 }), render(false)],
    [
      'again until that is acknowledged, forked',
      rendered(reasons.forked),
      joinOf({ frame: 7 }),
      render(false, reasons.forked),
    ],
  ],
  'is answered with a fresh session': [
    ['if its own is gone', { ...dormant, rejoin: reasons.fresh }, back, render(true, reasons.fresh)],
    [
      'even if it shows a first page',
      { ...dormant, hasTicket: true, rejoin: reasons.fresh },
      joinOf(),
      render(true, reasons.fresh),
    ],
    ['again until that is acknowledged', rendered(reasons.fresh), joinOf({ frame: 7 }), render(true, reasons.fresh)],
    [
      'if another page load joins before that is acknowledged',
      rendered(reasons.fresh),
      joinOf({ load: 'b' }),
      render(true, reasons.fresh),
    ],
  ],
  'is answered with the whole page, counted on': [
    ['if what it has missed is not kept', { ...adopted, missed: undefined }, back, { kind: 'rerender' }],
    [
      'if a frame with the whole page is among what it has missed',
      { ...adopted, whole: 4 },
      back,
      { kind: 'rerender' },
    ],
  ],
  'is answered with what it has missed': [
    ['if that is nothing', adopted, back, { kind: 'resume' }],
    ['if all of it is kept', { ...adopted, missed }, back, { kind: 'resume', missed }],
    [
      'if it knows of fewer events that are processed',
      { ...adopted, missed },
      { ...back, processed: 2 },
      { kind: 'resume' },
    ],
    [
      'once it has applied a frame after its fresh page',
      rendered(reasons.fresh),
      joinOf({ frame: 1 }),
      { kind: 'resume' },
    ],
    [
      'once it has applied a frame after its forked page',
      rendered(reasons.forked),
      joinOf({ frame: 1 }),
      { kind: 'resume' },
    ],
  ],
};

describe('a join', () => {
  for (const [answer, table] of Object.entries(cases)) {
    describe(answer, () => {
      for (const [title, state, frame, decision] of table) {
        it(title, () => {
          expect(decideJoin(state, frame)).to.deep.include(decision);
        });
      }
    });
  }
});
