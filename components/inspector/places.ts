/**
 * Places: where everything of the inspector is, as absolute paths below its base. The pages link to them; the server
 * that mounts the inspector answers them.
 */

/** The addresses of one inspector. */
export interface Places {
  /** All sessions. */
  readonly home: string;
  /** One session. */
  session(id: string): string;
  /** The page of a session after a step, as a read-only document. */
  page(id: string, step: number): string;
  /** The recording of a session, as a file. */
  recording(id: string): string;
}

/** The addresses below `base`, which has no slash at its end. */
export function placesBelow(base: string): Places {
  return {
    home: `${base}/`,
    session: (id) => `${base}/sessions/${encodeURIComponent(id)}`,
    page: (id, step) => `${base}/pages/${encodeURIComponent(id)}/${step}`,
    recording: (id) => `${base}/recordings/${encodeURIComponent(id)}.jsonl.gz`,
  };
}
