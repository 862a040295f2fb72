import { expect } from 'chai';
import { ErrorCode, TroupeError } from '../../runtime/errors.js';
import { createReporter, type ErrorReport, printReport } from '../../runtime/report.js';

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

  it('prints code, place, id and what was thrown', () => {
    const said = written(() =>
      printReport({ id: 'abcdefgh', code: ErrorCode.Update, error: 'text', session: 's1', component: 'counter' })
    );

    expect(said).to.equal('troupe update in counter of session s1 (abcdefgh): text\n');
  });
});
