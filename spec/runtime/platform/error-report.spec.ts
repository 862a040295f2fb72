import { expect } from 'chai';
import {
  createReporter,
  type ErrorReport,
  type WrittenReport,
  writeError,
} from '../../../runtime/platform/error-report.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { hidden, mayQuote, Secrets } from '../../../runtime/platform/redact.js';
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

describe('report', () => {
  it('hands on what was thrown, where, under an id of its own', () => {
    const reports: ErrorReport[] = [];
    const report = createReporter((made) => reports.push(made));
    const error = new Error('broken');
    const id = report(ErrorCode.View, error, { component: 'counter', session: 'abc' });

    expect(id).to.match(/^[\w-]{8}$/);
    expect(reports).to.deep.equal([{ id, code: 'view', error, component: 'counter', session: 'abc' }]);
    expect(report(ErrorCode.View, error)).to.not.equal(id);
  });

  it('calls an error by its own code, if it has one', () => {
    const reports: ErrorReport[] = [];

    createReporter((made) => reports.push(made))(ErrorCode.Internal, new TroupeError(ErrorCode.Init, 'no'));
    expect(reports[0]?.code).to.equal('init');
  });

  it('survives an onError that throws, and loses neither error', () => {
    const said = written(() => {
      const report = createReporter(() => {
        throw new Error('faulty logger');
      });

      expect(report(ErrorCode.View, new Error('first'))).to.have.lengthOf(8);
    });

    expect(said).to.contain('first').and.to.contain('faulty logger');
  });

  it('survives an async onError that rejects, and one whose promise is no native one', async () => {
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

  it('prints what has no text', () => {
    const said = written(() => createReporter()(ErrorCode.Update, Object.create(null)));

    expect(said).to.match(/^troupe update \([\w-]{8}\): something that has no text\n$/);
  });

  it('prints code, place, id and what was thrown', () => {
    const said = written(() => createReporter()(ErrorCode.Update, 'text', { session: 's1', component: 'counter' }));

    expect(said).to.match(/^troupe update in counter of session s1 \([\w-]{8}\): text\n$/);
  });

  it('prints the stack while developing, and else what the error is called and says', () => {
    const error = new TroupeError(ErrorCode.View, 'no');
    const print = (): string => written(() => createReporter()(ErrorCode.Internal, error));
    const { NODE_ENV } = process.env;
    expect(print()).to.contain('): TroupeError: no\n    at ');
    try {
      process.env['NODE_ENV'] = 'production';
      expect(print()).to.match(/\): TroupeError: no\n$/);
    } finally {
      if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
      else process.env['NODE_ENV'] = NODE_ENV;
    }
  });

  describe('in writing', () => {
    const knowing = (...values: readonly string[]): Secrets => {
      const secrets = new Secrets();
      for (const value of values) secrets.note(value);
      return secrets;
    };

    it('goes to the log and to onError as it is, and then is not printed', () => {
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

    it('holds no secret of its session, which is asked then and not before', () => {
      let asked = 0;
      const secrets = (): Secrets => {
        asked++;
        return knowing('hunter2');
      };
      const reports: ErrorReport[] = [];
      const error = new Error('hunter2 is wrong');
      createReporter((made) => reports.push(made))(ErrorCode.Update, error, {}, secrets);
      expect([asked, reports[0]?.error]).to.deep.equal([0, error]);
      const said = written(() => createReporter()(ErrorCode.Update, error, {}, secrets));
      expect(said).to.contain(`Error: ${hidden} is wrong\n    at `).and.not.contain('hunter2');
    });

    it('holds none if the error has left its session, or onError repeats it', () => {
      const error = new Error('hunter2 is wrong');
      mayQuote(error, knowing('hunter2'));
      mayQuote('text', knowing('text'));
      const said = written(() => {
        createReporter(() => {
          throw new Error(`not told: ${error.message}`);
        })(ErrorCode.Init, error);
        createReporter()(ErrorCode.Init, 'text');
      });
      expect(said).to.contain(`not told: ${hidden} is wrong`).and.contain('text').and.not.contain('hunter2');
    });

    it('is made of errors that cannot be read', () => {
      const error = new Error('no');
      Object.defineProperty(error, 'stack', {
        get() {
          throw new Error('unreadable');
        },
      });
      expect(writeError(error, undefined)).to.deep.equal({ type: 'object', message: 'no', stack: undefined });
    });
  });
});
