/**
 * What a driver of a browser does, for one tab of it: `firefox.ts` does it over WebDriver BiDi, `webkit.ts` over
 * WebDriver. `tab.ts` is what specs use.
 */

/** A driver with its browser. */
export interface Driver {
  /** Runs a script, an expression, in the page; gives its value, which is plain data. */
  evaluate(expression: string): Promise<unknown>;
  /** Does what a user does. */
  perform(sources: readonly InputSource[]): Promise<void>;
  /** Chooses a file in the control that a selector leads to. */
  chooseFile(selector: string, path: string): Promise<void>;
  /** Goes to a URL and waits until it is loaded. */
  navigate(url: string): Promise<void>;
  /** Loads the page again, as its user does. */
  reload(): Promise<void>;
  /** Ends the browser. */
  close(): Promise<void>;
}

/** What is done with a device, as WebDriver has it. */
export type InputSource =
  | { readonly type: 'key'; readonly id: 'keyboard'; readonly actions: readonly KeyAction[] }
  | {
      readonly type: 'pointer';
      readonly id: 'mouse';
      readonly parameters: { readonly pointerType: 'mouse' };
      readonly actions: readonly PointerAction[];
    };

type Pause = { readonly type: 'pause'; readonly duration: number };

export type KeyAction = Pause | { readonly type: 'keyDown' | 'keyUp'; readonly value: string };

export type PointerAction =
  | Pause
  | { readonly type: 'pointerMove'; readonly x: number; readonly y: number; readonly duration: number }
  | { readonly type: 'pointerDown' | 'pointerUp'; readonly button: number };

/** Waits for what `take` finds in the output of a process. */
export function saidBy<Found>(
  output: NodeJS.ReadableStream,
  take: (text: string) => Found | undefined
): Promise<Found> {
  return new Promise((resolve, reject) => {
    let text = '';
    output.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      const found = take(text);
      if (found !== undefined) resolve(found);
    });
    output.on('close', () => reject(new Error(`A program that a spec needs has ended: ${text}`)));
  });
}
