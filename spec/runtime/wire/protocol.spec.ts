import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  Ask,
  ClientKind,
  CloseCode,
  Command,
  Limit,
  pageCookie,
  Reason,
  ServerKind,
  version,
} from '../../../runtime/wire/protocol.js';

/** The document at the head of the file, as it reads. */
const [, header = ''] = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(
  readFileSync(join(process.cwd(), 'runtime/wire/protocol.ts'), 'utf8')
) as RegExpExecArray;
const text = header.replace(/^ \* ?/gm, '');
const sentence = text.replace(/\s+/g, ' ');

/** The kinds in the table under a line of the document, with their numbers. */
function documented(title: string): Record<string, number> {
  const [, table = ''] = text.split(`\n${title}`);
  const [rows = ''] = table.split('\n\n').slice(1);
  return Object.fromEntries(
    [...rows.matchAll(/^ +(\w+) +\[(\d+)[,\]]/gm)].map(([, name, kind]) => [name, Number(kind)])
  );
}

const lowerCased = (kinds: Record<string, number>) =>
  Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name.toLowerCase(), kind]));

describe('protocol', () => {
  // Lines are added to these tables, never changed: pages that are open have an older script.
  describe('numbers', () => {
    it('its version', () => {
      expect(version).to.equal(4);
    });

    it('the frames to the client', () => {
      expect(ServerKind).to.deep.equal({ Adopt: 0, Render: 1, Patch: 2, Command: 3, Acknowledge: 4 });
    });

    it('the frames to the server', () => {
      expect(ClientKind).to.deep.equal({ Join: 0, Events: 1, Acknowledge: 2 });
    });

    it('the reasons to render', () => {
      expect(Reason).to.deep.equal({ Resumed: 0, Restored: 1, Fresh: 2, Forked: 3 });
    });

    it('what a client can be told to do, by its name', () => {
      expect(Command).to.deep.equal({ Move: 'move' });
    });

    it('what a client can ask for, as bits', () => {
      expect(Ask).to.deep.equal({ Render: 1, Sign: 2 });
    });

    it('the reasons to close', () => {
      expect(CloseCode).to.deep.equal({
        GoingAway: 1001,
        TooBig: 1009,
        TryLater: 1013,
        Reload: 4000,
        Refused: 4001,
        Malformed: 4002,
        Flood: 4003,
        Replaced: 4004,
        Silent: 4005,
      });
    });
  });

  describe('says at its head', () => {
    it('which frames go to the client', () => {
      expect(documented('Server to client')).to.deep.equal(lowerCased(ServerKind));
    });

    it('which frames go to the server', () => {
      expect(documented('Client to server')).to.deep.equal(lowerCased(ClientKind));
    });

    it('what can be asked for', () => {
      expect(sentence).to.contain(`${Ask.Render} asks for a full \`render\``);
      expect(sentence).to.contain(`${Ask.Sign} for an \`acknowledge\` as a sign of life`);
    });

    it('why a page is rendered whole', () => {
      for (const reason of Object.keys(Reason)) expect(sentence).to.contain(`\`${reason.toLowerCase()}\``);
    });

    it('what a client can be told to do', () => {
      for (const command of Object.values(Command)) expect(sentence).to.contain(`**Commands.** \`${command}\``);
    });

    it('when a client acknowledges and a server waits', () => {
      expect(sentence).to.contain(`every ${Limit.acknowledgeFrames} frames or ${Limit.acknowledgeDelay} ms`);
      expect(sentence).to.contain(`${Limit.windowFrames} frames or ${Limit.windowBytes / 1_024} KB`);
    });
  });

  it('names the cookie of a page that is loaded again with what a cookie may be called', () => {
    expect(pageCookie)
      .to.equal('troupe-page')
      .and.to.match(/^[\w-]+$/);
  });
});
