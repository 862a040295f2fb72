/** Pages that use the options of events, and write down what they hear. */

import { component, html } from 'troupe';

type Message = { type: 'searched'; text: string } | { type: 'submitted' } | { type: 'moved'; x: number };

interface Model {
  readonly text: string;
  readonly log: readonly string[];
}

/** A page that writes down what it hears. */
export const Search = component({
  name: 'search',
  init: (): Model => ({ text: '', log: [] }),
  update: (model, message: Message): Model => {
    if (message.type === 'searched') return { text: message.text, log: [...model.log, `searched ${message.text}`] };
    if (message.type === 'moved') return { ...model, log: [...model.log, `moved ${message.x}`] };
    return { text: '', log: [...model.log, `submitted ${model.text}`] };
  },
  view: ({ log, text }: Model) => html<Message>`
    <form @submit=${{ type: 'submitted' }}>
      <input .value=${text} @input.debounce-60000=${({ value }) => ({ type: 'searched', text: value })}>
      <button ?disabled=${text === ''}>Search</button>
    </form>
    <div id="field" style="width: 200px; height: 200px"
      @pointermove.throttle-60000=${({ x }) => ({ type: 'moved', x })}></div>
    <ul>${log.map((line) => html`<li>${line}</li>`)}</ul>`,
});

type PlaceMessage = { type: 'toggled' } | { type: 'heard'; text: string };

interface Places {
  readonly isOpen: boolean;
  readonly log: readonly string[];
}

const heard = (text: string): PlaceMessage => ({ type: 'heard', text });

/** A page with a menu that comes and goes, and with what is observed of its elements. */
export const Menu = component({
  name: 'menu',
  init: (): Places => ({ isOpen: false, log: [] }),
  update: (model, message: PlaceMessage): Places =>
    message.type === 'toggled' ? { ...model, isOpen: !model.isOpen } : { ...model, log: [...model.log, message.text] },
  view: ({ isOpen, log }: Places) => html<PlaceMessage>`
    <main @scroll.window.throttle-100=${({ scrollTop }) => scrollTop >= 100 && heard(`scrolled ${scrollTop}`)}
      @resize.window=${({ width, height }) => heard(`window ${width} ${height}`)}>
      <button @click=${{ type: 'toggled' }}>Menu</button>
      ${
        isOpen &&
        html<PlaceMessage>`<nav
          @click.outside=${({ name }) => heard(`outside${name}`)}
          @keydown.window.escape=${({ key }) => heard(key)}><a href="#inside">Inside</a></nav>`
      }
      <ul style="position: fixed; right: 0; top: 0">${log.map((line) => html`<li>${line}</li>`)}</ul>
      <p id="box" style="width: 100px; height: 20px; margin: 0" @resize=${({ width, height }) => heard(`box ${width} ${height}`)}></p>
      <div style="height: 4000px"></div>
      <footer @visible.once.margin-200=${heard('near')} @visible=${heard('visible')} @hidden=${heard('hidden')}>End</footer>
    </main>`,
});

/** A page that writes down the data of events. */
export const Data = component({
  name: 'data',
  init: (): readonly string[] => [],
  update: (model, message: PlaceMessage): readonly string[] =>
    message.type === 'heard' ? [...model, message.text] : model,
  view: (log: readonly string[]) => html<PlaceMessage>`
    <form id="form" @input=${({ entries, name }) => heard(JSON.stringify([name, entries]))}>
      <input name="a" value="1"><input name="b" value="2">
    </form>
    <p id="zone" contenteditable
      @paste.prevent=${({ text, html }) => heard(`pasted ${text} ${html}`)}
      @copy=${({ text, html }) => heard(`copied ${text} ${html}`)}
      @drop=${({ files, text }) => heard(`dropped ${JSON.stringify(files)}${text}`)}>one <b>two</b></p>
    <x-picker @picked=${({ detail }) => heard(JSON.stringify(detail))} @nothing=${() => heard('nothing')}></x-picker>
    <audio src="data:audio/wav;base64,UklGRiUAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQEAAACA"
      @volumechange=${({ muted, volume, paused }) => heard(`${muted} ${volume} ${paused}`)}></audio>
    <ul>${log.map((line) => html`<li>${line}</li>`)}</ul>`,
});
