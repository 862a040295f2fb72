import { expect } from 'chai';
import { createReporter } from '../../../runtime/platform/error-report.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { createLogProbe, type Logger, logTo } from '../../../runtime/platform/logger.js';
import { Calm } from '../../fixtures/calm.js';
import { settled } from '../../fixtures/live-session.js';

type Line = readonly [level: string, known: unknown, message: string];

/** A logger whose functions use `this`, as those of many loggers do. */
class Lines implements Logger {
  readonly lines: Line[] = [];
  debug(known: object, message: string): void {
    this.lines.push(['debug', known, message]);
  }
  info(known: object, message: string): void {
    this.lines.push(['info', known, message]);
  }
  warn(known: object, message: string): void {
    this.lines.push(['warn', known, message]);
  }
  error(known: object, message: string): void {
    this.lines.push(['error', known, message]);
  }
}

describe('logger', () => {
  it('gets a line with fields and a sentence for each event of sessions and of the server', () => {
    const logger = new Lines();
    const log = logTo(logger);
    log.opened('s', 'counter');
    log.joined('s');
    log.resumed({ session: 's', reason: 'restored' });
    log.passivated({ session: 's', took: 3 });
    log.activated({ session: 's', from: 'node', took: 4 });
    log.ended('s');
    log.hostile({ session: 's', code: 4400, reason: 'too deep' });
    log.listening(80, 'http://localhost/');
    log.draining();
    log.closed();
    expect(logger.lines).to.deep.equal([
      ['debug', { session: 's', component: 'counter' }, 'session opened'],
      ['debug', { session: 's' }, 'client joined'],
      ['info', { session: 's', reason: 'restored' }, 'client came back: restored'],
      ['info', { session: 's', took: 3 }, 'session stored'],
      ['info', { session: 's', from: 'node', took: 4 }, 'session brought back'],
      ['debug', { session: 's' }, 'session ended'],
      ['warn', { session: 's', code: 4400, reason: 'too deep' }, 'connection closed: too deep'],
      ['info', { port: 80, url: 'http://localhost/' }, 'server listens'],
      ['info', {}, 'server drains'],
      ['info', {}, 'server closed'],
    ]);
  });

  it('gets reports, with errors in the shape of pino', () => {
    const logger = new Lines();
    const error = new TypeError('no');
    const id = createReporter(undefined, logTo(logger).reported)(ErrorCode.Update, error, { session: 's' });
    const err = { type: 'TypeError', message: 'no', stack: error.stack };
    expect(logger.lines).to.deep.equal([['error', { id, code: 'update', session: 's', err }, 'no']]);
  });

  it('gets reports in production without the message of the error', () => {
    const logger = new Lines();
    const id = createReporter(undefined, logTo(logger).reported, false)(ErrorCode.View, new TypeError('no'));
    expect(logger.lines).to.deep.equal([
      ['error', { id, code: 'view', err: { type: 'TypeError' } }, 'view: TypeError'],
    ]);
  });

  it('gets rare diagnostics events, but not `failed`, whose report it gets', () => {
    const logger = new Lines();
    const probe = createLogProbe(logTo(logger));
    probe('passivated', { session: 's', took: 1 });
    probe('activated', { session: 's', from: 'n', took: 1 });
    probe('resumed', { session: 's', reason: 'fresh' });
    probe('hostile', { session: undefined, code: 4400, reason: 'x' });
    probe('failed', { session: 's', component: 'c', id: 'i', code: ErrorCode.Update });
    probe('sent', { session: 's', kind: 'patch', bytes: 3 });
    expect(logger.lines.map(([level, , message]) => `${level} ${message}`)).to.deep.equal([
      ...[
        'info session stored',
        'info session brought back',
        'info client came back: fresh',
        'warn connection closed: x',
      ],
    ]);
  });

  it('loses no more than its line if it throws or rejects', async () => {
    const calm = new Calm();
    calm.watch();
    const broken = (): never => {
      throw new Error('full disk');
    };
    const rejecting = (): void => Promise.reject(new Error('full disk')) as never;
    logTo({ debug: broken, info: rejecting, warn: broken, error: broken }).opened('s', 'c');
    logTo({ debug: broken, info: rejecting, warn: broken, error: broken }).closed();
    await settled();
    expect(calm.stop()).to.deep.equal([]);
  });
});
