import { expect } from 'chai';
import { handlerKind, hasMounts, List, Mount, mountsIn, type Value } from '../../../runtime/render/nodes.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { rootContext } from '../../../runtime/template/content-model.js';
import { html, Placement } from '../../../runtime/template/html.js';
import type { EventData } from '../../../runtime/wire/event-data.js';
import { HandlerKind } from '../../../runtime/wire/patch.js';

describe('nodes', () => {
  const home = new Mount(undefined, {}, rootContext);
  const place = ({ props }: Placement<unknown>): Mount => new Mount(props.key, {}, rootContext);
  const child = (key: string): Placement<never> => new Placement({ name: 'child' }, { key });
  const render = (view: unknown) => renderRoot(view, undefined, () => {}, { mount: home, place });

  it('give their mounts in document order, and not what is inside of these', () => {
    const tree = render(html`<p>${child('a')}</p>${['text', child('b')]}<ul>${html`<li>${child('c')}</li>`}</ul>`);
    const [, second] = mountsIn(tree);
    (second as Mount).rendered = render(html`<p>${child('inside')}</p>`);
    expect(mountsIn(tree).map(({ key }) => key)).to.deep.equal(['a', 'b', 'c']);
  });

  it('know whether components may stand in them', () => {
    expect(hasMounts(home)).to.equal(true);
    expect(hasMounts(render(html`<p>${[child('a')]}</p>`))).to.equal(true);
    expect(hasMounts(render(html`<p>${['a']}</p>`))).to.equal(false);
    expect([null, 'a', 1, new List([], undefined, undefined)].some(hasMounts)).to.equal(false);
  });

  it('of events have the kind that the client needs', () => {
    const values = [null, { type: 'said' }, () => ({ type: 'said' }), (_event: EventData) => ({ type: 'said' })];
    const kinds = values.map((value) => handlerKind(value as Value));
    // A function that takes no argument is sent no data.
    expect(kinds).to.deep.equal([HandlerKind.None, HandlerKind.Message, HandlerKind.Message, HandlerKind.Function]);
  });
});
