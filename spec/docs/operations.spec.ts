/**
 * `docs/operations.md` says what is so: its tables are complete and their numbers right, what it mounts answers. What
 * `A session outlives its process` lets be typed is run by `spec/browser/resume.spec.ts`.
 */

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { basename } from 'node:path';
import { expect } from 'chai';
import * as troupe from 'troupe';
import * as server from 'troupe/server';
import { WebSocket } from 'ws';
import { CloseCode, Limit } from '../../runtime/wire/protocol.js';
import { codeIn, read, rowsOf, section, subsection, untyped } from './markdown.js';

const operations = read('docs/operations.md');

const Counter = troupe.component({
  name: 'counter',
  init: () => 0,
  update: (count: number, _message: { type: 'incremented' }) => count + 1,
  view: (count) => troupe.html`<p>${count}</p>`,
});

describe('operations', () => {
  it('lists every option of createServer', () => {
    const source = read('runtime/server/options.ts');
    const [, body] = /export interface ServerOptions \{([\s\S]*?)\n\}/.exec(source) ?? [];
    const options = [...(body ?? '').matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name ?? '');
    const documented = rowsOf(section(operations, 'Options')).map(([name]) => codeIn(name));
    expect(documented).to.deep.equal([...documented].sort());
    expect(documented).to.deep.equal(options.sort());
  });

  it('gives the defaults of the options that are numbers', () => {
    const source = read('runtime/server/options.ts');
    for (const [name, value] of rowsOf(section(operations, 'Options'))) {
      if (!/^[\d,]+$/.test(value ?? '')) continue;
      const [, given] = new RegExp(`^ {2}${codeIn(name)}: ([\\d_]+),$`, 'm').exec(source) ?? [];
      expect(given?.replaceAll('_', ','), codeIn(name)).to.equal(value?.replace(/^(\d+)$/, '$1'));
    }
  });

  it('lists what the environment tells the examples', () => {
    const documented = rowsOf(section(operations, 'The examples')).map(([name, value]) => `${codeIn(name)} ${value}`);
    const told = rowsOf(read('examples/settings.ts').replaceAll(/^ \* \|/gm, '|'));
    const secret = 'TROUPE_SECRET a random one';
    expect(documented).to.deep.equal([...told.map(([name, value]) => `${codeIn(name)} ${value}`), secret]);
  });

  it('lists every limit with its value', () => {
    const documented = rowsOf(section(operations, 'Limits both sides share')).map(([name, value]) => [
      codeIn(name),
      Number(value?.replaceAll(',', '')),
    ]);
    expect(Object.fromEntries(documented)).to.deep.equal({ ...Limit });
  });

  it('gives the limits of overload as they are, and close codes that exist', () => {
    const codes = new Set<number>([...Object.values(CloseCode), 1008]);
    const rows = rowsOf(section(operations, 'Overload'));
    expect(rows.length).to.be.at.least(20);
    for (const [what, value = '', where = '', then = ''] of rows) {
      const [, name, , file = 'options.ts'] = /^`(\w+)`( in `([\w-]+\.ts)`)?$/.exec(where) ?? [];
      for (const [, code] of then.matchAll(/closes with (\d+)/g)) expect(codes.has(Number(code)), what).to.equal(true);
      if (value === '') continue;
      const given = new RegExp(`^(?:const ${name} = |  ${name}: )(Limit\\.\\w+|[\\d_]+)[,;]$`, 'm').exec(
        read(runtimeFile(file))
      );
      const number = given?.[1] === 'Limit.frame' ? String(Limit.frame) : given?.[1]?.replaceAll('_', '');
      expect(number, what).to.equal(value.replaceAll(',', ''));
    }
  });

  it('mounts such that upgrades which no handler takes are closed', async () => {
    const [, code = ''] = /```ts\n([\s\S]*?)\n\/\/ Express/.exec(section(operations, 'Mounting')) ?? [];
    const make = new Function('http', 'createServer', 'Counter', `${await untyped(code)} return { server, troupe };`);
    const mounted = make(http, server.createServer, Counter) as { server: http.Server; troupe: server.Server };
    await once(mounted.server.listen(0, '127.0.0.1'), 'listening');
    const socket = connect((mounted.server.address() as AddressInfo).port, '127.0.0.1');
    try {
      socket.write('GET /other HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.on('error', () => undefined);
      await once(socket, 'close');
    } finally {
      socket.destroy();
      await mounted.troupe.close();
      mounted.server.close();
    }
  });

  it('mounts everywhere by the same function', () => {
    const listeners = [...section(operations, 'Mounting').matchAll(/\.on\('upgrade', (?<listener>[\w.]+)\)/g)];
    expect(listeners.map(({ groups }) => groups?.['listener'])).to.deep.equal(['upgrade', 'upgrade', 'upgrade']);
  });

  it('puts the signs of health at the root', async () => {
    const [, code = ''] = /```ts\n([\s\S]*?)\n\/\/ Express/.exec(section(operations, 'Health')) ?? [];
    const listing = (await untyped(code)).replace('http.createServer', 'const server = http.createServer');
    const make = new Function('http', 'createServer', 'Counter', `${listing} return { server, troupe };`);
    const mounted = make(http, server.createServer, Counter) as { server: http.Server; troupe: server.Server };
    await once(mounted.server.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${(mounted.server.address() as AddressInfo).port}`;
    const statuses = async () => {
      const paths = ['/healthz', '/readyz', '/_troupe/healthz', '/_troupe/readyz', '/'];
      return Promise.all(paths.map(async (path) => (await fetch(origin + path, { headers: close })).status));
    };
    const close = { connection: 'close' };
    try {
      expect(await statuses()).to.deep.equal([200, 200, 200, 200, 200]);
      await mounted.troupe.close();
      expect(await statuses()).to.deep.equal([200, 503, 200, 503, 503]);
    } finally {
      mounted.server.close();
    }
  });

  it('lists every option of the stores and of the bus', () => {
    const documented = (text: string): readonly string[] =>
      rowsOf(text.slice(text.indexOf('| option of'))).flatMap(([cell = '']) => {
        const [name, ...owners] = [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word ?? '');
        return owners.length === 0 ? [`${name}`] : owners.map((owner) => `${name} of ${owner}`);
      });
    const optionsOf = (file: string, type: string): readonly string[] => {
      const [, body = ''] = new RegExp(`export interface ${type} \\{([\\s\\S]*?)\\n\\}`).exec(read(file)) ?? [];
      return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name ?? '');
    };
    const stores = [
      ['memory', 'MemoryStoreOptions'],
      ['lmdb', 'LmdbStoreOptions'],
      ['redis', 'RedisStoreOptions'],
    ].flatMap(([store = '', type = '']) =>
      optionsOf(`runtime/store/${store}.ts`, type).map((name) => (name === 'clock' ? name : `${name} of ${store}`))
    );
    const told = documented(section(operations, 'A session outlives its process').split('### ')[0] ?? '');
    expect([...told].sort()).to.deep.equal([...new Set(stores)].sort());
    const bus = documented(section(operations, 'Several processes'));
    expect([...bus].sort()).to.deep.equal([...optionsOf('runtime/cluster/redis-bus.ts', 'RedisBusOptions')].sort());
  });

  it('lists every channel that a probe event names, and every event names one or says that it has none', () => {
    const source = read('runtime/tree/probe.ts');
    const pattern =
      /\/\*\* (?<comment>[^/]*) \*\/\nexport interface \w+ProbeEvent \{\n {2}readonly kind: '(?<kind>\w+)';/g;
    const events = [...source.matchAll(pattern)].map(({ groups }) => [groups?.['kind'], groups?.['comment']] as const);
    const union = /export type ProbeEvent =(?<members>[^;]*);/.exec(source)?.groups?.['members'] ?? '';
    expect(events).to.have.length(union.match(/\w+ProbeEvent/g)?.length ?? 0);
    const listed = rowsOf(section(operations, 'Metrics')).map(([channel]) => codeIn(channel));
    for (const [kind, comment = ''] of events) {
      const named = /Channel `(?<channel>[^`]*)`/.exec(comment)?.groups?.['channel'];
      if (named === undefined) expect(comment, kind).to.include('No channel');
      else expect([named, listed.includes(named)], kind).to.deep.equal([`troupe:${kind}`, true]);
    }
    const frequent = listed.slice(0, 6);
    expect(frequent.filter((channel) => !events.some(([, comment = '']) => comment.includes(`Channel \`${channel}\``))))
      .to.be.empty;
  });

  it('lists every channel with its type and all its fields', () => {
    const source = read('runtime/platform/diagnostics.ts');
    const bodyOf = (type: string): string => {
      const [, parent, body = ''] =
        new RegExp(`interface ${type}(?: extends (\\w+))? \\{([\\s\\S]*?)\\n\\}`).exec(source) ?? [];
      return `${parent === undefined ? '' : bodyOf(parent)}${body}\n`;
    };
    const channels = [...bodyOf('Diagnostics').matchAll(/^ {2}readonly (\w+): (\w+);/gm)];
    const rows = rowsOf(section(operations, 'Metrics'));
    expect(rows.map(([channel, type]) => [codeIn(channel), codeIn(type)])).to.deep.equal(
      channels.map(([, name, type]) => [`troupe:${name}`, type])
    );
    for (const [, type, , fields = ''] of rows) {
      const all = [...bodyOf(codeIn(type)).matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name ?? '');
      expect(
        all.filter((name) => !fields.includes(`\`${name}\``)),
        codeIn(type)
      ).to.deep.equal([]);
      const words = [...bodyOf(codeIn(type)).matchAll(/'(\w+)'/g)].map(([, word]) => word ?? '');
      if (codeIn(type) === 'ResumedEvent') continue;
      expect(words.filter((word) => !fields.includes(`\`${word}\``))).to.deep.equal([]);
    }
  });

  it('believes as many proxies as `trustProxy` says, and connects pages of the host that was asked alone', async () => {
    const secureOf = async (trustProxy: number): Promise<boolean> => {
      const { close, url } = await server
        .createServer({ routes: { '/': Counter }, secret: 'a secret of operations', trustProxy })
        .listen(0, '127.0.0.1');
      const answer = await fetch(url, { headers: { connection: 'close', 'x-forwarded-proto': 'https' } });
      const status = await new Promise<number>((resolve) => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}_troupe/socket`, { origin: 'https://other.example' });
        socket.on('error', () => undefined);
        socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0));
      });
      expect(status).to.equal(403);
      await close();

      return /; Secure/.test(answer.headers.get('set-cookie') ?? '');
    };
    expect([await secureOf(0), await secureOf(1)]).to.deep.equal([false, true]);
  });

  it('says who may see the inspector', async () => {
    const before = process.env['NODE_ENV'];
    const statusOf = async (environment: string, options: object): Promise<number> => {
      process.env['NODE_ENV'] = environment;
      const { close, url } = await server
        .createServer({ routes: { '/': Counter }, secret: 'a secret of operations', ...options })
        .listen(0, '127.0.0.1');
      const { status } = await fetch(`${url}_troupe/inspector`, { headers: { connection: 'close' } });
      await close();

      return status;
    };
    try {
      for (const environment of ['development', 'production']) {
        const isOpen = environment === 'development';
        expect(await statusOf(environment, {}), environment).to.equal(isOpen ? 200 : 404);
        expect(await statusOf(environment, { inspector: false }), environment).to.equal(404);
        expect(await statusOf(environment, { inspector: { authorise: async () => true } })).to.equal(200);
        expect(await statusOf(environment, { inspector: { authorise: () => false } })).to.equal(404);
        const given = await statusOf(environment, { inspector: true }).catch((error: troupe.TroupeError) => error.code);
        expect(given, environment).to.equal(isOpen ? 200 : troupe.ErrorCode.Options);
      }
    } finally {
      if (before === undefined) delete process.env['NODE_ENV'];
      else process.env['NODE_ENV'] = before;
    }
  });

  it('names commands of the examples in sections that are there', () => {
    const text = section(operations, 'A session outlives its process');
    for (const title of ['Try it: restart', 'Try it: two nodes', 'Deploys']) {
      expect(subsection(text, title)).to.match(/```(?:sh|ts)\n/);
    }
  });
});

/** The path of a file of `runtime/`, of which the documents give the name alone. */
function runtimeFile(name: string): string {
  const [path, ...others] = readdirSync('runtime', { recursive: true, encoding: 'utf8' }).filter(
    (file) => basename(file) === name
  );
  if (path === undefined || others.length > 0) throw new Error(`${name} is not one file of runtime/.`);
  return `runtime/${path}`;
}
