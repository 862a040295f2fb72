/** The public entry `troupe/server`: it serves components. */

export type { Bus, BusFactory, BusHost } from './cluster/bus.js';
export type { PageProps, RequestFacts } from './component/component.js';
export type { Inspect } from './component/xstate-inspect.js';
export type { ActionAnswer, CookieSetting } from './http/action-answer.js';
export type { Action, ActionRequest, Actions } from './http/actions.js';
export type { DocumentPage, DocumentTemplate } from './http/layout.js';
export type { Allow, Allowance, PageRoute } from './http/router.js';
export type { HttpRequest, Identify } from './identity/request-identity.js';
export type { Inspection } from './inspect/inspection.js';
export type { Authorise } from './inspect/inspector-mount.js';
export type {
  ActivatedEvent,
  Diagnostics,
  DiffedEvent,
  FailedEvent,
  HostileEvent,
  PassivatedEvent,
  QueuedEvent,
  ReceivedEvent,
  ResumedEvent,
  SentEvent,
  UpdatedEvent,
  ViewedEvent,
} from './platform/diagnostics.js';
export type { ErrorReport } from './platform/error-report.js';
export type { Logger } from './platform/logger.js';
export type { RevokeOptions } from './registry/revocations.js';
export type { Listening } from './server/listen.js';
export type { ServerOptions } from './server/options.js';
export { createServer, type Server } from './server/server.js';
export { type MemoryStoreOptions, memory } from './store/memory.js';
export type { Claim, Entry, Fence, Notice, SetAside, Store, StoredQuery, StoredSummary } from './store/store.js';
export { type MemoryBusSettings, memoryBus } from './testing/memory-cluster.js';
