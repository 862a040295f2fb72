import { expect } from 'chai';
import {
  createReporter,
  type ErrorReport,
  type WrittenReport,
  writeError,
} from '../../../runtime/platform/error-report.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { Calm } from '../../fixtures/calm.js';
import { settled } from '../../fixtures/live-session.js';

/** Rejects as a promise does, and is none. */
const thenable = (error: Error): unknown =>
  Object.fromEntries([['then', (_resolve: unknown, reject: (error: Error) => void) => reject(error)]]);

/** What is written to stderr meanwhile. */
function written(run: () => void): string {
  const lines: string[] = [];
  const write = process.stderr.write;

  process.stderr.write = ((line: string) => lines.push(line)) as unknown as typeof write;
  try {
    run();
  } finally {
    process.stderr.write = write;
  }
  return lines.join('');
}

describe('error report', () => {
  it('passes on what was thrown and where, with an id', () => {
    const reports: ErrorReport[] = [];
    const report = createReporter((made) => reports.push(made));
    const error = new Error('broken');
    const id = report(ErrorCode.View, error, { component: 'counter', session: 'abc' });

    expect(id).to.match(/^[\w-]{8}$/);
    expect(reports).to.deep.equal([{ id, code: 'view', error, component: 'counter', session: 'abc' }]);
    expect(report(ErrorCode.View, error)).to.not.equal(id);
  });

  it('has the code of the error, if that has one', () => {
    const reports: ErrorReport[] = [];

    createReporter((made) => reports.push(made))(ErrorCode.Internal, new TroupeError(ErrorCode.Init, 'no'));
    expect(reports[0]?.code).to.equal('init');
  });

  it('and the error are printed if onError throws', () => {
    const said = written(() => {
      const report = createReporter(() => {
        throw new Error('faulty logger');
      });

      expect(report(ErrorCode.View, new Error('first'))).to.have.lengthOf(8);
    });

    expect(said).to.contain('first').and.to.contain('faulty logger');
  });

  it('and the error are printed if an async onError rejects, also with a thenable that is no promise', async () => {
    const calm = new Calm();
    calm.watch();
    const lines: string[] = [];
    const write = process.stderr.write;
    process.stderr.write = ((line: string) => lines.push(line)) as unknown as typeof write;
    createReporter(() => Promise.reject(new Error('faulty logger')) as never)(ErrorCode.View, new Error('first'));
    createReporter(() => thenable(new Error('odd logger')) as never)(ErrorCode.View, new Error('second'));
    await settled();
    process.stderr.write = write;

    expect(calm.stop()).to.deep.equal([]);
    for (const text of ['first', 'faulty logger', 'second', 'odd logger']) expect(lines.join('')).to.contain(text);
  });

  it('is printed if what was thrown has no text', () => {
    const said = written(() => createReporter()(ErrorCode.Update, Object.create(null)));

    expect(said).to.match(/^troupe update \([\w-]{8}\): something that has no text\n$/);
  });

  it('is printed with code, component, session, id and what was thrown', () => {
    const said = written(() => createReporter()(ErrorCode.Update, 'text', { session: 's1', component: 'counter' }));

    expect(said).to.match(/^troupe update in counter of session s1 \([\w-]{8}\): text\n$/);
  });

  it('is printed with the stack in development', () => {
    const error = new TroupeError(ErrorCode.View, 'no');
    expect(written(() => createReporter()(ErrorCode.Internal, error))).to.contain('): TroupeError: no\n    at ');
  });

  describe('in writing', () => {
    it('goes to the log, and unwritten to onError, and is not printed then', () => {
      const reports: ErrorReport[] = [];
      const logged: WrittenReport[] = [];
      const error = new Error('broken');
      const place = { component: 'counter', session: 'abc' };
      const said = written(() => {
        createReporter(
          (made) => reports.push(made),
          (made) => logged.push(made)
        )(ErrorCode.View, error, place);
        createReporter(undefined, (made) => logged.push(made))(ErrorCode.View, 7);
      });

      expect(said).to.equal('');
      expect(reports.map((made) => made.error)).to.deep.equal([error]);
      expect(logged[0]).to.deep.equal({
        ...{ id: reports[0]?.id, code: 'view', component: 'counter', session: 'abc' },
        err: { type: 'Error', message: 'broken', stack: error.stack },
      });
      expect(logged[1]?.err).to.deep.equal({ type: 'number', message: '7', stack: undefined });
    });

    it('has the class of the error alone in production, while onError receives the error', () => {
      const reports: ErrorReport[] = [];
      const logged: WrittenReport[] = [];
      const error = new TypeError('hunter2 is wrong');
      const place = { component: 'login', session: 'abc' };
      const said = written(() => {
        createReporter(undefined, undefined, false)(ErrorCode.Update, error, place);
        createReporter(
          (made) => reports.push(made),
          (made) => logged.push(made),
          false
        )(ErrorCode.Update, error, place);
      });
      expect(said).to.match(/^troupe update in login of session abc \([\w-]{8}\): TypeError\n$/);
      expect(logged).to.deep.equal([{ id: reports[0]?.id, code: 'update', ...place, err: { type: 'TypeError' } }]);
      expect(reports[0]?.error).to.equal(error);
    });

    it('is made of errors whose properties throw', () => {
      const error = new Error('no');
      Object.defineProperty(error, 'stack', {
        get() {
          throw new Error('unreadable');
        },
      });
      expect(writeError(error)).to.deep.equal({ type: 'object', message: 'no', stack: undefined });
    });
  });
});
