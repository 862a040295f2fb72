/**
 * The session actor: one page of one visitor, from its first GET to its end. It holds the component tree
 * (`component-tree.ts`) and the client link (`client-link.ts`), starts the actors at the first join, and is stored and
 * restored. `session-registry.ts` makes sessions and keeps them.
 *
 * A session is dormant from the first page until a client joins: it has state and a rendered tree, but no actor runs.
 * `session-life.ts` says what follows. The component and the subscriptions are actors in one XState system, whose root
 * shows the life of the session (`life-machine.ts`). Client events do not pass through the root.
 */

import { type AnyActorRef, createActor } from 'xstate';
import { releaseOptions } from '../actor/start-actor.js';
import type { AnyComponent, Arrival } from '../component/component.js';
import { checkStepsIn } from '../component/step.js';
import { ErrorCode } from '../platform/errors.js';
import { isPromise } from '../platform/promise.js';
import type { Value } from '../render/nodes.js';
import { ComponentTree, type TreeOwner } from '../tree/component-tree.js';
import { createDiagnosticsProbe } from '../tree/diagnostics-probe.js';
import { areHeard, type Probe } from '../tree/probe.js';
import type { EffectImage } from '../tree/tree-image.js';
import { CloseCode, Command, Reason } from '../wire/protocol.js';
import { ClientLink, type ClientLinkOwner } from './client-link.js';
import { EffectOutbox } from './effect-outbox.js';
import type { Connection } from './frame-sender.js';
import { decideJoin, type JoinFrame, originOf, type RejoinReason } from './join.js';
import { lifeMachine } from './life-machine.js';
import { warnOfTyped } from './secret-warning.js';
import type { SessionEnvironment } from './session-environment.js';
import { dormantLife, isOver, type LifeEvent, nextLife, type SessionLife } from './session-life.js';
import type { Persistable, SessionImage } from './session-snapshot.js';

// TYPES -----------------------------------------------------------------------

/** A session as a connection sees it. */
export interface Session {
  readonly id: string;
  /** What a connection that has joined talks to. */
  readonly client: Pick<ClientLink, 'drained' | 'leave' | 'receive'>;
  /**
   * Answers adopt, render or acknowledge, or closes the connection. An earlier connection is closed as replaced.
   *
   * @param ticket the adoption ticket of the client's page, 0 if the page shows another session. Default: 0
   * @param bytes the size of the frame. Default: 0
   */
  join(connection: Connection, frame: JoinFrame, ticket?: number, bytes?: number): void;
}

/** The registry as a session calls it. */
export interface SessionOwner {
  /** Warns the developer, once of the same text. */
  warn?(text: string): void;
  /** A session has changed. */
  changed(session: LiveSession): void;
  /** The life of a session has changed: `from` is what it was, `session.life` what it is now. */
  lifeChanged(session: LiveSession, from: SessionLife): void;
}

/** What a session starts with. */
export interface SessionStart {
  readonly id: string;
  readonly component: AnyComponent;
  readonly props: object;
  /** The fence it is written with, if its id is known to the store. */
  readonly fence?: number;
  /** What was stored of it. */
  readonly image?: SessionImage | undefined;
  /** Why the first client gets the whole page, if it knows another session or another state; absent if it knows this one. */
  readonly rejoin?: RejoinReason | undefined;
  /** Why it is fresh, if that is known. */
  readonly why?: string | undefined;
}

// SESSION ---------------------------------------------------------------------

/** A session at work. */
export class LiveSession implements Session, TreeOwner, ClientLinkOwner, Persistable {
  readonly id: string;
  readonly tree: ComponentTree;
  readonly client: ClientLink;
  fence: number;
  /** Whether it continues in memory alone. Once it does, it does until it can be stored. */
  isUnstored = false;
  /** How many effects it has sent out so far. */
  deliveries = 0;
  /** What observes the session: looked up when a frame arrives, a message is queued or a turn begins, not for each event. */
  probe: Probe | undefined;
  readonly #env: SessionEnvironment;
  readonly #owner: SessionOwner;
  /** The probe of the inspector, while the session is inspected. */
  #observer: Probe | undefined;
  #life: SessionLife;
  /** The timer of the grace time. */
  #grace: unknown;
  #root: AnyActorRef | undefined;
  /** The last adoption ticket, and the turn after which its page was rendered; -1 once a client has joined with a ticket. */
  #tickets = 0;
  #ticketTurn = -1;
  /** Its name in the ids of effects, if that is not its id. */
  #lineage: string | undefined;
  #outbox: EffectOutbox | undefined;
  /** What the components get as `onArrival` when the next client joins. */
  #origin: Omit<Arrival, 'node' | 'reloaded'> | undefined;
  /** What was typed last into a password field, in development. */
  #typed: readonly string[] | undefined;
  /** Effects that were stored, until the actors start. */
  #effects: readonly EffectImage[] | undefined;

  constructor(
    env: SessionEnvironment,
    owner: SessionOwner,
    { id, component, props, fence = 0, image, rejoin, why }: SessionStart
  ) {
    this.#env = env;
    this.#owner = owner;
    this.id = id;
    this.fence = fence;
    this.tree = new ComponentTree(component, props, env, this);
    this.client = new ClientLink(env, this, rejoin);
    // Events that are sent again to a fresh session have the effects that they had in the one that is gone.
    if (rejoin?.reason === Reason.Fresh) this.#lineage = id;
    if (rejoin !== undefined) this.#origin = originOf(rejoin, image, why);
    else if (image !== undefined) this.#origin = { reason: 'restored', from: image.node, stored: image.at, why };
    if (image !== undefined) this.#restore(image, rejoin?.reason === Reason.Forked);
    this.#life = dormantLife(this.isUsed);
  }

  /** What the page shows; `null` once the session has ended. */
  get rendered(): Value {
    return this.tree.rendered;
  }

  /** Runs `init` and `view` of all that stands in the page; throws, or rejects, as `ComponentInstance.prepare`. */
  prepare(): Promise<void> | void {
    return this.tree.prepare();
  }

  // LIFE ----------------------------------------------------------------------

  /** Where the session is in its life. */
  get life(): SessionLife {
    return this.#life;
  }

  /** Drops the session from memory, whatever it is doing; its connection is closed as going away. */
  stop(): void {
    this.advance('stopped');
  }

  /** An event of its life. Applies the change to the session itself, then the registry applies it to the table. */
  advance(event: LifeEvent): void {
    const from = this.#life;
    const life = nextLife(from, event);
    if (life === from) return;
    this.#life = life;
    this.#setGrace(life, from);
    const hadBegun = this.tree.hasBegun;
    if (isOver(life)) this.#end();
    else if (life.phase === 'attached' && !hadBegun) this.#begin();
    if (hadBegun) this.#root?.send({ type: event });
    this.#owner.lifeChanged(this, from);
  }

  #setGrace({ phase }: SessionLife, from: SessionLife): void {
    const { clock } = this.tree;
    if (from.phase === 'detached') clock.clearTimeout(this.#grace);
    if (phase === 'detached') this.#grace = clock.setTimeout(() => this.advance('graceEnded'), this.#env.grace);
  }

  /** Starts the actors. */
  #begin(): void {
    const root = this.system();
    root.start();
    releaseOptions(root);
    this.tree.begin();
    const effects = this.#effects;
    this.#effects = undefined;
    for (const effect of effects ?? []) this.#effectOutbox().repeat(effect);
  }

  #end(): void {
    this.#outbox?.stop();
    this.tree.stop();
    this.client.dismiss(CloseCode.GoingAway, 'The session has ended.');
  }

  // STORING -------------------------------------------------------------------

  /** Whether a client has ever joined, so that it is worth storing. */
  get isUsed(): boolean {
    return this.client.load !== '';
  }

  save(): SessionImage {
    const { application, clock, node } = this.#env;
    const effects = this.#outbox?.images ?? this.#effects ?? [];
    const loads = this.client.save();
    const tree = this.tree.save();
    const ticket = this.#ticketTurn < 0 ? undefined : ([this.#tickets, this.#ticketTurn] as const);

    return { application, at: clock.now(), node, loads, ticket, lineage: this.#lineage, effects, tree };
  }

  stored({ loads }: SessionImage): void {
    this.client.stored(loads, this.isUnstored);
  }

  /** As `save`, for a session of another id. */
  copy(): SessionImage {
    this.tree.catchUp();
    const image = this.save();

    return { ...image, lineage: image.lineage ?? this.id };
  }

  fenced(): void {
    this.#env.report(ErrorCode.Store, new Error(`Session ${this.id} is another node's now.`), { session: this.id });
    this.advance('fenced');
  }

  /** A copy does not repeat the effects of the original, and does not take its waiting messages. */
  #restore(image: SessionImage, isCopy: boolean): void {
    this.client.restore(image.loads);
    this.#lineage = image.lineage;
    this.tree.restore(isCopy ? { ...image.tree, envelopes: [] } : image.tree);
    if (isCopy) return;
    if (image.effects.length > 0) this.#effects = image.effects;
    if (image.ticket !== undefined) [this.#tickets, this.#ticketTurn] = image.ticket;
  }

  // FIRST PAGES ---------------------------------------------------------------

  /** A first page is rendered of the present state. Returns the adoption ticket for its client; earlier tickets are void. */
  issueTicket(): number {
    this.#ticketTurn = this.tree.turns;

    return ++this.#tickets;
  }

  /** Whether the page of this ticket shows the present state, and no client has joined with the ticket. */
  #isAdoptable(ticket: number): boolean {
    return ticket !== 0 && ticket === this.#tickets && this.#ticketTurn === this.tree.turns;
  }

  // CALLS OF THE TREE ---------------------------------------------------------

  observe(): Probe | undefined {
    const { channels } = this.#env.instrumentation;
    if (this.#observer !== undefined || !areHeard(channels)) this.probe = this.#observer;
    else this.probe ??= createDiagnosticsProbe(this.id, channels);

    return this.probe;
  }

  get observer(): Probe | undefined {
    return this.#observer;
  }

  /** Sets the probe of the inspector, which takes the place of any other. */
  set observer(observer: Probe | undefined) {
    this.#observer = this.probe = observer;
    this.observe();
  }

  nameOf(event: number): string {
    return `${this.#lineage ?? this.id}.${this.client.nameOf(event)}`;
  }

  /** Delivers an effect, and tracks it until it has arrived. */
  deliver(effect: EffectImage): void {
    this.deliveries++;
    const arrival = this.#send(effect);
    if (isPromise(arrival as unknown)) this.#effectOutbox().track(effect, arrival as Promise<void>);
  }

  #send({ kind, to, message, id }: EffectImage): Promise<void> | void {
    return kind === 'publish' ? this.#env.publish(to, message, id) : this.#env.send(to, message, id);
  }

  #effectOutbox(): EffectOutbox {
    const { clock, report } = this.#env;
    this.#outbox ??= new EffectOutbox({
      clock,
      deliver: (effect) => this.#send(effect),
      emptied: () => this.#effectsConfirmed(),
      report: (error) => void report(ErrorCode.Effect, error, { session: this.id }),
    });

    return this.#outbox;
  }

  /** Stores the session: from what was stored, another node would deliver them again, perhaps to a receiver that begins anew. */
  #effectsConfirmed(): void {
    if (['attached', 'detached'].includes(this.life.phase)) this.#owner.changed(this);
  }

  system(): AnyActorRef {
    if (this.#root === undefined) {
      const { development: isChecked, instrumentation, report } = this.#env;
      const { inspect } = instrumentation;

      const root = createActor(lifeMachine, {
        clock: this.tree.clock,
        id: this.id,
        ...(inspect && { inspect }),
      });
      checkStepsIn(root, isChecked);
      root.subscribe(undefined, (error: unknown) => void report(ErrorCode.Internal, error, { session: this.id }));
      this.#root = root;
    }

    return this.#root;
  }

  turned(events: number, now?: number): void {
    if (events > 0 && this.#typed !== undefined) this.#warnOfTyped(this.#typed);
    this.client.turned(events, now);
    this.#owner.changed(this);
  }

  // SECRETS -------------------------------------------------------------------

  typed(texts: readonly string[]): void {
    if (this.#env.development) this.#typed = texts;
  }

  #warnOfTyped(typed: readonly string[]): void {
    warnOfTyped(this.tree.instances(), typed, (text) => this.#owner.warn?.(text));
  }

  // CONNECTIONS ---------------------------------------------------------------

  join(connection: Connection, frame: JoinFrame, ticket = 0, bytes = 0): void {
    this.observe()?.({ kind: 'received', frame, bytes });
    const decision = decideJoin(this.client.joinState(connection, frame, this.#isAdoptable(ticket)), frame);
    if (decision.kind === 'refuse') {
      connection.close(decision.code, decision.reason);
      return;
    }
    if (ticket !== 0) this.#ticketTurn = -1;
    const isFirst = !this.isUsed;
    const isReload = !isFirst && frame.load !== this.client.load;
    this.client.connect(connection);
    // Before any message of what starts with it, for example presence, reaches a component.
    const hasArrived = !isFirst && !this.tree.hasBegun && this.#origin !== undefined && this.#origin.reason !== 'fresh';
    if (hasArrived) this.#announceArrival(Reason.Restored, isReload);
    this.advance('joined');
    const reason = this.client.answer(frame, decision);
    if (!hasArrived && (!isFirst || reason !== undefined)) this.#announceArrival(reason, isReload);
    this.client.flush();
    this.#owner.changed(this);
  }

  /** Closes its connection, because the page is being loaded again. */
  release(): void {
    this.client.dismiss(CloseCode.GoingAway, 'The page is loaded again.');
  }

  /** Ends it, because its principal was revoked. */
  revoke(): void {
    this.client.dismiss(CloseCode.Reload, 'Its principal was revoked.');
    this.stop();
  }

  /** Tells its client to open another connection within so many milliseconds. */
  move(within: number): void {
    this.client.command(Command.Move, within);
  }

  lost(): void {
    this.advance('left');
  }

  continuesUnstored(isCrowded: boolean): boolean {
    this.isUnstored = (this.isUnstored || isCrowded) && this.#env.continuesUnstored(this);

    return this.isUnstored;
  }

  /** Sends `onArrival` to the components that declare it: how their client has come back. */
  #announceArrival(reason: Reason | undefined, isReload: boolean): void {
    const origin = this.#origin ?? { reason: 'resumed', from: undefined, stored: undefined, why: undefined };
    this.#origin = undefined;
    if (reason === undefined && origin.reason === 'fresh') return;
    const reloaded = isReload && origin.reason !== 'fresh' && origin.reason !== 'forked';
    const arrival: Arrival = { ...origin, node: this.#env.node, reloaded };
    this.#env.instrumentation.tell('resumed', { session: this.id, reason: arrival.reason });
    for (const instance of this.tree.instances()) {
      const { onArrival } = instance.component;
      if (onArrival === undefined) continue;
      try {
        this.tree.put(instance, onArrival(arrival), 'session');
      } catch (error) {
        this.tree.report(ErrorCode.Update, error, instance);
      }
    }
  }
}
