/**
 * Many browsers in step: each page watches the shared actor of its room, and sends it what its user says.
 * A later visitor gets the history with the first page; no post is lost in between.
 */

import { component, type Enqueue, html, repeat, shared } from 'troupe';
import { actorOf, type Post, type Room, type RoomMessage, rooms } from './room.js';

interface Model {
  readonly room: string;
  readonly isKnown: boolean;
  readonly name: string;
  readonly draft: string;
  readonly posts: readonly Post[];
}

type Message =
  | { type: 'nameTyped'; name: string }
  | { type: 'draftTyped'; draft: string }
  | { type: 'submitted' }
  | { type: 'roomChanged'; posts: readonly Post[] };

const longest = 500;

function update(model: Model, message: Message, enqueue: Enqueue<Message>): Model {
  switch (message.type) {
    case 'nameTyped':
      return { ...model, name: message.name.slice(0, 30) };
    case 'draftTyped':
      return { ...model, draft: message.draft.slice(0, longest) };
    case 'roomChanged':
      return { ...model, posts: message.posts };
    case 'submitted': {
      const text = model.draft.trim();
      if (text === '') return model;
      const post = { id: enqueue.id, author: model.name.trim() || 'Guest', text, at: enqueue.at };
      enqueue.send(actorOf(model.room), { type: 'posted', post } satisfies RoomMessage);
      return { ...model, draft: '' };
    }
  }
}

const timeOf = (at: number): string => new Date(at).toISOString().slice(11, 16);

const post = ({ author, text, at }: Post) => html<Message>`
  <li><b>${author}</b> <time datetime=${new Date(at).toISOString()}>${timeOf(at)}</time><p>${text}</p></li>`;

const roomLink = (room: string, current: string) =>
  html`<a href="/chat/${room}" aria-current=${room === current && 'page'}>${room}</a>`;

const conversation = ({ room, name, draft, posts }: Model) => html<Message>`
  <div class="posts" role="log" aria-label="What was said in the ${room}" tabindex="0">
    <ol>${repeat(posts, ({ id }) => id, post)}</ol>
  </div>
  ${posts.length === 0 ? html`<p>No posts yet.</p>` : null}
  <form class="say" @submit=${{ type: 'submitted' }}>
    <label>Your name
      <input name="name" autocomplete="nickname" maxlength="30" .value=${name}
        @input=${({ value }) => ({ type: 'nameTyped', name: value })}>
    </label>
    <label>Message
      <input name="message" autocomplete="off" maxlength=${longest} .value=${draft}
        @input=${({ value }) => ({ type: 'draftTyped', draft: value })}>
    </label>
    <button>Send</button>
  </form>`;

export const Chat = component({
  name: 'chat',
  init: ({ params }: { params: Readonly<Record<string, string>> }): Model => {
    const room = params['room'] ?? rooms[0];

    return { room, isKnown: rooms.some((known) => known === room), name: '', draft: '', posts: [] };
  },
  update,
  subscriptions: ({ room, isKnown }) => [
    isKnown &&
      shared(actorOf(room), ({ context }: { context: Room }) => ({ type: 'roomChanged', posts: context.posts })),
  ],
  view: (model) => html<Message>`
    <main class="chat">
      <h1>Chat</h1>
      <nav class="row" aria-label="Rooms">${rooms.map((room) => roomLink(room, model.room))}</nav>
      ${model.isKnown ? conversation(model) : html`<p role="alert">There is no room “${model.room}”.</p>`}
      <p><a href="/">All examples</a></p>
    </main>`,
});
