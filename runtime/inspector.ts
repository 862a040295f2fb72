/** The public entry `troupe/inspector`: the inspector, an application that a server mounts in development. */

export { type InspectorApp, type InspectorOptions, inspector } from '../components/inspector/inspector.js';
