/** The public entries and exactly what they export, types included. A change here is a change of the public interface. */

import { exportsOf, read } from './sources.js';

/** The names by entry, as `exports` of package.json has it; of `./components/*`, each component that users import. */
export const publicNames: Readonly<Record<string, string>> = {
  '.': `
    ActorSubscriptionOptions AnyComponent AnyMessage Arrival Attributes CallbackContext Component ComponentOptions Enqueue ErrorCode ErrorPageProps EventData EventFile GeneratorContext Handler Hole Interoperable Key MessageObserver ObservableContext PageOutcome PageProps PresenceOptions RequestFacts RunContext Spread Style Subscribable Subscription TaskContext Template TroupeError actor callback component every generator html notFound observable presence redirect repeat shared spread status task topic unsafeHtml`,
  './server': `
    Action ActionAnswer ActionRequest Actions ActivatedEvent Allow Allowance Authorise Bus BusFactory BusHost Claim
    CookieSetting Diagnostics DiffedEvent DocumentPage DocumentTemplate
    Entry ErrorReport FailedEvent Fence HostileEvent HttpRequest Identify Inspect Inspection Listening Logger
    MemoryBusSettings MemoryStoreOptions Notice PageProps PageRoute PassivatedEvent QueuedEvent ReceivedEvent RequestFacts ResumedEvent RevokeOptions SentEvent
    Server ServerOptions SetAside Store StoredQuery StoredSummary UpdatedEvent ViewedEvent createServer memory memoryBus`,
  './testing': `
    OpenOptions SiteOptions TestPage TestReport TestServerOptions openPage`,
  './inspection': `
    ActorKind ActorView Chart ChartState ChartTransition ChartView HistoryView Inspected Inspection LogEntry
    LogQuery LogView SessionList SessionQuery SessionStatus SessionSummary StateRow StateView StepView WireEntry
    WireView`,
  './inspector': `
    InspectorApp InspectorOptions inspector`,
  './bus/redis': `
    RedisBusOptions redisBus`,
  './redis': `
    ConnectRedisOptions connectRedis`,
  './store/lmdb': `
    LmdbStoreOptions lmdb`,
  './store/redis': `
    RedisStoreOptions redis`,
  './client': `
    StartOptions View ViewHooks createView start`,
  './components/form': `
    Check FieldPath Form FormMessage FormOptions FormRow FormState FormValue FormValues StandardSchema form`,
  './components/offline-notice': `
    offlineNotice`,
  './components/inspector/inspector': `
    InspectorApp InspectorOptions inspector`,
};

interface Target {
  readonly types: string;
  readonly default: string;
}

const targets = (JSON.parse(read('package.json')) as { exports: Readonly<Record<string, Target>> }).exports;

/** The entries of package.json; one that ends in `*` stands for a folder of them. */
export const packageEntries: readonly string[] = Object.keys(targets);

/** The entry of package.json that `entry` is, or is one of. */
export const packageEntryOf = (entry: string): string | undefined =>
  packageEntries.find((name) => (name.endsWith('*') ? entry.startsWith(name.slice(0, -1)) : name === entry));

/** The names that the source of an entry exports. */
export function namesOf(entry: string): readonly string[] {
  const pattern = packageEntryOf(entry) ?? entry;
  const { types, default: file } = targets[pattern] as Target;
  const source = file
    .replace(/^\.\/dist\//, '')
    .replace(/\.js$/, '.ts')
    .replace('*', entry.slice(pattern.length - 1));
  return types === file.replace(/\.js$/, '.d.ts') ? exportsOf(source) : [];
}
