/**
 * What one visitor typed into a password field was replaced in all texts of the server: it blanked words in the log of
 * the operator. And each key of it was one more value to remember, so that other secrets were forgotten and shown.
 */

import { expect } from 'chai';
import { component, type EventData, html } from 'troupe';
import type { Logger } from 'troupe/server';
import type { Instance } from '../../runtime/render/nodes.js';
import type { LiveSession } from '../../runtime/session/session.js';
import { eventsFrame, FakeConnection, joinFrame } from '../fixtures/live-session.js';
import { lookAt } from '../fixtures/looked-at.js';

type Message = { readonly type: 'typed'; readonly text: string } | { readonly type: 'asked' };

const Login = component({
  name: 'login',
  init: () => ({ length: 0 }),
  update: (_model, message: Message) => ({ length: message.type === 'typed' ? message.text.length : 0 }),
  view: () => html<Message>`<label>Password <input type="password"
    @input=${({ value }: EventData) => ({ type: 'typed' as const, text: value })}></label>`,
});

const Query = component({
  name: 'query',
  secret: ['pin'],
  init: () => ({ pin: 'pin-of-query', word: 'ECONNREFUSED' }),
  update: (_model, _message: Message) => {
    throw new Error('connect ECONNREFUSED database:5432');
  },
  view: () => html<Message>`<button @click=${{ type: 'asked' }}>Ask</button>`,
});

describe('a password that one visitor types', () => {
  it('blanks no word of others, in the log and in the inspector', async () => {
    const lines: string[] = [];
    const line = (_known: object, message: string): void => void lines.push(message);
    const logger: Logger = { debug: line, info: line, warn: line, error: line };
    const looked = await lookAt({ routes: { '/': Query, '/login': Login }, logger, onError: () => undefined });
    const ask = (): Promise<void> => looked.page.click(looked.page.getByRole('button', { name: 'Ask' }));
    await ask();
    const login = await looked.open('/login');
    await login.type(login.getByLabelText('Password'), 'ECONNREFUSED');
    await ask();
    const said = lines.filter((text) => text.startsWith('connect'));
    expect(said).to.deep.equal(Array(2).fill('connect ECONNREFUSED database:5432'));
    const { seen } = looked;
    expect(JSON.stringify(seen.state('/', [])))
      .to.contain('ECONNREFUSED')
      .and.not.contain('pin-of-query');
    expect(seen.log({}).entries.at(-1)?.error).to.equal('connect ECONNREFUSED database:5432');
    await looked.close();
  });

  it('with 20,001 keys makes no declared secret of another session visible', async () => {
    const looked = await lookAt({ routes: { '/': Query, '/login': Login }, development: false });
    await looked.open('/login');
    const sessions = Array.from(looked.server.site.sessions.entries(), ({ session }) => session);
    const login = sessions.find(({ tree }) => tree.root.component.name === 'login') as LiveSession;
    const connection = new FakeConnection();
    login.join(connection, joinFrame());
    const { number } = login.rendered as Instance;
    for (let key = 0; key <= 20_000; key += 1_000) {
      const texts = Array.from({ length: 1_000 }, (_, at) => `password ${key + at}`);
      login.client.receive(connection, eventsFrame(texts.map((text) => [number, 0, [text]])));
      await looked.server.advance(1);
    }
    expect(login.client.processed).to.be.at.least(20_001);
    const { seen } = looked;
    expect(JSON.stringify([seen.state('/', []), seen.export()])).to.not.contain('pin-of-query');
    await looked.close();
  });
});
