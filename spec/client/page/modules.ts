/** Everything of the client that needs a DOM, for specs that run it in a page: `window.troupe`. */

export * as autofocus from '../../../client/autofocus.js';
export * as definitions from '../../../client/definitions.js';
export * as dom from '../../../client/dom.js';
export * as editableText from '../../../client/editable-text.js';
export * as events from '../../../client/events.js';
export * as extraPayload from '../../../client/extra-payload.js';
export * as inputs from '../../../client/inputs.js';
export * as instance from '../../../client/instance.js';
export * as more from '../../../client/more.js';
export * as nodeMatcher from '../../../client/node-matcher.js';
export * as openings from '../../../client/openings.js';
export * as outbox from '../../../client/outbox.js';
export * as overlays from '../../../client/overlays.js';
export * as partWriters from '../../../client/part-writers.js';
export * as payload from '../../../client/payload.js';
export * as posts from '../../../client/posts.js';
export * as reloadStorage from '../../../client/reload-storage.js';
export * as selectValues from '../../../client/select-values.js';
export * as start from '../../../client/start.js';
export * as view from '../../../client/view.js';
export { HandlerKind, ListOperation, Namespace, PartKind } from '../../../runtime/wire/patch.js';
export * as liveRoot from './live-root.js';
