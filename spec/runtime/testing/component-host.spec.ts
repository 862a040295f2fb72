import { expect } from 'chai';
import { createActor } from 'xstate';
import { component } from '../../../runtime/component/component.js';
import { type AnyMessage, html } from '../../../runtime/template/html.js';
import { giveProps, hostComponent, outgoing } from '../../../runtime/testing/component-host.js';

const Label = component({
  name: 'label',
  init: ({ text }: { text: string }) => ({ text }),
  update: (model, _message: AnyMessage) => model,
  view: ({ text }) => html`<b>${text}</b>`,
});

describe('component-host', () => {
  it('gives the props, new ones on a message, and publishes what comes out', () => {
    const actor = createActor(hostComponent(Label, { text: 'one' }) as never, { input: {} } as never);
    actor.start();
    const seen = (): { context: unknown; effects: readonly unknown[] } => actor.getSnapshot() as never;
    expect(seen().context).to.deep.equal({ props: { text: 'one' } });
    actor.send({ type: 'pressed' } as never);
    expect(seen().effects).to.have.length(1);
    expect(seen().effects[0]).to.include({ kind: 'publish', topic: outgoing });
    actor.send(giveProps({ text: 'two' }) as never);
    expect(seen().context).to.deep.equal({ props: { text: 'two' } });
  });
});
