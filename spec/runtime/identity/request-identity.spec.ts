import { expect } from 'chai';
import {
  addressOf,
  createRecognition,
  type HttpRequest,
  hostOf,
  type Identify,
  isSecure,
  readCookie,
} from '../../../runtime/identity/request-identity.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { createReporter, type ErrorReport } from '../../../runtime/platform/error-report.js';

const cookie = 'abcdefghijklmnopqrstuv';

function ask(headers: HttpRequest['headers'] = {}, request: Partial<HttpRequest> = {}): HttpRequest {
  return { address: '127.0.0.1', headers, method: 'GET', secure: false, url: '/', ...request };
}

function setUp(identify?: Identify) {
  const clock = createSimulatedClock();
  const reports: ErrorReport[] = [];
  const report = createReporter((made) => reports.push(made));

  return { clock, recognise: createRecognition({ clock, deadline: 5_000, identify, report, trustProxy: 0 }), reports };
}

describe('request identity', () => {
  it('has the cookie that is well formed, wherever it stands among others', () => {
    for (const header of [`troupe=${cookie}`, `a=b; troupe=${cookie}`, `troupe=bad; troupe=${cookie};c=d`]) {
      expect(readCookie(ask({ cookie: header }), 0), header).to.equal(cookie);
    }
    for (const header of [undefined, '', 'troupe', `my-troupe=${cookie}`, `troupe=${cookie}x`, `TROUPE=${cookie}`]) {
      expect(readCookie(ask({ cookie: header }), 0), header).to.equal(undefined);
    }
  });

  it('has the address of the connection, or what as many proxies as are trusted have written', () => {
    const headers = { 'x-forwarded-for': 'a, b, c' };

    expect([0, 1, 2, 3].map((proxies) => addressOf(ask(headers), proxies))).to.deep.equal(['127.0.0.1', 'c', 'b', 'a']);
    expect(addressOf(ask(headers), 4)).to.equal('127.0.0.1');
    expect(addressOf(ask({ 'x-forwarded-for': '' }), 1)).to.equal('127.0.0.1');
  });

  it('is counted by its network on IPv6, however the address is written', () => {
    const network = (address: string) => addressOf(ask({}, { address }), 0);

    expect(network('2001:db8:1:2:3:4:5:6')).to.equal('2001:db8:1:2::/64');
    expect(network('2001:db8:1:2::9')).to.equal('2001:db8:1:2::/64');
    expect(network('2001:db8::1')).to.equal('2001:db8:0:0::/64');
    expect(network('::1')).to.equal('0:0:0:0::/64');
    expect(network('::ffff:10.0.0.1')).to.equal('10.0.0.1');
  });

  it('speaks https if the connection is encrypted, or a trusted proxy says so', () => {
    const headers = { 'x-forwarded-proto': 'https' };

    expect(isSecure(ask({}, { secure: true }), 0)).to.equal(true);
    expect(isSecure(ask(headers), 1)).to.equal(true);
    expect(isSecure(ask(headers), 0)).to.equal(false);
    expect(isSecure(ask({ 'x-forwarded-proto': 'http' }), 1)).to.equal(false);
  });

  it('asked the host in the header, or the one a trusted proxy tells', () => {
    const headers = { host: 'Inner:8080', 'x-forwarded-host': 'Example.com' };

    expect(hostOf(ask(headers), 0)).to.equal('inner:8080');
    expect(hostOf(ask(headers), 1)).to.equal('example.com');
  });

  it('is anonymous without identify', async () => {
    const request = ask();
    expect(await setUp().recognise(request)).to.deep.equal({
      address: '127.0.0.1',
      cookie: undefined,
      principal: undefined,
      request,
    });
  });

  it('has the principal that identify returns, now or later', async () => {
    expect(await setUp(() => 'ada').recognise(ask())).to.have.property('principal', 'ada');
    expect(await setUp(async () => 'ada').recognise(ask())).to.have.property('principal', 'ada');
    const thenable = Object.fromEntries([['then', (resolve: (value: string) => void) => void resolve('ada')]]);
    expect(await setUp(() => thenable).recognise(ask())).to.have.property('principal', 'ada');
  });

  it('is refused by false, and by what is thrown, which is reported', async () => {
    const throwing = setUp(() => {
      throw new Error('no database');
    });

    expect(await setUp(() => false).recognise(ask())).to.equal(401);
    expect(await throwing.recognise(ask())).to.equal(401);
    expect(throwing.reports[0]).to.include({ code: 'identify' });
  });

  it('is not waited for beyond the deadline, and leaves no timer when it comes in time', async () => {
    const slow = setUp(() => new Promise(() => undefined));
    const odd = setUp(() => Object.fromEntries([['then', () => undefined]]));
    const quick = setUp(async () => 'ada');
    const answer = slow.recognise(ask());

    slow.clock.advance(5_000);
    expect(await answer).to.equal(503);
    const other = odd.recognise(ask());
    odd.clock.advance(5_000);
    expect(await other).to.equal(503);
    await quick.recognise(ask());
    await new Promise(setImmediate);
    expect(quick.clock.pending).to.equal(0);
  });
});
