import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { TroupeError } from '../../../runtime/platform/errors.js';
import type { Log } from '../../../runtime/platform/logger.js';
import { createListen, type Listening, type ListenOptions } from '../../../runtime/server/listen.js';
import { readOptions } from '../../../runtime/server/options.js';

const settings = readOptions({
  base: '/app',
  routes: { '/': Object.assign(() => null, { view: () => null }) as never },
  secret: 'a secret of some length',
});

describe('listen', () => {
  let done: string[];
  let isClosed: boolean;
  let listening: Listening | undefined;

  const listen = async (host?: string, given: Partial<ListenOptions> = {}): Promise<Listening> => {
    const options: ListenOptions = {
      handle: (_request, response) => response.end('handled'),
      log: { listening: (port: number, url: string) => void done.push(`listening ${port} ${url}`) } as unknown as Log,
      settings,
      close: async () => void done.push('close'),
      drain: async () => void done.push('drain'),
      isClosed: () => isClosed,
      upgrade: () => false,
      ...given,
    };
    listening = await createListen(options)(0, host);

    return listening;
  };

  beforeEach(() => {
    done = [];
    isClosed = false;
  });

  afterEach(async () => {
    await listening?.close();
    listening = undefined;
  });

  it('says where it is, to the log too, and hands requests on', async () => {
    const { port, url } = await listen('127.0.0.1');
    expect(url).to.equal(`http://127.0.0.1:${port}/app/`);
    expect(done).to.deep.equal([`listening ${port} ${url}`]);
    const asked = request({ host: '127.0.0.1', port }).end();
    const [response] = await once(asked, 'response');
    const [body] = await once(response, 'data');
    expect(String(body)).to.equal('handled');
  });

  it('is reached as localhost if it listens on all interfaces', async () => {
    expect((await listen('0.0.0.0')).url).to.match(/^http:\/\/localhost:\d+\/app\/$/);
  });

  it('closes upgrades that are not ours', async () => {
    const { port } = await listen('127.0.0.1');
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).to.match(/^HTTP\/1\.1 404/);
    await once(socket, 'close');
  });

  it('drains, and closes then', async () => {
    const { drain } = await listen('127.0.0.1');
    listening = undefined;
    await drain();
    expect(done.slice(1)).to.deep.equal(['drain', 'close']);
  });

  it('does that at a signal and ends the process', async () => {
    const { drainOn } = await listen('127.0.0.1');
    listening = undefined;
    const { exit } = process;
    const exited = new Promise<void>((resolve) => {
      process.exit = (() => resolve()) as never;
    });
    try {
      drainOn('SIGUSR2');
      process.emit('SIGUSR2');
      await exited;
    } finally {
      process.exit = exit;
    }
    expect(done.slice(1)).to.deep.equal(['drain', 'close']);
    expect(process.listenerCount('SIGUSR2')).to.equal(0);
  });

  it('rejects once the server is closed, and says what to do', async () => {
    isClosed = true;
    const error = await listen().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(TroupeError);
    expect((error as TroupeError).message).to.equal('This server is closed and cannot listen again. Make another one.');
  });
});
