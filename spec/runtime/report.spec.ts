import { expect } from 'chai';
import { ErrorCode, TroupeError } from '../../runtime/errors.js';
import { createReporter, type ErrorReport, printReport } from '../../runtime/report.js';
import { Calm } from '../fixtures/calm.js';
import { settled } from '../fixtures/live-session.js';

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
    const said = written(() => printReport({ id: 'abcdefgh', code: ErrorCode.Update, error: Object.create(null) }));

    expect(said).to.equal('troupe update (abcdefgh): something that has no text\n');
  });

  it('prints code, place, id and what was thrown', () => {
    const said = written(() =>
      printReport({ id: 'abcdefgh', code: ErrorCode.Update, error: 'text', session: 's1', component: 'counter' })
    );

    expect(said).to.equal('troupe update in counter of session s1 (abcdefgh): text\n');
  });
});
