/** The public entry `troupe/inspection`: the plain data with which an inspector is written. */

export type {
  ActorKind,
  ActorView,
  ChartView,
  HistoryView,
  Inspected,
  Inspection,
  LogEntry,
  LogQuery,
  LogView,
  SessionList,
  SessionQuery,
  SessionStatus,
  SessionSummary,
  StateRow,
  StateView,
  StepView,
  WireEntry,
  WireView,
} from './inspect/inspection.js';
export type { Chart, ChartState, ChartTransition } from './inspect/statechart.js';
