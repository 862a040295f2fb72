/** The public entry `troupe`: what a component is written with. Runs in browsers too; `troupe/server` serves it. */

export {
  type AnyComponent,
  type Arrival,
  type Component,
  type ComponentOptions,
  component,
  type ErrorPageProps,
  type PageProps,
  type RequestFacts,
} from './component/component.js';
export type { Enqueue } from './component/effect.js';
export { notFound, type PageOutcome, redirect, status } from './component/outcome.js';
export { ErrorCode, TroupeError } from './platform/errors.js';
export { type ActorSubscriptionOptions, actor } from './subscription/actor.js';
export { type CallbackContext, callback } from './subscription/callback.js';
export { every } from './subscription/every.js';
export { type GeneratorContext, generator } from './subscription/generator.js';
export {
  type Interoperable,
  type MessageObserver,
  type ObservableContext,
  observable,
  type Subscribable,
} from './subscription/observable.js';
export { type PresenceOptions, presence } from './subscription/presence.js';
export type { RunContext } from './subscription/run.js';
export type { Subscription } from './subscription/subscription-set.js';
export { type TaskContext, task } from './subscription/task.js';
export { shared, topic } from './subscription/topic.js';
export {
  type AnyMessage,
  type Attributes,
  type Handler,
  type Hole,
  html,
  type Key,
  repeat,
  type Spread,
  type Style,
  spread,
  type Template,
  unsafeHtml,
} from './template/html.js';
export type { EventData, EventFile } from './wire/event-data.js';
