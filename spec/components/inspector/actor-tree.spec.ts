import { expect } from 'chai';
import { component, html } from 'troupe';
import { openPage } from 'troupe/testing';
import { actorsOf, actorTree, firstChoice, nameOf } from '../../../components/inspector/actor-tree.js';
import { StagedInspection, stageCounter } from '../../fixtures/inspection.js';

const { actors } = stageCounter(new StagedInspection());

type Message = { type: 'chosen'; id: string };

const Page = component({
  name: 'page',
  init: () => ({ chosen: 'counter' }),
  update: (_model, { id }: Message) => ({ chosen: id }),
  view: ({ chosen }) => html<Message>`
    ${actorTree(actors, { chosen, later: 60_000, choose: (id): Message => ({ type: 'chosen', id }) })}
    <output>${chosen}</output>`,
});

describe('actor tree', () => {
  it('walks the actors from the top', () => {
    expect(actorsOf(actors).map(({ id }) => id)).to.deep.equal(['s', 'counter', 'item', 'tick', 'room']);
  });

  it('calls the session what it is, and the others by their names', () => {
    expect(
      actorsOf({ ...actors, name: 'k3Jx9QpLm2' })
        .slice(0, 3)
        .map(nameOf)
    ).to.deep.equal([...['session', 'counter', 'item 7']]);
  });

  it('begins with the first actor that has a state, else with the session', () => {
    expect(firstChoice(actors)).to.equal('counter');
    expect(firstChoice({ ...actors, actors: [] })).to.equal('s');
  });

  it('shows kind, status, mailbox, errors and age of each, below those they belong to', async () => {
    const page = await openPage(Page);
    const item = page.getByRole('radio', { name: /^item 7/ });
    expect(item.closest('label')?.textContent?.replaceAll(/\s+/g, ' ').trim()).to.equal(
      'item 7 component 3 waiting 2 errors 2 min'
    );
    expect(page.getByTitle('title is not a function').textContent).to.equal('2 errors');
    expect(page.getByRole('radio', { name: /^session/ }).closest('label')?.textContent).to.include('attached');
    const parents = [...page.document.querySelectorAll('li li li .i-actor-name')].map(({ textContent }) => textContent);
    expect(parents).to.deep.equal(['item 7', 'every 1000', 'room lobby']);
    await page.close();
  });

  it('leaves out that all is well', async () => {
    const page = await openPage(Page);
    const facts = page.getByRole('radio', { name: /^every 1000/ }).closest('label')?.textContent;
    expect(facts).not.to.match(/active|waiting|error/);
    await page.close();
  });

  it('is a group of which one is chosen', async () => {
    const page = await openPage(Page);
    expect(page.getByRole('radiogroup', { name: 'Actors' })).to.exist;
    expect((page.getByRole('radio', { checked: true }) as HTMLInputElement).value).to.equal('counter');
    await page.click(page.getByRole('radio', { name: /^room lobby/ }));
    expect(page.getByRole('status').textContent).to.equal('room');
    expect((page.getByRole('radio', { checked: true }) as HTMLInputElement).value).to.equal('room');
    await page.close();
  });
});
