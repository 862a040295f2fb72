/** The public entry `troupe`: what a component is written with. Runs in browsers too; `troupe/server` serves it. */

export { type AnyComponent, type Component, type ComponentOptions, component } from './component.js';
export type { Enqueue } from './effect.js';
export { ErrorCode, TroupeError } from './errors.js';
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
export type { EventData } from './protocol.js';
export { every, type GeneratorContext, generator, type Subscription } from './subscriptions.js';
export { shared, topic } from './topics.js';
