/** The public entry `troupe`: what a component is written with. Runs in browsers too; `troupe/server` serves it. */

export { type ActorSubscriptionOptions, actor } from './actor-subscription.js';
export { type CallbackContext, callback } from './callback.js';
export { type AnyComponent, type Arrival, type Component, type ComponentOptions, component } from './component.js';
export type { Enqueue } from './effect.js';
export { ErrorCode, TroupeError } from './errors.js';
export { type GeneratorContext, generator } from './generator.js';
export {
  type AnyMessage,
  type Handler,
  type Hole,
  html,
  type Key,
  repeat,
  type Style,
  type Template,
  unsafeHtml,
} from './html.js';
export {
  type Interoperable,
  type MessageObserver,
  type ObservableContext,
  observable,
  type Subscribable,
} from './observable.js';
export { type PresenceOptions, presence } from './presence.js';
export type { EventData } from './protocol.js';
export type { RunContext } from './run.js';
export type { PageProps } from './sessions.js';
export type { Subscription } from './subscriptions.js';
export { type TaskContext, task } from './task.js';
export { every } from './timer.js';
export { shared, topic } from './topics.js';
